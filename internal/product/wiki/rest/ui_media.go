package rest

import (
	"mime"
	"net/http"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/wiki/attachment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/space"
)

func (c *call) media(a *attachment.Attachment) uiMedia {
	m := uiMedia{ID: a.MediaID, AttachmentID: "att" + itoa(a.ID), Name: a.Title, MIME: a.MIME, Size: a.Size, Width: a.Width, Height: a.Height, URL: "/api/wiki/media/" + a.MediaID, Version: a.Content.Version, Comment: a.File.Comment, Created: a.Content.Updated, By: c.person(a.Editor)}
	if a.Thumbnail != "" {
		m.Thumbnail = m.URL + "/thumbnail"
	}
	if a.MIME == "application/pdf" {
		m.Preview = m.URL + "/preview"
	}
	return m
}

func (c *call) medias(rows []*content.Content) ([]uiMedia, error) {
	all, err := attachment.All(c.ctx, c.tx, rows)
	out := []uiMedia{}
	for _, a := range all {
		out = append(out, c.media(a))
	}
	return out, err
}

func (h *handler) uiFiles(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r, 50, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (any, error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return nil, err
		}
		rows, next, err := list.Find(c.ctx, c.tx, c.v, list.Query{Kinds: []string{content.Attachment}, Statuses: []string{content.Current, content.Draft}, Owner: p.ID, Sort: "-created", After: r.URL.Query().Get("cursor"), Limit: n})
		if err != nil {
			return nil, err
		}
		out, err := c.medias(rows)
		return map[string]any{"media": out, "next": next}, err
	})
}

func (h *handler) uiSpaceFiles(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r, 50, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (any, error) {
		s, err := c.space("key")
		if err != nil {
			return nil, err
		}
		rows, next, err := list.Find(c.ctx, c.tx, c.v, list.Query{Kinds: []string{content.Attachment}, Spaces: []int64{s.ID}, Sort: "-created", After: r.URL.Query().Get("cursor"), Limit: n})
		if err != nil {
			return nil, err
		}
		out, err := c.medias(rows)
		return map[string]any{"media": out, "next": next}, err
	})
}

// mayAttach refuses who may not put files on a page or post.
func (c *call) mayAttach(p *content.Content) error {
	if err := c.v.MustEdit(p); err != nil {
		return err
	}
	return c.v.Must(c.v.Spaces.Get(p.SpaceID), space.CreateAttachment)
}

func (h *handler) uiUpload(w http.ResponseWriter, r *http.Request) error {
	may := func(c *call) (*content.Content, error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return nil, err
		}
		return p, c.mayAttach(p)
	}
	if err := h.with(r, volumeRead, func(c *call) error { // before the body: nobody waits for an upload to learn that there is no page
		_, err := may(c)
		return err
	}); err != nil {
		return err
	}
	up, err := h.receive(r)
	if err != nil {
		return err
	}
	if len(up.files) == 0 {
		return fault.Bad("No file was sent: parts must be named 'file' and have a file name.")
	}
	return write(h, w, r, func(c *call) (any, error) {
		p, err := may(c)
		if err != nil {
			return nil, err
		}
		out := []uiMedia{}
		for _, f := range up.files {
			file := f.File
			a, err := attachment.Add(c.ctx, c.tx, c.actor, p, f.name, &file)
			if err != nil {
				return nil, err
			}
			out = append(out, c.media(a))
		}
		return map[string]any{"media": out}, nil
	})
}

// file gives the attachment that a media identifier names and that the asker may read.
func (h *handler) file(r *http.Request) (a *attachment.Attachment, err error) {
	err = h.with(r, volumeRead, func(c *call) error {
		id, err := attachment.ByMedia(c.ctx, c.tx, r.PathValue("media"))
		if err != nil {
			return err
		}
		row, err := c.seeID(id, content.Attachment)
		if err != nil {
			return fault.NotFound("There is no such file.")
		}
		a, err = attachment.With(c.ctx, c.tx, row)
		return err
	})
	return a, err
}

func (h *handler) uiMedia(w http.ResponseWriter, r *http.Request) error {
	a, err := h.file(r)
	if err != nil {
		return err
	}
	return h.serveFile(w, r, a.Title, a.Blob, a.MIME, a.Inline())
}

func (h *handler) uiThumbnail(w http.ResponseWriter, r *http.Request) error {
	a, err := h.file(r)
	if err != nil {
		return err
	}
	return h.serveFile(w, r, a.Title+".png", a.Thumbnail, "image/png", true)
}

// uiPreview shows a PDF in the browser's own viewer. The policy keeps whatever is in the file from running anything or reaching our pages.
func (h *handler) uiPreview(w http.ResponseWriter, r *http.Request) error {
	a, err := h.file(r)
	if err != nil {
		return err
	}
	if a.MIME != "application/pdf" || a.Blob == "" {
		return fault.NotFound("There is no preview of this file.")
	}
	body, err := h.Blobs(r.Context()).Open(r.Context(), a.Blob)
	if err != nil {
		return err
	}
	defer body.Close()
	header := w.Header()
	header.Set("Content-Type", "application/pdf")
	header.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": a.Title}))
	header.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; plugin-types application/pdf; style-src 'unsafe-inline'; frame-ancestors 'self'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "SAMEORIGIN")
	header.Set("Cache-Control", "private, max-age=3600")
	header.Set("ETag", `"`+a.Blob+`"`)
	http.ServeContent(w, r, "", time.Time{}, body)
	return nil
}
