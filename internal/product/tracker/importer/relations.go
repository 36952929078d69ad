package importer

import (
	"maps"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/product/tracker/importer/source"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/link"
)

// linkState is what became of a link; exports name every link twice, once on each side.
type linkState int

const (
	linkWaits linkState = iota + 1
	linkTaken
	linkThere
	linkRefused // one of its issues was deleted here since
)

type parentOf struct{ child, parent string }

type linkOf struct {
	link source.Link
	key  string // of the issue that named it
}

// identity of a link: its identifier, or both ends and the type where it has none.
func (l linkOf) identity() string {
	if l.link.ID != "" {
		return l.link.ID
	}
	from, to := l.key, l.link.Other
	if !l.link.Outwards {
		from, to = to, from
	}
	return l.link.Type + " " + from + " " + to
}

func (w *writer) noteLink(l source.Link, key string, state linkState) {
	id := linkOf{l, key}.identity()
	if w.l.links[id] > linkWaits || w.links[id] > linkWaits {
		return
	}
	if state == linkWaits {
		w.waiting.links = append(w.waiting.links, linkOf{l, key})
	}
	w.links[id] = state
}

var (
	qParent   = storage.Register("tracker/import.set_parent", `UPDATE issue SET parent_id = $2 WHERE id = $1 AND parent_id IS NULL`)
	qChild    = storage.Register("tracker/import.count_child", `UPDATE issue SET subtasks = subtasks + 1 WHERE id = $1`)
	qLinked   = storage.Register("tracker/import.count_link", `UPDATE issue SET links = links + 1 WHERE id = $1`)
	qOrphan   = storage.Register("tracker/import.unset_parent", `UPDATE issue SET parent_id = NULL WHERE id = $1`)
	qUnlinked = storage.Register("tracker/import.uncount_link", `UPDATE issue SET links = links - 1 WHERE id = $1`)
	qDropLink = storage.Register("tracker/import.drop_link", `DELETE FROM issue_link WHERE id = $1`)
	qRemoted  = storage.Register("tracker/import.count_remote", `UPDATE issue SET remote_links = remote_links + $2 WHERE id = $1`)
	qRemote   = storage.Register("tracker/import.remote_link", `INSERT INTO issue_remote_link (id, issue_id, global_id, relationship, application, object, url) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qRemotes  = storage.Register("tracker/import.remote_links_of", `SELECT global_id FROM issue_remote_link WHERE issue_id = $1 AND global_id IS NOT NULL`)
	// A link with the identifier of the export between the same issues is the same one, also when its type has another name here now.
	qSameLink = storage.Register("tracker/import.same_link", `SELECT 1 FROM issue_link WHERE source_id = $1 AND target_id = $2 AND (type_id = $3 OR id = $4)`)
)

// find gives the issue here that has a key in the export.
func (w *writer) find(key string) int64 {
	if id := w.byKey[key]; id != 0 {
		return id
	}
	return w.l.byKey[key]
}

// relate connects the issues of a batch with each other and with those before; what cannot be connected yet waits.
func (w *writer) relate(issues []*prepared) error {
	for _, i := range issues {
		id := w.byKey[i.Key]
		if id == 0 || i.refused {
			continue
		}
		for _, l := range i.Links {
			if err := w.link(linkOf{l, i.Key}); err != nil {
				return err
			}
		}
		if id == deletedHere {
			continue // the rest is counted
		}
		if err := w.oldKeys(i, id); err != nil {
			return err
		}
		if i.Parent != "" {
			ok, err := w.parent(parentOf{i.Key, i.Parent})
			if err != nil {
				return err
			}
			if !ok {
				w.waiting.parents = append(w.waiting.parents, parentOf{i.Key, i.Parent})
			}
		}
		if err := w.remoteLinks(i, id); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) parent(p parentOf) (bool, error) {
	child, parent := w.find(p.child), w.find(p.parent)
	if child == 0 || parent == 0 {
		return false, nil
	}
	if child == deletedHere || parent == deletedHere {
		w.report.notTaken("parent", parentDeleted, p.child+" in "+p.parent, 1)
		return true, nil
	}
	if child == parent {
		w.report.notTaken("parent", "an issue cannot be its own parent", p.child, 1)
		return true, nil
	}
	n, err := w.tx.Exec(w.ctx, qParent, child, parent)
	if err != nil {
		return false, err
	}
	if n == 0 {
		w.report.there("parent", 1)
		return true, nil
	}
	n, err = w.tx.Exec(w.ctx, qChild, parent)
	if err != nil {
		return false, err
	}
	if n == 0 { // people have deleted it since an earlier batch took it
		w.report.notTaken("parent", parentDeleted, p.child+" in "+p.parent, 1)
		_, err = w.tx.Exec(w.ctx, qOrphan, child)
		return true, err
	}
	w.changed = true
	w.report.taken("parent", 1)
	return true, nil
}

// link takes a link when both of its ends are there.
func (w *writer) link(l linkOf) error {
	id := l.identity()
	if w.l.links[id] > linkWaits || w.links[id] > linkWaits {
		return nil // named by the other side before
	}
	own, other := w.find(l.key), w.find(l.link.Other)
	if own == deletedHere || other == deletedHere {
		w.refuseLink(l)
		return nil
	}
	t := w.cat.FindLinkType(clean(l.link.Type))
	if own == 0 || other == 0 || t == nil {
		w.noteLink(l.link, l.key, linkWaits)
		return nil
	}
	made := &link.Link{TypeID: t.ID, Source: own, Target: other, Created: orNow(l.link.Created, w.tx.Now())}
	if !l.link.Outwards {
		made.Source, made.Target = other, own
	}
	isNew, err := w.insertLink(made, l.link.ID)
	if err != nil {
		return err
	}
	if !isNew {
		w.links[id] = linkThere
		w.report.there("link", 1)
		return nil
	}
	ends := []int64{own, other}
	if own == other {
		ends = ends[:1]
	}
	for k, end := range ends {
		n, err := w.tx.Exec(w.ctx, qLinked, end)
		if err != nil {
			return err
		}
		if n == 0 { // people have deleted it since an earlier batch took it
			w.refuseLink(l)
			return w.unlink(made.ID, ends[:k])
		}
	}
	w.links[id] = linkTaken
	w.changed = true
	w.report.taken("link", 1)
	return nil
}

const (
	parentDeleted = "the issue or its parent was imported once and deleted here since"
	linkDeleted   = "one of its issues was imported once and deleted here since"
)

func (w *writer) refuseLink(l linkOf) {
	w.links[l.identity()] = linkRefused
	w.report.notTaken("link", linkDeleted, l.key+" "+l.link.Type+" "+l.link.Other, 1)
}

// unlink takes a link back that was counted at some of its ends already.
func (w *writer) unlink(id int64, counted []int64) error {
	for _, end := range counted {
		if _, err := w.tx.Exec(w.ctx, qUnlinked, end); err != nil {
			return err
		}
	}
	_, err := w.tx.Exec(w.ctx, qDropLink, id)
	return err
}

// insertLink adds a link; false when its issues are related in this way already. One that has to get a new identifier is looked for first, so that the
// counter stands still when it is there.
func (w *writer) insertLink(made *link.Link, foreign string) (bool, error) {
	n := numeric(foreign)
	if n == 0 || w.owners["issue_link"][n] != 0 {
		var one int
		err := w.tx.Get(w.ctx, qSameLink, []any{made.Source, made.Target, made.TypeID, n}, &one)
		if err == nil || !isNoRows(err) {
			return false, err
		}
	}
	var err error
	if made.ID, _, err = w.keep("issue_link", foreign, made.Source); err != nil {
		return false, err
	}
	return link.InsertNew(w.ctx, w.tx, made)
}

// remoteLinks takes the links of an issue to pages elsewhere that it does not have yet; they are known by their global identifier.
func (w *writer) remoteLinks(i *prepared, issueID int64) error {
	if len(i.RemoteLinks) == 0 {
		return nil
	}
	has := map[string]bool{}
	if !w.fresh[issueID] {
		found, err := storage.All(w.ctx, w.tx.Tx, qRemotes, func(r *storage.Rows) (global string, err error) { return global, r.Scan(&global) }, issueID)
		if err != nil {
			return err
		}
		for _, global := range found {
			has[global] = true
		}
	}
	added := 0
	for _, l := range i.RemoteLinks {
		global := clean(l.GlobalID)
		if global == "" {
			global = clean("imported " + or(l.ID, l.URL))
		}
		if has[global] {
			w.report.there("remote link", 1)
			continue
		}
		has[global] = true
		id, _, err := w.keep("issue_remote_link", l.ID, issueID)
		if err != nil {
			return err
		}
		object := `{"url":` + quote(l.URL) + `,"title":` + quote(l.Title) + `}`
		if _, err := w.tx.Exec(w.ctx, qRemote, id, issueID, global, storable(l.Relationship), "{}", object, storable(l.URL)); err != nil {
			return err
		}
		added++
		w.report.taken("remote link", 1)
	}
	if added == 0 {
		return nil
	}
	w.changed = true
	_, err := w.tx.Exec(w.ctx, qRemoted, issueID, added)
	return err
}

// looseIssue is an issue that got something that stood apart from it.
type looseIssue struct {
	*issue.Issue // nil when it was deleted
	changed      bool
}

// loose takes what stood apart from its issue, and gives what belongs to issues that are not there. Each issue is read and written once.
func (w *writer) loose(all []*part) (late []*part, err error) {
	rows := map[int64]*looseIssue{}
	err = w.tx.Gather(w.ctx, func() error {
		for _, p := range all {
			ok, err := w.part(p, rows)
			if err != nil {
				return err
			}
			if !ok {
				late = append(late, p)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		if !rows[id].changed {
			continue
		}
		if err := issue.Save(w.ctx, w.tx, rows[id].Issue); err != nil {
			return nil, err
		}
	}
	return late, nil
}

// madeBefore gives the issue here with a key that no issue of this export has: 0 when there is none, deletedHere when there was one.
func (w *writer) madeBefore(key string) (int64, error) {
	if id, known := w.before[key]; known {
		return id, nil
	}
	var id int64
	found, err := issue.Find(w.ctx, w.tx, w.cat, key)
	switch {
	case err == nil:
		id = found.ID
	case !fault.Is(err, fault.KindNotFound):
		return 0, err
	default:
		if id, err = w.wasDeleted(key); err != nil {
			return 0, err
		}
	}
	if w.before == nil {
		w.before = map[string]int64{}
	}
	w.before[key] = id
	return id, nil
}

// wasDeleted gives deletedHere when an earlier run took an issue that is not there any more, else 0: it never came, or its project is in the trash.
func (w *writer) wasDeleted(key string) (int64, error) {
	known, err := w.imported([]string{key})
	if err != nil || known[key] == 0 {
		return 0, err
	}
	_, err = issue.Get(w.ctx, w.tx, known[key])
	if fault.Is(err, fault.KindNotFound) {
		return deletedHere, nil
	}
	return 0, err
}

// owner gives the issue here that a part belongs to, by key or by identifier in the export: 0 when it is not there yet.
func (w *writer) owner(p *part) (int64, error) {
	key, foreign := p.issue()
	switch {
	case key != "":
		if id := w.find(key); id != 0 {
			return id, nil
		}
		return w.madeBefore(key)
	case foreign == "":
		return 0, nil
	case w.byID[foreign] != 0:
		return w.byID[foreign], nil
	}
	return w.l.byID[foreign], nil
}

// part takes something that stood apart from its issue; false when the issue is not there. The issues that were looked at are in rows.
func (w *writer) part(p *part, rows map[int64]*looseIssue) (bool, error) {
	id, err := w.owner(p)
	if id == 0 || err != nil {
		return false, err
	}
	row := rows[id]
	if row == nil {
		row = &looseIssue{}
		if id != deletedHere {
			row.Issue, err = issue.Get(w.ctx, w.tx, id)
			if err != nil && !fault.Is(err, fault.KindNotFound) { // it may have been deleted since it was taken
				return false, err
			}
		}
		rows[id] = row
	}
	if row.Issue == nil {
		itemType, n := p.itemType()
		key, foreign := p.issue()
		w.report.notTaken(itemType, deletedSince, key+foreign, n)
		return true, nil
	}
	switch before := row.Comments + row.Worklogs; {
	case p.comment != nil:
		err = w.comment(p.comment, p.text, row.Issue)
		row.changed = row.changed || row.Comments+row.Worklogs != before
	case p.worklog != nil:
		err = w.worklog(p.worklog, p.text, row.Issue)
		row.changed = row.changed || row.Comments+row.Worklogs != before
	default:
		prefix := ""
		if a := p.history.Author; a != nil {
			prefix = a.Key[:strings.LastIndexByte(a.Key, '/')+1]
		}
		err = w.historyEntry(p.history, prefix, id)
	}
	return true, err
}

// settle takes, at the end, what waited for issues that came later, and counts what waits still.
func (w *writer) settle() error {
	l := w.l
	w.report, w.byID, w.byKey, w.links = Report{}, map[string]int64{}, map[string]int64{}, map[string]linkState{}
	b := &batch{parts: l.waiting.parts, people: map[string]string{}}
	w.people = l.people
	if err := w.ensureCatalog(b); err != nil {
		return err
	}
	for _, k := range l.waiting.links {
		b.issues = append(b.issues, &prepared{Issue: &source.Issue{Links: []source.Link{k.link}}})
	}
	if err := w.occupied(b); err != nil {
		return err
	}
	late, err := w.loose(l.waiting.parts)
	if err != nil {
		return err
	}
	for _, p := range late {
		itemType, n := p.itemType()
		key, id := p.issue()
		w.report.notTaken(itemType, "its issue is neither in the export nor here", key+id, n)
	}
	for _, p := range l.waiting.parents {
		ok, err := w.parent(p)
		if err != nil {
			return err
		}
		if !ok {
			w.report.notTaken("parent", "the parent is not in the export", p.child+" in "+p.parent, 1)
		}
	}
	for _, k := range l.waiting.links {
		if err := w.link(k); err != nil {
			return err
		}
	}
	counted := map[string]bool{}
	for _, k := range l.waiting.links {
		id := k.identity()
		if l.links[id] <= linkWaits && w.links[id] <= linkWaits && !counted[id] {
			counted[id] = true
			w.report.notTaken("link", "the other issue is not in the export", k.key+" "+k.link.Type+" "+k.link.Other, 1)
		}
	}
	return nil
}
