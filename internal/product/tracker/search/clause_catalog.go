package search

import (
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/product/tracker/catalog"
)

// one wraps the identifier of what was found.
func one[T any](v *T, id func(*T) int64) []int64 {
	if v == nil {
		return nil
	}
	return []int64{id(v)}
}

func (c *compiler) projects(s string) []int64 {
	if p := c.Catalog.FindProject(s); p != nil {
		return []int64{p.ID}
	}
	for _, p := range c.Catalog.Live() {
		if strings.EqualFold(p.Name, s) {
			return []int64{p.ID}
		}
	}
	return nil
}

func projectClause(c *compiler, cl clause) frag {
	ids, empty := c.idValues(cl, cl.Operand, c.projects)
	return column("project_id", ids, empty, cl.positive())
}

// projectsWhere gives the projects that fit.
func (c *compiler) projectsWhere(fits func(*catalog.Project) bool) []int64 {
	out := []int64{}
	for _, p := range c.Catalog.Live() {
		if fits(p) {
			out = append(out, p.ID)
		}
	}
	return out
}

func categoryClause(c *compiler, cl clause) frag {
	ids, empty := c.idValues(cl, cl.Operand, func(s string) []int64 {
		for _, g := range c.Catalog.Categories {
			if strings.EqualFold(g.Name, s) || strconv.FormatInt(g.ID, 10) == s {
				return []int64{g.ID}
			}
		}
		return nil
	})
	match := c.projectsWhere(func(p *catalog.Project) bool {
		return p.Category == nil && empty || p.Category != nil && slices.Contains(ids, p.Category.ID)
	})
	if cl.positive() {
		return column("project_id", match, false, true)
	}
	return column("project_id", c.projectsWhere(func(p *catalog.Project) bool { return p.Category != nil && !slices.Contains(ids, p.Category.ID) }), false, true)
}

func projectTypeClause(c *compiler, cl clause) frag {
	types, _ := c.textValues(cl, cl.Operand, func(s string) []string {
		if s = strings.ToLower(s); slices.Contains([]string{"software", "business", "service_desk", "product_discovery"}, s) {
			return []string{s}
		}
		return nil
	})
	return column("project_id", c.projectsWhere(func(p *catalog.Project) bool { return slices.Contains(types, p.Type) == cl.positive() }), false, true)
}

func typeClause(c *compiler, cl clause) frag {
	ids, empty := c.idValues(cl, cl.Operand, func(s string) []int64 {
		return one(c.Catalog.FindType(s), func(t *catalog.IssueType) int64 { return t.ID })
	})
	return column("type_id", ids, empty, cl.positive())
}

func levelClause(c *compiler, cl clause) frag {
	levels, _ := c.idValues(cl, cl.Operand, func(s string) []int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil
		}
		return []int64{n}
	})
	var ids []int64
	for _, t := range c.Catalog.Types {
		if compares(cl.op, t.Level, levels) {
			ids = append(ids, t.ID)
		}
	}
	return column("type_id", ids, false, true)
}

// compares applies an operator to a number that is known here, so that the clause becomes a list of identifiers.
func compares(op string, n int64, values []int64) bool {
	switch op {
	case "=", "in":
		return slices.Contains(values, n)
	case "!=", "not in":
		return !slices.Contains(values, n)
	}
	if len(values) != 1 {
		return false
	}
	switch op {
	case "<":
		return n < values[0]
	case "<=":
		return n <= values[0]
	case ">":
		return n > values[0]
	}
	return n >= values[0]
}

func (c *compiler) statuses(s string) []int64 {
	return one(c.Catalog.FindStatus(s), func(t *catalog.Status) int64 { return t.ID })
}

func statusClause(c *compiler, cl clause) frag {
	ids, empty := c.idValues(cl, cl.Operand, c.statuses)
	return column("status_id", ids, empty, cl.positive())
}

func statusCategoryClause(c *compiler, cl clause) frag {
	names := map[string]string{"2": "new", "new": "new", "to do": "new", "todo": "new", "4": "indeterminate", "indeterminate": "indeterminate", "in progress": "indeterminate", "3": "done", "done": "done", "complete": "done"}
	keys, empty := c.textValues(cl, cl.Operand, func(s string) []string {
		if k := names[strings.ToLower(s)]; k != "" {
			return []string{k}
		}
		return nil
	})
	if empty && len(keys) == 0 { // every status has a category
		if cl.positive() {
			return never
		}
		return always
	}
	var ids []int64
	for _, s := range c.Catalog.Statuses {
		if slices.Contains(keys, s.Category) == cl.positive() {
			ids = append(ids, s.ID)
		}
	}
	return column("status_id", ids, false, true)
}

func (c *compiler) priorities(s string) []int64 {
	return one(c.Catalog.FindPriority(s), func(p *catalog.Priority) int64 { return p.ID })
}

// priorityClause: more urgent is greater.
func priorityClause(c *compiler, cl clause) frag {
	ids, empty := c.idValues(cl, cl.Operand, c.priorities)
	if !strings.ContainsAny(cl.op, "<>") {
		return column("priority_id", ids, empty, cl.positive())
	}
	if len(ids) != 1 {
		return never
	}
	var match []int64
	for _, p := range c.Catalog.Priorities {
		if compares(cl.op, -p.Position, []int64{-c.Catalog.Priority(ids[0]).Position}) {
			match = append(match, p.ID)
		}
	}
	return column("priority_id", match, false, true)
}

