package restjson

import (
	"encoding/json"
	"strings"
	"time"

	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/importer/source"
)

// value reads a custom field by the schema that the export has for it, else by the form of the value.
func (w *wireIssue) value(id string, raw json.RawMessage) (source.Value, bool) {
	v := source.Value{Field: id, Name: w.Names[id]}
	if v.Name == "" {
		v.Name = id
	}
	schema := w.Schema[id]
	var option struct {
		Value     string `json:"value"`
		Name      string `json:"name"`
		AccountID string `json:"accountId"`
	}
	var list []json.RawMessage
	var number json.Number
	var s string
	switch {
	case json.Unmarshal(raw, &s) == nil:
		v.Type, v.Values = stringType(schema, s), []string{s}
		if v.Type == string(catalog.FieldDateTime) {
			if t, ok := instant(s); ok {
				v.Values = []string{t.Format(time.RFC3339Nano)}
			}
		}
		return v, s != ""
	case raw[0] != '{' && raw[0] != '[' && json.Unmarshal(raw, &number) == nil:
		v.Type, v.Values = string(catalog.FieldNumber), []string{number.String()}
		return v, true
	case json.Unmarshal(raw, &list) == nil:
		return listValue(v, list)
	case json.Unmarshal(raw, &option) == nil && option.Value != "":
		v.Type, v.Values = string(catalog.FieldSelect), []string{option.Value}
		return v, true
	case option.AccountID != "" || strings.Contains(string(raw), `"displayName"`):
		var p wirePerson
		if json.Unmarshal(raw, &p) == nil && p.person() != nil {
			v.Type, v.People = string(catalog.FieldUser), []source.Person{*p.person()}
			return v, true
		}
	}
	v.Type, v.Values = string(catalog.FieldReadOnly), []string{string(raw)}
	return v, true
}

func stringType(schema wireSchema, s string) string {
	switch {
	case strings.HasSuffix(schema.Custom, ":url"):
		return string(catalog.FieldURL)
	case strings.HasSuffix(schema.Custom, ":textarea"):
		return string(catalog.FieldTextArea)
	case schema.Type == "date" || schema.Type == "" && len(s) == 10 && day(s) == s:
		return string(catalog.FieldDate)
	case schema.Type == "datetime":
		return string(catalog.FieldDateTime)
	case strings.HasSuffix(schema.Custom, ":textfield"):
		return string(catalog.FieldText)
	case schema.Custom != "":
		return string(catalog.FieldReadOnly)
	}
	if _, ok := instant(s); ok && len(s) > 15 && strings.Contains(s, "T") {
		return string(catalog.FieldDateTime)
	}
	return string(catalog.FieldReadOnly)
}

// listValue reads a list: options, people, labels, or anything else as text.
func listValue(v source.Value, list []json.RawMessage) (source.Value, bool) {
	kind := catalog.FieldLabels
	for _, raw := range list {
		var s string
		var object struct {
			Value string `json:"value"`
			Name  string `json:"name"`
		}
		var p wirePerson
		switch {
		case json.Unmarshal(raw, &s) == nil:
			if strings.ContainsAny(s, " \t\n") || s == "" || len(s) > 255 {
				kind = catalog.FieldReadOnly
			}
			v.Values = append(v.Values, s)
		case json.Unmarshal(raw, &object) == nil && object.Value != "":
			kind = catalog.FieldMultiSelect
			v.Values = append(v.Values, object.Value)
		case strings.Contains(string(raw), `"displayName"`) && json.Unmarshal(raw, &p) == nil && p.person() != nil:
			kind = catalog.FieldMultiUser
			v.People = append(v.People, *p.person())
		case object.Name != "":
			kind = catalog.FieldReadOnly
			v.Values = append(v.Values, object.Name)
		default:
			kind = catalog.FieldReadOnly
			v.Values = append(v.Values, string(raw))
		}
	}
	if v.Type = string(kind); kind == catalog.FieldReadOnly {
		v.Values = []string{strings.Join(v.Values, "\n")}
	}
	return v, len(v.Values)+len(v.People) > 0
}
