package fleet

import (
	"context"
	"slices"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

var (
	qProducts   = storage.Register("fleet/site_product.all", `SELECT site_id, product, enabled FROM site_product`)
	qSetProduct = storage.Register("fleet/site_product.set", `INSERT INTO site_product (site_id, product, enabled, changed_us) VALUES ($1, $2, $3, $4)
		ON CONFLICT (site_id, product) DO UPDATE SET enabled = excluded.enabled, changed_us = excluded.changed_us`)
)

// loadProducts reads which products each site has on.
func loadProducts(ctx context.Context, tx *volume.Tx) (map[ids.Site][]string, error) {
	out := map[ids.Site][]string{}
	rows, err := tx.Query(ctx, qProducts)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var site ids.Site
		var product string
		var on int64
		if err := rows.Scan(&site, &product, &on); err != nil {
			return nil, err
		}
		if out[site] == nil {
			out[site] = []string{}
		}
		if on != 0 {
			out[site] = append(out[site], product)
		}
	}
	for _, on := range out {
		slices.Sort(on)
	}
	return out, rows.Err()
}

// beforeProducts is what a site has that was made before products could be switched.
var beforeProducts = []string{"tracker"}

// Products names the products that a site has switched on, in alphabetical order. The slice is shared: nobody may change it.
func (f *Fleet) Products(id ids.Site) []string {
	if on, ok := f.current.Load().products[id]; ok {
		return on
	}
	return beforeProducts
}

// HasProduct tells whether a site has a product switched on.
func (f *Fleet) HasProduct(id ids.Site, product string) bool {
	return slices.Contains(f.Products(id), product)
}

// SetProducts switches products of a site on or off, in one commit with the ledger's entry. What a product holds stays where it is.
func (f *Fleet) SetProducts(ctx context.Context, id ids.Site, products []string, on bool) error {
	s, err := f.Site(id)
	if err != nil {
		return err
	}
	if len(products) == 0 {
		return fault.Invalid("products", "Name at least one product.")
	}
	enabled, verb := int64(0), "product off"
	if on {
		enabled, verb = 1, "product on"
	}
	return f.write(ctx, func(tx *volume.Tx) error {
		for _, p := range products {
			if _, err := tx.Exec(ctx, qSetProduct, s.ID, p, enabled, clock.Micros(tx.Now())); err != nil {
				return err
			}
			if _, err := begin(ctx, tx, verb, s.ID.String(), p, "done", ""); err != nil {
				return err
			}
		}
		return nil
	})
}
