package macro

import (
	"context"
	"html"
	"strconv"
	"strings"

	"holdfast.dev/internal/product/wiki/attachment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/link"
	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/ref"
	"holdfast.dev/internal/richtext/render"
)

// HTML shows a document of a page with its macros. base is put before the paths of the site; flat is for mails and exports.
func (e *Env) HTML(c *content.Content, doc *adf.Node, base string, flat bool) (string, error) {
	e.stack = append(e.stack, c.ID)
	defer func() { e.stack = e.stack[:len(e.stack)-1] }()
	s := &shower{e: e, c: c, base: base, flat: flat}
	return render.HTML(e.Ctx, doc, s.options())
}

// shower shows the macros of one page.
type shower struct {
	e    *Env
	c    *content.Content
	base string
	flat bool
}

func (s *shower) options() render.Options {
	links := link.NewResolver(s.e.Ctx, s.e.Tx, s.e.Viewer, s.c)
	return render.Options{
		Macros: s, Flat: s.flat,
		Link: func(href string) (string, string) {
			t, is := links.Href(href)
			switch {
			case !is:
				return href, ""
			case t.Path == "":
				return "", "unresolved"
			}
			return s.base + "/wiki" + t.Path, ""
		},
		Mention: func(id string) (string, string) {
			return s.e.name(id), s.base + "/wiki/people/" + id
		},
		Media: func(n *adf.Node) render.Media { return s.media(n) },
	}
}

// media finds the file of a media node: by its media identifier, or by name on the page.
func (s *shower) media(n *adf.Node) render.Media {
	if n.Attr("type") == "external" {
		return render.Media{URL: n.Attr("url"), Name: n.Attr("alt")}
	}
	a := s.e.Media(s.c, n)
	if a == nil {
		return render.Media{}
	}
	url := s.base + "/wiki" + link.Download(a.OwnerID, a.Title, a.Content.Version)
	return render.Media{URL: url, Download: url, Name: a.Title, MIME: a.MIME}
}

// Media gives the attachment that a media node names and that the asker may read; nil when there is none.
func (e *Env) Media(c *content.Content, n *adf.Node) *attachment.Attachment {
	if id, err := attachment.ByMedia(e.Ctx, e.Tx, n.Attr("id")); err == nil && id != 0 {
		if row, err := e.Viewer.See(e.Ctx, e.Tx, id); err == nil && row.Status != content.Trashed {
			if a, err := attachment.With(e.Ctx, e.Tx, row); err == nil {
				return a
			}
		}
	}
	named, _ := ref.Parse(n.Attr("id"))
	for _, name := range []string{named.Filename, n.Attr("__fileName"), n.Attr("filename"), n.Attr("alt")} {
		if name == "" {
			continue
		}
		if a, err := attachment.Named(e.Ctx, e.Tx, c.OwnerID, name); err == nil && a != nil {
			return a
		}
	}
	return nil
}

// Macro implements render.Macros.
func (s *shower) Macro(_ context.Context, _ *render.Renderer, m render.Macro) (string, bool, error) {
	f := compute[m.Name]
	if f == nil {
		return "", false, nil
	}
	data, why, err := s.e.run(f, s.c, m.Params)
	if err != nil {
		return "", true, err
	}
	var b strings.Builder
	if why != "" {
		write(&b, `<div class="macro-message">`, why, `</div>`)
		return b.String(), true, nil
	}
	return s.show(&b, data)
}

// write puts markup, escaped text and markup together.
func write(b *strings.Builder, before, text, after string) {
	b.WriteString(before)
	b.WriteString(html.EscapeString(text))
	b.WriteString(after)
}

func (s *shower) show(b *strings.Builder, data any) (string, bool, error) {
	switch d := data.(type) {
	case Pages:
		s.tree(b, d.Pages)
	case Body:
		if d.Panel {
			b.WriteString(`<div class="panel excerpt-include">`)
			s.link(b, d.Page)
		}
		inner, err := s.e.HTML(d.of, d.doc, s.base, s.flat)
		if err != nil {
			return "", true, err
		}
		b.WriteString(inner)
		if d.Panel {
			b.WriteString(`</div>`)
		}
	case Report:
		return s.report(b, d)
	case Issues:
		s.issues(b, d)
	case Files:
		b.WriteString(`<table class="attachments"><tbody>`)
		for _, f := range d.Files {
			write(b, `<tr><td><a href="`, s.base+f.URL, `">`)
			write(b, "", f.Name, `</a></td><td>`)
			write(b, "", strconv.FormatInt(f.Size, 10), `</td></tr>`)
		}
		b.WriteString(`</tbody></table>`)
	case Tasks:
		b.WriteString(`<ul class="tasks">`)
		for _, t := range d.Tasks {
			write(b, `<li data-done="`, strconv.FormatBool(t.Done), `">`)
			write(b, "", t.Text, " ")
			s.link(b, t.Page)
			b.WriteString(`</li>`)
		}
		b.WriteString(`</ul>`)
	case Labels:
		b.WriteString(`<ul class="labels">`)
		for _, l := range d.Labels {
			write(b, `<li>`, l, `</li>`)
		}
		b.WriteString(`</ul>`)
	}
	return b.String(), true, nil
}

func (s *shower) link(b *strings.Builder, p PageRef) {
	write(b, `<a href="`, s.base+p.URL, `">`)
	write(b, "", p.Title, `</a>`)
}

func (s *shower) tree(b *strings.Builder, pages []PageRef) {
	if len(pages) == 0 {
		return
	}
	b.WriteString(`<ul class="childpages">`)
	for _, p := range pages {
		b.WriteString(`<li>`)
		s.link(b, p)
		if p.Excerpt != "" {
			write(b, `<p>`, p.Excerpt, `</p>`)
		}
		s.tree(b, p.Children)
		b.WriteString(`</li>`)
	}
	b.WriteString(`</ul>`)
}

func (s *shower) report(b *strings.Builder, d Report) (string, bool, error) {
	b.WriteString(`<table class="detailssummary"><thead><tr><th>Title</th>`)
	for _, c := range d.Columns {
		write(b, `<th>`, c, `</th>`)
	}
	b.WriteString(`</tr></thead><tbody>`)
	for _, r := range d.Rows {
		b.WriteString(`<tr><td>`)
		s.link(b, r.Page)
		b.WriteString(`</td>`)
		for _, doc := range r.docs {
			o := s.options()
			o.Macros = nil // cells show no lists of their own
			cell, err := render.HTML(s.e.Ctx, doc, o)
			if err != nil {
				return "", true, err
			}
			b.WriteString(`<td>` + cell + `</td>`)
		}
		b.WriteString(`</tr>`)
	}
	b.WriteString(`</tbody></table>`)
	return b.String(), true, nil
}

func (s *shower) issues(b *strings.Builder, d Issues) {
	if d.Single && len(d.Issues) == 1 {
		i := d.Issues[0]
		write(b, `<span class="jira-issue"><a href="`, s.base+i.URL, `">`)
		write(b, "", i.Key, `</a> – `)
		write(b, "", i.Summary, ` `)
		write(b, `<span class="status">`, i.Status, `</span></span>`)
		return
	}
	b.WriteString(`<table class="jira-issues"><tbody>`)
	for _, i := range d.Issues {
		write(b, `<tr><td><a href="`, s.base+i.URL, `">`)
		write(b, "", i.Key, `</a></td>`)
		write(b, `<td>`, i.Summary, `</td>`)
		write(b, `<td>`, i.Type, `</td>`)
		write(b, `<td>`, i.Status, `</td></tr>`)
	}
	b.WriteString(`</tbody></table>`)
}
