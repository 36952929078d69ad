package rest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/link"
	"holdfast.dev/internal/product/wiki/property"
	"holdfast.dev/internal/product/wiki/restriction"
	"holdfast.dev/internal/product/wiki/setup"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/watch"
)

type v2Space struct {
	ID          string            `json:"id"`
	Key         string            `json:"key"`
	Name        string            `json:"name"`
	Type        string            `json:"type"`
	Status      string            `json:"status"`
	AuthorID    string            `json:"authorId"`
	Alias       string            `json:"currentActiveAlias"`
	Created     instant           `json:"createdAt"`
	HomepageID  string            `json:"homepageId,omitempty"`
	Description map[string]any    `json:"description,omitempty"`
	Icon        any               `json:"icon"`
	Labels      any               `json:"labels,omitempty"`
	Properties  any               `json:"properties,omitempty"`
	Operations  any               `json:"operations,omitempty"`
	Permissions any               `json:"permissions,omitempty"`
	Links       map[string]string `json:"_links"`
}

func (c *call) spaceV2(s *space.Space) v2Space {
	out := v2Space{ID: itoa(s.ID), Key: s.Key, Name: s.Name, Type: s.Type, Status: s.Status, AuthorID: s.Author, Alias: s.Alias, Created: instant(s.Created), HomepageID: idOrNone(s.HomepageID), Links: map[string]string{"webui": link.Space(s), "base": c.base + "/wiki"}}
	if f := c.r.URL.Query().Get("description-format"); f == "plain" || f == "view" {
		out.Description = map[string]any{f: v2BodyType{f, s.Description}}
	}
	return out
}

func (h *handler) v2Spaces(w http.ResponseWriter, r *http.Request) error {
	ids, err := v2IDs(r, "ids")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	keys, labels := httpkit.ListParam(r, "keys"), httpkit.ListParam(r, "labels")
	order, desc := strings.CutPrefix(q.Get("sort"), "-")
	if order != "" && order != "id" && order != "key" && order != "name" {
		return fault.Bad("The sort order '%.40s' is not known here.", q.Get("sort"))
	}
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		var found []*space.Space
		favourites, err := watch.Favourites(c.ctx, c.tx, q.Get("favorited-by"), watch.Space)
		if err != nil {
			return nil, "", err
		}
		for _, s := range c.v.Spaces.All {
			status := cmp.Or(q.Get("status"), s.Status)
			if !c.v.SeesSpace(s) || s.Status != status || len(ids) > 0 && !slices.Contains(ids, s.ID) || len(keys) > 0 && !slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, s.Key) }) ||
				q.Get("type") != "" && s.Type != q.Get("type") || q.Get("favorited-by") != "" && !slices.Contains(favourites, s.ID) {
				continue
			}
			if len(labels) > 0 {
				if ok, err := c.hasLabel(s.ID, labels); err != nil {
					return nil, "", err
				} else if !ok {
					continue
				}
			}
			found = append(found, s)
		}
		slices.SortFunc(found, func(a, b *space.Space) int {
			d := 0
			switch order {
			case "key":
				d = strings.Compare(a.Key, b.Key)
			case "name":
				d = strings.Compare(a.Name, b.Name)
			}
			if d = cmp.Or(d, cmp.Compare(a.ID, b.ID)); desc {
				return -d
			}
			return d
		})
		cut, next, err := cutPage(found, cursor, n)
		out := []v2Space{}
		for _, s := range cut {
			out = append(out, c.spaceV2(s))
		}
		return out, next, err
	})
}

// cutPage cuts a page out of a list that is in memory; the cursor is a number of results.
func cutPage[T any](all []T, cursor string, n int) ([]T, string, error) {
	from := 0
	if cursor != "" {
		var err error
		if from, err = strconv.Atoi(cursor); err != nil || from < 0 {
			return nil, "", fault.Bad("The provided cursor is invalid.")
		}
	}
	from = min(from, len(all))
	to := min(from+n, len(all))
	next := ""
	if to < len(all) {
		next = strconv.Itoa(to)
	}
	return all[from:to], next, nil
}

