package purge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/vault"
)

// Remover removes objects of a vault's store for good. It is given to a Sweeper and to nothing else; what serves and operates sites has a store without such a call.
type Remover interface {
	// Stored tells when the store took an object, by the store's own clock. vault.ErrMissing when it is not there.
	Stored(ctx context.Context, key string) (time.Time, error)
	// Remove removes an object with every version of it. ErrLocked when the store does not let anybody do so yet.
	Remove(ctx context.Context, key string) error
}

// ErrLocked is returned for an object that the store keeps until its lock has run out, whoever asks.
var ErrLocked = errors.New("the object is locked")

// Sweeper removes from a vault what lies outside of its retention: see vault.Outside for what that is.
type Sweeper struct {
	Vault   *vault.Vault
	Remover Remover
	Floor   time.Duration // how long the vault keeps everything
	Clock   clock.Clock
	Tmp     string        // folder for what is being read; "" for the system's
	Settle  time.Duration // see defaultSettle
}

// Swept is what a sweep did.
type Swept struct {
	Floor   time.Time `json:"floor"`   // nothing that was told or stored after this instant was touched
	Removed []string  `json:"removed"` // objects, in order; with a dry run those that would be
	Kept    []string  `json:"kept"`    // outside of the retention, but stored after the floor or locked
	Volumes int       `json:"volumes"` // that begin later from now on
	Files   int       `json:"files"`   // of Removed, those of sites that live: no row has named them within the retention
	Back    []string  `json:"back"`    // files that were removed and put back, since somebody gave the same file again meanwhile
}

// aheadOfVault is how far the machine's clock may be ahead of the newest thing in the vault. A clock that jumped years ahead must not make everything old: the floor is measured
// from the newest commit and this, whichever clock says more.
const aheadOfVault = 24 * time.Hour

// floor gives the instant before which things may go.
func (s *Sweeper) floor(ctx context.Context) (time.Time, error) {
	newest, err := s.Vault.Newest(ctx)
	if err != nil {
		return newest, err
	}
	now := s.Clock.Now()
	if limit := newest.Add(aheadOfVault); limit.Before(now) {
		now = limit
	}
	return now.Add(-s.Floor), nil
}

// Sweep removes what nothing needs any more, after it has proven what everything will rest on and written down what it is about to do. Dry, it removes and writes nothing. It can be
// interrupted at any point and be run again.
func (s *Sweeper) Sweep(ctx context.Context, dry bool) (out Swept, err error) {
	out = Swept{Removed: []string{}, Kept: []string{}, Back: []string{}}
	if out.Floor, err = s.floor(ctx); err != nil {
		return out, err
	}
	outside, err := s.Vault.Outside(ctx, out.Floor, out.Floor.Add(s.Floor))
	if err != nil {
		return out, err
	}
	files, names, err := s.files(ctx, outside)
	if err != nil {
		return out, err
	}
	going, err := s.old(ctx, outside.Keys, &out)
	if err != nil {
		return out, err
	}
	unnamed, err := s.old(ctx, files, &out)
	if err != nil {
		return out, err
	}
	going = append(going, unnamed...)
	slices.Sort(going)
	out.Files = len(unnamed)
	out.Volumes = len(outside.From)
	if dry || len(going) == 0 {
		out.Removed = append(out.Removed, going...)
		return out, nil
	}
	if err := s.announce(ctx, outside.From, going, out.Floor); err != nil {
		return out, err
	}
	rest := &aside{names: names}
	if len(unnamed) > 0 {
		if rest.dir, err = os.MkdirTemp(s.Tmp, "swept-files-"); err != nil {
			return out, err
		}
		defer func() {
			if err == nil { // else what it holds may be all that is left of a file
				err = os.RemoveAll(rest.dir)
			}
		}()
	}
	out.Removed, err = s.remove(ctx, going, unnamed, rest, &out)
	put, failed := s.back(ctx, rest)
	out.Back = append(out.Back, put...)
	if err = errors.Join(err, failed); err != nil && rest.dir != "" {
		err = fmt.Errorf("%w (contents of removed files are in %s)", err, rest.dir)
	}
	return out, err
}

// remove removes objects, files with their contents kept aside, and gives those that are gone.
func (s *Sweeper) remove(ctx context.Context, going, files []string, rest *aside, out *Swept) (removed []string, err error) {
	removed = []string{}
	for _, key := range going {
		_, file := slices.BinarySearch(files, key)
		if file {
			if err := rest.keep(ctx, s.Vault.Store(), key); err != nil {
				return removed, err
			}
		}
		switch err := s.Remover.Remove(ctx, key); {
		case errors.Is(err, ErrLocked):
			out.Kept = append(out.Kept, key)
			if file {
				rest.keys = rest.keys[:len(rest.keys)-1]
			}
		case err != nil:
			return removed, fmt.Errorf("remove %s: %w", key, err)
		default:
			removed = append(removed, key)
		}
	}
	return removed, nil
}

// old leaves out what the store took after the floor by its own clock, which no clock of ours can move.
func (s *Sweeper) old(ctx context.Context, keys []string, out *Swept) (going []string, err error) {
	for _, key := range keys {
		at, err := s.Remover.Stored(ctx, key)
		switch {
		case errors.Is(err, vault.ErrMissing):
		case err != nil:
			return nil, err
		case at.After(out.Floor):
			out.Kept = append(out.Kept, key)
		default:
			going = append(going, key)
		}
	}
	return going, nil
}

// announce proves the snapshots with which volumes begin from now on, and writes into the vault what will be gone, so that nobody misses it.
func (s *Sweeper) announce(ctx context.Context, from []vault.SweptFrom, going []string, floor time.Time) error {
	for _, f := range from {
		m, err := s.Vault.Describe(ctx, f.Ref, f.Seq)
		if err == nil {
			err = s.Vault.Unpack(ctx, m, io.Discard)
		}
		if err != nil {
			return fmt.Errorf("nothing is removed: %s would begin with a snapshot that cannot be read: %w", f.Ref, err)
		}
	}
	list := vault.Sweep{At: s.Clock.Now().UTC(), Floor: floor, Removed: going}
	err := s.write(ctx, list.Key(), list)
	for errors.Is(err, vault.ErrExists) { // another sweep announced itself in the same microsecond: both lists count
		list.At = list.At.Add(time.Microsecond)
		err = s.write(ctx, list.Key(), list)
	}
	if err != nil {
		return err
	}
	for _, f := range from {
		if err := s.write(ctx, f.Key(), f); err != nil && !errors.Is(err, vault.ErrExists) {
			return err
		}
	}
	return nil
}

func (s *Sweeper) write(ctx context.Context, key string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return s.Vault.Store().Put(ctx, key, strings.NewReader(string(text)))
}
