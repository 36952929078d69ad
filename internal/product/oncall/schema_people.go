package oncall

// peopleTables are the tables of 0002_people.
var peopleTables = []string{
	"person", "contact", "notification_rule", "forwarding_rule", "team", "team_member", "team_role", "team_log", "routing_rule", "escalation", "schedule",
	"rotation", "schedule_override", "paging", "message", "delivery", "oncall_setting",
}
