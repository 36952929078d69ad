package rest

import (
	"encoding/json"
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/property"
	"holdfast.dev/internal/product/wiki/viewer"
)

type labelInput struct {
	Prefix string `json:"prefix"`
	Name   string `json:"name"`
}

func (c *call) addLabels(x *content.Content, labels []labelInput) error {
	for _, in := range labels {
		l, err := label.Make(c.actor, in.Prefix, in.Name)
		if err != nil {
			return err
		}
		if _, err := label.Add(c.ctx, c.tx, c.actor, x.ID, l); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) labelsOfV1(target int64) (object, error) {
	start, n, err := window(c.r, 200, 200)
	if err != nil {
		return nil, err
	}
	all, err := label.Of(c.ctx, c.tx, target, c.actor)
	if p := c.r.URL.Query().Get("prefix"); p != "" {
		var some []label.Label
		for _, l := range all {
			if l.Prefix == p {
				some = append(some, l)
			}
		}
		all = some
	}
	return v1Slice(c, labelsV1(all), start, n), err
}

func (h *handler) v1Labels(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		return c.labelsOfV1(x.ID)
	})
}

// readLabels reads one label or a list of them.
func readLabels(r *http.Request) ([]labelInput, error) {
	raw, err := httpkit.DecodeLoose[json.RawMessage](r)
	if err != nil {
		return nil, err
	}
	var many []labelInput
	if json.Unmarshal(raw, &many) == nil {
		return many, nil
	}
	var one labelInput
	if err := json.Unmarshal(raw, &one); err != nil {
		return nil, fault.Bad("Labels are a list of {prefix, name}.")
	}
	return []labelInput{one}, nil
}

func (h *handler) v1AddLabels(w http.ResponseWriter, r *http.Request) error {
	labels, err := readLabels(r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		if err := c.mayKeep(x); err != nil {
			return nil, err
		}
		if err := c.addLabels(x, labels); err != nil {
			return nil, err
		}
		return c.labelsOfV1(x.ID)
	})
}

func (h *handler) v1RemoveLabel(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("label")
	if name == "" {
		name = r.URL.Query().Get("name")
	}
	return h.change(w, r, func(c *call) error {
		x, err := c.see("id")
		if err != nil {
			return err
		}
		if err := c.mayKeep(x); err != nil {
			return err
		}
		l, err := label.Parse(c.actor, name)
		if err != nil {
			return err
		}
		return label.Remove(c.ctx, c.tx, x.ID, l)
	})
}

// seesLabel tells whether a label is on something that the asker sees.
func (c *call) seesLabel(l *label.Label) (bool, error) {
	var spaces []int64
	for _, s := range c.v.Spaces.All {
		if c.v.SeesSpace(s) {
			spaces = append(spaces, s.ID)
		}
	}
	return label.Seen(c.ctx, c.tx, c.v.Where("c"), viewer.Numbers(spaces), l)
}

func (h *handler) v1LabelContents(w http.ResponseWriter, r *http.Request) error {
	start, n, err := window(r, 200, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		l, err := label.Parse(c.actor, r.URL.Query().Get("name"))
		if err != nil {
			return nil, err
		}
		found, err := label.Find(c.ctx, c.tx, l)
		if err != nil {
			return nil, err
		}
		seen := found != nil
		if seen {
			if seen, err = c.seesLabel(found); err != nil {
				return nil, err
			}
		}
		if !seen {
			return nil, fault.NotFound("There is no label '%.60s'.", l.Name)
		}
		q := list.Query{Label: found.ID}
		if t := r.URL.Query().Get("type"); t != "" {
			q.Kinds = []string{t}
		}
		rows, err := list.Raw(c.ctx, c.tx, c.v, q, "wiki_content c", []string{"c.id"}, nil, start, n+1)
		if err != nil {
			return nil, err
		}
		more := len(rows) > n
		rows = rows[:min(len(rows), n)]
		out := []object{}
		for _, x := range rows {
			out = append(out, object{"contentType": x.Kind, "contentId": x.ID, "title": x.Title})
		}
		return object{"label": labelsV1([]label.Label{*found})[0], "associatedContents": c.v1List(out, len(out), start, n, more)}, nil
	})
}

func (h *handler) v1Properties(w http.ResponseWriter, r *http.Request) error {
	start, n, err := window(r, 10, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		ps, err := property.List(c.ctx, c.tx, x.ID, "", 1000)
		out := []object{}
		for _, p := range ps {
			out = append(out, c.propertyV1(x, p))
		}
		return v1Slice(c, out, start, n), err
	})
}

// propertyAt gives the property that the path names by key; nil when there is none.
func (c *call) propertyAt(change bool) (*content.Content, *property.Property, error) {
	x, err := c.see("id")
	if err != nil {
		return nil, nil, err
	}
	if change {
		if err := c.mayKeep(x); err != nil {
			return nil, nil, err
		}
	}
	p, err := property.Find(c.ctx, c.tx, x.ID, c.r.PathValue("key"))
	return x, p, err
}

func (h *handler) v1Property(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		x, p, err := c.propertyAt(false)
		if err == nil && p == nil {
			err = fault.NotFound("There is no property '%.60s'.", r.PathValue("key"))
		}
		if err != nil {
			return nil, err
		}
		return c.propertyV1(x, p), nil
	})
}

func (h *handler) v1PostProperty(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v2PropertyInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		if err := c.mayKeep(x); err != nil {
			return nil, err
		}
		if k := r.PathValue("key"); k != "" {
			in.Key = k
		}
		p, err := property.Create(c.ctx, c.tx, c.actor, x.ID, in.Key, in.Value)
		if err != nil {
			return nil, err
		}
		return c.propertyV1(x, p), nil
	})
}

func (h *handler) v1PutProperty(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v2PropertyInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		x, p, err := c.propertyAt(true)
		if err != nil {
			return nil, err
		}
		if p == nil {
			if in.Version.Number > 1 {
				return nil, fault.NotFound("There is no property '%.60s'.", r.PathValue("key"))
			}
			p, err = property.Create(c.ctx, c.tx, c.actor, x.ID, r.PathValue("key"), in.Value)
		} else {
			err = property.Set(c.ctx, c.tx, c.actor, p, p.Key, in.Value, in.Version.Number)
		}
		if err != nil {
			return nil, err
		}
		return c.propertyV1(x, p), nil
	})
}

func (h *handler) v1DeleteProperty(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		_, p, err := c.propertyAt(true)
		if err == nil && p == nil {
			err = fault.NotFound("There is no property '%.60s'.", r.PathValue("key"))
		}
		if err != nil {
			return err
		}
		return property.Delete(c.ctx, c.tx, p)
	})
}
