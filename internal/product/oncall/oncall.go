package oncall

import (
	"context"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/ratelimit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/needs"
	"holdfast.dev/internal/product/oncall/setup"
)

// Deps is what on-call needs from its surroundings.
type Deps struct {
	Clock    clock.Clock
	Volume   func(ctx context.Context) (*volume.Volume, error) // the on-call volume of the context's site
	Accounts httpkit.Authenticator                             // proves people; keys are proven by the product itself
	Senders  needs.Senders
	Issues   func(ctx context.Context) needs.Issues          // may give nil
	Status   func(ctx context.Context) needs.StatusIncidents // may give nil
	Blobs    func(ctx context.Context) needs.Blobs           // contents of attachments
	Limit    *ratelimit.Limiter                              // of requests by key; nil for rest.DefaultLimit
}

// Product is on-call, for every site of the process.
type Product struct{ deps Deps }

// New makes the product.
func New(d Deps) *Product { return &Product{d} }

// SetUp fills the on-call volume of a new site: a default team with its schedule, escalation and routing rule.
func (p *Product) SetUp(ctx context.Context, v *volume.Volume) error {
	return v.Write(ctx, func(tx *volume.Tx) error {
		if err := setup.Site(ctx, tx); err != nil {
			return err
		}
		return setUpAlerts(ctx, tx)
	})
}

// SyncPeople brings the product's copy of the site's people up to date. The first administrator it learns of goes on call in the default
// schedule, so that a fresh install pages someone. People who left are kept, inactive.
func (p *Product) SyncPeople(ctx context.Context, v *volume.Volume, people []needs.Person) error {
	return v.Write(ctx, func(tx *volume.Tx) error { return setup.People(ctx, tx, people) })
}
