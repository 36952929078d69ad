package search

import (
	"fmt"
	"strconv"
	"strings"

	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/field"
)

// customField makes a custom field known to queries, by its type.
func customField(f *catalog.Field) *Field {
	out := &Field{Name: f.Name, Aliases: []string{fmt.Sprintf("cf[%d]", f.ID)}, Custom: f, Searchable: true, order: customOrder(f)}
	switch f.Type {
	case catalog.FieldText, catalog.FieldTextArea:
		out.Operators, out.Types, out.compile = opsText, []string{typeText}, customText
	case catalog.FieldURL, catalog.FieldReadOnly:
		out.Operators, out.Types, out.compile = append([]string{"~", "!~"}, opsEqual...), []string{typeText}, customText
	case catalog.FieldNumber:
		out.Operators, out.Types, out.compile = opsCompare, []string{typeNumber}, customNumber
	case catalog.FieldDate, catalog.FieldDateTime:
		out.Operators, out.Types, out.compile = opsCompare, []string{typeDate}, customDate
	case catalog.FieldSelect, catalog.FieldMultiSelect:
		out.Operators, out.Types, out.compile, out.Suggest = opsEqual, []string{typeOption}, customOption, true
	case catalog.FieldUser, catalog.FieldMultiUser:
		out.Operators, out.Types, out.compile, out.Suggest = opsEqual, []string{typeUser}, customUser, true
	case catalog.FieldLabels:
		out.Operators, out.Types, out.compile, out.Suggest = opsEqual, []string{typeLabel}, customLabel, true
	}
	return out
}

// hasValue selects the issues that have a value of a custom field, with a condition on the value x.
func hasValue(f *catalog.Field, condition string, args ...any) frag {
	s := "SELECT x.issue_id FROM issue_value x WHERE x.field_id = " + strconv.FormatInt(f.ID, 10)
	if condition != "" {
		s += " AND " + condition
	}
	return sql(s, args...)
}

func hasValueWhere(f *catalog.Field, condition frag) frag {
	s := hasValue(f, condition.sql, condition.args...)
	s.depth = condition.depth
	return s
}

// like gives the conditions that a column holds some words.
func like(column string, words []string) []frag {
	out := make([]frag, len(words))
	for i, w := range words {
		out[i] = sql("lower("+column+`) LIKE ? ESCAPE '\'`, w)
	}
	return out
}

// customSorts compiles equality on the sort form of values.
func customSorts(cl clause, sorts []string, empty bool) frag {
	m, args := marks(sorts)
	return rows(hasValue(cl.field.Custom, "x.sort IN ("+m+")", args...), hasValue(cl.field.Custom, ""), len(sorts) > 0, empty, cl.positive())
}

func customText(c *compiler, cl clause) frag {
	f := cl.field.Custom
	switch cl.op {
	case "~", "!~":
		var parts []frag
		for _, a := range c.atoms(cl, cl.Operand) {
			words := likeWords(a.text)
			if len(words) == 0 {
				return c.problem("The text query '%s' for field '%s' contains nothing to search for.", a.text, cl.Field.Name)
			}
			if !c.words(cl, words) {
				return never
			}
			parts = append(parts, hasValueWhere(f, and(like("x.value", words)...)))
		}
		if len(parts) == 0 {
			return rows(frag{}, hasValue(f, ""), false, true, cl.positive())
		}
		return rows(parts[0], hasValue(f, ""), true, false, cl.positive())
	}
	texts, empty := c.textValues(cl, cl.Operand, func(s string) []string { return []string{s} })
	for i := range texts {
		texts[i] = field.SortText(texts[i])
	}
	return customSorts(cl, texts, empty)
}

// likeWords gives the words of a text query as patterns of LIKE, in lower case.
func likeWords(s string) []string {
	var out []string
	for w := range strings.FieldsSeq(strings.Trim(strings.TrimSpace(s), `"`)) {
		w = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(strings.Trim(w, `"`)))
		w = strings.NewReplacer("*", "%", "?", "_").Replace(strings.TrimRight(w, "~"))
		if strings.Trim(w, "%_") != "" {
			out = append(out, "%"+w+"%")
		}
	}
	return out
}

func customNumber(c *compiler, cl clause) frag {
	var sorts []string
	empty := false
	for _, a := range c.atoms(cl, cl.Operand) {
		if a.empty {
			empty = true
			continue
		}
		v, err := strconv.ParseFloat(a.text, 64)
		if err != nil {
			return c.problem("Value '%s' for the field '%s' is not a number.", a.text, cl.Field.Name)
		}
		sorts = append(sorts, field.SortNumber(v))
	}
	if strings.ContainsAny(cl.op, "<>") {
		if len(sorts) != 1 {
			return never
		}
		return in(hasValue(cl.field.Custom, "x.sort "+cl.op+" ?", sorts[0]))
	}
	return customSorts(cl, sorts, empty)
}

