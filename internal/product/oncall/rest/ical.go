package rest

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/channel"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/rotation"
	"holdfast.dev/internal/product/oncall/schedule"
	"holdfast.dev/internal/product/oncall/user"
)

// Calendars show a month of the past and three of the future.
const (
	calendarBack  = 31 * 24 * time.Hour
	calendarAhead = 92 * 24 * time.Hour
)

// calendarName tells whether the path asks for a calendar: its last segment ends in .ics, without which it names what the calendar is of.
func calendarName(c *call) (string, bool) {
	return strings.CutSuffix(c.r.PathValue("identifier"), ".ics")
}

func scheduleCalendar(c *call, who string) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		s := r.Schedule(who)
		if s == nil {
			return fault.NotFound("Schedule [%.200s] does not exist.", who)
		}
		return c.sendCalendar(ofSchedule(r, s, c.Clock.Now()))
	})
}

func userCalendar(c *call) error {
	who, ok := calendarName(c)
	if !ok {
		return fault.NotFound("There is nothing here; a user's calendar ends in .ics.")
	}
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		p := r.Person(who)
		if p == nil {
			return fault.NotFound("User with id or username [%.200s] does not exist.", who)
		}
		return c.sendCalendar(ofPerson(r, p, c.Clock.Now()))
	})
}

func newCalendar(name string, zone *time.Location) *ics.Calendar {
	cal := ics.NewCalendarFor("-//Holdfast//On-call//EN")
	cal.SetMethod(ics.MethodPublish)
	cal.SetXWRCalName(name)
	cal.SetXWRTimezone(zone.String())
	cal.SetXPublishedTTL("PT1H")
	cal.SetRefreshInterval("PT1H") // the library names the value's type itself
	return cal
}

// addShift enters an event whose identifier stays the same as long as the shift does.
func addShift(cal *ics.Calendar, id, title string, in rotation.Interval, now time.Time) {
	e := cal.AddEvent(fmt.Sprintf("%s-%d@oncall.holdfast", id, in.From.Unix()))
	e.SetDtStampTime(now)
	e.SetStartAt(in.From)
	e.SetEndAt(in.To)
	e.SetSummary(title)
	e.SetTimeTransparency(ics.TransparencyTransparent)
}

func ofSchedule(r *roster.Roster, s *schedule.Schedule, now time.Time) *ics.Calendar {
	cal := newCalendar(s.Name, s.Location())
	for i, l := range s.Timeline(now.Add(-calendarBack), now.Add(calendarAhead), r.Forwards()).Final {
		name := "Overrides"
		if l.Rotation != nil {
			name = l.Rotation.Name
		}
		for _, p := range l.Periods {
			for _, who := range r.Reach(p.Recipient, p.Interval.From) {
				addShift(cal, fmt.Sprintf("%s-%d-%s", s.ID, i, who.ID), fmt.Sprintf("%s on call: %s (%s)", who.Name, s.Name, name), p.Interval, now)
			}
		}
	}
	return cal
}

func ofPerson(r *roster.Roster, p *user.Person, now time.Time) *ics.Calendar {
	cal := newCalendar(p.Name+" on call", p.Location())
	for _, shift := range r.Shifts(p, now.Add(-calendarBack), now.Add(calendarAhead)) {
		id := "x"
		if shift.Rotation != nil {
			id = shift.Rotation.ID
		}
		addShift(cal, shift.Schedule.ID+"-"+id+"-"+p.ID, "On call: "+shift.Schedule.Name, shift.Interval, now)
	}
	return cal
}

func (c *call) sendCalendar(cal *ics.Calendar) error {
	h := c.w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Cache-Control", "private, max-age=300")
	h.Set("Referrer-Policy", "no-referrer")
	c.w.WriteHeader(http.StatusOK)
	return cal.SerializeTo(c.w, ics.WithNewLineWindows)
}

// calendarByLink gives the calendar that a signed link names, to calendar programs, which cannot sign in.
func calendarByLink(c *call) error {
	token, _ := strings.CutSuffix(c.r.PathValue("token"), ".ics")
	return c.look(func(tx *volume.Tx, r *roster.Roster) error {
		l, err := c.openLink(tx, token)
		if err != nil {
			return err
		}
		switch {
		case l.What != channel.LinkCalendar:
		case l.ID == "":
			if p := r.People[l.Person]; p != nil && p.Active {
				return c.sendCalendar(ofPerson(r, p, c.Clock.Now()))
			}
		default:
			if s := r.Schedules[l.ID]; s != nil && r.People[l.Person] != nil && r.People[l.Person].Active {
				return c.sendCalendar(ofSchedule(r, s, c.Clock.Now()))
			}
		}
		return fault.NotFound("This link is not valid.")
	})
}

// calendarURL makes the secret address of a calendar: of a schedule, or with none, of the person's own shifts.
func (c *call) calendarURL(set *channel.Settings, scheduleID string, p *user.Person) string {
	return httpkit.BaseURL(c.r.Context()) + "/api/oncall/calendar/" + channel.Sign(set.LinkSecret, channel.Link{What: channel.LinkCalendar, ID: scheduleID, Person: p.ID}) + ".ics"
}

func (c *call) openLink(tx *volume.Tx, token string) (channel.Link, error) {
	set, err := channel.LoadSettings(c.r.Context(), tx)
	if err != nil {
		return channel.Link{}, err
	}
	return set.Open(token, c.Clock.Now())
}
