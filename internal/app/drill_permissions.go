package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

func permissionWipeScenario() *scenario {
	return &scenario{
		name: "permission-wipe",
		happened: "17 May 2019, Salesforce: a script changed the permissions of every user; all were locked out for up to 20 hours, and who had no copy of their permissions set " +
			"hundreds of profiles by hand.",
		does:     "removes by SQL every role, group, grant, restriction and team of every customer while clients write, then brings the permissions alone back to the second before",
		holds:    "everybody is locked out and nothing else is lost; afterwards every permission is what it was, everybody is let in, and what was written since is still there",
		postgres: "nothing is different",
		sites:    4,
		run: func(ctx context.Context, d *drill) error {
			return inTurn(ctx, d.create, d.fillLittle, d.sharePermissions, d.wipePermissions, d.proveAll)
		},
	}
}

// sharePermissions gives the sites more to lose than what every site has: a restricted page and a group.
func (d *drill) sharePermissions(ctx context.Context) error {
	for _, s := range d.sites {
		var page struct {
			ID string `json:"id"`
		}
		err := s.suite.wiki.call("POST", "/wiki/rest/api/content", map[string]any{"type": "page", "title": "Salaries", "space": map[string]string{"key": "DRILL"},
			"body": map[string]any{"storage": map[string]string{"value": "<p>none of your business</p>", "representation": "storage"}}}, &page)
		if err != nil {
			return err
		}
		err = s.suite.wiki.call("PUT", "/wiki/rest/api/content/"+page.ID+"/restriction", map[string]any{"results": []any{map[string]any{"operation": "read",
			"restrictions": map[string]any{"user": []any{map[string]string{"type": "known", "accountId": s.customer.who}}, "group": []any{}}}}}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// permissionVolumes gives the volumes that hold permissions of the drill's sites, each once.
func (d *drill) permissionVolumes() (refs []volume.Ref) {
	for _, s := range d.sites {
		for _, ref := range append([]volume.Ref{{Kind: "access", Owner: s.Org.String()}}, d.n.siteVolumes(s.ID.String())...) {
			if len(permissionTables[ref.Kind]) > 0 && !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
	}
	return refs
}

// permissions sums all of them up, with their number.
func (d *drill) permissions(ctx context.Context) (sum map[volume.Ref]journal.Digest, rows int64, err error) {
	sum = map[volume.Ref]journal.Digest{}
	for _, ref := range d.permissionVolumes() {
		tables := slices.DeleteFunc(slices.Clone(d.n.tablesOf(ref.Kind)), func(t storage.Table) bool { return !slices.Contains(permissionTables[ref.Kind], t.Name) })
		err = errors.Join(err, d.n.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
			digest, n, err := journal.Scan(ctx, tx.Tx, tables)
			sum[ref] = digest
			rows += n
			return err
		}))
	}
	return sum, rows, err
}

func (d *drill) wipePermissions(ctx context.Context) error {
	end := d.writing(ctx)
	defer end()
	d.writeFor(d.o.Writing / 2)
	before, count, err := d.permissions(ctx)
	if err != nil {
		return err
	}
	at := d.clock.Now()
	time.Sleep(2 * time.Millisecond) // the script is later than the instant
	err = d.prompt(ctx, func(e storage.Engine) error {
		for _, ref := range d.permissionVolumes() {
			if err := wipeTables(ctx, e, ref.Name(d.n.Fleet.Generation(ref)), permissionTables[ref.Kind]); err != nil {
				return fmt.Errorf("%s: %w", ref, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, ref := range d.permissionVolumes() { // what was done past Holdfast becomes a commit with the next write or shipment
		if err := d.n.Pool.Volume(ref).Adopt(ctx); err != nil {
			return err
		}
	}
	_, left, err := d.permissions(ctx)
	if err != nil {
		return err
	}
	n, _ := d.answering()
	d.must(left == 0 && n == 0, "Everybody is locked out", "%d of %d permissions are left, %d of %d sites let their administrator in", left, count, n, len(d.sites))
	d.writeFor(d.o.Writing / 2) // programs with keys of their own go on
	start := d.clock.real()
	for _, s := range d.sites {
		if code, _, said := d.command(ctx, drillAuthor, "site", "restore", s.Slug, "--product", Permissions, "--at", at.Format(time.RFC3339Nano), "--reason", "a script removed the permissions"); code != ExitOK {
			return fmt.Errorf("restore the permissions of %s: exit %d: %s", s.Slug, code, said)
		}
	}
	d.res.RestoreSeconds = d.clock.real().Sub(start).Seconds()
	after, rows, err := d.permissions(ctx)
	if err != nil {
		return err
	}
	same := 0
	for ref, sum := range before {
		if after[ref] == sum {
			same++
		}
	}
	d.must(same == len(before), "Every permission is what it was at that second", "%d rows in %d volumes, %d of these equal, %.2f s", rows, len(before), same, d.res.RestoreSeconds)
	n, why := d.answering()
	d.must(n == len(d.sites), "Everybody is let in", "%d of %d %s", n, len(d.sites), why)
	return nil
}

// wipeTables empties some tables of a database.
func wipeTables(ctx context.Context, e storage.Engine, name string, tables []string) error {
	db, err := e.Open(ctx, name)
	if err != nil {
		return err
	}
	err = db.Write(ctx, func(tx *storage.Tx) error {
		return storage.WithoutForeignKeys(ctx, tx, func() error {
			for _, t := range tables {
				if _, err := tx.ExecText(ctx, "DELETE FROM "+storage.Quote(t)); err != nil {
					return err
				}
			}
			return nil
		})
	})
	return errors.Join(err, db.Close())
}
