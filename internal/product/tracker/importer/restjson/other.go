package restjson

import (
	"encoding/json"
	"net/url"
	"strings"

	"holdfast.dev/internal/product/tracker/importer/source"
)

// tellers are properties by which an answer of the API that is no issue tells what it is, the most telling first.
var tellers = []struct{ property, kind string }{
	{"errorMessages", "error answer"}, {"jql", "filter"}, {"clauseNames", "field definition"}, {"fieldDetails", "field definition"}, {"actors", "project role"},
	{"permissions", "permission scheme"}, {"permissionSchemes", "list of permission schemes"}, {"issueLinkTypes", "list of link types"}, {"issuetypes", "create metadata"},
	{"projects", "create metadata"}, {"statusCategory", "status"}, {"subtask", "issue type"}, {"statusColor", "priority"}, {"inward", "link type"}, {"originBoardId", "sprint"},
	{"displayName", "person"}, {"baseUrl", "server info"}, {"serverTitle", "server info"}, {"transitions", "list of transitions"}, {"worklogs", "list of work logs"},
	{"timeSpent", "work log"}, {"comments", "list of comments"}, {"watchers", "list of watchers"}, {"voters", "list of votes"}, {"filename", "attachment"}, {"releaseDate", "version"},
	{"released", "version"}, {"assigneeType", "component"}, {"session", "session"}, {"updateAuthor", "comment"}, {"body", "comment"}, {"isAssigneeTypeValid", "component"},
	{"columnConfig", "board configuration"}, {"schema", "field definition"},
}

// takers are the kinds that come to the site without an issue that has them.
var takers = map[string]func(r *Reader, raw json.RawMessage){
	"person":     (*Reader).person,
	"status":     func(r *Reader, raw json.RawMessage) { r.named("status", raw) },
	"issue type": func(r *Reader, raw json.RawMessage) { r.named("issue type", raw) },
	"priority":   func(r *Reader, raw json.RawMessage) { r.named("priority", raw) },
	"resolution": func(r *Reader, raw json.RawMessage) { r.named("resolution", raw) },
}

// other takes what is no issue, project, comment or page of them, or says what it is.
func (r *Reader) other(raw json.RawMessage) {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		r.bad("object", "it is no JSON object")
		return
	}
	kind := kindOf(all)
	if take := takers[kind]; take != nil {
		take(r, raw)
		return
	}
	if kind == "" {
		r.bad("object", "it is none that an importer knows")
		return
	}
	r.bad(kind, "it stands without an issue, and is not taken from answers of the API")
}

// kindOf tells what an object is, "" when nothing tells.
func kindOf(all map[string]json.RawMessage) string {
	var self string
	if json.Unmarshal(all["self"], &self) == nil {
		if u, err := url.Parse(self); err == nil {
			if _, path, ok := strings.Cut(u.Path, "/rest/api/"); ok {
				parts := strings.Split(path, "/")
				if len(parts) == 3 && (parts[1] == "priority" || parts[1] == "resolution") {
					return parts[1]
				}
			}
		}
	}
	for _, t := range tellers {
		if _, ok := all[t.property]; ok {
			return t.kind
		}
	}
	if _, ok := all["type"]; ok && len(self) > 0 && strings.Contains(self, "/board/") {
		return "board"
	}
	if _, ok := all["description"]; ok && strings.Contains(self, "/role/") {
		return "project role"
	}
	return ""
}

func (r *Reader) person(raw json.RawMessage) {
	var w wirePerson
	if json.Unmarshal(raw, &w) != nil || w.person() == nil {
		r.bad("person", "the person cannot be read")
		return
	}
	r.queue = append(r.queue, &source.Record{Person: w.person()})
}

func (r *Reader) named(kind string, raw json.RawMessage) {
	var w wireNamed
	if json.Unmarshal(raw, &w) != nil || w.named() == nil {
		r.bad(kind, "it cannot be read")
		return
	}
	n := w.named()
	switch kind {
	case "status":
		r.queue = append(r.queue, &source.Record{Status: n})
	case "issue type":
		r.queue = append(r.queue, &source.Record{Type: n})
	case "priority":
		r.queue = append(r.queue, &source.Record{Priority: n})
	case "resolution":
		r.queue = append(r.queue, &source.Record{Resolution: n})
	}
}
