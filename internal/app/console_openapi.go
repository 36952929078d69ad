package app

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"holdfast.dev/internal/platform/httpkit"
)

// problemInfo is how errors of the platform API look (RFC 9457). It describes what httpkit.Platform writes.
type problemInfo struct {
	Type      string            `json:"type"`
	Title     string            `json:"title"`
	Status    int               `json:"status"`
	Detail    string            `json:"detail,omitempty"`
	More      []string          `json:"more,omitempty" doc:"What else is wrong"`
	RequestID string            `json:"requestId"`
	Fields    map[string]string `json:"fields,omitempty" doc:"What is wrong with single fields"`
}

// openAPI describes operations as an OpenAPI 3.1 document.
func openAPI(ops []operation) map[string]any {
	types := newSchemas()
	problem := types.of(reflect.TypeFor[problemInfo]())
	paths := map[string]map[string]any{}
	for _, op := range ops {
		path := consolePath + op.path
		if paths[path] == nil {
			paths[path] = map[string]any{}
		}
		paths[path][strings.ToLower(op.method)] = op.describe(types, problem)
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{"title": "Holdfast platform API", "version": Version,
			"description": "For those who run the installation. Identifiers say what they are: each place takes one kind and refuses every other before anything is looked up. " +
				"Every guard is with the object, so that this API, the console and the command line have the same."},
		"servers":  []any{map[string]any{"url": "/"}},
		"security": []any{map[string]any{"operatorToken": []string{}}, map[string]any{"session": []string{}}},
		"paths":    paths,
		"components": map[string]any{"schemas": types.named, "securitySchemes": map[string]any{
			"operatorToken": map[string]any{"type": "http", "scheme": "bearer", "description": "An operator's token, hfop_…"},
			"session": map[string]any{"type": "apiKey", "in": "cookie", "name": consoleCookie,
				"description": "A browser session. Unsafe requests repeat its csrf_token in the header X-CSRF-Token."},
		}},
	}
}

// describe gives the OpenAPI object of one operation.
func (o operation) describe(types *schemas, problem map[string]any) map[string]any {
	tag, _, _ := strings.Cut(strings.TrimPrefix(o.path, "/"), "/")
	tag, _, _ = strings.Cut(tag, ".")
	out := map[string]any{"operationId": o.id, "summary": o.summary, "tags": []string{tag}}
	if o.permission == httpkit.Public {
		out["security"] = []any{}
	}
	params := []any{}
	for _, name := range wildcards(o.path) {
		params = append(params, map[string]any{"name": name, "in": "path", "required": true, "schema": identifierSchema(pathKinds[name].prefix)})
	}
	for _, p := range o.query {
		params = append(params, map[string]any{"name": p.name, "in": "query", "description": p.doc, "schema": map[string]any{"type": p.kind}})
	}
	if len(params) > 0 {
		out["parameters"] = params
	}
	if o.in != nil {
		out["requestBody"] = map[string]any{"required": true, "content": map[string]any{"application/json": map[string]any{"schema": types.of(o.in)}}}
	}
	success := map[string]any{"description": http.StatusText(o.status)}
	switch {
	case o.media != "":
		success["content"] = map[string]any{o.media: map[string]any{}}
	case o.out != nil:
		success["content"] = map[string]any{"application/json": map[string]any{"schema": types.of(o.out)}}
	}
	out["responses"] = map[string]any{
		strconv.Itoa(o.status): success,
		"default":              map[string]any{"description": "What went wrong", "content": map[string]any{"application/problem+json": map[string]any{"schema": problem}}},
	}
	return out
}

func (s *Server) getOpenAPI(w http.ResponseWriter, _ *call, _ none) error {
	b, err := json.MarshalIndent(openAPI(s.operations()), "", "  ")
	if err != nil {
		return err
	}
	return httpkit.Bytes(w, http.StatusOK, b)
}
