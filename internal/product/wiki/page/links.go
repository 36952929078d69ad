package page

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/extract"
	"holdfast.dev/internal/richtext/ref"
)

// What the newest version of a page leads to is kept as uses. Links in bodies name pages by title; what such a name meant when it was published
// is kept beside it as a pin, so that the link holds when the page is called otherwise, without a change of the body.
const (
	useLink   = "link"   // target: the identifier of a page or post
	usePin    = "pin"    // target: a name, "=", an identifier
	useWanted = "wanted" // target: the name of a page that is not there yet
)

// maxLinks bounds the links of one page that are kept.
const maxLinks = 2000

var (
	qPins   = storage.Register("wiki/use.pins", `SELECT target FROM wiki_use WHERE content_id = $1 AND kind = 'pin'`)
	qWanted = storage.Register("wiki/use.wanted", `SELECT content_id FROM wiki_use WHERE kind = 'wanted' AND target = $1 ORDER BY kind, target, content_id LIMIT 1000`)
	qUnwant = storage.Register("wiki/use.unwant", `DELETE FROM wiki_use WHERE content_id = $1 AND kind = 'wanted' AND target = $2`)
	qLink   = storage.Register("wiki/use.link", `INSERT INTO wiki_use (content_id, kind, target) VALUES ($1, $2, $3) ON CONFLICT (content_id, kind, target) DO NOTHING`)
)

// PinName is how a pin names a page or post of a space by its title.
func PinName(kind string, spaceID int64, title string) string {
	return kind + ":" + strconv.FormatInt(spaceID, 10) + ":" + content.Fold(strings.TrimSpace(title))
}

// Pins gives what the names in the links of a page meant when it was published: an identifier by PinName.
func Pins(ctx context.Context, tx *volume.Tx, id int64) (map[string]int64, error) {
	targets, err := storage.All(ctx, tx.Tx, qPins, func(r *storage.Rows) (s string, err error) { return s, r.Scan(&s) }, id)
	if err != nil {
		return nil, err
	}
	out := map[string]int64{}
	for _, t := range targets {
		cut := strings.LastIndexByte(t, '=')
		if n, err := strconv.ParseInt(t[cut+1:], 10, 64); err == nil && cut >= 0 {
			out[t[:cut]] = n
		}
	}
	return out, nil
}

// linker finds what the links of one page lead to.
type linker struct {
	ctx    context.Context
	tx     *volume.Tx
	of     *content.Content
	spaces *space.Spaces
	pins   map[string]int64
	uses   []content.Use
}

// links gives what a document leads to, as uses.
func links(ctx context.Context, tx *volume.Tx, c *content.Content, doc *adf.Node) ([]content.Use, error) {
	all := extract.Links(doc)
	if len(all) == 0 {
		return nil, nil
	}
	l := &linker{ctx: ctx, tx: tx, of: c}
	var err error
	if l.spaces, err = space.Load(ctx, tx); err != nil {
		return nil, err
	}
	if l.pins, err = Pins(ctx, tx, c.ID); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, one := range all[:min(len(all), maxLinks)] {
		if one.File || seen[one.Href] {
			continue
		}
		seen[one.Href] = true
		if err := l.add(one); err != nil {
			return nil, err
		}
	}
	return l.uses, nil
}

func (l *linker) add(one extract.Link) error {
	id, err := int64(0), error(nil)
	switch one.Ref.Kind {
	case "":
		id = Addressed(l.ctx, one.Href)
	case ref.Content:
		id, _ = strconv.ParseInt(one.Ref.ID, 10, 64) //nolint:errcheck // what is no number leads nowhere
	case ref.Page, ref.Blog:
		if id, _ = strconv.ParseInt(one.Ref.ID, 10, 64); id == 0 { //nolint:errcheck // as above
			id, err = l.named(one.Ref)
		}
	}
	if err != nil || id == 0 || id == l.of.ID {
		return err
	}
	if c, err := l.there(id); err != nil || c == nil {
		return err
	}
	l.uses = append(l.uses, content.Use{Kind: useLink, Target: strconv.FormatInt(id, 10)})
	return nil
}

// there gives a page or post that is not in the trash, nil when there is none.
func (l *linker) there(id int64) (*content.Content, error) {
	c, err := content.Get(l.ctx, l.tx, id)
	if fault.Is(err, fault.KindNotFound) || err == nil && (c.Kind != content.Page && c.Kind != content.BlogPost || c.Status != content.Current && c.Status != content.Archived) {
		return nil, nil
	}
	return c, err
}

// named finds what a name means: what it meant before, while that is there, else what is called so now. 0 for nothing, which is then wanted.
func (l *linker) named(x ref.Ref) (int64, error) {
	spaceID := l.of.SpaceID
	if x.Space != "" {
		s := l.spaces.ByKey(x.Space)
		if s == nil {
			return 0, nil
		}
		spaceID = s.ID
	}
	if x.Title == "" {
		return 0, nil
	}
	kind := content.Page
	if x.Kind == ref.Blog {
		kind = content.BlogPost
	}
	name := PinName(kind, spaceID, x.Title)
	var c *content.Content
	var err error
	if id := l.pins[name]; id != 0 {
		c, err = l.there(id)
	}
	if err == nil && c == nil {
		c, err = Titled(l.ctx, l.tx, kind, spaceID, x.Title)
	}
	if err != nil {
		return 0, err
	}
	if c == nil {
		l.uses = append(l.uses, content.Use{Kind: useWanted, Target: name})
		return 0, nil
	}
	l.uses = append(l.uses, content.Use{Kind: usePin, Target: name + "=" + strconv.FormatInt(c.ID, 10)})
	return c.ID, nil
}

// Addressed gives the identifier of the content that an address of the site names, 0 when it is another address.
func Addressed(ctx context.Context, href string) int64 {
	u, err := url.Parse(href)
	if err != nil {
		return 0
	}
	if u.Host != "" {
		base, err := url.Parse(httpkit.BaseURL(ctx))
		if err != nil || !strings.EqualFold(base.Host, u.Host) {
			return 0
		}
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 3 || parts[0] != "wiki" {
		return 0
	}
	for i, p := range parts[:len(parts)-1] {
		at := i + 1
		if p == "blog" { // blog/year/month/day/id
			at = i + 4
		} else if p != "pages" && p != "x" {
			continue
		}
		if at < len(parts) {
			id, _ := strconv.ParseInt(parts[at], 10, 64) //nolint:errcheck // what is no number leads nowhere
			return id
		}
	}
	return 0
}

// adopt lets links that wanted a page of this name lead to it.
func adopt(ctx context.Context, tx *volume.Tx, c *content.Content) error {
	name := PinName(c.Kind, c.SpaceID, c.Title)
	from, err := storage.All(ctx, tx.Tx, qWanted, func(r *storage.Rows) (id int64, err error) { return id, r.Scan(&id) }, name)
	if err != nil {
		return err
	}
	target := strconv.FormatInt(c.ID, 10)
	for _, id := range from {
		if _, err := tx.Exec(ctx, qUnwant, id, name); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qLink, id, usePin, name+"="+target); err != nil {
			return err
		}
		if id == c.ID {
			continue
		}
		if _, err := tx.Exec(ctx, qLink, id, useLink, target); err != nil {
			return err
		}
	}
	return nil
}
