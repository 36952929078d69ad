package oncall

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
	return storage.Migrations("oncall", files)
}

// Tables lists every table of the product; each is journaled unless it says why not.
func Tables() []storage.Table {
	tables := []storage.Table{{Name: "oncall_request", Exempt: "outcomes of requests for clients that poll, kept for a week and asked for again when lost"}}
	for _, name := range append(alertTables, peopleTables...) {
		tables = append(tables, storage.Table{Name: name})
	}
	return tables
}

var alertTables = []string{
	"alert", "alert_log", "alert_note", "alert_payload", "alert_attachment", "saved_search", "integration", "integration_key", "heartbeat",
}
