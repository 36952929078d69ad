package rest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/upload"
	"holdfast.dev/internal/product/tracker/attachment"
	"holdfast.dev/internal/product/tracker/issue"
)

func (h *handler) attachmentRoutes() []httpkit.Route {
	const browse = httpkit.Permission("BROWSE_PROJECTS")
	return []httpkit.Route{
		{Method: "POST", Path: "/issue/{issue}/attachments", Permission: "CREATE_ATTACHMENTS", Handler: h.postAttachments, MaxBody: attachment.MaxSize + 1<<20},
		{Method: "GET", Path: "/attachment/meta", Permission: browse, Handler: h.getAttachmentMeta},
		{Method: "GET", Path: "/attachment/{id}", Permission: browse, Handler: h.getAttachment},
		{Method: "DELETE", Path: "/attachment/{id}", Permission: "DELETE_ALL_ATTACHMENTS", Handler: h.deleteAttachment},
		{Method: "GET", Path: "/attachment/content/{id}", Permission: browse, Handler: h.getAttachmentContent},
		{Method: "GET", Path: "/attachment/thumbnail/{id}", Permission: browse, Handler: h.getThumbnail},
	}
}

type wireAttachment struct {
	Self      string       `json:"self"`
	ID        string       `json:"id"`
	Filename  string       `json:"filename"`
	Author    *wireUser    `json:"author,omitempty"`
	Created   httpkit.Time `json:"created"`
	Size      int64        `json:"size"`
	MimeType  string       `json:"mimeType"`
	Content   string       `json:"content"`
	Thumbnail string       `json:"thumbnail,omitempty"`
}

// wireAttachmentMetadata is a file as it is answered alone: here, and only here, the vendor has a number for an identifier.
type wireAttachmentMetadata struct {
	wireAttachment
	ID int64 `json:"id"`
}

func (r *renderer) attachment(a *attachment.File) wireAttachment {
	id := strconv.FormatInt(a.ID, 10)
	w := wireAttachment{Self: r.api("attachment/" + id), ID: id, Filename: a.Filename, Author: r.user(a.Author), Created: r.at(a.Created), Size: a.Size, MimeType: a.MIME, Content: r.api("attachment/content/" + id)}
	if a.Thumbnail != "" {
		w.Thumbnail = r.api("attachment/thumbnail/" + id)
	}
	return w
}

// maxFiles bounds the files of one upload.
const maxFiles = 60

