package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/s3"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
)

// retentionDays is for how long a new vault keeps everything.
const retentionDays = 30

// openVault opens the vault's store, a folder or a bucket, and marks a new one.
func openVault(ctx context.Context, o Options, c clock.Clock, log *slog.Logger) (vault.Store, error) {
	store, bucket, err := openStore(ctx, o)
	if err != nil {
		return nil, err
	}
	m, err := vault.New(store).Init(ctx, vault.Marker{Created: c.Now(), RetentionDays: retentionDays})
	if err != nil {
		return nil, err
	}
	if bucket != nil {
		bucket.Keep(m.RetentionDays)
		if why := bucket.Unprotected(); why != "" {
			log.Warn("the bucket of the vault does not protect what is in it", "bucket", o.Vault, "why", why)
		}
	}
	return store, nil
}

// openStore opens a folder, or the bucket that the address names. A bucket is the operator's own: it is reached directly.
func openStore(ctx context.Context, o Options) (vault.Store, *vault.Bucket, error) {
	if !s3.IsAddress(o.Vault) {
		folder, err := vault.OpenFolder(o.Vault)
		return folder, nil, err
	}
	addr, err := s3.ParseAddress(o.Vault)
	if err != nil {
		return nil, nil, errUsage{err}
	}
	if o.VaultKeys.Access == "" || o.VaultKeys.Secret == "" {
		return nil, nil, errUsage{fmt.Errorf("a vault in a bucket needs credentials: HOLDFAST_VAULT_ACCESS_KEY_ID and HOLDFAST_VAULT_SECRET_ACCESS_KEY")}
	}
	b, err := s3.Open(ctx, s3.Config{Address: addr, Keys: o.VaultKeys})
	if err != nil {
		return nil, nil, fmt.Errorf("open vault: %w", err)
	}
	bucket := vault.OpenBucket(b, retentionDays, clock.System) // locks run by the store's time, which is this one
	return bucket, bucket, nil
}

// VerifyVault reads every object of the vault, and looks for those that live volumes count on: where each was sealed and copied last, and the file contents that rows name.
func (n *Node) VerifyVault(ctx context.Context, seen func(done, total int)) ([]vault.Finding, error) {
	var expected []vault.Expected
	for _, ref := range n.Fleet.Volumes() {
		found, err := n.countedOn(ctx, ref)
		if err != nil {
			n.Log.Warn("a volume cannot say what it counts on; the vault is checked without it", "volume", ref.String(), "error", err)
			continue
		}
		expected = append(expected, found...)
	}
	return n.Vault.Verify(ctx, seen, expected...)
}

// countedOn lists the objects that a live volume counts on.
func (n *Node) countedOn(ctx context.Context, ref volume.Ref) (out []vault.Expected, err error) {
	kind, _ := n.Pool.Kind(ref.Kind)
	err = n.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
		head, err := journal.ReadHead(ctx, tx.Tx)
		if err != nil {
			return err
		}
		if head.Key != "" {
			out = append(out, vault.Expected{Object: head.Key, By: fmt.Sprintf("%s was sealed there up to commit %d", ref, head.SealedSeq)})
		}
		if head.SnapshotSeq > 0 {
			out = append(out, vault.Expected{Object: vault.SnapshotObject(ref.String(), head.SnapshotSeq), By: ref.String() + " was copied there"})
		}
		if ref == fleet.ControlRef || ref.Kind == "access" {
			return nil
		}
		hashes, err := blobsOf(ctx, tx.Tx, kind.Tables)
		for _, hash := range hashes {
			out = append(out, vault.Expected{Object: "blobs/" + ref.Owner + "/" + hash[:2] + "/" + hash, By: "rows of " + ref.String() + " name it"})
		}
		return err
	})
	return out, err
}

func blobsOf(ctx context.Context, tx *storage.Tx, tables []storage.Table) (hashes []string, err error) {
	err = namedBlobs(ctx, tx, tables, &hashes)
	return unique(hashes), err
}

// upkeepEvery is how often the vault is looked after.
const upkeepEvery = 24 * time.Hour

// quietFor is for how long a volume may have commits that no snapshot has: a quarter of the retention. Busy ones take theirs by size, long before.
const quietFor = retentionDays * 24 * time.Hour / 4

// keepVault looks after the vault until ctx ends: what is still needed keeps its lock, and volumes in which little happens take a snapshot all the same, so that old segments can be swept.
func (n *Node) keepVault(ctx context.Context) {
	tick := time.NewTicker(upkeepEvery)
	defer tick.Stop()
	for {
		if n.takes(0) {
			if renewed, err := n.Vault.Renew(ctx, n.Clock.Now()); err != nil && ctx.Err() == nil {
				n.Log.Error("locks in the vault could not be renewed; it is tried again tomorrow", "error", err)
			} else if renewed > 0 {
				n.Log.Info("locks in the vault renewed", "objects", renewed)
			}
		}
		if err := n.snapshotQuiet(ctx); err != nil && ctx.Err() == nil {
			n.Log.Error("quiet volumes could not be copied into the vault; it is tried again tomorrow", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// snapshotQuiet takes snapshots of volumes whose older commits no snapshot has.
func (n *Node) snapshotQuiet(ctx context.Context) error {
	names, err := n.Vault.Stale(ctx, n.Clock.Now().Add(-quietFor))
	if err != nil {
		return err
	}
	here := map[string]volume.Ref{}
	for _, ref := range n.Fleet.Volumes() {
		if n.owns(ref) && n.inUse(ref) {
			here[ref.String()] = ref
		}
	}
	var errs []error
	for _, name := range names {
		if ref, ok := here[name]; ok && ctx.Err() == nil { // others have other processes, and purged ones nobody
			errs = append(errs, n.Shipper.Snapshot(ctx, ref))
		}
	}
	return errors.Join(errs...)
}

// inUse tells whether a volume is of no site, or of one that is open.
func (n *Node) inUse(ref volume.Ref) bool {
	id, err := ids.Parse[ids.Site](ref.Owner)
	if err != nil {
		return true
	}
	s, err := n.Fleet.Site(id)
	return err == nil && s.State == fleet.Active
}
