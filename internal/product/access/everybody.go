package access

import (
	"context"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access/account"
)

type everybodyKey[T any] struct{}

// Everybody gives all people of an organization in another product's own form, made once and remembered until somebody changes. The map
// is shared: nobody may change it.
func Everybody[T any](ctx context.Context, p *Product, org ids.Org, as func(*account.Account) T) (out map[string]T, err error) {
	err = p.Volume(org).Read(ctx, func(tx *volume.Tx) error {
		out, err = volume.Memo(ctx, tx, everybodyKey[T]{}, []string{"account"}, func() (map[string]T, error) {
			all, err := account.All(ctx, tx)
			if err != nil {
				return nil, err
			}
			m := make(map[string]T, len(all))
			for id, a := range all {
				m[id] = as(a)
			}
			return m, nil
		})
		return err
	})
	return out, err
}
