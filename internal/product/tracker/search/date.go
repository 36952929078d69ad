package search

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/product/tracker/jql"
)

// span is an instant as a query writes it: from is the instant itself, to the end of the day or minute that was named.
type span struct{ from, to time.Time }

// spans gives the instants of an operand.
func (c *compiler) spans(cl clause, o jql.Operand) (out []span, empty bool) {
	for _, a := range c.atoms(cl, o) {
		switch {
		case a.empty:
			empty = true
		case a.span != nil:
			out = append(out, *a.span)
		case a.known:
			c.problem("Function '%s' does not give a date for the field '%s'.", o.Name, cl.Field.Name)
		default:
			s, ok := c.parseDate(a.text)
			if !ok {
				c.problem("Date value '%s' for field '%s' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.", a.text, cl.Field.Name)
				continue
			}
			out = append(out, s)
		}
	}
	c.spent.clauses += max(0, len(out)-1) // each is a range of its own
	return out, empty
}

var dateForms = []struct {
	layout string
	width  time.Duration // 0: a day, whatever its length
}{
	{"2006-1-2", 0}, {"2006/1/2", 0},
	{"2006-1-2 15:04", time.Minute}, {"2006/1/2 15:04", time.Minute}, {"2006-1-2T15:04", time.Minute},
	{"2006-1-2 15:04:05", time.Second}, {"2006/1/2 15:04:05", time.Second}, {"2006-1-2T15:04:05", time.Second},
	{"2006-01-02T15:04:05.999Z07:00", time.Millisecond}, {"2006-01-02T15:04:05.999-0700", time.Millisecond},
}

// parseDate reads a date in the asker's zone, a period from now, or milliseconds since 1970.
func (c *compiler) parseDate(s string) (span, bool) {
	s = strings.TrimSpace(s)
	for _, f := range dateForms {
		t, err := time.ParseInLocation(f.layout, s, c.Zone)
		if err != nil || t.Year() < 1 || t.Year() > 9999 {
			continue
		}
		t = t.In(c.Zone)
		if f.width == 0 {
			return span{t, t.AddDate(0, 0, 1)}, true
		}
		return span{t, t.Add(f.width)}, true
	}
	if t, ok := addPeriod(c.Now.In(c.Zone), s); ok {
		return span{t, t.Add(time.Minute)}, true
	}
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil && ms > -1<<50 && ms < 1<<50 {
		t := time.UnixMilli(ms).In(c.Zone)
		return span{t, t.Add(time.Millisecond)}, true
	}
	return span{}, false
}

var period = regexp.MustCompile(`^(\d{1,6})([yMwdhm])$`)

// addPeriod adds "-1w 2d" to an instant; the sign is for all parts. Days, weeks, months and years are those of the calendar.
func addPeriod(t time.Time, s string) (time.Time, bool) {
	sign := 1
	switch {
	case strings.HasPrefix(s, "-"):
		sign, s = -1, s[1:]
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	}
	parts := strings.Fields(s)
	for _, part := range parts {
		m := period.FindStringSubmatch(part)
		if m == nil {
			return t, false
		}
		n, _ := strconv.Atoi(m[1])
		n *= sign
		switch m[2] {
		case "y":
			t = t.AddDate(n, 0, 0)
		case "M":
			t = t.AddDate(0, n, 0)
		case "w":
			t = t.AddDate(0, 0, 7*n)
		case "d":
			t = t.AddDate(0, 0, n)
		case "h":
			t = t.Add(time.Duration(n) * time.Hour)
		case "m":
			t = t.Add(time.Duration(n) * time.Minute)
		}
	}
	return t, len(parts) > 0 && t.Year() > 0 && t.Year() < 10000
}

// bound gives the beginning or the last millisecond of the unit around t. Weeks begin on Sunday, as in the vendor's default locale.
func bound(t time.Time, unit string, end bool) time.Time {
	y, m, d := t.Date()
	var from, to time.Time
	switch unit {
	case "day":
		from = time.Date(y, m, d, 0, 0, 0, 0, t.Location())
		to = from.AddDate(0, 0, 1)
	case "week":
		from = time.Date(y, m, d-int(t.Weekday()), 0, 0, 0, 0, t.Location())
		to = from.AddDate(0, 0, 7)
	case "month":
		from = time.Date(y, m, 1, 0, 0, 0, 0, t.Location())
		to = from.AddDate(0, 1, 0)
	default:
		from = time.Date(y, 1, 1, 0, 0, 0, 0, t.Location())
		to = from.AddDate(1, 0, 0)
	}
	if end {
		return to.Add(-time.Millisecond)
	}
	return from
}
