// Package importer takes what other trackers exported: keys, identifiers where they are free, times, authors, history, comments, links and custom
// fields. It can be stopped and run again, takes nothing twice, and ends with a report in which every count adds up. DESIGN.md says how.
package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/importer/source"
	"holdfast.dev/internal/product/tracker/needs"
)

// batchSize is how many issues a commit holds: enough that the commit costs little, few enough that others get their turn. looseOf is how many of the
// parts that stand apart from their issues count as one issue.
const (
	batchSize = 600
	looseOf   = 10
)

// Loader takes one export into one site.
type Loader struct {
	Volume    *volume.Volume
	Directory needs.Directory
	Clock     clock.Clock
	Batch     int // issues a commit; batchSize when 0
	// Progress is told how many bytes of the export were read, and how many issues were seen.
	Progress func(read, total int64, issues int)

	report  *Report
	people  map[string]string // account by key in the export
	byID    map[string]int64  // issue here by identifier in the export, of this run
	byKey   map[string]int64  // likewise by key
	links   map[string]linkState
	waiting waiting
	changed bool
	issues  int
}

// waiting is what belongs to issues that have not come yet.
type waiting struct {
	parts   []*part
	parents []parentOf
	links   []linkOf
}

// Load takes everything that a reader gives. The report is complete also when the error says that the import was stopped: what it counts as
// taken is committed.
func (l *Loader) Load(ctx context.Context, kind, place string, r source.Reader) (*Report, error) {
	start := l.Clock.Now()
	defer relaxGC()()
	l.report = &Report{Kind: kind, Source: place, Types: []*TypeReport{}}
	l.people, l.byID, l.byKey, l.links = map[string]string{}, map[string]int64{}, map[string]int64{}, map[string]linkState{}
	err := l.run(ctx, r)
	if err == nil {
		err = l.finish(ctx, kind, place, start)
		l.report.Finished = err == nil
	}
	l.report.Seconds = l.Clock.Now().Sub(start).Seconds()
	if l.report.Seconds > 0 {
		l.report.IssuesPerSecond = float64(l.issues) / l.report.Seconds
	}
	l.report.sort()
	return l.report, err
}

// run reads and prepares in one goroutine and writes in another, so that both cores work.
func (l *Loader) run(ctx context.Context, r source.Reader) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan *batch, 2)
	failed := make(chan error, 1)
	go func() {
		defer close(batches)
		failed <- l.read(ctx, r, batches)
	}()
	for b := range batches {
		if err := l.write(ctx, b); err != nil {
			stop()
			for range batches { // let the reader end
			}
			<-failed //nolint:errcheck // err came first
			return err
		}
		for key, account := range b.people {
			l.people[key] = account
		}
		l.issues += len(b.issues)
		if l.Progress != nil {
			l.Progress(b.read, b.total, l.issues)
		}
	}
	return <-failed
}

// batch is what one commit takes.
type batch struct {
	issues      []*prepared
	projects    []*source.Project
	named       []named // that stand alone in the export
	parts       []*part
	people      map[string]string // accounts of everybody in the batch
	notTaken    []*source.NotTaken
	persons     int
	read, total int64
	text        textReader
}

// named is a status, an issue type, a priority or a resolution.
type named struct {
	kind string
	*source.Named
}

func (l *Loader) read(ctx context.Context, r source.Reader, out chan<- *batch) error {
	known := map[string]string{}
	for {
		b, ended, err := gather(r, cmp.Or(l.Batch, batchSize))
		if err != nil {
			return err
		}
		b.read, b.total = r.Done()
		if err := l.prepare(ctx, b, known); err != nil {
			return err
		}
		select {
		case out <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
		if ended {
			return nil
		}
	}
}

// gather reads one batch.
func gather(r source.Reader, size int) (b *batch, ended bool, err error) {
	b = &batch{people: map[string]string{}}
	for len(b.issues) < size && len(b.parts) < looseOf*size {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return b, true, nil
		}
		if err != nil {
			return nil, false, fmt.Errorf("read export: %w", err)
		}
		switch {
		case rec.Issue != nil:
			b.issues = append(b.issues, &prepared{Issue: rec.Issue})
		case rec.Project != nil:
			b.projects = append(b.projects, rec.Project)
		case rec.Status != nil:
			b.named = append(b.named, named{"status", rec.Status})
		case rec.Type != nil:
			b.named = append(b.named, named{"issue type", rec.Type})
		case rec.Priority != nil:
			b.named = append(b.named, named{"priority", rec.Priority})
		case rec.Resolution != nil:
			b.named = append(b.named, named{"resolution", rec.Resolution})
		case rec.Comment != nil:
			b.parts = append(b.parts, &part{comment: rec.Comment})
		case rec.History != nil:
			b.parts = append(b.parts, &part{history: rec.History})
		case rec.Worklog != nil:
			b.parts = append(b.parts, &part{worklog: rec.Worklog})
		case rec.Person != nil:
			b.text.add(rec.Person)
		case rec.NotTaken != nil:
			b.notTaken = append(b.notTaken, rec.NotTaken)
		}
	}
	return b, false, nil
}

// qRun notes a run. The column cursor is not used and always empty: a second run reads the export from its beginning (DESIGN.md, Stopping and going on).
var qRun = storage.Register("tracker/import_run.set", `INSERT INTO import_run (fingerprint, kind, place, started_us, finished_us, cursor, report) VALUES ($1, $2, $3, $4, $5, $6, $7)
	ON CONFLICT (fingerprint) DO UPDATE SET finished_us = excluded.finished_us, report = excluded.report`)

// finish takes what waited for issues that came later, counts what waits still, and notes the run.
func (l *Loader) finish(ctx context.Context, kind, place string, start time.Time) error {
	var w *writer
	err := l.Volume.Write(ctx, func(tx *volume.Tx) error {
		w = &writer{l: l, ctx: ctx, tx: tx}
		return w.indexedLater(w.settle)
	})
	if err != nil {
		return fmt.Errorf("take what waited for its issues: %w", err)
	}
	l.waiting, w.waiting = waiting{}, waiting{}
	l.merge(w)
	if !l.changed {
		return nil
	}
	l.report.sort()
	return l.Volume.Write(ctx, func(tx *volume.Tx) error {
		_, err := tx.Exec(ctx, qRun, fmt.Sprintf("%s %s %d", kind, place, start.UnixMicro()), kind, place, clock.Micros(start), clock.Micros(l.Clock.Now()), "", l.report.String())
		return err
	})
}
