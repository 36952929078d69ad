package importer

import (
	"cmp"
	"slices"
	"strings"

	"holdfast.dev/internal/product/wiki/importer/source"
)

// link finds out what belongs to what: versions to their pages, comments and attachments to theirs, pages to their spaces and parents. What belongs to
// nothing gets the reason in dropped.
func (m *model) link(r *Report) {
	m.linkLists()
	m.linkDetails(r)
	m.linkVersions()
	m.linkSpaces(r)
	for _, i := range m.items {
		if i.original != "" {
			continue
		}
		switch i.class {
		case "Page", "BlogPost":
			m.linkPage(i, r)
		}
	}
	for _, i := range m.items {
		if i.original == "" && (i.class == "Comment" || i.class == "Attachment") {
			m.linkPart(i, r)
		}
	}
	m.linkThreads(r)
	m.uniqueTitles(r)
	m.arrange()
	m.linkRestrictions(r)
	m.linkLabels(r)
	m.linkFollows(r)
	m.linkProperties(r)
}

// linkLists lets comments, files, child pages, versions and bodies that do not say what they belong to be those of the content that lists them.
func (m *model) linkLists() {
	for _, i := range m.items {
		for name, list := range i.lists {
			for _, x := range list {
				m.listed(i, name, x.ID)
			}
		}
	}
}

func (m *model) listed(i *item, list, id string) {
	if list == "bodyContents" {
		if spans := m.bodies.of[bodyID+id]; spans != nil {
			m.bodies.of[i.id] = append(m.bodies.of[i.id], spans...)
			delete(m.bodies.of, bodyID+id)
		}
		return
	}
	x := m.byID[id]
	if x == nil || x == i {
		return
	}
	switch list {
	case "historicalVersions":
		if x.original == "" && x.class == i.class && i.original == "" {
			x.original = i.id
		}
	case "comments", "attachments":
		if x.container.ID == "" && (x.class == "Comment" || x.class == "Attachment") {
			x.container = source.Ref{Class: i.class, ID: i.id}
		}
	case "children", "childrens":
		if x.parent == "" && x.class == "Page" && i.class == "Page" && i.original == "" {
			x.parent = i.id
		}
	}
}

func (m *model) linkDetails(r *Report) {
	owner := map[string]*item{}
	for _, i := range m.items {
		for _, x := range i.lists["contentProperties"] {
			owner[x.ID] = i
		}
		i.lists = nil
	}
	for _, d := range m.details {
		i := m.byID[d.content]
		if i == nil {
			i = owner[d.id]
		}
		if i == nil {
			r.notTaken(aDetail, "its content is not in the export", d.name, 1)
			continue
		}
		if i.details == nil {
			i.details = map[string]string{}
		}
		i.details[d.name] = d.value
		i.detailed++
	}
	m.details = nil
	for _, i := range m.items {
		if i.mime == "" {
			i.mime = i.details["MEDIA_TYPE"]
		}
		if i.size == "" {
			i.size = i.details["FILESIZE"]
		}
	}
}

// origin follows the originals of a version to the first, nil when the export does not have it. Broken histories point in circles.
func (m *model) origin(i *item) *item {
	seen := map[*item]bool{}
	for i != nil && i.original != "" && !seen[i] {
		seen[i] = true
		next := m.byID[i.original]
		if next == nil || next.class != i.class {
			return nil
		}
		i = next
	}
	if i != nil && seen[i] {
		return nil
	}
	return i
}

func (m *model) linkVersions() {
	for _, i := range m.items {
		if i.original == i.id {
			i.original = ""
		}
	}
	for _, i := range m.items {
		if i.original == "" {
			continue
		}
		of := m.origin(i)
		switch {
		case of == nil:
			i.dropped = "what it is a version of is not in the export"
		case i.status == "draft":
			of.drafts = append(of.drafts, i)
		case i.status == "deleted":
			i.dropped = "the version was deleted from the history"
		default:
			of.versions = append(of.versions, i)
		}
	}
	for _, i := range m.items {
		slices.SortStableFunc(i.versions, func(a, b *item) int {
			return cmp.Or(cmp.Compare(a.version, b.version), a.modified.Compare(b.modified), cmp.Compare(a.id, b.id))
		})
	}
}

func (m *model) linkSpaces(r *Report) {
	keys := map[string]*space{}
	kept := m.spaces[:0]
	for _, s := range m.spaces {
		k := strings.ToLower(s.key)
		if other := keys[k]; s.key == "" || other != nil {
			reason := "it has no key"
			if other != nil {
				reason = "another space of the export has its key; its pages go there"
				m.spaceByID[s.id] = other
			} else {
				delete(m.spaceByID, s.id)
			}
			r.notTaken(aSpace, reason, s.key, 1)
			continue
		}
		keys[k] = s
		kept = append(kept, s)
	}
	m.spaces = kept
	for _, s := range m.spaces {
		if d := m.byID[s.description]; d != nil && d.class == "SpaceDescription" {
			d.at = s
		}
	}
	for _, i := range m.items {
		if i.class == "SpaceDescription" && i.at == nil {
			i.at = m.spaceByID[i.space]
		}
	}
	for _, p := range m.permissions {
		if s := m.spaceByID[p.space]; s != nil {
			s.permissions = append(s.permissions, p)
		} else if p.space == "" {
			r.notTaken(aPermission, ofServer, p.kind, 1)
		} else {
			r.notTaken(aPermission, "its space is not in the export", p.kind, 1)
		}
	}
}

