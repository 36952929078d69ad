package httpkit

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestTreeFindsTheMostLiteralRoute(t *testing.T) {
	m := &Mux{fallback: http.NotFoundHandler()}
	for _, path := range []string{"/project/{p}/statuses", "/project/type/{t}", "/project/{p}", "/issue/{i}/comment/{id}", "/issue/createmeta/{p}/issuetypes"} {
		answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, path+" "+r.PathValue("p")+r.PathValue("t")+r.PathValue("i")+r.PathValue("id"))
		})
		if !m.tree.add("GET", path, &leaf{handler: answer, dialect: Jira}) {
			t.Fatalf("%s was there already", path)
		}
	}
	if m.tree.add("GET", "/project/{other}", &leaf{}) {
		t.Error("a second route of the same form was taken")
	}
	cases := []struct {
		method, path, want string
		status             int
	}{
		{"GET", "/project/APP/statuses", "/project/{p}/statuses APP", 200},
		{"GET", "/project/type/statuses", "/project/type/{t} statuses", 200},
		{"GET", "/project/type", "/project/{p} type", 200},
		{"GET", "/project/APP/", "/project/{p} APP", 200},
		{"HEAD", "/project/APP", "/project/{p} APP", 200},
		{"GET", "/issue/createmeta/comment/issuetypes", "/issue/createmeta/{p}/issuetypes comment", 200},
		{"GET", "/issue/createmeta/comment/7", "/issue/{i}/comment/{id} createmeta7", 200},
		{"GET", "/issue/createmeta/comment", "", 404},
		{"GET", "/project/a%2Fb", "/project/{p} a/b", 200},
		{"POST", "/project/APP", "", 405},
		{"GET", "/project//statuses", "", 404},
		{"GET", "/elsewhere", "", 404},
	}
	for _, c := range cases {
		w := httptest.NewRecorder()
		m.ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.status || c.status == 200 && w.Body.String() != c.want {
			t.Errorf("%s %s: got %d %q, want %d %q", c.method, c.path, w.Code, w.Body, c.status, c.want)
		}
		if w.Code == 405 && w.Header().Get("Allow") != "GET" {
			t.Errorf("%s %s: Allow is %q", c.method, c.path, w.Header().Get("Allow"))
		}
	}
}
