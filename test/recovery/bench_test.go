//go:build slow && unix

package recovery

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage/storagetest"
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

// BenchmarkRestorePostgres is BenchmarkRestoreSite on PostgreSQL: the schemas are dropped and built anew. An empty site shows what the schema costs, a
// full one what the rows do.
func BenchmarkRestorePostgres(b *testing.B) {
	for _, issues := range []int{0, 2000} {
		b.Run(fmt.Sprint("issues=", issues), func(b *testing.B) {
			w := openWorldOn(b, b.TempDir(), storagetest.PostgresURL(b), clock.System)
			s := w.site("acme", issues)
			if issues > 0 {
				w.issues(s, "after the snapshot", 100)
			}
			must(b, w.node.Shipper.Flush(w.ctx))
			for b.Loop() {
				b.StopTimer()
				for _, ref := range w.node.Fleet.VolumesOf(s.ID.String()) {
					must(b, w.node.Engine.Remove(w.ctx, ref.Name(w.node.Fleet.Generation(ref))))
				}
				b.StartTimer()
				res, err := w.node.RestoreSite(w.ctx, s, recovery.Target{}, "benchmark", nil)
				must(b, err)
				var rows int64
				for _, v := range res.Volumes {
					rows += v.Rows
				}
				b.ReportMetric(float64(rows), "rows")
			}
		})
	}
}

// BenchmarkCreatePostgres makes a site of all products on PostgreSQL.
func BenchmarkCreatePostgres(b *testing.B) {
	w := openWorldOn(b, b.TempDir(), storagetest.PostgresURL(b), clock.System)
	org, err := w.node.CreateOrg(w.ctx, "Acme")
	must(b, err)
	n := 0
	for b.Loop() {
		n++
		_, err := w.node.CreateSite(w.ctx, org.ID, fmt.Sprint("site-", n), "Site")
		must(b, err)
	}
}

// BenchmarkRestoreFleet brings back twelve destroyed sites as one operation. cpu-ms/site is what the machine had to do, however busy it is with others.
func BenchmarkRestoreFleet(b *testing.B) {
	w := newWorld(b)
	var sites []*fleet.Site
	for i := range 12 {
		s := w.site(fmt.Sprint("site-", i), 2000)
		w.issues(s, "after the snapshot", 100)
		sites = append(sites, s)
	}
	must(b, w.node.Shipper.Flush(w.ctx))
	var used, copied float64
	rounds := 0
	for b.Loop() {
		rounds++
		b.StopTimer()
		copied += cpu(b, func() {
			for _, s := range sites {
				copySynced(b, filepath.Join(w.dir, "sites", s.ID.String()), b.TempDir())
			}
		})
		for _, s := range sites {
			w.destroy(s)
		}
		missing, err := w.node.MissingSites(w.ctx)
		must(b, err)
		b.StartTimer()
		used += cpu(b, func() {
			res, err := w.node.RestoreFleet(w.ctx, missing, recovery.Target{}, "benchmark", nil)
			must(b, err)
			if res.Restored != len(sites) {
				b.Fatalf("%+v", res)
			}
			b.SetBytes(res.Bytes)
		})
	}
	b.ReportMetric(used*1000/float64(rounds*len(sites)), "cpu-ms/site")
	b.ReportMetric(copied*1000/float64(rounds*len(sites)), "copy-cpu-ms/site")
}

// cpu gives the seconds of processor time that the process takes for fn.
func cpu(t testing.TB, fn func()) float64 {
	seconds := func() float64 {
		var u syscall.Rusage
		must(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
		return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
	}
	before := seconds()
	fn()
	return seconds() - before
}

func copySynced(t testing.TB, from, to string) {
	files, err := filepath.Glob(filepath.Join(from, "*.db"))
	must(t, err)
	for _, name := range files {
		b, err := os.ReadFile(name)
		must(t, err)
		f, err := os.Create(filepath.Join(to, filepath.Base(name)))
		must(t, err)
		_, err = f.Write(b)
		must(t, err)
		must(t, f.Sync())
		must(t, f.Close())
	}
}
