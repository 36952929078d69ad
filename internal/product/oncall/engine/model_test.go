package engine_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/engine"
	"holdfast.dev/internal/product/oncall/escalation"
	"holdfast.dev/internal/product/oncall/needs"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/oncalltest"
	"holdfast.dev/internal/product/oncall/setup"
)

// model says who is to be told when: the steps of the plan, from the start of the present run, while nobody looks after the alert.
type model struct {
	began        time.Time
	acked, open  bool
	snoozedUntil time.Time
	told         int // steps of the run whose time has come
}

var steps = []struct {
	after time.Duration
	who   string
}{{0, "ann"}, {3 * time.Minute, "bob"}, {7 * time.Minute, "cleo"}}

func (m *model) start(at time.Time) { m.began, m.told = at, 0 }

// until gives who is told up to an instant.
func (m *model) until(now time.Time) (told []string) {
	for m.open {
		if !m.snoozedUntil.IsZero() && !m.acked {
			if m.snoozedUntil.After(now) {
				return told
			}
			m.start(m.snoozedUntil)
			m.snoozedUntil = time.Time{}
		}
		if m.told == len(steps) || m.began.Add(steps[m.told].after).After(now) {
			return told
		}
		if !m.acked {
			told = append(told, steps[m.told].who)
		}
		m.told++
	}
	return told
}

// TestThePagingFollowsItsModel does what people do, in any order, and compares who is told with the model.
func TestThePagingFollowsItsModel(t *testing.T) {
	s := &story{World: oncalltest.New(t, storagetest.SQLite(t))}
	s.Write(setup.Site)
	s.Write(func(ctx context.Context, tx *volume.Tx) error {
		var people []needs.Person
		for _, x := range steps {
			people = append(people, needs.Person{AccountID: x.who, DisplayName: x.who, Email: x.who + "@acme.example", Active: true})
		}
		return setup.People(ctx, tx, people)
	})
	var rules []escalation.Rule
	for _, x := range steps {
		rules = append(rules, escalation.Rule{Delay: int(x.after / time.Minute), Recipient: who(x.who)})
	}
	plan := s.plan(nil, rules...)
	rapid.Check(t, func(r *rapid.T) {
		m := &model{open: true}
		defer func() { // whatever a failure left must not page in the next try
			if m.open {
				s.change(engine.Closed, "dee")
				m.open = false
			}
			s.Pass(20 * time.Minute)
			s.Inbox.Take()
		}()
		m.start(s.Clock.Now())
		s.raise("P1", "model", plan)
		want := m.until(s.Clock.Now())
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			switch what := rapid.SampledFrom([]string{engine.Acknowledged, engine.Unacknowledged, engine.Snoozed, engine.Closed, "restart", "", "", ""}).Draw(r, "what"); {
			case what == "restart":
				s.Restart()
			case what == "" || !m.open:
			case what == engine.Acknowledged && !m.acked:
				s.change(what, "dee")
				m.acked, m.snoozedUntil = true, time.Time{}
			case what == engine.Unacknowledged && m.acked:
				s.change(what, "dee")
				m.acked, m.snoozedUntil = false, time.Time{}
				m.start(s.Clock.Now())
			case what == engine.Snoozed && !m.acked:
				s.change(what, "dee")
				m.snoozedUntil = s.Clock.Now().Add(10 * time.Minute)
			case what == engine.Closed && rapid.IntRange(0, 3).Draw(r, "close") == 0:
				s.change(what, "dee")
				m.open = false
			}
			want = append(want, m.until(s.Clock.Now())...)
			s.Pass(time.Duration(rapid.IntRange(4, 30).Draw(r, "pause")) * 10 * time.Second)
			want = append(want, m.until(s.Clock.Now())...)
			var got []string
			for _, mail := range s.Inbox.Take() {
				got = append(got, mail.To[:len(mail.To)-len("@acme.example")])
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				r.Fatalf("told %v, want %v; log:\n%s\n%s", got, want, s.log(), s.messages())
			}
			want = nil
		}
		if m.open {
			s.change(engine.Closed, "dee")
			m.open = false
		}
		s.Pass(20 * time.Minute)
		if left := s.Inbox.Take(); len(left) > 0 {
			r.Fatalf("told of a closed alert: %v", left)
		}
	})
}

// messages shows the delivery log of the story's alert.
func (s *story) messages() (out string) {
	s.Read(func(ctx context.Context, tx *volume.Tx) error {
		ms, err := notification.OfAlert(ctx, tx, s.id)
		for _, m := range ms {
			out += fmt.Sprintf("%s %s tries %d due %s now %s: %s\n", m.Address, m.State, m.Tries, m.Due.Format("15:04:05"), tx.Now().Format("15:04:05"), m.Reason)
		}
		return err
	})
	return out
}
