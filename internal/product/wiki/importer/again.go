package importer

// Counting what is not written, so that the counts of the report add up.

// all gives an item with its versions and drafts.
func (i *item) all() []*item {
	return append(append([]*item{i}, i.versions...), i.drafts...)
}

// again counts a page of an earlier run.
func (w *writer) again(u *unit) { w.thereWithBelongings(u.page) }

func (w *writer) thereWithBelongings(i *item) {
	r := w.report
	if k := w.l.knownBefore[knownKey{i.at.scope(), "content", i.id}]; k.signature == i.signature() {
		r.there(i.what(), 1)
		r.there(i.whatVersion(), len(i.versions))
		r.there(i.whatDraft(), len(i.drafts))
	} else {
		r.notTaken(i.what(), changed, i.name(), 1)
		r.notTaken(i.whatVersion(), changed, i.name(), len(i.versions))
		r.notTaken(i.whatDraft(), changed, i.name(), len(i.drafts))
	}
	for _, x := range i.labels {
		w.l.labelThere[x.label] = true
	}
	r.there(aLabelling, len(i.labels))
	r.there(aRestriction, len(i.read)+len(i.update))
	r.there(aSet, i.sets)
	for _, f := range i.follows {
		r.there(f.what, 1)
	}
	r.there(aProperty, len(i.values))
	for _, v := range append(i.all(), i.values...) {
		r.there(aBody, len(w.l.m.bodies.of[v.id]))
	}
}

// changed is said of what was imported in another state.
const changed = "another state of it was imported before; what is here stays"

// refuse counts a page that is not taken with everything on it.
func (w *writer) refuse(u *unit, reason string) {
	for _, i := range append(append([]*item{u.page}, u.page.comments...), u.page.files...) {
		w.l.refuseItem(w.report, i, reason)
	}
}

// refuseItem counts a content that is not taken, with its versions and what is on it.
func (l *run) refuseItem(r *Report, i *item, reason string) {
	r.notTaken(i.what(), reason, i.name(), 1)
	r.notTaken(i.whatVersion(), reason, i.name(), len(i.versions))
	r.notTaken(i.whatDraft(), reason, i.name(), len(i.drafts))
	const with = "what it is on was not taken"
	r.notTaken(aLabelling, with, i.name(), len(i.labels))
	r.notTaken(aRestriction, with, i.name(), len(i.read)+len(i.update))
	r.notTaken(aSet, with, i.name(), i.sets)
	for _, f := range i.follows {
		r.notTaken(f.what, with, i.name(), 1)
	}
	r.notTaken(aProperty, with, i.name(), len(i.values))
	for _, v := range append(i.all(), i.values...) {
		r.notTaken(aBody, with, i.name(), len(l.m.bodies.of[v.id]))
	}
}

// dropped counts what belongs to nothing in the export.
func (l *run) dropped(r *Report) {
	for _, i := range l.m.items {
		if i.dropped == "" {
			continue
		}
		if i.original != "" {
			r.notTaken(i.whatVersion(), i.dropped, i.name(), 1)
			r.notTaken(aBody, "its content was not taken", i.name(), len(l.m.bodies.of[i.id]))
			continue
		}
		l.refuseItem(r, i, i.dropped)
	}
	known := map[string]bool{}
	for _, i := range l.m.items {
		known[i.id] = true
	}
	taken := map[*item]bool{}
	for _, i := range l.m.items {
		for _, p := range i.values {
			taken[p] = true
		}
	}
	for _, s := range l.m.spaces {
		for _, p := range s.values {
			taken[p] = true
		}
	}
	for _, p := range l.m.properties {
		known[p.id] = true
		if !taken[p] {
			r.notTaken(aBody, "its property was not taken", p.title, len(l.m.bodies.of[p.id]))
		}
	}
	for id, spans := range l.m.bodies.of {
		if !known[id] {
			r.notTaken(aBody, "its content is not in the export", id, len(spans))
		}
	}
}
