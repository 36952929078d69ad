package rest

import (
	"errors"
	"io"
	"net/http"
	"path/filepath"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/public"
	"holdfast.dev/internal/product/status/publish"
)

// base gives what stands before the paths of the site where several share a host: "" or /s/SLUG.
func base(c *call) string {
	if s := httpkit.SiteFrom(c.ctx); s != nil {
		return s.BasePath
	}
	return ""
}

// pageView writes a page for the management interface.
func (h *handler) pageView(c *call, p *page.Page, first bool) (pageView, error) {
	all, err := component.All(c.ctx, c.tx, p.ID)
	if err != nil {
		return pageView{}, err
	}
	open, err := incident.Open(c.ctx, c.tx, p.ID)
	if err != nil {
		return pageView{}, err
	}
	impact, sentence := public.Overall(all, open)
	v := pageView{ID: p.ID, Name: p.Name, First: first, Path: base(c) + "/status/p/" + p.ID + "/", PublicURL: p.PublicURL() + "/", Domain: p.Domain, Impact: string(impact), Sentence: sentence, UpdatedAt: p.Updated, Settings: p.Settings}
	if first {
		v.Path = base(c) + "/status/"
	}
	for _, i := range open {
		switch {
		case !i.Scheduled:
			v.Open++
		case i.Status == incident.Scheduled:
			v.Upcoming++
		}
	}
	m, err := publish.ReadManifest(filepath.Join(h.Folder(c.ctx), p.ID))
	if err == nil && len(m.Files) > 0 {
		v.Published = &published{At: m.Published, Files: len(m.Files)}
		for _, f := range m.Files {
			v.Published.Bytes += f.Size
		}
	}
	return v, nil
}

