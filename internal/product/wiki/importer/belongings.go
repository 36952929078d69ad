package importer

import (
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/upload"
	"holdfast.dev/internal/product/wiki/comment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/restriction"
	"holdfast.dev/internal/product/wiki/watch"
)

// restrictions writes who alone may read and change a page.
func (w *writer) restrictions(i *item) error {
	for _, list := range []struct {
		operation string
		all       []*allowed
	}{{restriction.Read, i.read}, {restriction.Update, i.update}} {
		for _, x := range list.all {
			kind, subject := "group", storable(x.group)
			if x.group == "" {
				kind, subject = "user", w.l.people.of(x.person)
			}
			if err := w.insert(qRestrict, i.local, list.operation, kind, subject); err != nil {
				return err
			}
			w.report.taken(aRestriction, 1)
		}
	}
	w.report.taken(aSet, i.sets)
	return nil
}

// ensureLabels makes the labels that a batch needs, before anything has them.
func (w *writer) ensureLabels(b *batch) error {
	w.labels = map[labelKey]int64{}
	err := w.knownLabels()
	if err != nil {
		return err
	}
	for _, u := range b.units {
		for _, i := range append(append([]*item{u.page}, u.page.comments...), u.page.files...) {
			if err := w.makeLabels(i.labels); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *writer) knownLabels() error {
	rows, err := w.tx.Query(w.ctx, qAllLabels)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var k labelKey
		if err := rows.Scan(&id, &k.prefix, &k.name, &k.owner); err != nil {
			return err
		}
		w.labels[k] = id
	}
	return rows.Err()
}

func (w *writer) makeLabels(list []*labelling) error {
	for _, x := range list {
		k, ok := w.l.label(x)
		if !ok || w.labels[k] != 0 {
			continue
		}
		id, err := w.newID()
		if err != nil {
			return err
		}
		w.labels[k] = id
		if _, err := w.tx.Exec(w.ctx, qLabel, id, k.prefix, k.name, k.owner); err != nil {
			return err
		}
	}
	return nil
}

// favouriteLabel is how versions before 6 note that a page is somebody's favourite.
const favouriteLabel = "favourite"

// label gives the label here of a labelling; ok is false for what cannot be one.
func (l *run) label(x *labelling) (k labelKey, ok bool) {
	is := l.m.labels[x.label]
	prefix := is.namespace
	if prefix == label.My && l.people.of(x.person) == "" {
		return k, false
	}
	made, err := label.Make(l.people.of(x.person), prefix, storable(is.name))
	if err != nil {
		return k, false
	}
	return labelKey{made.Prefix, made.Name, made.Owner}, true
}

// belongings writes what is on a content: labels, watches, likes, favourites, properties.
func (w *writer) belongings(i *item) error {
	if err := w.labelled(i.local, i.labels, i.class != "Attachment" && i.class != "Comment"); err != nil {
		return err
	}
	for _, f := range i.follows {
		if err := w.follow(f, i.local, watch.Content); err != nil {
			return err
		}
	}
	return w.properties(i.local, i.values)
}

func (w *writer) labelled(id int64, list []*labelling, mayBeFavourite bool) error {
	for _, x := range list {
		is := w.l.m.labels[x.label]
		if is.namespace == label.My && (is.name == favouriteLabel || is.name == "favorite") && mayBeFavourite && w.l.people.of(x.person) != "" {
			kind := watch.Content
			if x.target.Class == "SpaceDescription" {
				kind = watch.Space
			}
			if err := w.insert(qFavourite, w.l.people.of(x.person), kind, id, w.at(x.created)); err != nil {
				return err
			}
			w.usedLabel(x.label)
			w.report.taken(aLabelling, 1)
			continue
		}
		k, ok := w.l.label(x)
		if !ok {
			w.report.notTaken(aLabelling, "its label has characters that labels cannot have, or is nobody's", is.name, 1)
			continue
		}
		if err := w.insert(qLabelling, id, w.labels[k], w.account(x.person), w.at(x.created)); err != nil {
			return err
		}
		w.usedLabel(x.label)
		w.report.taken(aLabelling, 1)
	}
	return nil
}

func (w *writer) usedLabel(id string) { w.l.labelled[id] = true }

func (w *writer) follow(f *follow, id int64, kind string) error {
	account := w.l.people.of(f.person)
	var err error
	switch f.kind {
	case "watch":
		err = w.insert(qWatch, account, kind, watch.ID(id), w.at(f.created))
	case "like":
		err = w.insert(qLike, id, account, w.at(f.created))
	default:
		err = w.insert(qFavourite, account, kind, id, w.at(f.created))
	}
	w.report.taken(f.what, 1)
	return err
}

func (w *writer) properties(owner int64, list []*item) error {
	for _, p := range list {
		value, why, err := w.l.values.value(p)
		if err != nil {
			return err
		}
		key := truncate(storable(p.title), 200)
		if why == "" && key == "" {
			why = "it has no name"
		}
		if why != "" {
			w.report.notTaken(aProperty, why, p.title, 1)
			w.report.notTaken(aBody, "its property was not taken", p.title, len(w.l.m.bodies.of[p.id]))
			continue
		}
		id, err := w.newID()
		if err != nil {
			return err
		}
		if err := w.insert(qProperty, id, owner, key, value, max(p.version, 1), w.account(p.modifier), w.at(p.created), w.at(p.modified)); err != nil {
			return err
		}
		w.report.taken(aProperty, 1)
		w.report.taken(aBody, len(w.l.m.bodies.of[p.id]))
	}
	return nil
}

// comment writes a comment with its versions.
func (w *writer) comment(u *unit, c *prepared) error {
	status := w.partStatus(u, c.item)
	parent := int64(0)
	root := c.item
	if c.parent != "" {
		for up := w.l.m.byID[c.parent]; up != nil; up = w.l.m.byID[up.parent] {
			if root == c.item {
				parent = up.local
			}
			root = up
		}
	}
	if err := w.content(c.item, content.Comment, parent, w.guard(u.page.local), 0, status, int64(len(c.versions)), w.l.people.of(c.creator), w.trashed(u)); err != nil {
		return err
	}
	if err := w.versions(c.item, c.versions, false); err != nil {
		return err
	}
	p := w.place(u, c.item, root)
	var at any
	if p.Resolved != nil {
		at = clock.Micros(*p.Resolved)
	}
	if err := w.insert(qComment, c.local, p.Location, p.Marker, p.Anchor, p.MatchCount, p.MatchIndex, p.Resolution, content.OrNull(p.ResolvedBy), at); err != nil {
		return err
	}
	if err := w.text(c.local, c.text); err != nil {
		return err
	}
	w.report.taken(aComment, 1)
	for _, d := range c.drafts {
		w.report.notTaken(aCommentEdit, "comments have no drafts here", c.id, 1)
		w.report.notTaken(aBody, "its content was not taken", d.id, len(w.l.m.bodies.of[d.id]))
	}
	w.report.Pages += len(c.versions)
	if err := w.belongings(c.item); err != nil {
		return err
	}
	return w.remember(c.item)
}

// place says where a comment stands and what became of it.
func (w *writer) place(u *unit, c, root *item) comment.Part {
	p := comment.Part{Location: comment.Footer}
	if strings.TrimSpace(root.details["inline-comment"]) != "true" && root.details["inline-marker-ref"] == "" {
		return p
	}
	p.Location = comment.Inline
	if c != root {
		return p
	}
	p.Marker, p.Anchor, p.MatchCount = truncate(storable(c.details["inline-marker-ref"]), 255), storable(c.details["inline-original-selection"]), 1
	switch status := strings.ToLower(strings.TrimSpace(c.details["status"])); {
	case status == comment.Resolved || c.details["resolved"] == "true":
		p.Resolution = comment.Resolved
		p.ResolvedBy = w.l.people.of(c.details["status-lastmodifier"])
		if ms := number(c.details["status-lastmoddate"]); ms > 0 {
			t := time.UnixMilli(ms).UTC()
			p.Resolved = &t
		}
	case status == comment.Reopened:
		p.Resolution = comment.Reopened
	default:
		p.Resolution = comment.Open
	}
	if p.Resolution != comment.Resolved && !u.page.there && !u.markers[p.Marker] {
		p.Resolution = comment.Dangling
		w.report.note("inline comments whose text is gone from the page are kept beside it", c.id, 1)
	}
	return p
}

// partStatus gives the state of a comment or file, which is no better than that of its page.
func (w *writer) partStatus(u *unit, i *item) string {
	own, of := statusOf(i), statusOf(u.page)
	if own == content.Current && (of == content.Draft || of == content.Trashed) {
		return of
	}
	if own == content.Archived || own == content.Draft && of == content.Current {
		return content.Current
	}
	return own
}

// trashed gives when the page went into the trash, so that restoring it brings back what went with it.
func (w *writer) trashed(u *unit) *time.Time {
	if statusOf(u.page) == content.Trashed {
		return &u.page.modified
	}
	return nil
}

// file writes an attachment with its versions.
func (w *writer) file(u *unit, f *item) error {
	name := upload.CleanName(storable(f.title))
	last := int64(0)
	all := append(append([]*item(nil), f.versions...), f)
	numbers := make([]int64, len(all))
	for n, v := range all {
		last = max(last+1, v.version)
		numbers[n] = last
	}
	f.title = name
	if err := w.content(f, content.Attachment, 0, w.guard(u.page.local), 0, w.partStatus(u, f), last, w.l.people.of(f.creator), w.trashed(u)); err != nil {
		return err
	}
	for n, v := range all {
		stored := w.l.stored[v]
		size := stored.size
		if stored.blob == "" {
			size = number(v.size)
		}
		mime := storable(v.mime)
		if mime == "" || !strings.Contains(mime, "/") || len(mime) > 200 {
			mime = stored.mime
		}
		if mime == "" {
			mime = upload.TypeOf(name, nil)
		}
		minor := 0
		if strings.EqualFold(v.details["MINOR_EDIT"], "true") {
			minor = 1
		}
		author := w.account(v.modifier)
		if author == nil {
			author = w.account(v.creator)
		}
		if err := w.insert(qFile, f.local, numbers[n], w.l.media[f], mime, size, content.OrNull(stored.blob), content.OrNull(stored.thumbnail), orNull(stored.width), orNull(stored.height), truncate(storable(v.message), 2000), author, w.at(v.modified), minor); err != nil {
			return err
		}
		w.contents(v, stored)
		if v != f {
			w.report.taken(aFileVersion, 1)
		}
	}
	w.report.taken(aFile, 1)
	w.report.notTaken(aFileVersion, "it is an unfinished upload", f.name(), len(f.drafts))
	if err := w.text(f.local, text{content.Fold(name), content.Fold(storable(f.message)), nil}); err != nil {
		return err
	}
	if err := w.belongings(f); err != nil {
		return err
	}
	return w.remember(f)
}

func (w *writer) contents(v *item, s storedFile) {
	switch {
	case s.blob != "":
		w.report.taken(aContents, 1)
	case s.why != "":
		w.report.notTaken(aContents, s.why, v.name(), 1)
	default:
		w.report.notTaken(aContents, "the export has the record of the file, not the file", v.name(), 1)
	}
}

func orNull(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}
