// Package macro works out what the macros of a page show that need more than the page: its children, parts of other pages, lists, tasks, issues.
// It gives data for the interface and, by Show, HTML for everybody else. What its asker may not read, no macro shows. Pages that include each
// other end with a sentence instead of going round.
package macro

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/link"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/needs"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/viewer"
	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/extract"
	"holdfast.dev/internal/richtext/storageformat"
)

// Limits of what one page may ask for.
const (
	maxMacros = 300     // of one page, those of included pages among them
	maxDepth  = 5       // of pages in pages
	maxPages  = 500     // of one list
	maxBytes  = 8 << 20 // of all bodies of other pages that one page shows
)

// Env is one view of a page.
type Env struct {
	Ctx    context.Context
	Tx     *volume.Tx
	Viewer *viewer.Viewer
	People map[string]needs.Person
	Issues needs.Issues // nil where there is no tracker

	links *link.Resolver
	stack []int64 // pages being shown, from the outermost
	spent int
	bytes int // of the bodies shown
}

// Result is what one macro shows.
type Result struct {
	Path  []int // indexes of content from the document down
	Key   string
	Error string // a sentence for the reader
	Data  any
}

// PageRef names a page.
type PageRef struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	URL      string    `json:"url"` // path below the site
	Excerpt  string    `json:"excerpt,omitempty"`
	Updated  time.Time `json:"updatedAt"`
	By       string    `json:"updatedBy,omitempty"` // display name
	Children []PageRef `json:"children,omitempty"`
}

// Pages is the data of children, pagetree, recently-updated, contentbylabel and blog-posts.
type Pages struct {
	Pages []PageRef `json:"pages"`
}

// Body is the data of include and excerpt-include: a document, with the macros in it.
type Body struct {
	Page   PageRef         `json:"page"`
	Body   json.RawMessage `json:"body"`
	Macros []Nested        `json:"macros,omitempty"`
	Panel  bool            `json:"panel"`

	doc *adf.Node
	of  *content.Content
}

// Nested is Result on the wire.
type Nested struct {
	Path  []int  `json:"path"`
	Key   string `json:"key"`
	Error string `json:"error,omitempty"`
	Data  any    `json:"data,omitempty"`
}

// Report is the data of detailssummary. Values are in the order of the columns; a value is ADF.
type Report struct {
	Columns []string    `json:"columns"`
	Rows    []ReportRow `json:"rows"`
}

// ReportRow is one page of a report.
type ReportRow struct {
	Page   PageRef           `json:"page"`
	Values []json.RawMessage `json:"values"`

	docs []*adf.Node
}

// Issues is the data of jira.
type Issues struct {
	Issues []needs.Issue `json:"issues"`
	Total  int           `json:"total"`
	JQL    string        `json:"jql,omitempty"`
	Single bool          `json:"single"`
}

// Files is the data of attachments and gallery.
type Files struct {
	Files []File `json:"files"`
}

// File is a file of a list.
type File struct {
	ID        string    `json:"id"`
	MediaID   string    `json:"mediaId"`
	Name      string    `json:"name"`
	MIME      string    `json:"mimeType"`
	Size      int64     `json:"size"`
	URL       string    `json:"url"`
	Thumbnail string    `json:"thumbnail,omitempty"`
	Created   time.Time `json:"createdAt"`
	By        string    `json:"createdBy"`
}

// Tasks is the data of tasks-report-macro.
type Tasks struct {
	Tasks []Task `json:"tasks"`
}

// Task is a task of a report.
type Task struct {
	Page     PageRef    `json:"page"`
	LocalID  string     `json:"localId"`
	Text     string     `json:"text"`
	Done     bool       `json:"done"`
	Assignee string     `json:"assignee,omitempty"` // display name
	Due      *time.Time `json:"dueAt,omitempty"`
}

// Labels is the data of labels-list.
type Labels struct {
	Labels []string `json:"labels"`
}

// compute are the macros by name: data, or a sentence why there is none.
var compute map[string]func(e *Env, c *content.Content, p map[string]string) (any, string, error)

