package search

import (
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/product/tracker/jql"
)

// WAS and CHANGED read the history. A value is held from the change to it (or from creation, when the first change about it leaves it, or
// when it is there now and no change is about it) until the change from it. That holds for lists such as fix versions as well.

// historic knows how values of a field stand in the history and in the issue.
type historic struct {
	values  func(c *compiler, text string) []string // as issue_change has them
	current func(values []string) frag
	none    frag // the issue has no value now
}

func idStrings(find func(*compiler, string) []int64) func(*compiler, string) []string {
	return func(c *compiler, s string) []string {
		var out []string
		for _, id := range find(c, s) {
			out = append(out, strconv.FormatInt(id, 10))
		}
		return out
	}
}

func byColumn(name string) func([]string) frag {
	return func(values []string) frag {
		return index(sql("#" + name + " IN (" + strings.Join(values, ", ") + ")")) // numbers, from the catalog
	}
}

func byAccount(name string) func([]string) frag {
	return func(values []string) frag { return textColumn(name, values, false, true) }
}

var historics = map[string]historic{
	"status":     {idStrings((*compiler).statuses), byColumn("status_id"), never},
	"priority":   {idStrings((*compiler).priorities), byColumn("priority_id"), sql("#priority_id IS NULL")},
	"resolution": {idStrings((*compiler).resolutions), byColumn("resolution_id"), sql("#resolution_id IS NULL")},
	"assignee":   {(*compiler).accounts, byAccount("assignee"), sql("#assignee IS NULL")},
	"reporter":   {(*compiler).accounts, byAccount("reporter"), sql("#reporter IS NULL")},
	"fixVersions": {idStrings((*compiler).versions), func(values []string) frag {
		return in(sql("SELECT x.issue_id FROM issue_version x WHERE x.role = 'fix' AND x.version_id IN (" + strings.Join(values, ", ") + ")"))
	}, sql("#fix_version_ids = ''")},
}

// past is one value that the history is asked about.
type past struct {
	values []string // identifiers, when the value still exists
	text   string   // what people saw, when only the history knows it
	empty  bool
}

// holds gives the condition that a side ("from", "to") of a change x is the value.
func (p past) holds(x, side string) frag {
	switch {
	case p.empty:
		return sql("substr(" + x + "." + side + "_value, 1, 100) IS NULL")
	case p.text != "":
		return sql("lower("+x+"."+side+"_text) = ?", p.text)
	}
	m, args := marks(p.values)
	return sql("substr("+x+"."+side+"_value, 1, 100) IN ("+m+")", args...) // as the index has it
}

var qKnownText = storage.Register("tracker/search.text_in_history", `SELECT 1 FROM issue_change WHERE field_id = $1 AND (lower(to_text) = $2 OR lower(from_text) = $2) LIMIT 1`)

// pasts reads the values of an operand of WAS, FROM or TO.
func (c *compiler) pasts(cl clause, o jql.Operand) []past {
	h := historics[cl.field.changes]
	var out []past
	for _, a := range c.atoms(cl, o) {
		switch {
		case a.empty, cl.field.changes == "resolution" && strings.EqualFold(a.text, "unresolved"):
			out = append(out, past{empty: true})
		case a.ids != nil:
			var values []string
			for _, id := range a.ids {
				values = append(values, strconv.FormatInt(id, 10))
			}
			out = append(out, past{values: values})
		case a.known:
			if a.text != "" {
				out = append(out, past{values: []string{a.text}})
			}
		default:
			values := h.values(c, a.text)
			if len(values) > 0 {
				out = append(out, past{values: values})
				continue
			}
			if len(c.problems) >= maxProblems { // one more would not be told
				continue
			}
			var n int
			err := c.tx.Get(c.ctx, qKnownText, []any{cl.field.changes, asciiLower(a.text)}, &n)
			if isNoRows(err) {
				c.problem("The value '%s' does not exist for the field '%s'.", a.text, cl.Field.Name)
				continue
			}
			if c.failed(err) {
				return nil
			}
			out = append(out, past{text: asciiLower(a.text)})
		}
	}
	c.spent.clauses += max(0, len(out)-1) // each is a condition of its own
	return out
}

// window is what the predicates leave: who, and from when to when, both inclusive in microseconds.
type window struct {
	by     []string
	someBy bool
	after  *int64
	before *int64
}

func (w *window) from(us int64) {
	if w.after == nil || *w.after < us {
		w.after = &us
	}
}

func (w *window) to(us int64) {
	if w.before == nil || *w.before > us {
		w.before = &us
	}
}

