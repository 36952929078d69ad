// Package rest is the tracker's HTTP API: Jira Cloud's REST v2 and v3. Every route stands in one list with the permission it needs;
// wire types live here and never reach the domain. What a route does not do as the vendor's documentation promises answers 501 and
// is listed in docs/api-divergences/jira.md.
package rest

import (
	"context"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/needs"
)

// Deps is what the API needs from its surroundings.
type Deps struct {
	// Volume gives the work volume of the site in the context.
	Volume func(ctx context.Context) (*volume.Volume, error)
	// Directory gives the people of the organization of the site in the context.
	Directory func(ctx context.Context) needs.Directory
	// Blobs gives the file contents of the site in the context.
	Blobs func(ctx context.Context) needs.Blobs
	Clock clock.Clock
}

type handler struct{ Deps }

// read runs fn on one instant of the site.
func (h *handler) read(ctx context.Context, fn func(tx *volume.Tx) error) error {
	v, err := h.Volume(ctx)
	if err != nil {
		return err
	}
	return v.Read(ctx, fn)
}

// write runs fn as one commit of the site.
func (h *handler) write(ctx context.Context, fn func(tx *volume.Tx) error) error {
	v, err := h.Volume(ctx)
	if err != nil {
		return err
	}
	return v.Write(ctx, fn)
}