func (c *call) hasLabel(target int64, names []string) (bool, error) {
	have, err := label.Of(c.ctx, c.tx, target, c.actor)
	return slices.ContainsFunc(have, func(l label.Label) bool { return slices.Contains(names, l.String()) }), err
}

type v2SpaceInput struct {
	Name        string `json:"name"`
	Key         string `json:"key"`
	Alias       string `json:"alias"`
	Description *struct {
		Value string `json:"value"`
	} `json:"description"`
	Private bool `json:"createPrivateSpace"`
}

func (h *handler) v2CreateSpace(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v2SpaceInput](r)
	if err != nil {
		return err
	}
	return writeStatus(h, w, r, http.StatusCreated, func(c *call) (out v2Space, err error) {
		s := &space.Space{Key: cmp.Or(in.Key, in.Alias), Alias: in.Alias, Name: in.Name}
		if in.Description != nil {
			s.Description = in.Description.Value
		}
		if err := c.createSpace(s, setup.Private(in.Private)); err != nil {
			return out, err
		}
		return c.spaceV2(s), nil
	})
}

func (h *handler) v2Space(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (out v2Space, err error) {
		s, err := c.space("id")
		if err != nil {
			return out, err
		}
		out = c.spaceV2(s)
		self := r.URL.Path
		if httpkit.BoolParam(r, "include-labels") {
			ls, err := label.Of(c.ctx, c.tx, s.ID, c.actor)
			if err != nil {
				return out, err
			}
			out.Labels = sub(wireLabels(ls), self+"/labels")
		}
		if httpkit.BoolParam(r, "include-properties") {
			ps, err := property.List(c.ctx, c.tx, s.ID, "", 50)
			if err != nil {
				return out, err
			}
			out.Properties = sub(c.spacePropertiesV2(ps), self+"/properties")
		}
		if httpkit.BoolParam(r, "include-operations") {
			out.Operations = sub(c.spaceOperations(s), self+"/operations")
		}
		if httpkit.BoolParam(r, "include-permissions") {
			out.Permissions = sub(permissionsV2(s.Permissions), self+"/permissions")
		}
		return out, nil
	})
}

type v2Operation struct {
	Operation string `json:"operation"`
	Target    string `json:"targetType"`
}

func (c *call) spaceOperations(s *space.Space) []v2Operation {
	out := []v2Operation{}
	for _, r := range space.Rights {
		if c.v.Can(s, r) {
			out = append(out, v2Operation{r.Operation, r.Target})
		}
	}
	return out
}

func (h *handler) v2SpaceOperations(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (any, error) {
		s, err := c.space("id")
		if err != nil {
			return nil, err
		}
		return map[string]any{"operations": c.spaceOperations(s)}, nil
	})
}

func permissionsV2(all []space.Permission) []map[string]any {
	out := []map[string]any{}
	for _, p := range all {
		principal := map[string]string{"type": p.SubjectType, "id": p.Subject}
		if p.SubjectType == space.Everyone {
			principal = map[string]string{"type": "role", "id": "members"}
		}
		out = append(out, map[string]any{"id": itoa(p.ID), "principal": principal, "operation": map[string]string{"key": p.Operation, "targetType": p.Target}})
	}
	return out
}

func (h *handler) v2SpacePermissions(w http.ResponseWriter, r *http.Request) error {
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		s, err := c.space("id")
		if err != nil {
			return nil, "", err
		}
		cut, next, err := cutPage(s.Permissions, cursor, n)
		return permissionsV2(cut), next, err
	})
}

func (h *handler) v2SpaceLabels(w http.ResponseWriter, r *http.Request) error {
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		s, err := c.space("id")
		if err != nil {
			return nil, "", err
		}
		return c.labelPage(s.ID, n, cursor)
	})
}

// labelPage gives a page of the labels of a content or space.
func (c *call) labelPage(target int64, n int, cursor string) (any, string, error) {
	all, err := label.Of(c.ctx, c.tx, target, c.actor)
	if err != nil {
		return nil, "", err
	}
	if p := c.r.URL.Query().Get("prefix"); p != "" {
		all = slices.DeleteFunc(all, func(l label.Label) bool { return l.Prefix != p })
	}
	cut, next, err := cutPage(all, cursor, n)
	return wireLabels(cut), next, err
}

