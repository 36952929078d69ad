package rotation

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var hardZones = []string{"Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "America/Sao_Paulo",
	"Pacific/Apia", "Asia/Tehran", "Antarctica/Troll", "America/Havana", "Asia/Beirut", "Europe/Dublin", "UTC"}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// brute tells by walking the minutes: the watch goes on when the clock has come as far as the next handoff, and never comes back.
type brute struct {
	r        Rotation
	zone     *time.Location
	furthest time.Time
	k        int
}

func (b *brute) at(t time.Time) (int, bool) {
	start := b.r.Start.Truncate(time.Minute)
	if t.Before(start) {
		return 0, false
	}
	local := t.In(b.zone)
	shown := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC)
	if shown.After(b.furthest) {
		b.furthest = shown
	}
	s := start.In(b.zone)
	first := time.Date(s.Year(), s.Month(), s.Day(), s.Hour(), s.Minute(), 0, 0, time.UTC)
	for !b.r.reading(b.k+1, first).After(b.furthest) {
		b.k++
	}
	if b.r.Participants == 0 || !b.r.End.IsZero() && !t.Before(b.r.End.Truncate(time.Minute)) || !bruteRestriction(b.r.Restriction, local) {
		return 0, false
	}
	return b.k % b.r.Participants, true
}

func bruteRestriction(r *Restriction, local time.Time) bool {
	if r == nil {
		return true
	}
	clock := func(from, to, m int) bool {
		if from < to {
			return from <= m && m < to
		}
		return m >= from || m < to
	}
	if r.Type == TimeOfDay {
		c := r.Restriction
		return clock(c.StartHour*60+c.StartMin, c.EndHour*60+c.EndMin, local.Hour()*60+local.Minute())
	}
	for _, w := range r.Restrictions {
		m := int(local.Weekday())*day + local.Hour()*60 + local.Minute()
		if clock(dayOf(w.StartDay)*day+w.StartHour*60+w.StartMin, dayOf(w.EndDay)*day+w.EndHour*60+w.EndMin, m) {
			return true
		}
	}
	return false
}

func genRestriction(r *rapid.T) *Restriction {
	hour, minute := rapid.IntRange(0, 23), rapid.IntRange(0, 59)
	weekday := rapid.SampledFrom(days)
	switch rapid.IntRange(0, 2).Draw(r, "restricted") {
	case 1:
		return &Restriction{Type: TimeOfDay, Restriction: &Clock{hour.Draw(r, "sh"), minute.Draw(r, "sm"), hour.Draw(r, "eh"), minute.Draw(r, "em")}}
	case 2:
		x := &Restriction{Type: WeekdayAndTimeOfDay}
		for range rapid.IntRange(1, 3).Draw(r, "windows") {
			x.Restrictions = append(x.Restrictions, Week{weekday.Draw(r, "sd"), hour.Draw(r, "sh"), minute.Draw(r, "sm"), weekday.Draw(r, "ed"), hour.Draw(r, "eh"), minute.Draw(r, "em")})
		}
		return x
	}
	return nil
}

func genRotation(r *rapid.T) Rotation {
	start := time.Date(rapid.IntRange(2008, 2030).Draw(r, "year"), 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 366*day).Draw(r, "minute")) * time.Minute)
	x := Rotation{Type: rapid.SampledFrom([]string{Hourly, Daily, Weekly, Monthly}).Draw(r, "type"), Length: rapid.IntRange(1, 5).Draw(r, "length"), Start: start,
		Participants: rapid.IntRange(0, 4).Draw(r, "participants"), Restriction: genRestriction(r)}
	if rapid.IntRange(0, 4).Draw(r, "ends") == 0 {
		x.End = start.Add(time.Duration(rapid.IntRange(1, 400*day).Draw(r, "end")) * time.Minute)
	}
	return x
}

// TestIntervalsEqualBruteForce compares every minute around a change of the clock with what walking the minutes gives.
func TestIntervalsEqualBruteForce(t *testing.T) {
	for _, name := range hardZones {
		t.Run(name, func(t *testing.T) {
			z := zone(t, name)
			rapid.Check(t, func(r *rapid.T) {
				x := genRotation(r)
				if change := stretchAt(x.Start, z).to; !change.IsZero() && change.Year() < 2100 { // meet the next change of the clock soon
					x.Start = change.Add(-time.Duration(rapid.IntRange(0, 4*day).Draw(r, "before")) * time.Minute)
					x.End = time.Time{}
				}
				from := x.Start.Add(-100 * time.Minute)
				to := from.Add(time.Duration(rapid.IntRange(1, 35).Draw(r, "days")) * 24 * time.Hour)
				compare(r, x, z, from, to)
			})
		})
	}
}

func compare(t interface{ Fatalf(string, ...any) }, x Rotation, z *time.Location, from, to time.Time) {
	shifts := x.Shifts(z, from, to)
	b := &brute{r: x, zone: z}
	i := 0
	for m := from; m.Before(to); m = m.Add(time.Minute) {
		for i < len(shifts) && !m.Before(shifts[i].To) {
			i++
		}
		got, ok := 0, i < len(shifts) && !m.Before(shifts[i].From)
		if ok {
			got = shifts[i].Participant
		}
		if want, wantOK := b.at(m); got != want || ok != wantOK {
			t.Fatalf("%+v in %s at %s (%s): participant %d %t, by the minute %d %t", x, z, m, m.In(z), got, ok, want, wantOK)
		}
	}
}

