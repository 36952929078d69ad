package tracker

import (
	"context"

	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/rest"
	"holdfast.dev/internal/product/tracker/setup"
)

// Deps is what the tracker needs from its surroundings.
type Deps = rest.Deps

// Product is the tracker, for every site of the process.
type Product struct{ deps Deps }

// New makes the product.
func New(d Deps) *Product { return &Product{d} }

// Routes lists every operation of the product.
func (p *Product) Routes() []httpkit.Route { return rest.Routes(p.deps) }

// SetUp fills the work volume of a new site.
func (p *Product) SetUp(ctx context.Context, v *volume.Volume) error {
	return v.Write(ctx, func(tx *volume.Tx) error { return setup.Site(ctx, tx) })
}
