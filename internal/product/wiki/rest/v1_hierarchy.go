package rest

import (
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/page"
)

type v1HierarchyInput struct {
	Attachments bool  `json:"copyAttachments"`
	Permissions bool  `json:"copyPermissions"`
	Properties  bool  `json:"copyProperties"`
	Labels      bool  `json:"copyLabels"`
	Descendants *bool `json:"copyDescendants"`
	Destination ident `json:"destinationPageId"`
	Titles      struct {
		Prefix  string `json:"prefix"`
		Search  string `json:"search"`
		Replace string `json:"replace"`
	} `json:"titleOptions"`
}

// v1CopyHierarchy copies a page with those below it that the asker sees under another page.
func (h *handler) v1CopyHierarchy(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v1HierarchyInput](r)
	if err != nil {
		return err
	}
	return writeStatus(h, w, r, http.StatusAccepted, func(c *call) (object, error) {
		p, err := c.see("id", content.Page)
		if err != nil {
			return nil, err
		}
		id, err := parseID(string(in.Destination))
		if err != nil {
			return nil, fault.Bad("A destinationPageId is needed.")
		}
		to, err := c.seeID(id, content.Page)
		if err != nil {
			return nil, err
		}
		how := page.Copy{Space: c.v.Spaces.Get(to.SpaceID), ParentID: to.ID, Prefix: in.Titles.Prefix, Search: in.Titles.Search, Replace: in.Titles.Replace, Below: in.Descendants == nil || *in.Descendants,
			Labels: in.Labels, Files: in.Attachments, Restrictions: in.Permissions, Properties: in.Properties}
		if how.Title = how.TitleOf(p.Title); how.Title == p.Title && to.SpaceID == p.SpaceID {
			return nil, fault.Bad("In one space the copies need other titles: titleOptions with a prefix, or search and replace.")
		}
		made, err := c.copy(p, how)
		if err != nil {
			return nil, err
		}
		return doneTask(itoa(made.ID)), nil
	})
}
