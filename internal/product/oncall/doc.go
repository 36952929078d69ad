// Package oncall gets the right person out of bed: alerts, schedules, escalations, heartbeats and the channels that reach people, and the REST API v2
// that Opsgenie clients speak. It lives in a volume of its own, with a copy of the people it may have to reach, so that it goes on when
// everything else of a site is gone.
//
// It promises that an alert that was accepted is durable, that whoever is on call is told within seconds or the next one is, whatever dies in
// between, and that every message sent, held or failed is on record with its reason. It never imports another product: see needs.
package oncall
