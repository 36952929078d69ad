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

// Tables lists every table of the product, with what its rows are to people; each is journaled unless it says why not.
func Tables() []storage.Table {
	tables := []storage.Table{{Name: "oncall_request", Exempt: "outcomes of requests for clients that poll, kept for a week and asked for again when lost"}}
	return append(append(tables, alertTables...), peopleTables...)
}

var alertTables = []storage.Table{
	{Name: "alert", Item: "oncall.alert", Title: "message"},
	{Name: "alert_log", Item: "oncall.alert", ItemID: "alert_id"},
	{Name: "alert_note", Item: "oncall.alert", ItemID: "alert_id"},
	{Name: "alert_payload"},
	{Name: "alert_number"},
	{Name: "alert_hold", Item: "oncall.alert", ItemID: "alert_id"},
	{Name: "policy", Item: "oncall.policy", Title: "name"},
	{Name: "maintenance", Item: "oncall.maintenance", Title: "description"},
	{Name: "custom_action", Item: "oncall.action", Title: "name"},
	{Name: "alert_attachment", Item: "oncall.alert", ItemID: "alert_id", Blobs: []string{"sha256"}},
	{Name: "saved_search", Item: "oncall.search", Title: "name"},
	{Name: "integration", Item: "oncall.integration", Title: "name"},
	{Name: "integration_key", Item: "oncall.integration", ItemID: "integration_id"},
	{Name: "integration_key_end"},
	{Name: "heartbeat", Item: "oncall.heartbeat", Title: "name"},
}
