package rest

import (
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/attachment"
	"holdfast.dev/internal/product/wiki/comment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/link"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/space"
)

type v2Attachment struct {
	ID        string            `json:"id"`
	Status    string            `json:"status"`
	Title     string            `json:"title"`
	Created   instant           `json:"createdAt"`
	PageID    string            `json:"pageId,omitempty"`
	BlogID    string            `json:"blogPostId,omitempty"`
	MediaType string            `json:"mediaType"`
	Kind      string            `json:"mediaTypeDescription"`
	Comment   string            `json:"comment"`
	FileID    string            `json:"fileId"`
	FileSize  int64             `json:"fileSize"`
	WebUI     string            `json:"webuiLink"`
	Download  string            `json:"downloadLink"`
	Version   v2Version         `json:"version"`
	Links     map[string]string `json:"_links"`
}

func fileVersion(f *attachment.File) v2Version {
	return v2Version{instant(f.Created), f.Comment, f.Version, f.Minor, f.Author}
}

func (c *call) attachmentV2(a *attachment.Attachment) (out v2Attachment, err error) {
	owner, err := content.Get(c.ctx, c.tx, a.OwnerID)
	if err != nil {
		return out, err
	}
	webui, download := link.WebUI(c.v.Spaces.Get(a.SpaceID), a.Content), link.Download(a.OwnerID, a.Title, a.Content.Version)
	out = v2Attachment{ID: "att" + itoa(a.ID), Status: a.Status, Title: a.Title, Created: instant(a.Content.Created), MediaType: a.MIME, Kind: describe(a.MIME), Comment: a.File.Comment, FileID: a.MediaID, FileSize: a.Size,
		WebUI: webui, Download: download, Version: fileVersion(&a.File), Links: map[string]string{"webui": webui, "download": download, "base": c.base + "/wiki"}}
	if owner.Kind == content.BlogPost {
		out.BlogID = itoa(owner.ID)
	} else {
		out.PageID = itoa(owner.ID)
	}
	return out, nil
}

// describe names a MIME type for people.
func describe(mime string) string {
	switch mime {
	case "image/png":
		return "PNG Image"
	case "image/jpeg":
		return "JPEG Image"
	case "image/gif":
		return "GIF Image"
	case "application/pdf":
		return "PDF Document"
	case "text/plain":
		return "Text File"
	}
	return "File"
}

func (h *handler) listFiles(w http.ResponseWriter, r *http.Request, narrow func(c *call, q *list.Query) error) error {
	sort, err := v2Sort(r, "id", "created-date", "modified-date")
	if err != nil {
		return err
	}
	statuses, err := v2Statuses(r, content.Current, content.Archived)
	if err != nil {
		return err
	}
	return h.listV2(w, r, 50, func(c *call, n int, cursor string) (any, string, error) {
		q := list.Query{Kinds: []string{content.Attachment}, Statuses: statuses, Sort: sort, After: cursor, Limit: n, Condition: "1 = 1"}
		if name := r.URL.Query().Get("filename"); name != "" {
			q.Condition, q.Args = "c.title = ?", []any{name}
		}
		if t := r.URL.Query().Get("mediaType"); t != "" {
			q.Condition += " AND c.id IN (SELECT f.content_id FROM wiki_file f WHERE f.version = c.version AND f.mime = ?)"
			q.Args = append(q.Args, t)
		}
		if err := narrow(c, &q); err != nil {
			return nil, "", err
		}
		rows, next, err := list.Find(c.ctx, c.tx, c.v, q)
		if err != nil {
			return nil, "", err
		}
		all, err := attachment.All(c.ctx, c.tx, rows)
		out := []v2Attachment{}
		for _, a := range all {
			wire, err := c.attachmentV2(a)
			if err != nil {
				return nil, "", err
			}
			out = append(out, wire)
		}
		return out, next, err
	})
}

func (h *handler) v2Attachments(w http.ResponseWriter, r *http.Request) error {
	return h.listFiles(w, r, func(c *call, q *list.Query) error {
		if r.PathValue("id") == "" {
			return nil
		}
		p, err := c.see("id", kindOf(r))
		if err == nil {
			q.Owner = p.ID
		}
		return err
	})
}

func (h *handler) v2LabelledFiles(w http.ResponseWriter, r *http.Request) error {
	return h.listFiles(w, r, func(c *call, q *list.Query) error {
		l, err := c.label()
		if err == nil {
			q.Label = l.ID
		}
		return err
	})
}

// seeFile gives the attachment that the path names.
func (c *call) seeFile() (*attachment.Attachment, error) {
	row, err := c.pathID(content.Attachment)
	if err != nil {
		return nil, err
	}
	return attachment.With(c.ctx, c.tx, row)
}

func (h *handler) v2Attachment(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (out v2Attachment, err error) {
		a, err := c.seeFile()
		if err != nil {
			return out, err
		}
		return c.attachmentV2(a)
	})
}

func (h *handler) v2DeleteAttachment(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		a, err := c.pathID(content.Attachment)
		if err != nil {
			return err
		}
		return c.removeFile(a, httpkit.BoolParam(r, "purge"))
	})
}

// removeFile puts a file into the trash, or purges it from there.
func (c *call) removeFile(a *content.Content, purge bool) error {
	s := c.v.Spaces.Get(a.SpaceID)
	if purge {
		if a.Status != content.Trashed {
			return fault.Bad("Only what is in the trash can be purged.")
		}
		if err := c.v.Must(s, space.Administer); err != nil {
			return err
		}
		return page.PurgeOne(c.ctx, c.tx, a.ID)
	}
	owner, err := content.Get(c.ctx, c.tx, a.OwnerID)
	if err != nil {
		return err
	}
	if err := c.v.MustEdit(owner); err != nil {
		return err
	}
	if a.Author != c.actor {
		if err := c.v.Must(s, space.DeleteAttachment); err != nil {
			return err
		}
	}
	if a.Status == content.Trashed {
		return content.NotFound(a.ID)
	}
	return comment.Delete(c.ctx, c.tx, c.actor, a)
}

type v2FileVersion struct {
	v2Version
	Attachment map[string]string `json:"attachment"`
}

func (h *handler) v2FileVersions(w http.ResponseWriter, r *http.Request) error {
	return h.listV2(w, r, 50, func(c *call, n int, cursor string) (any, string, error) {
		a, err := c.seeFile()
		if err != nil {
			return nil, "", err
		}
		all, err := attachment.Versions(c.ctx, c.tx, a.ID)
		if err != nil {
			return nil, "", err
		}
		cut, next, err := cutPage(all, cursor, n)
		out := []v2FileVersion{}
		for _, f := range cut {
			out = append(out, v2FileVersion{fileVersion(f), map[string]string{"id": "att" + itoa(a.ID), "title": a.Title}})
		}
		return out, next, err
	})
}

func (h *handler) v2FileVersion(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (any, error) {
		a, err := c.seeFile()
		if err != nil {
			return nil, err
		}
		n, err := number("version", r.PathValue("version-number"))
		if err != nil {
			return nil, err
		}
		f, err := attachment.VersionOf(c.ctx, c.tx, a.ID, n)
		if err != nil {
			return nil, err
		}
		return detailed(fileVersion(f), a.Content.Version), nil
	})
}
