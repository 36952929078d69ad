package importer

import (
	"fmt"
	"strconv"
	"strings"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/sequence"
)

const (
	inSQLite   = `IN (SELECT value FROM json_each($1))`
	inPostgres = `IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS json)))`
)

func idsIn(name, before string) *storage.Query {
	return storage.Register(name, before+inSQLite, storage.On(storage.Postgres, before+inPostgres))
}

// occupiedBy finds which of some identifiers a table has already, and whose they are: a part counts as there only when it is a part of the same issue.
var occupiedBy = map[string]*storage.Query{
	"issue":             idsIn("tracker/import.issue_ids", `SELECT id, id FROM issue WHERE id `),
	"issue_comment":     idsIn("tracker/import.comment_ids", `SELECT id, issue_id FROM issue_comment WHERE id `),
	"issue_worklog":     idsIn("tracker/import.worklog_ids", `SELECT id, issue_id FROM issue_worklog WHERE id `),
	"issue_change":      idsIn("tracker/import.history_ids", `SELECT DISTINCT history_id, issue_id FROM issue_change WHERE history_id `),
	"issue_link":        idsIn("tracker/import.link_ids", `SELECT id, source_id FROM issue_link WHERE id `),
	"issue_attachment":  idsIn("tracker/import.attachment_ids", `SELECT id, issue_id FROM issue_attachment WHERE id `),
	"issue_remote_link": idsIn("tracker/import.remote_link_ids", `SELECT id, issue_id FROM issue_remote_link WHERE id `),
}

// largestID bounds the identifiers that are kept; others get new ones.
const largestID = 1_000_000_000_000

// numeric reads an identifier that can be kept, 0 for others.
func numeric(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || n > largestID {
		return 0
	}
	return n
}

// occupied learns which identifiers of the batch are in use, and moves the counter behind all of them, so that new ones never meet them.
func (w *writer) occupied(b *batch) error {
	wanted := map[string][]int64{}
	top := int64(0)
	want := func(table, id string) {
		if n := numeric(id); n > 0 {
			wanted[table] = append(wanted[table], n)
			top = max(top, n)
		}
	}
	for _, i := range b.issues {
		want("issue", i.ID)
		for _, c := range i.Comments {
			want("issue_comment", c.ID)
		}
		for _, c := range i.Worklogs {
			want("issue_worklog", c.ID)
		}
		for _, c := range i.Histories {
			want("issue_change", c.ID)
		}
		for _, c := range i.Links {
			want("issue_link", c.ID)
		}
		for _, c := range i.Attachments {
			want("issue_attachment", c.ID)
		}
		for _, c := range i.RemoteLinks {
			want("issue_remote_link", c.ID)
		}
	}
	for _, p := range b.parts {
		switch {
		case p.comment != nil:
			want("issue_comment", p.comment.ID)
		case p.worklog != nil:
			want("issue_worklog", p.worklog.ID)
		default:
			want("issue_change", p.history.ID)
		}
	}
	w.owners = map[string]map[int64]int64{}
	for table, q := range occupiedBy {
		w.owners[table] = map[int64]int64{}
		rows, err := w.tx.Query(w.ctx, q, jsonIDs(wanted[table]))
		if err != nil {
			return err
		}
		for rows.Next() {
			var id, owner int64
			if err := rows.Scan(&id, &owner); err != nil {
				rows.Close() //nolint:errcheck // err came first
				return err
			}
			w.owners[table][id] = owner
		}
		if err := rows.Err(); err != nil {
			rows.Close() //nolint:errcheck // err came first
			return err
		}
		if err := rows.Close(); err != nil {
			return err
		}
	}
	if top == 0 {
		return nil
	}
	return sequence.Raise(w.ctx, w.tx, sequence.ID, top+1)
}

func jsonIDs(ids []int64) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = strconv.FormatInt(id, 10)
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// keep gives the identifier of the export when it is free, else a new one. owner is the issue that it will belong to.
func (w *writer) keep(table, id string, owner int64) (got int64, kept bool, err error) {
	if n := numeric(id); n > 0 && w.owners[table][n] == 0 {
		w.owners[table][n] = owner
		return n, true, nil
	}
	got, err = sequence.Next(w.ctx, w.tx, sequence.ID, 1)
	return got, false, err
}

// A part that could not keep its identifier is known by a row of import_map: without it, a second run would take it again. Its kind names the issue, so
// that all of an issue are read at once.
var (
	qRenumbered    = storage.Register("tracker/import_map.renumbered", `SELECT foreign_id FROM import_map WHERE kind = $1`)
	qAnyRenumbered = storage.Register("tracker/import_map.any_renumbered", `SELECT 1 FROM import_map WHERE kind > 'issue' LIMIT 1`)
)

