package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/policy"
)

// Policies of type notification stand between an alert and the telling of a team, or of everybody where the policy is the site's. What they hold back
// goes on by a timer of the alert's run, or when the alert has come often enough.

// The kinds of the jobs of policies.
const (
	KindDelayed   = "oncall.delayed"   // the end of a delay
	KindRestart   = "oncall.restart"   // the telling begins again
	KindAutoClose = "oncall.autoclose" // the alert is closed
)

var (
	qHold      = storage.Register("oncall/alert_hold.put", `INSERT INTO alert_hold (alert_id, team_id, policy_id, since_us) VALUES ($1, $2, $3, $4) ON CONFLICT (alert_id, team_id) DO UPDATE SET policy_id = excluded.policy_id`)
	qHolds     = storage.Register("oncall/alert_hold.of_alert", `SELECT team_id, policy_id FROM alert_hold WHERE alert_id = $1 ORDER BY alert_id, team_id`)
	qRelease   = storage.Register("oncall/alert_hold.delete", `DELETE FROM alert_hold WHERE alert_id = $1 AND team_id = $2`)
	qDropHolds = storage.Register("oncall/alert_hold.delete_all", `DELETE FROM alert_hold WHERE alert_id = $1`)
	qRecurred  = storage.Register("oncall/alert_log.recurred", `SELECT count(*) FROM alert_log WHERE alert_id = $1 AND at_us >= $2 AND kind = 'system' AND text LIKE 'Alert count increased to %'`)
)

func dropHolds(ctx context.Context, tx *volume.Tx, alertID string) error {
	_, err := tx.Exec(ctx, qDropHolds, alertID)
	return err
}

// governed lets the first policy that fits decide how a team is told, or everybody for an empty one; tell does it.
func (p *pager) governed(teamID string, tell func() error) error {
	pol, err := policy.For(p.ctx, p.tx, teamID, p.alert)
	if err != nil {
		return err
	}
	if pol == nil {
		return tell()
	}
	if err := p.timers(pol, teamID); err != nil {
		return err
	}
	switch {
	case pol.Suppress:
		return p.note(fmt.Sprintf("Nobody is told: policy %q suppresses it", pol.Name))
	case pol.Deduplication != nil:
		enough, err := p.oftenEnough(pol.Deduplication)
		if err != nil {
			return err
		}
		if !enough {
			if _, err := p.tx.Exec(p.ctx, qHold, p.alert.ID, teamID, pol.ID, clock.Micros(p.tx.Now())); err != nil {
				return err
			}
			return p.note(fmt.Sprintf("Held by policy %q until the alert has come %d times", pol.Name, pol.Deduplication.Count))
		}
	}
	if pol.Delay != nil {
		until := pol.Delay.Until(p.tx.Now(), p.zoneOf(pol))
		if err := p.later(KindDelayed, "delay/"+teamID, timer{Team: teamID}, until); err != nil {
			return err
		}
		return p.note(fmt.Sprintf("Held by policy %q until %s", pol.Name, until.UTC().Format(time.RFC3339)))
	}
	return tell()
}

// timers puts what a policy does later, whatever it does now.
func (p *pager) timers(pol *policy.Policy, teamID string) error {
	if r := pol.AutoRestart; r != nil {
		if err := p.later(KindRestart, "restart/"+teamID, timer{Team: teamID, Policy: pol.ID, Round: 1}, p.tx.Now().Add(r.Duration.Time())); err != nil {
			return err
		}
	}
	if c := pol.AutoClose; c != nil {
		t := timer{Alert: p.alert.ID, Policy: pol.ID}
		return jobs.Put(p.ctx, p.tx, jobs.Job{Kind: KindAutoClose, Key: p.alert.ID, Payload: payload(t), Due: p.alert.Created.Add(c.Duration.Time())})
	}
	return nil
}

// zoneOf is the zone of a policy's hours: its own, else that of the default team's schedule.
func (p *pager) zoneOf(pol *policy.Policy) *time.Location {
	if zone, err := time.LoadLocation(pol.Zone); err == nil && pol.Zone != "" {
		return zone
	}
	teamID := pol.TeamID
	if t := p.r.DefaultTeam(); teamID == "" && t != nil {
		teamID = t.ID
	}
	for _, s := range p.r.Schedules {
		if s.TeamID == teamID {
			return s.Location()
		}
	}
	return time.UTC
}

