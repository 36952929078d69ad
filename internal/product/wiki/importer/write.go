package importer

import (
	"context"
	"fmt"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/page"
)

// writer takes one batch in one transaction. What it learns it keeps apart until the commit, so that a failed batch leaves no trace.
type writer struct {
	l      *run
	ctx    context.Context
	tx     *volume.Tx
	report *Report
	guards map[int64]int64 // guard of each page of this batch
	labels map[labelKey]int64
	fresh  []int64 // contents to be indexed for search
	next   int64   // identifiers that are set aside for what has none in the export
	left   int64
	gone   map[int64]bool // pages of an earlier run that were purged since
}

type labelKey struct{ prefix, name, owner string }

// write takes a batch.
func (l *run) write(ctx context.Context, b *batch) error {
	var w *writer
	err := l.Volume.Write(ctx, func(tx *volume.Tx) error {
		w = &writer{l: l, ctx: ctx, tx: tx, report: &Report{}, guards: map[int64]int64{}, gone: map[int64]bool{}}
		return w.indexedLater(func() error { return w.batch(b) })
	})
	if err != nil {
		return fmt.Errorf("take a batch of %d pages: %w", len(b.units), err)
	}
	for id, g := range w.guards {
		l.guards[id] = g
	}
	l.report.merge(b.report)
	l.report.merge(w.report)
	return nil
}

func (w *writer) indexedLater(fn func() error) error {
	if w.tx.Dialect() != storage.SQLite {
		return fn()
	}
	if _, err := w.tx.ExecText(w.ctx, pauseSearch); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	if _, err := w.tx.ExecText(w.ctx, resumeSearch); err != nil {
		return err
	}
	_, err := w.tx.ExecText(w.ctx, indexTexts, "["+strings.Join(digits(w.fresh), ",")+"]")
	return err
}

func (w *writer) batch(b *batch) error {
	if err := w.ensureLabels(b); err != nil {
		return err
	}
	for _, u := range b.units {
		if err := w.before(u); err != nil {
			return err
		}
	}
	return w.tx.Gather(w.ctx, func() error {
		for _, u := range b.units {
			if err := w.unit(u); err != nil {
				return fmt.Errorf("%s: %w", u.page.name(), err)
			}
		}
		return nil
	})
}

// before reads what a page of an earlier run is now, and whether somebody made a page of a new one's title here meanwhile.
func (w *writer) before(u *unit) error {
	i := u.page
	if i.there {
		row, err := content.Get(w.ctx, w.tx, i.local)
		switch {
		case fault.Is(err, fault.KindNotFound):
			w.gone[i.local] = true
			return nil
		case err != nil:
			return err
		}
		w.guards[i.local] = row.GuardID
		return nil
	}
	if !i.at.there || i.class != "Page" || statusOf(i) == content.Draft {
		return nil
	}
	other, err := page.Titled(w.ctx, w.tx, content.Page, i.at.local, i.title)
	if err != nil || other == nil {
		return err
	}
	w.report.note("pages whose title a page made here has got their identifier behind it", i.name(), 1)
	i.title = cleanTitle(truncate(i.title, maxTitle-len(i.id)-3)+" ("+i.id+")", i.id)
	u.text.title = content.Fold(i.title)
	return nil
}

// newID gives an identifier for what has none in the export.
func (w *writer) newID() (int64, error) {
	if w.left == 0 {
		const block = 64
		first, err := content.NextID(w.ctx, w.tx, block)
		if err != nil {
			return 0, err
		}
		w.next, w.left = first, block
	}
	w.left--
	w.next++
	return w.next - 1, nil
}

func (w *writer) insert(q *storage.Query, args ...any) error { return w.tx.Insert(w.ctx, q, args...) }

func (w *writer) remember(i *item) error {
	return w.insert(qRemember, i.at.scope(), "content", i.id, i.local, i.signature())
}

// at gives an instant, or when the import runs where the export has none.
func (w *writer) at(t time.Time) int64 {
	if t.IsZero() {
		return clock.Micros(w.l.started)
	}
	return clock.Micros(t)
}

func (w *writer) account(key string) any { return content.OrNull(w.l.people.of(key)) }

