package importer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/archivefile"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki"
	"holdfast.dev/internal/product/wiki/importer/source"
	"holdfast.dev/internal/product/wiki/importer/xmlexport"
	"holdfast.dev/internal/product/wiki/needs"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/richtext/storageformat"

	"context"
)

// api serves the wiki of a site to its administrator.
func (s *site) api() http.Handler {
	product := wiki.New(wiki.Deps{Clock: clock.System, Volume: func(context.Context) (*volume.Volume, error) { return s.v, nil }, Directory: func(context.Context) needs.Directory { return s }, Blobs: func(context.Context) needs.Blobs { return s }})
	mux := httpkit.NewMux(admin{ids.New[ids.Account](clock.System.Now())}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	mux.Handle(product.Routes()...)
	return mux
}

type admin struct{ id ids.Account }

func (a admin) Authenticate(*http.Request) (httpkit.Caller, error) {
	return httpkit.Caller{Principal: identity.Principal{Kind: identity.Token, Account: a.id, Name: "admin", Admin: true}, Member: true}, nil
}

// get reads from the API; v may be nil.
func get(t testing.TB, h http.Handler, path string, v any) int {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if v != nil && w.Code == http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
			t.Fatalf("%s: %v in %s", path, err, w.Body)
		}
	}
	return w.Code
}

// objects reads all objects of an export.
func objects(t testing.TB, place string) (out []*source.Object) {
	t.Helper()
	a, err := archivefile.Open(place)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for _, f := range a.Files {
		if filepath.Base(f.Name) != "entities.xml" {
			continue
		}
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		r, err := xmlexport.New(f.Name, in)
		if err != nil {
			t.Fatal(err)
		}
		for {
			o, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, o)
		}
	}
	return out
}

var (
	person  = regexp.MustCompile(`ri:(userkey|username|account-id)="([^"]*)"`)
	toldOff = regexp.MustCompile(` data-adf-attrs="[^"]*"`)
)

// leveled makes people of both sides the same: an import turns user keys into accounts, and names them.
func leveled(s string) string {
	return toldOff.ReplaceAllString(person.ReplaceAllString(s, `ri:account-id=""`), "")
}

func TestBodiesOfRealPagesComeBackAsTheyWere(t *testing.T) {
	same, other := 0, 0
	for _, place := range unpacked(t, shared(t, "xwiki-confluence-xml-exports.tar.gz")) {
		s := openSite(t, storagetest.SQLite(t))
		s.load(place)
		h := s.api()
		bodies := map[string]*source.Object{}
		all := objects(t, place)
		for _, o := range all {
			if o.Class == "BodyContent" && strings.TrimSpace(o.Get("bodyType")) == "2" {
				bodies[o.Refs["content"].ID] = o
			}
		}
		for _, o := range all {
			if o.Class != "Page" && o.Class != "BlogPost" || o.Refs["originalVersion"].ID != "" || o.Get("originalVersionId") != "" || bodies[o.ID] == nil || strings.TrimSpace(o.Get("contentStatus")) == "draft" {
				continue
			}
			var got struct {
				Body struct{ Storage struct{ Value string } }
			}
			if code := get(t, h, fmt.Sprintf("/wiki/rest/api/content/%s?expand=body.storage&status=any", o.ID), &got); code != http.StatusOK {
				if code == http.StatusNotFound {
					t.Logf("%s: page %s is not there", filepath.Base(place), o.ID)
					continue
				}
				t.Errorf("%s: page %s answers %d", filepath.Base(place), o.ID, code)
				continue
			}
			want, err := storageformat.Canonical(leveled(strings.ReplaceAll(bodies[o.ID].Get("body"), "]] >", "]]>")))
			if err != nil {
				other++
				t.Logf("%s: the source of page %s is not well formed: %v", filepath.Base(place), o.ID, err)
				continue
			}
			have, err := storageformat.Canonical(leveled(got.Body.Storage.Value))
			if err != nil {
				t.Errorf("%s: page %s: %v", filepath.Base(place), o.ID, err)
				continue
			}
			if want != have {
				t.Errorf("%s: page %s was\n%s\nand is\n%s", filepath.Base(place), o.ID, want, have)
				continue
			}
			same++
		}
	}
	t.Logf("%d bodies came back as they were, %d sources are not well formed", same, other)
	if same < 80 {
		t.Errorf("only %d bodies were compared", same)
	}
}
