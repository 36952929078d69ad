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

// Tables lists every table of the product, with what its rows are to people; all are journaled.
func Tables() []storage.Table {
	return []storage.Table{
		{Name: "page", Item: "status.page", Title: "name", Blobs: []string{"settings"}},
		{Name: "page_old_secret"},
		{Name: "manage_key", Item: "status.key", Title: "name"},
		{Name: "manage_key_end"},
		{Name: "component", Item: "status.component", Title: "name"},
		{Name: "component_state", Item: "status.component", ItemID: "component_id"},
		{Name: "incident", Item: "status.incident", Title: "name"},
		{Name: "incident_component", Item: "status.incident", ItemID: "incident_id"},
		{Name: "incident_update", Item: "status.incident", ItemID: "incident_id"},
		{Name: "incident_template", Item: "status.template", Title: "name"},
		{Name: "subscriber", Item: "status.subscriber", Title: "address"},
		{Name: "subscriber_component"},
		{Name: "notice"},
		{Name: "delivery"},
		{Name: "metric_provider", Item: "status.metric"},
		{Name: "metric", Item: "status.metric", Title: "name"},
		{Name: "metric_point", Item: "status.metric", ItemID: "metric_id"},
		{Name: "activity"},
	}
}