// window reads the predicates but FROM and TO.
func (c *compiler) window(cl clause) window {
	var w window
	for _, p := range cl.Predicates {
		switch p.Op {
		case "by":
			by, _ := c.textValues(cl.listing(), p.Operand, c.accounts)
			if w.someBy {
				by = slices.DeleteFunc(by, func(a string) bool { return !slices.Contains(w.by, a) })
			}
			w.by, w.someBy = by, true
		case "from", "to":
		default:
			spans, _ := c.spans(cl, p.Operand)
			if len(spans) == 0 {
				continue
			}
			s := spans[0]
			switch p.Op {
			case "after":
				w.from(clock.Micros(s.from) + 1)
			case "before":
				w.to(clock.Micros(s.from) - 1)
			case "on":
				if day := bound(s.from, "day", false); s.to.Sub(s.from) < 23*3600e9 { // an instant stands for its day
					s = span{day, day.AddDate(0, 0, 1)}
				}
				w.from(clock.Micros(s.from))
				w.to(clock.Micros(s.to) - 1)
			case "during":
				w.from(clock.Micros(s.from))
				w.to(clock.Micros(spans[len(spans)-1].from))
			}
		}
	}
	return w
}

// listing gives the clause as one whose operator takes lists, for the operands of predicates.
func (cl clause) listing() clause {
	k := *cl.Clause
	k.Op = "in"
	cl.Clause = &k
	return cl
}

// who gives the condition on the author of something.
func (w window) who(column string) frag {
	if len(w.by) == 0 {
		return never
	}
	m, args := marks(w.by)
	return sql(column+" IN ("+m+")", args...)
}

func (c *compiler) history(cl clause) frag {
	w := c.window(cl)
	if cl.Op == "changed" {
		f := c.changed(cl, w)
		if cl.op == "changed" {
			return in(f)
		}
		return notIn(f)
	}
	parts := []frag{}
	for _, p := range c.pasts(cl, cl.Operand) {
		parts = append(parts, was(cl.field.changes, p, w))
	}
	if len(parts) == 0 {
		parts = append(parts, never)
	}
	f := or(parts...)
	if cl.positive() {
		return f
	}
	return not(f)
}

// of selects the issues with a change x of the field that meets conditions.
func of(fieldID string, conditions ...frag) frag {
	all := append([]frag{sql("x.field_id = ?", fieldID)}, conditions...)
	f := and(all...)
	return frag{sql: "SELECT x.issue_id FROM issue_change x WHERE " + f.sql, args: f.args, depth: f.depth}
}

func (c *compiler) changed(cl clause, w window) frag {
	var conditions []frag
	for _, p := range cl.Predicates {
		if p.Op != "from" && p.Op != "to" {
			continue
		}
		var sides []frag
		for _, v := range c.pasts(cl.listing(), p.Operand) {
			sides = append(sides, v.holds("x", p.Op))
		}
		if len(sides) == 0 {
			sides = append(sides, never)
		}
		conditions = append(conditions, or(sides...))
	}
	if w.someBy {
		conditions = append(conditions, w.who("x.author"))
	}
	if w.after != nil {
		conditions = append(conditions, sql("x.created_us >= ?", *w.after))
	}
	if w.before != nil {
		conditions = append(conditions, sql("x.created_us <= ?", *w.before))
	}
	return of(cl.field.changes, conditions...)
}

// was gives the condition that the issue held a value at some instant of the window.
func was(fieldID string, p past, w window) frag {
	now := never
	switch h := historics[fieldID]; {
	case p.empty:
		now = h.none
	case len(p.values) > 0:
		now = h.current(p.values)
	case p.text == "":
		return never // a function that gave nothing
	}
	if !w.someBy && w.after == nil && w.before == nil {
		return or(now, in(of(fieldID, p.holds("x", "to"))), in(of(fieldID, p.holds("x", "from"))))
	}

	// Entered by a change, and not left before the window opens.
	entered := []frag{p.holds("x", "to")}
	// Held since creation, until a change.
	left := []frag{p.holds("x", "from"), notBefore(fieldID, p)}
	// Held since creation until now.
	still := []frag{now, notIn(of(fieldID, p.holds("x", "to")))}
	since := []frag{}
	if w.after != nil {
		entered = append(entered, notLeftBefore(fieldID, p, *w.after))
		left = append(left, sql("x.created_us >= ?", *w.after))
	}
	if w.before != nil {
		entered = append(entered, sql("x.created_us <= ?", *w.before))
		since = append(since, sql("#created_us <= ?", *w.before))
	}
	if w.someBy {
		entered = append(entered, w.who("x.author"))
		since = append(since, w.who("#creator"))
	}
	return or(in(of(fieldID, entered...)), and(append(since, in(of(fieldID, left...)))...), and(append(still, since...)...))
}

// notLeftBefore: no change from the value after x and before an instant.
func notLeftBefore(fieldID string, p past, us int64) frag {
	h := p.holds("e", "from")
	return frag{sql: "NOT EXISTS (SELECT 1 FROM issue_change e WHERE e.issue_id = x.issue_id AND e.field_id = ? AND e.created_us < ? AND (e.created_us, e.history_id) > (x.created_us, x.history_id) AND " + h.sql + ")",
		args: append([]any{fieldID, us}, h.args...)}
}

// notBefore: no change to the value before x.
func notBefore(fieldID string, p past) frag {
	h := p.holds("e", "to")
	return frag{sql: "NOT EXISTS (SELECT 1 FROM issue_change e WHERE e.issue_id = x.issue_id AND e.field_id = ? AND (e.created_us, e.history_id) < (x.created_us, x.history_id) AND " + h.sql + ")",
		args: append([]any{fieldID}, h.args...)}
}
