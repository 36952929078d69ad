package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/lossreport"
	"holdfast.dev/internal/platform/volume"
)

// maxReport bounds a loss report that is kept, in bytes.
const maxReport = 1 << 30

// KeepReport makes the loss report of a restore, verifies it as its customer would, and keeps it: who made it, for which restore, from which roots.
func (n *Node) KeepReport(ctx context.Context, s *fleet.Site, restore ids.Operation, from *lossreport.Roots) (r lossreport.Report, k lossreport.Kept, err error) {
	if r, err = n.LossReport(ctx, s, restore, from); err != nil {
		return r, k, err
	}
	b, err := json.Marshal(r)
	if err != nil {
		return r, k, err
	}
	hash, size, err := n.Blobs(s.ID.String()).Put(ctx, bytes.NewReader(b), maxReport)
	if err != nil {
		return r, k, err
	}
	wrong, err := n.verdict(ctx, r, from)
	if err != nil {
		return r, k, err
	}
	err = n.control().Write(ctx, func(tx *volume.Tx) error {
		k, err = lossreport.Keep(ctx, tx, r, hash, size, from, wrong)
		return err
	})
	return r, k, err
}

// verdict verifies a report by itself, against the roots that it begins with, and against all others that its customer was handed since those and before the
// restore. It gives what is wrong, or nothing.
func (n *Node) verdict(ctx context.Context, r lossreport.Report, from *lossreport.Roots) (string, error) {
	if err := lossreport.Verify(r, from); err != nil {
		return err.Error(), nil //nolint:nilerr // what is wrong is the verdict
	}
	var handed []lossreport.Handed
	err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		handed, err = lossreport.HandedTo(ctx, tx, r.Site, 1000)
		return err
	})
	if err != nil {
		return "", err
	}
	for _, h := range handed {
		if h.At.After(r.Restore.Started) || beginsAfter(r, h.Roots) {
			continue
		}
		if err := lossreport.Verify(r, &h.Roots); err != nil {
			return fmt.Sprintf("against the roots of %s: %s", h.At.UTC().Format("2 January 2006, 15:04 UTC"), err), nil
		}
	}
	return "", nil
}

// beginsAfter tells that a report was made to begin later than roots.
func beginsAfter(r lossreport.Report, roots lossreport.Roots) bool {
	for _, v := range r.Volumes {
		if root, ok := roots.Volumes[v.Kind]; ok && root.Seq < v.Root.Seq {
			return true
		}
	}
	return false
}

// KeptReport gives a report that was kept, from its file.
func (n *Node) KeptReport(ctx context.Context, id ids.Report) (k lossreport.Kept, r lossreport.Report, err error) {
	err = n.control().Read(ctx, func(tx *volume.Tx) error {
		k, err = lossreport.Get(ctx, tx, id)
		return err
	})
	if err != nil {
		return k, r, err
	}
	b, err := n.Blobs(k.Site.String()).Open(ctx, k.Hash)
	if err != nil {
		return k, r, fmt.Errorf("the file of the report %s: %w", id, err)
	}
	defer b.Close()
	text, err := io.ReadAll(io.LimitReader(b, maxReport))
	if err != nil {
		return k, r, err
	}
	r, err = lossreport.Parse(text)
	return k, r, err
}

// VerifyReport verifies a kept report again, as its file is now, and notes what that found.
func (n *Node) VerifyReport(ctx context.Context, id ids.Report) (lossreport.Kept, error) {
	var wrong string
	k, r, err := n.KeptReport(ctx, id)
	switch {
	case err != nil && k.ID.IsZero():
		return k, err // there is none
	case err != nil:
		wrong = "its file cannot be read: " + err.Error()
	default:
		if wrong, err = n.verdict(ctx, r, nil); err != nil {
			return k, err
		}
	}
	err = n.control().Write(ctx, func(tx *volume.Tx) error {
		if err := lossreport.Checked(ctx, tx, id, wrong); err != nil {
			return err
		}
		k, err = lossreport.Get(ctx, tx, id)
		return err
	})
	return k, err
}
