package importer

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/importer/source"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/sequence"
)

// writer takes one batch in one transaction. What it learns (counts, identifiers) it keeps apart until the commit, so that a failed batch
// leaves no trace.
type writer struct {
	l        *Loader
	ctx      context.Context
	tx       *volume.Tx
	cat      *catalog.Catalog
	people   map[string]string
	report   Report
	byID     map[string]int64
	byKey    map[string]int64
	waiting  waiting
	links    map[string]linkState
	changed  bool
	claimed  map[string]bool // identifiers of catalog objects made in this batch, by kind
	numbers  map[int64]int64 // largest issue number taken, by project
	numbered map[numberOf]bool
	before   map[string]int64 // issues of earlier runs that parts belong to, by key, 0 for those that are not there
	lastRank string
	// What was inserted and is to be indexed for search.
	freshIssues, freshComments []int64
	owners                     map[string]map[int64]int64 // identifiers in use, by table, and the issue whose they are
	fresh                      map[int64]bool             // issues that this batch made
	renumber                   map[int64]map[string]bool  // parts that have new identifiers, by issue, as far as they were looked up
	anyRenumbered              bool                       // whether the site has any of these; known once renumber is made
}

// deletedHere stands, where an issue is looked up, for one that was imported once and deleted here since. Nothing is attached to it.
const deletedHere = -1

// numberOf is an issue of this batch by project and number; it is not written yet when the next one is looked at.
type numberOf struct{ project, number int64 }

// write takes a batch.
func (l *Loader) write(ctx context.Context, b *batch) error {
	var w *writer
	err := l.Volume.Write(ctx, func(tx *volume.Tx) error {
		w = &writer{l: l, ctx: ctx, tx: tx, people: b.people, byID: map[string]int64{}, byKey: map[string]int64{}, links: map[string]linkState{}}
		return w.indexedLater(func() error { return w.batch(b) })
	})
	if err != nil {
		return fmt.Errorf("take a batch of %d issues: %w", len(b.issues), err)
	}
	l.merge(w)
	return nil
}

// merge takes over what a committed batch learnt.
func (l *Loader) merge(w *writer) {
	for _, t := range w.report.Types {
		l.report.taken(t.Type, t.Taken)
		l.report.there(t.Type, t.AlreadyThere)
		for _, r := range t.Reasons {
			for _, e := range r.Examples {
				l.report.notTaken(t.Type, r.Reason, e, 1)
			}
			l.report.notTaken(t.Type, r.Reason, "", r.Count-len(r.Examples))
		}
	}
	for k, v := range w.byID {
		l.byID[k] = v
	}
	for k, v := range w.byKey {
		l.byKey[k] = v
	}
	for k, v := range w.links {
		l.links[k] = v
	}
	l.waiting.parts = append(l.waiting.parts, w.waiting.parts...)
	l.waiting.parents = append(l.waiting.parents, w.waiting.parents...)
	l.waiting.links = append(l.waiting.links, w.waiting.links...)
	l.changed = l.changed || w.changed
}

