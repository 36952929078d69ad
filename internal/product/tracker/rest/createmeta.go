package rest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/tracker/catalog"
)

func (h *handler) createMetaRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/issue/createmeta", Permission: "CREATE_ISSUES", Handler: h.getCreateMeta},
		{Method: "GET", Path: "/issue/createmeta/{project}/issuetypes", Permission: "CREATE_ISSUES", Handler: h.getCreateMetaTypes},
		{Method: "GET", Path: "/issue/createmeta/{project}/issuetypes/{issueTypeId}", Permission: "CREATE_ISSUES", Handler: h.getCreateMetaFields},
		{Method: "GET", Path: "/issue/{issue}/editmeta", Permission: "BROWSE_PROJECTS", Handler: h.getEditMeta},
	}
}

type wireMetaProject struct {
	Expand     string         `json:"expand,omitempty"`
	Self       string         `json:"self"`
	ID         string         `json:"id"`
	Key        string         `json:"key"`
	Name       string         `json:"name"`
	AvatarURLs avatarURLs     `json:"avatarUrls"`
	IssueTypes []wireMetaType `json:"issuetypes"`
}

type wireMetaType struct {
	wireType
	Expand string                   `json:"expand,omitempty"`
	Fields map[string]wireFieldMeta `json:"fields,omitempty"`
}

// getCreateMeta is the old way to learn what an issue can be created with; many clients still call it.
func (h *handler) getCreateMeta(w http.ResponseWriter, r *http.Request) error {
	ids, keys := httpkit.ListParam(r, "projectIds"), httpkit.ListParam(r, "projectKeys")
	typeIDs, typeNames := httpkit.ListParam(r, "issuetypeIds"), r.URL.Query()["issuetypeNames"]
	withFields := slices.ContainsFunc(httpkit.ListParam(r, "expand"), func(e string) bool { return e == "projects.issuetypes.fields" })
	return single(h, w, r, func(c *call) (map[string]any, error) {
		projects := []wireMetaProject{}
		for _, p := range c.cat.Live() {
			id := strconv.FormatInt(p.ID, 10)
			if len(ids)+len(keys) > 0 && !slices.Contains(ids, id) && !slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, p.Key) }) {
				continue
			}
			m := wireMetaProject{Self: c.api("project/" + id), ID: id, Key: p.Key, Name: p.Name, AvatarURLs: c.avatars("project", id, p.Key), IssueTypes: []wireMetaType{}}
			if withFields {
				m.Expand = "issuetypes"
			}
			for _, t := range p.Types {
				if len(typeIDs)+len(typeNames) > 0 && !slices.Contains(typeIDs, strconv.FormatInt(t.ID, 10)) && !slices.ContainsFunc(typeNames, func(n string) bool { return strings.EqualFold(n, t.Name) }) {
					continue
				}
				mt := wireMetaType{wireType: c.issueType(t)}
				if withFields {
					mt.Expand, mt.Fields = "fields", map[string]wireFieldMeta{}
					for _, f := range c.fieldMeta(p, t, true) {
						f.FieldID = ""
						mt.Fields[f.Key] = f
					}
				}
				m.IssueTypes = append(m.IssueTypes, mt)
			}
			projects = append(projects, m)
		}
		return map[string]any{"expand": "projects", "projects": projects}, nil
	})
}

// metaPage is the page form of the newer createmeta.
func metaPage[T any](r *http.Request, name string, all []T) (map[string]any, error) {
	page, err := httpkit.PageOf(r, all, 50, 200)
	if err != nil {
		return nil, err
	}
	return map[string]any{"maxResults": page.MaxResults, "startAt": page.StartAt, "total": page.Total, name: page.Values}, nil
}

func (h *handler) getCreateMetaTypes(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (map[string]any, error) {
		p, err := c.projectIn(r)
		if err != nil {
			return nil, err
		}
		return metaPage(r, "issueTypes", each(p.Types, c.issueType))
	})
}

func (h *handler) getCreateMetaFields(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (map[string]any, error) {
		p, err := c.projectIn(r)
		if err != nil {
			return nil, err
		}
		id := pathID(r, "issueTypeId")
		at := slices.IndexFunc(p.Types, func(t *catalog.IssueType) bool { return t.ID == id })
		if at < 0 {
			return nil, fault.NotFound("The issue type with id '%.40s' does not exist in this project.", r.PathValue("issueTypeId"))
		}
		fields := c.fieldMeta(p, p.Types[at], true)
		for i := range fields {
			fields[i].FieldID = fields[i].Key
		}
		return metaPage(r, "fields", fields)
	})
}

func (h *handler) getEditMeta(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (map[string]any, error) {
		i, err := c.find(r)
		if err != nil {
			return nil, err
		}
		return map[string]any{"fields": c.editMeta(i)}, nil
	})
}
