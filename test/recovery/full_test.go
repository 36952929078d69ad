//go:build slow && linux

package recovery

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/recovery"
)

// R16: a disk that fills while a site is being restored leaves the live site as it was, open and with nothing beside it; with room again the restore
// succeeds.
func TestR16AFullDiskLeavesTheLiveSiteUntouched(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("skipped: a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	w := openWorld(t, filepath.Join(disk, "data"), clock.System)
	s := w.site("acme", 800)
	at := w.node.Clock.Now()
	time.Sleep(2 * time.Millisecond)
	then := w.digests(s)
	w.sql(s, `UPDATE issue SET summary = 'spoiled'`)
	must(t, w.node.Shipper.Flush(w.ctx))
	live := w.digests(s)
	ballast := filepath.Join(disk, "ballast")
	fill(t, disk, ballast)
	_, err := w.node.RestoreSite(w.ctx, s, recovery.Target{At: at}, "test", nil)
	if err == nil {
		t.Fatal("restored on a full disk")
	}
	t.Logf("refused: %v", err)
	must(t, os.Remove(ballast))
	must(t, w.node.Recovery.Reopen(w.ctx)) // the node does so by itself within seconds
	if got := w.digests(s); !maps.Equal(got, live) {
		t.Error("the live site changed")
	}
	if left, _ := filepath.Glob(filepath.Join(disk, "data", "sites", s.ID.String(), "*.g2.db")); len(left) > 0 {
		t.Errorf("left beside it: %v", left)
	}
	if now, _ := w.node.Fleet.Site(s.ID); now.State != fleet.Active {
		t.Errorf("the site is %s", now.State)
	}
	_, err = w.node.RestoreSite(w.ctx, s, recovery.Target{At: at}, "test", nil)
	must(t, err)
	if got := w.digests(s); !maps.Equal(got, then) {
		t.Error("with room again the restore is not the state of then")
	}
}

// fill leaves so much room that the control database can be written to, and a volume of two megabytes cannot.
func fill(t *testing.T, disk, ballast string) {
	t.Helper()
	var st syscall.Statfs_t
	must(t, syscall.Statfs(disk, &st))
	free := int64(st.Bavail) * st.Bsize //nolint:unconvert // of another type elsewhere
	const room = 1536 << 10
	if free < room {
		t.Fatal(fmt.Errorf("only %d bytes are free to begin with", free))
	}
	must(t, os.WriteFile(ballast, make([]byte, free-room), 0o600))
}
