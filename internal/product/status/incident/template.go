package incident

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/shortid"
)

// Template is a prepared update.
type Template struct {
	ID, PageID   string
	Name         string // of the template
	Title        string // of the incident
	Body         string
	GroupID      string // of the vendor's template groups; kept, without meaning here
	UpdateStatus Status // empty: as the incident is
	Notify       bool
	ComponentIDs []string
}

const tplColumns = `id, page_id, name, title, body, group_id, update_status, notify, component_ids`

var (
	qTplList = storage.Register("status/incident_template.list", `SELECT `+tplColumns+` FROM incident_template WHERE page_id = $1 ORDER BY page_id, created_us, id LIMIT $2 OFFSET $3`)
	qTplByID = storage.Register("status/incident_template.by-id", `SELECT `+tplColumns+` FROM incident_template WHERE id = $1 AND page_id = $2`)
	qTplPut  = storage.Register("status/incident_template.put", `INSERT INTO incident_template (`+tplColumns+`, created_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, title = excluded.title, body = excluded.body, group_id = excluded.group_id, update_status = excluded.update_status,
		notify = excluded.notify, component_ids = excluded.component_ids`)
	qTplDelete = storage.Register("status/incident_template.delete", `DELETE FROM incident_template WHERE id = $1 AND page_id = $2`)
)

func scanTemplate(r *storage.Rows) (*Template, error) {
	var t Template
	var notify int64
	var ids string
	if err := r.Scan(&t.ID, &t.PageID, &t.Name, &t.Title, &t.Body, &t.GroupID, &t.UpdateStatus, &notify, &ids); err != nil {
		return nil, err
	}
	t.Notify = notify == 1
	return &t, json.Unmarshal([]byte(ids), &t.ComponentIDs)
}

// Templates lists the templates of a page, oldest first.
func Templates(ctx context.Context, tx *volume.Tx, pageID string, limit, offset int) ([]*Template, error) {
	return storage.All(ctx, tx.Tx, qTplList, scanTemplate, pageID, limit, offset)
}

// GetTemplate gives a template of a page.
func GetTemplate(ctx context.Context, tx *volume.Tx, pageID, id string) (*Template, error) {
	t, err := storage.One(ctx, tx.Tx, qTplByID, scanTemplate, id, pageID)
	if errors.Is(err, storage.ErrNoRows) {
		return nil, fault.NotFound("There is no such incident template.")
	}
	return t, err
}

// SaveTemplate checks a template and writes it; one without identifier is new.
func SaveTemplate(ctx context.Context, tx *volume.Tx, t *Template) (err error) {
	if t.Name, err = page.CheckName("name", t.Name); err != nil {
		return err
	}
	if t.Title == "" {
		t.Title = t.Name
	}
	if t.Title, err = page.CheckName("title", t.Title); err != nil {
		return err
	}
	if t.Body == "" {
		return fault.Invalid("body", "Body can't be blank")
	}
	if err := CheckBody(t.Body); err != nil {
		return err
	}
	if t.UpdateStatus != "" && !slices.Contains(Realtime, t.UpdateStatus) && !slices.Contains(Planned, t.UpdateStatus) {
		return fault.Invalid("update_status", "Update status is not included in the list")
	}
	if t.ComponentIDs == nil {
		t.ComponentIDs = []string{}
	}
	if t.ID == "" {
		t.ID = shortid.New()
	}
	ids, err := json.Marshal(t.ComponentIDs)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, qTplPut, t.ID, t.PageID, t.Name, t.Title, t.Body, t.GroupID, t.UpdateStatus, bit(t.Notify), string(ids), clock.Micros(tx.Now()))
	return err
}

// DeleteTemplate removes a template.
func DeleteTemplate(ctx context.Context, tx *volume.Tx, pageID, id string) error {
	n, err := tx.Exec(ctx, qTplDelete, id, pageID)
	if err == nil && n == 0 {
		return fault.NotFound("There is no such incident template.")
	}
	return err
}
