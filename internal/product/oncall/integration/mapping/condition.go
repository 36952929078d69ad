package mapping

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Compare tells whether a field stands in a relation to an expected value; operation is one of those of Opsgenie's conditions. key picks an entry of a
// field that is a map.
func Compare(f Fields, field, key, operation, expected string) bool {
	v := Lookup(field, f)
	if m, ok := v.(map[string]any); ok && key != "" && operation != "contains-key" && operation != "contains-value" {
		v = m[key]
	}
	text := String(v)
	switch operation {
	case "equals":
		return text == expected
	case "contains":
		if l, ok := v.([]any); ok {
			return slices.ContainsFunc(l, func(e any) bool { return String(e) == expected })
		}
		return strings.Contains(text, expected)
	case "starts-with":
		return strings.HasPrefix(text, expected)
	case "ends-with":
		return strings.HasSuffix(text, expected)
	case "matches":
		re, err := regexp.Compile("^(?:" + expected + ")$")
		return err == nil && re.MatchString(text)
	case "is-empty":
		return empty(v)
	case "equals-ignore-whitespace":
		return squeeze(text) == squeeze(expected)
	case "greater-than", "less-than":
		a, errA := strconv.ParseFloat(strings.TrimSpace(text), 64)
		b, errB := strconv.ParseFloat(strings.TrimSpace(expected), 64)
		if errA != nil || errB != nil {
			return false
		}
		return operation == "greater-than" && a > b || operation == "less-than" && a < b
	case "contains-key":
		m, _ := v.(map[string]any)
		_, ok := m[expected]
		return ok
	case "contains-value":
		m, _ := v.(map[string]any)
		for _, e := range m {
			if String(e) == expected {
				return true
			}
		}
	}
	return false
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// Strings gives a list of texts: of a JSON list its entries, of a text its parts between commas, of a map "key:value".
func Strings(v any) []string {
	var out []string
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			out = append(out, String(e))
		}
	case []string:
		return v
	case string:
		for s := range strings.SplitSeq(v, ",") {
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, s)
			}
		}
	case map[string]any:
		for k, e := range v {
			out = append(out, fmt.Sprintf("%s:%s", k, String(e)))
		}
		slices.Sort(out)
	}
	return out
}
