package rest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/property"
	"holdfast.dev/internal/product/wiki/setup"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/watch"
)

func (h *handler) v1SpaceRoutes(add func(method, path string, p httpkit.Permission, f httpkit.Handler)) {
	add("GET", "/space", mayView, h.v1Spaces)
	add("POST", "/space", mayEdit, h.v1CreateSpace(false))
	add("POST", "/space/_private", mayEdit, h.v1CreateSpace(true))
	add("GET", "/space/{spaceKey}", mayView, h.v1Space)
	add("PUT", "/space/{spaceKey}", mayManage, h.v1UpdateSpace)
	add("DELETE", "/space/{spaceKey}", mayManage, h.v1DeleteSpace)
	add("GET", "/space/{spaceKey}/content", mayView, h.v1SpaceContents)
	add("GET", "/space/{spaceKey}/content/{type}", mayView, h.v1SpaceContent)
	add("POST", "/space/{spaceKey}/permission", mayManage, h.v1Grant)
	add("DELETE", "/space/{spaceKey}/permission/{id}", mayManage, h.v1Revoke)
	add("GET", "/space/{spaceKey}/label", mayView, h.v1SpaceLabels)
	add("POST", "/space/{spaceKey}/label", mayManage, h.v1AddSpaceLabels)
	add("DELETE", "/space/{spaceKey}/label", mayManage, h.v1RemoveSpaceLabel)
	add("GET", "/space/{spaceKey}/watch", mayView, h.v1SpaceWatchers)
	add("GET", "/space/{spaceKey}/property", mayView, h.v1SpaceProperties)
	add("POST", "/space/{spaceKey}/property", mayManage, h.v1PutSpaceProperty)
	add("GET", "/space/{spaceKey}/property/{key}", mayView, h.v1SpaceProperty)
	add("PUT", "/space/{spaceKey}/property/{key}", mayManage, h.v1PutSpaceProperty)
	add("POST", "/space/{spaceKey}/property/{key}", mayManage, h.v1PutSpaceProperty)
	add("DELETE", "/space/{spaceKey}/property/{key}", mayManage, h.v1DeleteSpaceProperty)
}

func (h *handler) v1Spaces(w http.ResponseWriter, r *http.Request) error {
	e, err := expansions(r, "space", "")
	if err != nil {
		return err
	}
	start, n, err := window(r, 25, 500)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	keys, labels := httpkit.ListParam(r, "spaceKey"), httpkit.ListParam(r, "label")
	return read(h, w, r, func(c *call) (object, error) {
		var found []*space.Space
		favourites, err := watch.Favourites(c.ctx, c.tx, c.actor, watch.Space)
		if err != nil {
			return nil, err
		}
		for _, s := range c.v.Spaces.All {
			if !c.v.SeesSpace(s) || q.Get("type") != "" && s.Type != q.Get("type") || q.Get("status") != "" && s.Status != q.Get("status") ||
				len(keys) > 0 && !slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, s.Key) }) || q.Get("favourite") == "true" && !slices.Contains(favourites, s.ID) {
				continue
			}
			if len(labels) > 0 {
				if ok, err := c.hasLabel(s.ID, labels); err != nil {
					return nil, err
				} else if !ok {
					continue
				}
			}
			found = append(found, s)
		}
		out := v1Slice(c, found, start, n)
		wires := []object{}
		for _, s := range found[min(start, len(found)):min(start+n, len(found))] {
			wire, err := c.spaceV1(s, e)
			if err != nil {
				return nil, err
			}
			wires = append(wires, wire)
		}
		out["results"] = wires
		return out, nil
	})
}

type v1SpaceInput struct {
	Key         string  `json:"key"`
	Alias       string  `json:"alias"`
	Name        *string `json:"name"`
	Status      string  `json:"status"`
	Description *struct {
		Plain *v1Body `json:"plain"`
	} `json:"description"`
	Homepage *struct {
		ID ident `json:"id"`
	} `json:"homepage"`
	Type string `json:"type"`
}

func (in *v1SpaceInput) description() *string {
	if in.Description == nil || in.Description.Plain == nil {
		return nil
	}
	return in.Description.Plain.Value
}

var wholeSpace = expansion{"icon": {}, "description": {}, "homepage": {}, "permissions": {}, "history": {}}

