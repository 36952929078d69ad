package app

// demoAlert is an alert of the demo company.
type demoAlert struct {
	message, description, priority, source, entity, team string
	tags                                                 []string
	again                                                int    // times it comes again
	end, note                                            string // what somebody did: "close", "acknowledge", or nothing
}

var demoAlerts = []demoAlert{
	{message: "db1: disk 91 % full", description: "The volume /data grows by 2 GB an hour since 04:10. The read replica is not affected.", priority: "P2", source: "Prometheus", entity: "db1", team: "Platform", tags: []string{"disk", "database"}, again: 14, end: "acknowledge", note: "Looking; the old exports can go."},
	{message: "Push queue: oldest message waits 9 min", description: "Workers answer, throughput is half of what it was yesterday.", priority: "P2", source: "Grafana", entity: "push-queue", team: "Mobile", tags: []string{"queue", "push"}, again: 31},
	{message: "Certificate of api.meridian.example ends in 12 days", description: "It was not renewed at its last chance.", priority: "P4", source: "cert-watch", entity: "api.meridian.example", team: "Platform", tags: []string{"certificate"}},
	{message: "Error rate of checkout 4.1 % (limit 2 %)", description: "Mostly timeouts of the price service.", priority: "P1", source: "Prometheus", entity: "checkout", team: "Platform", tags: []string{"shop", "slo"}, again: 3, end: "close", note: "Rolled back to yesterday's build."},
	{message: "Crash-free sessions of the app below 99 %", description: "Version 1.3 on old phones.", priority: "P2", source: "Grafana", entity: "app", team: "Mobile", tags: []string{"app", "crash"}, end: "close", note: "Hotfix is in the stores."},
	{message: "Node eu-north-1c-7 does not answer", priority: "P3", source: "Prometheus", entity: "eu-north-1c-7", team: "Platform", tags: []string{"node"}, end: "close", note: "Replaced by itself."},
	{message: "Nightly backup took 3 h 40 min", priority: "P4", source: "backup", entity: "backup", team: "Platform", tags: []string{"backup"}, end: "close"},
	{message: "Depot map: tile server slow", priority: "P3", source: "Grafana", entity: "maps", team: "Mobile", tags: []string{"maps", "latency"}, again: 6, end: "close", note: "The provider had an incident."},
	{message: "Sign-in: 60 failed tries a minute from one network", priority: "P3", source: "access", entity: "sign-in", team: "Platform", tags: []string{"security"}, end: "acknowledge", note: "Blocked at the edge, watching."},
	{message: "Replica lag 40 s", priority: "P3", source: "Prometheus", entity: "db2", team: "Platform", tags: []string{"database"}, again: 2, end: "close"},
}
