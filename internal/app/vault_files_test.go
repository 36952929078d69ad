package app

import (
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/platform/volume"
)

// R6: what a sweep takes for named is all that rows of the products name, whether it is read from snapshots or from commits, and no more.
func TestR6AllFilesThatRowsNameAreFoundInTheVault(t *testing.T) {
	onBoth(t, func(t *testing.T, w *town) {
		ctx := t.Context()
		sail(t, w)
		stray, _, err := w.node.Blobs(w.acme.ID.String()).Put(ctx, strings.NewReader("nobody names me"), 100)
		if err != nil {
			t.Fatal(err)
		}
		named := blobsNamed(t, w.node, volume.Ref{Kind: "work", Owner: w.acme.ID.String()})
		if len(named) != 2 {
			t.Fatalf("%d attachments", len(named))
		}
		look := func(what string, floor time.Time, from bool) {
			t.Helper()
			out, err := w.node.Vault.Outside(ctx, floor, w.clock.Now())
			if err != nil || from != (len(out.From) > 0) {
				t.Fatalf("%s: %+v %v", what, out, err)
			}
			names, err := w.node.Vault.Named(ctx, out, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			for _, hash := range named {
				if !names.Has(hash) {
					t.Errorf("%s: the attachment %s is not found to be named", what, hash)
				}
			}
			if names.Has(stray) {
				t.Errorf("%s: a file that nobody names is found to be named", what)
			}
			files, err := w.node.Vault.Files(ctx, out)
			if err != nil || len(files) != 3 {
				t.Errorf("%s: the vault has the files %v, %v", what, files, err)
			}
		}
		if err := w.node.Shipper.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		look("by commits", w.clock.Now().Add(-30*24*time.Hour), false)
		w.clock.Advance(time.Hour)
		for _, ref := range w.node.Fleet.Volumes() {
			if err := w.node.Shipper.Snapshot(ctx, ref); err != nil {
				t.Fatal(err)
			}
		}
		w.clock.Advance(time.Hour)
		look("by snapshots", w.clock.Now(), true)
	})
}
