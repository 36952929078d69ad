package httpkit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
)

// Decode reads a JSON body into a value; fields that the value does not know are refused by name.
func Decode[T any](r *http.Request) (T, error) { return decode[T](r, true) }

// DecodeLoose reads a JSON body and passes over fields that the value does not know, as the vendor's APIs mostly do.
func DecodeLoose[T any](r *http.Request) (T, error) { return decode[T](r, false) }

func decode[T any](r *http.Request, strict bool) (T, error) {
	var v T
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return v, err
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return v, fault.Bad("The request needs a JSON body.")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if strict {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(&v); err != nil {
		return v, badJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return v, fault.Bad("There is something after the end of the JSON body.")
	}
	return v, nil
}

func badJSON(err error) error {
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	var f *fault.Error
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &syntax):
		return fault.Wrap(err, fault.KindInvalid, "The body is no JSON (at byte %d): %s", syntax.Offset, syntax)
	case errors.As(err, &wrong):
		return fault.Wrap(err, fault.KindInvalid, "%s: cannot read %s here.", orBody(wrong.Field), wrong.Value)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fault.Wrap(err, fault.KindInvalid, "The body is no JSON: it ends early.")
	}
	return fault.Wrap(err, fault.KindInvalid, "The body cannot be read: %s", strings.TrimPrefix(err.Error(), "json: "))
}

func orBody(field string) string {
	if field == "" {
		return "The body"
	}
	return field
}

// IntParam reads an integer from the query, def when it is not given; out of [lo, hi] it is moved to the nearest bound.
func IntParam(r *http.Request, name string, def, lo, hi int) (int, error) {
	s := r.URL.Query().Get(name)
	if s == "" {
		return def, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, fault.Bad("The value '%.40s' of the parameter %s is not a number.", s, name)
	}
	return min(max(n, lo), hi), nil
}

// BoolParam reads a truth value from the query.
func BoolParam(r *http.Request, name string) bool { return r.URL.Query().Get(name) == "true" }

// ListParam reads a list from the query, given comma-separated, repeated, or both.
func ListParam(r *http.Request, name string) []string {
	var out []string
	for _, v := range r.URL.Query()[name] {
		for s := range strings.SplitSeq(v, ",") {
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// Page is Jira's PageBean.
type Page[T any] struct {
	Self       string `json:"self"`
	NextPage   string `json:"nextPage,omitempty"`
	MaxResults int    `json:"maxResults"`
	StartAt    int    `json:"startAt"`
	Total      int    `json:"total"`
	IsLast     bool   `json:"isLast"`
	Values     []T    `json:"values"`
}

// NewPage makes the page of values that starts at startAt of total.
func NewPage[T any](r *http.Request, values []T, startAt, maxResults, total int) Page[T] {
	if values == nil {
		values = []T{}
	}
	base := BaseURL(r.Context()) + r.URL.Path
	link := func(start int) string {
		q := r.URL.Query()
		q.Set("startAt", strconv.Itoa(start))
		q.Set("maxResults", strconv.Itoa(maxResults))
		return base + "?" + q.Encode()
	}
	p := Page[T]{Self: link(startAt), MaxResults: maxResults, StartAt: startAt, Total: total, Values: values}
	p.IsLast = startAt+len(values) >= total
	if !p.IsLast {
		p.NextPage = link(startAt + len(values))
	}
	return p
}

// PageOf cuts one page out of a list that is in memory.
func PageOf[T any](r *http.Request, all []T, defaultMax, capMax int) (Page[T], error) {
	startAt, err := IntParam(r, "startAt", 0, 0, 1<<30)
	if err != nil {
		return Page[T]{}, err
	}
	maxResults, err := IntParam(r, "maxResults", defaultMax, 0, capMax)
	if err != nil {
		return Page[T]{}, err
	}
	from := min(startAt, len(all))
	to := min(from+maxResults, len(all))
	return NewPage(r, all[from:to:to], startAt, maxResults, len(all)), nil
}

// jiraTime is the form of instants in Jira's API: an offset without colon, never Z (clients parse nothing else).
const jiraTime = "2006-01-02T15:04:05.000-0700"

// Time is an instant in the form of Jira's API.
type Time struct{ time.Time }

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%q", t.Format(jiraTime)), nil
}

// AppendTime appends an instant in the form of Jira's API, quoted.
func AppendTime(b []byte, t time.Time) []byte {
	b = append(b, '"')
	b = t.AppendFormat(b, jiraTime)
	return append(b, '"')
}