func init() {
	compute = map[string]func(*Env, *content.Content, map[string]string) (any, string, error){
		"children": (*Env).children, "pagetree": (*Env).pageTree, "include": (*Env).include, "excerpt-include": (*Env).excerptInclude,
		"detailssummary": (*Env).report, "jira": (*Env).jira, "jiraissues": (*Env).jira, "attachments": (*Env).attachments, "gallery": (*Env).attachments,
		"tasks-report-macro": (*Env).tasks, "tasks-report": (*Env).tasks, "recently-updated": (*Env).recent, "contentbylabel": (*Env).byLabel,
		"blog-posts": (*Env).blogPosts, "labels-list": (*Env).labels,
	}
}

// Data works out the macros of a page's document.
func (e *Env) Data(c *content.Content, doc *adf.Node) ([]Result, error) {
	e.stack = append(e.stack, c.ID)
	defer func() { e.stack = e.stack[:len(e.stack)-1] }()
	var out []Result
	var walk func(n *adf.Node, path []int) error
	walk = func(n *adf.Node, path []int) error {
		if r, is, err := e.node(c, n); err != nil {
			return err
		} else if is {
			r.Path = append([]int{}, path...)
			out = append(out, r)
		}
		for i, child := range n.Content {
			if err := walk(child, append(path, i)); err != nil {
				return err
			}
		}
		return nil
	}
	return out, walk(doc, nil)
}

// node works out the macro that a node is; is is false for every other node.
func (e *Env) node(c *content.Content, n *adf.Node) (r Result, is bool, err error) {
	if n.Type != "extension" && n.Type != "inlineExtension" && n.Type != "bodiedExtension" {
		return r, false, nil
	}
	key := n.Attr("extensionKey")
	f := compute[key]
	if f == nil {
		return r, false, nil
	}
	r.Key = key
	r.Data, r.Error, err = e.run(f, c, storageformat.Params(n))
	return r, true, err
}

func (e *Env) run(f func(*Env, *content.Content, map[string]string) (any, string, error), c *content.Content, params map[string]string) (any, string, error) {
	if e.spent++; e.spent > maxMacros {
		return nil, "This page has too many macros.", nil
	}
	return f(e, c, params)
}

func (e *Env) resolver(c *content.Content) *link.Resolver {
	e.links = link.NewResolver(e.Ctx, e.Tx, e.Viewer, c)
	return e.links
}

func (e *Env) ref(c *content.Content) PageRef {
	return PageRef{ID: strconv.FormatInt(c.ID, 10), Title: c.Title, URL: "/wiki" + link.WebUI(e.Viewer.Spaces.Get(c.SpaceID), c), Updated: c.Updated, By: e.name(c.Editor)}
}

func (e *Env) name(account string) string {
	if p, ok := e.People[account]; ok {
		return p.DisplayName
	}
	return account
}

func (e *Env) refs(cs []*content.Content) []PageRef {
	out := make([]PageRef, len(cs))
	for i, c := range cs {
		out[i] = e.ref(c)
	}
	return out
}

// pageParam gives the page that a parameter names, the page itself for none.
func (e *Env) pageParam(c *content.Content, s string) *content.Content {
	switch s = strings.TrimSpace(s); s {
	case "", "@self":
		return c
	case "@home", "/":
		if sp := e.Viewer.Spaces.Get(c.SpaceID); sp != nil {
			return e.resolver(c).See(sp.HomepageID)
		}
		return nil
	case "@parent":
		return e.resolver(c).See(c.ParentID)
	}
	return e.resolver(c).Wiki(s)
}

func (e *Env) children(c *content.Content, p map[string]string) (any, string, error) {
	root := e.pageParam(c, p["page"])
	if root == nil {
		return nil, "The page is not there, or you may not see it.", nil
	}
	depth := number(p["depth"], 1)
	if p["all"] == "true" {
		depth = 20
	}
	left := min(number(p["first"], maxPages), maxPages)
	found, err := e.below(root.ID, depth, p["sort"], p["reverse"] == "true", &left, p["excerpt"])
	return Pages{found}, "", err
}

