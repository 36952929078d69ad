package assurance

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// DeadMan watches the tester and what it proved. It shares nothing with the tester but the record.
type DeadMan struct {
	Control *volume.Volume
	Clock   clock.Clock
	Log     *slog.Logger
	// Name tells an owner as people know it.
	Name func(ctx context.Context, t Target) string
	// Alarm tells those who run the installation; an error means that nobody was told, and it is raised again with the next look.
	Alarm func(ctx context.Context, s Settings, wrong []string) error
	// Ping says outside that all is well.
	Ping func(ctx context.Context, s Settings) error

	mu     sync.Mutex
	silent time.Time // when the alarm about the tester itself was raised
}

const (
	// silence is after how long without a sign of life the tester is taken to be dead.
	silence = 26 * time.Hour
	// again is after how long an alarm is repeated while its cause holds.
	again = 24 * time.Hour
	// alarmed is how many backups one alarm names; the others are counted.
	alarmed = 200
)

// Check looks once: an alarm for what is wrong, or a ping when nothing is. It gives what is wrong, in sentences, whether it was told of before or not.
func (d *DeadMan) Check(ctx context.Context) (wrong []string, err error) {
	now := d.Clock.Now()
	var s Settings
	var last time.Time
	var bad []Proof
	err = d.Control.Read(ctx, func(tx *volume.Tx) (err error) {
		if s, err = ReadSettings(ctx, tx); err != nil {
			return err
		}
		if last, err = LastLook(ctx, tx); err != nil {
			return err
		}
		bad, err = d.bad(ctx, tx, now, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	if last.IsZero() { // the first hours of an installation: silence counts from now
		return nil, d.Control.Write(ctx, func(tx *volume.Tx) error { return noteLook(ctx, tx, now) })
	}
	var fresh []string
	if now.Sub(last) > silence {
		text := fmt.Sprintf("The weekly restore test itself has not run since %s.", last.UTC().Format("2 January 2006, 15:04 UTC"))
		wrong = append(wrong, text)
		if d.due(now) {
			fresh = append(fresh, text)
		}
	}
	var told []Proof
	for _, p := range bad {
		text := d.sentence(ctx, p)
		wrong = append(wrong, text)
		if p.Alarmed == nil || now.Sub(*p.Alarmed) >= again {
			fresh, told = append(fresh, text), append(told, p)
		}
	}
	if len(wrong) == 0 {
		if s.HeartbeatURL == "" {
			return nil, nil
		}
		return nil, d.Ping(ctx, s)
	}
	if len(fresh) == 0 {
		return wrong, nil
	}
	for _, text := range fresh {
		d.Log.Error("assurance: " + text)
	}
	if err := d.Alarm(ctx, s, fresh); err != nil {
		return wrong, fmt.Errorf("raise the alarm: %w", err)
	}
	return wrong, d.note(ctx, now, told, now.Sub(last) > silence)
}

// bad gives the proofs that an alarm is about: failed ones, and those that are overdue.
func (d *DeadMan) bad(ctx context.Context, tx *volume.Tx, now time.Time, s Settings) ([]Proof, error) {
	failed, err := storage.All(ctx, tx.Tx, qFailed, scanProof, alarmed)
	if err != nil {
		return nil, err
	}
	silent, err := storage.All(ctx, tx.Tx, qSilent, scanProof, clock.Micros(now.Add(-s.Overdue())), alarmed)
	if err != nil {
		return nil, err
	}
	for _, p := range silent {
		if p.Failures == 0 {
			failed = append(failed, p)
		}
	}
	return failed, nil
}

func (d *DeadMan) sentence(ctx context.Context, p Proof) string {
	name := d.Name(ctx, p.Target)
	last := "it never had one"
	if p.Proven != nil {
		last = "the last one was on " + p.Proven.UTC().Format("2 January 2006, 15:04 UTC")
	}
	if p.Failures > 0 {
		return fmt.Sprintf("%s: its backup could not be restored (%d times): %s (%s).", name, p.Failures, p.Error, last)
	}
	return fmt.Sprintf("%s: no proven restore for too long; %s.", name, last)
}

func (d *DeadMan) due(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.silent.IsZero() || now.Sub(d.silent) >= again
}

func (d *DeadMan) note(ctx context.Context, now time.Time, told []Proof, silent bool) error {
	if silent {
		d.mu.Lock()
		d.silent = now
		d.mu.Unlock()
	}
	if len(told) == 0 {
		return nil
	}
	return d.Control.Write(ctx, func(tx *volume.Tx) error {
		var errs []error
		for _, p := range told {
			_, err := tx.Exec(ctx, qAlarmed, p.Owner, clock.Micros(now))
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	})
}
