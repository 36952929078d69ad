package rest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/upload"
	"holdfast.dev/internal/product/wiki/attachment"
)

// maxFiles bounds the files of one upload.
const maxFiles = 60

// upload is what a multipart body brought: files whose contents are stored, and the texts beside them.
type uploaded struct {
	files []*uploadedFile
	texts map[string][]string
}

type uploadedFile struct {
	name string
	attachment.File
}

// receive stores the contents of an upload. A content is safe before the record that names it.
func (h *handler) receive(r *http.Request) (*uploaded, error) {
	if token := r.Header.Get("X-Atlassian-Token"); token != "no-check" && token != "nocheck" && identity.From(r.Context()).Kind != identity.Session {
		return nil, fault.Forbidden("XSRF check failed")
	}
	body, err := r.MultipartReader()
	if err != nil {
		return nil, fault.Wrap(err, fault.KindUnsupportedType, "Attachments are sent as multipart/form-data with parts named 'file'.")
	}
	up := &uploaded{texts: map[string][]string{}}
	for {
		part, err := body.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, badUpload(err)
		}
		if part.FileName() == "" {
			b, err := io.ReadAll(io.LimitReader(part, 64<<10))
			if err != nil {
				return nil, badUpload(err)
			}
			up.texts[part.FormName()] = append(up.texts[part.FormName()], string(b))
			continue
		}
		if part.FormName() != "file" {
			continue
		}
		if len(up.files) == maxFiles {
			return nil, fault.Bad("At most %d files can be attached at once.", maxFiles)
		}
		f, err := h.store(r.Context(), part)
		if err != nil {
			return nil, err
		}
		up.files = append(up.files, f)
	}
	for i, f := range up.files {
		f.Comment = up.text("comment", i)
		f.Minor = up.text("minorEdit", i) == "true"
	}
	return up, nil
}

// text gives the i-th text of a name, the last one when there are fewer.
func (u *uploaded) text(name string, i int) string {
	all := u.texts[name]
	if len(all) == 0 {
		return ""
	}
	return all[min(i, len(all)-1)]
}

func badUpload(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fault.New(fault.KindTooLarge, "The file is larger than the %d MB that can be attached.", attachment.MaxSize>>20)
	}
	return fault.Wrap(err, fault.KindInvalid, "The upload cannot be read: %s", err)
}

// store keeps one file and makes its thumbnail.
func (h *handler) store(ctx context.Context, part *multipart.Part) (*uploadedFile, error) {
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	name := params["filename"]
	if err != nil || name == "" {
		name = part.FileName()
	}
	f := &uploadedFile{name: upload.CleanName(name)}
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
	f.MIME = upload.TypeOf(f.name, head[:n])
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	small, width, height, err := upload.Thumbnail(content)
	if errors.Is(err, upload.ErrNoPicture) {
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	f.Width, f.Height = width, height
	f.Thumbnail, _, err = blobs.Put(ctx, bytes.NewReader(small), attachment.MaxSize)
	return f, err
}

// serveFile sends a content. Whatever it is, it never runs in our origin: only pictures of pixels are shown, everything else is a download, and the
// sandbox holds for all of them.
func (h *handler) serveFile(w http.ResponseWriter, r *http.Request, name, blob, typ string, inline bool) error {
	if blob == "" {
		return fault.NotFound("The content of this attachment is not here.")
	}
	content, err := h.Blobs(r.Context()).Open(r.Context(), blob)
	if err != nil {
		return err
	}
	defer content.Close()
	disposition := "attachment"
	if inline {
		disposition = "inline"
	} else {
		typ = upload.SafeType(typ)
	}
	header := w.Header()
	header.Set("Content-Type", typ)
	header.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": name}))
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "private, max-age=3600")
	header.Set("ETag", `"`+blob+`"`)
	http.ServeContent(w, r, "", time.Time{}, content)
	return nil
}
