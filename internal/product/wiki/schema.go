package wiki

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
	return storage.Migrations("wiki", files)
}

// Tables lists every table of the product, with what its rows are to people; each is journaled unless it says why not.
func Tables() []storage.Table {
	return []storage.Table{
		{Name: "wiki_search", Exempt: "full-text index, kept by triggers from wiki_text and wiki_content"},
		{Name: "wiki_title", Exempt: "full-text index of titles, kept by triggers from wiki_text"},
		{Name: "wiki_search_pause", Exempt: "a switch inside a transaction of an import, always empty outside"},
		{Name: "wiki_seen", Exempt: "which pages somebody looked at last: a convenience that is written at every view"},
		{Name: "wiki_sequence"},
		{Name: "wiki_space", Item: "wiki.space", Title: "name"},
		{Name: "wiki_space_permission", Item: "wiki.space", ItemID: "space_id"},
		{Name: "wiki_content", Item: "wiki.page", Title: "title"},
		{Name: "wiki_version", Item: "wiki.page", ItemID: "content_id"},
		{Name: "wiki_text"},
		{Name: "wiki_draft", Item: "wiki.draft", ItemID: "content_id"},
		{Name: "wiki_comment", Item: "wiki.comment", ItemID: "content_id"},
		{Name: "wiki_file", Item: "wiki.attachment", ItemID: "content_id", Blobs: []string{"blob", "thumbnail"}},
		{Name: "wiki_label", Item: "wiki.label", Title: "name"},
		{Name: "wiki_labelling", Item: "wiki.page", ItemID: "target_id"},
		{Name: "wiki_restriction", Item: "wiki.page", ItemID: "content_id"},
		{Name: "wiki_guard"},
		{Name: "wiki_watch"},
		{Name: "wiki_favourite"},
		{Name: "wiki_like", Item: "wiki.page", ItemID: "content_id"},
		{Name: "wiki_property"},
		{Name: "wiki_task", Item: "wiki.task", Title: "body"},
		{Name: "wiki_use"},
		{Name: "wiki_template", Item: "wiki.template", Title: "name"},
		{Name: "wiki_import_run"},
		{Name: "wiki_import_map"},
	}
}