// unit takes a page with everything on it that an earlier run has not taken.
func (w *writer) unit(u *unit) error {
	i := u.page
	switch {
	case w.gone[i.local] || i.at.gone:
		w.refuse(u, "it was imported once and deleted here since")
		return nil
	case i.there:
		w.again(u)
	default:
		if err := w.page(u); err != nil {
			return err
		}
	}
	for _, c := range i.comments {
		if c.there {
			w.thereWithBelongings(c)
		}
	}
	for _, f := range i.files {
		if f.there {
			w.thereWithBelongings(f)
		}
	}
	for _, c := range u.comments {
		if err := w.comment(u, c); err != nil {
			return err
		}
	}
	for _, f := range u.files {
		if err := w.file(u, f); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) page(u *unit) error {
	i := u.page
	kind := content.Page
	if i.class == "BlogPost" {
		kind = content.BlogPost
	}
	status := statusOf(i)
	last := u.versions[len(u.versions)-1]
	author := w.l.people.of(i.creator)
	if status == content.Draft && author == "" {
		author = w.l.people.of(i.modifier)
	}
	parent, guard := int64(0), int64(0)
	if i.parent != "" {
		parent = w.l.m.byID[i.parent].local
		guard = w.guard(parent)
	}
	above := guard
	if len(i.read) > 0 {
		guard = i.local
	}
	w.guards[i.local] = guard
	if i.misplaced {
		w.report.note("pages whose parent is not there, or is no page that can hold them, stand at the top of their space", i.name(), 1)
	}
	if err := w.content(i, kind, parent, guard, i.place, status, int64(len(u.versions)), author, nil); err != nil {
		return err
	}
	if guard == i.local {
		if err := w.insert(qGuard, guard, above); err != nil {
			return err
		}
	}
	if err := w.versions(i, u.versions, true); err != nil {
		return err
	}
	if last.of.version > 0 && last.of.version != int64(len(u.versions)) {
		w.report.note("histories with gaps are numbered anew, without them", i.name(), 1)
	}
	if err := w.text(i.local, u.text); err != nil {
		return err
	}
	for _, d := range u.drafts {
		if err := w.insert(qDraft, i.local, d.account, int64(len(u.versions)), d.title, d.body, w.at(d.of.created), w.at(d.of.modified)); err != nil {
			return err
		}
		w.report.taken(i.whatDraft(), 1)
	}
	w.report.taken(i.what(), 1)
	w.report.Pages += len(u.versions) + len(u.drafts)
	if err := w.tasks(u); err != nil {
		return err
	}
	if err := w.restrictions(i); err != nil {
		return err
	}
	if err := w.belongings(i); err != nil {
		return err
	}
	return w.remember(i)
}

// guard gives the guard of a page that is written already, in this batch or in one before.
func (w *writer) guard(id int64) int64 {
	if g, ok := w.guards[id]; ok {
		return g
	}
	return w.l.guards[id]
}

// content writes the row of a content. trashed is when a page that holds it went into the trash, nil for its own time.
func (w *writer) content(i *item, kind string, parent, guard, place int64, status string, versions int64, author string, trashed *time.Time) error {
	owner := i.owner.local
	title := i.title
	if kind == content.Comment {
		title = ""
	}
	var at, by any
	if status == content.Trashed {
		at, by = w.at(i.modified), w.account(i.modifier)
		if trashed != nil {
			at = w.at(*trashed)
		}
	}
	editor := w.account(i.modifier)
	if editor == nil {
		editor = content.OrNull(author)
	}
	return w.insert(qContent, i.local, kind, i.at.local, owner, parent, place, guard, title, content.Fold(title), status, versions, content.OrNull(author), editor,
		w.at(i.created), w.at(i.modified), at, by)
}

// versions writes the history of a page or comment, numbered from 1 without gaps.
func (w *writer) versions(i *item, all []*version, titled bool) error {
	for n, v := range all {
		title := v.title
		if n == len(all)-1 && titled {
			title = i.title
		}
		author := w.account(v.of.modifier)
		if author == nil {
			author = w.account(v.of.creator)
		}
		if err := w.insert(qVersion, i.local, int64(n+1), title, v.body, author, w.at(v.of.modified), truncate(storable(v.of.message), 2000), 0); err != nil {
			return err
		}
		if v.of != i {
			w.report.taken(i.whatVersion(), 1)
		}
	}
	return nil
}

func (w *writer) text(id int64, t text) error {
	if err := w.insert(qText, id, storable(t.title), t.words); err != nil {
		return err
	}
	w.fresh = append(w.fresh, id)
	for _, u := range t.uses {
		if err := w.insert(qUse, id, u.Kind, u.Target); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) tasks(u *unit) error {
	i := u.page
	for _, t := range u.tasks {
		id, err := w.newID()
		if err != nil {
			return err
		}
		var due, done, by any
		if t.Due != nil {
			due = clock.Micros(*t.Due)
		}
		if t.Status == "complete" {
			done, by = w.at(i.modified), w.account(i.modifier)
		}
		if err := w.insert(qTask, id, i.local, t.LocalID, t.Status, t.Body, w.account(i.creator), content.OrNull(t.Assignee), by, due, done, w.at(i.created), w.at(i.modified), t.Position); err != nil {
			return err
		}
		w.report.taken(aTask, 1)
	}
	return nil
}
