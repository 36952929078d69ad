// Package setup gives a new site somebody to page: a team with a schedule, an escalation and a routing rule, and its first administrator on call. It
// does nothing that is done already.
package setup

import (
	"context"
	"time"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/channel"
	"holdfast.dev/internal/product/oncall/escalation"
	"holdfast.dev/internal/product/oncall/needs"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/rotation"
	"holdfast.dev/internal/product/oncall/routing"
	"holdfast.dev/internal/product/oncall/schedule"
	"holdfast.dev/internal/product/oncall/team"
	"holdfast.dev/internal/product/oncall/user"
)

// DefaultTeam is the name of the team that every site starts with.
const DefaultTeam = roster.DefaultTeamName

// Site fills the volume of a new site.
func Site(ctx context.Context, tx *volume.Tx) error {
	if err := channel.EnsureSettings(ctx, tx); err != nil {
		return err
	}
	teams, err := team.All(ctx, tx)
	if err != nil || len(teams) > 0 {
		return err
	}
	return Team(ctx, tx, &team.Team{Name: DefaultTeam, Description: "Answers for everything that nobody else answers for."}, "UTC", nil)
}

// Team makes a team with what it needs to be paged: a schedule with a weekly rotation of the people given, an escalation that asks it, then who is next,
// then everybody, and a default routing rule. Their names are the team's with _schedule and _escalation, as Opsgenie has them.
func Team(ctx context.Context, tx *volume.Tx, t *team.Team, zone string, people []alert.Responder) error {
	if err := team.Save(ctx, tx, t); err != nil {
		return err
	}
	s := &schedule.Schedule{Name: t.Name + "_schedule", Zone: zone, Enabled: true, TeamID: t.ID}
	if err := schedule.Save(ctx, tx, s); err != nil {
		return err
	}
	r := &schedule.Rotation{Name: "Weekly", Body: schedule.Body{Type: rotation.Weekly, Length: 1, Start: lastMonday(tx.Now(), s.Location()), Participants: people}}
	if err := schedule.SaveRotation(ctx, tx, s, r); err != nil {
		return err
	}
	watch := alert.Responder{Type: "schedule", ID: s.ID}
	e := &escalation.Escalation{Name: t.Name + "_escalation", TeamID: t.ID, Body: escalation.Body{
		Rules: []escalation.Rule{
			{Condition: escalation.IfNotAcked, NotifyType: "default", Delay: 0, Recipient: watch},
			{Condition: escalation.IfNotAcked, NotifyType: "next", Delay: 5, Recipient: watch},
			{Condition: escalation.IfNotAcked, NotifyType: "all", Delay: 10, Recipient: alert.Responder{Type: "team", ID: t.ID}},
		},
		Repeat: &escalation.Repeat{WaitInterval: 10, Count: 3},
	}}
	if err := escalation.Save(ctx, tx, e); err != nil {
		return err
	}
	rule := &routing.Rule{TeamID: t.ID, Name: "Default", Default: true, Body: routing.Body{Criteria: &routing.Filter{Type: routing.MatchAll}, Zone: zone, Notify: alert.Responder{Type: "escalation", ID: e.ID}}}
	return routing.Place(ctx, tx, nil, rule, -1)
}

// lastMonday gives the latest Monday 08:00 of a zone, so that a handoff comes when people are at work.
func lastMonday(now time.Time, zone *time.Location) time.Time {
	local := now.In(zone)
	back := (int(local.Weekday()) + 6) % 7
	at := rotation.Instant(time.Date(local.Year(), local.Month(), local.Day()-back, 8, 0, 0, 0, time.UTC), zone)
	if at.After(now) {
		at = rotation.Instant(time.Date(local.Year(), local.Month(), local.Day()-back-7, 8, 0, 0, 0, time.UTC), zone)
	}
	return at
}

// People brings the copy of the site's people up to date. While nobody is on call in the default team's schedule, the first administrator that it
// learns of is put there.
func People(ctx context.Context, tx *volume.Tx, people []needs.Person) error {
	admins, err := user.Sync(ctx, tx, people)
	if err != nil || len(admins) == 0 {
		return err
	}
	teams, err := team.All(ctx, tx)
	if err != nil {
		return err
	}
	schedules, err := schedule.All(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range teams {
		for _, s := range schedules {
			if t.Name == DefaultTeam && s.TeamID == t.ID {
				return firstOnCall(ctx, tx, t, s, admins[0])
			}
		}
	}
	return nil
}

func firstOnCall(ctx context.Context, tx *volume.Tx, t *team.Team, s *schedule.Schedule, p *user.Person) error {
	for _, r := range s.Rotations {
		if len(r.Participants) > 0 {
			return nil
		}
	}
	if len(s.Rotations) == 0 {
		return nil // somebody took the rotation away on purpose
	}
	r := s.Rotations[0]
	r.Participants = []alert.Responder{{Type: "user", ID: p.ID}}
	if err := schedule.SaveRotation(ctx, tx, s, r); err != nil {
		return err
	}
	return team.Join(ctx, tx, t, p.ID, team.Admin)
}
