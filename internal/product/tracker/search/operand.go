package search

import (
	"strings"

	"holdfast.dev/internal/product/tracker/jql"
)

// atom is one value of an operand after functions are called and lists are flat.
type atom struct {
	empty bool
	text  string  // as written, or an account, a name
	known bool    // text or ids come from a function: they exist
	ids   []int64 // of catalog objects or issues
	sub   *frag   // a sub-select of issues
	span  *span   // an instant
}

// atoms gives the values of an operand.
func (c *compiler) atoms(cl clause, o jql.Operand) []atom {
	switch o.Kind {
	case jql.KindEmpty:
		return []atom{{empty: true}}
	case jql.KindList:
		var out []atom
		seen := map[string]bool{}
		for _, e := range o.List {
			if e.Kind == jql.KindValue {
				if seen[e.Value] {
					continue // programs write lists with the same value many times
				}
				seen[e.Value] = true
			}
			out = append(out, c.atoms(cl, e)...)
		}
		return out
	case jql.KindFunction:
		return c.call(cl, o)
	case jql.KindValue:
		return []atom{{text: o.Value}}
	}
	return nil
}

// idValues resolves an operand to identifiers by a lookup that says whether a text is known.
func (c *compiler) idValues(cl clause, o jql.Operand, lookup func(text string) []int64) (ids []int64, empty bool) {
	for _, a := range c.atoms(cl, o) {
		switch {
		case a.empty:
			empty = true
		case a.ids != nil || a.known:
			ids = append(ids, a.ids...)
		default:
			found := lookup(a.text)
			if found == nil {
				c.problem("The value '%s' does not exist for the field '%s'.", a.text, cl.Field.Name)
			}
			ids = append(ids, found...)
		}
	}
	return ids, empty
}

// textValues resolves an operand to texts by a lookup that says whether a text is known.
func (c *compiler) textValues(cl clause, o jql.Operand, lookup func(text string) []string) (texts []string, empty bool) {
	for _, a := range c.atoms(cl, o) {
		switch {
		case a.empty:
			empty = true
		case a.known:
			if a.text != "" {
				texts = append(texts, a.text)
			}
		default:
			found := lookup(a.text)
			if len(found) == 0 {
				c.problem("The value '%s' does not exist for the field '%s'.", a.text, cl.Field.Name)
			}
			texts = append(texts, found...)
		}
	}
	return texts, empty
}

// accounts finds people by account, mail address or name.
func (c *compiler) accounts(text string) []string {
	if _, ok := c.People[text]; ok {
		return []string{text}
	}
	if c.people == nil {
		c.people = map[string][]string{}
		for id, p := range c.People {
			c.people[strings.ToLower(p.DisplayName)] = append(c.people[strings.ToLower(p.DisplayName)], id)
			if p.Email != "" && !strings.EqualFold(p.Email, p.DisplayName) {
				c.people[strings.ToLower(p.Email)] = append(c.people[strings.ToLower(p.Email)], id)
			}
		}
	}
	return c.people[strings.ToLower(text)]
}

// column compiles a clause on a column that holds identifiers.
func column(name string, ids []int64, empty, positive bool) frag {
	switch {
	case positive:
		var parts []frag
		if len(ids) == 1 {
			parts = append(parts, frag{sql: "#" + name + " = " + numbers(ids), indexed: true, column: name})
		} else if len(ids) > 1 {
			parts = append(parts, index(sql("#"+name+" IN ("+numbers(ids)+")")))
		}
		if empty {
			parts = append(parts, frag{sql: "#" + name + " IS NULL", indexed: true, column: name})
		}
		if len(parts) == 0 {
			return never
		}
		return or(parts...)
	case len(ids) == 0:
		return sql("#" + name + " IS NOT NULL")
	}
	return sql("#" + name + " NOT IN (" + numbers(ids) + ")") // NULL is not in either
}

// textColumn is column for one that holds texts.
func textColumn(name string, texts []string, empty, positive bool) frag {
	m, args := marks(texts)
	switch {
	case positive:
		var parts []frag
		if len(texts) == 1 {
			parts = append(parts, frag{sql: "#" + name + " = ?", args: args, indexed: true, column: name})
		} else if len(texts) > 1 {
			parts = append(parts, index(sql("#"+name+" IN ("+m+")", args...)))
		}
		if empty {
			parts = append(parts, frag{sql: "#" + name + " IS NULL", indexed: true, column: name})
		}
		if len(parts) == 0 {
			return never
		}
		return or(parts...)
	case len(texts) == 0:
		return sql("#" + name + " IS NOT NULL")
	}
	return sql("#"+name+" NOT IN ("+m+")", args...)
}

// rows compiles a clause on a list that has rows of its own: match selects the issues with one of the values, any those with a value at all.
func rows(match, any frag, hasValues, empty, positive bool) frag {
	switch {
	case positive:
		var parts []frag
		if hasValues {
			parts = append(parts, in(match))
		}
		if empty {
			parts = append(parts, notIn(any))
		}
		if len(parts) == 0 {
			return never
		}
		return or(parts...)
	case !hasValues:
		return in(any)
	}
	return and(in(any), notIn(match))
}
