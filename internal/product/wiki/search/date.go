package search

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/product/wiki/cql"
)

var dateForms = []struct {
	form string
	span time.Duration // how long the named time lasts
}{
	{"2006-01-02 15:04", time.Minute}, {"2006/01/02 15:04", time.Minute}, {"2006-01-02T15:04:05Z07:00", time.Second}, {"2006-01-02 15:04:05", time.Second},
	{"2006-01-02", 0}, {"2006/01/02", 0}, {"2006-1-2", 0}, {"2006/1/2", 0},
}

// dateClause compares an instant. A day, as in created = 2024/01/31, lasts from midnight to midnight where the asker is.
func dateClause(column string) func(*compiler, *cql.Clause) frag {
	return func(c *compiler, n *cql.Clause) frag {
		if n.Op == "in" || n.Op == "not in" {
			return c.each(n, func(v cql.Value) frag {
				from, to := c.instant(v)
				return sql("("+column+" >= ? AND "+column+" < ?)", clock.Micros(from), clock.Micros(to))
			})
		}
		from, to := c.instant(n.Values[0])
		a, b := clock.Micros(from), clock.Micros(to)
		switch n.Op {
		case "=":
			return sql("("+column+" >= ? AND "+column+" < ?)", a, b)
		case "!=":
			return sql("("+column+" < ? OR "+column+" >= ?)", a, b)
		case ">":
			return sql(column+" >= ?", b)
		case ">=":
			return sql(column+" >= ?", a)
		case "<":
			return sql(column+" < ?", a)
		}
		return sql(column+" < ?", b)
	}
}

// instant gives the beginning and end of the time that a value names.
func (c *compiler) instant(v cql.Value) (from, to time.Time) {
	now := c.Now.In(c.Zone)
	if v.Func != "" {
		return c.dateFunction(v, now)
	}
	text := strings.TrimSpace(v.Text)
	if t, ok := shift(now, text); ok && text != "" {
		return t, t.Add(time.Microsecond)
	}
	for _, f := range dateForms {
		if t, err := time.ParseInLocation(f.form, text, c.Zone); err == nil {
			if f.span == 0 {
				return t, t.AddDate(0, 0, 1)
			}
			return t, t.Add(f.span)
		}
	}
	c.problem(v.Pos, "'%.60s' is no date: write yyyy-MM-dd, yyyy/MM/dd or either with HH:mm", v.Text)
	return now, now
}

var period = regexp.MustCompile(`^([+-]?\d{1,6})([yMwdhm])$`)

// shift moves an instant by an increment such as -4w or 1M; ok is false when it is none.
func shift(t time.Time, s string) (time.Time, bool) {
	m := period.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return t, false
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return t, false
	}
	switch m[2] {
	case "y":
		return t.AddDate(n, 0, 0), true
	case "M":
		return t.AddDate(0, n, 0), true
	case "w":
		return t.AddDate(0, 0, 7*n), true
	case "d":
		return t.AddDate(0, 0, n), true
	case "h":
		return t.Add(time.Duration(n) * time.Hour), true
	}
	return t.Add(time.Duration(n) * time.Minute), true
}

func (c *compiler) dateFunction(v cql.Value, now time.Time) (from, to time.Time) {
	y, m, d := now.Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, c.Zone)
	week := day.AddDate(0, 0, -(int(day.Weekday())+6)%7) // Monday
	unit := ""
	var t time.Time
	switch v.Func {
	case "now":
		t, unit = now, "d"
	case "startofday":
		t, unit = day, "d"
	case "endofday":
		t, unit = day.AddDate(0, 0, 1), "d"
	case "startofweek":
		t, unit = week, "w"
	case "endofweek":
		t, unit = week.AddDate(0, 0, 7), "w"
	case "startofmonth":
		t, unit = time.Date(y, m, 1, 0, 0, 0, 0, c.Zone), "M"
	case "endofmonth":
		t, unit = time.Date(y, m+1, 1, 0, 0, 0, 0, c.Zone), "M"
	case "startofyear":
		t, unit = time.Date(y, 1, 1, 0, 0, 0, 0, c.Zone), "y"
	case "endofyear":
		t, unit = time.Date(y+1, 1, 1, 0, 0, 0, 0, c.Zone), "y"
	default:
		c.noFunction(v)
		return now, now
	}
	if len(v.Args) > 0 && strings.TrimSpace(v.Args[0]) != "" {
		arg := strings.TrimSpace(v.Args[0])
		moved, ok := shift(t, arg)
		if !ok {
			moved, ok = shift(t, arg+unit)
		}
		if !ok {
			c.problem(v.Pos, "'%.40s' is no increment such as -1d or 2w", arg)
		}
		t = moved
	}
	if strings.HasPrefix(v.Func, "end") {
		t = t.Add(-time.Microsecond)
	}
	return t, t.Add(time.Microsecond)
}
