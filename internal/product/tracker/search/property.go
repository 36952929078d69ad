package search

import (
	"strings"

	"holdfast.dev/internal/platform/storage"
)

// propertyValue gives the expression of the value at a path of a property x, as text; pathArgs its arguments.
func propertyValue(d storage.Dialect, path string) string {
	if d == storage.SQLite {
		return "CAST(json_extract(x.value, ?) AS TEXT)"
	}
	return "jsonb_extract_path_text(jsonb_build_array(CAST(x.value AS jsonb)), '0'" + strings.Repeat(", ?", len(pathSteps(path))) + ")"
}

func pathArgs(d storage.Dialect, path string) []any {
	steps := pathSteps(path)
	if d == storage.SQLite {
		var b strings.Builder
		b.WriteByte('$')
		for _, s := range steps {
			b.WriteString(`."` + strings.ReplaceAll(s, `"`, ``) + `"`)
		}
		return []any{b.String()}
	}
	out := make([]any, len(steps))
	for i, s := range steps {
		out[i] = s
	}
	return out
}

func pathSteps(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' })
}

// propertyNumber turns the text into a number where it is one.
func propertyNumber(d storage.Dialect, value string) string {
	if d == storage.SQLite {
		return "CAST(" + value + " AS NUMERIC)"
	}
	return "CAST(substring(" + value + ` from '^-{0,1}[0-9]+$|^-{0,1}[0-9]+\.[0-9]+$') AS NUMERIC)`
}
