// Package rest is the wiki's HTTP API: Confluence Cloud's REST v2 (/wiki/api/v2) and v1 (/wiki/rest/api), and the endpoints of the suite's own
// interface (/api/wiki). Every route stands in one list with the permission it needs; wire types live here and never reach the domain. What a
// route does not do as the vendor's documentation promises answers 501 and is listed in docs/api-divergences/confluence.md.
package rest
