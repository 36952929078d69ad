// Package search turns the meaning of CQL into SQL: which fields there are, what they compare, in which order results come. Every condition is
// joined with the viewer's, so that no query shows or counts what its asker may not read. Full text is that of docs/adr/0005, folded by us, so that
// both engines find the same.
package search

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/cql"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/needs"
	"holdfast.dev/internal/product/wiki/viewer"
)

// Scope is who asks, when, and about what.
type Scope struct {
	Viewer *viewer.Viewer
	People map[string]needs.Person
	Now    time.Time
	Zone   *time.Location
	// Content and Space are what currentContent() and currentSpace() stand for; 0 when there is none.
	Content, Space int64
}

// frag is a condition with "?" for its arguments.
type frag struct {
	sql  string
	args []any
}

// kinds are the types of contents that search finds.
var kinds = []string{content.Page, content.BlogPost, content.Comment, content.Attachment}

// placeMark begins the words that stand for spaces and kinds in the index of SQLite: a letter that no text has.
const placeMark = "ʘ"

var (
	never  = frag{sql: "1 = 0"}
	always = frag{sql: "1 = 1"}
)

func sql(text string, args ...any) frag { return frag{text, args} }

func join(op string, parts []frag) frag {
	if len(parts) == 1 {
		return parts[0]
	}
	texts := make([]string, len(parts))
	var args []any
	for i, p := range parts {
		texts[i] = p.sql
		args = append(args, p.args...)
	}
	return frag{"(" + strings.Join(texts, " "+op+" ") + ")", args}
}

func not(f frag) frag { return frag{"NOT (" + f.sql + ")", f.args} }

// Plan is a compiled query.
type Plan struct {
	where   frag
	rest    frag     // where, without the text of rank
	sort    string   // of package list, empty for relevance
	order   []string // more than one sort, as SQL
	rank    *ranking // the text that must be found; nil for none, or when it is only one way to be found
	wanted  []string // words to mark in excerpts, with "*" behind beginnings
	places  []string // spaces and kinds that where demands, each a condition of the engine's index of words
	counted *int     // what Count found
}

// Wanted gives the words to mark in excerpts.
func (p *Plan) Wanted() []string { return p.wanted }

type compiler struct {
	Scope
	ctx      context.Context
	tx       *volume.Tx
	problems []string
	failure  error
	plan     *Plan
	depth    int // of negations
	top      bool
	unranked bool // leaves out the text that results are ranked by
}

// Parse reads a query; what is wrong with it is told as the API does, with its place.
func Parse(text string) (*cql.Query, error) {
	q, err := cql.Parse(text)
	if err != nil {
		return nil, fault.Wrap(err, fault.KindInvalid, "Could not parse cql : %.200s. %s", text, err)
	}
	return q, nil
}

// Compile resolves a query against the site. The error names everything that does not exist or does not fit.
func Compile(ctx context.Context, tx *volume.Tx, s Scope, q *cql.Query) (*Plan, error) {
	if s.Zone == nil {
		s.Zone = time.UTC
	}
	c := &compiler{Scope: s, ctx: ctx, tx: tx, plan: &Plan{where: always}}
	if q.Where != nil {
		c.top = true
		c.plan.where = c.node(q.Where)
	}
	c.order(q.OrderBy)
	if c.plan.rank != nil {
		again := &compiler{Scope: s, ctx: ctx, tx: tx, plan: &Plan{}, top: true, unranked: true}
		c.plan.rest = again.node(q.Where)
	}
	switch {
	case c.failure != nil:
		return nil, fmt.Errorf("compile query: %w", c.failure)
	case len(c.problems) > 0:
		return nil, fault.BadAll(c.problems)
	}
	return c.plan, nil
}

func (c *compiler) node(n cql.Node) frag {
	switch n := n.(type) {
	case *cql.Compound:
		parts := make([]frag, len(n.Terms))
		top := c.top
		for i, t := range n.Terms {
			c.top = top && n.Op == "and"
			parts[i] = c.node(t)
		}
		return join(strings.ToUpper(n.Op), parts)
	case *cql.Not:
		c.top = false
		c.depth++
		f := c.node(n.Term)
		c.depth--
		return not(f)
	case *cql.Clause:
		f, ok := fields[n.Field]
		if !ok {
			return c.problem(n.Pos, "There is no field '%.60s'", n.Field)
		}
		if !strings.Contains(" "+f.ops+" ", " "+n.Op+" ") && !(strings.HasSuffix(n.Op, "in") && strings.Contains(" "+f.ops+" ", " = ")) {
			return c.problem(n.Pos, "The field '%s' does not know the operator '%s'", n.Field, n.Op)
		}
		if c.top {
			c.place(n)
		}
		return f.compile(c, n)
	}
	return never
}