// linkPage finds the space of a page or post and the page above it.
func (m *model) linkPage(i *item, r *Report) {
	i.owner = i
	seen := map[*item]bool{}
	for up := i; up != nil && !seen[up] && i.at == nil; up = m.byID[up.parent] {
		seen[up] = true
		i.at = m.spaceByID[up.space]
	}
	if i.at == nil {
		for _, s := range m.spaces {
			if s.home == i.id {
				i.at = s
			}
		}
	}
	if i.at == nil && i.space == "" && len(m.spaces) == 1 {
		i.at = m.spaces[0]
		r.note("pages that do not say which space they are in are in the only one of the export", i.name(), 1)
	}
	if i.at == nil {
		i.dropped = "its space is not in the export"
	}
}

// linkPart finds the page of a comment or an attachment.
func (m *model) linkPart(i *item, r *Report) {
	of := m.byID[i.container.ID]
	if of == nil && i.class == "Comment" {
		if up := m.byID[i.parent]; up != nil && up.class == "Comment" {
			of = m.byID[up.container.ID]
		}
	}
	switch {
	case of == nil:
		i.dropped = "the page that it is on is not in the export"
		return
	case of.class == "SpaceDescription":
		i.dropped = "it hangs on the space, not on a page: logos of spaces have no place here"
		return
	case of.class == "Attachment" && i.class == "Comment":
		r.note("comments on files stand under the file's page", i.id, 1)
		of = m.byID[of.container.ID]
	}
	if of != nil && of.original != "" {
		of = m.origin(of)
	}
	if of == nil || of.class != "Page" && of.class != "BlogPost" {
		i.dropped = "what it is on is no page"
		return
	}
	if of.dropped != "" {
		i.dropped = "its page was not taken"
		return
	}
	i.owner, i.at = of, of.at
	if i.class == "Comment" {
		of.comments = append(of.comments, i)
	} else {
		of.files = append(of.files, i)
	}
}

// linkThreads lets answers whose comment is missing stand alone, and orders comments so that an answer comes after what it answers.
func (m *model) linkThreads(r *Report) {
	for _, i := range m.items {
		if i.class != "Comment" || i.dropped != "" || i.original != "" || i.parent == "" {
			continue
		}
		up := m.byID[i.parent]
		if up != nil && up.original != "" {
			up = m.origin(up)
		}
		if up == nil || up.dropped != "" || up.owner != i.owner || up.class != "Comment" || m.circle(i) {
			r.note("answers to comments that the export does not have stand alone", i.id, 1)
			i.parent = ""
			continue
		}
		i.parent = up.id
	}
}

// circle tells whether the parents of an item lead back to it.
func (m *model) circle(i *item) bool {
	seen := map[string]bool{}
	for up := m.byID[i.parent]; up != nil; up = m.byID[up.parent] {
		if up == i {
			return true
		}
		if seen[up.id] {
			return false
		}
		seen[up.id] = true
	}
	return false
}

// uniqueTitles gives pages whose title another page of the space has a title of their own: nothing may be left out because of its name.
func (m *model) uniqueTitles(r *Report) {
	taken := map[string]bool{}
	for _, i := range m.items {
		if i.original != "" || i.dropped != "" || i.class != "Page" || i.status == "draft" || i.status == "deleted" {
			continue
		}
		i.title = cleanTitle(i.title, i.id)
		if key := i.at.id + "\x00" + strings.ToLower(i.title); !taken[key] {
			taken[key] = true
			continue
		}
		r.note("pages with the title of another one of their space got their identifier behind it", i.name(), 1)
		i.title = cleanTitle(truncate(i.title, maxTitle-len(i.id)-3)+" ("+i.id+")", i.id)
		taken[i.at.id+"\x00"+strings.ToLower(i.title)] = true
	}
}

// step is the distance between the positions of neighbours, as everywhere in the tree.
const step = 1 << 16

// arrange hangs the pages of each space under each other, in the order that the vendor shows: those with a position by it, then the others by title.
func (m *model) arrange() {
	for _, i := range m.items {
		if i.original != "" || i.dropped != "" {
			continue
		}
		if i.class == "BlogPost" {
			i.at.posts = append(i.at.posts, i)
		}
		if i.class != "Page" {
			continue
		}
		if up := m.above(i); up != nil {
			i.parent = up.id
			up.children = append(up.children, i)
			continue
		}
		i.misplaced, i.parent = i.parent != "", ""
		i.at.roots = append(i.at.roots, i)
	}
	for _, s := range m.spaces {
		inOrder(s.roots)
	}
	for _, i := range m.items {
		inOrder(i.children)
	}
}

// above gives the page that another hangs under, nil for the top of the space and for what cannot hold it.
func (m *model) above(i *item) *item {
	up := m.byID[i.parent]
	if up != nil && up.original != "" {
		up = m.origin(up)
	}
	if up == nil || up.class != "Page" || up.dropped != "" || up.at != i.at || m.circle(i) {
		return nil
	}
	if up.status != i.status && (up.status == "draft" || up.status == "deleted") {
		return nil
	}
	return up
}

func inOrder(list []*item) {
	slices.SortStableFunc(list, func(a, b *item) int {
		if (a.position == 0) != (b.position == 0) {
			return map[bool]int{true: 1, false: -1}[a.position == 0]
		}
		return cmp.Or(cmp.Compare(a.position, b.position), strings.Compare(strings.ToLower(a.title), strings.ToLower(b.title)), cmp.Compare(a.id, b.id))
	})
	for n, i := range list {
		i.place = int64(n+1) * step
	}
}
