package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/channel"
	"holdfast.dev/internal/product/oncall/key"
	"holdfast.dev/internal/product/status/page"
)

// keyring is a sort of keys that a site has. What it does is in one volume of the site; tokens and sessions of people are the organization's, which is
// above a site, and so in nobody's reach here.
type keyring struct {
	product string
	does    string // as a plan says it
	done    string // as customers are told
	// state tells, for a reviewer and for the checks, how the keys stand with respect to an end; its keys are those of after.
	state func(ctx context.Context, tx *volume.Tx, until time.Time) (map[string]string, map[string]int64, error)
	after func(before map[string]string, until time.Time) map[string]string
	// rotate lets what is valid end at an instant, restore takes that back.
	rotate, restore func(ctx context.Context, tx *volume.Tx, until time.Time) error
}

const noOldSecret = "none"

// endings is a keyring of keys that customers make themselves: those that there are end, and new ones are made by who uses them.
func endings(product, name string, count func(context.Context, *volume.Tx, time.Time) (int64, int64, error), end, keep func(context.Context, *volume.Tx, time.Time) error) keyring {
	open, ending := name+" without an end", func(until time.Time) string { return name + " that end at " + until.Format(time.RFC3339) }
	return keyring{product: product, does: "let every one of the " + name + " that has no end, end; people make new ones meanwhile",
		done: "have given each of your " + name + " an end; make new ones in the settings of your site",
		state: func(ctx context.Context, tx *volume.Tx, until time.Time) (map[string]string, map[string]int64, error) {
			n, m, err := count(ctx, tx, until)
			return map[string]string{open: fmt.Sprint(n), ending(until): fmt.Sprint(m)}, map[string]int64{name: n}, err
		},
		after: func(before map[string]string, until time.Time) map[string]string {
			var n, m int64
			_, _ = fmt.Sscan(before[open], &n) // written above
			_, _ = fmt.Sscan(before[ending(until)], &m)
			return map[string]string{open: "0", ending(until): fmt.Sprint(n + m)}
		},
		rotate: end, restore: keep}
}

// keyrings are the sorts of keys by name.
var keyrings = map[string]keyring{
	"oncall-api-keys":    endings("oncall", "API keys of integrations", key.Ends, key.EndAll, key.KeepAll),
	"status-manage-keys": endings("status", "manage keys", page.KeyEnds, page.EndKeys, page.KeepKeys),
	"oncall-links": {product: "oncall", does: "sign links in pages and calendars of on-call with a new secret; what the old one signed works until its end",
		done: "sign links in pages and calendars of on-call with a new secret; links and calendar addresses that you get from now on are signed with it",
		state: func(ctx context.Context, tx *volume.Tx, until time.Time) (map[string]string, map[string]int64, error) {
			old, err := channel.OldUntil(ctx, tx)
			if err == nil {
				err = noEarlier(old, until)
			}
			return map[string]string{"old secret of links": oldSecret(old)}, nil, err
		},
		after: func(_ map[string]string, until time.Time) map[string]string {
			return map[string]string{"old secret of links": oldSecret(until)}
		},
		rotate: channel.Rotate, restore: channel.Unrotate},
	"status-links": {product: "status", does: "sign links to subscribers and webhooks of status pages with a new secret; links of the old one work, and webhooks are signed with both and told the new one, until its end",
		done: "sign links to subscribers and webhooks of your status pages with a new secret; webhooks are signed with both meanwhile and tell you the new one",
		state: func(ctx context.Context, tx *volume.Tx, until time.Time) (map[string]string, map[string]int64, error) {
			pages, err := page.All(ctx, tx)
			out := map[string]string{}
			for _, p := range pages {
				old := p.OldUntil
				if p.OldSecret == nil {
					old = time.Time{}
				}
				err = errors.Join(err, noEarlier(old, until))
				out["old secret of the page "+p.ID] = oldSecret(old)
			}
			return out, map[string]int64{"status pages": int64(len(pages))}, err
		},
		after: func(before map[string]string, until time.Time) map[string]string {
			out := map[string]string{}
			for name := range before {
				out[name] = oldSecret(until)
			}
			return out
		},
		rotate: onPages(page.Rotate), restore: onPages(page.Unrotate)},
}

// noEarlier refuses a rotation while the old secret of another one still counts: links would die before the time that was promised.
func noEarlier(old, until time.Time) error {
	if !old.IsZero() && until.Sub(old) != 0 && until.Sub(old) != time.Microsecond {
		return fault.Conflict("an earlier rotation is in its grace until %s", old.UTC().Format(time.RFC3339))
	}
	return nil
}

// oldSecret tells until when an old secret counts. The last microsecond is missing where a rotation was taken back, and what it had signed still counts.
func oldSecret(until time.Time) string {
	switch {
	case until.IsZero():
		return noOldSecret
	case until.Nanosecond() != 0:
		return noOldSecret + ", but for that of a rotation taken back, until " + until.UTC().Format(time.RFC3339)
	}
	return "valid until " + until.UTC().Format(time.RFC3339)
}

func onPages(fn func(context.Context, *volume.Tx, *page.Page, time.Time) error) func(context.Context, *volume.Tx, time.Time) error {
	return func(ctx context.Context, tx *volume.Tx, until time.Time) error {
		pages, err := page.All(ctx, tx)
		for _, p := range pages {
			err = errors.Join(err, fn(ctx, tx, p, until))
		}
		return err
	}
}

