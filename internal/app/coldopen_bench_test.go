package app

import (
	"context"
	"log/slog"
	"testing"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
)

// BenchmarkColdOpen opens the closed volumes of a site, one kind after the other, and reads something.
func BenchmarkColdOpen(b *testing.B) {
	ctx := identity.AsSystem(context.Background(), "bench")
	n, err := Open(ctx, Options{Data: b.TempDir()}, clock.System, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(n.Close)
	org, err := n.CreateOrg(ctx, "Acme")
	if err != nil {
		b.Fatal(err)
	}
	site, err := n.CreateSite(ctx, org.ID, "acme", "Acme")
	if err != nil {
		b.Fatal(err)
	}
	for _, kind := range []string{"work", "oncall", "status"} {
		ref := volume.Ref{Kind: kind, Owner: site.ID.String()}
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				if err := n.Pool.Evict(ctx, ref); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if err := n.Pool.Volume(ref).Read(ctx, func(*volume.Tx) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
