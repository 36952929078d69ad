// Package wikitest opens volumes for tests of the wiki. Only tests import it.
package wikitest

import (
	"context"
	"slices"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki"
)

// Open makes an empty work volume with the wiki's schema.
func Open(t testing.TB, e storage.Engine, c clock.Clock) *volume.Volume {
	t.Helper()
	kind := volume.Kind{Name: "work", Migrations: slices.Concat(jobs.Migrations(), wiki.Migrations()), Tables: slices.Concat(jobs.Tables, wiki.Tables())}
	place := volume.Place{Engine: e, Generation: 1}
	p := volume.NewPool(volume.Config{Kinds: []volume.Kind{kind}, Clock: c, Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }, Wake: func(volume.Ref, time.Time) error { return nil }})
	t.Cleanup(p.Close)
	ref := volume.Ref{Kind: "work", Owner: "site_test"}
	if err := p.Create(context.Background(), ref, place); err != nil {
		t.Fatal(err)
	}
	return p.Volume(ref)
}
