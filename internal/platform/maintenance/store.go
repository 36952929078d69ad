package maintenance

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// The states of a plan.
const (
	Planned  = "planned"
	Approved = "approved"
	Applying = "applying"
	Paused   = "paused"
	Done     = "done"
	Halted   = "halted"  // a check failed; what was applied has been taken back
	Aborted  = "aborted" // by an operator; what was applied has been taken back
	Undone   = "undone"  // taken back after it was done
)

// The states of a target.
const (
	Waiting  = "waiting"
	Touched  = "touched" // permitted; its action may have happened
	Applied  = "applied" // done and checked
	Reverted = "reverted"
	Stuck    = "stuck" // could not be taken back; its note says why
)

// Plan is a plan with where it stands.
type Plan struct {
	ID         ids.Plan   `json:"id"`
	Hash       string     `json:"hash"`
	State      string     `json:"state"`
	Note       string     `json:"note,omitempty"`
	Breakglass bool       `json:"breakglass,omitempty"`
	Source     string     `json:"source,omitempty"`
	Script     string     `json:"script,omitempty"`
	Body       Body       `json:"body"`
	Created    time.Time  `json:"created"`
	Changed    time.Time  `json:"changed"`
	Targets    []Progress `json:"progress,omitempty"`
	Approvals  []Approval `json:"approvals,omitempty"`
	Events     []Event    `json:"events,omitempty"`
}

// Progress is where a target of a plan stands.
type Progress struct {
	Position int    `json:"position"`
	ID       string `json:"target"`
	Wave     int    `json:"wave"`
	State    string `json:"state"`
	Note     string `json:"note,omitempty"`
}

// Event is a line of a plan's history.
type Event struct {
	At    time.Time `json:"at"`
	Actor string    `json:"actor"`
	Text  string    `json:"text"`
}

const planColumns = `id, hash, state, note, breakglass, source, script, body, created_us, changed_us`

var (
	qPlanAdd  = storage.Register("maintenance/plan.insert", `INSERT INTO maintenance_plan (id, name, author, reason, source, script, body, hash, state, note, breakglass, created_us, changed_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'planned', '', 0, $9, $9)`)
	qPlanGet  = storage.Register("maintenance/plan.by_id", `SELECT `+planColumns+` FROM maintenance_plan WHERE id = $1`)
	qPlanList = storage.Register("maintenance/plan.list", `SELECT `+planColumns+` FROM maintenance_plan WHERE (created_us, id) < ($1, $2) ORDER BY created_us DESC, id DESC LIMIT $3`)
	qPlanMove = storage.Register("maintenance/plan.move", `UPDATE maintenance_plan SET state = $3, note = $4, changed_us = $5 WHERE id = $1 AND state = $2`)
	qPlanGlas = storage.Register("maintenance/plan.breakglass", `UPDATE maintenance_plan SET breakglass = 1, changed_us = $2 WHERE id = $1`)

	qTargetAdd  = storage.Register("maintenance/target.insert", `INSERT INTO maintenance_target (plan_id, position, target, wave, state, note, changed_us) VALUES ($1, $2, $3, $4, 'waiting', '', $5)`)
	qTargetMove = storage.Register("maintenance/target.move", `UPDATE maintenance_target SET state = $3, note = $4, changed_us = $5 WHERE plan_id = $1 AND position = $2`)
	qTargets    = storage.Register("maintenance/target.by_plan", `SELECT position, target, wave, state, note FROM maintenance_target WHERE plan_id = $1 ORDER BY plan_id, position`)

	qEventAdd = storage.Register("maintenance/event.insert", `INSERT INTO maintenance_event (plan_id, n, at_us, actor, text) SELECT CAST($1 AS TEXT), coalesce(max(n), 0) + 1, CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT) FROM maintenance_event WHERE plan_id = $1`)
	qEvents   = storage.Register("maintenance/event.by_plan", `SELECT at_us, actor, text FROM maintenance_event WHERE plan_id = $1 ORDER BY plan_id, n`)
)

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// waveOf gives the wave, from 1, of a position: sizes in order, the last one repeating.
func waveOf(sizes []int, position int) int {
	wave, end := 0, 0
	for end <= position {
		size := sizes[min(wave, len(sizes)-1)]
		end += size
		wave++
	}
	return wave
}

