package search

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
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

// issueID gives the issue that a query names by key or identifier.
func (c *compiler) issueID(field, text string) (*issue.Issue, bool) {
	if len(c.problems) >= maxProblems { // one more would not be told
		return nil, false
	}
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

var (
	qByIDs     = among("tracker/search.issues_by_id", `SELECT id, project_id FROM issue WHERE id IN (`)
	qByNumbers = among("tracker/search.issues_by_number", `SELECT id, number FROM issue WHERE project_id = $2 AND number IN (`)
)

// among is a statement whose first argument is a list of numbers as JSON.
func among(name, before string) *storage.Query {
	return storage.Register(name, before+`SELECT value FROM json_each($1))`, storage.On(storage.Postgres, before+`SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS json)))`))
}

// named finds issues of a long list by what they are called in it, a statement for each project instead of one for each issue. Those that it does not
// find may have had the key before.
func (c *compiler) named(atoms []atom) map[string]int64 {
	out := map[string]int64{}
	if len(atoms) <= fewTexts {
		return out
	}
	byID := map[int64][]string{}
	byNumber := map[int64]map[int64][]string{} // by project
	for _, a := range atoms {
		if n, err := strconv.ParseInt(a.text, 10, 64); err == nil {
			byID[n] = append(byID[n], a.text)
			continue
		}
		key := strings.ToUpper(a.text)
		cut := strings.LastIndexByte(key, '-')
		if cut < 1 {
			continue
		}
		n, err := strconv.ParseInt(key[cut+1:], 10, 64)
		p := c.Catalog.ProjectByKey(key[:cut])
		if err != nil || p == nil || p.Deleted != nil {
			continue
		}
		if byNumber[p.ID] == nil {
			byNumber[p.ID] = map[int64][]string{}
		}
		byNumber[p.ID][n] = append(byNumber[p.ID][n], a.text)
	}
	c.pairs(qByIDs, []any{jsonNumbers(byID)}, func(id, project int64) {
		if p := c.Catalog.Project(project); p != nil && p.Deleted == nil {
			for _, text := range byID[id] {
				out[text] = id
			}
		}
	})
	for project, numbers := range byNumber {
		c.pairs(qByNumbers, []any{jsonNumbers(numbers), project}, func(id, number int64) {
			for _, text := range numbers[number] {
				out[text] = id
			}
		})
	}
	return out
}

// pairs runs a statement that gives two numbers a row.
func (c *compiler) pairs(q *storage.Query, args []any, take func(a, b int64)) {
	rows, err := c.tx.Query(c.ctx, q, args...)
	if c.failed(err) {
		return
	}
	defer rows.Close()
	for rows.Next() {
		var a, b int64
		if c.failed(rows.Scan(&a, &b)) {
			return
		}
		take(a, b)
	}
	c.failed(rows.Err())
}

func jsonNumbers(of map[int64][]string) string {
	return "[" + numbers(slices.Collect(maps.Keys(of))) + "]"
}

// issues splits an operand into single issues and sub-selects.
func (c *compiler) issues(cl clause) (ids []int64, subs []frag, empty bool) {
	atoms := c.atoms(cl, cl.Operand)
	named := c.named(atoms)
	for _, a := range atoms {
		switch {
		case a.empty:
			empty = true
		case a.sub != nil:
			subs = append(subs, *a.sub)
		case a.ids != nil || a.known:
			ids = append(ids, a.ids...)
		case named[a.text] != 0:
			ids = append(ids, named[a.text])
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

// savedQuery is a saved filter as it was read; problem is what is wrong with it.
type savedQuery struct {
	id      int64
	where   jql.Node
	problem string
}

// filterNamed finds a filter by number or name, once for each name of a query: the same one may stand in it a thousand times.
func (c *compiler) filterNamed(name string) (*savedQuery, bool) {
	if f := c.saved[name]; f != nil {
		return f, true
	}
	var text string
	f := &savedQuery{}
	n, err := strconv.ParseInt(name, 10, 64)
	if err == nil {
		err = c.tx.Get(c.ctx, qFilterJQL, []any{n, c.Actor}, &f.id, &text)
	}
	if err != nil {
		err = c.tx.Get(c.ctx, qFilterNamed, []any{strings.ToLower(name), c.Actor}, &f.id, &text)
	}
	if isNoRows(err) {
		f.problem = fmt.Sprintf("The value '%s' does not exist for the field 'filter'.", name)
	} else if c.failed(err) {
		return nil, false
	} else if q, err := jql.Parse(text); err != nil {
		f.problem = fmt.Sprintf("The filter '%s' cannot be read: %s", name, err)
	} else {
		f.where = q.Where
	}
	if c.saved == nil {
		c.saved = map[string]*savedQuery{}
	}
	c.saved[name] = f
	return f, true
}

func (c *compiler) savedFilter(name string, negated bool) frag {
	f, ok := c.filterNamed(name)
	switch {
	case !ok:
		return never
	case f.problem != "":
		return c.problem("%s", f.problem)
	}
	key := strconv.FormatInt(f.id, 10)
	for _, open := range c.filters {
		if open == key {
			return c.problem("The filter '%s' refers to itself.", name)
		}
	}
	if f.where == nil {
		if negated {
			return never
		}
		return always
	}
	c.filters = append(c.filters, key)
	defer func() { c.filters = c.filters[:len(c.filters)-1] }()
	return c.node(f.where, negated)
}

func worklogAuthorClause(c *compiler, cl clause) frag {
	accounts, empty := c.textValues(cl, cl.Operand, c.accounts)
	m, args := marks(accounts)
	return rows(sql("SELECT x.issue_id FROM issue_worklog x WHERE x.author IN ("+m+")", args...), sql("SELECT x.issue_id FROM issue_worklog x"), len(accounts) > 0, empty, cl.positive())
}

func worklogCommentClause(c *compiler, cl clause) frag {
	var words []string
	for _, a := range c.atoms(cl, cl.Operand) {
		words = append(words, likeWords(a.text)...)
	}
	if len(words) == 0 || !c.words(cl, words) {
		return never
	}
	all := sql("SELECT x.issue_id FROM issue_worklog x")
	return rows(all.where(and(like("x.comment_text", words)...)), all, true, false, cl.positive())
}

func worklogDateClause(c *compiler, cl clause) frag {
	spans, empty := c.spans(cl, cl.Operand)
	all := sql("SELECT x.issue_id FROM issue_worklog x")
	var conditions []frag
	for _, s := range spans {
		text, args := s.compare("x.started_us", cl.op)
		conditions = append(conditions, sql(text, args...))
	}
	match := never
	if len(conditions) > 0 {
		match = or(conditions...)
	}
	if strings.ContainsAny(cl.op, "<>") && len(conditions) == 1 {
		return in(all.where(match))
	}
	return rows(all.where(match), all, len(conditions) > 0, empty, cl.positive())
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