// oftenEnough tells whether an alert has come as often as a policy wants. Counting ends at alert.MaxCount: then it has.
func (p *pager) oftenEnough(d *policy.Deduplication) (bool, error) {
	if p.alert.Count >= alert.MaxCount || d.Type == policy.ValueBased {
		return p.alert.Count >= d.Count, nil
	}
	since := p.tx.Now().Add(-d.Duration.Time())
	var n int
	if err := p.tx.Get(p.ctx, qRecurred, []any{p.alert.ID, clock.Micros(since)}, &n); err != nil {
		return false, err
	}
	if !p.alert.Created.Before(since) {
		n++
	}
	return n >= d.Count, nil
}

// resume tells a team, or everybody, without asking policies again.
func (p *pager) resume(teamID string) error {
	if teamID == "" {
		return p.pageResponders()
	}
	t := p.r.Teams[teamID]
	if t == nil {
		return p.note("The team that was to be told is gone")
	}
	return p.routeTeam(t, alert.Responder{Type: "team", ID: t.ID, Name: t.Name})
}

// Recurred follows an alert that came again while it was open, in the transaction that counted it: whoever waited for that is told.
func Recurred(ctx context.Context, tx *volume.Tx, alertID string) error {
	all, err := policy.All(ctx, tx)
	if err != nil || len(all) == 0 {
		return err
	}
	type hold struct{ team, policy string }
	holds, err := storage.All(ctx, tx.Tx, qHolds, func(r *storage.Rows) (h hold, err error) { return h, r.Scan(&h.team, &h.policy) }, alertID)
	if err != nil || len(holds) == 0 {
		return err
	}
	p, err := open(ctx, tx, alertID)
	if err != nil {
		return err
	}
	for _, h := range holds {
		enough := true // a policy that is gone holds nothing
		for _, pol := range all {
			if pol.ID == h.policy && pol.Telling != nil && pol.Deduplication != nil {
				if enough, err = p.oftenEnough(pol.Deduplication); err != nil {
					return err
				}
			}
		}
		if !enough {
			continue
		}
		if _, err := tx.Exec(ctx, qRelease, alertID, h.team); err != nil {
			return err
		}
		if !p.alert.Open || p.alert.Acknowledged || p.alert.Snoozed(tx.Now()) {
			continue
		}
		if err := p.note(fmt.Sprintf("The alert has come %d times", p.alert.Count)); err != nil {
			return err
		}
		if err := p.resume(h.team); err != nil {
			return err
		}
	}
	return nil
}

func runDelayed(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
	p, t, err := reopenTimer(ctx, tx, j)
	if p == nil || err != nil || p.alert.Acknowledged {
		return err
	}
	if err := p.note("The delay has ended"); err != nil {
		return err
	}
	return p.resume(t.Team)
}

// runRestart begins the telling again while nobody has acknowledged, as often as the policy says.
func runRestart(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
	p, t, err := reopenTimer(ctx, tx, j)
	if p == nil || err != nil || p.alert.Acknowledged {
		return err
	}
	all, err := policy.All(ctx, tx)
	if err != nil {
		return err
	}
	for _, pol := range all {
		if pol.ID != t.Policy || pol.Telling == nil || pol.AutoRestart == nil || !pol.Enabled || t.Round > pol.AutoRestart.Most {
			continue
		}
		if err := p.note(fmt.Sprintf("The telling begins again by policy %q (%d of %d)", pol.Name, t.Round, pol.AutoRestart.Most)); err != nil {
			return err
		}
		if err := p.resume(t.Team); err != nil || t.Round == pol.AutoRestart.Most {
			return err
		}
		t.Round++
		return p.later(KindRestart, fmt.Sprintf("restart/%s/%d", t.Team, t.Round), t, tx.Now().Add(pol.AutoRestart.Duration.Time()))
	}
	return nil
}

// runAutoClose closes an alert that nobody closed.
func runAutoClose(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
	var t timer
	if err := json.Unmarshal(j.Payload, &t); err != nil {
		return fmt.Errorf("%w: %w", err, jobs.ErrGiveUp)
	}
	a, err := alert.Get(ctx, tx, t.Alert)
	if errors.Is(err, alert.ErrMissing) {
		return nil
	}
	if err != nil || !a.Open {
		return err
	}
	name := "a policy"
	all, err := policy.All(ctx, tx)
	if err != nil {
		return err
	}
	for _, pol := range all {
		if pol.ID == t.Policy {
			name = "policy " + pol.Name
		}
	}
	if _, err := alert.Close(ctx, tx, a, alert.By{Source: name}); err != nil {
		return err
	}
	return Changed(ctx, tx, a.ID, Closed)
}
