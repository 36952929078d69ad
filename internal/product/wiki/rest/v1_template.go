package rest

import (
	"encoding/json"
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/template"
)

func (h *handler) v1TemplateRoutes(add func(method, path string, p httpkit.Permission, f httpkit.Handler)) {
	add("GET", "/template/page", mayView, h.v1Templates)
	add("GET", "/template/{contentTemplateId}", mayView, h.v1Template)
	add("POST", "/template", mayManage, h.v1SaveTemplate)
	add("PUT", "/template", mayManage, h.v1SaveTemplate)
	add("DELETE", "/template/{contentTemplateId}", mayManage, h.v1DeleteTemplate)
}

func (c *call) templateV1(t *template.Template, body bool) (object, error) {
	labels := []object{}
	for _, l := range t.Labels {
		labels = append(labels, object{"prefix": "global", "name": l, "id": "0", "label": l})
	}
	out := object{"templateId": itoa(t.ID), "name": t.Name, "description": t.Description, "labels": labels, "templateType": "page", "editorVersion": "v2", "_links": object{"self": c.base + "/wiki/rest/api/template/" + itoa(t.ID), "base": c.base + "/wiki", "context": "/wiki"}}
	expandable := object{}
	if s := c.v.Spaces.Get(t.SpaceID); s != nil {
		out["space"] = object{"id": s.ID, "key": s.Key, "name": s.Name}
	}
	if !body {
		expandable["body"] = ""
	} else {
		doc, err := content.Document(t.Body)
		if err != nil {
			return nil, err
		}
		value, err := c.convert(&content.Content{}, doc, "storage")
		if err != nil {
			return nil, err
		}
		out["body"] = object{"storage": object{"value": value, "representation": "storage", "embeddedContent": []any{}}}
	}
	out["_expandable"] = expandable
	return out, nil
}

func (h *handler) v1Templates(w http.ResponseWriter, r *http.Request) error {
	e, err := expansions(r, "template", "")
	if err != nil {
		return err
	}
	start, n, err := window(r, 25, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		id := int64(0)
		if key := r.URL.Query().Get("spaceKey"); key != "" {
			s, err := c.spaceOf(key)
			if err != nil {
				return nil, err
			}
			id = s.ID
		}
		all, err := template.Of(c.ctx, c.tx, id)
		if err != nil {
			return nil, err
		}
		out := []object{}
		for _, t := range all {
			wire, err := c.templateV1(t, e.has("body"))
			if err != nil {
				return nil, err
			}
			out = append(out, wire)
		}
		return v1Slice(c, out, start, n), nil
	})
}

func (h *handler) v1Template(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		t, err := c.template("contentTemplateId")
		if err != nil {
			return nil, err
		}
		return c.templateV1(t, true)
	})
}

type v1TemplateInput struct {
	ID          ident                      `json:"templateId"`
	Name        *string                    `json:"name"`
	Description *string                    `json:"description"`
	Type        string                     `json:"templateType"`
	Body        map[string]json.RawMessage `json:"body"`
	Labels      []labelInput               `json:"labels"`
	Space       *struct {
		Key string `json:"key"`
	} `json:"space"`
}

func (h *handler) v1SaveTemplate(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v1TemplateInput](r)
	if err != nil {
		return err
	}
	if in.Type != "" && in.Type != "page" {
		return fault.Bad("The template type '%.30s' is not page.", in.Type)
	}
	return write(h, w, r, func(c *call) (object, error) {
		t := &template.Template{Author: c.actor}
		if r.Method == http.MethodPut {
			id, err := parseID(string(in.ID))
			if err != nil {
				return nil, err
			}
			if t, err = template.Get(c.ctx, c.tx, id); err != nil {
				return nil, err
			}
		} else if in.Space != nil && in.Space.Key != "" {
			s, err := c.spaceOf(in.Space.Key)
			if err != nil {
				return nil, err
			}
			t.SpaceID = s.ID
		}
		change := templateInput{Name: in.Name, Description: in.Description}
		for _, l := range in.Labels {
			change.Labels = append(change.Labels, l.Name)
		}
		body := v1ContentInput{Body: in.Body}
		doc, err := body.document(c)
		if err != nil {
			return nil, err
		}
		if doc != nil {
			change.Body = doc.JSON()
		}
		if _, err := c.saveTemplate(t, change); err != nil {
			return nil, err
		}
		return c.templateV1(t, true)
	})
}

func (h *handler) v1DeleteTemplate(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		t, err := c.template("contentTemplateId")
		if err != nil {
			return err
		}
		if err := c.mayTemplate(t.SpaceID); err != nil {
			return err
		}
		return template.Delete(c.ctx, c.tx, t.ID)
	})
}
