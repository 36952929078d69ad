// Package rest is the status product's HTTP API: Statuspage's manage API v1, the management interface's own operations, and the public page with its
// v2 JSON. Every route stands in one list with the permission it needs; wire types live here and in the public package. What is not served
// answers 501 and is listed in docs/api-divergences/statuspage.md.
package rest
