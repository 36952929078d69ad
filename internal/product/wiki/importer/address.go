package importer

import (
	"net/url"
	"regexp"
	"strings"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/ref"
)

// Addresses of pages as the vendor's servers and cloud write them.
var (
	byPath    = regexp.MustCompile(`/spaces/([^/?#]+)/(?:pages|blog/\d{4}/\d\d/\d\d)/(\d+)(?:[/?#]|$)`)
	byTitle   = regexp.MustCompile(`/display/([^/?#]+)/([^/?#]+)(?:[?#]|$)`)
	byPageID  = regexp.MustCompile(`/pages/viewpage\.action\?(?:[^#]*&)?pageId=(\d+)(?:[&#]|$)`)
	lastOfOld = int64(32768) // identifiers of contents begin above
)

// addressed gives the page of the export that an address of the old server leads to, nil for all other addresses. The export does not say where it
// came from: an address must name a space and a page of it, or an identifier that a page of it has.
func (c *converter) addressed(href string) *item {
	if !strings.HasPrefix(href, "http://") && !strings.HasPrefix(href, "https://") && !strings.HasPrefix(href, "/") {
		return nil
	}
	if m := byPath.FindStringSubmatch(href); m != nil {
		if i := c.pageOf(m[2]); i != nil && strings.EqualFold(i.at.key, unescaped(m[1])) {
			return i
		}
		return nil
	}
	if m := byPageID.FindStringSubmatch(href); m != nil && number(m[1]) > lastOfOld {
		return c.pageOf(m[1])
	}
	if m := byTitle.FindStringSubmatch(href); m != nil {
		title := strings.ToLower(unescaped(strings.ReplaceAll(m[2], "+", " ")))
		return c.titles[titleKey{c.m.spaceByKey(unescaped(m[1])), false, title}]
	}
	return nil
}

func unescaped(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}

func (c *converter) pageOf(id string) *item {
	i := c.m.standing(id)
	if i == nil || i.owner != i || i.local == 0 {
		return nil
	}
	return i
}

// addresses makes links by address to pages of the export links to the pages here: the old server may be gone tomorrow. Cards that stand as blocks and
// source that is kept as it is keep theirs.
func (c *converter) addresses(doc *adf.Node) {
	doc.Walk(func(n *adf.Node) bool {
		for k, m := range n.Marks {
			if m.Type != "link" {
				continue
			}
			if i := c.addressed(m.Attr("href")); i != nil {
				n.Marks[k].Attrs = map[string]any{"href": c.reference(i, m.Attr("href"))}
			}
		}
		if n.Type == "inlineCard" {
			if i := c.addressed(n.Attr("url")); i != nil {
				n.Attrs["url"] = c.reference(i, n.Attr("url"))
				delete(n.Attrs, "storage")
			}
		}
		return true
	})
}

// reference names a page here, with the place in it that an address named.
func (c *converter) reference(i *item, href string) string {
	c.report.taken(anAddress, 1)
	x := ref.Ref{Kind: ref.Page, Space: i.at.keyHere, Title: i.title, ID: itoa(i.local)}
	if i.class == "BlogPost" {
		x.Kind, x.Day = ref.Blog, i.created.Format("2006/01/02")
	}
	if _, anchor, ok := strings.Cut(href, "#"); ok {
		x.Anchor = unescaped(anchor)
	}
	return x.String()
}