func (h *handler) v1CreateSpace(private bool) httpkit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		in, err := httpkit.DecodeLoose[v1SpaceInput](r)
		if err != nil {
			return err
		}
		return write(h, w, r, func(c *call) (object, error) {
			s := &space.Space{Key: cmp.Or(in.Key, in.Alias), Alias: in.Alias, Name: text(in.Name), Description: text(in.description())}
			if strings.HasPrefix(s.Key, "~") {
				s.Type, s.Owner = space.Personal, strings.TrimPrefix(s.Key, "~")
				if s.Owner != c.actor && !c.isAdmin() {
					return nil, fault.Forbidden("The personal space of somebody else cannot be created.")
				}
			}
			if err := c.createSpace(s, setup.Private(private)); err != nil {
				return nil, err
			}
			return c.spaceV1(s, expansion{"icon": {}, "description": {}, "permissions": {}, "history": {}})
		})
	}
}

func (h *handler) v1Space(w http.ResponseWriter, r *http.Request) error {
	e, err := expansions(r, "space", "")
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		s, err := c.space("spaceKey")
		if err != nil {
			return nil, err
		}
		return c.spaceV1(s, e)
	})
}

func (h *handler) v1UpdateSpace(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v1SpaceInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		s, err := c.space("spaceKey")
		if err != nil {
			return nil, err
		}
		change := spaceInput{Name: in.Name, Description: in.description(), Status: strings.ToLower(in.Status)}
		if in.Homepage != nil {
			change.HomepageID = string(in.Homepage.ID)
		}
		if s, err = c.updateSpace(s, change); err != nil {
			return nil, err
		}
		return c.spaceV1(s, wholeSpace)
	})
}

// v1DeleteSpace puts a space into the trash: nobody sees it any more, nothing of it is lost.
func (h *handler) v1DeleteSpace(w http.ResponseWriter, r *http.Request) error {
	return writeStatus(h, w, r, http.StatusAccepted, func(c *call) (object, error) {
		s, err := c.space("spaceKey")
		if err != nil {
			return nil, err
		}
		if err := c.v.Must(s, space.Administer); err != nil {
			return nil, err
		}
		s = changed(s)
		s.Status = space.Trashed
		id := "done-" + itoa(s.ID)
		return object{"ari": "", "id": id, "links": object{"status": "/rest/api/longtask/" + id}}, space.Save(c.ctx, c.tx, s)
	})
}

// spaceContents gives a page of the contents of a kind in a space.
func (c *call) spaceContents(s *space.Space, kind string, e expansion, start, n int) (object, error) {
	q := list.Query{Kinds: []string{kind}, Spaces: []int64{s.ID}}
	if kind == content.Page && c.r.URL.Query().Get("depth") == "root" {
		q.RootOf = s.ID
	}
	return c.rawV1(q, []string{"c.id"}, e, start, n)
}

func (h *handler) v1SpaceContents(w http.ResponseWriter, r *http.Request) error {
	return h.contentsOfSpace(w, r, content.Page, content.BlogPost)
}

func (h *handler) v1SpaceContent(w http.ResponseWriter, r *http.Request) error {
	kind := r.PathValue("type")
	if kind != content.Page && kind != content.BlogPost {
		return fault.Bad("The type '%.40s' is neither page nor blogpost.", kind)
	}
	return h.contentsOfSpace(w, r, kind)
}

func (h *handler) contentsOfSpace(w http.ResponseWriter, r *http.Request, kinds ...string) error {
	e, err := expansions(r, "content", "")
	if err != nil {
		return err
	}
	start, n, err := window(r, 25, 100)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		s, err := c.space("spaceKey")
		if err != nil {
			return nil, err
		}
		if len(kinds) == 1 {
			return c.spaceContents(s, kinds[0], e, start, n)
		}
		out := object{"_links": object{"base": c.base + "/wiki", "context": "/wiki", "self": c.base + r.URL.RequestURI()}}
		for _, kind := range kinds {
			if out[kind], err = c.spaceContents(s, kind, e, start, n); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}

type v1PermissionInput struct {
	Subject struct {
		Type       string `json:"type"`
		Identifier string `json:"identifier"`
	} `json:"subject"`
	Operation struct {
		Key    string `json:"key"`
		Target string `json:"target"`
	} `json:"operation"`
}

func (h *handler) v1Grant(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v1PermissionInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		s, err := c.space("spaceKey")
		if err != nil {
			return nil, err
		}
		p, err := h.grant(c, s, space.Permission{SubjectType: in.Subject.Type, Subject: in.Subject.Identifier, Operation: in.Operation.Key, Target: in.Operation.Target})
		if err != nil {
			return nil, err
		}
		return object{"id": p.ID, "subject": object{"type": p.SubjectType, "identifier": p.Subject}, "operation": object{"key": p.Operation, "target": p.Target}, "_links": object{}}, nil
	})
}

func (h *handler) v1Revoke(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		s, err := c.space("spaceKey")
		if err != nil {
			return err
		}
		return c.revoke(s, "id")
	})
}

