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
	qParent  = storage.Register("tracker/import.set_parent", `UPDATE issue SET parent_id = $2 WHERE id = $1 AND parent_id IS NULL`)
	qChild   = storage.Register("tracker/import.count_child", `UPDATE issue SET subtasks = subtasks + 1 WHERE id = $1`)
	qLinked  = storage.Register("tracker/import.count_link", `UPDATE issue SET links = links + 1 WHERE id = $1`)
	qRemoted = storage.Register("tracker/import.count_remote", `UPDATE issue SET remote_links = remote_links + $2 WHERE id = $1`)
	qRemote  = storage.Register("tracker/import.remote_link", `INSERT INTO issue_remote_link (id, issue_id, global_id, relationship, application, object, url) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`)
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
		if w.byKey[i.Key] == 0 {
			continue
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
		for _, l := range i.Links {
			if err := w.link(linkOf{l, i.Key}); err != nil {
				return err
			}
		}
		if err := w.remoteLinks(i); err != nil {
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
	w.changed = true
	w.report.taken("parent", 1)
	_, err = w.tx.Exec(w.ctx, qChild, parent)
	return true, err
}

// link takes a link when both of its ends are there.
func (w *writer) link(l linkOf) error {
	id := l.identity()
	if w.l.links[id] > linkWaits || w.links[id] > linkWaits {
		return nil // named by the other side before
	}
	own, other := w.find(l.key), w.find(l.link.Other)
	t := w.cat.FindLinkType(clean(l.link.Type))
	if own == 0 || other == 0 || t == nil {
		w.noteLink(l.link, l.key, linkWaits)
		return nil
	}
	made := &link.Link{TypeID: t.ID, Source: own, Target: other, Created: orNow(l.link.Created, w.tx.Now())}
	if !l.link.Outwards {
		made.Source, made.Target = other, own
	}
	if w.there("issue_link", l.link.ID) {
		w.links[id] = linkThere
		w.report.there("link", 1)
		return nil
	}
	var err error
	if made.ID, err = w.keep("issue_link", l.link.ID); err != nil {
		return err
	}
	isNew, err := link.InsertNew(w.ctx, w.tx, made)
	if err != nil {
		return err
	}
	if !isNew {
		w.links[id] = linkThere
		w.report.there("link", 1)
		return nil
	}
	w.links[id] = linkTaken
	w.changed = true
	w.report.taken("link", 1)
	for _, end := range []int64{own, other} {
		if _, err := w.tx.Exec(w.ctx, qLinked, end); err != nil {
			return err
		}
		if own == other {
			break
		}
	}
	return nil
}

func (w *writer) remoteLinks(i *prepared) error {
	added := 0
	for _, l := range i.RemoteLinks {
		id, err := w.keep("issue_remote_link", l.ID)
		if err != nil {
			return err
		}
		global := clean(l.GlobalID)
		if global == "" {
			global = "imported " + l.ID
		}
		object := `{"url":` + quote(l.URL) + `,"title":` + quote(l.Title) + `}`
		n, err := w.tx.Exec(w.ctx, qRemote, id, w.find(i.Key), global, l.Relationship, "{}", object, storable(l.URL))
		if err != nil {
			return err
		}
		if n == 0 {
			w.report.there("remote link", 1)
			continue
		}
		added++
		w.report.taken("remote link", 1)
	}
	if added == 0 {
		return nil
	}
	w.changed = true
	_, err := w.tx.Exec(w.ctx, qRemoted, w.find(i.Key), added)
	return err
}

// loose takes what stood apart from its issue, and gives what belongs to issues that are not there. Each issue is read and written once.
func (w *writer) loose(all []*part) (late []*part, err error) {
	rows := map[int64]*issue.Issue{}
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
		if err := issue.Save(w.ctx, w.tx, rows[id]); err != nil {
			return nil, err
		}
	}
	return late, nil
}

// madeBefore gives the issue here with a key that no issue of this export has, 0 when there is none.
func (w *writer) madeBefore(key string) (int64, error) {
	if id, known := w.before[key]; known {
		return id, nil
	}
	found, err := issue.Find(w.ctx, w.tx, w.cat, key)
	if fault.Is(err, fault.KindNotFound) {
		found, err = &issue.Issue{}, nil
	}
	if err != nil {
		return 0, err
	}
	if w.before == nil {
		w.before = map[string]int64{}
	}
	w.before[key] = found.ID
	return found.ID, nil
}

// part takes something that stood apart from its issue; false when the issue is not there. The issues that got something are in rows.
func (w *writer) part(p *part, rows map[int64]*issue.Issue) (bool, error) {
	key, foreign := p.issue()
	id := w.find(key)
	if key == "" {
		if id = w.byID[foreign]; id == 0 {
			id = w.l.byID[foreign]
		}
	}
	if id == 0 && key != "" {
		var err error
		if id, err = w.madeBefore(key); err != nil {
			return false, err
		}
	}
	if id == 0 {
		return false, nil
	}
	if p.history != nil {
		prefix := ""
		if a := p.history.Author; a != nil {
			prefix = a.Key[:strings.LastIndexByte(a.Key, '/')+1]
		}
		return true, w.historyEntry(p.history, prefix, id)
	}
	row := rows[id]
	if row == nil {
		var err error
		if row, err = issue.Get(w.ctx, w.tx, id); err != nil {
			return false, err
		}
	}
	before := row.Comments + row.Worklogs
	var err error
	if p.comment != nil {
		err = w.comment(p.comment, p.text, row)
	} else {
		err = w.worklog(p.worklog, p.text, row)
	}
	if err == nil && row.Comments+row.Worklogs != before {
		rows[id] = row
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
	l.waiting = waiting{}
	w.waiting = waiting{}
	l.merge(w)
	return nil
}