// rotateKeys changes keys of a site. What was valid stays so until an instant that everybody can be told beforehand.
type rotateKeys struct{ n *Node }

// Kind implements maintenance.Action.
func (rotateKeys) Kind() string { return "rotate-keys" }

// Target implements maintenance.Action.
func (rotateKeys) Target() maintenance.TargetKind { return maintenance.SiteTarget }

// leastGrace is how long what was valid stays so at least.
const leastGrace = time.Hour

// Check implements maintenance.Action.
func (a rotateKeys) Check(params map[string]string) error {
	_, _, err := a.read(params)
	return err
}

func (a rotateKeys) read(params map[string]string) (keyring, time.Time, error) {
	k, ok := keyrings[params["keys"]]
	until, err := time.Parse(time.RFC3339, params["until"])
	if len(params) != 2 || !ok || err != nil {
		return k, until, fault.Bad("action.params: this action takes keys, one of %s, and until, an instant such as 2026-12-24T00:00:00Z at which the old ones end.", strings.Join(slices.Sorted(maps.Keys(keyrings)), ", "))
	}
	if until.Before(a.n.Clock.Now().Add(leastGrace)) {
		return k, until, fault.Bad("action.params.until: the old keys stay valid for at least an hour, and %s is sooner: nobody could put new ones in place.", params["until"])
	}
	return k, until.UTC().Truncate(time.Second), nil
}

// ring is read for parameters that were checked before, when until may be near or over.
func (rotateKeys) ring(params map[string]string) (keyring, time.Time) {
	until, _ := time.Parse(time.RFC3339, params["until"])
	return keyrings[params["keys"]], until.UTC().Truncate(time.Second)
}

// Describe implements maintenance.Action.
func (a rotateKeys) Describe(params map[string]string) string {
	k, until := a.ring(params)
	return k.does + " (" + until.Format(time.RFC3339) + ")"
}

// Promise implements maintenance.Action.
func (rotateKeys) Promise(map[string]string) maintenance.Promise {
	return maintenance.Promise{Requires: "the site is active, and no earlier rotation of the same keys is still in its grace",
		Checked: "the old keys have the end that the plan says, and the site answers",
		Inverse: "the old keys are valid without an end again, and what was signed with a new secret meanwhile stays valid as long as the old would have; once the old secret is over it does not come back"}
}

// TakesSiteOut implements maintenance.Action.
func (rotateKeys) TakesSiteOut() bool { return false }

// Letter implements maintenance.Telling.
func (a rotateKeys) Letter(params map[string]string, undone bool) (subject, text string) {
	k, until := a.ring(params)
	end := until.Format("2 January 2006, 15:04 UTC")
	if undone {
		return "Your keys do not end on " + end, "A change was taken back: we " + k.done + ", with an end on " + end + ".\n" +
			"What was valid before stays valid, what you have made or signed anew meanwhile too. You need to do nothing."
	}
	return "Keys of yours end on " + end, "For safety we " + k.done + ".\n" +
		"The old ones work until " + end + " and not after it. Where one of them was copied into another system, put the new one in its place before that."
}

// on runs fn on the volume of a keyring, unless the site has not switched its product on.
func (a rotateKeys) on(ctx context.Context, site string, params map[string]string, door func(*volume.Volume, context.Context, func(*volume.Tx) error) error, fn func(context.Context, *volume.Tx, keyring, time.Time) error) error {
	k, until := a.ring(params)
	s, err := a.n.activeSite(site)
	if err != nil {
		return err
	}
	if !a.n.Fleet.HasProduct(s.ID, k.product) {
		return nil
	}
	ctx = a.n.siteContext(ctx, s)
	return door(a.n.Pool.Volume(volume.Ref{Kind: kindOf(k.product), Owner: s.ID.String()}), ctx, func(tx *volume.Tx) error { return fn(ctx, tx, k, until) })
}

// Before implements maintenance.Action.
func (a rotateKeys) Before(ctx context.Context, c maintenance.Candidate, params map[string]string) (out maintenance.Snapshot, err error) {
	out.State = map[string]string{}
	err = a.on(ctx, c.ID, params, (*volume.Volume).Read, func(ctx context.Context, tx *volume.Tx, k keyring, until time.Time) (err error) {
		out.State, out.Counts, err = k.state(ctx, tx, until)
		return err
	})
	return out, err
}

// After implements maintenance.Action.
func (a rotateKeys) After(before maintenance.Snapshot, params map[string]string) maintenance.Snapshot {
	k, until := a.ring(params)
	if len(before.State) == 0 {
		return before
	}
	return maintenance.Snapshot{State: k.after(before.State, until), Counts: before.Counts}
}

// Apply implements maintenance.Action.
func (a rotateKeys) Apply(ctx context.Context, t maintenance.Target, params map[string]string) error {
	if err := a.Check(params); err != nil { // the grace may have shrunk while the plan waited for its approval
		return err
	}
	return a.on(ctx, t.ID, params, (*volume.Volume).Write, func(ctx context.Context, tx *volume.Tx, k keyring, until time.Time) error {
		return k.rotate(ctx, tx, until)
	})
}

// Undo implements maintenance.Action.
func (a rotateKeys) Undo(ctx context.Context, t maintenance.Target, params map[string]string) error {
	return a.on(ctx, t.ID, params, (*volume.Volume).Write, func(ctx context.Context, tx *volume.Tx, k keyring, until time.Time) error {
		return k.restore(ctx, tx, until)
	})
}
