package jobs

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the steps of the schema that every kind of volume with jobs includes.
func Migrations() []storage.Migration {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return storage.Migrations("jobs", files)
}

// Tables of a volume that has jobs, beside its products' own.
var Tables = []storage.Table{{Name: "job"}}

// The states of a job.
const (
	StateDue  = "due"  // to be run at its time
	StateHeld = "held" // its time passed before a restore: it waits for somebody's decision
	StateDead = "dead" // tried as often as its kind allows
)

// Job is one piece of work. Kind and Key together name it: putting a job again under the same name replaces the one that was there.
type Job struct {
	ID        string
	Kind      string
	Key       string // empty for a job that nobody will name again
	Payload   []byte // JSON; 64 KiB at most
	Due       time.Time
	State     string
	Attempts  int
	LastError string
	Created   time.Time

	// Outcome may be set by a handler of kind Do: what it leaves behind, written by the commit that ends or postpones the job instead of one more.
	Outcome func(ctx context.Context, tx *volume.Tx) error
}

// settleOutcome writes what the job's handler leaves behind.
func (j *Job) settleOutcome(ctx context.Context, tx *volume.Tx) error {
	if j.Outcome == nil {
		return nil
	}
	return j.Outcome(ctx, tx)
}

const columns = `id, kind, job_key, payload, state, due_us, attempts, last_error, created_us`

var (
	qPut = storage.Register("jobs/job.put", `INSERT INTO job (`+columns+`) VALUES ($1, $2, $3, $4, 'due', $5, 0, '', $6)
		ON CONFLICT (kind, job_key) DO UPDATE SET payload = excluded.payload, state = 'due', due_us = excluded.due_us, attempts = 0, last_error = ''`)
	qDrop     = storage.Register("jobs/job.drop", `DELETE FROM job WHERE kind = $1 AND job_key = $2`)
	qNamed    = storage.Register("jobs/job.named", `SELECT `+columns+` FROM job WHERE kind = $1 AND job_key = $2`)
	qByID     = storage.Register("jobs/job.by-id", `SELECT `+columns+` FROM job WHERE id = $1`)
	qDue      = storage.Register("jobs/job.due", `SELECT `+columns+` FROM job WHERE state = 'due' AND due_us <= $1 ORDER BY state, due_us, id LIMIT $2`)
	qNext     = storage.Register("jobs/job.next", `SELECT min(due_us) FROM job WHERE state = 'due'`)
	qAfter    = storage.Register("jobs/job.next-after", `SELECT min(due_us) FROM job WHERE state = 'due' AND due_us > $1`)
	qInState  = storage.Register("jobs/job.in-state", `SELECT `+columns+` FROM job WHERE state = $1 AND due_us > $2 ORDER BY state, due_us, id LIMIT $3`)
	qFinish   = storage.Register("jobs/job.finish", `DELETE FROM job WHERE id = $1 AND due_us = $2 AND attempts = $3 AND state = 'due'`)
	qPostpone = storage.Register("jobs/job.postpone", `UPDATE job SET due_us = $4, attempts = $5, last_error = $6, state = $7
		WHERE id = $1 AND due_us = $2 AND attempts = $3 AND state = 'due'`)
	qHold    = storage.Register("jobs/job.hold", `UPDATE job SET state = 'held' WHERE state = 'due' AND due_us <= $1`)
	qRelease = storage.Register("jobs/job.release", `UPDATE job SET state = 'due', due_us = $2, attempts = 0 WHERE id = $1 AND state <> 'due'`)
)

// MaxPayload bounds a job's payload, in bytes.
const MaxPayload = 64 << 10

// Put enters a job in the transaction of the state that causes it.
func Put(ctx context.Context, tx *volume.Tx, j Job) error {
	if j.Kind == "" || len(j.Payload) > MaxPayload {
		return errors.New("jobs: a job has a kind and at most 64 KiB of payload")
	}
	if j.Payload == nil {
		j.Payload = []byte("{}")
	}
	id := ids.New[ids.Job](tx.Now()).String()
	if j.Key == "" {
		j.Key = id
	}
	if j.Due.IsZero() {
		j.Due = tx.Now()
	}
	if err := tx.WakeAt(j.Due); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qPut, id, j.Kind, j.Key, string(j.Payload), clock.Micros(j.Due), clock.Micros(tx.Now()))
	return err
}

// Drop forgets a job that is not to be run after all. None by that name is no error.
func Drop(ctx context.Context, tx *volume.Tx, kind, key string) error {
	_, err := tx.Exec(ctx, qDrop, kind, key)
	return err
}

// Named gives a job by kind and key; storage.ErrNoRows when there is none.
func Named(ctx context.Context, tx *volume.Tx, kind, key string) (*Job, error) {
	return storage.One(ctx, tx.Tx, qNamed, scan, kind, key)
}

// InState lists jobs of a state by due time, after an instant: the page of dead or held deliveries.
func InState(ctx context.Context, tx *volume.Tx, state string, after time.Time, limit int) ([]*Job, error) {
	return storage.All(ctx, tx.Tx, qInState, scan, state, clock.Micros(after), limit)
}

// HoldPast holds every job whose time has passed by more than grace. It is called once a volume has been brought back: after going back to an
// earlier instant with no grace, so that nothing of the time that was restored is sent again; after rebuilding the newest state with some, since
// what is due just now, such as the next page of an open alert, must still go out.
func HoldPast(ctx context.Context, tx *volume.Tx, grace time.Duration) error {
	_, err := tx.Exec(ctx, qHold, clock.Micros(tx.Now().Add(-grace)))
	return err
}

// Any tells whether a volume has jobs that are due at some time.
func Any(ctx context.Context, tx *volume.Tx) (any bool, err error) {
	_, any, err = NextIn(ctx, tx.Tx)
	return any, err
}

// NextIn gives the time of the earliest job, in a database that need not be a volume yet; any is false where there is none.
func NextIn(ctx context.Context, tx *storage.Tx) (next time.Time, any bool, err error) {
	var us *int64
	if err = tx.Get(ctx, qNext, nil, &us); err != nil || us == nil {
		return next, false, err
	}
	return clock.FromMicros(*us), true, nil
}

// Release makes a held or dead job due now.
func Release(ctx context.Context, tx *volume.Tx, id string) error {
	if err := tx.WakeAt(tx.Now()); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qRelease, id, clock.Micros(tx.Now()))
	return err
}

func scan(r *storage.Rows) (*Job, error) {
	var j Job
	var payload string
	var due, created int64
	if err := r.Scan(&j.ID, &j.Kind, &j.Key, &payload, &j.State, &due, &j.Attempts, &j.LastError, &created); err != nil {
		return nil, err
	}
	j.Payload, j.Due, j.Created = []byte(payload), clock.FromMicros(due), clock.FromMicros(created)
	return &j, nil
}
