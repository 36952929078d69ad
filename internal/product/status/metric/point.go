package metric

import (
	"context"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Step is how far points are apart that are kept; Kept is how long they are.
const (
	Step = 5 * time.Minute
	Kept = 35 * 24 * time.Hour
)

var (
	qAdd = storage.Register("status/metric_point.add", `INSERT INTO metric_point (metric_id, at_us, sum_micro, count) VALUES ($1, $2, $3, 1)
		ON CONFLICT (metric_id, at_us) DO UPDATE SET sum_micro = metric_point.sum_micro + excluded.sum_micro, count = metric_point.count + 1`)
	qSince = storage.Register("status/metric_point.since", `SELECT at_us, sum_micro, count FROM metric_point WHERE metric_id = $1 AND at_us >= $2 ORDER BY metric_id, at_us`)
	qTrim  = storage.Register("status/metric_point.trim", `DELETE FROM metric_point WHERE metric_id = $1 AND at_us < $2`)
)

// Add takes a point of a metric. Points older than Kept or of the future are refused.
func Add(ctx context.Context, tx *volume.Tx, m *Metric, at time.Time, value float64) error {
	micro, err := Micro(value)
	if err != nil {
		return err
	}
	if now := tx.Now(); at.After(now.Add(Step)) || at.Before(now.Add(-Kept)) {
		return fault.Invalid("timestamp", "Timestamp must be within the last %d days", int(Kept/(24*time.Hour)))
	}
	if at.After(m.Last) {
		if at.Truncate(Step).After(m.Last.Truncate(Step)) { // once a step is often enough to forget
			if _, err := tx.Exec(ctx, qTrim, m.ID, clock.Micros(tx.Now().Add(-Kept))); err != nil {
				return err
			}
		}
		m.Last = at
		if err := put(ctx, tx, m); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, qAdd, m.ID, clock.Micros(at.Truncate(Step)), micro)
	return err
}

// Clear removes all points of a metric.
func Clear(ctx context.Context, tx *volume.Tx, id string) error {
	_, err := tx.Exec(ctx, qTrim, id, clock.Micros(tx.Now().Add(100*365*24*time.Hour)))
	return err
}

// Period is a length of time over which a page shows its metrics.
type Period struct {
	Name  string
	Count int64
	Step  time.Duration
}

// Periods are those of the vendor: a day by five minutes, a week by the half hour, a month by the hour.
var Periods = []Period{{"day", 288, 5 * time.Minute}, {"week", 336, 30 * time.Minute}, {"month", 720, time.Hour}}

// FindPeriod gives a period by name.
func FindPeriod(name string) (Period, error) {
	for _, p := range Periods {
		if p.Name == name {
			return p, nil
		}
	}
	return Period{}, fault.NotFound("There is no period %.20q; there are day, week and month.", name)
}

// Point is a mean over one step, which begins at At.
type Point struct {
	At    time.Time
	Value float64
}

// Series is what a metric was over a period. Points are oldest first, without those where nothing arrived.
type Series struct {
	Period    Period
	Points    []Point
	Sum, Mean float64 // over all values that arrived
	Any       bool
}

// Over reads a metric over the period that ends now.
func Over(ctx context.Context, tx *volume.Tx, id string, p Period) (*Series, error) {
	from := tx.Now().Truncate(p.Step).Add(-time.Duration(p.Count-1) * p.Step)
	s := &Series{Period: p}
	var sum, count, total, all int64
	var at time.Time
	flush := func() {
		if count > 0 {
			s.Points = append(s.Points, Point{at, float64(sum) / float64(count) / 1e6})
		}
		sum, count = 0, 0
	}
	_, err := storage.All(ctx, tx.Tx, qSince, func(r *storage.Rows) (none struct{}, err error) {
		var us, micro, n int64
		if err := r.Scan(&us, &micro, &n); err != nil {
			return none, err
		}
		if step := clock.FromMicros(us).Truncate(p.Step); !step.Equal(at) {
			flush()
			at = step
		}
		sum, count, total, all = sum+micro, count+n, total+micro, all+n
		return none, nil
	}, id, clock.Micros(from))
	if err != nil {
		return nil, err
	}
	flush()
	if s.Any = all > 0; s.Any {
		s.Sum, s.Mean = float64(total)/1e6, float64(total)/float64(all)/1e6
	}
	return s, nil
}
