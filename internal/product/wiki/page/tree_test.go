package page_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/restriction"
	"holdfast.dev/internal/product/wiki/setup"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/richtext/adf"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

var ctx = context.Background()

const ann = "user_ann"

func open(t testing.TB, e storage.Engine) *volume.Volume {
	kind := volume.Kind{Name: "work", Migrations: slices.Concat(jobs.Migrations(), wiki.Migrations()), Tables: slices.Concat(jobs.Tables, wiki.Tables())}
	place := volume.Place{Engine: e, Generation: 1}
	p := volume.NewPool(volume.Config{Kinds: []volume.Kind{kind}, Clock: clock.NewFake(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)),
		Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }, Wake: func(volume.Ref, time.Time) error { return nil }})
	t.Cleanup(p.Close)
	ref := volume.Ref{Kind: "work", Owner: "site_test"}
	if err := p.Create(ctx, ref, place); err != nil {
		t.Fatal(err)
	}
	return p.Volume(ref)
}

// model is what the tree should be: parent and own restriction of each page that is current, versions of all.
type model struct {
	parent   map[int64]int64
	guarded  map[int64]bool
	versions map[int64]int64
	trashed  []int64
}

// TestTheTreeStaysAForest does random things to a tree and compares it with a model after each: no circles, nobody lost, the order kept, guards where the
// restrictions above say, versions without gaps.
func TestTheTreeStaysAForest(t *testing.T) {
	v := open(t, storagetest.SQLite(t))
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		s := &space.Space{Key: fmt.Sprintf("S%d", round), Name: fmt.Sprintf("Space %d", round)}
		if err := v.Write(ctx, func(tx *volume.Tx) error { return setup.Space(ctx, tx, ann, s, false) }); err != nil {
			rt.Fatal(err)
		}
		m := &model{parent: map[int64]int64{s.HomepageID: 0}, guarded: map[int64]bool{}, versions: map[int64]int64{s.HomepageID: 1}}
		titles := 0
		for range rapid.IntRange(5, 30).Draw(rt, "steps") {
			if len(m.parent) == 0 { // the home page was moved below a page that went into the trash with everything below it
				return
			}
			var thrown any // by rapid, to end a try: a volume takes every panic in a write for the writer's failure
			err := v.Write(ctx, func(tx *volume.Tx) (err error) {
				defer func() {
					if thrown = recover(); thrown != nil {
						err = errors.New("thrown")
					}
				}()
				return m.step(rt, tx, s, &titles)
			})
			if thrown != nil {
				panic(thrown)
			}
			if err != nil {
				rt.Fatal(err)
			}
			if err := v.Read(ctx, func(tx *volume.Tx) error { return m.compare(tx) }); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

func (m *model) pick(rt *rapid.T, name string) int64 {
	ids := make([]int64, 0, len(m.parent))
	for id := range m.parent {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return rapid.SampledFrom(ids).Draw(rt, name)
}

func (m *model) below(id, root int64) bool {
	for n := 0; id != 0 && n < 1000; n++ {
		if id == root {
			return true
		}
		id = m.parent[id]
	}
	return false
}

func (m *model) step(rt *rapid.T, tx *volume.Tx, s *space.Space, titles *int) error {
	c, err := content.Get(ctx, tx, m.pick(rt, "page"))
	if err != nil {
		return err
	}
	switch rapid.SampledFrom([]string{"create", "create", "move", "move", "edit", "restore version", "trash", "restore", "restrict"}).Draw(rt, "what") {
	case "create":
		*titles++
		made, err := page.Create(ctx, tx, ann, page.New{Kind: content.Page, Space: s, ParentID: c.ID, Title: fmt.Sprintf("Page %d", *titles), Body: adf.Doc()})
		if err != nil {
			return err
		}
		m.parent[made.ID], m.versions[made.ID] = c.ID, 1
	case "move":
		target, err := content.Get(ctx, tx, m.pick(rt, "target"))
		if err != nil {
			return err
		}
		where := rapid.SampledFrom([]page.Where{page.Before, page.After, page.Append}).Draw(rt, "where")
		to := target.ID
		if where != page.Append {
			to = m.parent[target.ID]
		}
		err = page.Move(ctx, tx, c, s, target, where)
		if circle := to != 0 && m.below(to, c.ID); circle && !(target.ID == c.ID && where != page.Append) {
			if !fault.Is(err, fault.KindInvalid) {
				return fmt.Errorf("page %d was moved below itself: %w", c.ID, err)
			}
			return nil
		}
		if err != nil {
			return err
		}
		m.parent[c.ID] = to
	case "edit":
		m.versions[c.ID]++
		return page.Update(ctx, tx, ann, c, page.Edit{Body: adf.Doc(adf.Paragraph(adf.Text("x"))), Version: m.versions[c.ID]})
	case "restore version":
		m.versions[c.ID]++
		return page.RestoreVersion(ctx, tx, ann, c, 1, "", false)
	case "trash":
		if c.ID == s.HomepageID {
			return nil
		}
		everything := rapid.Bool().Draw(rt, "everything")
		if err := page.Trash(ctx, tx, ann, c, everything); err != nil {
			return err
		}
		m.trash(c.ID, everything)
	case "restore":
		if len(m.trashed) == 0 {
			return nil
		}
		i := rapid.IntRange(0, len(m.trashed)-1).Draw(rt, "which")
		x, err := content.Get(ctx, tx, m.trashed[i])
		if err != nil {
			return err
		}
		old := x.ParentID
		if err := page.Restore(ctx, tx, x); err != nil {
			return err
		}
		m.trashed = slices.Delete(m.trashed, i, i+1)
		if _, there := m.parent[old]; !there {
			old = 0
		}
		m.parent[x.ID] = old
	case "restrict":
		var who []restriction.Subject
		if rapid.Bool().Draw(rt, "on") {
			who = []restriction.Subject{{Type: "user", Name: ann}}
		}
		m.guarded[c.ID] = len(who) > 0
		return restriction.Set(ctx, tx, c, restriction.Read, who)
	}
	return nil
}

func (m *model) trash(id int64, everything bool) {
	for child, parent := range m.parent {
		if parent != id {
			continue
		}
		if everything {
			m.trash(child, true)
			continue
		}
		m.parent[child] = m.parent[id]
		m.guarded[child] = m.guarded[child] || m.guarded[id]
	}
	delete(m.parent, id)
	m.trashed = append(m.trashed, id)
}

// guard gives the nearest page that restricts reading.
func (m *model) guard(id int64) int64 {
	for ; id != 0; id = m.parent[id] {
		if m.guarded[id] {
			return id
		}
	}
	return 0
}

func (m *model) compare(tx *volume.Tx) error {
	positions := map[[2]int64]int64{}
	for id, parent := range m.parent {
		c, err := content.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.Status != content.Current || c.ParentID != parent {
			return fmt.Errorf("page %d is %s below %d, should be current below %d", id, c.Status, c.ParentID, parent)
		}
		if c.GuardID != m.guard(id) {
			return fmt.Errorf("page %d is guarded by %d, should be by %d", id, c.GuardID, m.guard(id))
		}
		if other, taken := positions[[2]int64{parent, c.Position}]; taken {
			return fmt.Errorf("pages %d and %d have one place below %d", id, other, parent)
		}
		positions[[2]int64{parent, c.Position}] = id
		above, err := page.Ancestors(ctx, tx, c)
		if err != nil {
			return err
		}
		n := 0
		for at := parent; at != 0; at = m.parent[at] {
			n++
		}
		if len(above) != n {
			return fmt.Errorf("page %d has %d pages above, should have %d", id, len(above), n)
		}
	}
	for id, newest := range m.versions {
		vs, err := content.Versions(ctx, tx, id, 0, true, 1000)
		if err != nil {
			return err
		}
		if int64(len(vs)) != newest {
			return fmt.Errorf("page %d has %d versions, should have %d", id, len(vs), newest)
		}
		for i, v := range vs {
			if v.Number != int64(i+1) {
				return fmt.Errorf("page %d: version %d follows %d", id, v.Number, i)
			}
		}
	}
	return nil
}