func (c *compiler) resolutions(s string) []int64 {
	return one(c.Catalog.FindResolution(s), func(p *catalog.Resolution) int64 { return p.ID })
}

// resolutionClause also takes Unresolved, which is empty.
func resolutionClause(c *compiler, cl clause) frag {
	unresolved := false
	ids, empty := c.idValues(cl, cl.Operand, func(s string) []int64 {
		if r := c.resolutions(s); r != nil {
			return r
		}
		if strings.EqualFold(s, "unresolved") {
			unresolved = true
			return []int64{} // known, and no identifier
		}
		return nil
	})
	empty = empty || unresolved
	if !strings.ContainsAny(cl.op, "<>") {
		return column("resolution_id", ids, empty, cl.positive())
	}
	if len(ids) != 1 {
		return never
	}
	var match []int64
	for _, r := range c.Catalog.Resolutions {
		if compares(cl.op, r.Position, []int64{c.Catalog.Resolution(ids[0]).Position}) {
			match = append(match, r.ID)
		}
	}
	return column("resolution_id", match, false, true)
}

func componentClause(c *compiler, cl clause) frag {
	ids, empty := c.idValues(cl, cl.Operand, func(s string) []int64 {
		var out []int64
		for _, p := range c.Catalog.Live() {
			if f := p.FindComponent(s); f != nil {
				out = append(out, f.ID)
			}
		}
		return out
	})
	match := sql("SELECT x.issue_id FROM issue_component x WHERE x.component_id IN (" + numbers(ids) + ")")
	return list("component_ids", match, len(ids) > 0, empty, cl.positive())
}

// list compiles a clause on a list whose values stand in the issue's row too, so that "none" is known from there.
func list(columnName string, match frag, hasValues, empty, positive bool) frag {
	none, some := sql("#"+columnName+" = ''"), sql("#"+columnName+" <> ''")
	switch {
	case positive:
		var parts []frag
		if hasValues {
			parts = append(parts, in(match))
		}
		if empty {
			parts = append(parts, none)
		}
		if len(parts) == 0 {
			return never
		}
		return or(parts...)
	case !hasValues:
		return some
	}
	return and(some, notIn(match))
}

func (c *compiler) versions(s string) []int64 {
	var out []int64
	for _, p := range c.Catalog.Live() {
		if v := p.FindVersion(s); v != nil {
			out = append(out, v.ID)
		}
	}
	return out
}

// versionClause compares by the order of the versions of each project.
func versionClause(role, columnName string) func(*compiler, clause) frag {
	return func(c *compiler, cl clause) frag {
		ids, empty := c.idValues(cl, cl.Operand, c.versions)
		if strings.ContainsAny(cl.op, "<>") {
			ids = c.versionsBeside(cl.op, ids)
		}
		match := sql("SELECT x.issue_id FROM issue_version x WHERE x.role = '" + role + "' AND x.version_id IN (" + numbers(ids) + ")")
		return list(columnName, match, len(ids) > 0, empty, cl.positive() || strings.ContainsAny(cl.op, "<>"))
	}
}

func (c *compiler) versionsBeside(op string, ids []int64) []int64 {
	var out []int64
	for _, id := range ids {
		v := c.Catalog.Version(id)
		if v == nil {
			continue
		}
		for _, other := range c.Catalog.Project(v.ProjectID).Versions {
			if compares(op, other.Position, []int64{v.Position}) {
				out = append(out, other.ID)
			}
		}
	}
	return out
}

func labelClause(c *compiler, cl clause) frag {
	labels, empty := c.textValues(cl, cl.Operand, func(s string) []string { return []string{s} })
	for i := range labels {
		labels[i] = asciiLower(labels[i])
	}
	m, args := marks(labels)
	match := sql("SELECT x.issue_id FROM issue_label x WHERE lower(x.label) IN ("+m+")", args...)
	return list("labels", match, len(labels) > 0, empty, cl.positive())
}

// asciiLower folds as lower() of both engines does.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func securityClause(c *compiler, cl clause) frag {
	texts, empty := c.textValues(cl, cl.Operand, func(s string) []string { return []string{s} })
	f := textColumn("security_level", texts, empty, cl.positive())
	f.indexed, f.column = false, ""
	return f
}

func linkTypeClause(c *compiler, cl clause) frag {
	ids, empty := c.idValues(cl, cl.Operand, func(s string) []int64 {
		if t := c.Catalog.FindLinkType(s); t != nil {
			return []int64{t.ID}
		}
		var out []int64
		for _, t := range c.Catalog.LinkTypes {
			if strings.EqualFold(t.Inward, s) || strings.EqualFold(t.Outward, s) {
				out = append(out, t.ID)
			}
		}
		return out
	})
	some := "SELECT x.source_id FROM issue_link x%s UNION SELECT x.target_id FROM issue_link x%s"
	match := sql(strings.ReplaceAll(some, "%s", " WHERE x.type_id IN ("+numbers(ids)+")"))
	return rows(match, sql(strings.ReplaceAll(some, "%s", "")), len(ids) > 0, empty, cl.positive())
}