func (e *Env) pageTree(c *content.Content, p map[string]string) (any, string, error) {
	root := e.pageParam(c, p["root"])
	if p["root"] == "" {
		root = e.pageParam(c, "@home")
	}
	if root == nil {
		return nil, "The page is not there, or you may not see it.", nil
	}
	left := maxPages
	found, err := e.below(root.ID, max(1, number(p["startDepth"], 1)), p["sort"], p["reverse"] == "true", &left, "")
	return Pages{found}, "", err
}

var sorts = map[string]string{"creation": "created", "modified": "updated", "title": "title"}

// below gives the child pages of a page, with theirs down to a depth, until left is used up.
func (e *Env) below(id int64, depth int, sort string, reverse bool, left *int, excerpt string) ([]PageRef, error) {
	by := sorts[sort]
	if by == "" {
		by = "position"
	}
	if reverse {
		by = "-" + by
	}
	cs, _, err := list.Find(e.Ctx, e.Tx, e.Viewer, list.Query{Kinds: []string{content.Page}, Parent: id, Sort: by, Limit: max(*left, 0)})
	if err != nil || len(cs) == 0 || *left <= 0 {
		return []PageRef{}, err
	}
	*left -= len(cs)
	out := e.refs(cs)
	for i, c := range cs {
		if excerpt != "" && excerpt != "none" && excerpt != "false" {
			if _, doc, err := page.Body(e.Ctx, e.Tx, c); err == nil {
				out[i].Excerpt = extract.Summary(doc, 300)
			}
		}
		if depth > 1 && *left > 0 {
			if out[i].Children, err = e.below(c.ID, depth-1, sort, reverse, left, excerpt); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// other gives a page whose body another one shows, with its document.
func (e *Env) other(c *content.Content, p map[string]string) (*content.Content, *adf.Node, string, error) {
	name := p[""]
	if name == "" {
		name = p["pageTitle"]
	}
	if name == "" {
		name = p["page"]
	}
	if name == "" {
		return nil, nil, "No page is chosen.", nil
	}
	of := e.pageParam(c, name)
	if of == nil {
		return nil, nil, "The page “" + name + "” is not there, or you may not see it.", nil
	}
	if len(e.stack) > maxDepth {
		return nil, nil, "Pages are included in each other too deeply.", nil
	}
	for _, id := range e.stack {
		if id == of.ID {
			return nil, nil, "The page “" + of.Title + "” includes itself.", nil
		}
	}
	_, doc, err := page.Body(e.Ctx, e.Tx, of)
	return of, doc, "", err
}

func (e *Env) include(c *content.Content, p map[string]string) (any, string, error) {
	of, doc, why, err := e.other(c, p)
	if err != nil || why != "" {
		return nil, why, err
	}
	return e.body(of, doc, false)
}

func (e *Env) excerptInclude(c *content.Content, p map[string]string) (any, string, error) {
	of, doc, why, err := e.other(c, p)
	if err != nil || why != "" {
		return nil, why, err
	}
	blocks, ok := extract.Excerpt(doc, p["name"])
	if !ok {
		return nil, "The page “" + of.Title + "” has no such excerpt.", nil
	}
	return e.body(of, adf.Doc(blocks...), p["nopanel"] != "true")
}

func (e *Env) body(of *content.Content, doc *adf.Node, panel bool) (any, string, error) {
	b := Body{Page: e.ref(of), Body: doc.JSON(), Panel: panel, doc: doc, of: of}
	if e.bytes += len(b.Body); e.bytes > maxBytes {
		return nil, "This page includes too much.", nil
	}
	inner, err := e.Data(of, doc)
	for _, r := range inner {
		b.Macros = append(b.Macros, Nested(r))
	}
	return b, "", err
}

func number(s string, def int) int {
	if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && n > 0 {
		return n
	}
	return def
}
