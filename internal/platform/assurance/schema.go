package assurance

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
	return storage.Migrations("assurance", files)
}

// Tables of the control database that are this package's.
var Tables = []storage.Table{{Name: "assurance_proof"}, {Name: "assurance_test"}, {Name: "assurance_setting"}, {Name: "drill_run"}, {Name: "assurance_contact"}}
