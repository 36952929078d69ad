package action

import (
	"context"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/integration"
	"holdfast.dev/internal/product/oncall/roster"
)

// Route finds out whom an alert is for, before it is raised: the responders that it names, by their names or IDs, and those of its integration; i may be nil. The
// integration's team gets what names nobody. A name that nobody has is passed over, since an alert is better told to somebody else than refused, and the log
// says so. An alert that is nobody's is the default team's.
func Route(ctx context.Context, tx *volume.Tx, n *alert.New, i *integration.Integration) error {
	wanted := n.Responders
	if i != nil {
		if i.IgnoreResponders {
			wanted = nil
		}
		n.Silent = i.Suppress
		wanted = append(wanted[:len(wanted):len(wanted)], i.Responders...)
		if len(wanted) == 0 && i.TeamID != "" {
			wanted = []alert.Responder{{Type: "team", ID: i.TeamID}}
		}
	}
	people, err := roster.Load(ctx, tx)
	if err != nil {
		return err
	}
	n.Responders = nil
	for _, w := range wanted {
		r, err := people.Resolve("responders", w)
		if err != nil {
			n.Unknown = append(n.Unknown, w)
			continue
		}
		n.Responders = append(n.Responders, r)
	}
	visible := n.VisibleTo
	n.VisibleTo = nil
	for _, w := range visible {
		r, err := people.Resolve("visibleTo", w)
		if err != nil {
			n.Unknown = append(n.Unknown, w)
			continue
		}
		n.VisibleTo = append(n.VisibleTo, r)
	}
	if t := people.DefaultTeam(); len(n.Responders) == 0 && len(visible) == 0 && t != nil {
		n.Responders = []alert.Responder{{Type: "team", ID: t.ID, Name: t.Name}}
	}
	return nil
}
