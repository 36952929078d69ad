package changes

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/product/tracker/catalog"
)

// issueColumns are the columns of an issue that people see, with their names; the rest counts or repeats.
var issueColumns = []struct{ column, name string }{
	{"summary", "Summary"}, {"type_id", "Type"}, {"status_id", "Status"}, {"priority_id", "Priority"}, {"resolution_id", "Resolution"}, {"assignee", "Assignee"}, {"reporter", "Reporter"},
	{"parent_id", "Parent"}, {"due_day", "Due date"}, {"labels", "Labels"}, {"component_ids", "Components"}, {"fix_version_ids", "Fix versions"}, {"affects_version_ids", "Affects versions"},
	{"original_estimate", "Original estimate"}, {"remaining_estimate", "Remaining estimate"}, {"time_spent", "Time spent"}, {"project_id", "Project"}, {"rank", "Rank"},
}

func (d *describer) issueFields(before, after map[string]any) []Field {
	var out []Field
	for _, c := range issueColumns {
		if before[c.column] != after[c.column] {
			out = append(out, Field{c.name, d.word(c.column, before[c.column]), d.word(c.column, after[c.column])})
		}
	}
	return out
}

// word gives a value of an issue's column as people read it.
func (d *describer) word(column string, v any) any {
	if v == nil {
		return nil
	}
	n := number(v)
	switch column {
	case "type_id":
		if t := d.cat.Type(n); t != nil {
			return t.Name
		}
	case "status_id":
		if s := d.cat.Status(n); s != nil {
			return s.Name
		}
	case "priority_id":
		if p := d.cat.Priority(n); p != nil {
			return p.Name
		}
	case "resolution_id":
		if r := d.cat.Resolution(n); r != nil {
			return r.Name
		}
	case "project_id":
		if p := d.cat.Project(n); p != nil {
			return p.Key
		}
	case "parent_id":
		if i := d.owners[n]; i != nil {
			key, _ := d.key(i.ProjectID, i.Number)
			return key
		}
	case "assignee", "reporter":
		return d.words.Person(text(v))
	case "component_ids":
		return d.names(text(v), func(id int64) string {
			if c := d.cat.Component(id); c != nil {
				return c.Name
			}
			return ""
		})
	case "fix_version_ids", "affects_version_ids":
		return d.names(text(v), func(id int64) string {
			if c := d.cat.Version(id); c != nil {
				return c.Name
			}
			return ""
		})
	case "original_estimate", "remaining_estimate", "time_spent":
		return (time.Duration(n) * time.Second).String()
	}
	return v
}

// names turns space-separated identifiers into names.
func (d *describer) names(ids string, name func(int64) string) string {
	var out []string
	for f := range strings.FieldsSeq(ids) {
		if id, err := strconv.ParseInt(f, 10, 64); err == nil && name(id) != "" {
			out = append(out, name(id))
		} else {
			out = append(out, f)
		}
	}
	return strings.Join(out, ", ")
}

// partFields tells the rows of an issue that hold what the issue's row does not: texts and custom fields.
func (d *describer) partFields(r record) []Field {
	side := func(row map[string]any, column string) any {
		if row == nil || row[column] == nil || row[column] == "" {
			return nil
		}
		return row[column]
	}
	switch r.table {
	case "issue_text":
		var out []Field
		for _, c := range []struct{ column, name string }{{"description_text", "Description"}, {"environment_text", "Environment"}} {
			if from, to := side(r.before, c.column), side(r.after, c.column); from != to {
				out = append(out, Field{c.name, from, to})
			}
		}
		return out
	case "issue_value":
		f := d.cat.Field(number(r.now()["field_id"]))
		if f == nil {
			return nil
		}
		return []Field{{f.Name, d.custom(f, side(r.before, "value")), d.custom(f, side(r.after, "value"))}}
	case "issue_property":
		return []Field{{"Property " + text(r.now()["key"]), side(r.before, "value"), side(r.after, "value")}}
	}
	return nil
}

// custom gives the value of a custom field as people read it.
func (d *describer) custom(f *catalog.Field, v any) any {
	s, ok := v.(string)
	if !ok {
		return nil
	}
	switch f.Type {
	case catalog.FieldSelect, catalog.FieldMultiSelect:
		if id, err := strconv.ParseInt(s, 10, 64); err == nil {
			if o := d.cat.Option(id); o != nil {
				return o.Value
			}
		}
	case catalog.FieldUser, catalog.FieldMultiUser:
		return d.words.Person(s)
	}
	return s
}

// plainFields tells what differs in the row of a thing that is no issue, by the names of its columns.
func plainFields(r record) []Field {
	var out []Field
	for column, from := range r.before {
		if to := r.after[column]; from != to && !strings.HasSuffix(column, "_us") && column != "body" && column != "name_key" {
			out = append(out, Field{strings.ReplaceAll(strings.TrimSuffix(column, "_text"), "_", " "), from, to})
		}
	}
	slices.SortFunc(out, func(a, b Field) int { return strings.Compare(a.Field, b.Field) })
	return out
}
