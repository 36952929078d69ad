package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
)

// fields reads an object that was decoded already into a value of known fields.
func fields[T any](raw map[string]any) (v T, err error) {
	b, err := json.Marshal(raw)
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal(b, &v); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return v, fault.Wrap(err, fault.KindInvalid, "%s: cannot read a %s here.", wrong.Field, wrong.Value)
		}
		return v, fault.Wrap(err, fault.KindInvalid, "The request cannot be read: %s", err)
	}
	return v, nil
}

// stampIn is an instant in the forms that the vendor's clients send; null and "" are none.
type stampIn struct {
	time.Time
	given bool
}

var stampForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999Z0700", "2006-01-02 15:04:05 MST", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", time.DateOnly}

// UnmarshalJSON implements json.Unmarshaler.
func (s *stampIn) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(bytes.TrimSpace(b)), `"`)
	if text == "null" || text == "" {
		return nil
	}
	for _, form := range stampForms {
		if t, err := time.Parse(form, text); err == nil {
			if t.Year() < 1970 || t.Year() > 2200 {
				break
			}
			s.Time, s.given = t.UTC(), true
			return nil
		}
	}
	return fault.Bad("%.60q is no instant: write it like 2026-11-25T14:30:00Z", text)
}

// at gives the instant, nil when none was sent.
func (s *stampIn) at() *time.Time {
	if s == nil || !s.given {
		return nil
	}
	return &s.Time
}
