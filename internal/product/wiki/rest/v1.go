package rest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
)

// The shapes and routes of REST v1. Objects are maps: what they have depends on expand, and what is not expanded is named under _expandable.

type object = map[string]any

// expansion is a tree of what is to be expanded.
type expansion map[string]expansion

// has tells whether a property is to be expanded.
func (e expansion) has(name string) bool { _, ok := e[name]; return ok }

// known are the names that can be expanded, by what they are in. A name with "*" takes any names in it.
var known = map[string]string{
	"content": "space history version ancestors operations children childTypes descendants container body restrictions metadata extensions* macroRenderedOutput* schedulePublishDate schedulePublishInfo relevantViewRestrictions* mediaToken position",
	"space":   "icon description homepage metadata operations permissions settings theme lookAndFeel history settings* identifiers",
	"history": "lastUpdated previousVersion nextVersion contributors createdBy ownedBy lastOwnedBy", "version": "by content collaborators",
	"children": "attachment comment page folder whiteboard database", "childTypes": "all attachment comment page", "descendants": "attachment comment page",
	"body":         "storage view export_view styled_view anonymous_export_view editor editor2 wiki atlas_doc_format raw dynamic",
	"restrictions": "read update", "read": "restrictions", "update": "restrictions", "restrictions.of": "user group content",
	"metadata": "labels currentuser properties* frontend likes* simple", "currentuser": "favourited lastmodified lastcontributed viewed scheduled",
	"result": "content user space", "homepage": "*", "container": "*", "by": "*", "lastUpdated": "*", "description": "plain view", "contributors": "publishers* editors*",
	"user": "operations details* personalSpace isExternalCollaborator", "template": "body", "restriction": "restrictions content read update", "rendering": "webresource* embeddedContent* mediaToken*", "property": "content version",
}

// inside says which list of names goes on below a name, where it is not the name itself.
func inside(of, name string) string {
	switch {
	case of == "result", name == "page", name == "comment", name == "attachment", name == "homepage", name == "container":
		if name == "user" || name == "space" {
			return name
		}
		return "content"
	case name == "restrictions" && (of == "read" || of == "update" || of == "restriction"):
		return "restrictions.of"
	case name == "ancestors" || of == "version" && name == "content", of == "restriction" && name == "content", of == "property" && name == "content":
		return "content"
	case of == "body":
		return "rendering"
	case name == "lastUpdated" || name == "previousVersion" || name == "nextVersion":
		return "version"
	case name == "by" || name == "createdBy" || name == "ownedBy" || name == "lastOwnedBy" || name == "collaborators" || of == "restrictions.of":
		return "user"
	}
	return name
}

