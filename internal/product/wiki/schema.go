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

// Tables lists every table of the product; each is journaled unless it says why not.
func Tables() []storage.Table {
	journaled := []string{
		"wiki_sequence", "wiki_space", "wiki_space_permission", "wiki_content", "wiki_version", "wiki_text", "wiki_draft", "wiki_comment", "wiki_file",
		"wiki_label", "wiki_labelling", "wiki_restriction", "wiki_guard", "wiki_watch", "wiki_favourite", "wiki_like", "wiki_property", "wiki_task",
		"wiki_use", "wiki_template",
	}
	tables := []storage.Table{
		{Name: "wiki_search", Exempt: "full-text index, kept by triggers from wiki_text"},
		{Name: "wiki_search_pause", Exempt: "a switch inside a transaction of an import, always empty outside"},
		{Name: "wiki_seen", Exempt: "which pages somebody looked at last: a convenience that is written at every view"},
	}
	for _, name := range journaled {
		tables = append(tables, storage.Table{Name: name})
	}
	return tables
}