// postAttachments stores the files of a multipart body, then puts all of them onto the issue in one commit. A content is safe before the
// record that names it.
func (h *handler) postAttachments(w http.ResponseWriter, r *http.Request) error {
	if token := r.Header.Get("X-Atlassian-Token"); token != "no-check" && token != "nocheck" && identity.From(r.Context()).Kind != identity.Session {
		return fault.Forbidden("XSRF check failed")
	}
	err := h.read(r, func(c *call) error { // before the body: nobody waits for an upload to learn that there is no issue
		_, err := c.find(r)
		return err
	})
	if err != nil {
		return err
	}
	files, err := h.receive(r)
	if err != nil {
		return err
	}
	out := []wireAttachment{}
	err = h.write(r, func(c *call) error {
		out = out[:0]
		i, err := c.find(r)
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := attachment.Add(c.ctx, c.tx, c.actor, i, f); err != nil {
				return err
			}
			out = append(out, c.attachment(f))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// receive stores the contents of an upload.
func (h *handler) receive(r *http.Request) ([]*attachment.File, error) {
	body, err := r.MultipartReader()
	if err != nil {
		return nil, fault.Wrap(err, fault.KindUnsupportedType, "Attachments are sent as multipart/form-data with parts named 'file'.")
	}
	var files []*attachment.File
	for {
		part, err := body.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, badUpload(err)
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		if len(files) == maxFiles {
			return nil, fault.Bad("At most %d files can be attached at once.", maxFiles)
		}
		f, err := h.store(r.Context(), part)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		return nil, fault.Bad("No file was sent: parts must be named 'file' and have a file name.")
	}
	return files, nil
}

func badUpload(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fault.New(fault.KindTooLarge, "The file is larger than the %d MB that can be attached.", attachment.MaxSize>>20)
	}
	return fault.Wrap(err, fault.KindInvalid, "The upload cannot be read: %s", err)
}

// store keeps one file and makes its thumbnail.
func (h *handler) store(ctx context.Context, part *multipart.Part) (*attachment.File, error) {
	// FileName has lost folders already on most systems; CleanName sees to the rest.
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	name := params["filename"]
	if err != nil || name == "" {
		name = part.FileName()
	}
	f := &attachment.File{Filename: upload.CleanName(name)}
	blobs := h.Blobs(ctx)
	if f.Blob, f.Size, err = blobs.Put(ctx, part, attachment.MaxSize); err != nil {
		if fault.Is(err, fault.KindTooLarge) {
			return nil, err
		}
		return nil, badUpload(err)
	}
	content, err := blobs.Open(ctx, f.Blob)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	f.MIME = upload.TypeOf(f.Filename, head[:n])
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	small, width, height, err := upload.Thumbnail(content)
	switch {
	case errors.Is(err, upload.ErrNoPicture):
		return f, nil
	case err != nil:
		return nil, err
	}
	f.Width, f.Height = width, height
	f.Thumbnail, _, err = blobs.Put(ctx, bytes.NewReader(small), attachment.MaxSize)
	return f, err
}

func (h *handler) getAttachmentMeta(w http.ResponseWriter, r *http.Request) error {
	return httpkit.JSON(w, http.StatusOK, map[string]any{"enabled": true, "uploadLimit": attachment.MaxSize})
}

// attachmentAt gives the file that the path names, with its issue; files of issues that are not seen are not there.
func (c *call) attachmentAt(r *http.Request) (*attachment.File, *issue.Issue, error) {
	f, err := attachment.Get(c.ctx, c.tx, pathID(r, "id"))
	if err != nil {
		return nil, nil, err
	}
	i, err := issue.Find(c.ctx, c.tx, c.cat, strconv.FormatInt(f.IssueID, 10))
	if fault.Is(err, fault.KindNotFound) {
		err = fault.NotFound("The attachment with id '%d' does not exist", f.ID)
	}
	return f, i, err
}

func (h *handler) getAttachment(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (out wireAttachmentMetadata, err error) {
		f, _, err := c.attachmentAt(r)
		if err != nil {
			return out, err
		}
		return wireAttachmentMetadata{c.attachment(f), f.ID}, nil
	})
}

func (h *handler) deleteAttachment(w http.ResponseWriter, r *http.Request) error {
	err := h.write(r, func(c *call) error {
		f, i, err := c.attachmentAt(r)
		if err != nil {
			return err
		}
		return attachment.Delete(c.ctx, c.tx, c.actor, i, f)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

func (h *handler) getAttachmentContent(w http.ResponseWriter, r *http.Request) error {
	return h.serveFile(w, r, func(f *attachment.File) (blob, mime string, inline bool) { return f.Blob, f.MIME, f.Inline() })
}

func (h *handler) getThumbnail(w http.ResponseWriter, r *http.Request) error {
	return h.serveFile(w, r, func(f *attachment.File) (blob, mime string, inline bool) { return f.Thumbnail, "image/png", true })
}

// serveFile sends a content. Whatever it is, it never runs in our origin: only pictures of pixels are shown, everything else is a download,
// and the sandbox holds for both.
func (h *handler) serveFile(w http.ResponseWriter, r *http.Request, pick func(f *attachment.File) (blob, mime string, inline bool)) error {
	var f *attachment.File
	err := h.read(r, func(c *call) (err error) {
		f, _, err = c.attachmentAt(r)
		return err
	})
	if err != nil {
		return err
	}
	blob, typ, inline := pick(f)
	if blob == "" {
		return fault.NotFound("The content of the attachment with id '%d' is not here.", f.ID)
	}
	content, err := h.Blobs(r.Context()).Open(r.Context(), blob)
	if err != nil {
		return err
	}
	defer content.Close()
	disposition := "attachment"
	if inline {
		disposition = "inline"
	} else if typ == "text/html" || typ == "image/svg+xml" || typ == "application/xhtml+xml" {
		typ = "application/octet-stream"
	}
	header := w.Header()
	header.Set("Content-Type", typ)
	header.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Filename}))
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "private, max-age=86400")
	header.Set("ETag", `"`+blob+`"`)
	http.ServeContent(w, r, "", time.Time{}, content)
	return nil
}
