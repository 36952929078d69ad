// Package mapping reads fields out of what an integration sends: paths such as labels.severity or alerts[0].annotations.summary, texts with {{ … }} in
// them, and conditions. What is between the braces is a path or an expression of github.com/expr-lang/expr over the fields; payload is the whole.
//
// It promises that a missing field is an empty text and never an error at night: mistakes of form are found by Check, when somebody writes the mapping. An
// expression can neither call out nor use memory without bound.
package mapping

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"
)

// Fields is what was received, as JSON decodes it, with whatever the integration's type adds.
type Fields map[string]any

var (
	braces = regexp.MustCompile(`\{\{\s*(.*?)\s*\}\}`)
	path   = regexp.MustCompile(`^(\$\.?)?[A-Za-z_][\w-]*(\.[\w-]+|\[\d+\]|\["[^"\]]*"\])*$`)
	step   = regexp.MustCompile(`[\w-]+|\["[^"\]]*"\]`)
)

// Check refuses a text whose expressions do not parse.
func Check(text string) error {
	for _, m := range braces.FindAllStringSubmatch(text, -1) {
		if path.MatchString(m[1]) {
			continue
		}
		if _, err := compile(m[1]); err != nil {
			return fmt.Errorf("{{ %s }}: %w", m[1], err)
		}
	}
	return nil
}

// CheckCondition refuses an expression that does not parse.
func CheckCondition(text string) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	_, err := compile(text)
	return err
}

func compile(text string) (*vm.Program, error) {
	program, err := expr.Compile(text, expr.AllowUndefinedVariables(), expr.MaxNodes(1000))
	if err != nil {
		return nil, err
	}
	calls := &unknownCalls{}
	root := program.Node()
	ast.Walk(&root, calls)
	if calls.name != "" {
		return nil, fmt.Errorf("there is no function %s", calls.name)
	}
	return program, nil
}

// unknownCalls finds calls of what is a field: fields are data, so that nothing but the language's own functions can be called.
type unknownCalls struct{ name string }

// Visit implements ast.Visitor.
func (u *unknownCalls) Visit(n *ast.Node) {
	if call, ok := (*n).(*ast.CallNode); ok {
		u.name = call.Callee.String()
	}
}

// Text fills a text in.
func Text(text string, f Fields) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	return braces.ReplaceAllStringFunc(text, func(m string) string {
		return String(value(braces.FindStringSubmatch(m)[1], f))
	})
}

// Holds tells whether an expression is true; an empty one is, one that fails on these fields is not.
func Holds(text string, f Fields) bool {
	if strings.TrimSpace(text) == "" {
		return true
	}
	v, _ := evaluate(text, f).(bool)
	return v
}

func value(text string, f Fields) any {
	if path.MatchString(text) {
		return Lookup(text, f)
	}
	return evaluate(text, f)
}

func evaluate(text string, f Fields) any {
	program, err := compile(text)
	if err != nil {
		return nil
	}
	env := map[string]any{"payload": map[string]any(f)}
	maps.Copy(env, f)
	v, err := expr.Run(program, env)
	if err != nil {
		return nil
	}
	return v
}

// Lookup gives the value at a path, nil when there is none. A field whose own name is the whole path wins, so that keys with dots can be reached.
func Lookup(text string, f Fields) any {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "$"), ".")
	if v, ok := f[text]; ok {
		return v
	}
	var at any = map[string]any(f)
	for i, s := range step.FindAllString(text, -1) {
		s = strings.TrimSuffix(strings.TrimPrefix(s, `["`), `"]`)
		if i == 0 && s == "payload" {
			if _, own := f["payload"]; !own {
				continue
			}
		}
		switch v := at.(type) {
		case map[string]any:
			at = v[s]
		case []any:
			n, err := strconv.Atoi(s)
			if err != nil || n < 0 || n >= len(v) {
				return nil
			}
			at = v[n]
		default:
			return nil
		}
	}
	return at
}

// String writes a value as people expect it: texts as they are, numbers without exponent, the rest as JSON, nothing for nil.
func String(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}
