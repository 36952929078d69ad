package app

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"holdfast.dev/internal/base/ids"
)

// schemas makes JSON Schemas (2020-12) of Go types, as encoding/json writes them.
type schemas struct {
	named map[string]any // components by name
	types map[string]reflect.Type
}

func newSchemas() *schemas {
	return &schemas{named: map[string]any{}, types: map[string]reflect.Type{}}
}

// identifiers are the kinds that appear in the API, with their prefixes.
var identifiers = map[reflect.Type]string{
	reflect.TypeFor[ids.Org](): "org", reflect.TypeFor[ids.Site](): "site", reflect.TypeFor[ids.App](): "app", reflect.TypeFor[ids.Plan](): "plan",
	reflect.TypeFor[ids.Operation](): "op", reflect.TypeFor[ids.Contact](): "contact",
	reflect.TypeFor[ids.Report](): "report", reflect.TypeFor[ids.Purge](): "purge",
}

func identifierSchema(prefix string) map[string]any {
	return map[string]any{"type": "string", "pattern": "^" + prefix + "_[0-9a-z]{28}$"}
}

var (
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
)

// of gives the schema of a type.
func (s *schemas) of(t reflect.Type) map[string]any {
	if prefix, ok := identifiers[t]; ok {
		return identifierSchema(prefix)
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Pointer:
		return orNull(s.of(t.Elem()))
	case t.Kind() == reflect.Interface || t.Implements(jsonMarshaler):
		return map[string]any{} // whatever it writes
	case t.Implements(textMarshaler):
		return map[string]any{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return map[string]any{"type": "integer"}
	case reflect.Float32, reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Slice, reflect.Array:
		return map[string]any{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		return s.ref(t)
	}
	panic(fmt.Sprintf("console: no schema for %s", t))
}

func orNull(schema map[string]any) map[string]any {
	if kind, ok := schema["type"].(string); ok {
		schema["type"] = []string{kind, "null"}
		return schema
	}
	return map[string]any{"anyOf": []any{schema, map[string]any{"type": "null"}}}
}

// ref enters a struct among the components and refers to it.
func (s *schemas) ref(t reflect.Type) map[string]any {
	name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
	if other, ok := s.types[name]; ok && other != t {
		pkg := t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:]
		name = strings.ToUpper(pkg[:1]) + pkg[1:] + name
	}
	if s.types[name] == nil {
		s.types[name] = t
		schema := map[string]any{"type": "object", "additionalProperties": false}
		s.named[name] = schema
		properties, required := map[string]any{}, []string{}
		s.fields(t, properties, &required)
		schema["properties"] = properties
		if len(required) > 0 {
			schema["required"] = required
		}
	}
	return map[string]any{"$ref": "#/components/schemas/" + name}
}

// fields describes the fields of a struct, those of embedded ones among them.
func (s *schemas) fields(t reflect.Type, properties map[string]any, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			s.fields(f.Type, properties, required)
			continue
		}
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		schema := s.of(f.Type)
		optional := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
		if kind := f.Type.Kind(); (kind == reflect.Slice || kind == reflect.Map) && !optional && t.PkgPath() != ownPackage {
			schema = orNull(schema) // what another package leaves empty is null
		}
		if doc := f.Tag.Get("doc"); doc != "" {
			schema["description"] = doc
		}
		properties[name] = schema
		if !optional {
			*required = append(*required, name)
		}
	}
}

// ownPackage is where lists and maps are never null.
var ownPackage = reflect.TypeFor[schemas]().PkgPath()
