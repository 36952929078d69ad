package wiki

import (
	"context"

	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/mailing"
	"holdfast.dev/internal/product/wiki/rest"
	"holdfast.dev/internal/product/wiki/setup"
)

// Deps is what the wiki needs from its surroundings.
type Deps = rest.Deps

// Product is the wiki, for every site of the process.
type Product struct{ deps Deps }

// New makes the product.
func New(d Deps) *Product { return &Product{d} }

// Routes lists every operation of the product.
func (p *Product) Routes() []httpkit.Route { return rest.Routes(p.deps) }

// Jobs gives the handlers of the product's jobs by kind.
func (p *Product) Jobs() map[string]jobs.Handler {
	return (&mailing.Sender{Directory: p.deps.Directory, Mail: p.deps.Senders.Mail}).Handlers()
}

// SetUp fills the work volume of a site on which the wiki is switched on. It may run again.
func (p *Product) SetUp(ctx context.Context, v *volume.Volume) error {
	return v.Write(ctx, func(tx *volume.Tx) error { return setup.Site(ctx, tx) })
}
