package rest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/content"
)

// The shapes and routes of REST v2. Lists are followed by cursors: _links.next and the Link header.

// v2List is a page of a list.
type v2List struct {
	Results any     `json:"results"`
	Links   v2Links `json:"_links"`
}

type v2Links struct {
	Next string `json:"next,omitempty"`
	Base string `json:"base"`
}

// listV2 answers with a page of results; next is its cursor, empty at the end.
func (h *handler) listV2(w http.ResponseWriter, r *http.Request, def int, fn func(c *call, limit int, cursor string) (results any, next string, err error)) error {
	n, err := limit(r, def, 250)
	if err != nil {
		return err
	}
	out := v2List{}
	err = h.with(r, volumeRead, func(c *call) error {
		results, next, err := fn(c, n, r.URL.Query().Get("cursor"))
		out.Results, out.Links.Base = results, c.base+"/wiki"
		if next != "" {
			q := r.URL.Query()
			q.Set("cursor", next)
			out.Links.Next = r.URL.Path + "?" + q.Encode()
			w.Header().Set("Link", "<"+out.Links.Next+">; rel=\"next\", <"+out.Links.Base+">; rel=\"base\"")
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// v2Sort turns a sort order of the API into one of package list.
func v2Sort(r *http.Request, def string, allowed ...string) (string, error) {
	s := r.URL.Query().Get("sort")
	if s == "" {
		return def, nil
	}
	name, desc := strings.CutPrefix(s, "-")
	to := map[string]string{"created-date": "created", "modified-date": "updated", "child-position": "position", "id": "id", "title": "title"}[name]
	for _, a := range allowed {
		if a == name {
			if desc {
				return "-" + to, nil
			}
			return to, nil
		}
	}
	return "", fault.Bad("The sort order '%.40s' is not known here.", s)
}

// v2Statuses reads the statuses asked for.
func v2Statuses(r *http.Request, def ...string) ([]string, error) {
	given := httpkit.ListParam(r, "status")
	if len(given) == 0 {
		return def, nil
	}
	for _, s := range given {
		switch s {
		case content.Current, content.Archived, content.Trashed, content.Draft, "deleted", "historical":
		default:
			return nil, fault.Bad("The status '%.40s' is not known.", s)
		}
	}
	return given, nil
}

// v2IDs reads a list of identifiers; nil when none is given.
func v2IDs(r *http.Request, name string) ([]int64, error) {
	var out []int64
	for _, s := range httpkit.ListParam(r, name) {
		id, err := optionalID(name, s)
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	if len(out) > 250 {
		return nil, fault.Bad("At most 250 identifiers can be given (%s).", name)
	}
	return out, nil
}

// instant is an instant as the API writes it: RFC 3339 with milliseconds, in UTC.
type instant time.Time

// MarshalJSON implements json.Marshaler.
func (t instant) MarshalJSON() ([]byte, error) {
	return []byte(`"` + time.Time(t).UTC().Format("2006-01-02T15:04:05.000Z") + `"`), nil
}

type v2Version struct {
	Created instant `json:"createdAt"`
	Message string  `json:"message"`
	Number  int64   `json:"number"`
	Minor   bool    `json:"minorEdit"`
	Author  string  `json:"authorId"`
}

func versionV2(v *content.Version) v2Version {
	return v2Version{instant(v.Created), v.Message, v.Number, v.Minor, v.Author}
}

type v2BodyType struct {
	Representation string `json:"representation"`
	Value          string `json:"value"`
}

// bodyFormat reads the representation asked for, empty for none.
func bodyFormat(r *http.Request) (string, error) {
	f := r.URL.Query().Get("body-format")
	if f != "" && !formats[f] {
		return "", fault.Bad("The body format '%.40s' is not known.", f)
	}
	return f, nil
}

// bodyV2 gives a stored body in a representation; an empty object for none.
func (c *call) bodyV2(of *content.Content, stored, format string) (map[string]v2BodyType, error) {
	out := map[string]v2BodyType{}
	if format == "" {
		return out, nil
	}
	value, err := c.writeBody(of, stored, format)
	if err == nil {
		out[format] = v2BodyType{format, value}
	}
	return out, err
}

// v2BodyInput is a body as clients write it: {representation, value}, or nested under the name of a representation.
type v2BodyInput struct {
	Representation string      `json:"representation"`
	Value          *string     `json:"value"`
	Storage        *v2BodyType `json:"storage"`
	ADF            *v2BodyType `json:"atlas_doc_format"`
	Wiki           *v2BodyType `json:"wiki"`
}

// read gives the representation and value; ok is false when there is none.
func (b *v2BodyInput) read() (representation, value string, ok bool) {
	switch {
	case b == nil:
		return "", "", false
	case b.Value != nil:
		return b.Representation, *b.Value, true
	case b.Storage != nil:
		return "storage", b.Storage.Value, true
	case b.ADF != nil:
		return "atlas_doc_format", b.ADF.Value, true
	case b.Wiki != nil:
		return "wiki", b.Wiki.Value, true
	}
	return "", "", false
}

// ident reads an identifier that clients send as text or as a number.
type ident string

// UnmarshalJSON implements json.Unmarshaler.
func (i *ident) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*i = ident(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return fault.Bad("An identifier is text or a number.")
	}
	*i = ident(n.String())
	return nil
}

// both says that an operation exists for pages and blog posts alike.
var both = []string{"pages", "blogposts"}

// kindOf gives the kind of content of a part of a path.
func kindOf(r *http.Request) string {
	if strings.Contains(r.URL.Path, "/blogposts") {
		return content.BlogPost
	}
	return content.Page
}

// pathID gives the content that the path names under one of the names that the specification uses.
func (c *call) pathID(kinds ...string) (*content.Content, error) {
	for _, name := range []string{"id", "page-id", "blogpost-id", "attachment-id", "comment-id"} {
		if c.r.PathValue(name) != "" {
			return c.see(name, kinds...)
		}
	}
	return nil, fault.NotFound("No content found.")
}

func (h *handler) v2Routes() []httpkit.Route {
	var routes []httpkit.Route
	add := func(method, path string, p httpkit.Permission, f httpkit.Handler) {
		rt := httpkit.Route{Method: method, Path: path, Permission: p, Handler: f}
		if method == "POST" || method == "PUT" {
			rt.MaxBody = maxBody
		}
		routes = append(routes, rt)
	}
	add("GET", "/spaces", mayView, h.v2Spaces)
	add("POST", "/spaces", mayEdit, h.v2CreateSpace)
	add("GET", "/spaces/{id}", mayView, h.v2Space)
	add("GET", "/spaces/{id}/pages", mayView, h.v2Pages)
	add("GET", "/spaces/{id}/blogposts", mayView, h.v2Pages)
	add("GET", "/spaces/{id}/labels", mayView, h.v2SpaceLabels)
	add("GET", "/spaces/{id}/content/labels", mayView, h.v2SpaceContentLabels)
	add("GET", "/spaces/{id}/operations", mayView, h.v2SpaceOperations)
	add("GET", "/spaces/{id}/permissions", mayView, h.v2SpacePermissions)
	add("GET", "/spaces/{space-id}/properties", mayView, h.v2SpaceProperties)
	add("POST", "/spaces/{space-id}/properties", mayManage, h.v2PostSpaceProperty)
	add("GET", "/spaces/{space-id}/properties/{property-id}", mayView, h.v2SpaceProperty)
	add("PUT", "/spaces/{space-id}/properties/{property-id}", mayManage, h.v2PutSpaceProperty)
	add("DELETE", "/spaces/{space-id}/properties/{property-id}", mayManage, h.v2DeleteSpaceProperty)
	for _, noun := range both {
		one := strings.TrimSuffix(noun, "s")
		add("GET", "/"+noun, mayView, h.v2Pages)
		add("POST", "/"+noun, mayEdit, h.v2CreatePage)
		add("GET", "/"+noun+"/{id}", mayView, h.v2Page)
		add("PUT", "/"+noun+"/{id}", mayEdit, h.v2UpdatePage)
		add("DELETE", "/"+noun+"/{id}", mayDelete, h.v2DeletePage)
		add("GET", "/"+noun+"/{id}/attachments", mayView, h.v2Attachments)
		add("GET", "/"+noun+"/{id}/labels", mayView, h.v2Labels)
		add("GET", "/"+noun+"/{id}/likes/count", mayView, h.v2LikeCount)
		add("GET", "/"+noun+"/{id}/likes/users", mayView, h.v2LikeUsers)
		add("GET", "/"+noun+"/{id}/operations", mayView, h.v2Operations)
		add("GET", "/"+noun+"/{id}/versions", mayView, h.v2Versions)
		add("GET", "/"+noun+"/{"+one+"-id}/versions/{version-number}", mayView, h.v2VersionOf)
		add("GET", "/"+noun+"/{id}/footer-comments", mayView, h.v2FooterComments)
		add("GET", "/"+noun+"/{id}/inline-comments", mayView, h.v2InlineComments)
		h.propertyRoutes(add, "/"+noun+"/{"+one+"-id}", mayEdit)
		add("GET", "/labels/{id}/"+noun, mayView, h.v2Labelled)
	}
	add("PUT", "/pages/{id}/title", mayEdit, h.v2Retitle)
	add("GET", "/pages/{id}/children", mayView, h.v2Children)
	add("GET", "/pages/{id}/direct-children", mayView, h.v2Children)
	add("GET", "/pages/{id}/descendants", mayView, h.v2Descendants)
	add("GET", "/pages/{id}/ancestors", mayView, h.v2Ancestors)
	for _, noun := range []string{"footer-comments", "inline-comments"} {
		add("GET", "/"+noun, mayView, h.v2AllComments)
		add("POST", "/"+noun, mayComment, h.v2CreateComment)
		add("GET", "/"+noun+"/{comment-id}", mayView, h.v2Comment)
		add("PUT", "/"+noun+"/{comment-id}", mayComment, h.v2UpdateComment)
		add("DELETE", "/"+noun+"/{comment-id}", mayComment, h.v2DeleteComment)
		add("GET", "/"+noun+"/{id}/children", mayView, h.v2Replies)
		add("GET", "/"+noun+"/{id}/likes/count", mayView, h.v2LikeCount)
		add("GET", "/"+noun+"/{id}/likes/users", mayView, h.v2LikeUsers)
		add("GET", "/"+noun+"/{id}/operations", mayView, h.v2Operations)
		add("GET", "/"+noun+"/{id}/versions", mayView, h.v2Versions)
		add("GET", "/"+noun+"/{id}/versions/{version-number}", mayView, h.v2VersionOf)
	}
	h.propertyRoutes(add, "/comments/{comment-id}", mayComment)
	add("GET", "/attachments", mayView, h.v2Attachments)
	add("GET", "/attachments/{id}", mayView, h.v2Attachment)
	add("DELETE", "/attachments/{id}", mayDelete, h.v2DeleteAttachment)
	add("GET", "/attachments/{id}/labels", mayView, h.v2Labels)
	add("GET", "/attachments/{id}/operations", mayView, h.v2Operations)
	add("GET", "/attachments/{id}/versions", mayView, h.v2FileVersions)
	add("GET", "/attachments/{attachment-id}/versions/{version-number}", mayView, h.v2FileVersion)
	h.propertyRoutes(add, "/attachments/{attachment-id}", mayAttach)
	add("GET", "/labels", mayView, h.v2AllLabels)
	add("GET", "/labels/{id}/attachments", mayView, h.v2LabelledFiles)
	add("GET", "/tasks", mayView, h.v2Tasks)
	add("GET", "/tasks/{id}", mayView, h.v2Task)
	add("PUT", "/tasks/{id}", mayEdit, h.v2UpdateTask)
	add("POST", "/users-bulk", mayView, h.v2Users)
	add("POST", "/content/convert-ids-to-types", mayView, h.v2Types)
	return routes
}

func (h *handler) propertyRoutes(add func(method, path string, p httpkit.Permission, f httpkit.Handler), base string, change httpkit.Permission) {
	add("GET", base+"/properties", mayView, h.v2Properties)
	add("POST", base+"/properties", change, h.v2PostProperty)
	add("GET", base+"/properties/{property-id}", mayView, h.v2Property)
	add("PUT", base+"/properties/{property-id}", change, h.v2PutProperty)
	add("DELETE", base+"/properties/{property-id}", change, h.v2DeleteProperty)
}

// sub names a list inside of an answer.
func sub(results any, self string) map[string]any {
	return map[string]any{"results": results, "meta": map[string]any{"hasMore": false, "cursor": ""}, "_links": map[string]string{"self": self}}
}

func escaped(s string) string { return url.PathEscape(s) }
