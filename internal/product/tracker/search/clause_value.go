package search

import (
	"regexp"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/jql"
)

func userClause(name string) func(*compiler, clause) frag {
	return func(c *compiler, cl clause) frag {
		accounts, empty := c.textValues(cl, cl.Operand, c.accounts)
		f := textColumn(name, accounts, empty, cl.positive())
		if name == "creator" {
			f.indexed, f.column = false, ""
		}
		return f
	}
}

// memberClause is for people in a table of their own: voters, watchers.
func memberClause(table, counter string) func(*compiler, clause) frag {
	return func(c *compiler, cl clause) frag {
		accounts, empty := c.textValues(cl, cl.Operand, c.accounts)
		m, args := marks(accounts)
		match := sql("SELECT x.issue_id FROM "+table+" x WHERE x.account IN ("+m+")", args...)
		none, some := sql("#"+counter+" = 0"), sql("#"+counter+" > 0")
		switch {
		case cl.positive() && empty && len(accounts) > 0:
			return or(in(match), none)
		case cl.positive() && empty:
			return none
		case cl.positive() && len(accounts) == 0:
			return never
		case cl.positive():
			return in(match)
		case len(accounts) == 0:
			return some
		}
		return and(some, notIn(match))
	}
}

// anyClause asks whether a counter is above zero.
func anyClause(counter string) func(*compiler, clause) frag {
	return func(_ *compiler, cl clause) frag {
		if cl.positive() {
			return sql("#" + counter + " = 0")
		}
		return sql("#" + counter + " > 0")
	}
}

func countClause(name string) func(*compiler, clause) frag {
	return func(c *compiler, cl clause) frag { return c.numeric(cl, name, false) }
}

// durationClause compares estimates and times: "4h 30m", or a bare number of minutes.
func durationClause(name string) func(*compiler, clause) frag {
	return func(c *compiler, cl clause) frag { return c.numeric(cl, name, true) }
}

func (c *compiler) numeric(cl clause, name string, duration bool) frag {
	values, empty := c.idValues(cl, cl.Operand, func(s string) []int64 {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			if duration {
				n *= 60
			}
			return []int64{n}
		}
		if d, ok := seconds(s); ok && duration {
			return []int64{d}
		}
		return nil
	})
	if strings.ContainsAny(cl.op, "<>") {
		if len(values) != 1 {
			return never
		}
		return sql("#"+name+" "+cl.op+" ?", values[0])
	}
	f := column(name, values, empty, cl.positive())
	f.indexed, f.column = false, ""
	return f
}

var durationPart = regexp.MustCompile(`^(\d+)([wdhm])$`)

// seconds reads "1w 2d 4h 30m", a week of five days and a day of eight hours as Jira counts work.
func seconds(s string) (int64, bool) {
	unit := map[string]int64{"w": 5 * 8 * 3600, "d": 8 * 3600, "h": 3600, "m": 60}
	var sum int64
	for part := range strings.FieldsSeq(s) {
		m := durationPart.FindStringSubmatch(part)
		if m == nil {
			return 0, false
		}
		n, err := strconv.ParseInt(m[1], 10, 32)
		if err != nil {
			return 0, false
		}
		sum += n * unit[m[2]]
	}
	return sum, s != ""
}

// ratio is the time spent of what was estimated, in per cent; without an estimate there is none.
const ratio = "CASE WHEN #original_estimate > 0 THEN coalesce(#time_spent, 0) * 100 / #original_estimate END"

func workRatioClause(c *compiler, cl clause) frag {
	values, empty := c.idValues(cl, cl.Operand, func(s string) []int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil
		}
		return []int64{n}
	})
	switch {
	case strings.ContainsAny(cl.op, "<>") && len(values) == 1:
		return sql("("+ratio+") "+cl.op+" ?", values[0])
	case cl.positive() && empty:
		return sql("(" + ratio + ") IS NULL")
	case cl.positive() && len(values) > 0:
		return sql("(" + ratio + ") IN (" + numbers(values) + ")")
	case !cl.positive() && len(values) > 0:
		return sql("(" + ratio + ") NOT IN (" + numbers(values) + ")")
	case !cl.positive():
		return sql("(" + ratio + ") IS NOT NULL")
	}
	return never
}

// issueIDs gives the issue that a query names by key or identifier.
func (c *compiler) issueID(field, text string) (*issue.Issue, bool) {
	i, err := issue.Find(c.ctx, c.tx, c.Catalog, text)
	if err != nil {
		if !fault.Is(err, fault.KindNotFound) {
			c.failed(err)
		} else {
			c.problem("An issue with key '%s' does not exist for field '%s'.", text, field)
		}
		return nil, false
	}
	return i, true
}

