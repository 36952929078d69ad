package importer

import (
	"strings"

	"holdfast.dev/internal/product/wiki/page"
)

const maxTitle = page.MaxTitle

// cleanTitle makes a title of one line, as long as titles may be.
func cleanTitle(s, id string) string {
	s = truncate(strings.Join(strings.Fields(storable(s)), " "), maxTitle)
	if s == "" {
		return "Untitled " + id
	}
	return s
}

func truncate(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// storable leaves out what a text of the database cannot hold.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "")
}

// standing gives the item that something was put on: the item itself, or what it is a version of; nil when that is not taken.
func (m *model) standing(id string) *item {
	i := m.byID[id]
	if i != nil && i.original != "" {
		i = m.origin(i)
	}
	if i == nil || i.dropped != "" {
		return nil
	}
	return i
}

func (m *model) linkRestrictions(r *Report) {
	used := map[string]bool{}
	for _, x := range m.restrictions {
		s := m.sets[x.set]
		switch {
		case s == nil:
			r.notTaken(aRestriction, "its set is not in the export", x.set, 1)
			continue
		case x.group == "" && x.person == "":
			r.notTaken(aRestriction, "it names nobody", x.set, 1)
			continue
		}
		i := m.standing(s.owner)
		if i == nil || i.owner != i {
			r.notTaken(aRestriction, "its page was not taken", s.owner, 1)
			continue
		}
		switch s.kind {
		case "view":
			i.read = append(i.read, x)
		case "edit":
			i.update = append(i.update, x)
		default:
			r.notTaken(aRestriction, "it restricts what is not known here", s.kind, 1)
			continue
		}
		used[x.set] = true
	}
	for id, s := range m.sets {
		switch i := m.standing(s.owner); {
		case i == nil || i.owner != i:
			r.notTaken(aSet, "its page was not taken", s.owner, 1)
		case !used[id]:
			r.notTaken(aSet, "it names nobody", s.owner, 1)
		default:
			i.sets++
		}
	}
}

func (m *model) linkLabels(r *Report) {
	byTemplate := map[string]*template{}
	for _, t := range m.templates {
		byTemplate[t.id] = t
	}
	for _, l := range m.labellings {
		is := m.labels[l.label]
		if is == nil {
			r.notTaken(aLabelling, "its label is not in the export", l.label, 1)
			continue
		}
		if t := byTemplate[l.target.ID]; t != nil && strings.Contains(strings.ToUpper(l.target.Class), "TEMPLATE") {
			t.labels, t.labelled = append(t.labels, is.name), t.labelled+1
			m.onTemplates[l.label] = true
			continue
		}
		i := m.standing(l.target.ID)
		switch {
		case i != nil && i.class == "SpaceDescription" && i.at != nil:
			i.at.labels = append(i.at.labels, l)
		case i != nil && i.owner != nil:
			i.labels = append(i.labels, l)
		default:
			r.notTaken(aLabelling, "what it is on was not taken", is.name, 1)
			continue
		}
	}
}

func (m *model) linkFollows(r *Report) {
	for _, f := range m.follows {
		i := m.standing(f.content)
		s := m.spaceByID[f.space]
		if i != nil && i.class == "SpaceDescription" {
			i, s = nil, i.at
		}
		switch {
		case f.person == "":
			r.notTaken(f.what, "it names nobody", f.content, 1)
		case i != nil && i.owner != nil && (i.class != "Attachment"):
			i.follows = append(i.follows, f)
		case s != nil && f.kind != "like":
			s.follows = append(s.follows, f)
		case f.content == "" && f.space == "":
			r.notTaken(f.what, "it is about all spaces, or about a label or type", f.person, 1)
		default:
			r.notTaken(f.what, "what it is about was not taken", f.content+f.space, 1)
		}
	}
}

// propertyPlugin keeps the values that programs store with contents.
const propertyPlugin = "content-property-storage:content-property"

func (m *model) linkProperties(r *Report) {
	newest := map[string]*item{}
	for _, p := range m.properties {
		if strings.Contains(p.plugin, propertyPlugin) && p.original == "" && p.status != "deleted" {
			newest[p.id] = p
		}
	}
	seen := map[string]bool{}
	for _, p := range m.properties {
		i := m.standing(p.container.ID)
		var at *space
		if p.container.Class == "Space" || p.container.ID == "" {
			at = m.spaceByID[p.container.ID]
		}
		if i != nil && i.class == "SpaceDescription" {
			i, at = nil, i.at
		}
		key := p.container.ID + "\x00" + p.title
		switch {
		case !strings.Contains(p.plugin, propertyPlugin):
			r.notTaken(aProperty, ofPlugin, p.plugin, 1)
		case newest[p.id] != p:
			r.notTaken(aProperty, "it is an earlier version of a property", p.title, 1)
		case i == nil && at == nil || i != nil && i.owner == nil:
			r.notTaken(aProperty, "what it is on was not taken", p.title, 1)
		case seen[key]:
			r.notTaken(aProperty, "the export has it twice", p.title, 1)
		case i != nil:
			seen[key] = true
			i.values = append(i.values, p)
		default:
			seen[key] = true
			at.values = append(at.values, p)
		}
	}
}
