package search

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/jql"
)

// Function is something that stands for values in a query.
type Function struct {
	Name     string
	Aliases  []string
	Min, Max int // arguments; Max -1 for any number
	List     bool
	Types    []string
	eval     func(c *compiler, cl clause, args []string) []atom
}

// Functions lists every function by name.
var Functions []*Function
var functionByName = map[string]*Function{}

func init() {
	dates := func(name, unit string, end bool) *Function {
		return &Function{Name: name, Max: 1, Types: []string{typeDate}, eval: func(c *compiler, cl clause, args []string) []atom { return c.boundary(cl, name, unit, end, args) }}
	}
	Functions = []*Function{
		{Name: "childIssuesOf", Min: 1, Max: -1, List: true, Types: []string{typeIssue}, eval: childIssuesOf},
		{Name: "choiceOption", Min: 1, Max: -1, List: true, Types: []string{typeOption}, eval: choiceOption},
		{Name: "componentsLeadByUser", Max: 1, List: true, Types: []string{typeComponent}, eval: componentsLeadByUser},
		{Name: "currentUser", Types: []string{typeUser}, eval: currentUser},
		{Name: "earliestUnreleasedVersion", Min: 1, Max: 1, Types: []string{typeVersion}, eval: earliestUnreleasedVersion},
		dates("endOfDay", "day", true), dates("endOfMonth", "month", true), dates("endOfWeek", "week", true), dates("endOfYear", "year", true),
		{Name: "issuesWithRemoteLinksByGlobalId", Min: 1, Max: 100, List: true, Types: []string{typeIssue}, eval: issuesWithRemoteLinks},
		{Name: "latestReleasedVersion", Min: 1, Max: 1, Types: []string{typeVersion}, eval: latestReleasedVersion},
		{Name: "linkedIssues", Aliases: []string{"linkedIssue", "linkedWorkItems", "linkedWorkItem"}, Min: 1, Max: 2, List: true, Types: []string{typeIssue}, eval: linkedIssues},
		{Name: "membersOf", Min: 1, Max: 1, List: true, Types: []string{typeUser}, eval: membersOf},
		{Name: "now", Types: []string{typeDate}, eval: func(c *compiler, _ clause, _ []string) []atom { return instant(c.Now.In(c.Zone)) }},
		{Name: "parentEpic", Min: 1, Max: -1, List: true, Types: []string{typeIssue}, eval: childIssuesOf},
		{Name: "portfolioChildrenOf", Aliases: []string{"portfolioChildIssuesOf"}, Min: 1, Max: -1, List: true, Types: []string{typeIssue}, eval: childIssuesOf},
		{Name: "projectsLeadByUser", Aliases: []string{"spacesLeadByUser"}, Max: 1, List: true, Types: []string{typeProject}, eval: projectsLeadByUser},
		{Name: "projectsWhereUserHasPermission", Aliases: []string{"spacesWhereUserHasPermission"}, Min: 1, Max: 1, List: true, Types: []string{typeProject}, eval: projectsWithPermission},
		{Name: "releasedVersions", Max: -1, List: true, Types: []string{typeVersion}, eval: versionsBy(true)},
		{Name: "standardIssueTypes", Aliases: []string{"standardWorkTypes"}, List: true, Types: []string{typeType}, eval: typesBy(false)},
		dates("startOfDay", "day", false), dates("startOfMonth", "month", false), dates("startOfWeek", "week", false), dates("startOfYear", "year", false),
		{Name: "subtaskIssueTypes", Aliases: []string{"subtaskWorkTypes"}, List: true, Types: []string{typeType}, eval: typesBy(true)},
		{Name: "unreleasedVersions", Max: -1, List: true, Types: []string{typeVersion}, eval: versionsBy(false)},
		{Name: "updatedBy", Min: 1, Max: 3, List: true, Types: []string{typeIssue}, eval: updatedBy},
		{Name: "votedIssues", Aliases: []string{"votedWorkItems"}, List: true, Types: []string{typeIssue}, eval: ofMine("issue_vote")},
		{Name: "watchedIssues", Aliases: []string{"watchedWorkItems"}, List: true, Types: []string{typeIssue}, eval: ofMine("issue_watcher")},
	}
	for _, f := range Functions {
		functionByName[strings.ToLower(f.Name)] = f
		for _, a := range f.Aliases {
			functionByName[strings.ToLower(a)] = f
		}
	}
}

// call gives the values of a function.
func (c *compiler) call(cl clause, o jql.Operand) []atom {
	f := functionByName[strings.ToLower(o.Name)]
	if f == nil {
		c.problem("Unable to find JQL function '%s'.", o)
		return nil
	}
	if n := len(o.Args); n < f.Min || f.Max >= 0 && n > f.Max {
		want := strconv.Itoa(f.Min)
		if f.Max > f.Min {
			want += "' to '" + strconv.Itoa(f.Max)
		} else if f.Max < 0 {
			want += "' or more of '"
		}
		c.problem("Function '%s' expected '%s' arguments but received '%d'.", f.Name, want, n)
		return nil
	}
	if f.List && !strings.HasSuffix(cl.Op, "in") && cl.Op != "changed" && !strings.HasPrefix(cl.Op, "was") {
		c.problem("A list function '%s' cannot be used with the operator '%s'; use 'IN' or 'NOT IN'.", f.Name, cl.Op)
		return nil
	}
	return f.eval(c, cl, o.Args)
}

