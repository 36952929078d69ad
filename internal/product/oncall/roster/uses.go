package roster

import "slices"

// UsersOf names what leads to a team, schedule or escalation, so that nobody deletes what others rely on. What the team except owns does not count.
func (r *Roster) UsersOf(kind, id, except string) []string {
	var out []string
	for teamID, rules := range r.Routing {
		for _, x := range rules {
			if t := r.Teams[teamID]; t != nil && teamID != except && x.Notify.Type == kind && x.Notify.ID == id {
				out = append(out, "a routing rule of team "+t.Name)
			}
		}
	}
	for _, e := range r.Escalations {
		for _, x := range e.Rules {
			if x.Recipient.Type == kind && x.Recipient.ID == id && (e.TeamID != except || except == "") && !(kind == "escalation" && e.ID == id) {
				out = append(out, "escalation "+e.Name)
			}
		}
	}
	for _, s := range r.Schedules {
		for _, x := range s.Rotations {
			for _, p := range x.Participants {
				if p.Type == kind && p.ID == id && (s.TeamID != except || except == "") {
					out = append(out, "schedule "+s.Name)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
