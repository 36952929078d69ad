package rest

import (
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/tracker/jql"
	"holdfast.dev/internal/product/tracker/search"
)

func (h *handler) jqlRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "POST", Path: "/jql/parse", Permission: "BROWSE_PROJECTS", Handler: h.postParse},
		{Method: "GET", Path: "/jql/autocompletedata", Permission: "BROWSE_PROJECTS", Handler: h.autocompleteData},
		{Method: "POST", Path: "/jql/autocompletedata", Permission: "BROWSE_PROJECTS", Handler: h.autocompleteData},
		{Method: "GET", Path: "/jql/autocompletedata/suggestions", Permission: "BROWSE_PROJECTS", Handler: h.getSuggestions},
	}
}

type parsedQuery struct {
	Query     string   `json:"query"`
	Structure *wireJQL `json:"structure,omitempty"`
	Errors    []string `json:"errors,omitempty"`
	Warnings  []string `json:"warnings,omitempty"`
	parsed    *jql.Query
}

// postParse gives the structure of queries and, unless validation is none, what does not fit the site.
func (h *handler) postParse(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[struct {
		Queries []string `json:"queries"`
	}](r)
	if err != nil {
		return err
	}
	validation := r.URL.Query().Get("validation")
	switch {
	case len(in.Queries) == 0:
		return fault.Bad("At least one query is expected.")
	case len(in.Queries) > 100:
		return fault.Bad("At most 100 queries are parsed at once.")
	case !slices.Contains([]string{"", "strict", "warn", "none"}, validation):
		return fault.Bad("The value '%.40s' of the parameter validation is none of strict, warn, none.", validation)
	}
	out := make([]parsedQuery, len(in.Queries))
	for n, text := range in.Queries {
		out[n].Query = text
		q, err := jql.Parse(text)
		if err != nil {
			out[n].Errors = []string{err.Error()}
			continue
		}
		out[n].parsed, out[n].Structure = q, structure(q)
	}
	if validation != "none" {
		err = h.read(r, func(c *call) error {
			for n := range out {
				if out[n].parsed == nil {
					continue
				}
				_, err := search.Compile(c.ctx, c.tx, h.scope(c), out[n].parsed)
				f, ok := httpkit.AsFault(err)
				switch {
				case err == nil:
				case !ok:
					return err
				case validation == "warn":
					out[n].Warnings = append([]string{f.Message}, f.More...)
				default:
					out[n].Errors, out[n].Structure = append([]string{f.Message}, f.More...), nil
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"queries": out})
}

type wireJQL struct {
	Where   any        `json:"where,omitempty"`
	OrderBy *wireOrder `json:"orderBy,omitempty"`
}

type wireOrder struct {
	Fields []wireOrderField `json:"fields"`
}

type wireOrderField struct {
	Field     wireJQLField `json:"field"`
	Direction string       `json:"direction,omitempty"`
}

type wireJQLField struct {
	Name        string               `json:"name"`
	EncodedName string               `json:"encodedName"`
	Property    []wireEntityProperty `json:"property,omitempty"`
}

type wireEntityProperty struct {
	Entity string `json:"entity"`
	Key    string `json:"key"`
	Path   string `json:"path"`
}

type wireClause struct {
	Clauses    []any           `json:"clauses,omitempty"`
	Field      *wireJQLField   `json:"field,omitempty"`
	Operator   string          `json:"operator"`
	Operand    any             `json:"operand,omitempty"`
	Predicates []wirePredicate `json:"predicates,omitempty"`
}

type wirePredicate struct {
	Operator string `json:"operator"`
	Operand  any    `json:"operand"`
}

// structure gives a query in the form of the API's JqlQuery.
func structure(q *jql.Query) *wireJQL {
	out := &wireJQL{}
	if q.Where != nil {
		out.Where = wireNode(q.Where)
	}
	if len(q.OrderBy) > 0 {
		out.OrderBy = &wireOrder{}
		for _, s := range q.OrderBy {
			out.OrderBy.Fields = append(out.OrderBy.Fields, wireOrderField{wireFieldOf(s.Field), s.Dir})
		}
	}
	return out
}

func wireNode(n jql.Node) any {
	switch n := n.(type) {
	case *jql.Compound:
		c := wireClause{Operator: n.Op}
		for _, t := range n.Terms {
			c.Clauses = append(c.Clauses, wireNode(t))
		}
		return c
	case *jql.Not:
		return wireClause{Operator: "not", Clauses: []any{wireNode(n.Term)}}
	case *jql.Clause:
		f := wireFieldOf(n.Field)
		c := wireClause{Field: &f, Operator: n.Op}
		if n.Operand.Kind != jql.KindNone {
			c.Operand = wireOperand(n.Operand)
		}
		for _, p := range n.Predicates {
			c.Predicates = append(c.Predicates, wirePredicate{p.Op, wireOperand(p.Operand)})
		}
		if (strings.HasPrefix(n.Op, "was") || n.Op == "changed") && c.Predicates == nil {
			c.Predicates = []wirePredicate{}
		}
		return c
	}
	return nil
}

func wireFieldOf(f jql.Field) wireJQLField {
	out := wireJQLField{Name: f.Name, EncodedName: f.String()}
	if f.Property != "" {
		key, path, _ := strings.Cut(strings.TrimPrefix(f.Property, "["), "]")
		entity, _, _ := strings.Cut(f.Name, ".")
		out.Property = []wireEntityProperty{{Entity: entity, Key: key, Path: strings.TrimPrefix(path, ".")}}
	}
	return out
}

func wireOperand(o jql.Operand) any {
	switch o.Kind {
	case jql.KindEmpty:
		return map[string]any{"keyword": "empty", "encodedOperand": "EMPTY"}
	case jql.KindFunction:
		return map[string]any{"function": o.Name, "arguments": o.Args, "encodedOperand": o.String()}
	case jql.KindList:
		values := make([]any, len(o.List))
		for i, e := range o.List {
			values[i] = wireOperand(e)
		}
		return map[string]any{"values": values, "encodedOperand": o.String()}
	}
	return map[string]any{"value": o.Value, "encodedValue": o.String()}
}

type wireFieldReference struct {
	Value         string   `json:"value"`
	DisplayName   string   `json:"displayName"`
	Orderable     string   `json:"orderable"`
	Searchable    string   `json:"searchable"`
	Auto          string   `json:"auto,omitempty"`
	CFID          string   `json:"cfid,omitempty"`
	Operators     []string `json:"operators"`
	Types         []string `json:"types"`
	Deprecated    string   `json:"deprecated,omitempty"`
	DeprecatedKey string   `json:"deprecatedSearcherKey,omitempty"`
}

type wireFunctionReference struct {
	Value                             string   `json:"value"`
	DisplayName                       string   `json:"displayName"`
	IsList                            string   `json:"isList,omitempty"`
	SupportsListAndSingleValueOperand string   `json:"supportsListAndSingleValueOperators,omitempty"`
	Types                             []string `json:"types"`
}

// autocompleteData names fields, functions and reserved words for editors of queries.
func (h *handler) autocompleteData(w http.ResponseWriter, r *http.Request) error {
	fields, functions := []wireFieldReference{}, []wireFunctionReference{}
	err := h.read(r, func(c *call) error {
		for _, f := range search.Fields(c.cat) {
			ref := wireFieldReference{Value: (jql.Field{Name: f.Name}).String(), DisplayName: f.Name, Orderable: strconv.FormatBool(f.Orderable()), Searchable: strconv.FormatBool(f.Searchable),
				Operators: f.Operators, Types: f.Types}
			if f.Custom != nil {
				ref.CFID = "cf[" + strconv.FormatInt(f.Custom.ID, 10) + "]"
				ref.DisplayName = f.Name + " - " + ref.CFID
			}
			if f.Suggest {
				ref.Auto = "true"
			}
			if ref.Operators == nil {
				ref.Operators = []string{}
			}
			if ref.Types == nil {
				ref.Types = []string{"java.lang.Object"}
			}
			fields = append(fields, ref)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range search.Functions {
		ref := wireFunctionReference{Value: f.Name + "()", DisplayName: f.Name + "()", Types: f.Types}
		if f.Min > 0 {
			ref.Value, ref.DisplayName = f.Name+"(\"\")", f.Name+"(\"\")"
		}
		if f.List {
			ref.IsList = "true"
		}
		functions = append(functions, ref)
	}
	words := jql.Reserved()
	slices.Sort(words)
	return httpkit.JSON(w, http.StatusOK, map[string]any{"visibleFieldNames": fields, "visibleFunctionNames": functions, "jqlReservedWords": words})
}

type suggestion struct {
	Value       string `json:"value"`
	DisplayName string `json:"displayName"`
}

// getSuggestions completes the value of a field.
func (h *handler) getSuggestions(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	name, prefix := q.Get("fieldName"), strings.ToLower(q.Get("fieldValue"))
	if p := q.Get("predicateName"); strings.EqualFold(p, "by") {
		name, prefix = "assignee", strings.ToLower(q.Get("predicateValue"))
	} else if p != "" {
		prefix = strings.ToLower(q.Get("predicateValue"))
	}
	results := []suggestion{}
	err := h.read(r, func(c *call) error {
		values, err := search.Suggest(c.ctx, c.tx, h.scope(c), name, prefix, 15)
		for _, v := range values {
			results = append(results, suggestion{(jql.Operand{Kind: jql.KindValue, Value: v.Value}).String(), highlight(v.Text, prefix)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"results": results})
}

// highlight gives a text as HTML with what was typed in bold, as the API does.
func highlight(text, prefix string) string {
	if prefix == "" || !strings.HasPrefix(strings.ToLower(text), prefix) || len(text) < len(prefix) {
		return html.EscapeString(text)
	}
	return "<b>" + html.EscapeString(text[:len(prefix)]) + "</b>" + html.EscapeString(text[len(prefix):])
}
