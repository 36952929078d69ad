package lifecycle

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
	return storage.Migrations("lifecycle", files)
}

// Tables of the control database that are this package's.
var Tables = []storage.Table{{Name: "lifecycle_notice"}, {Name: "purge_request"}, {Name: "purge_approval"}}
