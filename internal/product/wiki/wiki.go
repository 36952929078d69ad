package wiki

import (
	"context"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/needs"
)

// Deps is what the wiki needs from its surroundings.
type Deps struct {
	Clock     clock.Clock
	Volume    func(ctx context.Context) (*volume.Volume, error) // the work volume of the context's site
	Directory func(ctx context.Context) needs.Directory
	Blobs     func(ctx context.Context) needs.Blobs
}

// Product is the wiki, for every site of the process.
type Product struct{ deps Deps }

// New makes the product.
func New(d Deps) *Product { return &Product{d} }

// Routes lists every operation of the product.
func (p *Product) Routes() []httpkit.Route { return nil }

// Jobs gives the handlers of the product's jobs by kind.
func (p *Product) Jobs() map[string]jobs.Handler { return nil }

// SetUp fills the work volume of a site on which the wiki is switched on for the first time.
func (p *Product) SetUp(ctx context.Context, v *volume.Volume) error { return nil }
