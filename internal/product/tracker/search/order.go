package search

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/jql"
)

// term is one term of ORDER BY.
type term struct {
	expr     frag
	join     frag // a table of positions, empty when the expression needs none
	desc     bool
	nullable bool
	column   string // the plain column of the issue that the expression is, if it is one and never NULL
}

func isNoRows(err error) bool { return errors.Is(err, storage.ErrNoRows) }

// order compiles ORDER BY.
func (c *compiler) order(sorts []jql.Sort) []term {
	var out []term
	if len(sorts) > maxSorts {
		c.problem("The query sorts by more than %d fields.", maxSorts)
		return nil
	}
	for _, s := range sorts {
		fields := c.find(s.Field.Name)
		if len(fields) == 0 || s.Field.Property != "" {
			c.problem("Not able to sort using field '%s'.", s.Field.Name)
			continue
		}
		if fields[0].order == nil {
			c.problem("Not able to sort using field '%s'.", s.Field.Name)
			continue
		}
		t := fields[0].order(c)
		t.desc = s.Desc != t.desc
		t.join.sql = strings.ReplaceAll(t.join.sql, "pos_", "pos"+strconv.Itoa(len(out)))
		t.expr.sql = strings.ReplaceAll(t.expr.sql, "pos_", "pos"+strconv.Itoa(len(out)))
		out = append(out, t)
	}
	return out
}

// column1 orders by a column that is never NULL.
func column1(name string) func(*compiler) term {
	return func(*compiler) term {
		if name == "summary" {
			return term{expr: sql("lower(#summary)")}
		}
		return term{expr: sql("#" + name), column: name}
	}
}

// maybe orders by a column that may be NULL; issues without a value come last.
func maybe(name string) func(*compiler) term {
	return func(*compiler) term { return term{expr: sql("#" + name), nullable: true} }
}

func textOf(name string) func(*compiler) term {
	return func(*compiler) term {
		return term{expr: sql("(SELECT substr(lower(x." + name + "), 1, 200) FROM issue_text x WHERE x.issue_id = #id)"), nullable: true}
	}
}

func workRatio(*compiler) term { return term{expr: sql(ratio), nullable: true} }

// firstOf orders by the first of an issue's components or versions.
func firstOf(table, list, column, condition, by string) func(*compiler) term {
	return func(*compiler) term {
		return term{expr: sql("(SELECT min(" + by + ") FROM " + list + " x JOIN " + table + " v ON v.id = x." + column + " WHERE x.issue_id = #id AND " + condition + ")"), nullable: true}
	}
}

func customOrder(f *catalog.Field) func(*compiler) term {
	return func(c *compiler) term {
		if f.Type == catalog.FieldSelect || f.Type == catalog.FieldMultiSelect {
			return term{expr: sql("(SELECT min(o.position) FROM issue_value x JOIN field_option o ON o.id = CAST(x.value AS BIGINT) WHERE x.issue_id = #id AND x.field_id = " + strconv.FormatInt(f.ID, 10) + ")"), nullable: true}
		}
		return term{expr: sql("(SELECT min(x.sort) FROM issue_value x WHERE x.issue_id = #id AND x.field_id = " + strconv.FormatInt(f.ID, 10) + ")"), nullable: true}
	}
}

// positions orders by a table of positions handed over as JSON, for what has its order outside of the issue.
func (c *compiler) positions(key string, at map[string]int) term {
	b, err := json.Marshal(at)
	if c.failed(err) {
		return term{expr: sql("0")}
	}
	table := "SELECT p.key AS name, p.value AS at FROM json_each(?) p"
	if c.tx.Dialect() == storage.Postgres {
		table = "SELECT p.key AS name, CAST(p.value AS BIGINT) AS at FROM json_each_text(CAST(? AS json)) p"
	}
	return term{expr: sql("pos_.at"), join: sql(" LEFT JOIN ("+table+") pos_ ON pos_.name = "+key, string(b)), nullable: true}
}

// sorted orders by a column of catalog identifiers: by the column itself when identifiers stand in that order already.
func sorted[T any](c *compiler, column string, nullable bool, all []T, id func(T) int64, compare func(a, b T) int) term {
	all = slices.Clone(all)
	slices.SortStableFunc(all, compare)
	if slices.IsSortedFunc(all, func(a, b T) int { return cmp.Compare(id(a), id(b)) }) {
		t := term{expr: sql("#" + column), nullable: nullable}
		if !nullable {
			t.column = column
		}
		return t
	}
	at := make(map[string]int, len(all))
	for i, v := range all {
		at[strconv.FormatInt(id(v), 10)] = i
	}
	return c.positions("CAST(#"+column+" AS TEXT)", at)
}

// byPriority: descending means most urgent first.
func byPriority(c *compiler) term {
	t := sorted(c, "priority_id", true, c.Catalog.Priorities, func(p *catalog.Priority) int64 { return p.ID }, func(a, b *catalog.Priority) int { return cmp.Compare(a.Position, b.Position) })
	t.desc = true
	return t
}

func byStatus(c *compiler) term {
	return sorted(c, "status_id", false, c.Catalog.Statuses, func(s *catalog.Status) int64 { return s.ID }, func(a, b *catalog.Status) int { return cmp.Compare(a.Position, b.Position) })
}

func byStatusCategory(c *compiler) term {
	rank := map[string]int{catalog.CategoryNew: 0, catalog.CategoryIndeterminate: 1, catalog.CategoryDone: 2}
	at := map[string]int{}
	for _, s := range c.Catalog.Statuses {
		at[strconv.FormatInt(s.ID, 10)] = rank[s.Category]
	}
	return c.positions("CAST(#status_id AS TEXT)", at)
}

func byResolution(c *compiler) term {
	return sorted(c, "resolution_id", true, c.Catalog.Resolutions, func(r *catalog.Resolution) int64 { return r.ID }, func(a, b *catalog.Resolution) int { return cmp.Compare(a.Position, b.Position) })
}

func byType(c *compiler) term {
	return sorted(c, "type_id", false, c.Catalog.Types, func(t *catalog.IssueType) int64 { return t.ID }, func(a, b *catalog.IssueType) int {
		return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
}

func byProject(c *compiler) term {
	return sorted(c, "project_id", false, c.Catalog.Projects, func(p *catalog.Project) int64 { return p.ID }, func(a, b *catalog.Project) int {
		return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
}

// byKey orders by the key's project and number: one number that holds both.
func byKey(c *compiler) term {
	projects := slices.Clone(c.Catalog.Projects)
	slices.SortStableFunc(projects, func(a, b *catalog.Project) int { return cmp.Compare(a.Key, b.Key) })
	at := map[string]int{}
	for i, p := range projects {
		at[strconv.FormatInt(p.ID, 10)] = i
	}
	t := c.positions("CAST(#project_id AS TEXT)", at)
	t.expr = sql("pos_.at * 1000000000000 + #number")
	t.nullable = false
	if len(projects) == 1 {
		t.expr, t.join = sql("#number"), frag{}
	}
	return t
}

// person orders by the name of somebody.
func person(column string) func(*compiler) term {
	return func(c *compiler) term {
		accounts := make([]string, 0, len(c.People))
		for id := range c.People {
			accounts = append(accounts, id)
		}
		slices.SortFunc(accounts, func(a, b string) int {
			return cmp.Or(cmp.Compare(strings.ToLower(c.People[a].DisplayName), strings.ToLower(c.People[b].DisplayName)), cmp.Compare(a, b))
		})
		at := make(map[string]int, len(accounts))
		for i, id := range accounts {
			at[id] = i
		}
		return c.positions("#"+column, at)
	}
}
