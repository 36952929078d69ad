package policy

import (
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/oncall/rotation"
)

// Delay holds the telling back for a time, or until an hour of a day to come.
type Delay struct {
	Option   string    `json:"delayOption"`
	Hour     *int      `json:"untilHour,omitempty"`
	Minute   *int      `json:"untilMinute,omitempty"`
	Duration *Duration `json:"duration,omitempty"`
}

// forDuration is the option that is a time; the others are days.
const forDuration = "for-duration"

var delayDays = []string{"next-sunday", "next-monday", "next-tuesday", "next-wednesday", "next-thursday", "next-friday", "next-saturday"}

func (d *Delay) check() error {
	if d == nil {
		return nil
	}
	const field = "delayAction"
	switch {
	case d.Option == forDuration && d.Duration == nil:
		return fault.Invalid(field, "duration is needed for for-duration.")
	case d.Option == forDuration:
		return d.Duration.check(field)
	case d.Option != "next-time" && d.Option != "next-weekday" && !slices.Contains(delayDays, d.Option):
		return fault.Invalid(field, "delayOption should be one of [ for-duration, next-time, next-weekday, %s ].", strings.Join(delayDays, ", "))
	case d.Hour == nil || *d.Hour < 0 || *d.Hour > 23 || d.Minute != nil && (*d.Minute < 0 || *d.Minute > 59):
		return fault.Invalid(field, "untilHour from 0 to 23 is needed, untilMinute from 0 to 59.")
	}
	return nil
}

// Until gives the instant to which the telling waits, by the wall clock of a zone. An hour that a day does not have is at the end of the gap.
func (d *Delay) Until(now time.Time, zone *time.Location) time.Time {
	if d.Option == forDuration {
		return now.Add(d.Duration.Time())
	}
	minute := 0
	if d.Minute != nil {
		minute = *d.Minute
	}
	local := now.In(zone)
	for ahead := range 15 {
		day := time.Date(local.Year(), local.Month(), local.Day()+ahead, *d.Hour, minute, 0, 0, time.UTC)
		if at := rotation.Instant(day, zone); at.After(now) && d.allows(day.Weekday()) {
			return at
		}
	}
	return now
}

func (d *Delay) allows(day time.Weekday) bool {
	switch d.Option {
	case "next-time":
		return true
	case "next-weekday":
		return day != time.Saturday && day != time.Sunday
	}
	return delayDays[day] == d.Option
}
