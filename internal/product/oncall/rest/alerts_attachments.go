package rest

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
)

func (h *handler) attachmentOperations() []operation {
	const path = "/v2/alerts/{identifier}/attachments"
	return []operation{
		{method: "POST", path: path, right: mayWrite, run: addAttachment, maxBody: alert.MaxAttachment + 1<<20},
		{method: "GET", path: path, right: mayRead, run: listAttachments},
		{method: "GET", path: path + "/{attachmentId}", right: mayRead, run: getAttachment},
		{method: "GET", path: path + "/{attachmentId}/content", right: mayRead, run: readAttachment},
		{method: "DELETE", path: path + "/{attachmentId}", right: mayWrite, run: deleteAttachment},
	}
}

// findFor gives the alert of an attachment request, whose identifier's type is alertIdentifierType.
func (c *call) findFor(tx *volume.Tx) (*alert.Alert, error) { return c.find(tx, "alertIdentifierType") }

// addAttachment streams the file of the form into the blobs first and enters it at the alert then.
func addAttachment(c *call) error {
	if err := c.read(func(tx *volume.Tx) error { _, err := c.findFor(tx); return err }); err != nil {
		return err
	}
	form, err := c.r.MultipartReader()
	if err != nil {
		return fault.New(fault.KindUnsupportedType, "The request should be a form with the file in the part named file.")
	}
	var f alert.Attachment
	var a actor
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return tooLargeOr(err, fault.Bad("The form cannot be read."))
		}
		switch part.FormName() {
		case "file":
			f.Name = part.FileName()
			if f.SHA256, f.Size, err = c.Blobs(c.r.Context()).Put(c.r.Context(), part, alert.MaxAttachment); err != nil {
				return err
			}
		case "user":
			b, err := io.ReadAll(io.LimitReader(part, 4*alert.MaxUser))
			if err != nil {
				return tooLargeOr(err, fault.Bad("The form cannot be read."))
			}
			a.User = string(b)
		}
	}
	if f.SHA256 == "" {
		return invalid("file", "File can not be empty.")
	}
	var made *alert.Attachment
	err = c.write(func(tx *volume.Tx) error {
		to, err := c.findFor(tx)
		if err != nil {
			return err
		}
		made, err = alert.Attach(c.r.Context(), tx, to, f, c.by(a))
		return err
	})
	if err != nil {
		return err
	}
	return c.send(http.StatusCreated, answer{Result: "Attachment added to alert", Data: map[string]string{"id": strconv.FormatInt(made.ID, 10)}})
}

// tooLargeOr passes on that a body was larger than allowed.
func tooLargeOr(err, other error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return other
}

func listAttachments(c *call) error {
	type wire struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	}
	out := []wire{}
	err := c.read(func(tx *volume.Tx) error {
		a, err := c.findFor(tx)
		if err != nil {
			return err
		}
		files, err := alert.Attachments(c.r.Context(), tx, a.ID)
		for _, f := range files {
			out = append(out, wire{f.ID, f.Name})
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.data(out)
}

func (c *call) attachment(tx *volume.Tx) (*alert.Alert, *alert.Attachment, error) {
	a, err := c.findFor(tx)
	if err != nil {
		return nil, nil, err
	}
	id, err := strconv.ParseInt(c.r.PathValue("attachmentId"), 10, 64)
	if err != nil {
		return nil, nil, fault.NotFound("Attachment does not exist")
	}
	f, err := alert.GetAttachment(c.r.Context(), tx, a.ID, id)
	return a, f, err
}

// getAttachment gives where the file is read, with the same credentials.
func getAttachment(c *call) error {
	var f *alert.Attachment
	err := c.read(func(tx *volume.Tx) (err error) {
		_, f, err = c.attachment(tx)
		return err
	})
	if err != nil {
		return err
	}
	at := url.URL{Path: "/v2/alerts/" + f.AlertID + "/attachments/" + strconv.FormatInt(f.ID, 10) + "/content"}
	return c.data(map[string]string{"name": f.Name, "url": c.base() + at.String()})
}

// readAttachment gives the contents. They are downloaded, never shown, whatever they claim to be.
func readAttachment(c *call) error {
	var f *alert.Attachment
	err := c.read(func(tx *volume.Tx) (err error) {
		_, f, err = c.attachment(tx)
		return err
	})
	if err != nil {
		return err
	}
	content, err := c.Blobs(c.r.Context()).Open(c.r.Context(), f.SHA256)
	if err != nil {
		return err
	}
	defer content.Close()
	httpkit.OpsgenieHeaders(c.w.Header(), c.id, c.took())
	c.w.Header().Set("Content-Type", "application/octet-stream")
	c.w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(f.Name))
	http.ServeContent(c.w, c.r, "", time.Time{}, content)
	return nil
}

func deleteAttachment(c *call) error {
	err := c.write(func(tx *volume.Tx) error {
		_, f, err := c.attachment(tx)
		if err != nil {
			return err
		}
		return alert.Detach(c.r.Context(), tx, f, c.by(c.queryActor()))
	})
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, answer{Result: "Attachment deleted"})
}
