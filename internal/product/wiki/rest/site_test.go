package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki"
	"holdfast.dev/internal/product/wiki/needs"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// site is a wiki on a real volume, with three people: ann administers, bob and eve are members, eve is in the group "writers".
type site struct {
	t      testing.TB
	v      *volume.Volume
	mux    *httpkit.Mux
	clock  *clock.Fake
	people map[string]needs.Person
	ids    map[string]ids.Account
	blobs  map[string][]byte
	groups []string // beside "writers"
}

func newSite(t testing.TB, e storage.Engine) *site {
	t.Helper()
	s := &site{t: t, clock: clock.NewFake(start), people: map[string]needs.Person{}, ids: map[string]ids.Account{}, blobs: map[string][]byte{}}
	for _, name := range []string{"ann", "bob", "eve"} {
		id := ids.New[ids.Account](start)
		s.ids[name] = id
		s.people[id.String()] = needs.Person{AccountID: id.String(), DisplayName: strings.ToUpper(name[:1]) + name[1:] + " Müller", Email: name + "@example.com", Active: true}
	}
	kind := volume.Kind{Name: "work", Migrations: slices.Concat(jobs.Migrations(), wiki.Migrations()), Tables: slices.Concat(jobs.Tables, wiki.Tables())}
	place := volume.Place{Engine: e, Generation: 1}
	p := volume.NewPool(volume.Config{Kinds: []volume.Kind{kind}, Clock: s.clock, Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }, Wake: func(volume.Ref, time.Time) error { return nil }})
	t.Cleanup(p.Close)
	ref := volume.Ref{Kind: "work", Owner: "site_test"}
	if err := p.Create(context.Background(), ref, place); err != nil {
		t.Fatal(err)
	}
	s.v = p.Volume(ref)
	product := wiki.New(wiki.Deps{Clock: s.clock, Volume: func(context.Context) (*volume.Volume, error) { return s.v, nil },
		Directory: func(context.Context) needs.Directory { return directory{s} }, Blobs: func(context.Context) needs.Blobs { return blobs{s} },
		GroupNames: func(context.Context) ([]string, error) { return append([]string{"writers"}, s.groups...), nil }})
	if err := product.SetUp(context.Background(), s.v); err != nil {
		t.Fatal(err)
	}
	s.mux = httpkit.NewMux(s, slog.New(slog.NewTextHandler(testLog{t}, nil)))
	s.mux.Handle(product.Routes()...)
	return s
}

type testLog struct{ t testing.TB }

func (l testLog) Write(b []byte) (int, error) { l.t.Log(string(b)); return len(b), nil }

// Authenticate implements httpkit.Authenticator: who asks is in a header.
func (s *site) Authenticate(r *http.Request) (httpkit.Caller, error) {
	name := r.Header.Get("X-Who")
	id, ok := s.ids[name]
	if !ok {
		return httpkit.Caller{}, nil
	}
	p := identity.Principal{Kind: identity.Token, Account: id, Name: name, Admin: name == "ann"}
	if name == "eve" {
		p.Groups = []string{"writers"}
	}
	return httpkit.Caller{Principal: p, Member: true}, nil
}

type directory struct{ s *site }

func (d directory) Everybody(context.Context) (map[string]needs.Person, error) {
	return d.s.people, nil
}

func (d directory) Search(_ context.Context, query string, startAt, limit int) ([]needs.Person, int, error) {
	var out []needs.Person
	for _, p := range d.s.people {
		if strings.HasPrefix(strings.ToLower(p.DisplayName), strings.ToLower(query)) {
			out = append(out, p)
		}
	}
	return out, len(out), nil
}

func (d directory) Groups(_ context.Context, account string) ([]string, error) {
	if account == d.s.ids["eve"].String() {
		return []string{"writers"}, nil
	}
	return nil, nil
}

func (d directory) Members(_ context.Context, group string) ([]string, error) {
	if group != "writers" {
		return nil, fault.NotFound("no such group")
	}
	return []string{d.s.ids["eve"].String()}, nil
}

func (d directory) Ensure(context.Context, []needs.ForeignPerson) (map[string]string, error) {
	return nil, errors.New("not used here")
}

type blobs struct{ s *site }

type reader struct{ *bytes.Reader }

func (reader) Close() error { return nil }

func (b blobs) Put(_ context.Context, r io.Reader, limit int64) (string, int64, error) {
	all, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return "", 0, err
	}
	key := fmt.Sprintf("%064x", len(b.s.blobs)+1)
	b.s.blobs[key] = all
	return key, int64(len(all)), nil
}

func (b blobs) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	return reader{bytes.NewReader(b.s.blobs[key])}, nil
}

// account gives an account by name.
func (s *site) account(name string) string { return s.ids[name].String() }

// do sends a request and gives the status and body of the answer.
func (s *site) do(who, method, path, body string, header ...string) (int, string) {
	s.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("X-Who", who)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w.Code, strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(w.Body.String())
}

// must sends a request that has to succeed, and gives the decoded answer.
func (s *site) must(who, method, path, body string) map[string]any {
	s.t.Helper()
	code, answer := s.do(who, method, path, body)
	if code >= 300 {
		s.t.Fatalf("%s %s as %s: %d %s", method, path, who, code, answer)
	}
	out := map[string]any{}
	if strings.HasPrefix(answer, "{") {
		if err := json.Unmarshal([]byte(answer), &out); err != nil {
			s.t.Fatal(err)
		}
	}
	return out
}

// want sends a request that has to give a status and have a text in the answer.
func (s *site) want(who, method, path, body string, status int, text string) string {
	s.t.Helper()
	code, answer := s.do(who, method, path, body)
	if code != status || !strings.Contains(answer, text) {
		s.t.Errorf("%s %s as %s: %d, want %d with %q: %.600s", method, path, who, code, status, text, answer)
	}
	return answer
}

// upload sends a file and gives the answer.
func (s *site) upload(who, method, path, name, content string, fields ...string) (int, string) {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		s.t.Fatal(err)
	}
	io.WriteString(part, content) //nolint:errcheck // a buffer takes everything
	for i := 0; i+1 < len(fields); i += 2 {
		w.WriteField(fields[i], fields[i+1]) //nolint:errcheck // a buffer takes everything
	}
	w.Close() //nolint:errcheck // a buffer takes everything
	return s.do(who, method, path, b.String(), "Content-Type", w.FormDataContentType(), "X-Atlassian-Token", "no-check")
}

func doc(text string) string {
	return `{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":` + quote(text) + `}]}]}`
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// page publishes a page through the interface and gives its identifier.
func (s *site) page(who, space, parent, title, body string) string {
	s.t.Helper()
	d := s.must(who, "PUT", "/api/wiki/drafts/new", fmt.Sprintf(`{"spaceId":%q,"parentId":%q,"title":%q,"body":%s}`, space, parent, title, body))
	id := d["pageId"].(string)
	s.must(who, "POST", "/api/wiki/pages/"+id+"/publish", `{}`)
	return id
}

func engines(t *testing.T, f func(t *testing.T, s *site)) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) { f(t, newSite(t, e)) })
}

func (s *site) raw(who, method, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("X-Who", who)
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w
}

func sqliteEngine(t testing.TB) storage.Engine { return storagetest.SQLite(t) }
