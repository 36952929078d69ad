// Package changes tells changed rows as people know them: issues with the fields that differ, comments, projects. The realtime stream, the
// list of commits and the preview of a restore read the journal through it.
package changes

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/issue"
)

// Row is a row that differs: nil where it does not exist. Images are those of the journal.
type Row struct {
	Table         string
	Before, After *string
}

// What happened to a thing.
const (
	Create = "create"
	Update = "update"
	Delete = "delete"
)

// Item is a thing that differs.
type Item struct {
	Type    string  `json:"type"` // "issue", "comment", "project", …
	Op      string  `json:"op"`
	ID      string  `json:"id"`
	Key     string  `json:"key,omitempty"`     // of the issue or project
	Project string  `json:"project,omitempty"` // key
	Title   string  `json:"title,omitempty"`
	Fields  []Field `json:"fields,omitempty"`
}

// Field is a field of an item that differs, as people read its values.
type Field struct {
	Field string `json:"field"`
	From  any    `json:"from"`
	To    any    `json:"to"`
}

// kind says what a table's rows are to people.
type kind struct {
	item  string // the type of item; "" for rows that are parts of an issue
	issue string // the column with the issue
	title string // the column that names the item
}

var kinds = map[string]kind{
	"issue":             {item: "issue", issue: "id", title: "summary"},
	"issue_text":        {issue: "issue_id"},
	"issue_label":       {issue: "issue_id"},
	"issue_component":   {issue: "issue_id"},
	"issue_version":     {issue: "issue_id"},
	"issue_value":       {issue: "issue_id"},
	"issue_key":         {issue: "issue_id"},
	"issue_change":      {issue: "issue_id"},
	"issue_property":    {issue: "issue_id"},
	"issue_comment":     {item: "comment", issue: "issue_id", title: "body_text"},
	"issue_worklog":     {item: "worklog", issue: "issue_id", title: "comment_text"},
	"issue_attachment":  {item: "attachment", issue: "issue_id", title: "filename"},
	"issue_link":        {item: "issuelink", issue: "source_id"},
	"issue_remote_link": {item: "remotelink", issue: "issue_id", title: "url"},
	"issue_watcher":     {item: "watcher", issue: "issue_id", title: "account"},
	"issue_vote":        {item: "vote", issue: "issue_id", title: "account"},
	"project":           {item: "project", title: "name"},
	"component":         {item: "component", title: "name"},
	"version":           {item: "version", title: "name"},
	"filter":            {item: "filter", title: "name"},
	"issue_type":        {item: "issue type", title: "name"},
	"status":            {item: "status", title: "name"},
	"workflow":          {item: "workflow", title: "name"},
	"priority":          {item: "priority", title: "name"},
	"resolution":        {item: "resolution", title: "name"},
	"link_type":         {item: "link type", title: "name"},
	"field":             {item: "field", title: "name"},
	"field_option":      {item: "field option", title: "value"},
	"project_category":  {item: "project category", title: "name"},
}

// TypeOf names the things that a table's rows are or belong to, "" for those that are nobody's business (sequences, notes of importers).
func TypeOf(table string) string {
	k, ok := kinds[table]
	switch {
	case !ok:
		return ""
	case k.item == "":
		return "issue"
	}
	return k.item
}

// describer collects items; rows of one issue become one item.
type describer struct {
	ctx    context.Context
	tx     *volume.Tx
	words  Words
	cat    *catalog.Catalog
	cols   map[string]storage.Columns
	items  []*Item
	issues map[int64]*Item
	owners map[int64]*issue.Issue
}

// Words gives the words for identifiers.
type Words struct {
	Catalog *catalog.Catalog
	Person  func(account string) string
}

// Describe tells rows as items: issues first, by key, then the rest by type. Rows that are nobody's business are left out.
func Describe(ctx context.Context, tx *volume.Tx, w Words, rows []Row) ([]Item, error) {
	d := &describer{ctx: ctx, tx: tx, words: w, cat: w.Catalog, cols: map[string]storage.Columns{}, issues: map[int64]*Item{}}
	decoded := make([]record, 0, len(rows))
	for _, r := range rows {
		rec, err := d.decode(r)
		if err != nil {
			return nil, fmt.Errorf("describe a change of %s: %w", r.Table, err)
		}
		if rec.known {
			decoded = append(decoded, rec)
		}
	}
	if err := d.load(decoded); err != nil {
		return nil, err
	}
	for _, rec := range decoded { // the issues themselves before what belongs to them
		if rec.table == "issue" {
			d.issue(rec)
		}
	}
	for _, rec := range decoded {
		if rec.table != "issue" {
			d.part(rec)
		}
	}
	out := make([]Item, 0, len(d.items))
	for _, i := range d.items {
		out = append(out, *i)
	}
	slices.SortStableFunc(out, func(a, b Item) int {
		return cmp.Or(rank(a.Type)-rank(b.Type), cmp.Compare(a.Project, b.Project), cmp.Compare(len(a.Key), len(b.Key)), cmp.Compare(a.Key, b.Key))
	})
	return out, nil
}

// inOrder are the types of items in the order in which people look for them; what is not among them comes last.
var inOrder = []string{"issue", "comment", "attachment", "worklog", "issuelink", "remotelink", "project", "component", "version"}

