package tracker

import (
	"embed"
	"io/fs"

	"holdfast.dev/internal/platform/storage"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the steps of the tracker's schema, which lives in the work volume.
func Migrations() []storage.Migration {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return storage.Migrations("tracker", files)
}

// Tables lists every table of the tracker; each is journaled unless it says why not.
func Tables() []storage.Table {
	journaled := []string{
		"tracker_sequence", "project_category", "project", "project_key", "project_property", "issue_type", "project_issue_type", "status",
		"workflow", "workflow_status", "workflow_transition", "project_workflow", "priority", "resolution", "component", "version",
		"link_type", "field", "field_option", "issue", "issue_key", "issue_text", "issue_label", "issue_component", "issue_version",
		"issue_value", "issue_comment", "comment_property", "issue_worklog", "issue_watcher", "issue_vote", "issue_link",
		"issue_remote_link", "issue_attachment", "issue_change", "issue_property", "filter", "filter_share", "filter_favourite",
		"import_run", "import_map", "worklog_deleted", "worklog_property",
	}
	tables := []storage.Table{
		{Name: "issue_search", Exempt: "full-text index, kept by triggers from issue_text"},
		{Name: "comment_search", Exempt: "full-text index, kept by triggers from issue_comment"},
		{Name: "search_pause", Exempt: "a switch inside a transaction of an import, always empty outside"},
	}
	for _, name := range journaled {
		t := storage.Table{Name: name}
		if name == "issue_attachment" {
			t.Blobs = []string{"blob", "thumbnail"}
		}
		tables = append(tables, t)
	}
	return tables
}
