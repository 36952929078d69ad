package app

import (
	"context"
	"errors"

	"holdfast.dev/internal/platform/changefeed"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/changes"
)

// What changed is told in each product's own words: issues by the tracker, everything else by what the tables say of themselves.

// trackerTables are the tables whose rows the tracker tells.
var trackerTables = func() map[string]bool {
	m := map[string]bool{}
	for _, t := range tracker.Tables() {
		m[t.Name] = true
	}
	return m
}()

// tablesOf gives the tables of a kind of volume.
func (n *Node) tablesOf(kind string) []storage.Table {
	k, _ := n.Pool.Kind(kind)
	return k.Tables
}

// describeRows tells rows of a volume as items. words are needed for a work volume alone.
func (n *Node) describeRows(ctx context.Context, tx *volume.Tx, kind string, words changes.Words, rows []changefeed.Row) ([]changes.Item, error) {
	var issues []changes.Row
	var others []changefeed.Row
	for _, r := range rows {
		if kind == "work" && trackerTables[r.Table] {
			issues = append(issues, changes.Row(r))
		} else {
			others = append(others, r)
		}
	}
	var items []changes.Item
	if len(issues) > 0 {
		var err error
		if items, err = changes.Describe(ctx, tx, words, issues); err != nil {
			return nil, err
		}
	}
	rest, err := changefeed.Describe(ctx, tx, n.tablesOf(kind), others)
	for _, i := range rest {
		item := changes.Item{Type: i.Type, Op: i.Op, ID: i.ID, Title: i.Title}
		for _, f := range i.Fields {
			item.Fields = append(item.Fields, changes.Field{Field: f.Name, From: f.From, To: f.To})
		}
		items = append(items, item)
	}
	return items, err
}

// describeCommit tells what a commit changed; errors.Is(err, changefeed.ErrGone) when the journal has the rows no longer.
func (n *Node) describeCommit(ctx context.Context, tx *volume.Tx, kind string, words changes.Words, c journal.Commit) ([]changes.Item, error) {
	rows, err := changefeed.Rows(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	return n.describeRows(ctx, tx, kind, words, rows)
}

// plainWords gives the words for a volume's rows where nobody asks who is who: people by their account.
func (n *Node) plainWords(ctx context.Context, tx *volume.Tx, kind string) (words changes.Words, err error) {
	words.Person = func(a string) string { return a }
	if kind == "work" {
		words.Catalog, err = catalog.Load(ctx, tx)
	}
	return words, err
}

// typeOf names the things that a table's rows are or belong to, "" for those that are nobody's business.
func (n *Node) typeOf(kind, table string) string {
	if kind == "work" && trackerTables[table] {
		return changes.TypeOf(table)
	}
	return changefeed.TypeOf(n.tablesOf(kind), table)
}

func gone(err error) bool { return errors.Is(err, changefeed.ErrGone) }
