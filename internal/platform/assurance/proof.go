package assurance

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// What is tested.
const (
	OfSite    = "site"
	OfOrg     = "organization" // its people and how they sign in
	OfControl = "control"      // the control database
)

// Target is something whose backup must be known to work.
type Target struct {
	Owner string `json:"owner"` // site_…, org_…, or "control"
	Kind  string `json:"kind"`
}

// Volume is one volume's part of a test.
type Volume struct {
	Kind     string `json:"kind"`
	Commit   int64  `json:"commit"` // whose state was restored: the newest that the vault has
	Rows     int64  `json:"rows"`
	Bytes    int64  `json:"bytes"`
	Replayed int64  `json:"replayed"` // commits on top of the snapshot
	Digest   string `json:"digest"`   // recorded when the commit was sealed, and recomputed from the restored rows
}

// Outcome is what a restore into scratch showed.
type Outcome struct {
	Volumes     []Volume
	Attachments int64 // that the rows name and the vault has
}

// Test is one restore into scratch.
type Test struct {
	ID          ids.Operation `json:"id"`
	Owner       string        `json:"owner"`
	Started     time.Time     `json:"started"`
	Seconds     float64       `json:"seconds"`
	Proven      bool          `json:"proven"`
	Rows        int64         `json:"rows"`
	Bytes       int64         `json:"bytes"`
	Attachments int64         `json:"attachments"`
	Volumes     []Volume      `json:"volumes"`
	Error       string        `json:"error,omitempty"` // why it failed, exactly
	By          string        `json:"by"`
}

// Proof is how the backup of a target stands.
type Proof struct {
	Target
	Enrolled time.Time  `json:"enrolled"`
	Due      time.Time  `json:"due"`    // the next test
	Tested   *time.Time `json:"tested"` // the last one, whatever its outcome
	Proven   *time.Time `json:"proven"` // the last one that proved it
	Since    time.Time  `json:"-"`      // the last proof, or the enrolment: what the dead man's switch counts from
	Failures int64      `json:"failures" doc:"Tests that failed since the last one that proved it"`
	Error    string     `json:"error,omitempty"`
	Rows     int64      `json:"rows"`
	Bytes    int64      `json:"bytes"`
	Seconds  float64    `json:"seconds"`
	Alarmed  *time.Time `json:"alarmed,omitempty"`
}

// The states of a proof.
const (
	StateProven  = "proven"
	StateFailed  = "failed"
	StateOverdue = "overdue"
	StateWaiting = "waiting" // not tested yet, and not for too long
)

// State says in a word how a proof stands. A failed test outweighs that an earlier one went well: the backup of today does not work.
func (p Proof) State(now time.Time, overdue time.Duration) string {
	switch {
	case p.Failures > 0:
		return StateFailed
	case now.Sub(p.Since) > overdue:
		return StateOverdue
	case p.Proven == nil:
		return StateWaiting
	}
	return StateProven
}

const proofColumns = `owner, kind, enrolled_us, due_us, since_us, tested_us, proven_us, failures, error, row_count, byte_count, took_us, alarmed_us`