// insert stores a resolved plan with its targets.
func insert(ctx context.Context, tx *volume.Tx, s Spec, source string, b Body) (ids.Plan, error) {
	id := ids.New[ids.Plan](tx.Now())
	body, err := b.encode()
	if err != nil {
		return id, err
	}
	now := clock.Micros(tx.Now())
	if _, err := tx.Exec(ctx, qPlanAdd, id, s.Name, b.Author, s.Reason, source, s.Script, string(body), hash(body), now); err != nil {
		return id, err
	}
	for i, t := range b.Targets {
		if _, err := tx.Exec(ctx, qTargetAdd, id, i, t.ID, waveOf(b.Waves, i), now); err != nil {
			return id, err
		}
	}
	return id, note(ctx, tx, id, fmt.Sprintf("planned: %s; %d targets, %d customers, %d active people", b.Does, b.Radius.Targets, b.Radius.Customers, b.Radius.ActiveUsers))
}

// get gives a plan without its targets; fault.KindNotFound when there is none.
func get(ctx context.Context, tx *volume.Tx, id ids.Plan) (*Plan, error) {
	p, err := storage.One(ctx, tx.Tx, qPlanGet, scanPlan, id)
	if errors.Is(err, storage.ErrNoRows) {
		return nil, fault.NotFound("There is no plan %s.", id)
	}
	return p, err
}

// whole gives a plan with all that is known of it.
func whole(ctx context.Context, tx *volume.Tx, id ids.Plan) (*Plan, error) {
	p, err := get(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if p.Targets, err = storage.All(ctx, tx.Tx, qTargets, scanProgress, id); err != nil {
		return nil, err
	}
	if p.Approvals, err = approvals(ctx, tx, id); err != nil {
		return nil, err
	}
	p.Events, err = storage.All(ctx, tx.Tx, qEvents, scanEvent, id)
	return p, err
}

// move brings a plan from one state to another; fault.KindConflict when it is not in the first, as when another operator was faster.
func move(ctx context.Context, tx *volume.Tx, id ids.Plan, from, to, why string) error {
	n, err := tx.Exec(ctx, qPlanMove, id, from, to, why, clock.Micros(tx.Now()))
	if err == nil && n == 0 {
		return fault.Conflict("The plan %s is not %s any more.", id, from)
	}
	return err
}

// note adds a line to a plan's history.
func note(ctx context.Context, tx *volume.Tx, id ids.Plan, text string) error {
	_, err := tx.Exec(ctx, qEventAdd, id, clock.Micros(tx.Now()), identity.From(ctx).Actor(), text)
	return err
}

func scanPlan(r *storage.Rows) (*Plan, error) {
	p := &Plan{}
	var body string
	var glass, created, changed int64
	if err := r.Scan(&p.ID, &p.Hash, &p.State, &p.Note, &glass, &p.Source, &p.Script, &body, &created, &changed); err != nil {
		return nil, err
	}
	p.Breakglass, p.Created, p.Changed = glass != 0, clock.FromMicros(created), clock.FromMicros(changed)
	if hash([]byte(body)) != p.Hash {
		return nil, fmt.Errorf("plan %s is not what its hash says: it was changed past the machinery", p.ID)
	}
	return p, json.Unmarshal([]byte(body), &p.Body)
}

func scanProgress(r *storage.Rows) (p Progress, err error) {
	return p, r.Scan(&p.Position, &p.ID, &p.Wave, &p.State, &p.Note)
}

func scanEvent(r *storage.Rows) (e Event, err error) {
	var at int64
	err = r.Scan(&at, &e.Actor, &e.Text)
	e.At = clock.FromMicros(at)
	return e, err
}
