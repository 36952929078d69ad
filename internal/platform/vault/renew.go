package vault

import (
	"context"
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
