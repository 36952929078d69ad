package search

import (
	"context"
	"fmt"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/jql"
	"holdfast.dev/internal/product/tracker/needs"
)

// Scope is who asks, when, and about what.
type Scope struct {
	Catalog *catalog.Catalog
	People  map[string]needs.Person
	// Members gives the accounts of a group, fault.KindNotFound when there is none of the name.
	Members func(ctx context.Context, group string) ([]string, error)
	Actor   string // account, empty for nobody
	Now     time.Time
	Zone    *time.Location
}

// compiler turns the conditions of one query into SQL.
type compiler struct {
	Scope
	ctx      context.Context
	tx       *volume.Tx
	problems []string
	failure  error    // of the storage
	filters  []string // saved filters being compiled, against circles
	people   map[string][]string
	saved    map[string]*savedQuery // by name
	spent    spent
}

// Parse reads a query; what is wrong with it is told as the API does.
func Parse(text string) (*jql.Query, error) {
	q, err := jql.Parse(text)
	if err != nil {
		return nil, fault.Wrap(err, fault.KindInvalid, "%s", err)
	}
	return q, nil
}

// Compile resolves a query against the site. The error names everything that does not exist or does not fit.
func Compile(ctx context.Context, tx *volume.Tx, s Scope, q *jql.Query) (*Plan, error) {
	c := &compiler{Scope: s, ctx: ctx, tx: tx}
	p := &Plan{dialect: tx.Dialect()}
	if hidden := hiddenProjects(s.Catalog); len(hidden) > 0 {
		p.conditions = append(p.conditions, sql("#project_id NOT IN ("+numbers(hidden)+")"))
	}
	if q.Where != nil {
		p.conditions = append(p.conditions, c.apart(c.conjuncts(q.Where))...)
	}
	p.order = c.order(q.OrderBy)
	c.check(p)
	switch {
	case c.failure != nil:
		return nil, fmt.Errorf("compile query: %w", c.failure)
	case len(c.problems) > 0:
		return nil, fault.BadAll(c.problems)
	}
	p.print = fingerprint(q)
	return p, nil
}

// hiddenProjects are those whose issues no search finds: in the trash or archived.
func hiddenProjects(c *catalog.Catalog) []int64 {
	var out []int64
	for _, p := range c.Projects {
		if p.Deleted != nil || p.Archived != nil {
			out = append(out, p.ID)
		}
	}
	return out
}

// conjuncts gives the conditions that all must hold, apart, so that the plan can weigh them.
func (c *compiler) conjuncts(n jql.Node) []frag {
	if k, ok := n.(*jql.Compound); ok && k.Op == "and" {
		var out []frag
		for _, t := range k.Terms {
			out = append(out, c.conjuncts(t)...)
		}
		return out
	}
	return []frag{c.node(n, false)}
}

// apart bounds how many conditions are weighed by themselves.
func (c *compiler) apart(conditions []frag) []frag {
	if len(conditions) <= flat {
		return conditions
	}
	return append(conditions[:flat:flat], and(conditions[flat:]...))
}

// opposite gives the operator of a clause under NOT: Jira turns the operator round, so that "NOT a = b" no more matches empty than "a != b" does.
var opposite = map[string]string{"=": "!=", "!=": "=", "in": "not in", "not in": "in", "~": "!~", "!~": "~", "is": "is not", "is not": "is",
	"<": ">=", ">=": "<", ">": "<=", "<=": ">", "was": "was not", "was not": "was", "was in": "was not in", "was not in": "was in", "changed": "not changed"}

func (c *compiler) node(n jql.Node, negated bool) frag {
	switch n := n.(type) {
	case *jql.Not:
		return c.node(n.Term, !negated)
	case *jql.Compound:
		parts := make([]frag, len(n.Terms))
		for i, t := range n.Terms {
			parts[i] = c.node(t, negated)
		}
		if (n.Op == "and") != negated {
			return and(parts...)
		}
		return or(parts...)
	case *jql.Clause:
		cl := clause{Clause: n, op: n.Op}
		if negated {
			cl.op = opposite[n.Op]
		}
		return c.clause(cl)
	}
	return never
}

// clause is a condition with the operator that counts after all NOTs.
type clause struct {
	*jql.Clause
	op    string
	field *Field
}

// positive tells whether the operator asks for a match rather than for its absence.
func (cl clause) positive() bool {
	return cl.op == "=" || cl.op == "in" || cl.op == "is" || cl.op == "~" || cl.op == "was" || cl.op == "was in" || cl.op == "changed"
}

func (c *compiler) clause(cl clause) frag {
	c.spent.clauses++
	if !c.affordable() {
		return never
	}
	if cl.Field.Property != "" {
		f := c.property(cl)
		c.spend(f)
		return f
	}
	fields := c.find(cl.Field.Name)
	if len(fields) == 0 {
		return c.problem("Field '%s' does not exist or you do not have permission to view it.", cl.Field.Name)
	}
	var parts []frag
	for _, f := range fields {
		cl.field = f
		if !f.allows(cl.Op) {
			if strings.HasPrefix(cl.Op, "was") || cl.Op == "changed" {
				return c.problem("History searches do not support the field '%s'.", cl.Field.Name)
			}
			return c.problem("The operator '%s' is not supported by the '%s' field.", cl.Op, cl.Field.Name)
		}
		if strings.HasPrefix(cl.Op, "was") || cl.Op == "changed" {
			parts = append(parts, c.history(cl))
		} else {
			parts = append(parts, f.compile(c, cl))
		}
		if f.Name != "filter" && !c.spend(parts[len(parts)-1]) { // what a filter holds is counted already
			return never
		}
	}
	if cl.positive() || strings.ContainsAny(cl.op, "<>") {
		return or(parts...)
	}
	return and(parts...)
}

// maxProblems is how many are told of one query.
const maxProblems = 50

// problem notes what is wrong and gives a condition to go on with, so that all problems of a query are told at once.
func (c *compiler) problem(format string, args ...any) frag {
	if len(c.problems) >= maxProblems {
		return never
	}
	text := fmt.Sprintf(format, args...)
	for _, p := range c.problems {
		if p == text {
			return never
		}
	}
	c.problems = append(c.problems, text)
	return never
}

// failed notes an error of the storage.
func (c *compiler) failed(err error) bool {
	if err != nil && c.failure == nil {
		c.failure = err
	}
	return err != nil
}