func instant(t time.Time) []atom {
	return []atom{{known: true, span: &span{t, t.Add(time.Millisecond)}}}
}

// boundary is startOf… and endOf…, moved by a period: "-1" counts in units of the function, "-1d" as written.
func (c *compiler) boundary(_ clause, name, unit string, end bool, args []string) []atom {
	t := c.Now.In(c.Zone)
	if len(args) == 1 {
		by := args[0]
		if _, err := strconv.Atoi(by); err == nil {
			by += map[string]string{"day": "d", "week": "w", "month": "M", "year": "y"}[unit]
		}
		if strings.HasSuffix(by, "M") { // months of different lengths: from the first of the month, so that -1M of 31 March is in February
			t = bound(t, "month", false)
		}
		moved, ok := addPeriod(t, by)
		if !ok {
			c.problem("Invalid duration '%s' passed to the function '%s'. Valid formats are (+/-)nn(y|M|w|d|h|m).", args[0], name)
			return nil
		}
		t = moved
	}
	return instant(bound(t, unit, end))
}

func currentUser(c *compiler, _ clause, _ []string) []atom {
	return []atom{{known: true, text: c.Actor}}
}

func membersOf(c *compiler, _ clause, args []string) []atom {
	accounts, err := c.Members(c.ctx, args[0])
	if fault.Is(err, fault.KindNotFound) {
		c.problem("Function 'membersOf' can not generate a list of usernames for group '%s'; the group does not exist.", args[0])
		return nil
	}
	if c.failed(err) {
		return nil
	}
	out := []atom{}
	for _, a := range accounts {
		out = append(out, atom{known: true, text: a})
	}
	return out
}

// user gives the account that an argument names, the asker when there is none.
func (c *compiler) user(args []string) (string, bool) {
	if len(args) == 0 {
		return c.Actor, c.Actor != ""
	}
	found := c.accounts(args[0])
	if len(found) == 0 {
		c.problem("The user '%s' does not exist.", args[0])
		return "", false
	}
	return found[0], true
}

func knownIDs(ids []int64) []atom { return []atom{{known: true, ids: ids}} }

func componentsLeadByUser(c *compiler, _ clause, args []string) []atom {
	who, ok := c.user(args)
	var ids []int64
	for _, p := range c.Catalog.Live() {
		for _, part := range p.Components {
			if ok && part.Lead == who {
				ids = append(ids, part.ID)
			}
		}
	}
	return knownIDs(ids)
}

func projectsLeadByUser(c *compiler, _ clause, args []string) []atom {
	who, ok := c.user(args)
	return knownIDs(c.projectsWhere(func(p *catalog.Project) bool { return ok && p.Lead == who }))
}

// projectsWithPermission: people of a site may do the same in all its projects.
func projectsWithPermission(c *compiler, _ clause, _ []string) []atom {
	return knownIDs(c.projectsWhere(func(*catalog.Project) bool { return c.Actor != "" }))
}

// projectArgs gives the projects that arguments name, all when there are none.
func (c *compiler) projectArgs(function string, args []string) []*catalog.Project {
	if len(args) == 0 {
		return c.Catalog.Live()
	}
	var out []*catalog.Project
	for _, a := range args {
		ids := c.projects(a)
		if ids == nil {
			c.problem("Could not resolve the project '%s' provided to function '%s'.", a, function)
			continue
		}
		out = append(out, c.Catalog.Project(ids[0]))
	}
	return out
}

func versionsBy(released bool) func(*compiler, clause, []string) []atom {
	return func(c *compiler, _ clause, args []string) []atom {
		name := "unreleasedVersions"
		if released {
			name = "releasedVersions"
		}
		var ids []int64
		for _, p := range c.projectArgs(name, args) {
			for _, v := range p.Versions {
				if v.Released == released && !v.Archived {
					ids = append(ids, v.ID)
				}
			}
		}
		return knownIDs(ids)
	}
}

func latestReleasedVersion(c *compiler, _ clause, args []string) []atom {
	for _, p := range c.projectArgs("latestReleasedVersion", args) {
		for _, v := range slices.Backward(p.Versions) {
			if v.Released && !v.Archived {
				return knownIDs([]int64{v.ID})
			}
		}
	}
	return knownIDs(nil)
}

func earliestUnreleasedVersion(c *compiler, _ clause, args []string) []atom {
	for _, p := range c.projectArgs("earliestUnreleasedVersion", args) {
		for _, v := range p.Versions {
			if !v.Released && !v.Archived {
				return knownIDs([]int64{v.ID})
			}
		}
	}
	return knownIDs(nil)
}

func typesBy(subtask bool) func(*compiler, clause, []string) []atom {
	return func(c *compiler, _ clause, _ []string) []atom {
		var ids []int64
		for _, t := range c.Catalog.Types {
			if t.Subtask() == subtask {
				ids = append(ids, t.ID)
			}
		}
		return knownIDs(ids)
	}
}

