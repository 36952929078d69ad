package importer

import (
	"context"
	"encoding/json"
	"strings"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	wikispace "holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/watch"
	"holdfast.dev/internal/richtext/render"
)

// spaces writes the spaces with what hangs on them, one a commit.
func (l *run) spaces(ctx context.Context) error {
	conv := newConverter(l.m, l.people, l.media)
	for _, s := range l.m.spaces {
		var r *Report
		err := l.Volume.Write(ctx, func(tx *volume.Tx) error {
			r = &Report{}
			conv.report = r
			w := &writer{l: l, ctx: ctx, tx: tx, report: r}
			if s.there {
				w.spaceThere(s)
				return w.templates(conv, s)
			}
			if err := w.space(conv, s); err != nil {
				return err
			}
			return w.templates(conv, s)
		})
		if err != nil {
			return err
		}
		l.report.merge(r)
	}
	l.strayDescriptions()
	for _, t := range l.m.templates {
		if l.m.spaceByID[t.space] == nil && t.space != "" {
			l.report.notTaken(aTemplate, "its space is not in the export", t.name, 1)
			l.report.notTaken(aLabelling, "what it is on was not taken", t.name, t.labelled)
		}
	}
	return nil
}

// spaceThere counts a space of an earlier run.
func (w *writer) spaceThere(s *space) {
	r := w.report
	if s.gone {
		r.notTaken(aSpace, "it was imported once and deleted here since", s.key, 1)
	} else {
		r.there(aSpace, 1)
	}
	r.there(aPermission, len(s.permissions))
	for _, x := range s.labels {
		w.l.labelThere[x.label] = true
	}
	r.there(aLabelling, len(s.labels))
	for _, f := range s.follows {
		r.there(f.what, 1)
	}
	r.there(aProperty, len(s.values))
	for _, v := range s.values {
		r.there(aBody, len(w.l.m.bodies.of[v.id]))
	}
	if d := w.l.m.descriptionOf(s); d != nil {
		r.there(aDescription, 1)
		r.there(aBody, len(w.l.m.bodies.of[d.id]))
	}
}

func (w *writer) space(conv *converter, s *space) error {
	sp := &wikispace.Space{ID: s.local, Key: s.keyHere, Alias: s.keyHere, Name: cleanTitle(s.name, s.key), Type: wikispace.Global, Status: wikispace.Current, Author: w.l.people.of(s.creator), Created: s.created, Updated: s.modified}
	if len(sp.Name) > 255 {
		sp.Name = strings.ToValidUTF8(sp.Name[:255], "")
	}
	switch {
	case s.kind == wikispace.Personal || strings.HasPrefix(s.key, "~"):
		sp.Type, sp.Owner = wikispace.Personal, sp.Author
		if owner := w.l.people.of(w.l.m.ownerOf(s)); owner != "" {
			sp.Owner = owner
		}
	case s.kind == "collaboration" || s.kind == "knowledge_base":
		sp.Type = s.kind
	}
	if s.status == "archived" {
		sp.Status = wikispace.Archived
	}
	if sp.Created.IsZero() {
		sp.Created = w.l.started
	}
	if sp.Updated.IsZero() {
		sp.Updated = sp.Created
	}
	if d := w.l.m.descriptionOf(s); d != nil {
		b, err := conv.convert(d, d)
		if err != nil {
			return err
		}
		sp.Description = truncate(strings.TrimSpace(storable(render.Text(b.doc))), 2000)
		w.report.taken(aDescription, 1)
	}
	if err := wikispace.Insert(w.ctx, w.tx, sp); err != nil {
		return err
	}
	if s.keyHere != s.key {
		w.report.note("spaces whose key is taken here, or cannot be one, have another", s.key+" is "+s.keyHere, 1)
	}
	w.report.taken(aSpace, 1)
	if err := w.permissions(s); err != nil {
		return err
	}
	w.labels = map[labelKey]int64{}
	if err := w.knownLabels(); err != nil {
		return err
	}
	if err := w.makeLabels(s.labels); err != nil {
		return err
	}
	if err := w.labelled(s.local, s.labels, true); err != nil {
		return err
	}
	for _, f := range s.follows {
		if err := w.follow(f, s.local, watch.Space); err != nil {
			return err
		}
	}
	if err := w.properties(s.local, s.values); err != nil {
		return err
	}
	return w.insert(qRemember, s.scope(), "space", s.id, s.local, "taken")
}

// rights are what the vendor's permissions allow here.
var rights = map[string]wikispace.Right{"VIEWSPACE": wikispace.View, "EDITSPACE": wikispace.CreatePage, "EDITBLOG": wikispace.CreateBlogPost, "COMMENT": wikispace.CreateComment, "CREATEATTACHMENT": wikispace.CreateAttachment,
	"REMOVEPAGE": wikispace.DeletePage, "REMOVEBLOG": wikispace.DeleteBlogPost, "REMOVECOMMENT": wikispace.DeleteComment, "REMOVEATTACHMENT": wikispace.DeleteAttachment, "REMOVEOWNCONTENT": wikispace.DeleteOwn,
	"SETPAGEPERMISSIONS": wikispace.Restrict, "ARCHIVEPAGE": wikispace.Archive, "ARCHIVE_SPACE": wikispace.Archive, "EXPORTSPACE": wikispace.Export, "EXPORT_CONTENT": wikispace.Export, "CREATE_BLOG": wikispace.CreateBlogPost, "SETSPACEPERMISSIONS": wikispace.Administer}

