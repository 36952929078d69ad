package rotation

import (
	"time"
	_ "time/tzdata" // zones must be known on machines that have none
)

// Wall clock readings are kept as time.Time in UTC whose fields are those of the wall clock. Between two changes of a zone's offset wall clock and
// instant differ by a constant, which makes everything below plain arithmetic per stretch.

// wall gives the reading of the zone's clock at an instant.
func wall(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// stretch is a time during which a zone's offset stays the same.
type stretch struct {
	from, to time.Time // zero: open
	offset   time.Duration
}

func stretchAt(t time.Time, zone *time.Location) stretch {
	local := t.In(zone)
	_, offset := local.Zone()
	from, to := local.ZoneBounds()
	return stretch{from.UTC(), to.UTC(), time.Duration(offset) * time.Second}
}

// reach gives the first instant, not before from, at which the zone's clock shows at least w.
func reach(w, from time.Time, zone *time.Location) time.Time {
	at := from
	if early := w.Add(-48 * time.Hour); early.After(at) { // no offset is larger, so the clock cannot show w yet
		at = early
	}
	for {
		s := stretchAt(at, zone)
		t := w.Add(-s.offset)
		if t.Before(at) {
			t = at
		}
		if s.to.IsZero() || t.Before(s.to) {
			return t
		}
		at = s.to
	}
}

// Instant gives the instant of a local time of a zone, given as the fields of t: the first one where it comes twice, the end of the gap where it
// does not exist.
func Instant(t time.Time, zone *time.Location) time.Time {
	w := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	return reach(w, w.Add(-48*time.Hour), zone)
}