func choiceOption(_ *compiler, _ clause, args []string) []atom {
	out := []atom{}
	for _, a := range args {
		out = append(out, atom{text: a})
	}
	return out
}

func subselect(f frag) []atom { return []atom{{known: true, sub: &f}} }

// ofMine gives the issues that the asker watches or voted for.
func ofMine(table string) func(*compiler, clause, []string) []atom {
	return func(c *compiler, _ clause, _ []string) []atom {
		return subselect(sql("SELECT x.issue_id FROM "+table+" x WHERE x.account = ?", c.Actor))
	}
}

func issuesWithRemoteLinks(_ *compiler, _ clause, args []string) []atom {
	m, values := marks(args)
	return subselect(sql("SELECT x.issue_id FROM issue_remote_link x WHERE x.global_id IN ("+m+")", values...))
}

// linkedIssues gives the issues linked with one, by links of a type's name or of one direction of it.
func linkedIssues(c *compiler, cl clause, args []string) []atom {
	i, ok := c.issueID(cl.Field.Name, args[0])
	if !ok {
		return nil
	}
	outward, inward := "", ""
	if len(args) == 2 {
		var out, in []int64
		for _, t := range c.Catalog.LinkTypes {
			if strings.EqualFold(t.Name, args[1]) || strings.EqualFold(t.Outward, args[1]) {
				out = append(out, t.ID)
			}
			if strings.EqualFold(t.Name, args[1]) || strings.EqualFold(t.Inward, args[1]) {
				in = append(in, t.ID)
			}
		}
		if len(out)+len(in) == 0 {
			c.problem("Issue link type '%s' does not exist.", args[1])
			return nil
		}
		outward, inward = " AND x.type_id IN ("+numbers(out)+")", " AND x.type_id IN ("+numbers(in)+")"
		if len(out) == 0 {
			outward = " AND 1 = 0"
		}
		if len(in) == 0 {
			inward = " AND 1 = 0"
		}
	}
	return subselect(sql("SELECT x.target_id FROM issue_link x WHERE x.source_id = ?"+outward+" UNION SELECT x.source_id FROM issue_link x WHERE x.target_id = ?"+inward, i.ID, i.ID))
}

// childIssuesOf gives everything below some issues, at any depth.
func childIssuesOf(c *compiler, cl clause, args []string) []atom {
	var ids []int64
	for _, a := range args {
		if i, ok := c.issueID(cl.Field.Name, a); ok {
			ids = append(ids, i.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return subselect(sql("WITH RECURSIVE below (id) AS (SELECT x.id FROM issue x WHERE x.parent_id IN (" + numbers(ids) + ") UNION SELECT x.id FROM issue x JOIN below ON x.parent_id = below.id) SELECT id FROM below"))
}

// updatedBy gives the issues that somebody created or changed, commented or logged work on, within dates. Of edits of comments and work logs the last one
// is known.
func updatedBy(c *compiler, cl clause, args []string) []atom {
	who, ok := c.user(args[:1])
	if !ok {
		return nil
	}
	during := ""
	var times []any
	for i, op := range []string{">=", "<"} {
		if len(args) <= i+1 {
			break
		}
		s, ok := c.parseDate(args[i+1])
		if !ok {
			c.problem("Date value '%s' for function 'updatedBy' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.", args[i+1])
			return nil
		}
		s = c.wholeDays(args[i+1], s)
		at := s.from
		if op == "<" {
			at = s.to
		}
		during += " AND #at " + op + " ?"
		times = append(times, clock.Micros(at))
	}
	var texts []string
	var values []any
	for _, source := range []struct{ issue, table, who, at string }{
		{"x.id", "issue", "x.creator", "x.created_us"}, {"x.issue_id", "issue_change", "x.author", "x.created_us"},
		{"x.issue_id", "issue_comment", "x.author", "x.created_us"}, {"x.issue_id", "issue_comment", "x.update_author", "x.updated_us"},
		{"x.issue_id", "issue_worklog", "x.author", "x.created_us"}, {"x.issue_id", "issue_worklog", "x.update_author", "x.updated_us"},
	} {
		texts = append(texts, "SELECT "+source.issue+" FROM "+source.table+" x WHERE "+source.who+" = ?"+strings.ReplaceAll(during, "#at", source.at))
		values = append(append(values, who), times...)
	}
	return subselect(sql(strings.Join(texts, " UNION "), values...))
}

// wholeDays rounds a period of hours or minutes up to days: updatedBy knows nothing shorter.
func (c *compiler) wholeDays(text string, s span) span {
	if !strings.ContainsAny(text, "hm") { // only periods have these letters
		return s
	}
	const day = 24 * time.Hour
	now := c.Now.In(c.Zone)
	days, sign := s.from.Sub(now), 1
	if days < 0 {
		days, sign = -days, -1
	}
	from := now.AddDate(0, 0, sign*int((days+day-1)/day))
	return span{from, from.Add(time.Minute)}
}
