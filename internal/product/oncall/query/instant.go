package query

import (
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
)

// instant compares a time: milliseconds since 1970 as Opsgenie has it, RFC 3339, a day (2026-03-01), or now with a distance (now-90m, now-12h, now-7d, now-2w). Equal means within the
// unit that was written: a millisecond, a second, a day.
func (c *compiler) instant(column string, n *node) (string, error) {
	at, unit, ok := c.moment(n.value)
	if !ok {
		return "", bad("%q is no time: write milliseconds since 1970, 2026-03-01, 2026-03-01T09:30:00Z or now-1d", n.value)
	}
	from, to := clock.Micros(at), clock.Micros(at.Add(unit))
	switch n.cmp {
	case ":":
		return column + " >= " + c.arg(from) + " AND " + column + " < " + c.arg(to), nil
	case ">":
		return column + " >= " + c.arg(to), nil
	case ">=":
		return column + " >= " + c.arg(from), nil
	case "<":
		return column + " < " + c.arg(from) + " AND " + column + " <> 0", nil
	}
	return column + " < " + c.arg(to) + " AND " + column + " <> 0", nil
}

func (c *compiler) moment(s string) (time.Time, time.Duration, bool) {
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil && ms > -1<<45 && ms < 1<<45 {
		return time.UnixMilli(ms), time.Millisecond, true
	}
	if rest, ok := strings.CutPrefix(s, "now"); ok {
		d, ok := distance(rest)
		return c.now.Add(d), time.Microsecond, ok
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, time.Second, true
	}
	for layout, unit := range map[string]time.Duration{time.DateOnly: 24 * time.Hour, "02-01-2006": 24 * time.Hour, "2006-01-02T15:04": time.Minute} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, unit, true
		}
	}
	return time.Time{}, 0, false
}

// distance reads what stands after now: nothing, or a sign, a number and a unit.
func distance(s string) (time.Duration, bool) {
	if s == "" {
		return 0, true
	}
	if len(s) < 3 || s[0] != '-' && s[0] != '+' {
		return 0, false
	}
	n, err := strconv.Atoi(s[:len(s)-1])
	unit, ok := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[s[len(s)-1]]
	if err != nil || !ok || n > 100_000 || n < -100_000 {
		return 0, false
	}
	return time.Duration(n) * unit, true
}
