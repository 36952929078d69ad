package app

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
)

// oncallKey makes an API key for alerts of the benchmark's site.
func oncallKey(b testing.TB, n *Node) string {
	b.Helper()
	s, err := n.FindSite("acme")
	if err != nil {
		b.Fatal(err)
	}
	ctx := n.siteContext(identity.AsSystem(b.Context(), "bench"), s)
	key, err := n.products.oncall.CreateKey(ctx, n.Pool.Volume(volume.Ref{Kind: "oncall", Owner: s.ID.String()}), s.ID, "bench")
	if err != nil {
		b.Fatal(err)
	}
	return key
}

// BenchmarkAlertCreate: alerts accepted durably with the paging that they start, over HTTP, 16 clients.
func BenchmarkAlertCreate(b *testing.B) {
	s := serve(b)
	key := oncallKey(b, s.node)
	clients(b, func(i int) {
		req, err := http.NewRequest("POST", s.url+"/v2/alerts", strings.NewReader(fmt.Sprintf(`{"message":"Disk of db%d is full","alias":"disk-%d","description":"More than 98 percent are used since ten minutes.","source":"prometheus","tags":["disk","db"],"details":{"host":"db%d","severity":"critical"},"priority":"P1"}`, i, i, i)))
		if err != nil {
			b.Error(err)
			return
		}
		req.Header.Set("Authorization", "GenieKey "+key)
		req.Header.Set("Content-Type", "application/json")
		resp, err := s.client.Do(req)
		if err != nil {
			b.Error(err)
			return
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusAccepted {
			b.Errorf("%d %s %v", resp.StatusCode, body, err)
		}
	})
}