func (w *writer) batch(b *batch) error {
	for _, n := range b.notTaken {
		w.report.notTaken(n.Type, n.Reason, n.Example, max(n.Count, 1))
	}
	w.report.taken("person", b.persons)
	if err := w.ensureCatalog(b); err != nil {
		return err
	}
	if err := w.occupied(b); err != nil {
		return err
	}
	w.numbers, w.numbered, w.fresh = map[int64]int64{}, map[numberOf]bool{}, map[int64]bool{}
	keys := make([]string, len(b.issues))
	for n, i := range b.issues {
		keys[n] = i.Key
	}
	known, err := w.imported(keys)
	if err != nil {
		return err
	}
	err = w.tx.Gather(w.ctx, func() error {
		for _, i := range b.issues {
			if err := w.issue(i, known); err != nil {
				return fmt.Errorf("issue %s: %w", i.Key, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := w.relate(b.issues); err != nil {
		return err
	}
	for project, number := range w.numbers {
		if err := sequence.Raise(w.ctx, w.tx, sequence.Issue(project), number+1); err != nil {
			return err
		}
	}
	late, err := w.loose(b.parts)
	w.waiting.parts = append(w.waiting.parts, late...)
	return err
}

var (
	qImportedSQLite = `SELECT foreign_id, local_id FROM import_map WHERE kind = 'issue' AND foreign_id IN (SELECT value FROM json_each($1))`
	qImported       = storage.Register("tracker/import_map.issues", qImportedSQLite, storage.On(storage.Postgres,
		`SELECT foreign_id, local_id FROM import_map WHERE kind = 'issue' AND foreign_id IN (SELECT value FROM json_array_elements_text(CAST($1 AS json)))`))
	qRemember = storage.Register("tracker/import_map.insert", `INSERT INTO import_map (kind, foreign_id, local_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
	qNumber   = storage.Register("tracker/import.issue_by_number", `SELECT id FROM issue WHERE project_id = $1 AND number = $2`)
)

// imported finds, of some keys of issues, those that an earlier run took, and which issues these are.
func (w *writer) imported(all []string) (map[string]int64, error) {
	keys := make([]string, len(all))
	for n, key := range all {
		keys[n] = quote(key)
	}
	out := map[string]int64{}
	rows, err := w.tx.Query(w.ctx, qImported, "["+strings.Join(keys, ",")+"]")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var key, id string
		if err := rows.Scan(&key, &id); err != nil {
			return nil, err
		}
		out[key] = numeric(id)
	}
	return out, rows.Err()
}

// account gives the account of somebody, "" for nobody.
func (w *writer) account(p *source.Person) string {
	if p == nil {
		return ""
	}
	return w.people[p.Key]
}

// refuse counts an issue that is not taken, with all that belongs to it.
func (w *writer) refuse(i *prepared, reason string) {
	i.refused = true
	w.report.notTaken("issue", reason, i.Key, 1)
	w.without(i, "its issue was not taken")
	for _, l := range i.Links {
		w.noteLink(l, i.Key, linkWaits)
	}
}

// without counts what belongs to an issue that it cannot be given to. Links are counted where both of their ends are looked at.
func (w *writer) without(i *prepared, reason string) {
	parents := 0
	if i.Parent != "" {
		parents = 1
	}
	for _, n := range []struct {
		itemType string
		count    int
	}{{"comment", len(i.Comments)}, {"worklog", len(i.Worklogs)}, {"history item", items(i.Histories)}, {"attachment", len(i.Attachments)}, {"label", len(i.Labels)},
		{"custom field value", len(i.Values)}, {"watcher", len(i.Watchers)}, {"vote", len(i.Voters)}, {"remote link", len(i.RemoteLinks)}, {"parent", parents}, {"old key", len(i.OldKeys)}} {
		w.report.notTaken(n.itemType, reason, i.Key, n.count)
	}
	w.bareNumbers(i)
}

// bareNumbers counts the watchers and votes of which the export has only how many there are: nobody would stand behind them.
func (w *writer) bareNumbers(i *prepared) {
	const reason = "the export has only their number"
	w.report.notTaken("watcher", reason, i.Key, max(0, i.WatchCount-len(i.Watchers)))
	w.report.notTaken("vote", reason, i.Key, max(0, i.VoteCount-len(i.Voters)))
}

func items(hs []source.History) (n int) {
	for _, h := range hs {
		n += len(h.Items)
	}
	return n
}

// issue takes one issue, or what an issue that is there already has got since.
func (w *writer) issue(i *prepared, known map[string]int64) error {
	for _, n := range i.NotTaken {
		w.report.notTaken(n.Type, n.Reason, n.Example, max(n.Count, 1))
	}
	cut := strings.LastIndexByte(i.Key, '-')
	if cut < 1 {
		w.refuse(i, noKey)
		return nil //nolint:nilerr // it is refused by itself
	}
	number, err := strconv.ParseInt(i.Key[cut+1:], 10, 64)
	p := w.cat.ProjectByKey(strings.ToUpper(i.Key[:cut]))
	switch {
	case err != nil || number < 1 || number > largestID || !plausible(strings.ToUpper(i.Key[:cut])):
		w.refuse(i, noKey)
		return nil
	case p == nil || p.Deleted != nil:
		w.refuse(i, "its project is not available here")
		return nil
	}
	if w.find(i.Key) != 0 {
		w.refuse(i, "the export has the issue twice")
		return nil
	}
	if id := known[i.Key]; id != 0 {
		return w.again(i, id)
	}
	if w.numbered[numberOf{p.ID, number}] {
		w.refuse(i, "the export has the issue twice")
		return nil
	}
	var other int64
	switch err := w.tx.Get(w.ctx, qNumber, []any{p.ID, number}, &other); {
	case err == nil:
		w.refuse(i, "its key is taken by an issue that was made here")
		return nil
	case !isNoRows(err):
		return err
	}
	return w.create(i, p, number)
}

// again adds to an issue of an earlier run what it has got since.
func (w *writer) again(i *prepared, id int64) error {
	row, err := issue.Get(w.ctx, w.tx, id)
	if fault.Is(err, fault.KindNotFound) {
		w.byID[i.ID], w.byKey[i.Key] = deletedHere, deletedHere
		w.report.notTaken("issue", "it was imported once and deleted here since", i.Key, 1)
		w.without(i, deletedSince)
		return nil
	}
	if err != nil {
		return err
	}
	w.byID[i.ID], w.byKey[i.Key] = id, id
	w.report.there("issue", 1)
	w.report.there("label", len(i.Labels))
	w.report.there("custom field value", len(i.Values))
	w.report.there("watcher", len(i.Watchers))
	w.report.there("vote", len(i.Voters))
	w.bareNumbers(i)
	before := *row
	if err := w.belongings(i, row); err != nil {
		return err
	}
	if row.Comments == before.Comments && row.Worklogs == before.Worklogs && row.Attachments == before.Attachments {
		return nil
	}
	return issue.Save(w.ctx, w.tx, row)
}

// deletedSince is why what belongs to an issue is not taken when people here have deleted it.
const deletedSince = "its issue was imported once and deleted here since"

// create adds an issue with everything that belongs to it.
func (w *writer) create(i *prepared, p *catalog.Project, number int64) error {
	row := &issue.Issue{ProjectID: p.ID, Number: number, Summary: oneLine(i.Summary, i.Key), Reporter: w.account(i.Reporter), Creator: w.account(i.Creator), Assignee: w.account(i.Assignee),
		Created: orNow(i.Created, w.tx.Now()), DueDay: i.DueDay, OriginalEstimate: i.OriginalEstimate, RemainingEstimate: i.Remaining, TimeSpent: i.TimeSpent}
	if len(i.Summary) > 255 && strings.HasSuffix(row.Summary, "…") && !strings.HasSuffix(i.Summary, "…") {
		w.report.notTaken("end of a summary", "a summary has 255 characters at most", i.Key, 1)
	}
	if row.Creator == "" {
		row.Creator = row.Reporter
	}
	row.Updated = orNow(i.Updated, row.Created)
	var err error
	if row.ID, _, err = w.keep("issue", i.ID, numeric(i.ID)); err != nil {
		return err
	}
	w.fresh[row.ID] = true
	w.classify(i, row)
	row.Resolved = i.Resolved
	if row.Resolved == nil && row.ResolutionID != 0 {
		row.Resolved = &row.Updated
	}
	row.StatusSince = statusSince(i, row)
	w.lists(i, p, row)
	if row.Rank, err = w.rank(); err != nil {
		return err
	}
	words, err := w.values(i, row)
	if err != nil {
		return err
	}
	if err := w.belongings(i, row); err != nil {
		return err
	}
	if err := w.followers(i, row); err != nil {
		return err
	}
	texts := issue.Texts{Description: i.description.json, DescriptionText: i.description.plain, Environment: i.environment.json, EnvironmentText: i.environment.plain}
	if err := issue.Insert(w.ctx, w.tx, row, texts, words); err != nil {
		return err
	}
	if err := issue.WriteLists(w.ctx, w.tx, row); err != nil {
		return err
	}
	if err := w.tx.Insert(w.ctx, qRemember, "issue", storable(i.Key), strconv.FormatInt(row.ID, 10)); err != nil {
		return err
	}
	w.numbers[p.ID] = max(w.numbers[p.ID], number)
	w.numbered[numberOf{p.ID, number}] = true
	w.byID[i.ID], w.byKey[i.Key] = row.ID, row.ID
	w.freshIssues = append(w.freshIssues, row.ID)
	w.changed = true
	w.report.taken("issue", 1)
	return nil
}

// oneLine makes a summary of one line, 255 characters at most as everywhere.
func oneLine(s, key string) string {
	s = strings.Join(strings.Fields(storable(s)), " ")
	if s == "" {
		return key
	}
	if r := []rune(s); len(r) > 255 {
		return string(r[:254]) + "…"
	}
	return s
}

func orNow(t, now time.Time) time.Time {
	if t.IsZero() {
		return now
	}
	return t
}

// classify sets type, status, priority and resolution, which the catalog has by now.
func (w *writer) classify(i *prepared, row *issue.Issue) {
	if t := w.cat.FindType(i.Type.Name); t != nil {
		row.TypeID = t.ID
	}
	if s := w.cat.FindStatus(i.Status.Name); s != nil {
		row.StatusID = s.ID
	}
	if i.Priority != nil {
		if v := w.cat.FindPriority(i.Priority.Name); v != nil {
			row.PriorityID = v.ID
		}
	}
	if i.Resolution != nil {
		if v := w.cat.FindResolution(i.Resolution.Name); v != nil {
			row.ResolutionID = v.ID
		}
	}
}

// statusSince finds the last change of the status in the history.
func statusSince(i *prepared, row *issue.Issue) time.Time {
	since := row.Created
	if row.Resolved != nil && len(i.Histories) == 0 {
		since = *row.Resolved
	}
	for _, h := range i.Histories {
		if h.Created.After(since) && slices.ContainsFunc(h.Items, func(c source.Change) bool { return c.Field == "status" }) {
			since = h.Created
		}
	}
	return since
}

// lists sets labels, components and versions.
func (w *writer) lists(i *prepared, p *catalog.Project, row *issue.Issue) {
	for _, l := range i.Labels {
		if l = storable(l); l == "" || strings.ContainsAny(l, " \t\n\r") || len(l) > 255 {
			w.report.notTaken("label", "a label has no spaces and 255 characters at most", i.Key, 1)
		} else if !slices.Contains(row.Labels, l) {
			row.Labels = append(row.Labels, l)
			w.report.taken("label", 1)
		} else {
			w.report.notTaken("label", "the issue has the label twice", i.Key, 1)
		}
	}
	for _, c := range i.Components {
		if v := p.FindComponent(clean(c.Name)); v != nil && !slices.Contains(row.Components, v.ID) {
			row.Components = append(row.Components, v.ID)
		}
	}
	for _, list := range []struct {
		from []source.Version
		to   *[]int64
	}{{i.FixVersions, &row.FixVersions}, {i.Affects, &row.Affects}} {
		for _, v := range list.from {
			if found := p.FindVersion(clean(v.Name)); found != nil && !slices.Contains(*list.to, found.ID) {
				*list.to = append(*list.to, found.ID)
			}
		}
	}
}

var qTop = storage.Register("tracker/import.last_rank", `SELECT coalesce(max(rank), '') FROM issue`)

// rank gives the next place at the end.
func (w *writer) rank() (string, error) {
	if w.lastRank == "" {
		if err := w.tx.Get(w.ctx, qTop, nil, &w.lastRank); err != nil {
			return "", err
		}
	}
	w.lastRank = issue.After(w.lastRank)
	return w.lastRank, nil
}
