package search

import (
	"fmt"
	"slices"
	"strings"

	"holdfast.dev/internal/platform/storage"
)

// A query of 100,000 bytes can ask for more than an engine takes in one statement: SQLite has 1,000 levels of an expression, 32,766 arguments and 64 tables
// of a join, PostgreSQL 65,535 arguments. These bounds are below those of both engines, so that a query means the same on either and is refused in words.
// Saved filters count with the query that names them: ten of them that name each other ten times would be as many conditions as one cares for.
const (
	maxClauses   = 5_000
	maxSelects   = 3_000 // sub-selects: PostgreSQL's time for planning them grows with their square
	maxArguments = 30_000
	maxStatement = 8_000_000 // bytes of SQL
	maxSorts     = 30
	maxLevels    = 800 // of the expression, not of the query's parentheses
	maxWords     = 200 // of one text
	maxWord      = 1_000
	maxSteps     = 50 // of the path of a property: PostgreSQL passes a function 100 arguments
)

// spent is what was compiled so far.
type spent struct{ clauses, selects, arguments, bytes int }

// spend counts a condition; false when the query has more than is answered.
func (c *compiler) spend(f frag) bool {
	c.spent.selects += strings.Count(f.sql, "SELECT ")
	c.spent.arguments += len(f.args)
	c.spent.bytes += len(f.sql)
	return c.affordable()
}

// affordable tells whether the query is within its bounds so far, and says as a problem when it is not.
func (c *compiler) affordable() bool {
	switch {
	case c.spent.clauses > maxClauses:
		c.problem("The query has more than %d conditions, with those of its saved filters.", maxClauses)
	case c.spent.selects > maxSelects:
		c.problem("The query has more than %d searches in texts, lists and histories, with those of its saved filters.", maxSelects)
	case c.spent.arguments > maxArguments:
		c.problem("The query has more than %d values, with those of its saved filters.", maxArguments)
	case c.spent.bytes > maxStatement:
		c.problem("The query is too complex: with all that its names stand for it is longer than %d characters.", maxStatement)
	default:
		return true
	}
	return false
}

// check holds a whole plan to the bounds that only show at its end.
func (c *compiler) check(p *Plan) {
	for _, f := range p.conditions {
		if f.depth > maxLevels {
			c.problem("The query is nested too deeply: with its saved filters it has more than %d levels.", maxLevels)
		}
	}
}

// words holds a text to what both engines take: PostgreSQL has words of 2,046 bytes, SQLite patterns of 50,000.
func (c *compiler) words(cl clause, words []string) bool {
	switch {
	case len(words) > maxWords:
		c.problem("The text query for field '%s' has more than %d words.", cl.Field.Name, maxWords)
	case slices.ContainsFunc(words, func(w string) bool { return len(w) > maxWord }):
		c.problem("The text query for field '%s' has a word of more than %d bytes.", cl.Field.Name, maxWord)
	default:
		return true
	}
	return false
}

// fewTexts is how many texts are an argument each; more of them are one argument together.
const fewTexts = 100

// textList is an argument of many texts, which becomes a sub-select of them.
type textList string // as JSON

func (l textList) text(d storage.Dialect, n int) string {
	if d == storage.SQLite {
		return fmt.Sprintf("SELECT value FROM json_each($%d)", n)
	}
	return fmt.Sprintf("SELECT value FROM json_array_elements_text(CAST($%d AS json))", n)
}

// flat is how many levels conditions may make before they are put together as a tree.
const flat = 50

// balanced puts an operator between many conditions with as few levels as there can be: engines read "a OR b OR c" as a level for each. Those that are
// deep already come last, near the root.
func balanced(op string, parts []frag) frag {
	waiting := slices.Clone(parts)
	slices.SortStableFunc(waiting, func(a, b frag) int { return a.depth - b.depth })
	var made []frag // no less deep than the one before
	next := func() (f frag) {
		if len(made) == 0 || len(waiting) > 0 && waiting[0].depth <= made[0].depth {
			f, waiting = waiting[0], waiting[1:]
		} else {
			f, made = made[0], made[1:]
		}
		return f
	}
	for len(waiting)+len(made) > 1 {
		made = append(made, row(op, []frag{next(), next()}))
	}
	return next()
}
