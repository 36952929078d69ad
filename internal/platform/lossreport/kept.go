package lossreport

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Kept is a report that was made, as the record has it. The report itself is a file of its site, by its hash.
type Kept struct {
	ID      ids.Report    `json:"id"`
	Site    ids.Site      `json:"site"`
	Restore ids.Operation `json:"restore"`
	By      string        `json:"by"`
	Created time.Time     `json:"created"`
	Hash    string        `json:"hash"`
	Bytes   int64         `json:"bytes"`
	RootsAt *time.Time    `json:"roots_at"` // when the roots were handed out that it begins with; null when it begins with the site
	Totals  Totals        `json:"totals"`
	Checked time.Time     `json:"checked"`         // when it was verified last
	Wrong   string        `json:"wrong,omitempty"` // what that found; empty when it is true
}

const keptColumns = `id, site_id, restore_id, actor, created_us, hash, byte_count, roots_us, totals, checked_us, wrong`

var (
	qKeep       = storage.Register("lossreport/report.insert", `INSERT INTO loss_report (id, site_id, restore_id, actor, created_us, hash, byte_count, roots_us, totals, checked_us, wrong) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	qKept       = storage.Register("lossreport/report.get", `SELECT `+keptColumns+` FROM loss_report WHERE id = $1`)
	qReports    = storage.Register("lossreport/report.list", `SELECT `+keptColumns+` FROM loss_report WHERE (created_us, id) < ($1, $2) ORDER BY created_us DESC, id DESC LIMIT $3`)
	qSiteReport = storage.Register("lossreport/report.by_site", `SELECT `+keptColumns+` FROM loss_report WHERE site_id = $1 AND (created_us, id) < ($2, $3) ORDER BY created_us DESC, id DESC LIMIT $4`)
	qChecked    = storage.Register("lossreport/report.checked", `UPDATE loss_report SET checked_us = $2, wrong = $3 WHERE id = $1`)
)

// Keep enters a report whose file is stored already. wrong is what verifying it found, empty when it is true.
func Keep(ctx context.Context, tx *volume.Tx, r Report, hash string, bytes int64, roots *Roots, wrong string) (Kept, error) {
	k := Kept{ID: ids.New[ids.Report](tx.Now()), Site: r.Site, Restore: r.Restore.Operation, By: identity.From(ctx).Actor(), Created: tx.Now().UTC(), Hash: hash, Bytes: bytes, Totals: r.Totals,
		Checked: tx.Now().UTC(), Wrong: wrong}
	totals, err := json.Marshal(r.Totals)
	if err != nil {
		return k, err
	}
	var at any
	if roots != nil {
		k.RootsAt = &roots.At
		at = clock.Micros(roots.At)
	}
	_, err = tx.Exec(ctx, qKeep, k.ID, k.Site, k.Restore, k.By, clock.Micros(k.Created), hash, bytes, at, string(totals), clock.Micros(k.Checked), wrong)
	return k, err
}

// Checked notes what verifying a report again found.
func Checked(ctx context.Context, tx *volume.Tx, id ids.Report, wrong string) error {
	_, err := tx.Exec(ctx, qChecked, id, clock.Micros(tx.Now()), wrong)
	return err
}

// Get gives a report's record.
func Get(ctx context.Context, tx *volume.Tx, id ids.Report) (Kept, error) {
	k, err := storage.One(ctx, tx.Tx, qKept, scanKept, id)
	if errors.Is(err, storage.ErrNoRows) {
		return k, fault.NotFound("There is no loss report %s.", id)
	}
	return k, err
}

// List gives reports, newest first, those before an instant and identifier (zero values: from the newest); of one site, or with the zero identifier of all.
func List(ctx context.Context, tx *volume.Tx, site ids.Site, before time.Time, beforeID ids.Report, limit int) ([]Kept, error) {
	us := clock.Micros(before)
	if before.IsZero() {
		us = 1 << 62
	}
	if site.IsZero() {
		return storage.All(ctx, tx.Tx, qReports, scanKept, us, beforeID.String(), limit)
	}
	return storage.All(ctx, tx.Tx, qSiteReport, scanKept, site, us, beforeID.String(), limit)
}

func scanKept(r *storage.Rows) (k Kept, err error) {
	var created, checked int64
	var roots *int64
	var totals string
	err = r.Scan(&k.ID, &k.Site, &k.Restore, &k.By, &created, &k.Hash, &k.Bytes, &roots, &totals, &checked, &k.Wrong)
	if err != nil {
		return k, err
	}
	k.Created, k.Checked = clock.FromMicros(created), clock.FromMicros(checked)
	k.RootsAt = instant(roots)
	return k, json.Unmarshal([]byte(totals), &k.Totals)
}

func instant(us *int64) *time.Time {
	if us == nil {
		return nil
	}
	t := clock.FromMicros(*us)
	return &t
}
