// Package tracker is the issue tracker of the suite: projects, issues, their workflow, search by JQL, and the REST API v2 and
// v3 that Jira Cloud clients speak. It lives in a site's work volume.
//
// Folders: catalog (what issues refer to, remembered in memory), one folder per noun with its rules and SQL, jql (the query
// language), importer (exports of other trackers), demo (a generated company), rest (every route and every wire type).
// It promises that every change of an issue leaves a history entry in the same commit and that no answer shows what the
// asker may not browse. It never imports another product: see needs for what it asks of its surroundings.
package tracker