// permissions writes who may do what in a space. A space that the export says nothing of is open to the site's members, as a new one.
func (w *writer) permissions(s *space) error {
	for _, p := range s.permissions {
		right, ok := rights[strings.ToUpper(p.kind)]
		subject := wikispace.Permission{Operation: right.Operation, Target: right.Target}
		switch {
		case !ok:
			w.report.notTaken(aPermission, "there is no such permission here", p.kind, 1)
			continue
		case p.group != "" && (p.group == w.l.m.common || p.group == "confluence-users"):
			subject.SubjectType = wikispace.Everyone
		case p.group != "":
			subject.SubjectType, subject.Subject = wikispace.Group, storable(p.group)
		case w.l.people.of(p.person) != "":
			subject.SubjectType, subject.Subject = wikispace.User, w.l.people.of(p.person)
		case p.everyone == "authenticated-users" || p.everyone == "all-licensed-users":
			subject.SubjectType = wikispace.Everyone
		default:
			w.report.notTaken(aPermission, "it is for people who have not signed in, who see nothing here", p.kind, 1)
			continue
		}
		id, err := w.newID()
		if err != nil {
			return err
		}
		if err := w.insert(qGrant, id, s.local, subject.SubjectType, subject.Subject, subject.Operation, subject.Target); err != nil {
			return err
		}
		w.report.taken(aPermission, 1)
		if subject.SubjectType == wikispace.Group && !w.l.hasGroup(w.ctx, subject.Subject) {
			w.report.note("permissions are for groups that the organization does not have yet; they hold once it has", subject.Subject, 1)
		}
	}
	if len(s.permissions) > 0 {
		return nil
	}
	w.report.note("spaces without permissions are open to the site's members, as new ones are", s.key, 1)
	for _, right := range wikispace.MemberRights(wikispace.Global) {
		id, err := w.newID()
		if err != nil {
			return err
		}
		if err := w.insert(qGrant, id, s.local, wikispace.Everyone, "", right.Operation, right.Target); err != nil {
			return err
		}
	}
	return nil
}

// hasGroup tells whether the organization has a group.
func (l *run) hasGroup(ctx context.Context, name string) bool {
	has, asked := l.groups[name]
	if !asked {
		_, err := l.Directory.Members(ctx, name)
		has = err == nil
		l.groups[name] = has
	}
	return has
}

// templates writes the templates of a space; those of the whole site come with the first space.
func (w *writer) templates(conv *converter, s *space) error {
	first := s == w.l.m.spaces[0]
	for _, t := range w.l.m.templates {
		of := w.l.m.spaceByID[t.space]
		if of != s && !(of == nil && t.space == "" && first) {
			continue
		}
		if t.previous != "" {
			w.report.notTaken(aTemplate, "it is an earlier version of a template", t.name, 1)
			w.report.notTaken(aLabelling, "what it is on was not taken", t.name, t.labelled)
			continue
		}
		if w.l.knownBefore[knownKey{s.scope(), "template", t.id}].signature != "" {
			w.report.there(aTemplate, 1)
			w.report.there(aLabelling, t.labelled)
			continue
		}
		b, err := conv.template(t)
		if err != nil {
			return err
		}
		labels, err := json.Marshal(append([]string{}, t.labels...))
		if err != nil {
			return err
		}
		id, err := w.newID()
		if err != nil {
			return err
		}
		spaceID := int64(0)
		if of != nil {
			spaceID = s.local
		}
		name := cleanTitle(t.name, t.id)
		if err := w.insert(qTemplate, id, spaceID, name[:min(len(name), 255)], truncate(storable(t.description), 1000), b.json, string(labels), content.OrNull(w.l.people.of(t.creator)), w.at(t.created), w.at(t.modified)); err != nil {
			return err
		}
		if err := w.insert(qRemember, s.scope(), "template", t.id, id, "taken"); err != nil {
			return err
		}
		w.report.taken(aTemplate, 1)
		w.report.taken(aLabelling, t.labelled)
	}
	return nil
}

// descriptionOf gives the description of a space, nil when the export has none.
func (m *model) descriptionOf(s *space) *item {
	if d := m.byID[s.description]; d != nil && d.class == "SpaceDescription" && d.at == s && d.original == "" {
		return d
	}
	return nil
}

// strayDescriptions counts the descriptions that are no space's.
func (l *run) strayDescriptions() {
	for _, d := range l.m.items {
		if d.class != "SpaceDescription" || d.dropped != "" {
			continue
		}
		reason := "earlier descriptions of a space are not kept"
		if d.at == nil {
			reason = "its space is not in the export"
		}
		if d.at == nil || l.m.descriptionOf(d.at) != d {
			l.report.notTaken(aDescription, reason, d.id, 1)
			l.report.notTaken(aBody, "its content was not taken", d.id, len(l.m.bodies.of[d.id]))
		}
	}
}

// homepages says which page each new space starts with, once it is there.
func (l *run) homepages(ctx context.Context) error {
	return l.Volume.Write(ctx, func(tx *volume.Tx) error {
		for _, s := range l.m.spaces {
			h := l.m.standing(s.home)
			switch {
			case s.gone || s.home == "":
			case h == nil || h.class != "Page" || h.at != s || statusOf(h) != content.Current:
				if !s.there {
					l.report.note("spaces have no home page: the export does not have it", s.key, 1)
				}
			default:
				if _, err := tx.Exec(ctx, qHome, s.local, h.local); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