func partsOf(issue int64) string { return fmt.Sprintf("part of %d", issue) }

// renumbered gives what an issue has under new identifiers, by table and identifier in the export. Few imports have any: whether there are some at all is
// asked once a batch.
func (w *writer) renumbered(issue int64) (map[string]bool, error) {
	if known := w.renumber[issue]; known != nil {
		return known, nil
	}
	if w.renumber == nil {
		w.renumber = map[int64]map[string]bool{}
		var one int
		err := w.tx.Get(w.ctx, qAnyRenumbered, nil, &one)
		if err != nil && !isNoRows(err) {
			return nil, err
		}
		w.anyRenumbered = err == nil
	}
	if !w.anyRenumbered || w.fresh[issue] {
		return nil, nil
	}
	found, err := storage.All(w.ctx, w.tx.Tx, qRenumbered, func(r *storage.Rows) (name string, err error) { return name, r.Scan(&name) }, partsOf(issue))
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, name := range found {
		known[name] = true
	}
	w.renumber[issue] = known
	return known, nil
}

// partName names a part in import_map, "" for one that the export gives no identifier to speak of.
func partName(table, id string) string {
	if id == "" || len(id) > 255 {
		return ""
	}
	return table + " " + storable(id)
}

// there tells whether an issue has a part of the export already: with its identifier, or with the new one that it got because another issue has a part
// with that. The parts of two servers have the same identifiers often.
func (w *writer) there(table, id string, issue int64) (bool, error) {
	if n := numeric(id); n > 0 && w.owners[table][n] == issue {
		return true, nil
	}
	name := partName(table, id)
	if name == "" {
		return false, nil
	}
	known, err := w.renumbered(issue)
	return known[name], err
}

// identify gives a new part of an issue its identifier, and notes which it was in the export when it is another one now.
func (w *writer) identify(table, id string, issue int64) (int64, error) {
	got, kept, err := w.keep(table, id, issue)
	name := partName(table, id)
	if err != nil || kept || name == "" {
		return got, err
	}
	known, err := w.renumbered(issue)
	if err != nil {
		return 0, err
	}
	if known == nil {
		known = map[string]bool{}
		w.renumber[issue] = known
	}
	known[name] = true
	return got, w.tx.Insert(w.ctx, qRemember, partsOf(issue), name, strconv.FormatInt(got, 10))
}

var (
	qOldKey    = storage.Register("tracker/import.old_key", `SELECT issue_id FROM issue_key WHERE key = $1`)
	qAddOldKey = storage.Register("tracker/import.add_old_key", `INSERT INTO issue_key (key, issue_id) VALUES ($1, $2)`)
)

// oldKeys lets the keys that an issue had before it was moved find it, as links from elsewhere still say them.
func (w *writer) oldKeys(i *prepared, issueID int64) error {
	for _, k := range i.OldKeys {
		key := strings.ToUpper(clean(k))
		cut := strings.LastIndexByte(key, '-')
		if cut < 1 || !plausible(key[:cut]) || numeric(key[cut+1:]) == 0 {
			w.report.notTaken("old key", noKey, i.Key+" was "+k, 1)
			continue
		}
		number, p := numeric(key[cut+1:]), w.cat.ProjectByKey(key[:cut])
		found, err := w.foundBy(key, p, number)
		switch {
		case err != nil:
			return err
		case found == issueID:
			w.report.there("old key", 1)
			continue
		case found != 0:
			w.report.notTaken("old key", "it is the key of another issue here", i.Key+" was "+key, 1)
			continue
		}
		if _, err := w.tx.Exec(w.ctx, qAddOldKey, key, issueID); err != nil {
			return err
		}
		if p != nil { // a new issue must not get the number: it would be found in the place of this one
			w.numbers[p.ID] = max(w.numbers[p.ID], number)
		}
		w.changed = true
		w.report.taken("old key", 1)
	}
	return nil
}

// foundBy gives the issue that a key finds here, 0 when it finds none. p and number are what it says, p nil for no project of this site.
func (w *writer) foundBy(key string, p *catalog.Project, number int64) (id int64, err error) {
	if p != nil {
		if err = w.tx.Get(w.ctx, qNumber, []any{p.ID, number}, &id); err == nil || !isNoRows(err) {
			return id, err
		}
	}
	if err = w.tx.Get(w.ctx, qOldKey, []any{key}, &id); isNoRows(err) {
		return 0, nil
	}
	return id, err
}
