package recovery

import (
	"testing"

	"holdfast.dev/internal/platform/recovery"
)

// BenchmarkRestoreSite brings back a destroyed site of 5 MB: three volumes, every row proven.
func BenchmarkRestoreSite(b *testing.B) {
	w := newWorld(b)
	s := w.site("acme", 2000)
	w.issues(s, "after the snapshot", 100)
	must(b, w.node.Shipper.Flush(w.ctx))
	for b.Loop() {
		w.destroy(s)
		res, err := w.node.RestoreSite(w.ctx, s, recovery.Target{}, "benchmark", nil)
		must(b, err)
		var bytes int64
		for _, v := range res.Volumes {
			bytes += v.Bytes
		}
		b.SetBytes(bytes)
	}
}
