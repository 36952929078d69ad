package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/product/access"
)

const testPassword = "a long enough password"

// town is two companies, each with a site of its own, on one server with a clock of its own.
type town struct {
	t     *testing.T
	node  *Node
	clock *clock.Fake
	http  *httptest.Server
	acme  *fleet.Site
	other *fleet.Site
	token map[string]string // by company
}

func newTown(t *testing.T) *town {
	t.Helper()
	return newTownOn(t, Options{Data: t.TempDir()})
}

// newTownOn makes the town where the options say.
func newTownOn(t *testing.T, o Options) *town {
	t.Helper()
	ctx := identity.AsSystem(context.Background(), "test")
	w := &town{t: t, clock: clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC)), token: map[string]string{}}
	var err error
	if w.node, err = Open(ctx, o, w.clock, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.node.Close)
	for name, site := range map[string]**fleet.Site{"acme": &w.acme, "other": &w.other} {
		s, _, err := w.node.FirstRun(ctx, FirstRun{Org: name, Slug: name, Site: name, Admin: access.NewPerson{Email: "ann@" + name + ".example", Name: "Ann", Password: testPassword}})
		if err != nil {
			t.Fatal(err)
		}
		*site = s
		if w.token[name], err = w.node.products.access.CreateToken(ctx, s.Org, "ann@"+name+".example", "test", 24*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	srv, err := NewServer(w.node)
	if err != nil {
		t.Fatal(err)
	}
	w.http = httptest.NewServer(srv)
	t.Cleanup(w.http.Close)
	return w
}

func (w *town) call(client *http.Client, method, path, body string, header ...string) (int, string) {
	w.t.Helper()
	req, err := http.NewRequest(method, w.http.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func bearer(token string) []string { return []string{"Authorization", "Bearer " + token} }

func TestTokensOpenTheirOwnSiteOnlyAndNotForEver(t *testing.T) {
	w := newTown(t)
	if code, body := w.call(http.DefaultClient, "GET", "/s/acme/rest/api/3/myself", "", bearer(w.token["acme"])...); code != 200 {
		t.Fatalf("%d %s", code, body)
	}
	if code, body := w.call(http.DefaultClient, "GET", "/s/acme/rest/api/3/myself", "", bearer(w.token["other"])...); code != 401 && code != 403 {
		t.Errorf("another company's token: %d %s", code, body)
	}
	if code, _ := w.call(http.DefaultClient, "GET", "/s/acme/rest/api/3/myself", ""); code != 401 {
		t.Errorf("nobody: %d", code)
	}
	damaged := w.token["acme"][:len(w.token["acme"])-1] + "x"
	if code, _ := w.call(http.DefaultClient, "GET", "/s/acme/rest/api/3/myself", "", bearer(damaged)...); code != 401 {
		t.Errorf("a damaged token: %d", code)
	}
	w.clock.Advance(25 * time.Hour)
	if code, body := w.call(http.DefaultClient, "GET", "/s/acme/rest/api/3/myself", "", bearer(w.token["acme"])...); code != 401 {
		t.Errorf("an expired token: %d %s", code, body)
	}
}

func TestASuspendedSiteAnswersNobodyAndLosesNothing(t *testing.T) {
	w := newTown(t)
	ctx := identity.AsSystem(context.Background(), "test")
	auth := bearer(w.token["acme"])
	if code, body := w.call(http.DefaultClient, "POST", "/s/acme/rest/api/3/project", `{"key":"APP","name":"App","projectTypeKey":"software"}`, auth...); code != 201 {
		t.Fatalf("%d %s", code, body)
	}
	if err := w.node.Fleet.SetState(ctx, w.acme.ID, fleet.Suspended, "test"); err != nil {
		t.Fatal(err)
	}
	if code, body := w.call(http.DefaultClient, "GET", "/s/acme/rest/api/3/project/APP", "", auth...); code == 200 {
		t.Errorf("a suspended site answers: %s", body)
	}
	if code, _ := w.call(http.DefaultClient, "GET", "/s/other/rest/api/3/myself", "", bearer(w.token["other"])...); code != 200 {
		t.Errorf("its neighbour answers %d", code)
	}
	if err := w.node.Fleet.SetState(ctx, w.acme.ID, fleet.Active, "test"); err != nil {
		t.Fatal(err)
	}
	if code, body := w.call(http.DefaultClient, "GET", "/s/acme/rest/api/3/project/APP", "", auth...); code != 200 {
		t.Errorf("after resume: %d %s", code, body)
	}
}

func TestSessionsNeedTheirTokenToChangeAnything(t *testing.T) {
	w := newTown(t)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	code, body := w.call(browser, "POST", "/s/acme/api/session", `{"email":"ann@acme.example","password":"`+testPassword+`"}`)
	var session struct{ CSRFToken string }
	if err := json.Unmarshal([]byte(body), &session); err != nil || code >= 300 || session.CSRFToken == "" {
		t.Fatalf("%d %s", code, body)
	}
	project := `{"key":"APP","name":"App","projectTypeKey":"software"}`
	if code, _ := w.call(browser, "POST", "/s/acme/rest/api/3/project", project); code != 403 {
		t.Errorf("without the token: %d", code)
	}
	if code, body := w.call(browser, "POST", "/s/acme/rest/api/3/project", project, "X-CSRF-Token", session.CSRFToken); code != 201 {
		t.Errorf("with the token: %d %s", code, body)
	}
}

// Programs such as go-jira sign in for a cookie and know of no token; a browser gets nothing from that way that it could be tricked with.
func TestProgramsChangeThingsWithTheirCookie(t *testing.T) {
	w := newTown(t)
	credentials := `{"username":"ann@acme.example","password":"` + testPassword + `"}`
	signIn := func(header ...string) *http.Client {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		c := &http.Client{Jar: jar}
		if code, body := w.call(c, "POST", "/s/acme/rest/auth/1/session", credentials, header...); code != 200 {
			t.Fatalf("%d %s", code, body)
		}
		return c
	}
	program := signIn()
	browsers := [][]string{{"User-Agent", "Mozilla/5.0"}, {"Origin", w.http.URL}, {"Sec-Fetch-Site", "same-origin"}}
	for _, header := range browsers {
		if code, body := w.call(program, "POST", "/s/acme/rest/api/2/search", `{"jql":""}`, header...); code != 403 {
			t.Errorf("a browser with the program's cookie, %v: %d %s", header, code, body)
		}
		if code, body := w.call(signIn(header...), "POST", "/s/acme/rest/api/2/search", `{"jql":""}`); code != 403 {
			t.Errorf("a browser's session without its token, %v: %d %s", header, code, body)
		}
	}
	if code, body := w.call(program, "POST", "/s/acme/rest/api/2/search", `{"jql":""}`); code != 200 {
		t.Errorf("search: %d %s", code, body)
	}
	if code, body := w.call(program, "POST", "/s/acme/rest/api/2/project", `{"key":"APP","name":"App","projectTypeKey":"software"}`); code != 201 {
		t.Errorf("project: %d %s", code, body)
	}
	if code, body := w.call(program, "DELETE", "/s/acme/rest/auth/1/session", ""); code != 204 {
		t.Errorf("sign out: %d %s", code, body)
	}
	if code, _ := w.call(program, "GET", "/s/acme/rest/api/2/myself", ""); code != 401 {
		t.Errorf("after signing out: %d", code)
	}
}

func TestGuessingPasswordsIsSlowed(t *testing.T) {
	w := newTown(t)
	last := 0
	for range 12 {
		last, _ = w.call(http.DefaultClient, "POST", "/s/acme/api/session", `{"email":"ann@acme.example","password":"guess"}`)
	}
	if last != 429 {
		t.Errorf("the twelfth wrong password answers %d", last)
	}
	if code, _ := w.call(http.DefaultClient, "POST", "/s/acme/api/session", `{"email":"ann@acme.example","password":"`+testPassword+`"}`); code != 429 {
		t.Errorf("the right one, too soon after: %d", code)
	}
	w.clock.Advance(10 * time.Minute)
	if code, body := w.call(http.DefaultClient, "POST", "/s/acme/api/session", `{"email":"ann@acme.example","password":"`+testPassword+`"}`); code >= 300 {
		t.Errorf("later: %d %s", code, body)
	}
}

func TestBrowsersHearWhatOthersChange(t *testing.T) {
	w := newTown(t)
	auth := bearer(w.token["acme"])
	w.call(http.DefaultClient, "POST", "/s/acme/rest/api/3/project", `{"key":"APP","name":"App","projectTypeKey":"software"}`, auth...)
	create := func(summary string) {
		w.call(http.DefaultClient, "POST", "/s/acme/rest/api/3/issue", `{"fields":{"project":{"key":"APP"},"issuetype":{"name":"Bug"},"summary":"`+summary+`"}}`, auth...)
	}
	listen := func(query string, header ...string) *bufio.Scanner {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), "GET", w.http.URL+"/s/acme/api/events"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = resp.Body.Close() })
		return bufio.NewScanner(resp.Body)
	}
	hear := func(lines *bufio.Scanner, words ...string) {
		t.Helper()
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok || data == "{}" {
				continue
			}
			for _, word := range words {
				if !strings.Contains(data, word) {
					t.Errorf("told %s, not %s", data, word)
				}
			}
			return
		}
		t.Errorf("nothing was told: %v", lines.Err())
	}
	position := func(lines *bufio.Scanner) string {
		t.Helper()
		for lines.Scan() {
			if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				return id
			}
		}
		t.Fatalf("the stream says no position: %v", lines.Err())
		return ""
	}
	w.clock.Advance(time.Minute)
	var session struct{ Now string }
	_, body := w.call(http.DefaultClient, "GET", "/s/acme/api/session", "", auth...)
	if err := json.Unmarshal([]byte(body), &session); err != nil || session.Now == "" {
		t.Fatalf("%v: %s", err, body)
	}
	lines := listen("", auth...)
	at := position(lines)
	create("x")
	hear(lines, `"key":"APP-1"`, `"op":"create"`)
	// One that read the page before and listens after it misses nothing, nor one whose stream broke while nothing happened.
	hear(listen("?since="+url.QueryEscape(session.Now), auth...), `"key":"APP-1"`, `"op":"create"`)
	hear(listen("", append(slices.Clone(auth), "Last-Event-ID", at)...), `"key":"APP-1"`, `"op":"create"`)
	fresh := listen("?since=yesterday", auth...)
	position(fresh)
	create("y")
	hear(fresh, `"key":"APP-2"`)
}

