package alert

import (
	"context"
	"errors"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Request is what became of a request that was accepted before its outcome was told, or of one that an integration sent.
type Request struct {
	ID            string
	Action        string // Create, Acknowledge, …; of integrations what they sent: "webhook", "mail"
	At            time.Time
	IntegrationID string
	Success       bool
	Status        string // a sentence
	AlertID       string // empty where none was found
	Alias         string
	Body          string // what was received, cut; empty for requests of the alert API
}

const requestColumns = `id, action, at_us, integration_id, success, status, alert_id, alias, body`

var (
	qRecord  = storage.Register("oncall/oncall_request.insert", `INSERT INTO oncall_request (`+requestColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	qRequest = storage.Register("oncall/oncall_request.by_id", `SELECT `+requestColumns+` FROM oncall_request WHERE id = $1`)
	qLast    = storage.Register("oncall/oncall_request.last", `SELECT `+requestColumns+` FROM oncall_request WHERE integration_id = $1 ORDER BY integration_id DESC, id DESC LIMIT $2`)
	qForget  = storage.Register("oncall/oncall_request.forget", `DELETE FROM oncall_request WHERE id IN (SELECT id FROM oncall_request WHERE id < $1 ORDER BY id LIMIT $2)`)
)

const (
	maxBody    = 8 << 10 // bytes of what was received that are kept
	requestAge = 7 * 24 * time.Hour
)

// Record keeps the outcome of a request.
func Record(ctx context.Context, tx *volume.Tx, r Request) error {
	if len(r.Body) > maxBody {
		r.Body = r.Body[:maxBody]
	}
	r.Body = strings.ReplaceAll(strings.ToValidUTF8(r.Body, "�"), "\x00", "�")
	_, err := tx.Exec(ctx, qRecord, r.ID, r.Action, clock.Micros(tx.Now()), r.IntegrationID, truth(r.Success), r.Status, r.AlertID, r.Alias, r.Body)
	return err
}

// Outcome gives what became of a request; not found when there was none by that ID.
func Outcome(ctx context.Context, tx *volume.Tx, id string) (*Request, error) {
	r, err := storage.One(ctx, tx.Tx, qRequest, scanRequest, id)
	if errors.Is(err, storage.ErrNoRows) {
		return nil, fault.NotFound("Request not found. It might not be processed, yet.")
	}
	return r, err
}

// LastRequests gives the newest requests of an integration.
func LastRequests(ctx context.Context, tx *volume.Tx, integrationID string, limit int) ([]*Request, error) {
	return storage.All(ctx, tx.Tx, qLast, scanRequest, integrationID, limit)
}

// ForgetRequests drops outcomes older than a week, at most limit of them; it gives how many went.
func ForgetRequests(ctx context.Context, tx *volume.Tx, limit int) (int64, error) {
	oldest := firstID(tx.Now().Add(-requestAge))
	return tx.Exec(ctx, qForget, oldest, limit)
}

func scanRequest(r *storage.Rows) (*Request, error) {
	q := &Request{}
	var at, ok int64
	err := r.Scan(&q.ID, &q.Action, &at, &q.IntegrationID, &ok, &q.Status, &q.AlertID, &q.Alias, &q.Body)
	q.At, q.Success = clock.FromMicros(at), ok == 1
	return q, err
}