func (h *handler) v1SpaceLabels(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		s, err := c.space("spaceKey")
		if err != nil {
			return nil, err
		}
		return c.labelsOfV1(s.ID)
	})
}

func (h *handler) v1AddSpaceLabels(w http.ResponseWriter, r *http.Request) error {
	labels, err := readLabels(r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		s, err := c.space("spaceKey")
		if err != nil {
			return nil, err
		}
		if err := c.v.Must(s, space.Administer); err != nil {
			return nil, err
		}
		if err := c.addLabels(&content.Content{ID: s.ID}, labels); err != nil {
			return nil, err
		}
		return c.labelsOfV1(s.ID)
	})
}

func (h *handler) v1RemoveSpaceLabel(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		s, err := c.space("spaceKey")
		if err != nil {
			return err
		}
		if err := c.v.Must(s, space.Administer); err != nil {
			return err
		}
		q := r.URL.Query()
		l, err := label.Make(c.actor, q.Get("prefix"), q.Get("name"))
		if err != nil {
			return err
		}
		return label.Remove(c.ctx, c.tx, s.ID, l)
	})
}

func (h *handler) v1SpaceWatchers(w http.ResponseWriter, r *http.Request) error {
	start, n, err := window(r, 200, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		s, err := c.space("spaceKey")
		if err != nil {
			return nil, err
		}
		who, err := watch.Of(c.ctx, c.tx, watch.Space, watch.ID(s.ID), start, n+1)
		if err != nil {
			return nil, err
		}
		more := len(who) > n
		out := []object{}
		for _, a := range who[:min(len(who), n)] {
			out = append(out, object{"type": "watch", "watcher": c.user(a), "spaceKey": s.Key})
		}
		return c.v1List(out, len(out), start, n, more), nil
	})
}

func (c *call) spacePropertyV1(s *space.Space, p *property.Property) object {
	return object{"id": itoa(p.ID), "key": p.Key, "value": p.Value, "version": object{"when": when(p.Updated), "number": p.Version, "minorEdit": false, "message": "", "by": c.user(p.Author)},
		"_expandable": object{"space": "/rest/api/space/" + escaped(s.Key)}, "_links": object{"self": c.base + "/wiki/rest/api/space/" + escaped(s.Key) + "/property/" + escaped(p.Key)}}
}

func (h *handler) v1SpaceProperties(w http.ResponseWriter, r *http.Request) error {
	start, n, err := window(r, 10, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		s, err := c.space("spaceKey")
		if err != nil {
			return nil, err
		}
		ps, err := property.List(c.ctx, c.tx, s.ID, "", 1000)
		out := []object{}
		for _, p := range ps {
			out = append(out, c.spacePropertyV1(s, p))
		}
		return v1Slice(c, out, start, n), err
	})
}

// spacePropertyAt gives the space and property that the path names; the property is nil when there is none.
func (c *call) spacePropertyAt(key string, change bool) (*space.Space, *property.Property, error) {
	s, err := c.space("spaceKey")
	if err != nil {
		return nil, nil, err
	}
	if change {
		if err := c.v.Must(s, space.Administer); err != nil {
			return nil, nil, err
		}
	}
	p, err := property.Find(c.ctx, c.tx, s.ID, key)
	return s, p, err
}

func (h *handler) v1SpaceProperty(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		s, p, err := c.spacePropertyAt(r.PathValue("key"), false)
		if err == nil && p == nil {
			err = fault.NotFound("There is no property '%.60s'.", r.PathValue("key"))
		}
		if err != nil {
			return nil, err
		}
		return c.spacePropertyV1(s, p), nil
	})
}

func (h *handler) v1PutSpaceProperty(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v2PropertyInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		key := cmp.Or(r.PathValue("key"), in.Key)
		s, p, err := c.spacePropertyAt(key, true)
		if err != nil {
			return nil, err
		}
		if p == nil || r.Method == http.MethodPost {
			p, err = property.Create(c.ctx, c.tx, c.actor, s.ID, key, in.Value)
		} else {
			err = property.Set(c.ctx, c.tx, c.actor, p, key, in.Value, in.Version.Number)
		}
		if err != nil {
			return nil, err
		}
		return c.spacePropertyV1(s, p), nil
	})
}

func (h *handler) v1DeleteSpaceProperty(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		_, p, err := c.spacePropertyAt(r.PathValue("key"), true)
		if err == nil && p == nil {
			err = fault.NotFound("There is no property '%.60s'.", r.PathValue("key"))
		}
		if err != nil {
			return err
		}
		return property.Delete(c.ctx, c.tx, p)
	})
}