func customDate(c *compiler, cl clause) frag {
	f := cl.field.Custom
	sort := func(s span) (from, to string) {
		if f.Type == catalog.FieldDate {
			return s.from.Format(dayForm), s.from.Format(dayForm)
		}
		return field.SortMicros(s.from.UnixMicro()), field.SortMicros(s.to.UnixMicro() - 1)
	}
	spans, empty := c.spans(cl, cl.Operand)
	if strings.ContainsAny(cl.op, "<>") {
		if len(spans) != 1 {
			return never
		}
		if f.Type == catalog.FieldDate {
			op, day := dayBound(cl.op, spans[0])
			return in(hasValue(f, "x.sort "+op+" ?", day))
		}
		return in(hasValue(f, "x.sort "+cl.op+" ?", field.SortMicros(spans[0].from.UnixMicro())))
	}
	match := never
	if len(spans) > 0 {
		conditions := make([]frag, len(spans))
		for i, s := range spans {
			from, to := sort(s)
			conditions[i] = sql("(x.sort BETWEEN ? AND ?)", from, to)
		}
		match = or(conditions...)
	}
	return rows(hasValueWhere(f, match), hasValue(f, ""), len(spans) > 0, empty, cl.positive())
}

func customOption(c *compiler, cl clause) frag {
	ids, empty := c.idValues(cl, cl.Operand, func(s string) []int64 {
		if o := cl.field.Custom.FindOption(s); o != nil {
			return []int64{o.ID}
		}
		return nil
	})
	sorts := make([]string, len(ids))
	for i, id := range ids {
		sorts[i] = strconv.FormatInt(id, 10)
	}
	return customSorts(cl, sorts, empty)
}

func customUser(c *compiler, cl clause) frag {
	accounts, empty := c.textValues(cl, cl.Operand, c.accounts)
	return customSorts(cl, accounts, empty)
}

func customLabel(c *compiler, cl clause) frag {
	labels, empty := c.textValues(cl, cl.Operand, func(s string) []string { return []string{s} })
	for i := range labels {
		labels[i] = asciiLower(labels[i])
	}
	m, args := marks(labels)
	return rows(hasValue(cl.field.Custom, "lower(x.sort) IN ("+m+")", args...), hasValue(cl.field.Custom, ""), len(labels) > 0, empty, cl.positive())
}

// property compiles issue.property[key].path = value.
func (c *compiler) property(cl clause) frag {
	key, path, _ := strings.Cut(strings.TrimPrefix(cl.Field.Property, "["), "]")
	path = strings.TrimPrefix(path, ".")
	if len(pathSteps(path)) > maxSteps {
		return c.problem("The path of the property '%s' has more than %d steps.", key, maxSteps)
	}
	if !strings.EqualFold(cl.Field.Name, "issue.property") {
		return c.problem("Field '%s' does not exist or you do not have permission to view it.", cl.Field.Name)
	}
	value := propertyValue(c.tx.Dialect(), path)
	has := sql("SELECT x.issue_id FROM issue_property x WHERE x.key = ? AND "+value+" IS NOT NULL", append([]any{key}, pathArgs(c.tx.Dialect(), path)...)...)
	var texts []string
	empty := false
	for _, a := range c.atoms(cl, cl.Operand) {
		if a.empty {
			empty = true
		} else {
			texts = append(texts, a.text)
		}
	}
	switch cl.op {
	case "=", "!=", "in", "not in", "is", "is not":
		m, args := marks(texts)
		match := sql("SELECT x.issue_id FROM issue_property x WHERE x.key = ? AND "+value+" IN ("+m+")", append(append([]any{key}, pathArgs(c.tx.Dialect(), path)...), args...)...)
		return rows(match, has, len(texts) > 0, empty, cl.positive())
	case "~", "!~":
		if len(texts) == 1 {
			if !c.words(cl, texts) {
				return never
			}
			pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(texts[0])) + "%"
			match := sql("SELECT x.issue_id FROM issue_property x WHERE x.key = ? AND lower("+value+`) LIKE ? ESCAPE '\'`, append(append([]any{key}, pathArgs(c.tx.Dialect(), path)...), pattern)...)
			return rows(match, has, true, false, cl.positive())
		}
	case "<", ">", "<=", ">=":
		if len(texts) == 1 {
			if n, err := strconv.ParseFloat(texts[0], 64); err == nil {
				args := append(append([]any{key}, pathArgs(c.tx.Dialect(), path)...), strconv.FormatFloat(n, 'f', -1, 64))
				return in(sql("SELECT x.issue_id FROM issue_property x WHERE x.key = ? AND "+propertyNumber(c.tx.Dialect(), value)+" "+cl.op+" CAST(? AS NUMERIC)", args...))
			}
			return c.problem("Value '%s' for the field '%s' is not a number.", texts[0], cl.Field)
		}
	}
	return c.problem("The operator '%s' is not supported by the '%s' field.", cl.Op, cl.Field)
}
