package rest

import (
	"encoding/json"
	"net/http"
	"strconv"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/richtext/diff"
	"holdfast.dev/internal/richtext/render"
)

var volumeWrite = (*volume.Volume).Write

func (c *call) wireVersion(v *content.Version) uiVersion {
	out := uiVersion{Number: v.Number, Title: v.Title, By: c.person(v.Author), Created: v.Created, Message: v.Message, Minor: v.Minor}
	if v.Body != "" {
		out.Body = json.RawMessage(v.Body)
	}
	return out
}

func (c *call) version(id, number int64, body bool) (uiVersion, error) {
	get := content.VersionHead
	if body {
		get = content.VersionOf
	}
	v, err := get(c.ctx, c.tx, id, number)
	if err != nil {
		return uiVersion{}, err
	}
	return c.wireVersion(v), nil
}

// number reads a version number.
func number(name, s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, fault.Bad("'%.30s' is no version number (%s).", s, name)
	}
	return n, nil
}

func (h *handler) uiVersions(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r, 50, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (any, error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return nil, err
		}
		before := int64(0)
		if s := r.URL.Query().Get("cursor"); s != "" {
			if before, err = number("cursor", s); err != nil {
				return nil, err
			}
		}
		found, err := content.Versions(c.ctx, c.tx, p.ID, before, false, n+1)
		if err != nil {
			return nil, err
		}
		next := ""
		if len(found) > n {
			found = found[:n]
			next = itoa(found[n-1].Number)
		}
		out := []uiVersion{}
		for _, v := range found {
			out = append(out, c.wireVersion(v))
		}
		return map[string]any{"versions": out, "next": next}, nil
	})
}

func (h *handler) uiGetVersion(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (out uiVersion, err error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return out, err
		}
		n, err := number("version", r.PathValue("n"))
		if err != nil {
			return out, err
		}
		return c.version(p.ID, n, true)
	})
}

func (h *handler) uiDiff(w http.ResponseWriter, r *http.Request) error {
	from, err := number("from", r.URL.Query().Get("from"))
	if err != nil {
		return err
	}
	to, err := number("to", r.URL.Query().Get("to"))
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (out uiDiff, err error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return out, err
		}
		a, err := content.VersionOf(c.ctx, c.tx, p.ID, from)
		if err != nil {
			return out, err
		}
		b, err := content.VersionOf(c.ctx, c.tx, p.ID, to)
		if err != nil {
			return out, err
		}
		before, err := content.Document(a.Body)
		if err != nil {
			return out, err
		}
		after, err := content.Document(b.Body)
		if err != nil {
			return out, err
		}
		marked, _ := diff.Docs(before, after)
		out.ADF = marked.JSON()
		if out.HTML, _, err = diff.HTML(c.ctx, before, after, render.Options{Mention: func(id string) (string, string) { return c.name(id), "" }}); err != nil {
			return out, err
		}
		out.From, out.To = c.wireVersion(a), c.wireVersion(b)
		out.From.Body, out.To.Body = nil, nil
		return out, nil
	})
}

func (c *call) name(account string) string {
	if p, ok := c.people[account]; ok {
		return p.DisplayName
	}
	return account
}

type messageInput struct {
	Message string `json:"message"`
}

func (h *handler) uiRestoreVersion(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[messageInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (any, error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return nil, err
		}
		if err := c.v.MustEdit(p); err != nil {
			return nil, err
		}
		n, err := number("version", r.PathValue("n"))
		if err != nil {
			return nil, err
		}
		if in.Message == "" {
			in.Message = "Reverted to version " + itoa(n)
		}
		if err := page.RestoreVersion(c.ctx, c.tx, c.actor, p, n, in.Message, true); err != nil {
			return nil, err
		}
		return map[string]any{"id": itoa(p.ID), "version": p.Version}, nil
	})
}
