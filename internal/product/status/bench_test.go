package status_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"holdfast.dev/internal/platform/storage/storagetest"
)

// discard is an answer that nobody keeps.
type discard struct{ h http.Header }

func (d *discard) Header() http.Header         { return d.h }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// BenchmarkStatusPage reads the page as a browser does, from memory; docs/performance.md has the figure over loopback, with its command.
func BenchmarkStatusPage(b *testing.B) {
	w := newWorld(b, storagetest.SQLite(b))
	for _, name := range []string{"API", "Web", "Webhooks", "Build", "Search", "Mail", "Login", "Docs"} {
		w.component(name)
	}
	w.v1("POST", "/incidents", obj{"incident": obj{"name": "Errors", "body": "x"}}, 201, nil)
	w.get("/status/")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		r := httptest.NewRequest("GET", "/status/", nil)
		r.Header.Set("Accept-Encoding", "gzip, br")
		for pb.Next() {
			w.http.ServeHTTP(&discard{http.Header{}}, r)
		}
	})
}

// BenchmarkStatusPageAnew renders the page after a change, and compresses it.
func BenchmarkStatusPageAnew(b *testing.B) {
	w := newWorld(b, storagetest.SQLite(b))
	var last string
	for _, name := range []string{"API", "Web", "Webhooks", "Build", "Search", "Mail", "Login", "Docs"} {
		last = w.component(name)
	}
	for k := range b.N {
		w.v1("PATCH", "/components/"+last, obj{"component": obj{"description": string(rune('a' + k%26))}}, 200, nil)
		w.get("/status/")
	}
}
