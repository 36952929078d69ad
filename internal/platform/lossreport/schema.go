package lossreport

import (
	"embed"
	"io/fs"

	"holdfast.dev/internal/platform/storage"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the steps of the schema, which belongs to the control database.
func Migrations() []storage.Migration {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return storage.Migrations("lossreport", files)
}

// Tables of the control database that are this package's.
var Tables = []storage.Table{{Name: "loss_report"}, {Name: "loss_roots"}, {Name: "loss_roots_delivery"}, {Name: "loss_roots_schedule"}}
