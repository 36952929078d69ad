package importer

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/extract"
	"holdfast.dev/internal/richtext/ref"
	"holdfast.dev/internal/richtext/render"
	"holdfast.dev/internal/richtext/storageformat"
	"holdfast.dev/internal/richtext/wikimarkup"
)

// converter turns bodies of the export into documents: macros and all else that has no counterpart stay in them, and what points to something that is
// imported points to it here.
type converter struct {
	m      *model
	people *people
	titles map[titleKey]*item
	media  map[*item]string // identifiers of files, by attachment
	report *Report
}

type titleKey struct {
	space *space
	blog  bool
	title string // in lower case
}

func newConverter(m *model, p *people, media map[*item]string) *converter {
	c := &converter{m: m, people: p, titles: map[titleKey]*item{}, media: media}
	for _, i := range m.items {
		if i.original == "" && i.dropped == "" && (i.class == "Page" || i.class == "BlogPost") && i.status != "draft" && i.status != "deleted" {
			k := titleKey{i.at, i.class == "BlogPost", strings.ToLower(i.title)}
			if c.titles[k] == nil {
				c.titles[k] = i
			}
		}
	}
	return c
}

// body is a converted body.
type body struct {
	doc  *adf.Node
	json string
}

// words gives what search finds in the body.
func (b *body) words() string { return render.Text(b.doc) }

func (b *body) uses() []content.Use { return content.Uses(b.doc) }

// convert gives the document of a body of an item that belongs to on (a page or post). An item without body has an empty document.
func (c *converter) convert(i, on *item) (*body, error) {
	spans := c.m.bodies.of[i.id]
	if len(spans) == 0 {
		doc := adf.Doc()
		return &body{doc, string(doc.JSON())}, nil
	}
	pick := spans[0]
	for _, s := range spans {
		if s.kind == "2" {
			pick = s
		}
	}
	src, err := c.m.bodies.read(pick)
	if err != nil {
		return nil, err
	}
	taken := 1
	doc, why := c.read(i, src, pick.kind)
	if why != "" {
		c.report.notTaken(aBody, why, i.name(), 1)
		taken = 0
	}
	c.report.taken(aBody, taken)
	c.report.notTaken(aBody, "the content has another body, which is taken", i.name(), len(spans)-1)
	doc = c.rewrite(doc, on)
	b := &body{doc, string(doc.JSON())}
	if len(b.json) > adf.MaxBytes || adf.Validate(doc) != nil {
		c.report.note("bodies that grow too large for a page with their links rewritten kept them as they were", i.name(), 1)
		doc, _ = c.read(i, src, pick.kind)
		b = &body{doc, string(doc.JSON())}
	}
	return b, nil
}

// read reads a body by its kind: 2 is storage format, 0 is wiki markup, 1 is raw; some exports do not say.
func (c *converter) read(i *item, src, kind string) (doc *adf.Node, notTaken string) {
	src = storable(src)
	if kind != "2" && !looksLikeStorage(src) {
		if strings.TrimSpace(src) != "" {
			c.report.note("bodies in the wiki markup of before 2011 were converted; macros and links that it writes otherwise than Jira stay as their text", i.name(), 1)
		}
		doc = wikimarkup.Parse(src, wikimarkup.Resolver{Mention: func(who string) (string, string, bool) { return c.m.mention(c.people, "username:"+who) }})
		if len(doc.JSON()) > adf.MaxBytes {
			return tooLarge(), "it is larger than a page can be"
		}
		return doc, ""
	}
	doc, err := storageformat.Parse(src)
	if err == nil {
		return doc, ""
	}
	doc, faults, err2 := storageformat.Mend(src)
	if err2 == nil {
		for _, f := range faults[:min(1, len(faults))] {
			c.report.note("bodies that are no well-formed XML were mended as browsers do", i.name()+": "+f, 1)
		}
		return doc, ""
	}
	return tooLarge(), fmt.Sprintf("it cannot be a page: %s", err2)
}

func tooLarge() *adf.Node {
	return adf.Doc(adf.Paragraph(adf.Text("The body of this content was too large to be imported.")))
}

func looksLikeStorage(s string) bool {
	s = strings.TrimSpace(s)
	return strings.HasPrefix(s, "<") && strings.Contains(s, ">")
}

// rewrite points links, mentions and pictures to what is here.
func (c *converter) rewrite(doc *adf.Node, on *item) *adf.Node {
	seen := map[string]bool{}
	r := extract.Rewrite{
		Link: func(href string) string {
			next, found := c.link(href, on)
			if href != "" && !seen[href] && isReference(href) {
				seen[href] = true
				c.count(aLink, found, "what it leads to is not in the export; the link stays as it was", href)
			}
			return next
		},
		Mention: func(id string) (string, string) {
			account, name, ok := c.m.mention(c.people, id)
			if !seen["@"+id] {
				seen["@"+id] = true
				c.count(aMention, ok, "the export does not say who that is", id)
			}
			if !ok {
				return id, ""
			}
			return account, "@" + name
		},
	}
	out := r.Apply(doc)
	c.pictures(out, on)
	c.addresses(out)
	return out
}

