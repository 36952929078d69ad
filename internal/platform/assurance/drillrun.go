package assurance

import (
	"context"
	"encoding/json"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// DrillRun is a drill that was held, with everything that it measured.
type DrillRun struct {
	ID       ids.Operation   `json:"id"`
	Scenario string          `json:"scenario"`
	Engine   string          `json:"engine"`
	Sites    int64           `json:"sites"`
	Proven   bool            `json:"proven"`
	At       time.Time       `json:"at"`
	By       string          `json:"by"`
	Result   json.RawMessage `json:"result" doc:"What the drill measured, as it was printed"`
}

var (
	qDrill  = storage.Register("assurance/drill.insert", `INSERT INTO drill_run (id, scenario, engine, sites, proven, at_us, actor, result) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qDrills = storage.Register("assurance/drill.list", `SELECT id, scenario, engine, sites, proven, at_us, actor, result FROM drill_run WHERE (at_us, id) < ($1, $2) ORDER BY at_us DESC, id DESC LIMIT $3`)
	qDrillS = storage.Register("assurance/drill.by_scenario", `SELECT id, scenario, engine, sites, proven, at_us, actor, result FROM drill_run WHERE scenario = $1 AND (at_us, id) < ($2, $3) ORDER BY at_us DESC, id DESC LIMIT $4`)
)

// maxDrill bounds the result of a drill, in bytes.
const maxDrill = 1 << 20

// RecordDrill enters a drill that was held. result is the JSON that the drill printed: an object with at least "scenario"; "engine", "sites" and "proven"
// are taken from it where they are. A result without "proven" counts as proven when it lists no errors.
func RecordDrill(ctx context.Context, tx *volume.Tx, result []byte) (DrillRun, error) {
	d := DrillRun{ID: ids.New[ids.Operation](tx.Now()), At: tx.Now().UTC(), By: identity.From(ctx).Actor(), Result: result}
	var r struct {
		Scenario string            `json:"scenario"`
		Engine   string            `json:"engine"`
		Sites    int64             `json:"sites"`
		Proven   *bool             `json:"proven"`
		Errors   []json.RawMessage `json:"errors"`
	}
	if len(result) > maxDrill {
		return d, fault.New(fault.KindTooLarge, "The result of a drill has at most %d bytes.", maxDrill)
	}
	if err := json.Unmarshal(result, &r); err != nil || r.Scenario == "" || len(r.Scenario) > 100 {
		return d, fault.Bad("This is no result of a drill: it is a JSON object that names its scenario.")
	}
	d.Scenario, d.Engine, d.Sites, d.Proven = r.Scenario, r.Engine, r.Sites, len(r.Errors) == 0
	if r.Proven != nil {
		d.Proven = *r.Proven
	}
	proven := 0
	if d.Proven {
		proven = 1
	}
	_, err := tx.Exec(ctx, qDrill, d.ID, d.Scenario, d.Engine, d.Sites, proven, clock.Micros(d.At), d.By, string(result))
	return d, err
}

// Drills lists drills, newest first, those before an instant and identifier (zero values: from the newest); of one scenario, or of all with "".
func Drills(ctx context.Context, tx *volume.Tx, scenario string, before time.Time, beforeID ids.Operation, limit int) ([]DrillRun, error) {
	us := clock.Micros(before)
	if before.IsZero() {
		us = 1 << 62
	}
	scan := func(r *storage.Rows) (d DrillRun, err error) {
		var at, proven int64
		var result string
		err = r.Scan(&d.ID, &d.Scenario, &d.Engine, &d.Sites, &proven, &at, &d.By, &result)
		d.At, d.Proven, d.Result = clock.FromMicros(at), proven == 1, json.RawMessage(result)
		return d, err
	}
	if scenario != "" {
		return storage.All(ctx, tx.Tx, qDrillS, scan, scenario, us, beforeID.String(), limit)
	}
	return storage.All(ctx, tx.Tx, qDrills, scan, us, beforeID.String(), limit)
}
