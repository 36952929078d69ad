package notice

import (
	"context"
	"encoding/json"
	"slices"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/subscriber"
)

// spread is how far the search for those who are told has come. Own is the second pass: over those who follow this incident alone.
type spread struct {
	Notice string `json:"notice"`
	After  string `json:"after,omitempty"`
	Own    bool   `json:"own,omitempty"`
}

// step bounds how many subscribers one transaction looks at; batch how many mails one job hands over.
const (
	step  = 500
	batch = 25
)

func putSpread(ctx context.Context, tx *volume.Tx, s spread) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return jobs.Put(ctx, tx, jobs.Job{Kind: SpreadKind, Payload: b})
}

// delivering is the payload of a job that hands over.
type delivering struct {
	Notice      string   `json:"notice"`
	Subscribers []string `json:"subscribers"`
}

// Spread is the job of SpreadKind: it finds the next step of subscribers who are told and puts the jobs that tell them.
func Spread(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
	var s spread
	if err := json.Unmarshal(j.Payload, &s); err != nil {
		return err
	}
	n, err := Get(ctx, tx, s.Notice)
	if fault.Is(err, fault.KindNotFound) {
		return nil // the page or incident was deleted meanwhile
	}
	if err != nil {
		return err
	}
	incidentID := ""
	if s.Own {
		incidentID = n.IncidentID
	}
	list, err := subscriber.InState(ctx, tx, n.PageID, incidentID, subscriber.Active, s.After, step)
	if err != nil {
		return err
	}
	told, err := n.deliver(ctx, tx, list, s.Own)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qCount, n.ID, told); err != nil {
		return err
	}
	switch {
	case len(list) == step:
		return putSpread(ctx, tx, spread{s.Notice, list[step-1].ID, s.Own})
	case !s.Own && n.IncidentID != "":
		return putSpread(ctx, tx, spread{Notice: s.Notice, Own: true})
	}
	return nil
}

// deliver puts the jobs for those of a list who are told.
func (n *Notice) deliver(ctx context.Context, tx *volume.Tx, list []*subscriber.Subscriber, own bool) (told int, err error) {
	var mails []string
	flush := func() error {
		if len(mails) == 0 {
			return nil
		}
		d := delivering{n.ID, mails}
		mails = nil
		return put(ctx, tx, MailKind, n.ID+"/"+d.Subscribers[0], d)
	}
	for _, s := range list {
		wanted, err := n.wanted(ctx, tx, s, own)
		if err != nil {
			return told, err
		}
		if !wanted {
			continue
		}
		told++
		if s.Mode == subscriber.Webhook {
			if err := put(ctx, tx, HookKind, n.ID+"/"+s.ID, delivering{n.ID, []string{s.ID}}); err != nil {
				return told, err
			}
			continue
		}
		if mails = append(mails, s.ID); len(mails) == batch {
			if err := flush(); err != nil {
				return told, err
			}
		}
	}
	return told, flush()
}

// wanted tells whether a subscriber hears of the notice.
func (n *Notice) wanted(ctx context.Context, tx *volume.Tx, s *subscriber.Subscriber, own bool) (bool, error) {
	if n.Kind == Component && s.Mode != subscriber.Webhook {
		return false, nil
	}
	if !own {
		return s.Everything || slices.ContainsFunc(s.ComponentIDs, func(id string) bool { return slices.Contains(n.Content.ComponentIDs, id) }), nil
	}
	twin, err := subscriber.Find(ctx, tx, n.PageID, "", s.Mode, s.Address)
	if err == nil && twin.State == subscriber.Active {
		heard, err := n.wanted(ctx, tx, twin, false)
		return !heard, err // the same address follows the page, too
	}
	if err != nil && !fault.Is(err, fault.KindNotFound) {
		return false, err
	}
	return true, nil
}
