package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/s3"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/purge"
)

// leastFloor is how long a vault keeps everything at least, whatever its marker says.
const leastFloor = 30

// opened is the vault as the purge has it.
type opened struct {
	store   vault.Store
	remover purge.Remover
	floor   time.Duration
}

// openVault opens a vault that is there: the purge makes none.
func openVault(ctx context.Context, where string) (o opened, err error) {
	days := leastFloor
	if !s3.IsAddress(where) {
		if _, err := os.Stat(where); err != nil {
			return o, fmt.Errorf("vault: %w", err)
		}
		if o.store, err = vault.OpenFolder(where); err != nil {
			return o, err
		}
		o.remover = purge.FolderRemover{Dir: where}
	} else {
		addr, err := s3.ParseAddress(where)
		if err != nil {
			return o, err
		}
		keys := s3.Keys{Access: os.Getenv("HOLDFAST_PURGE_VAULT_ACCESS_KEY_ID"), Secret: os.Getenv("HOLDFAST_PURGE_VAULT_SECRET_ACCESS_KEY"), Session: os.Getenv("HOLDFAST_PURGE_VAULT_SESSION_TOKEN")}
		if keys.Access == "" || keys.Secret == "" {
			return o, errors.New("a vault in a bucket needs HOLDFAST_PURGE_VAULT_ACCESS_KEY_ID and HOLDFAST_PURGE_VAULT_SECRET_ACCESS_KEY: the purge's own, which may delete versions")
		}
		b, err := s3.Open(ctx, s3.Config{Address: addr, Keys: keys})
		if err != nil {
			return o, err
		}
		o.store = vault.OpenBucket(b, days, clock.System)
		if o.remover, err = purge.OpenBucketRemover(addr, keys); err != nil {
			return o, err
		}
	}
	marker, err := vault.New(o.store).Init(ctx, vault.Marker{Created: clock.System.Now(), RetentionDays: leastFloor})
	if err != nil {
		return o, err
	}
	o.floor = time.Duration(max(marker.RetentionDays, leastFloor)) * 24 * time.Hour
	return o, nil
}

// sweep removes from the vault what nothing needs.
func sweep(ctx context.Context, c command) error {
	o, err := openVault(ctx, c.vault)
	if err != nil {
		return err
	}
	s := purge.Sweeper{Vault: vault.New(o.store), Remover: o.remover, Floor: o.floor, Clock: clock.System}
	done, err := s.Sweep(ctx, c.dry)
	if err != nil {
		return err
	}
	return show(done)
}
