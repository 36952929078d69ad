package schedule

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/rotation"
)

func person(id string) alert.Responder { return alert.Responder{Type: "user", ID: id} }

var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func weekly(people ...string) *Rotation {
	r := &Rotation{ID: "r1", Body: Body{Type: rotation.Weekly, Length: 1, Start: monday}}
	for _, p := range people {
		r.Participants = append(r.Participants, person(p))
	}
	return r
}

func TestWhoIsOnCall(t *testing.T) {
	s := &Schedule{Zone: "UTC", Rotations: []*Rotation{weekly("ann", "bob")}}
	at := func(d time.Duration) string {
		rs := s.At(monday.Add(d), nil)
		if len(rs) != 1 {
			return ""
		}
		return rs[0].ID
	}
	if at(0) != "ann" || at(167*time.Hour+59*time.Minute) != "ann" || at(168*time.Hour) != "bob" || at(-time.Minute) != "" {
		t.Fatal("the week's holder is wrong")
	}
	s.Overrides = []*Override{{PersonID: "cleo", From: monday.Add(time.Hour), To: monday.Add(2 * time.Hour)}}
	if at(0) != "ann" || at(time.Hour) != "cleo" || at(119*time.Minute) != "cleo" || at(2*time.Hour) != "ann" {
		t.Fatal("an override holds for its hour and no longer")
	}
	next, _, when := s.Next(monday, nil)
	if next[0].ID != "cleo" || !when.Equal(monday.Add(time.Hour)) {
		t.Fatalf("next is %v at %v", next, when)
	}
	if until := s.Until(monday.Add(3*time.Hour), nil); !until.Equal(monday.AddDate(0, 0, 7)) {
		t.Fatalf("until %v", until)
	}
	if p := s.Previous(monday.AddDate(0, 0, 8), nil); len(p) != 1 || p[0].ID != "ann" {
		t.Fatalf("previous is %v", p)
	}
}

func TestForwardingFollowsAChainAndEndsInACircle(t *testing.T) {
	s := &Schedule{Zone: "UTC", Rotations: []*Rotation{weekly("ann")}}
	hour := rotation.Interval{From: monday, To: monday.Add(time.Hour)}
	forwards := []Forward{{hour, "ann", "bob"}, {hour, "bob", "cleo"}}
	if got := s.At(monday, forwards); len(got) != 1 || got[0].ID != "cleo" {
		t.Fatalf("%v", got)
	}
	if got := s.At(monday.Add(time.Hour), forwards); got[0].ID != "ann" {
		t.Fatalf("%v", got)
	}
	if got := s.At(monday, append(forwards, Forward{hour, "cleo", "ann"})); len(got) != 1 {
		t.Fatalf("a circle gave %v", got)
	}
}

func TestARotationWithoutMembersIsAGap(t *testing.T) {
	s := &Schedule{Zone: "Europe/London", Rotations: []*Rotation{weekly()}}
	if got := s.Timeline(monday, monday.Add(time.Hour), nil).Gaps(monday, monday.Add(time.Hour)); len(got) != 1 || len(s.At(monday, nil)) != 0 {
		t.Fatalf("gaps %v", got)
	}
	s.Rotations[0].Participants = []alert.Responder{{Type: "none"}, person("ann")}
	if got := s.Timeline(monday, monday.AddDate(0, 0, 14), nil).Gaps(monday, monday.AddDate(0, 0, 14)); len(got) != 1 || got[0].To.Sub(got[0].From) != 168*time.Hour {
		t.Fatalf("gaps %v", got)
	}
}

// TestTheFinalLayerIsWhoIsToldByTheMinute compares the timeline with a reading of the layers, minute by minute.
func TestTheFinalLayerIsWhoIsToldByTheMinute(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		minute := func(name string) time.Time {
			return monday.Add(time.Duration(rapid.IntRange(-600, 3000).Draw(r, name)) * time.Minute)
		}
		interval := func(name string) rotation.Interval {
			from := minute(name)
			return rotation.Interval{From: from, To: from.Add(time.Duration(rapid.IntRange(1, 900).Draw(r, name+" length")) * time.Minute)}
		}
		who := rapid.SampledFrom([]string{"ann", "bob", "cleo", "dee"})
		rot := weekly("ann", "bob")
		rot.Type, rot.Length = rotation.Hourly, rapid.IntRange(1, 9).Draw(r, "length")
		rot.Restriction = &rotation.Restriction{Type: rotation.TimeOfDay, Restriction: &rotation.Clock{StartHour: 8, StartMin: 17, EndHour: 20, EndMin: 3}}
		s := &Schedule{Zone: "America/Sao_Paulo", Rotations: []*Rotation{rot}}
		for i := range rapid.IntRange(0, 4).Draw(r, "overrides") {
			x := interval("override")
			s.Overrides = append(s.Overrides, &Override{PersonID: who.Draw(r, "by"), From: x.From, To: x.To, Created: monday.Add(time.Duration(i))})
		}
		var forwards []Forward
		if rapid.Bool().Draw(r, "forwards") {
			forwards = append(forwards, Forward{interval("forward"), "ann", "dee"})
		}
		from, to := monday.Add(-time.Hour), monday.Add(40*time.Hour)
		final := s.Timeline(from, to, forwards).Final[0].Periods
		for m := from; m.Before(to); m = m.Add(7 * time.Minute) {
			want := ""
			if p, ok := rot.Plan().At(s.Location(), m); ok {
				want = rot.Participants[p].ID
			}
			for _, o := range s.Overrides {
				if !m.Before(o.From) && m.Before(o.To) {
					want = o.PersonID
				}
			}
			for _, f := range forwards {
				if f.From == want && !m.Before(f.Interval.From) && m.Before(f.Interval.To) {
					want = f.To
				}
			}
			got := ""
			for _, p := range final {
				if !m.Before(p.Interval.From) && m.Before(p.Interval.To) {
					if got != "" {
						r.Fatalf("two periods at %s", m)
					}
					got = p.Recipient.ID
				}
			}
			if got != want {
				r.Fatalf("at %s %q is on call, want %q", m, got, want)
			}
		}
	})
}