// TestYearsOfHardZones walks three years of each zone with a rotation that meets every change of its clock.
func TestYearsOfHardZones(t *testing.T) {
	if testing.Short() {
		t.Skip("three years by the minute take a while")
	}
	for _, name := range hardZones[:8] {
		z := zone(t, name)
		start := time.Date(2009, 12, 31, 2, 30, 0, 0, z)
		for _, x := range []Rotation{
			{Type: Hourly, Length: 1, Participants: 3},
			{Type: Daily, Length: 1, Participants: 2, Restriction: &Restriction{Type: TimeOfDay, Restriction: &Clock{22, 15, 2, 40}}},
			{Type: Weekly, Length: 1, Participants: 5},
		} {
			x.Start = start
			compare(t, x, z, start, start.AddDate(3, 0, 0))
		}
	}
}

func TestCuttingAWindowChangesNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		z := zone(t, rapid.SampledFrom(hardZones).Draw(r, "zone"))
		x := genRotation(r)
		from := x.Start.Add(time.Duration(rapid.IntRange(-day, 1000*day).Draw(r, "from")) * time.Minute)
		cut := from.Add(time.Duration(rapid.IntRange(0, 60*day).Draw(r, "cut")) * time.Minute)
		to := cut.Add(time.Duration(rapid.IntRange(0, 60*day).Draw(r, "to")) * time.Minute)
		whole, parts := x.Shifts(z, from, to), append(x.Shifts(z, from, cut), x.Shifts(z, cut, to)...)
		minutes := func(ss []Shift) (n [5]time.Duration) {
			for i, s := range ss {
				if !s.From.Before(s.To) || i > 0 && s.From.Before(ss[i-1].To) {
					r.Fatalf("shift %v is empty or overlaps", s)
				}
				n[s.Participant] += s.To.Sub(s.From)
			}
			return n
		}
		if minutes(whole) != minutes(parts) {
			r.Fatalf("%v became %v", whole, parts)
		}
		for _, s := range whole {
			if p, ok := x.At(z, s.From); !ok || p != s.Participant {
				r.Fatalf("At(%s) = %d, %t; shift %v", s.From, p, ok, s)
			}
		}
	})
}

func TestDailyIsTwentyFourHours(t *testing.T) {
	for _, name := range hardZones {
		z := zone(t, name)
		start := time.Date(2011, 3, 1, 2, 15, 0, 0, z)
		daily := Rotation{Type: Daily, Length: 1, Start: start, Participants: 3}
		hourly := daily
		hourly.Type, hourly.Length = Hourly, 24
		a, b := daily.Shifts(z, start, start.AddDate(2, 0, 0)), hourly.Shifts(z, start, start.AddDate(2, 0, 0))
		if len(a) != len(b) {
			t.Fatalf("%s: %d and %d shifts", name, len(a), len(b))
		}
		for i := range a {
			if a[i] != b[i] {
				t.Fatalf("%s: %v and %v", name, a[i], b[i])
			}
		}
	}
}

func TestHandoffsAtHardTimes(t *testing.T) {
	for _, c := range []struct{ name, zone, start, want string }{
		{"a time that does not exist moves to the end of the gap", "America/New_York", "2026-03-07T02:30:00-05:00", "2026-03-08T03:00:00-04:00"},
		{"half an hour of gap", "Australia/Lord_Howe", "2026-10-03T02:15:00+10:30", "2026-10-04T02:30:00+11:00"},
		{"a time that comes twice counts the first time", "America/New_York", "2026-10-31T01:30:00-04:00", "2026-11-01T01:30:00-04:00"},
		{"the shift in progress has the extra half hour", "Australia/Lord_Howe", "2026-04-04T03:00:00+11:00", "2026-04-05T03:00:00+10:30"},
		{"midnight that does not exist", "America/Sao_Paulo", "2018-11-03T00:00:00-03:00", "2018-11-04T01:00:00-02:00"},
		{"a day that does not exist", "Pacific/Apia", "2011-12-29T08:00:00-10:00", "2011-12-31T00:00:00+14:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			start, err := time.Parse(time.RFC3339, c.start)
			if err != nil {
				t.Fatal(err)
			}
			z := zone(t, c.zone)
			r := Rotation{Type: Daily, Length: 1, Start: start, Participants: 2}
			if got := r.Shifts(z, start, start.AddDate(0, 0, 5))[0].To.In(z).Format(time.RFC3339); got != c.want {
				t.Errorf("handoff at %s, want %s", got, c.want)
			}
		})
	}
}

func TestMonthsKeepTheirEnd(t *testing.T) {
	r := Rotation{Type: Monthly, Length: 1, Start: time.Date(2027, 1, 31, 9, 0, 0, 0, time.UTC), Participants: 2}
	var got []string
	for _, s := range r.Shifts(time.UTC, r.Start, r.Start.AddDate(0, 5, 0)) {
		got = append(got, s.From.Format("01-02"))
	}
	want := []string{"01-31", "02-28", "03-31", "04-30", "05-31", "06-30"}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("handoffs %v, want %v", got, want)
		}
	}
}

func TestGaps(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2026, 1, 1, h, 0, 0, 0, time.UTC) }
	got := Gaps([]Interval{{at(4), at(6)}, {at(2), at(5)}, {at(8), at(20)}}, at(1), at(10))
	if len(got) != 2 || got[0] != (Interval{at(1), at(2)}) || got[1] != (Interval{at(6), at(8)}) {
		t.Fatalf("%v", got)
	}
	if len(Gaps(nil, at(1), at(2))) != 1 {
		t.Fatal("nothing covers nothing")
	}
}
