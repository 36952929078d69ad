package manage

import (
	"context"
	"errors"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/notice"
	"holdfast.dev/internal/product/status/page"
)

// The kinds of job by which a maintenance does what its flags say; their key is page/incident.
const (
	RemindKind   = "status.maintenance.remind"
	StartKind    = "status.maintenance.start"
	CompleteKind = "status.maintenance.complete"
)

// ahead is how long before its start subscribers are reminded of a maintenance.
const ahead = time.Hour

// Jobs gives the handlers of the timers by kind.
func Jobs() map[string]jobs.Handler {
	return map[string]jobs.Handler{RemindKind: {InTx: timer(remind)}, StartKind: {InTx: timer(start)}, CompleteKind: {InTx: timer(complete)}}
}

func jobKey(i *incident.Incident) string { return i.PageID + "/" + i.ID }

// plan sets the timers of a maintenance as it is now; a timer that is no longer wanted is dropped.
func plan(ctx context.Context, tx *volume.Tx, i *incident.Incident) error {
	waiting := i.Scheduled && i.Status == incident.Scheduled
	for _, t := range []struct {
		kind string
		want bool
		due  time.Time
	}{
		{RemindKind, waiting && i.Flags.RemindPrior && i.Reminded.IsZero() && i.ScheduledFor.Add(-ahead).After(tx.Now()), i.ScheduledFor.Add(-ahead)},
		{StartKind, waiting && i.Flags.AutoStart, i.ScheduledFor},
		{CompleteKind, i.Scheduled && !i.Status.Over() && i.Flags.AutoComplete && (!waiting || i.Flags.AutoStart), i.ScheduledUntil},
	} {
		if err := planOne(ctx, tx, t.kind, jobKey(i), t.want, t.due); err != nil {
			return err
		}
	}
	return nil
}

// planOne leaves a timer alone that is set for the same instant: one that was held after a restore stays held.
func planOne(ctx context.Context, tx *volume.Tx, kind, key string, want bool, due time.Time) error {
	j, err := jobs.Named(ctx, tx, kind, key)
	switch {
	case errors.Is(err, storage.ErrNoRows):
		if !want {
			return nil
		}
	case err != nil:
		return err
	case !want:
		return jobs.Drop(ctx, tx, kind, key)
	case j.Due.Equal(due):
		return nil
	}
	return jobs.Put(ctx, tx, jobs.Job{Kind: kind, Key: key, Due: due})
}

func unplan(ctx context.Context, tx *volume.Tx, i *incident.Incident) error {
	for _, kind := range []string{RemindKind, StartKind, CompleteKind} {
		if err := jobs.Drop(ctx, tx, kind, jobKey(i)); err != nil {
			return err
		}
	}
	return nil
}

// timer reads the maintenance that a timer is for; one that is gone is no error.
func timer(fire func(c *change) error) func(context.Context, *volume.Tx, *jobs.Job) error {
	return func(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
		ctx = identity.AsSystem(ctx, "maintenance")
		pageID, id, _ := strings.Cut(j.Key, "/")
		p, err := page.Get(ctx, tx, pageID)
		if err == nil {
			var i *incident.Incident
			if i, err = incident.Get(ctx, tx, pageID, id); err == nil {
				var c *change
				if c, err = begin(ctx, tx, p, i); err == nil {
					return fire(c)
				}
			}
		}
		if fault.Is(err, fault.KindNotFound) {
			return nil
		}
		return err
	}
}

// remind tells subscribers that a maintenance is about to start.
func remind(c *change) error {
	if c.inc.Status != incident.Scheduled || !c.inc.Reminded.IsZero() || !c.inc.Flags.RemindPrior || len(c.inc.Updates) == 0 {
		return nil
	}
	c.inc.Reminded = c.tx.Now()
	if err := incident.Save(c.ctx, c.tx, c.inc); err != nil {
		return err
	}
	if err := c.tell(notice.Reminder, c.inc.Updates[0]); err != nil {
		return err
	}
	return page.Note(c.ctx, c.tx, c.page.ID, "maintenance.remind", c.inc.Name)
}

// start takes a maintenance into progress at its time.
func start(c *change) error {
	if c.inc.Status != incident.Scheduled || !c.inc.Flags.AutoStart {
		return nil
	}
	return c.auto(incident.InProgress, c.inc.Flags.NotifyStart)
}

// complete ends a maintenance at its time.
func complete(c *change) error {
	if c.inc.Status.Over() || !c.inc.Flags.AutoComplete {
		return nil
	}
	return c.auto(incident.Completed, c.inc.Flags.NotifyEnd)
}

func (c *change) auto(to incident.Status, deliver bool) error {
	if err := c.say(Input{}, &incident.Update{Status: to, Body: defaultBody(to), Deliver: deliver}); err != nil {
		return err
	}
	return c.finish("maintenance." + string(to))
}