// place notes the spaces or kinds that a clause which must hold demands, for the index of words: it knows both. The clause stays a condition.
func (c *compiler) place(n *cql.Clause) {
	if n.Op != "=" && n.Op != "in" {
		return
	}
	var names []string
	for _, v := range n.Values {
		switch {
		case v.Func != "":
			return
		case n.Field == "space" || n.Field == "space.key":
			if s := c.Viewer.Spaces.ByKey(v.Text); s != nil {
				names = append(names, "s"+strconv.FormatInt(s.ID, 10))
			}
		case n.Field == "type" && slices.Contains(kinds, strings.ToLower(v.Text)):
			names = append(names, "k"+strings.ToLower(v.Text))
		}
	}
	if len(names) == 0 {
		return
	}
	quote, or := "'", " | "
	if c.tx.Dialect() == storage.SQLite {
		quote, or = `"`, " OR "
	}
	for i, name := range names {
		if c.tx.Dialect() == storage.SQLite {
			name = placeMark + name
		}
		names[i] = quote + name + quote
	}
	c.plan.places = append(c.plan.places, "("+strings.Join(names, or)+")")
}

// problem notes what is wrong, so that everything is told at once.
func (c *compiler) problem(pos int, format string, args ...any) frag {
	if len(c.problems) < 20 {
		c.problems = append(c.problems, fmt.Sprintf(format, args...)+fmt.Sprintf(" at position %d", pos))
	}
	return never
}

func (c *compiler) failed(err error) bool {
	if err != nil && c.failure == nil {
		c.failure = err
	}
	return err != nil
}

// orders are the fields that sort, with the sort of package list.
var orders = map[string]string{"created": "created", "lastmodified": "updated", "title": "title", "id": "id", "type": "c.kind", "space": "c.space_id", "space.key": "c.space_id", "creator": "c.author"}

func (c *compiler) order(terms []cql.Order) {
	for _, o := range terms {
		by, ok := orders[o.Field]
		if !ok {
			if o.Field == "relevance" || o.Field == "score" {
				continue
			}
			c.problem(o.Pos, "The field '%.60s' does not sort", o.Field)
			continue
		}
		dir := ""
		if o.Desc {
			dir = "-"
		}
		if len(terms) == 1 && !strings.HasPrefix(by, "c.") {
			c.plan.sort = dir + by
			return
		}
		column := map[string]string{"created": "c.created_us", "updated": "c.updated_us", "title": "c.title_fold", "id": "c.id"}[by]
		if column == "" {
			column = by
		}
		if o.Desc {
			column += " DESC"
		}
		c.plan.order = append(c.plan.order, column)
	}
	if len(c.plan.order) == 0 && c.plan.rank == nil {
		c.plan.sort = "-updated"
	}
}

// Results is a page of what was found. Next is the cursor of the next page, empty at the end.
type Results struct {
	Contents []*content.Content
	Next     string
}

// Statuses are the states of contents that a search finds.
var Statuses = []string{content.Current}

// Run gives a page of results: behind a cursor, or after a number of them.
func (p *Plan) Run(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, statuses []string, cursor string, start, limit int) (*Results, error) {
	if len(statuses) == 0 {
		statuses = Statuses
	}
	if p.sort != "" && start == 0 {
		if found, ok, err := p.walk(ctx, tx, v, statuses, cursor, limit); err != nil || ok {
			return found, err
		}
		q := p.query(tx.Dialect(), statuses)
		q.Sort, q.After, q.Limit = p.sort, cursor, limit
		found, next, err := list.Find(ctx, tx, v, q)
		return &Results{found, next}, err
	}
	if p.rank != nil && p.sort == "" && len(p.order) == 0 {
		return p.ranked(ctx, tx, v, statuses, cursor, start, limit)
	}
	start, err := offsetOf(cursor, start)
	if err != nil {
		return nil, err
	}
	q := p.query(tx.Dialect(), statuses)
	rows, err := q.Slice(ctx, tx, v, p.ordered(), start, limit+1)
	if err != nil {
		return nil, err
	}
	return cutAt(rows, start, limit), nil
}

// query is the plan as a query without an order.
func (p *Plan) query(d storage.Dialect, statuses []string) list.Query {
	if p.rank != nil {
		return p.byWords(d, statuses, p.rank.titles)
	}
	return list.Query{Statuses: statuses, Condition: p.where.sql, Args: p.where.args}
}

// ordered gives the order of results that are not ranked, as SQL.
func (p *Plan) ordered() string {
	if p.sort == "" {
		return strings.Join(append(append([]string{}, p.order...), "c.id DESC"), ", ")
	}
	sorts := map[string]string{"created": "c.created_us", "updated": "c.updated_us", "title": "c.title_fold", "id": "c.id"}
	name, desc := strings.CutPrefix(p.sort, "-")
	if desc {
		return sorts[name] + " DESC, c.id DESC"
	}
	return sorts[name] + ", c.id"
}