func (h *handler) uiPages(w http.ResponseWriter, r *http.Request) error {
	out := []pageView{}
	err := h.read(r, func(c *call) error {
		all, err := page.All(c.ctx, c.tx)
		for k, p := range all {
			v, err := h.pageView(c, p, k == 0)
			if err != nil {
				return err
			}
			out = append(out, v)
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"pages": out})
}

// onePage answers with the page after fn worked on it.
func (h *handler) onePage(w http.ResponseWriter, r *http.Request, status int, run func(*http.Request, func(*call) error) error, fn func(c *call) error) error {
	var out pageView
	err := run(r, func(c *call) error {
		if err := fn(c); err != nil {
			return err
		}
		first, err := page.First(c.ctx, c.tx)
		if err != nil {
			return err
		}
		out, err = h.pageView(c, c.page, c.page.ID == first.ID)
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, status, out)
}

func (h *handler) uiPage(w http.ResponseWriter, r *http.Request) error {
	return h.onePage(w, r, http.StatusOK, h.read, func(*call) error { return nil })
}

func (h *handler) uiCreatePage(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[struct {
		Name string `json:"name"`
	}](r)
	if err != nil {
		return err
	}
	return h.onePage(w, r, http.StatusCreated, h.write, func(c *call) (err error) {
		if c.page, err = page.Create(c.ctx, c.tx, in.Name); err != nil {
			return err
		}
		return page.Note(c.ctx, c.tx, c.page.ID, "page.create", c.page.Name)
	})
}

func (h *handler) uiPatchPage(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[pagePatch](r)
	if err != nil {
		return err
	}
	return h.onePage(w, r, http.StatusOK, h.write, func(c *call) error { return h.applyPatch(c, in) })
}

func (h *handler) designView(c *call) designView {
	d := c.page.Settings.Design
	v := designView{Design: d, Description: c.page.Settings.Description, Headline: c.page.Settings.Headline}
	prefix := base(c) + "/status/p/" + c.page.ID + "/"
	if s, err := h.site(c); err == nil {
		for name, to := range map[string]*string{"logo": &v.LogoURL, "favicon": &v.FaviconURL} {
			if path, err := s.ImagePath(name); err == nil && path != "" {
				*to = prefix + path
			}
		}
	}
	return v
}

func (h *handler) uiDesign(w http.ResponseWriter, r *http.Request) error {
	var out designView
	err := h.read(r, func(c *call) error { out = h.designView(c); return nil })
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// uiPutDesign sets everything but the images, which have routes of their own.
func (h *handler) uiPutDesign(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[designView](r)
	if err != nil {
		return err
	}
	var out designView
	err = h.write(r, func(c *call) error {
		s := &c.page.Settings
		in.Logo, in.Favicon = s.Design.Logo, s.Design.Favicon
		s.Design, s.Description, s.Headline = in.Design, in.Description, in.Headline
		if err := s.Check(); err != nil {
			return err
		}
		if err := page.Save(c.ctx, c.tx, c.page); err != nil {
			return err
		}
		out = h.designView(c)
		return page.Note(c.ctx, c.tx, c.page.ID, "page.design", c.page.Name)
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// image gives the place of an image of the design.
func image(d *page.Design, name string) (*string, error) {
	switch name {
	case "logo":
		return &d.Logo, nil
	case "favicon":
		return &d.Favicon, nil
	}
	return nil, fault.NotFound("There is no such image; there are logo and favicon.")
}

func (h *handler) uiPutImage(w http.ResponseWriter, r *http.Request) error {
	b, err := io.ReadAll(io.LimitReader(r.Body, public.MaxImage+1))
	if err != nil {
		return err
	}
	if len(b) > public.MaxImage {
		return fault.New(fault.KindTooLarge, "The image is larger than %d bytes.", public.MaxImage)
	}
	if _, _, err := public.ImageType(b); err != nil {
		return err
	}
	hash, err := h.putBlob(r, b)
	if err != nil {
		return err
	}
	return h.setImage(w, r, hash)
}

func (h *handler) uiDeleteImage(w http.ResponseWriter, r *http.Request) error {
	if err := h.setImage(nil, r, ""); err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

// setImage makes a content the image that the path names, and answers with the design where w is given.
func (h *handler) setImage(w http.ResponseWriter, r *http.Request, hash string) error {
	var out designView
	err := h.write(r, func(c *call) error {
		at, err := image(&c.page.Settings.Design, r.PathValue("image"))
		if err != nil {
			return err
		}
		*at = hash
		if err := page.Save(c.ctx, c.tx, c.page); err != nil {
			return err
		}
		out = h.designView(c)
		return page.Note(c.ctx, c.tx, c.page.ID, "page.design", c.page.Name)
	})
	if err != nil || w == nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) uiKeys(w http.ResponseWriter, r *http.Request) error {
	out := []keyView{}
	err := h.read(r, func(c *call) error {
		list, err := page.Keys(c.ctx, c.tx)
		for _, k := range list {
			out = append(out, keyView{ID: k.ID, Name: k.Name, CreatedBy: k.CreatedBy, CreatedAt: k.Created})
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"keys": out})
}

func (h *handler) uiCreateKey(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[struct {
		Name string `json:"name"`
	}](r)
	if err != nil {
		return err
	}
	s := httpkit.SiteFrom(r.Context())
	if s == nil {
		return errors.New("a route of a site without one")
	}
	var out keyView
	err = h.write(r, func(c *call) error {
		k, secret, err := page.CreateKey(c.ctx, c.tx, s.ID, in.Name)
		if err != nil {
			return err
		}
		out = keyView{k.ID, k.Name, k.CreatedBy, k.Created, secret}
		return page.Note(c.ctx, c.tx, c.page.ID, "key.create", k.Name)
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusCreated, out)
}

func (h *handler) uiDeleteKey(w http.ResponseWriter, r *http.Request) error {
	err := h.write(r, func(c *call) error {
		if err := page.DeleteKey(c.ctx, c.tx, r.PathValue("key")); err != nil {
			return err
		}
		return page.Note(c.ctx, c.tx, c.page.ID, "key.delete", r.PathValue("key"))
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}
