package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/product/access"
)

// served is a real server on SQLite in a temporary folder, with a company, a project and a token.
type served struct {
	url, token string
	client     *http.Client
	node       *Node
}

const benchEmail = "ann@example.com"

func serve(b testing.TB) *served {
	b.Helper()
	ctx := identity.AsSystem(context.Background(), "bench")
	n, err := Open(ctx, Options{Data: b.TempDir()}, clock.System, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	site, _, err := n.FirstRun(ctx, FirstRun{Org: "Acme", Slug: "acme", Site: "Acme", Admin: access.NewPerson{Email: benchEmail, Name: "Ann", Password: "a long enough password"}})
	if err != nil {
		b.Fatal(err)
	}
	s := &served{node: n, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	if s.token, err = n.products.access.CreateToken(ctx, site.Org, benchEmail, "bench", 0); err != nil {
		b.Fatal(err)
	}
	srv, err := NewServer(n)
	if err != nil {
		b.Fatal(err)
	}
	h := httptest.NewServer(srv)
	s.url = h.URL
	b.Cleanup(func() {
		h.Close()
		n.Close()
	})
	if code, body := s.call(b, "POST", "/rest/api/3/project", `{"key":"APP","name":"App","projectTypeKey":"software"}`); code != http.StatusCreated {
		b.Fatalf("%d %s", code, body)
	}
	return s
}

func (s *served) call(b testing.TB, method, path, body string) (int, string) {
	b.Helper()
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.SetBasicAuth(benchEmail, s.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	return resp.StatusCode, string(out)
}

// clients runs fn from 16 clients b.N times in all and reports requests a second and the slowest of a hundred.
func clients(b *testing.B, fn func(n int)) {
	const count = 16
	var next atomic.Int64
	times := make([][]time.Duration, count)
	var wg sync.WaitGroup
	b.ResetTimer()
	start := time.Now()
	for c := range count {
		wg.Go(func() {
			for {
				n := int(next.Add(1))
				if n > b.N {
					return
				}
				at := time.Now()
				fn(n)
				times[c] = append(times[c], time.Since(at))
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	b.StopTimer()
	all := slices.Concat(times...)
	slices.Sort(all)
	b.ReportMetric(float64(b.N)/took.Seconds(), "requests/s")
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkIssueCreate: durable, over HTTP, 16 clients.
func BenchmarkIssueCreate(b *testing.B) {
	s := serve(b)
	clients(b, func(n int) {
		code, body := s.call(b, "POST", "/rest/api/3/issue", fmt.Sprintf(`{"fields":{"project":{"key":"APP"},"issuetype":{"name":"Bug"},"summary":"Pump %d leaks","labels":["wet"],"description":{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"It happens about once in twenty tries, more often on slow networks."}]}]}}}`, n))
		if code != http.StatusCreated {
			b.Errorf("%d %s", code, body)
		}
	})
}

// BenchmarkIssueGet: whole issues, 16 clients.
func BenchmarkIssueGet(b *testing.B) {
	s := serve(b)
	for n := range 500 {
		if code, body := s.call(b, "POST", "/rest/api/3/issue", fmt.Sprintf(`{"fields":{"project":{"key":"APP"},"issuetype":{"name":"Bug"},"summary":"Pump %d leaks"}}`, n)); code != http.StatusCreated {
			b.Fatalf("%d %s", code, body)
		}
	}
	clients(b, func(n int) {
		if code, body := s.call(b, "GET", fmt.Sprintf("/rest/api/3/issue/APP-%d", n%500+1), ""); code != http.StatusOK {
			b.Errorf("%d %s", code, body)
		}
	})
}
