package incidentnotice

import (
	"context"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Mail is a message that is to be handed over.
type Mail struct {
	Update   ids.Operation
	Contact  ids.Contact
	Email    string
	Attempts int64
	Incident ids.Operation
	Text     string
}

var (
	qMail = storage.Register("incidentnotice/mail.insert", `INSERT INTO loss_mail (update_id, contact_id, email, attempts, due_us, sent_us, error) VALUES ($1, $2, $3, 0, $4, NULL, '')`)
	qDue  = storage.Register("incidentnotice/mail.due", `SELECT m.update_id, m.contact_id, m.email, m.attempts, u.incident_id, u.text FROM loss_mail m JOIN loss_update u ON u.id = m.update_id
		WHERE m.sent_us IS NULL AND m.due_us <= $1 LIMIT $2`)
	qTried = storage.Register("incidentnotice/mail.tried", `UPDATE loss_mail SET attempts = $3, due_us = $4, sent_us = $5, error = $6 WHERE update_id = $1 AND contact_id = $2`)
)

// Address enters a mail of an update to each contact, in the transaction of the update.
func Address(ctx context.Context, tx *volume.Tx, update ids.Operation, contacts []fleet.Contact) error {
	for _, c := range contacts {
		if _, err := tx.Exec(ctx, qMail, update, c.ID, c.Email, clock.Micros(tx.Now())); err != nil {
			return err
		}
	}
	return nil
}

// Due gives mails that are to be handed over by now.
func Due(ctx context.Context, tx *volume.Tx, now time.Time, limit int) ([]Mail, error) {
	return storage.All(ctx, tx.Tx, qDue, func(r *storage.Rows) (m Mail, err error) {
		return m, r.Scan(&m.Update, &m.Contact, &m.Email, &m.Attempts, &m.Incident, &m.Text)
	}, clock.Micros(now), limit)
}

// Tried notes the outcome of an attempt; one that failed is tried again after a minute, two, four … up to half an hour.
func Tried(ctx context.Context, tx *volume.Tx, m Mail, failed error) error {
	if failed == nil {
		_, err := tx.Exec(ctx, qTried, m.Update, m.Contact, m.Attempts+1, clock.Micros(tx.Now()), clock.Micros(tx.Now()), "")
		return err
	}
	wait := min(time.Minute<<min(m.Attempts, 5), 30*time.Minute)
	_, err := tx.Exec(ctx, qTried, m.Update, m.Contact, m.Attempts+1, clock.Micros(tx.Now().Add(wait)), nil, failed.Error())
	return err
}
