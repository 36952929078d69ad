package importer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/task"
	"holdfast.dev/internal/richtext/extract"
)

// How much a commit holds: enough that it costs little, few enough that others get their turn.
const (
	batchItems = 600
	batchBytes = 12 << 20
)

// batch is what one commit takes. Its report counts only once it is committed.
type batch struct {
	units  []*unit
	report *Report
	items  int
	bytes  int
}

// unit is a page or blog post with everything on it.
type unit struct {
	page     *item
	versions []*version // of the page, when it is new; the last is the current one
	drafts   []*draft
	text     text
	tasks    []*task.Task
	markers  map[string]bool // of inline comments in the body
	comments []*prepared
	files    []*item
}

// prepared is a comment.
type prepared struct {
	*item
	versions []*version
	text     text
}

type version struct {
	title, body string
	of          *item
}

type draft struct {
	account string
	version
}

// text is what search knows of a content.
type text struct {
	title, words string
	uses         []content.Use
}

// prepare converts the bodies of all pages of the export, batch by batch.
func (l *run) prepare(ctx context.Context, out chan<- *batch) error {
	b := &batch{report: &Report{}}
	send := func() error {
		if b.items == 0 {
			return nil
		}
		select {
		case out <- b:
			b = &batch{report: &Report{}}
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	conv := newConverter(l.m, l.people, l.media)
	for _, s := range l.m.spaces {
		for _, i := range l.m.inTree(s) {
			conv.report = b.report
			u, size, err := l.unit(conv, i)
			if err != nil {
				return fmt.Errorf("%s: %w", i.name(), err)
			}
			b.units = append(b.units, u)
			b.items += 1 + len(i.versions) + len(i.comments) + len(i.files)
			b.bytes += size
			if b.items >= l.batch || b.bytes >= batchBytes {
				if err := send(); err != nil {
					return err
				}
			}
		}
	}
	return send()
}

func (l *run) unit(conv *converter, i *item) (u *unit, size int, err error) {
	u = &unit{page: i, markers: map[string]bool{}}
	if !i.there {
		current, n, err := u.history(conv, i)
		if err != nil {
			return nil, 0, err
		}
		size += n
		for _, c := range extract.InlineComments(current.doc) {
			u.markers[c.ID] = true
		}
		u.text = text{content.Fold(i.title), words(current), current.uses()}
		if statusOf(i) == content.Current {
			u.tasks = task.In(current.doc)
		}
		if n, err = l.drafts(conv, u, current); err != nil {
			return nil, 0, err
		}
		size += n
	}
	for _, c := range inThreads(i.comments) {
		if c.there {
			continue
		}
		p := &prepared{item: c}
		for _, v := range append(slices.Clone(c.versions), c) {
			b, err := conv.convert(v, i)
			if err != nil {
				return nil, 0, err
			}
			size += len(b.json)
			p.versions = append(p.versions, &version{"", b.json, v})
			if v == c {
				p.text = text{"", words(b), b.uses()}
			}
		}
		u.comments = append(u.comments, p)
	}
	for _, f := range i.files {
		if !f.there {
			u.files = append(u.files, f)
		}
	}
	return u, size, nil
}

// history converts every version of a page and gives the current one.
func (u *unit) history(conv *converter, i *item) (current *body, size int, err error) {
	for _, v := range append(slices.Clone(i.versions), i) {
		b, err := conv.convert(v, i)
		if err != nil {
			return nil, 0, err
		}
		current = b
		size += len(b.json)
		u.versions = append(u.versions, &version{cleanTitle(v.title, v.id), b.json, v})
	}
	return current, size, nil
}

// drafts converts what people had not published of a page: at most one draft a person.
func (l *run) drafts(conv *converter, u *unit, current *body) (size int, err error) {
	i := u.page
	newest := slices.Clone(i.drafts)
	slices.SortStableFunc(newest, func(a, b *item) int { return b.modified.Compare(a.modified) })
	has := map[string]bool{}
	for _, d := range newest {
		b, err := conv.convert(d, i)
		if err != nil {
			return 0, err
		}
		account := l.people.of(d.modifier)
		if account == "" {
			account = l.people.of(d.creator)
		}
		switch {
		case b.json == current.json && strings.EqualFold(cleanTitle(d.title, d.id), i.title):
			conv.report.notTaken(i.whatDraft(), "it says what the published page says", d.name(), 1)
		case account == "":
			conv.report.notTaken(i.whatDraft(), "the export does not say whose it is", d.name(), 1)
		case has[account]:
			conv.report.notTaken(i.whatDraft(), "its author has a newer one of the page", d.name(), 1)
		default:
			has[account] = true
			u.drafts = append(u.drafts, &draft{account, version{cleanTitle(d.title, d.id), b.json, d}})
			size += len(b.json)
		}
	}
	return size, nil
}

// maxIndexed bounds, in bytes, the text of one content that is searched.
const maxIndexed = 1 << 20

func words(b *body) string {
	w := content.Fold(b.words())
	if len(w) > maxIndexed {
		w = strings.ToValidUTF8(w[:maxIndexed], "")
	}
	return storable(w)
}

// statusOf gives the state here of a page, comment or file.
func statusOf(i *item) string {
	switch i.status {
	case "draft":
		return content.Draft
	case "deleted", "trashed":
		return content.Trashed
	case "archived":
		return content.Archived
	}
	return content.Current
}
