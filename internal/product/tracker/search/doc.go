// Package search gives a JQL query its meaning: it resolves fields, values and functions against the site and compiles them to one SQL
// condition and order. Every problem of a query is collected and told in Jira's words. DESIGN.md says how a plan is chosen.
package search
