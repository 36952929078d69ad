package app

import (
	"context"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/operator"
	"holdfast.dev/internal/platform/volume"
)

// setCaps changes the caps (R9). Any operator may lower them; only an owner raises one, else whoever is held up by a cap would lift it. Who acts by the data folder
// alone, without a token, owns the installation.
func (n *Node) setCaps(ctx context.Context, to maintenance.Caps) error {
	var now maintenance.Caps
	var all []operator.Operator
	err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		if now, err = maintenance.ReadCaps(ctx, tx); err == nil {
			all, err = operator.All(ctx, tx)
		}
		return err
	})
	if err != nil {
		return err
	}
	raised := to.Run > now.Run || to.Hour > now.Hour || to.Cell > now.Cell || to.Operator > now.Operator
	for _, o := range all {
		if raised && o.Name == identity.From(ctx).Name && !o.Owner {
			return fault.Forbidden("Only an owner of the installation raises a cap; %s is none. Anybody may lower one.", o.Name)
		}
	}
	return n.Maintenance.SetCaps(ctx, to)
}