func rank(itemType string) int {
	if i := slices.Index(inOrder, itemType); i >= 0 {
		return i
	}
	return len(inOrder)
}

// record is a row by column.
type record struct {
	table         string
	kind          kind
	known         bool
	before, after map[string]any
}

// now gives the row as it is after the change, or was before it went.
func (r record) now() map[string]any {
	if r.after != nil {
		return r.after
	}
	return r.before
}

func (r record) op() string {
	switch {
	case r.before == nil:
		return Create
	case r.after == nil:
		return Delete
	}
	return Update
}

func (d *describer) decode(r Row) (rec record, err error) {
	rec = record{table: r.Table}
	if rec.kind, rec.known = kinds[r.Table]; !rec.known {
		return rec, nil
	}
	cols, ok := d.cols[r.Table]
	if !ok {
		if cols, err = storage.Describe(d.ctx, d.tx.Tx, r.Table); err != nil {
			return rec, err
		}
		d.cols[r.Table] = cols
	}
	for _, side := range []struct {
		image *string
		to    *map[string]any
	}{{r.Before, &rec.before}, {r.After, &rec.after}} {
		if side.image == nil {
			continue
		}
		values, err := journal.DecodeImage(*side.image)
		if err != nil {
			return rec, err
		}
		row := make(map[string]any, len(values))
		for i, v := range values {
			if i < len(cols.Names) {
				row[cols.Names[i]] = v
			}
		}
		*side.to = row
	}
	return rec, nil
}

// load reads the issues that parts belong to.
func (d *describer) load(records []record) error {
	var ids []int64
	seen := map[int64]bool{0: true}
	want := func(v any) {
		if id := number(v); !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for _, r := range records {
		if r.kind.issue != "" {
			want(r.now()[r.kind.issue])
		}
		if r.table == "issue" && r.before["parent_id"] != r.after["parent_id"] {
			want(r.before["parent_id"])
			want(r.after["parent_id"])
		}
	}
	found, err := issue.ByIDs(d.ctx, d.tx, ids)
	d.owners = make(map[int64]*issue.Issue, len(found))
	for _, i := range found {
		d.owners[i.ID] = i
	}
	return err
}

func number(v any) int64 {
	n, _ := v.(int64)
	return n
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// key gives the key of an issue and of its project.
func (d *describer) key(project, n int64) (key, projectKey string) {
	p := d.cat.Project(project)
	if p == nil {
		return strconv.FormatInt(n, 10), ""
	}
	return issue.Key(p.Key, n), p.Key
}

func (d *describer) issue(r record) {
	row := r.now()
	i := &Item{Type: "issue", Op: r.op(), ID: strconv.FormatInt(number(row["id"]), 10), Title: text(row["summary"])}
	i.Key, i.Project = d.key(number(row["project_id"]), number(row["number"]))
	if r.before != nil && r.after != nil {
		i.Fields = d.issueFields(r.before, r.after)
	}
	d.issues[number(row["id"])] = i
	d.items = append(d.items, i)
}

// part tells a row that belongs to an issue, or is a thing of its own.
func (d *describer) part(r record) {
	row := r.now()
	if r.kind.issue == "" {
		i := &Item{Type: r.kind.item, Op: r.op(), ID: ident(row["id"]), Title: clip(text(row[r.kind.title]))}
		if r.table == "project" {
			i.Key, i.Project = text(row["key"]), text(row["key"])
		} else if p := d.cat.Project(number(row["project_id"])); p != nil {
			i.Project = p.Key
		}
		if r.before != nil && r.after != nil {
			i.Fields = plainFields(r)
		}
		d.items = append(d.items, i)
		return
	}
	owner := number(row[r.kind.issue])
	if r.kind.item != "" {
		i := &Item{Type: r.kind.item, Op: r.op(), ID: ident(row["id"]), Title: clip(text(row[r.kind.title]))}
		d.place(i, owner)
		switch {
		case r.table == "issue_watcher" || r.table == "issue_vote":
			i.Title = d.words.Person(text(row["account"]))
		case r.before != nil && r.after != nil:
			i.Fields = plainFields(r)
		}
		d.items = append(d.items, i)
		return
	}
	d.touch(owner, r)
}

// place gives an item the key of its issue.
func (d *describer) place(i *Item, owner int64) {
	if of := d.issues[owner]; of != nil {
		i.Key, i.Project = of.Key, of.Project
	} else if of := d.owners[owner]; of != nil {
		i.Key, i.Project = d.key(of.ProjectID, of.Number)
	}
}

// touch tells a part of an issue as a change of the issue.
func (d *describer) touch(owner int64, r record) {
	i := d.issues[owner]
	if i == nil {
		i = &Item{Type: "issue", Op: Update, ID: strconv.FormatInt(owner, 10)}
		d.place(i, owner)
		if of := d.owners[owner]; of != nil {
			i.Title = of.Summary
		}
		d.issues[owner] = i
		d.items = append(d.items, i)
	}
	if i.Op == Update {
		i.Fields = append(i.Fields, d.partFields(r)...)
	}
}

func ident(v any) string {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case string:
		return v
	}
	return ""
}

func clip(s string) string {
	if r := []rune(s); len(r) > 120 {
		return string(r[:119]) + "…"
	}
	return s
}
