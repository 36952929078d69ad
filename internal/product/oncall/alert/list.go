package alert

import (
	"context"
	"fmt"
	"strconv"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/query"
)

// sorts are the fields by which lists can be sorted, with their columns. Lists by createdAt, which is the default, follow an index; the others sort
// what the query leaves.
var sorts = map[string]string{
	"createdAt": "created_us", "updatedAt": "updated_us", "tinyId": "tiny", "alias": "alias", "message": "message", "status": "status", "acknowledged": "acknowledged", "isSeen": "seen",
	"snoozed": "snoozed_until_us", "snoozedUntil": "snoozed_until_us", "count": "count", "lastOccurredAt": "last_occurred_us", "source": "source", "owner": "owner",
	"integration.name": "integration_name", "integration.type": "integration_type", "report.ackTime": "acked_us - created_us", "report.closeTime": "closed_us - created_us",
	"report.acknowledgedBy": "acked_by", "report.closedBy": "closed_by", "priority": "priority",
}

// MaxReach is how far into a list pages go, as in Opsgenie: who needs more narrows the query.
const MaxReach = 20_000

// Wanted is a page of a list.
type Wanted struct {
	Query         string
	Sort          string // a field; createdAt when empty
	Ascending     bool
	Offset, Limit int
}

// List gives a page of the alerts that a query finds.
func List(ctx context.Context, tx *volume.Tx, w Wanted) ([]*Alert, error) {
	c, err := query.Compile(w.Query, tx.Now())
	if err != nil {
		return nil, err
	}
	if w.Sort == "" {
		w.Sort = "createdAt"
	}
	column, ok := sorts[w.Sort]
	if !ok {
		return nil, fault.Invalid("sort", "There is no sort field %q.", clip(w.Sort, 40))
	}
	if w.Offset+w.Limit > MaxReach {
		return nil, fault.Invalid("offset", "Sum of offset and limit should be lower than %d.", MaxReach)
	}
	direction := "DESC"
	if w.Ascending {
		direction = "ASC"
	}
	text := fmt.Sprintf("SELECT %s FROM alert WHERE %s ORDER BY %s %s, id %s LIMIT $%d OFFSET $%d", columns, c.Where, column, direction, direction, len(c.Args)+1, len(c.Args)+2)
	found, err := storage.AllText(ctx, tx.Tx, text, scan, append(c.Args, w.Limit, w.Offset)...)
	if err != nil {
		return nil, fmt.Errorf("list alerts: %w", err)
	}
	return found, nil
}

// Count tells how many alerts a query finds.
func Count(ctx context.Context, tx *volume.Tx, text string) (int, error) {
	c, err := query.Compile(text, tx.Now())
	if err != nil {
		return 0, err
	}
	var n int
	err = tx.GetText(ctx, "SELECT count(*) FROM alert WHERE "+c.Where, c.Args, &n)
	return n, err
}

var qFacets = storage.Register("oncall/alert.facets", `SELECT acknowledged, CASE WHEN snoozed_until_us > $1 THEN 1 ELSE 0 END, priority, count(*) FROM alert WHERE status = 'open' GROUP BY 1, 2, 3`)

// Facets counts the open alerts.
type Facets struct {
	Open           int            `json:"open"`
	Unacknowledged int            `json:"unacknowledged"` // and not snoozed
	Acknowledged   int            `json:"acknowledged"`
	Snoozed        int            `json:"snoozed"`
	ByPriority     map[string]int `json:"byPriority"`
}

// CountOpen gives the counts of open alerts.
func CountOpen(ctx context.Context, tx *volume.Tx) (Facets, error) {
	f := Facets{ByPriority: map[string]int{}}
	rows, err := tx.Query(ctx, qFacets, micros(tx.Now()))
	if err != nil {
		return f, err
	}
	defer rows.Close()
	for rows.Next() {
		var acked, snoozed int64
		var priority string
		var n int
		if err := rows.Scan(&acked, &snoozed, &priority, &n); err != nil {
			return f, err
		}
		f.Open += n
		f.ByPriority[priority] += n
		switch {
		case acked == 1:
			f.Acknowledged += n
		case snoozed == 1:
			f.Snoozed += n
		default:
			f.Unacknowledged += n
		}
	}
	return f, rows.Err()
}

var (
	qNumber = storage.Register("oncall/alert_number.keep", `INSERT INTO alert_number (name, highest) VALUES ('alert', $1)
		ON CONFLICT (name) DO UPDATE SET highest = CASE WHEN excluded.highest > alert_number.highest THEN excluded.highest ELSE alert_number.highest END`)
	qDelete     = storage.Register("oncall/alert.delete", `DELETE FROM alert WHERE id = $1`)
	qDeleteLog  = storage.Register("oncall/alert_log.delete", `DELETE FROM alert_log WHERE alert_id = $1`)
	qDeleteNote = storage.Register("oncall/alert_note.delete", `DELETE FROM alert_note WHERE alert_id = $1`)
	qDeleteBody = storage.Register("oncall/alert_payload.delete", `DELETE FROM alert_payload WHERE alert_id = $1`)
	qDeleteFile = storage.Register("oncall/alert_attachment.delete_all", `DELETE FROM alert_attachment WHERE alert_id = $1`)
)

// Delete removes an alert with its log, notes, payload and attachments. Its number is not given again.
func Delete(ctx context.Context, tx *volume.Tx, a *Alert) error {
	if _, err := tx.Exec(ctx, qNumber, a.Tiny); err != nil {
		return err
	}
	for _, q := range []*storage.Query{qDeleteLog, qDeleteNote, qDeleteBody, qDeleteFile, qDelete} {
		if _, err := tx.Exec(ctx, q, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// TinyID gives the short number as the API writes it.
func (a *Alert) TinyID() string { return strconv.FormatInt(a.Tiny, 10) }
