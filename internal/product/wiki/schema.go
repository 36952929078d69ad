package wiki

import "holdfast.dev/internal/platform/storage"

// Migrations are the steps of the product's schema.
func Migrations() []storage.Migration { return nil }

// Tables lists every table of the product; each is journaled unless it says why not.
func Tables() []storage.Table { return nil }