var (
	qEnrol   = storage.Register("assurance/proof.insert", `INSERT INTO assurance_proof (owner, kind, enrolled_us, due_us, since_us, tested_us, proven_us, failures, error, row_count, byte_count, took_us, alarmed_us) VALUES ($1, $2, $3, $4, $3, NULL, NULL, 0, '', 0, 0, 0, NULL)`)
	qForget  = storage.Register("assurance/proof.delete", `DELETE FROM assurance_proof WHERE owner = $1`)
	qProof   = storage.Register("assurance/proof.get", `SELECT `+proofColumns+` FROM assurance_proof WHERE owner = $1`)
	qProofs  = storage.Register("assurance/proof.all", `SELECT `+proofColumns+` FROM assurance_proof ORDER BY owner`)
	qDue     = storage.Register("assurance/proof.due", `SELECT `+proofColumns+` FROM assurance_proof WHERE due_us <= $1 ORDER BY due_us, owner LIMIT $2`)
	qSilent  = storage.Register("assurance/proof.silent", `SELECT `+proofColumns+` FROM assurance_proof WHERE since_us < $1 ORDER BY since_us, owner LIMIT $2`)
	qFailed  = storage.Register("assurance/proof.failed", `SELECT `+proofColumns+` FROM assurance_proof WHERE failures > 0 ORDER BY failures, owner LIMIT $1`)
	qProved  = storage.Register("assurance/proof.proved", `UPDATE assurance_proof SET due_us = $2, tested_us = $3, proven_us = $3, since_us = $3, failures = 0, error = '', row_count = $4, byte_count = $5, took_us = $6, alarmed_us = NULL WHERE owner = $1`)
	qNot     = storage.Register("assurance/proof.failure", `UPDATE assurance_proof SET due_us = $2, tested_us = $3, failures = failures + 1, error = $4, took_us = $5 WHERE owner = $1`)
	qAlarmed = storage.Register("assurance/proof.alarmed", `UPDATE assurance_proof SET alarmed_us = $2 WHERE owner = $1`)
	qTest    = storage.Register("assurance/test.insert", `INSERT INTO assurance_test (id, owner, started_us, took_us, proven, row_count, byte_count, attachments, volumes, error, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	qTests   = storage.Register("assurance/test.by_owner", `SELECT id, owner, started_us, took_us, proven, row_count, byte_count, attachments, volumes, error, actor FROM assurance_test WHERE owner = $1 ORDER BY started_us DESC, id DESC LIMIT $2`)
	qPrune   = storage.Register("assurance/test.prune", `DELETE FROM assurance_test WHERE owner = $1 AND started_us < $2`)
)

// testsKept is how long single tests are kept; the last proof is kept for ever.
const testsKept = 400 * 24 * time.Hour

func scanProof(r *storage.Rows) (p Proof, err error) {
	var enrolled, due, since, took int64
	var tested, proven, alarmed *int64
	err = r.Scan(&p.Owner, &p.Kind, &enrolled, &due, &since, &tested, &proven, &p.Failures, &p.Error, &p.Rows, &p.Bytes, &took, &alarmed)
	p.Enrolled, p.Due, p.Since = clock.FromMicros(enrolled), clock.FromMicros(due), clock.FromMicros(since)
	p.Tested, p.Proven, p.Alarmed = instant(tested), instant(proven), instant(alarmed)
	p.Seconds = seconds(took)
	return p, err
}

func instant(us *int64) *time.Time {
	if us == nil {
		return nil
	}
	t := clock.FromMicros(*us)
	return &t
}

func seconds(us int64) float64 { return float64(us) / 1e6 }

// Proofs lists how every backup stands, by owner: a row for each site, organization and the control database.
func Proofs(ctx context.Context, tx *volume.Tx) ([]Proof, error) {
	return storage.All(ctx, tx.Tx, qProofs, scanProof)
}

// Of tells how the backup of one owner stands; ok is false while it is not enrolled.
func Of(ctx context.Context, tx *volume.Tx, owner string) (p Proof, ok bool, err error) {
	p, err = storage.One(ctx, tx.Tx, qProof, scanProof, owner)
	if errors.Is(err, storage.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, err
}

// Tests lists the newest tests of an owner.
func Tests(ctx context.Context, tx *volume.Tx, owner string, limit int) ([]Test, error) {
	return storage.All(ctx, tx.Tx, qTests, func(r *storage.Rows) (t Test, err error) {
		var started, took, proven int64
		var volumes string
		err = r.Scan(&t.ID, &t.Owner, &started, &took, &proven, &t.Rows, &t.Bytes, &t.Attachments, &volumes, &t.Error, &t.By)
		if err != nil {
			return t, err
		}
		t.Started, t.Seconds, t.Proven = clock.FromMicros(started), seconds(took), proven == 1
		return t, json.Unmarshal([]byte(volumes), &t.Volumes)
	}, owner, limit)
}

// record enters the outcome of a test, and when the next one is due.
func record(ctx context.Context, tx *volume.Tx, target Target, started time.Time, took time.Duration, out Outcome, failed error, next time.Time) (Test, error) {
	t := Test{ID: ids.New[ids.Operation](tx.Now()), Owner: target.Owner, Started: started.UTC(), Seconds: took.Seconds(), Proven: failed == nil, Attachments: out.Attachments,
		Volumes: append([]Volume{}, out.Volumes...), By: identity.From(ctx).Actor()}
	for _, v := range t.Volumes {
		t.Rows += v.Rows
		t.Bytes += v.Bytes
	}
	proven := 0
	if failed == nil {
		proven = 1
	} else {
		t.Error = failed.Error()
	}
	volumes, err := json.Marshal(t.Volumes)
	if err != nil {
		return t, err
	}
	at := clock.Micros(started)
	if _, err := tx.Exec(ctx, qTest, t.ID, t.Owner, at, took.Microseconds(), proven, t.Rows, t.Bytes, t.Attachments, string(volumes), t.Error, t.By); err != nil {
		return t, err
	}
	if failed == nil {
		_, err = tx.Exec(ctx, qProved, t.Owner, clock.Micros(next), at, t.Rows, t.Bytes, took.Microseconds())
	} else {
		_, err = tx.Exec(ctx, qNot, t.Owner, clock.Micros(next), at, t.Error, took.Microseconds())
	}
	if err != nil {
		return t, err
	}
	_, err = tx.Exec(ctx, qPrune, t.Owner, clock.Micros(started.Add(-testsKept)))
	return t, err
}
