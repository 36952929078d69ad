package status

import (
	"embed"
	"io/fs"

	"holdfast.dev/internal/platform/storage"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the steps of the product's schema.
func Migrations() []storage.Migration {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return storage.Migrations("status", files)
}

// Tables lists every table of the product; all are journaled.
func Tables() []storage.Table {
	var tables []storage.Table
	for _, name := range []string{
		"page", "manage_key", "component", "component_state", "incident", "incident_component", "incident_update", "incident_template",
		"subscriber", "subscriber_component", "notice", "delivery", "metric_provider", "metric", "metric_point", "activity",
	} {
		tables = append(tables, storage.Table{Name: name})
	}
	return tables
}
