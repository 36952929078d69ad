package recovery

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// saveLive ships what the vault lacks. What is open is shipped first: when the files were removed under a running process, its open handles still
// have the last commits. Then it waits until nobody uses the volumes and ships what came in between. A volume that is gone or damaged has nothing
// more to save: its reason is given.
//
// It gives what could not be saved, by owner.
func (r *Recovery) saveLive(ctx context.Context, refs []volume.Ref) map[string]string {
	if err := r.shipOpen(ctx, refs); err != nil {
		r.log.Warn("commits of a volume to restore could not be shipped while it was open", "error", err)
	}
	why := map[string]string{}
	note := func(ref volume.Ref, err error) {
		if said := why[ref.Owner]; said != "" {
			why[ref.Owner] = said + "; " + err.Error()
		} else {
			why[ref.Owner] = err.Error()
		}
	}
	for _, ref := range refs {
		if err := r.closeLive(ctx, ref); err != nil {
			note(ref, err)
		}
	}
	if err := r.flush(ctx, refs); err != nil {
		for _, ref := range refs {
			note(ref, err)
		}
	}
	return why
}

// flush ships what the vault lacks, unless it has everything of some volumes: of hundreds of lost ones, few were open, and a shipment waits for the one before and for what everybody
// else has committed.
func (r *Recovery) flush(ctx context.Context, refs []volume.Ref) error {
	if r.shipper == nil || !slices.ContainsFunc(refs, r.shipper.Unshipped) {
		return nil
	}
	return r.shipper.Flush(ctx)
}

func (r *Recovery) shipOpen(ctx context.Context, refs []volume.Ref) error {
	if r.shipper == nil {
		return nil
	}
	var errs []error
	for _, ref := range refs {
		if err := r.pool.Quiesce(ctx, ref); err != nil { // what was let in before the site was closed for writes is acknowledged
			return err
		}
		if err := r.pool.Volume(ref).Adopt(ctx); err != nil {
			if !errors.Is(err, storage.ErrMissing) {
				errs = append(errs, err)
			}
			continue
		}
		r.shipper.Mark(ref)
	}
	return errors.Join(append(errs, r.flush(ctx, refs))...)
}

// closeLive waits for the last users of a volume and closes it; what its files still have is marked to be shipped.
func (r *Recovery) closeLive(ctx context.Context, ref volume.Ref) error {
	if err := r.retire(ctx, ref); err != nil {
		return err
	}
	if gone, err := r.Gone(ctx, ref); err != nil || gone {
		return errors.Join(fmt.Errorf("%s is gone", ref), err)
	}
	if err := r.pool.Volume(ref).Adopt(ctx); err != nil {
		return fmt.Errorf("%s cannot be read: %w", ref, err)
	}
	if r.shipper != nil {
		r.shipper.Mark(ref)
	}
	return nil
}

// retire waits until nobody uses a volume any more. Its database is closed after the restores that run now: closing what hundreds of sites had open takes
// as long as bringing some of them back.
func (r *Recovery) retire(ctx context.Context, ref volume.Ref) error {
	closing, err := r.pool.Retire(ctx, ref)
	if closing != nil {
		r.mu.Lock()
		r.retired = append(r.retired, closing)
		r.mu.Unlock()
	}
	return err
}

// hold makes room for the builders until release, which then closes what was retired.
func (r *Recovery) hold() (release func()) {
	quiet := r.quiet.hold()
	return func() {
		quiet()
		r.mu.Lock()
		retired := r.retired
		r.retired = nil
		r.mu.Unlock()
		go func() {
			for _, closing := range retired {
				closing()
			}
		}()
	}
}
