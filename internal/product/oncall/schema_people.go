package oncall

import "holdfast.dev/internal/platform/storage"

// peopleTables are the tables of 0002_people.
var peopleTables = []storage.Table{
	{Name: "person", Item: "oncall.person", Title: "name"},
	{Name: "contact", Item: "oncall.person", ItemID: "person_id"},
	{Name: "notification_rule", Item: "oncall.person", ItemID: "person_id"},
	{Name: "forwarding_rule", Item: "oncall.person", ItemID: "from_person"},
	{Name: "team", Item: "oncall.team", Title: "name"},
	{Name: "team_member", Item: "oncall.team", ItemID: "team_id"},
	{Name: "team_role", Item: "oncall.team", ItemID: "team_id"},
	{Name: "team_log"},
	{Name: "routing_rule", Item: "oncall.team", ItemID: "team_id"},
	{Name: "escalation", Item: "oncall.escalation", Title: "name"},
	{Name: "schedule", Item: "oncall.schedule", Title: "name"},
	{Name: "rotation", Item: "oncall.schedule", ItemID: "schedule_id"},
	{Name: "schedule_override", Item: "oncall.schedule", ItemID: "schedule_id"},
	{Name: "paging", Item: "oncall.alert", ItemID: "alert_id"},
	{Name: "message"},
	{Name: "delivery", Item: "oncall.alert", ItemID: "alert_id"},
	{Name: "oncall_setting"},
}
