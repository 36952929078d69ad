// Package field knows the types of custom fields: how a value comes in, how it is stored, what order it has and how it reads.
package field

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/richtext/adf"
)

// Parse turns one JSON value (never null, never a list) into the stored form of a field's type. rich turns a rich text value (ADF in v3,
// wiki markup in v2) into ADF JSON. Errors are worded for the field's entry in the API's errors.
func Parse(f *catalog.Field, raw json.RawMessage, rich func(json.RawMessage) (string, error)) (string, error) {
	switch f.Type {
	case catalog.FieldText, catalog.FieldURL:
		s, err := asText(raw)
		switch {
		case err != nil:
			return "", fault.Bad("Operation value must be a string")
		case len(s) > 255 && f.Type == catalog.FieldText:
			return "", fault.Bad("The entered text is too long. It exceeds the allowed limit of 255 characters.")
		case f.Type == catalog.FieldURL && !validURL(s):
			return "", fault.Bad("%s must be a valid URL.", f.Name)
		}
		return s, nil
	case catalog.FieldTextArea:
		return rich(raw)
	case catalog.FieldNumber:
		var n json.Number
		if err := json.Unmarshal(raw, &n); err != nil || len(raw) > 0 && raw[0] == '"' {
			return "", fault.Bad("Operation value must be a number")
		}
		v, err := n.Float64()
		if err != nil || math.IsInf(v, 0) {
			return "", fault.Bad("Operation value must be a number")
		}
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case catalog.FieldDate:
		s, err := asText(raw)
		if err == nil {
			_, err = time.Parse(time.DateOnly, s)
		}
		if err != nil {
			return "", fault.Bad("Error parsing date string: %.40s", s)
		}
		return s, nil
	case catalog.FieldDateTime:
		s, err := asText(raw)
		if err != nil {
			return "", fault.Bad("Operation value must be a string")
		}
		t, err := ParseTime(s)
		if err != nil {
			return "", fault.Bad("Error parsing date string: %.40s", s)
		}
		return strconv.FormatInt(t.UnixMicro(), 10), nil
	case catalog.FieldSelect, catalog.FieldMultiSelect:
		return parseOption(f, raw)
	case catalog.FieldUser, catalog.FieldMultiUser:
		return AccountOf(raw)
	case catalog.FieldLabels:
		s, err := asText(raw)
		if err != nil {
			return "", fault.Bad("Operation value must be a string")
		}
		return s, CheckLabel(s)
	}
	return "", fault.Bad("Field '%s' cannot be set. It is not on the appropriate screen, or unknown.", f.Wire())
}

// CheckLabel refuses labels that Jira refuses.
func CheckLabel(s string) error {
	switch {
	case strings.ContainsAny(s, " \t\n\r"):
		return fault.Bad("The label '%.80s' contains spaces which is invalid.", s)
	case s == "":
		return fault.Bad("A label cannot be empty.")
	case len(s) > 255:
		return fault.Bad("The label '%.40s…' exceeds the maximum length allowed (255 characters).", s)
	}
	return nil
}

func asText(raw json.RawMessage) (s string, err error) { return s, json.Unmarshal(raw, &s) }

func validURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// ParseTime reads the forms of instants that clients send.
func ParseTime(s string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04:05.999-0700", time.RFC3339Nano, "2006-01-02T15:04-0700", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no instant", s)
}

func parseOption(f *catalog.Field, raw json.RawMessage) (string, error) {
	var o struct {
		ID    string `json:"id"`
		Value string `json:"value"`
	}
	if json.Unmarshal(raw, &o) != nil {
		if json.Unmarshal(raw, &o.Value) != nil {
			return "", fault.Bad("Could not find valid 'id' or 'value' in the Parent Option object.")
		}
	}
	for _, opt := range f.Options {
		if o.ID != "" && strconv.FormatInt(opt.ID, 10) == o.ID || o.ID == "" && strings.EqualFold(opt.Value, o.Value) {
			return strconv.FormatInt(opt.ID, 10), nil
		}
	}
	if o.ID != "" {
		return "", fault.Bad("Option id '%.40s' is not valid", o.ID)
	}
	return "", fault.Bad("Option value '%.80s' is not valid", o.Value)
}

// AccountOf reads a person: {"accountId": …}, {"id": …} or a bare account identifier; empty for nobody.
func AccountOf(raw json.RawMessage) (string, error) {
	var p struct {
		AccountID *string `json:"accountId"`
		ID        *string `json:"id"`
		Name      *string `json:"name"`
	}
	if json.Unmarshal(raw, &p) != nil {
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return "", fault.Bad("data was not an object")
		}
		return s, nil
	}
	for _, v := range []*string{p.AccountID, p.ID, p.Name} {
		if v != nil {
			return *v, nil
		}
	}
	return "", nil
}

// Sort gives a value's sort form: its byte order is the order of the values.
func Sort(f *catalog.Field, value string) string {
	switch f.Type {
	case catalog.FieldNumber:
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return ""
		}
		return SortNumber(v)
	case catalog.FieldDate:
		return value
	case catalog.FieldDateTime:
		us, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return ""
		}
		return SortMicros(us)
	case catalog.FieldSelect, catalog.FieldMultiSelect, catalog.FieldUser, catalog.FieldMultiUser, catalog.FieldLabels:
		return value
	case catalog.FieldTextArea:
		return ""
	}
	return SortText(value)
}

// SortText gives the sort form of text: lower case, 200 bytes at most.
func SortText(s string) string {
	s = strings.ToLower(s)
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "")
	}
	return s
}

// SortNumber gives 16 hexadecimal digits that sort as the numbers do.
func SortNumber(v float64) string {
	bits := math.Float64bits(v)
	if bits>>63 == 1 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	return fmt.Sprintf("%016x", bits)
}

// SortMicros gives 16 hexadecimal digits that sort as the instants do.
func SortMicros(us int64) string { return fmt.Sprintf("%016x", uint64(us)^(1<<63)) }

// Text gives a value as people read it in the history; person names an account.
func Text(c *catalog.Catalog, f *catalog.Field, value string, person func(account string) string) string {
	switch f.Type {
	case catalog.FieldSelect, catalog.FieldMultiSelect:
		if id, err := strconv.ParseInt(value, 10, 64); err == nil {
			if o := c.Option(id); o != nil {
				return o.Value
			}
		}
	case catalog.FieldUser, catalog.FieldMultiUser:
		return person(value)
	case catalog.FieldDateTime:
		if us, err := strconv.ParseInt(value, 10, 64); err == nil {
			return time.UnixMicro(us).UTC().Format("2006-01-02T15:04:05.000-0700") // as everywhere in the API
		}
	case catalog.FieldTextArea:
		if n, err := adf.Parse([]byte(value)); err == nil {
			return n.PlainText()
		}
	}
	return value
}

// Many tells whether a field holds a list.
func Many(t catalog.FieldType) bool {
	return t == catalog.FieldMultiSelect || t == catalog.FieldMultiUser || t == catalog.FieldLabels
}