// TestTimeMachine goes back over HTTP and forth again.
func TestTimeMachine(t *testing.T) {
	w := newTown(t)
	auth := bearer(w.token["acme"])
	must := func(code int, body string) string {
		t.Helper()
		if code >= 300 {
			t.Fatalf("%d %s", code, body)
		}
		return body
	}
	must(w.call(http.DefaultClient, "POST", "/s/acme/rest/api/3/project", `{"key":"APP","name":"App","projectTypeKey":"software"}`, auth...))
	must(w.call(http.DefaultClient, "POST", "/s/acme/rest/api/3/issue", `{"fields":{"project":{"key":"APP"},"issuetype":{"name":"Bug"},"summary":"Keep me"}}`, auth...))
	var commits struct {
		Commits []struct {
			Seq     int64
			Summary []struct{ Type, Op, Example string }
		}
	}
	if err := json.Unmarshal([]byte(must(w.call(http.DefaultClient, "GET", "/s/acme/api/timemachine/commits?limit=5", "", auth...))), &commits); err != nil {
		t.Fatal(err)
	}
	good := commits.Commits[0].Seq
	if commits.Commits[0].Summary[0].Example != "APP-1 Keep me" {
		t.Errorf("%+v", commits.Commits[0])
	}
	must(w.call(http.DefaultClient, "PUT", "/s/acme/rest/api/3/issue/APP-1", `{"fields":{"summary":"Ruined"}}`, auth...))
	must(w.call(http.DefaultClient, "POST", "/s/acme/rest/api/3/issue", `{"fields":{"project":{"key":"APP"},"issuetype":{"name":"Bug"},"summary":"Spam"}}`, auth...))
	preview := must(w.call(http.DefaultClient, "POST", "/s/acme/api/timemachine/preview", fmt.Sprintf(`{"commit":%d}`, good), auth...))
	for _, want := range []string{`"from":"Ruined","to":"Keep me"`, `"key":"APP-2","title":"Spam"`, `"op":"remove"`, `"op":"change"`} {
		if !strings.Contains(preview, want) {
			t.Errorf("the preview lacks %s: %s", want, preview)
		}
	}
	summary := func() string {
		_, body := w.call(http.DefaultClient, "GET", "/s/acme/rest/api/3/issue/APP-1?fields=summary", "", auth...)
		_, after, _ := strings.Cut(body, `"summary":"`)
		text, _, _ := strings.Cut(after, `"`)
		return text
	}
	wait := func(id string) {
		t.Helper()
		for range 200 {
			body := must(w.call(http.DefaultClient, "GET", "/s/acme/api/timemachine/restores/"+id, "", auth...))
			if strings.Contains(body, `"state":"done"`) {
				return
			}
			if strings.Contains(body, `"state":"failed"`) {
				t.Fatal(body)
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Fatal("the restore does not end")
	}
	var restore struct{ ID string }
	if err := json.Unmarshal([]byte(must(w.call(http.DefaultClient, "POST", "/s/acme/api/timemachine/restore", fmt.Sprintf(`{"commit":%d,"reason":"spam"}`, good), auth...))), &restore); err != nil {
		t.Fatal(err)
	}
	wait(restore.ID)
	if got := summary(); got != "Keep me" {
		t.Errorf("after the restore: %q", got)
	}
	if err := json.Unmarshal([]byte(must(w.call(http.DefaultClient, "POST", "/s/acme/api/timemachine/restores/"+restore.ID+"/undo", "", auth...))), &restore); err != nil {
		t.Fatal(err)
	}
	wait(restore.ID)
	if got := summary(); got != "Ruined" {
		t.Errorf("after the undo: %q", got)
	}
}
