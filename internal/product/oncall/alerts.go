package oncall

import (
	"context"
	"maps"
	"time"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/engine"
	"holdfast.dev/internal/product/oncall/heartbeat"
	"holdfast.dev/internal/product/oncall/integration"
	"holdfast.dev/internal/product/oncall/key"
	"holdfast.dev/internal/product/oncall/rest"
	"holdfast.dev/internal/product/oncall/retention"
)

// Routes lists every operation of the product.
func (p *Product) Routes() []httpkit.Route {
	return rest.Routes(rest.Deps{Clock: p.deps.Clock, Volume: p.deps.Volume, Accounts: p.deps.Accounts, Blobs: p.deps.Blobs, Issues: p.deps.Issues, Status: p.deps.Status, Senders: p.deps.Senders, Limit: p.deps.Limit})
}

// Jobs gives the handlers of the product's jobs by kind.
func (p *Product) Jobs() map[string]jobs.Handler {
	all := map[string]jobs.Handler{
		heartbeat.JobKind: {InTx: heartbeat.Expire},
		sweepKind:         {InTx: sweep},
	}
	maps.Copy(all, engine.Jobs(p.deps.Clock, p.deps.Senders))
	return all
}

// sweepKind is the job that forgets the outcomes of old requests, and messages that the site does not keep any longer.
const sweepKind = "oncall.sweep"

// sweepBatch is how many go in one commit.
const sweepBatch = 2000

func sweep(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
	n, err := alert.ForgetRequests(ctx, tx, sweepBatch)
	if err != nil {
		return err
	}
	messages, err := retention.Sweep(ctx, tx, sweepBatch)
	if err != nil {
		return err
	}
	pause := time.Hour
	if n == sweepBatch || messages == sweepBatch {
		pause = time.Second
	}
	return jobs.Put(ctx, tx, jobs.Job{Kind: sweepKind, Key: j.Key, Due: tx.Now().Add(pause)})
}

// setUpAlerts starts what runs for as long as the site has on-call.
func setUpAlerts(ctx context.Context, tx *volume.Tx) error {
	return jobs.Put(ctx, tx, jobs.Job{Kind: sweepKind, Key: "sweep", Due: tx.Now().Add(time.Hour)})
}

// defaultIntegration is the name of the integration whose keys the command line makes.
const defaultIntegration = "Default API"

// CreateKey makes an API key with all rights and gives its secret, which is not kept. Alerts of it that name nobody go to the default team.
func (p *Product) CreateKey(ctx context.Context, v *volume.Volume, site ids.Site, name string) (secret string, err error) {
	err = v.Write(ctx, func(tx *volume.Tx) error {
		all, err := integration.List(ctx, tx, integration.TypeAPI, "")
		if err != nil {
			return err
		}
		var i *integration.Integration
		for _, have := range all {
			if have.Name == defaultIntegration {
				i = have
			}
		}
		if i == nil {
			i = &integration.Integration{Type: integration.TypeAPI, Name: defaultIntegration, Enabled: true, Read: true, Write: true, Delete: true, Configure: true, Responders: []alert.Responder{}, Actions: []integration.Action{}}
			if err := integration.Create(ctx, tx, i); err != nil {
				return err
			}
		}
		secret, err = key.Create(ctx, tx, site, i.ID, name)
		return err
	})
	return secret, err
}