// issues splits an operand into single issues and sub-selects.
func (c *compiler) issues(cl clause) (ids []int64, subs []frag, empty bool) {
	for _, a := range c.atoms(cl, cl.Operand) {
		switch {
		case a.empty:
			empty = true
		case a.sub != nil:
			subs = append(subs, *a.sub)
		case a.ids != nil || a.known:
			ids = append(ids, a.ids...)
		default:
			if i, ok := c.issueID(cl.Field.Name, a.text); ok {
				ids = append(ids, i.ID)
			}
		}
	}
	return ids, subs, empty
}

func keyClause(c *compiler, cl clause) frag {
	if strings.ContainsAny(cl.op, "<>") {
		return c.keyCompare(cl)
	}
	ids, subs, empty := c.issues(cl)
	if empty && len(ids)+len(subs) == 0 { // every issue has a key
		if cl.positive() {
			return never
		}
		return always
	}
	return oneOf("id", ids, subs, false, cl.positive())
}

// oneOf is the condition that a column holds one of some issues.
func oneOf(name string, ids []int64, subs []frag, empty, positive bool) frag {
	if len(subs) == 0 {
		return column(name, ids, empty, positive)
	}
	var parts []frag
	for _, s := range subs {
		if positive {
			parts = append(parts, frag{sql: "#" + name + " IN (" + s.sql + ")", args: s.args, indexed: true})
		} else {
			parts = append(parts, frag{sql: "#" + name + " NOT IN (" + s.sql + ")", args: s.args})
		}
	}
	if len(ids) > 0 || empty {
		parts = append(parts, column(name, ids, empty, positive))
	}
	if positive {
		return or(parts...)
	}
	return and(parts...)
}

// keyCompare orders issues of the same project by number.
func (c *compiler) keyCompare(cl clause) frag {
	atoms := c.atoms(cl, cl.Operand)
	if len(atoms) != 1 || cl.Operand.Kind != jql.KindValue {
		return c.problem("The operator '%s' of the field '%s' expects one issue.", cl.Op, cl.Field.Name)
	}
	text := atoms[0].text
	cut := strings.LastIndexByte(text, '-')
	if cut < 0 {
		if i, ok := c.issueID(cl.Field.Name, text); ok {
			return and(column("project_id", []int64{i.ProjectID}, false, true), sql("#number "+cl.op+" ?", i.Number))
		}
		return never
	}
	p := c.Catalog.FindProject(text[:cut])
	number, err := strconv.ParseInt(text[cut+1:], 10, 64)
	if p == nil || err != nil {
		return c.problem("An issue with key '%s' does not exist for field '%s'.", text, cl.Field.Name)
	}
	return and(column("project_id", []int64{p.ID}, false, true), sql("#number "+cl.op+" ?", number))
}

func parentClause(c *compiler, cl clause) frag {
	ids, subs, empty := c.issues(cl)
	return oneOf("parent_id", ids, subs, empty, cl.positive())
}

var (
	qFilterJQL   = storage.Register("tracker/search.filter_by_id", `SELECT id, jql FROM filter WHERE id = $1 AND (owner = $2 OR EXISTS (SELECT 1 FROM filter_share s WHERE s.filter_id = filter.id AND s.type <> 'private'))`)
	qFilterNamed = storage.Register("tracker/search.filter_by_name", `SELECT id, jql FROM filter WHERE name_key = $1 AND (owner = $2 OR EXISTS (SELECT 1 FROM filter_share s WHERE s.filter_id = filter.id AND s.type <> 'private')) ORDER BY id LIMIT 1`)
)

// filterClause puts the query of a saved filter in the place of its name.
func filterClause(c *compiler, cl clause) frag {
	var parts []frag
	for _, a := range c.atoms(cl, cl.Operand) {
		parts = append(parts, c.savedFilter(a.text, !cl.positive()))
	}
	if len(parts) == 0 {
		return never
	}
	if cl.positive() {
		return or(parts...)
	}
	return and(parts...)
}

func (c *compiler) savedFilter(name string, negated bool) frag {
	var id int64
	var text string
	n, err := strconv.ParseInt(name, 10, 64)
	if err == nil {
		err = c.tx.Get(c.ctx, qFilterJQL, []any{n, c.Actor}, &id, &text)
	}
	if err != nil {
		err = c.tx.Get(c.ctx, qFilterNamed, []any{strings.ToLower(name), c.Actor}, &id, &text)
	}
	switch {
	case isNoRows(err):
		return c.problem("The value '%s' does not exist for the field 'filter'.", name)
	case c.failed(err):
		return never
	}
	key := strconv.FormatInt(id, 10)
	for _, f := range c.filters {
		if f == key {
			return c.problem("The filter '%s' refers to itself.", name)
		}
	}
	q, err := jql.Parse(text)
	if err != nil {
		return c.problem("The filter '%s' cannot be read: %s", name, err)
	}
	if q.Where == nil {
		if negated {
			return never
		}
		return always
	}
	c.filters = append(c.filters, key)
	defer func() { c.filters = c.filters[:len(c.filters)-1] }()
	return c.node(q.Where, negated)
}