// expansions reads the parameter expand for an object of some kind; def is what is expanded when it is not given. A name that is not known is an error.
func expansions(r *http.Request, kind, def string) (expansion, error) {
	given := r.URL.Query()["expand"]
	if len(given) == 0 {
		given = []string{def}
	}
	out := expansion{}
	count := 0
	for _, list := range given {
		for path := range strings.SplitSeq(list, ",") {
			if path = strings.TrimSpace(path); path == "" {
				continue
			}
			if count++; count > 100 {
				return nil, fault.Bad("Too much is to be expanded.")
			}
			if err := out.add(kind, path); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (e expansion) add(kind, path string) error {
	at, of, any := e, kind, false
	names := strings.Split(path, ".")
	if len(names) > 12 {
		return fault.Bad("Cannot expand '%.100s': it goes too deep.", path)
	}
	for _, name := range names {
		if !any {
			allowed := strings.Fields(known[of])
			switch {
			case slices.Contains(allowed, name):
			case slices.Contains(allowed, name+"*"), slices.Contains(allowed, "*"):
				any = true
			default:
				return fault.Bad("Unknown expand '%.60s' in '%.100s': there are %s.", name, path, strings.ReplaceAll(strings.Join(allowed, ", "), "*", ""))
			}
		}
		if at[name] == nil {
			at[name] = expansion{}
		}
		at, of = at[name], inside(of, name)
	}
	return nil
}

// v1List is a page of a list of v1.
func (c *call) v1List(results any, size, start, limit int, more bool) object {
	q := c.r.URL.Query()
	links := object{"base": c.base + "/wiki", "context": "/wiki", "self": c.base + c.r.URL.RequestURI()}
	link := func(start int) string {
		next := maps.Clone(q)
		next.Set("start", strconv.Itoa(start))
		next.Set("limit", strconv.Itoa(limit))
		return strings.TrimPrefix(c.r.URL.Path, "/wiki") + "?" + next.Encode()
	}
	if more {
		links["next"] = link(start + size)
	}
	if start > 0 {
		links["prev"] = link(max(0, start-limit))
	}
	return object{"results": results, "start": start, "limit": limit, "size": size, "_links": links}
}

// window reads start and limit.
func window(r *http.Request, def, most int) (start, n int, err error) {
	if start, err = httpkit.IntParam(r, "start", 0, 0, 1<<30); err != nil {
		return 0, 0, err
	}
	n, err = httpkit.IntParam(r, "limit", def, 0, most)
	return start, max(n, 1), err
}

// v1Slice answers with a page of a list that is in memory.
func v1Slice[T any](c *call, all []T, start, n int) object {
	from := min(start, len(all))
	to := min(from+n, len(all))
	cut := all[from:to]
	if cut == nil {
		cut = []T{}
	}
	return c.v1List(cut, len(cut), start, n, to < len(all))
}

// user gives somebody as v1 does.
func (c *call) user(account string) object {
	p, ok := c.people[account]
	if account == "" {
		return object{"type": "anonymous", "profilePicture": picture("anonymous"), "displayName": "Anonymous", "accountId": nil, "_expandable": object{"operations": ""}, "_links": object{}}
	}
	if !ok {
		return object{"type": "unknown", "accountId": account, "accountType": "atlassian", "displayName": account, "publicName": account, "profilePicture": picture(account), "_expandable": object{"operations": ""}, "_links": object{}}
	}
	return object{"type": "known", "accountId": account, "accountType": "atlassian", "email": p.Email, "publicName": p.DisplayName, "displayName": p.DisplayName, "timeZone": p.TimeZone, "profilePicture": picture(account),
		"isExternalCollaborator": false, "_expandable": object{"operations": "", "personalSpace": ""}, "_links": object{"self": c.base + "/wiki/rest/api/user?accountId=" + url.QueryEscape(account)}}
}

func picture(account string) object {
	return object{"path": "/avatar/user/" + account, "width": 48, "height": 48, "isDefault": true}
}

// when writes an instant as v1 does.
func when(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (h *handler) v1Routes() []httpkit.Route {
	var routes []httpkit.Route
	add := func(method, path string, p httpkit.Permission, f httpkit.Handler) {
		rt := httpkit.Route{Method: method, Path: path, Permission: p, Handler: f}
		if method == "POST" || method == "PUT" {
			rt.MaxBody = maxBody
		}
		routes = append(routes, rt)
	}
	add("GET", "/content", mayView, h.v1Contents)
	add("POST", "/content", mayEdit, h.v1CreateContent)
	add("GET", "/content/search", mayView, h.v1ContentSearch)
	add("GET", "/content/{id}", mayView, h.v1Content)
	add("PUT", "/content/{id}", mayEdit, h.v1UpdateContent)
	add("DELETE", "/content/{id}", mayDelete, h.v1DeleteContent)
	add("DELETE", "/content/{id}/pageTree", mayDelete, h.v1DeleteTree)
	add("GET", "/content/{id}/child", mayView, h.v1AllChildren)
	add("GET", "/content/{id}/child/{type}", mayView, h.v1Children)
	for _, kind := range []string{"attachment", "comment"} { // other methods have routes there
		add("GET", "/content/{id}/child/"+kind, mayView, func(w http.ResponseWriter, r *http.Request) error { return h.below(w, r, kind, false) })
	}
	add("GET", "/content/{id}/descendant", mayView, h.v1AllDescendants)
	add("GET", "/content/{id}/descendant/{type}", mayView, h.v1Descendants)
	add("PUT", "/content/{pageId}/move/{position}/{targetId}", mayEdit, h.v1Move)
	add("POST", "/content/{id}/copy", mayEdit, h.v1Copy)
	add("GET", "/content/{id}/history", mayView, h.v1History)
	add("GET", "/content/{id}/version", mayView, h.v1Versions)
	add("POST", "/content/{id}/version", mayEdit, h.v1RestoreVersion)
	add("GET", "/content/{id}/version/{versionNumber}", mayView, h.v1Version)
	add("GET", "/content/{id}/label", mayView, h.v1Labels)
	add("POST", "/content/{id}/label", mayEdit, h.v1AddLabels)
	add("DELETE", "/content/{id}/label", mayEdit, h.v1RemoveLabel)
	add("DELETE", "/content/{id}/label/{label}", mayEdit, h.v1RemoveLabel)
	add("GET", "/content/{id}/property", mayView, h.v1Properties)
	add("POST", "/content/{id}/property", mayEdit, h.v1PostProperty)
	add("GET", "/content/{id}/property/{key}", mayView, h.v1Property)
	add("PUT", "/content/{id}/property/{key}", mayEdit, h.v1PutProperty)
	add("POST", "/content/{id}/property/{key}", mayEdit, h.v1PostProperty)
	add("DELETE", "/content/{id}/property/{key}", mayEdit, h.v1DeleteProperty)
	add("GET", "/content/{id}/child/attachment/{attachmentId}/download", mayView, h.v1Download)
	routes = append(routes, h.v1UploadRoutes()...)
	add("PUT", "/content/{id}/child/attachment/{attachmentId}", mayAttach, h.v1DescribeFile)
	h.v1RestrictionRoutes(add)
	add("POST", "/contentbody/convert/{to}", mayView, h.v1Convert)
	add("POST", "/contentbody/convert/async/{to}", mayView, h.v1ConvertLater)
	add("GET", "/contentbody/convert/async/{id}", mayView, h.v1Converted)
	add("POST", "/content/archive", mayDelete, h.v1Archive)
	add("POST", "/content/{id}/pagehierarchy/copy", mayEdit, h.v1CopyHierarchy)
	add("POST", "/content/{id}/permission/check", mayView, h.v1CheckPermission)
	add("GET", "/search", mayView, h.v1Search)
	add("GET", "/search/user", mayView, h.v1UserSearch)
	add("GET", "/label", mayView, h.v1LabelContents)
	h.v1SpaceRoutes(add)
	h.v1PeopleRoutes(add)
	h.v1GroupRoutes(add)
	h.v1TemplateRoutes(add)
	return routes
}