func (c *converter) count(w what, found bool, why, example string) {
	if found {
		c.report.taken(w, 1)
	} else {
		c.report.notTaken(w, why, example, 1)
	}
}

// isReference tells whether an href names a page or something on one. Spaces, people and shortcuts need no identifier, nor do words of macros such as
// @self and @parent.
func isReference(href string) bool {
	x, ok := ref.Parse(href)
	return ok && !strings.HasPrefix(x.Title, "@") && (x.Kind == ref.Page || x.Kind == ref.Blog || x.Kind == ref.Content || x.Kind == ref.Attachment) && (x.Title != "" || x.ID != "" || x.Filename != "")
}

// link adds to a reference the identifier of what it names, so that it holds when the page is called otherwise.
func (c *converter) link(href string, on *item) (next string, found bool) {
	x, ok := ref.Parse(href)
	if !ok {
		return href, false
	}
	s := on.at
	if x.Space != "" {
		if s = c.m.spaceByKey(x.Space); s != nil && s.keyHere != s.key {
			x.Space = s.keyHere
		}
	}
	switch x.Kind {
	case ref.Page, ref.Blog:
		if to := c.titles[titleKey{s, x.Kind == ref.Blog, strings.ToLower(x.Title)}]; to != nil && x.Title != "" {
			x.ID, found = itoa(to.local), true
		}
	case ref.Content:
		if to := c.m.standing(x.ID); to != nil && to.local != 0 {
			x.ID, found = itoa(to.local), true
		}
	case ref.Attachment:
		to := on
		if x.Title != "" {
			to = c.titles[titleKey{s, x.Owner == ref.Blog, strings.ToLower(x.Title)}]
		}
		found = fileOf(to, x.Filename) != nil
	}
	return x.String(), found
}

// spaceByKey gives a space of the export.
func (m *model) spaceByKey(key string) *space {
	for _, s := range m.spaces {
		if strings.EqualFold(s.key, key) {
			return s
		}
	}
	return nil
}

// fileOf gives the file of a name on a page; a current one before one in the trash.
func fileOf(on *item, name string) (found *item) {
	if on == nil {
		return nil
	}
	for _, f := range on.files {
		if f.title == name && (found == nil || f.status != "deleted") {
			found = f
		}
	}
	return found
}

// pictures makes pictures of files show them by their identifier. Those in source that is kept as it is stay with their names.
func (c *converter) pictures(doc *adf.Node, on *item) {
	doc.Walk(func(n *adf.Node) bool {
		x, ok := storageformat.File(n)
		if !ok {
			return true
		}
		to := on
		if x.Title != "" {
			s := on.at
			if x.Space != "" {
				s = c.m.spaceByKey(x.Space)
			}
			to = c.titles[titleKey{s, x.Owner == ref.Blog, strings.ToLower(x.Title)}]
		}
		f := fileOf(to, x.Filename)
		c.count(aPicture, f != nil, "the page has no file of the name", x.Filename)
		if f != nil && c.media[f] != "" {
			storageformat.SetFile(n, c.media[f])
		}
		return true
	})
}

var (
	declarations = regexp.MustCompile(`(?s)<at:declarations\s*/>|<at:declarations>.*?</at:declarations>`)
	variable     = regexp.MustCompile(`<at:var[^>]*?at:name="([^"]{1,60})"[^>]*?(?:/>|>\s*</at:var>)`)
)

// template converts the body of a template; its variables become those of templates here.
func (c *converter) template(t *template) (*body, error) {
	at := &item{id: "template " + t.id, class: "PageTemplate", title: t.name, at: c.m.spaceByID[t.space]}
	src := variable.ReplaceAllString(declarations.ReplaceAllString(t.body, ""), "{{$1}}")
	doc, why := c.read(at, src, t.bodyType)
	if why != "" {
		c.report.note("templates with a body that is too large have none", t.name, 1)
	}
	if at.at != nil {
		doc = c.rewrite(doc, at)
	}
	return &body{doc, string(doc.JSON())}, nil
}

// value gives what a program stored, as JSON.
func (c *converter) value(p *item) (value string, why string, err error) {
	spans := c.m.bodies.of[p.id]
	if len(spans) == 0 {
		return "", "it has no value", nil
	}
	s, err := c.m.bodies.read(spans[0])
	if err != nil {
		return "", "", err
	}
	if !json.Valid([]byte(s)) { // some apps store bare words
		b, err := json.Marshal(storable(s))
		if err != nil {
			return "", "", err
		}
		s = string(b)
	}
	if len(s) > maxValue {
		return "", "its value is larger than a property can be", nil
	}
	return storable(s), "", nil
}
