package vault

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/platform/s3"
)

const (
	renewAge  = 7 * 24 * time.Hour // objects have their locks renewed each time that they are this much older
	renewSpan = 24 * time.Hour     // the day on which that is
)

// Renew makes the locks of objects longer that are needed beyond the time for which they were locked when they were stored: a snapshot under everything that came
// after it, a file that rows still name. What lies outside of the retention is left to run out. It is for every day: each object has its turn once a week, so that two turns may be
// missed. A store without locks does nothing.
func (v *Vault) Renew(ctx context.Context, now time.Time) (renewed int, err error) {
	b, ok := v.store.(*Bucket)
	if !ok || !b.b.Locks() {
		return 0, nil
	}
	going := map[string]bool{}
	// What cannot be told apart, because something is damaged, stays locked all the same.
	if out, err := v.Outside(ctx, now.Add(lockMargin-b.keep), now); err == nil {
		for _, key := range out.Keys {
			going[key] = true
		}
	}
	err = b.b.List(ctx, "", "", func(e s3.Entry) error {
		age := now.Sub(e.Stored)
		if going[e.Key] || age < renewAge || age%renewAge >= renewSpan {
			return nil
		}
		renewed++
		return b.b.Extend(ctx, e.Key, e.Version, now.Add(b.keep))
	})
	return renewed, err
}

// Stale names the volumes with commits from before an instant that no snapshot has. As long as that is so, the segments with those commits cannot be swept, and everything that shares
// them stays too.
func (v *Vault) Stale(ctx context.Context, before time.Time) (refs []string, err error) {
	if err := v.refresh(ctx); err != nil {
		return nil, err
	}
	keys, err := v.store.List(ctx, "snapshots/")
	if err != nil {
		return nil, err
	}
	newest := map[string]int64{}
	for _, key := range keys {
		ref, name, _ := strings.Cut(strings.TrimPrefix(key, "snapshots/"), "/")
		var seq int64
		if _, err := fmt.Sscanf(name, "%d.json", &seq); err == nil && strings.HasSuffix(name, ".json") {
			newest[ref] = max(newest[ref], seq)
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for ref, frames := range v.frames {
		if slices.ContainsFunc(frames, func(f Frame) bool { return f.To > newest[ref] && f.ToAt.Before(before) }) {
			refs = append(refs, ref)
		}
	}
	slices.Sort(refs)
	return refs, nil
}
