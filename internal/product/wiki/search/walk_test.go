package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/search"
	"holdfast.dev/internal/product/wiki/wikitest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

// TestMatchesAsTheEnginesDo compares what is told of single texts with what the engines' indexes find among all of them.
func TestMatchesAsTheEnginesDo(t *testing.T) {
	parts := strings.Fields("alpha beta alphabet be-ta Größe groesse 2026 v1.2.3 übermaß naïve 東京 東 a_b x's e\u0301tat état don't com.example.Foo")
	queries := []string{"alpha", "alpha beta", `"alpha beta"`, "alph*", "alpha -beta", "alpha OR 2026", `"1 2"`, "größe", "NAÏVE", "東京", "東*", "a_b", "x's", "etat", `"example foo" OR (beta -alpha)`, "v1.2*", "état alpha NOT beta"}
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		v := wikitest.Open(t, e, clock.NewFake(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)))
		ctx, random := context.Background(), rand.New(rand.NewPCG(1, 2))
		type entry struct{ title, body string }
		all := map[int64]entry{}
		pick := func(n int) string {
			out := make([]string, n)
			for i := range out {
				out[i] = parts[random.IntN(len(parts))]
			}
			return strings.Join(out, " ")
		}
		err := v.Write(ctx, func(tx *volume.Tx) error {
			if _, err := tx.ExecText(ctx, "INSERT INTO wiki_space (id, key, alias, name, name_fold, description, icon, type, status, created_us, updated_us) VALUES (1, 'S', 'S', 'S', 's', '', '', 'global', 'current', 1, 1)"); err != nil {
				return err
			}
			for id := int64(10); id < 310; id++ {
				x := entry{pick(1 + random.IntN(3)), pick(random.IntN(8))}
				all[id] = entry{content.Fold(x.title), content.Fold(x.body)}
				if err := content.Insert(ctx, tx, &content.Content{ID: id, Kind: content.Page, SpaceID: 1, Status: content.Current, Title: fmt.Sprint(id)}); err != nil {
					return err
				}
				if err := content.IndexText(ctx, tx, id, x.title, x.body, nil); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, titles := range []bool{false, true} {
			for _, query := range queries {
				found := map[int64]bool{}
				err := v.Read(ctx, func(tx *volume.Tx) error {
					sql, arg := search.Found(tx.Dialect(), query, titles)
					ids, err := storage.AllText(ctx, tx.Tx, strings.Replace(sql, "?", "$1", 1), func(r *storage.Rows) (id int64, err error) { return id, r.Scan(&id) }, arg)
					for _, id := range ids {
						found[id] = true
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				for id, x := range all {
					columns := []string{x.title, x.body}
					if titles {
						columns = columns[:1]
					}
					if got := search.Matches(query, columns...); got != found[id] {
						t.Errorf("%q in %q: matches says %v, the index %v", query, columns, got, found[id])
					}
				}
			}
		}
	})
}
