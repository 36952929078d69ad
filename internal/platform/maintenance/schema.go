package maintenance

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
	return storage.Migrations("maintenance", files)
}

// Tables of the control database that are this package's.
var Tables = []storage.Table{{Name: "maintenance_plan"}, {Name: "maintenance_target"}, {Name: "maintenance_approval"}, {Name: "maintenance_permit"},
	{Name: "maintenance_event"}, {Name: "maintenance_breakglass"}, {Name: "maintenance_setting"}, {Name: "maintenance_letter"}}
