package incidentnotice

import (
	"context"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

var qMailOf = storage.Register("incidentnotice/mail.of", `SELECT m.sent_us, m.error FROM loss_update u JOIN loss_mail m ON m.update_id = u.id WHERE u.incident_id = $1`)

// MailOf counts the mails of an incident: those that were handed over, those that wait, and why one of them does.
func MailOf(ctx context.Context, tx *volume.Tx, incident ids.Operation) (sent, waiting int, why string, err error) {
	_, err = storage.All(ctx, tx.Tx, qMailOf, func(r *storage.Rows) (struct{}, error) {
		var at *int64
		var failed string
		if err := r.Scan(&at, &failed); err != nil {
			return struct{}{}, err
		}
		if at != nil {
			sent++
		} else if waiting++; failed != "" {
			why = failed
		}
		return struct{}{}, nil
	}, incident)
	return sent, waiting, why, err
}
