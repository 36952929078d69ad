//go:build slow

package recovery

import (
	"maps"
	"slices"
	"testing"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
)

// knownOfSchema is all that PostgreSQL knows of a schema, without its name.
const knownOfSchema = `SELECT replace(what, quote_ident(current_schema()), 'SCHEMA') FROM (
	SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull::text || ' ' || a.attcollation::regcollation::text || ' ' || a.attgenerated::text || a.attidentity::text
		|| ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') || ' ' || a.attstorage::text || ' ' || coalesce(array_to_string(c.reloptions, ','), '') AS what
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
		WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
	UNION ALL SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = quote_ident(current_schema())::regnamespace
	UNION ALL SELECT 'constraint ' || conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = quote_ident(current_schema())::regnamespace
	UNION ALL SELECT 'trigger ' || pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND NOT t.tgisinternal
	UNION ALL SELECT 'function ' || proname || ' ' || prosrc FROM pg_proc WHERE pronamespace = quote_ident(current_schema())::regnamespace) AS known ORDER BY 1`

// catalogs gives what PostgreSQL knows of every volume of a site.
func (w *world) catalogs(s *fleet.Site) map[string][]string {
	w.t.Helper()
	out := map[string][]string{}
	for _, ref := range w.node.Fleet.VolumesOf(s.ID.String()) {
		must(w.t, w.node.Pool.Volume(ref).Read(w.ctx, func(tx *volume.Tx) (err error) {

			out[ref.Kind], err = storage.AllText(w.ctx, tx.Tx, knownOfSchema, func(r *storage.Rows) (s string, err error) { return s, r.Scan(&s) })
			return err
		}))
	}
	return out
}

// R13 on PostgreSQL: a schema that was dropped comes back with every row, and with every column, index, constraint, trigger and function that it had: those that wait for the rows
// are there in the end, and work.
func TestR13ARestoredSchemaIsTheOneThatWas(t *testing.T) {
	w := openWorldOn(t, t.TempDir(), storagetest.PostgresURL(t), clock.System)
	s := w.site("acme", 700) // tables long enough for their indexes to wait
	w.oncall(s, 1)
	then := w.node.Clock.Now()
	w.issues(s, "after the snapshot", 60)
	must(t, w.work(s).Write(w.ctx, func(tx *volume.Tx) error {
		_, err := tx.ExecText(w.ctx, `UPDATE issue SET summary = summary || '!' WHERE id IN (SELECT id FROM issue ORDER BY id LIMIT 40)`)
		return err
	}))
	must(t, w.node.Shipper.Flush(w.ctx))
	digests, catalogs := w.digests(s), w.catalogs(s)
	if n := len(catalogs["work"]); n < 700 {
		t.Fatalf("only %d objects are known of the work volume", n)
	}
	same := func(when string) {
		t.Helper()
		for kind, known := range w.catalogs(s) {
			for _, missing := range without(catalogs[kind], known) {
				t.Errorf("%s, %s lacks %s", when, kind, missing)
			}
			for _, more := range without(known, catalogs[kind]) {
				t.Errorf("%s, %s has what was not there: %s", when, kind, more)
			}
		}
	}
	for _, ref := range w.node.Fleet.VolumesOf(s.ID.String()) {
		must(t, w.node.Engine.Remove(w.ctx, ref.Name(w.node.Fleet.Generation(ref))))
	}
	_, err := w.node.RestoreSite(w.ctx, s, recovery.Target{}, "test", nil)
	must(t, err)
	same("after a restore")
	if got := w.digests(s); !maps.Equal(got, digests) {
		t.Errorf("%v, before %v", got, digests)
	}
	// Its journal records, also what comes past Holdfast: a restore takes it back.
	must(t, w.work(s).Direct(w.ctx, func(tx *storage.Tx) error {
		_, err := tx.ExecText(w.ctx, `UPDATE issue SET summary = 'spoiled'`)
		return err
	}))
	must(t, w.work(s).Adopt(w.ctx))
	must(t, w.node.Shipper.Flush(w.ctx))
	res, err := w.node.RestoreSite(w.ctx, s, recovery.Target{At: then}, "test", nil)
	must(t, err)
	same("after a restore to an instant")
	undone := 0
	for _, b := range res.Volumes {
		undone += b.Undoes
	}
	if undone < 760 {
		t.Errorf("%d rows were taken back", undone)
	}
	must(t, w.node.Shipper.Flush(w.ctx))
	_, err = w.node.RestoreSite(w.ctx, s, recovery.Target{Undo: res.Operation}, "test", nil) // and what the restore did as a commit
	must(t, err)
	var spoiled int
	must(t, w.work(s).Read(w.ctx, func(tx *volume.Tx) error {
		return tx.GetText(w.ctx, `SELECT count(*) FROM issue WHERE summary = 'spoiled'`, nil, &spoiled)
	}))
	if spoiled != 760 {
		t.Errorf("undone, %d issues are what they were before the restore", spoiled)
	}
	same("after an undo")
}

// without gives what of one list is not in another.
func without(list, other []string) (out []string) {
	for _, s := range list {
		if !slices.Contains(other, s) {
			out = append(out, s)
		}
	}
	return out
}