func (h *handler) v2SpaceContentLabels(w http.ResponseWriter, r *http.Request) error {
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		s, err := c.space("id")
		if err != nil {
			return nil, "", err
		}
		all, err := label.InSpace(c.ctx, c.tx, c.v.Where("c"), s.ID, c.actor)
		if err != nil {
			return nil, "", err
		}
		cut, next, err := cutPage(all, cursor, n)
		return wireLabels(cut), next, err
	})
}

type v2SpaceProperty struct {
	ID        string          `json:"id"`
	Key       string          `json:"key"`
	Value     json.RawMessage `json:"value"`
	Created   instant         `json:"createdAt"`
	CreatedBy string          `json:"createdBy"`
	Version   v2Version       `json:"version"`
}

func (c *call) spacePropertiesV2(ps []*property.Property) []v2SpaceProperty {
	out := []v2SpaceProperty{}
	for _, p := range ps {
		out = append(out, v2SpaceProperty{itoa(p.ID), p.Key, p.Value, instant(p.Created), p.Author, propertyVersion(p)})
	}
	return out
}

func propertyVersion(p *property.Property) v2Version {
	return v2Version{Created: instant(p.Updated), Number: p.Version, Author: p.Author}
}

func (h *handler) v2SpaceProperties(w http.ResponseWriter, r *http.Request) error {
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		s, err := c.space("space-id")
		if err != nil {
			return nil, "", err
		}
		ps, next, err := c.propertyPage(s.ID, n, cursor)
		return c.spacePropertiesV2(ps), next, err
	})
}

func (c *call) spaceProperty(manage bool) (*property.Property, error) {
	s, err := c.space("space-id")
	if err != nil {
		return nil, err
	}
	if manage {
		if err := c.v.Must(s, space.Administer); err != nil {
			return nil, err
		}
	}
	id, err := c.id("property-id")
	if err != nil {
		return nil, err
	}
	return property.Get(c.ctx, c.tx, s.ID, id)
}

func (h *handler) v2SpaceProperty(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (out v2SpaceProperty, err error) {
		p, err := c.spaceProperty(false)
		if err != nil {
			return out, err
		}
		return c.spacePropertiesV2([]*property.Property{p})[0], nil
	})
}

func (h *handler) v2PostSpaceProperty(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v2PropertyInput](r)
	if err != nil {
		return err
	}
	return writeStatus(h, w, r, http.StatusCreated, func(c *call) (out v2SpaceProperty, err error) {
		s, err := c.space("space-id")
		if err != nil {
			return out, err
		}
		if err := c.v.Must(s, space.Administer); err != nil {
			return out, err
		}
		p, err := property.Create(c.ctx, c.tx, c.actor, s.ID, in.Key, in.Value)
		if err != nil {
			return out, err
		}
		return c.spacePropertiesV2([]*property.Property{p})[0], nil
	})
}

func (h *handler) v2PutSpaceProperty(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v2PropertyInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (out v2SpaceProperty, err error) {
		p, err := c.spaceProperty(true)
		if err != nil {
			return out, err
		}
		if err := property.Set(c.ctx, c.tx, c.actor, p, cmp.Or(in.Key, p.Key), in.Value, in.Version.Number); err != nil {
			return out, err
		}
		return c.spacePropertiesV2([]*property.Property{p})[0], nil
	})
}

func (h *handler) v2DeleteSpaceProperty(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		p, err := c.spaceProperty(true)
		if err != nil {
			return err
		}
		return property.Delete(c.ctx, c.tx, p)
	})
}

// lockToAuthor lets nobody but the author read and change what was just made.
func (h *handler) lockToAuthor(c *call, p *content.Content) error {
	for _, op := range []string{restriction.Read, restriction.Update} {
		if err := h.restrict(c, p, op, []restriction.Subject{{Type: "user", Name: c.actor}}); err != nil {
			return err
		}
	}
	return nil
}
