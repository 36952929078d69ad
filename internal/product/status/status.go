package status

import (
	"context"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/needs"
)

// Deps is what the status page needs from its surroundings.
type Deps struct {
	Clock    clock.Clock
	Volume   func(ctx context.Context) (*volume.Volume, error) // the status volume of the context's site
	Blobs    func(ctx context.Context) needs.Blobs
	Accounts httpkit.Authenticator // proves people; keys are proven by the product itself
	Senders  needs.Senders
	Folder   string // where static copies are published: one folder a site, by slug
}

// Product is the status page, for every site of the process.
type Product struct{ deps Deps }

// New makes the product.
func New(d Deps) *Product { return &Product{d} }

// Routes lists every operation of the product.
func (p *Product) Routes() []httpkit.Route { return nil }

// Jobs gives the handlers of the product's jobs by kind.
func (p *Product) Jobs() map[string]jobs.Handler { return nil }

// SetUp fills the status volume of a new site: its first page.
func (p *Product) SetUp(ctx context.Context, v *volume.Volume) error { return nil }

// CreateKey makes a manage key and gives its secret, which is not kept.
func (p *Product) CreateKey(ctx context.Context, v *volume.Volume, site ids.Site, name string) (string, error) {
	return "", nil
}
