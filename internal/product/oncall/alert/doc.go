// Package alert is what somebody has to look at: how it is raised, counted instead of raised twice, acknowledged, snoozed, assigned, closed, and the log
// of all that. One open alert has an alias at a time.
//
// It promises that state and log change together, and that every verb says whether it changed anything. It sends nothing and plans nothing: callers
// tell the engine in the same transaction, which package action does for them.
package alert