func worklogAuthorClause(c *compiler, cl clause) frag {
	accounts, empty := c.textValues(cl, cl.Operand, c.accounts)
	m, args := marks(accounts)
	return rows(sql("SELECT x.issue_id FROM issue_worklog x WHERE x.author IN ("+m+")", args...), sql("SELECT x.issue_id FROM issue_worklog x"), len(accounts) > 0, empty, cl.positive())
}

func worklogCommentClause(c *compiler, cl clause) frag {
	var conditions []string
	var args []any
	for _, a := range c.atoms(cl, cl.Operand) {
		for _, w := range likeWords(a.text) {
			conditions = append(conditions, `lower(x.comment_text) LIKE ? ESCAPE '\'`)
			args = append(args, w)
		}
	}
	if len(conditions) == 0 {
		return never
	}
	return rows(sql("SELECT x.issue_id FROM issue_worklog x WHERE "+strings.Join(conditions, " AND "), args...), sql("SELECT x.issue_id FROM issue_worklog x"), true, false, cl.positive())
}

func worklogDateClause(c *compiler, cl clause) frag {
	spans, empty := c.spans(cl, cl.Operand)
	var conditions []string
	var args []any
	for _, s := range spans {
		text, a := s.compare("x.started_us", cl.op)
		conditions = append(conditions, text)
		args = append(args, a...)
	}
	if strings.ContainsAny(cl.op, "<>") && len(conditions) == 1 {
		return in(sql("SELECT x.issue_id FROM issue_worklog x WHERE "+conditions[0], args...))
	}
	return rows(sql("SELECT x.issue_id FROM issue_worklog x WHERE ("+strings.Join(conditions, " OR ")+")", args...), sql("SELECT x.issue_id FROM issue_worklog x"), len(conditions) > 0, empty, cl.positive())
}

// instantClause compares a column of instants.
func instantClause(name string) func(*compiler, clause) frag {
	return func(c *compiler, cl clause) frag {
		spans, empty := c.spans(cl, cl.Operand)
		var parts []frag
		for _, s := range spans {
			text, args := s.compare("#"+name, cl.op)
			parts = append(parts, index(sql(text, args...)))
		}
		if strings.ContainsAny(cl.op, "<>") {
			if len(parts) != 1 {
				return never
			}
			return parts[0]
		}
		if empty {
			if cl.positive() {
				parts = append(parts, sql("#"+name+" IS NULL"))
			} else {
				parts = append(parts, sql("#"+name+" IS NOT NULL"))
			}
		}
		switch {
		case len(parts) == 0:
			return never
		case cl.positive():
			return or(parts...)
		}
		return and(parts...)
	}
}

// compare gives the condition on a column of microseconds. Equality covers the precision in which the date was written: a day, a minute.
func (s span) compare(name, op string) (string, []any) {
	from, to := clock.Micros(s.from), clock.Micros(s.to)
	switch op {
	case "<", "<=", ">", ">=":
		return name + " " + op + " ?", []any{from}
	case "!=", "not in":
		return "(" + name + " < ? OR " + name + " >= ?)", []any{from, to}
	}
	return "(" + name + " >= ? AND " + name + " < ?)", []any{from, to}
}

// dayClause compares the due date.
func dayClause(c *compiler, cl clause) frag {
	spans, empty := c.spans(cl, cl.Operand)
	if strings.ContainsAny(cl.op, "<>") {
		if len(spans) != 1 {
			return never
		}
		op, day := dayBound(cl.op, spans[0])
		return index(sql("#due_day "+op+" ?", day))
	}
	days := make([]string, len(spans))
	for i, s := range spans {
		days[i] = s.from.Format(dayForm)
	}
	f := textColumn("due_day", days, empty, cl.positive())
	f.column = ""
	return f
}

const dayForm = "2006-01-02"

// dayBound compares a day, which begins at midnight, with an instant.
func dayBound(op string, s span) (string, string) {
	day := s.from.Format(dayForm)
	if h, m, sec := s.from.Clock(); h+m+sec+s.from.Nanosecond() != 0 {
		switch op {
		case "<":
			op = "<="
		case ">=":
			op = ">"
		}
	}
	return op, day
}
