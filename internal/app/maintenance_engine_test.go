package app

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage/storagetest"
)

// onBothEngines runs f with an installation of no site on each engine.
func onBothEngines(t *testing.T, f func(t *testing.T, s *street)) {
	t.Helper()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			o := Options{Data: t.TempDir()}
			if engine == "postgres" {
				o.Database = storagetest.PostgresURL(t)
			}
			f(t, newStreetOn(t, o))
		})
	}
}

// newStreetOn makes an installation with an organization and no site; see settle.
func newStreetOn(t testing.TB, o Options) *street {
	t.Helper()
	in, _ := t.(*testing.T) // a benchmark asks nothing of a town that could fail
	w := &town{t: in, clock: clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC)), token: map[string]string{}}
	var err error
	if w.node, err = Open(identity.AsSystem(context.Background(), "test"), o, w.clock, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.node.Close)
	return &street{town: w}
}

// settle adds a site with products to the street.
func (s *street) settle(slug string, products ...string) {
	s.t.Helper()
	ctx := identity.AsSystem(context.Background(), "test")
	if len(s.sites) == 0 {
		if _, err := s.node.CreateOrg(ctx, "acme"); err != nil {
			s.t.Fatal(err)
		}
	}
	org, err := s.node.FindOrg(ctx, "acme")
	if err != nil {
		s.t.Fatal(err)
	}
	site, err := s.node.CreateSite(ctx, org.ID, slug, "Shop "+slug, products...)
	if err != nil {
		s.t.Fatal(err)
	}
	s.sites = append(s.sites, site)
}
