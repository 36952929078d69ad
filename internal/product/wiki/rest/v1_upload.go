package rest

import (
	"net/http"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/attachment"
	"holdfast.dev/internal/product/wiki/content"
)

func (h *handler) v1UploadRoutes() []httpkit.Route {
	const big = attachment.MaxSize + 1<<20
	return []httpkit.Route{
		{Method: "POST", Path: "/content/{id}/child/attachment", Permission: mayAttach, Handler: h.v1Upload, MaxBody: big},
		{Method: "PUT", Path: "/content/{id}/child/attachment", Permission: mayAttach, Handler: h.v1Upload, MaxBody: big},
		{Method: "POST", Path: "/content/{id}/child/attachment/{attachmentId}/data", Permission: mayAttach, Handler: h.v1UploadData, MaxBody: big},
	}
}

// v1Upload puts files on a content. POST refuses a name that is there already, PUT makes it a new version.
func (h *handler) v1Upload(w http.ResponseWriter, r *http.Request) error {
	return h.uploading(w, r, func(c *call, up *uploaded) (object, error) {
		p, err := c.attachable()
		if err != nil {
			return nil, err
		}
		out := []object{}
		for _, f := range up.files {
			if r.Method == http.MethodPost {
				if same, err := attachment.Named(c.ctx, c.tx, p.ID, f.name); err != nil {
					return nil, err
				} else if same != nil {
					return nil, fault.Bad("Cannot add a new attachment with same file name as an existing attachment: %s", f.name)
				}
			}
			file := f.File
			a, err := attachment.Add(c.ctx, c.tx, c.actor, p, f.name, &file)
			if err != nil {
				return nil, err
			}
			wire, err := c.contentV1(a.Content, uploadedExpansion)
			if err != nil {
				return nil, err
			}
			out = append(out, wire)
		}
		return c.v1List(out, len(out), 0, len(out), false), nil
	})
}

var uploadedExpansion = expansion{"version": {}, "container": {}, "metadata": {}, "history": {}}

// attachable gives the page or post that files go to: the one of the path, or what a comment of the path is about.
func (c *call) attachable() (*content.Content, error) {
	p, err := c.see("id")
	if err != nil {
		return nil, err
	}
	if p.OwnerID != p.ID {
		if p, err = c.seeID(p.OwnerID); err != nil {
			return nil, err
		}
	}
	return p, c.mayAttach(p)
}

func (h *handler) uploading(w http.ResponseWriter, r *http.Request, fn func(c *call, up *uploaded) (object, error)) error {
	if err := h.with(r, volumeRead, func(c *call) error { // before the body: nobody waits for an upload to learn that there is no page
		_, err := c.attachable()
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
	return write(h, w, r, func(c *call) (object, error) { return fn(c, up) })
}

func (h *handler) v1UploadData(w http.ResponseWriter, r *http.Request) error {
	return h.uploading(w, r, func(c *call, up *uploaded) (object, error) {
		a, err := c.fileOfPath()
		if err != nil {
			return nil, err
		}
		file := up.files[0].File
		if err := attachment.NewVersion(c.ctx, c.tx, c.actor, a, &file); err != nil {
			return nil, err
		}
		return c.contentV1(a.Content, uploadedExpansion)
	})
}

// fileOfPath gives the file of the path, on the content of the path.
func (c *call) fileOfPath() (*attachment.Attachment, error) {
	p, err := c.attachable()
	if err != nil {
		return nil, err
	}
	row, err := c.see("attachmentId", content.Attachment)
	if err != nil {
		return nil, err
	}
	if row.OwnerID != p.ID {
		return nil, content.NotFound(row.ID)
	}
	return attachment.With(c.ctx, c.tx, row)
}

type v1FileInput struct {
	Title    string `json:"title"`
	Metadata struct {
		MediaType string  `json:"mediaType"`
		Comment   *string `json:"comment"`
	} `json:"metadata"`
}

func (h *handler) v1DescribeFile(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v1FileInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		a, err := c.fileOfPath()
		if err != nil {
			return nil, err
		}
		comment := a.File.Comment
		if in.Metadata.Comment != nil {
			comment = *in.Metadata.Comment
		}
		if err := attachment.Describe(c.ctx, c.tx, a, in.Title, in.Metadata.MediaType, comment); err != nil {
			return nil, err
		}
		return c.contentV1(a.Content, uploadedExpansion)
	})
}

// download sends a file, or its thumbnail.
func (h *handler) download(w http.ResponseWriter, r *http.Request, find func(c *call) (*attachment.Attachment, error), thumbnail bool) error {
	var a *attachment.Attachment
	var f *attachment.File
	err := h.with(r, volumeRead, func(c *call) (err error) {
		if a, err = find(c); err != nil {
			return err
		}
		f = &a.File
		if n, nerr := strconv.ParseInt(r.URL.Query().Get("version"), 10, 64); nerr == nil && n > 0 && n != f.Version {
			f, err = attachment.VersionOf(c.ctx, c.tx, a.ID, n)
		}
		return err
	})
	if err != nil {
		return err
	}
	if thumbnail {
		return h.serveFile(w, r, strings.TrimSuffix(a.Title, ".png")+".png", f.Thumbnail, "image/png", true)
	}
	return h.serveFile(w, r, a.Title, f.Blob, f.MIME, f.Inline())
}

// downloadRoutes are the addresses of files in pages.
func (h *handler) downloadRoutes() []httpkit.Route {
	named := func(c *call) (*attachment.Attachment, error) {
		p, err := c.see("id")
		if err != nil {
			return nil, err
		}
		a, err := attachment.Named(c.ctx, c.tx, p.OwnerID, c.r.PathValue("name"))
		if err == nil && (a == nil || !c.v.Sees(a.Content)) {
			err = fault.NotFound("There is no file '%.100s' here.", c.r.PathValue("name"))
		}
		return a, err
	}
	return []httpkit.Route{
		{Method: "GET", Path: "/wiki/download/attachments/{id}/{name}", Permission: mayView, Dialect: httpkit.ConfluenceV1, Handler: func(w http.ResponseWriter, r *http.Request) error {
			return h.download(w, r, named, false)
		}},
		{Method: "GET", Path: "/wiki/download/thumbnails/{id}/{name}", Permission: mayView, Dialect: httpkit.ConfluenceV1, Handler: func(w http.ResponseWriter, r *http.Request) error {
			return h.download(w, r, named, true)
		}},
	}
}
