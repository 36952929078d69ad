package search_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/history"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/project"
	"holdfast.dev/internal/product/tracker/search"
)

const benchIssues = 100_000

var benchWords = strings.Fields("harbour engine window signal cargo ledger rope beacon current chart anchor keel lantern valve gauge bolt weld pump crew route berth tide storm relay crash timeout login search index cache token session")

// fillMany makes 100,000 issues in five projects with labels, texts and history.
func fillMany(b *testing.B, v *volume.Volume) {
	b.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	words := func(n int) string {
		out := make([]string, n)
		for i := range out {
			out[i] = benchWords[rng.IntN(len(benchWords))]
			if rng.IntN(3) == 0 {
				out[i] += fmt.Sprint(rng.IntN(3000))
			}
		}
		return strings.Join(out, " ")
	}
	must(b, v.Write(ctx, func(tx *volume.Tx) error {
		for p := range 5 {
			if _, err := project.Create(ctx, tx, project.New{ID: int64(10000 + p), Key: fmt.Sprintf("P%d", p), Name: fmt.Sprintf("Project %d", p)}); err != nil {
				return err
			}
		}
		return nil
	}))
	accounts := []string{ann, bob, eve, "", ""}
	rank := ""
	for from := 0; from < benchIssues; from += 500 {
		must(b, v.Write(ctx, func(tx *volume.Tx) error {
			for n := from; n < from+500; n++ {
				rank = issue.After(rank)
				created := start.Add(-time.Duration(benchIssues-n) * 5 * time.Minute)
				i := &issue.Issue{ID: int64(100_000 + n), ProjectID: int64(10000 + n%5), Number: int64(n/5 + 1), TypeID: int64(2 + rng.IntN(3)), StatusID: int64(1 + rng.IntN(3)), PriorityID: int64(1 + rng.IntN(5)), Summary: words(6),
					Assignee: accounts[rng.IntN(5)], Reporter: accounts[rng.IntN(3)], Created: created, Updated: created.Add(time.Duration(rng.IntN(1000)) * time.Hour), StatusSince: created, Rank: rank}
				if rng.IntN(1000) == 0 {
					i.Labels = append(i.Labels, "rare")
				}
				if rng.IntN(3) == 0 {
					i.Labels = append(i.Labels, "common")
				}
				if i.StatusID == 3 {
					i.ResolutionID, i.Resolved = 10000, &i.Updated
				}
				if err := issue.Insert(ctx, tx, i, issue.Texts{DescriptionText: words(60)}, ""); err != nil {
					return err
				}
				if err := issue.WriteLists(ctx, tx, i); err != nil {
					return err
				}
				if i.StatusID > 1 {
					if err := history.Insert(ctx, tx, history.Entry{ID: i.ID, Issue: i.ID, Author: bob, Created: created.Add(time.Hour), Items: []history.Item{history.System("status", "status", "1", "To Do", fmt.Sprint(i.StatusID), "x")}}); err != nil {
						return err
					}
				}
			}
			return nil
		}))
	}
}

// BenchmarkJQL measures the first page of 50 of common queries on 100,000 issues; p95 is the figure.
func BenchmarkJQL(b *testing.B) {
	v := openSite(b, storagetest.SQLite(b))
	fillMany(b, v)
	for _, query := range []string{
		"ORDER BY created DESC",
		"project = P1 ORDER BY updated DESC",
		"project = P1 AND status = Done ORDER BY created DESC",
		"assignee = currentUser() AND resolution = Unresolved ORDER BY priority DESC, updated DESC",
		"assignee = currentUser() AND statusCategory != Done ORDER BY updated DESC",
		"labels = rare ORDER BY created",
		"labels = common AND project = P2 ORDER BY updated DESC",
		"project in (P1, P3) AND type = Bug AND priority >= High ORDER BY created DESC",
		"created >= -7d ORDER BY updated DESC",
		"project = P0 AND status = \"To Do\" ORDER BY Rank",
		"reporter = user_eve AND resolved >= -30d",
		"text ~ \"crash timeout\" ORDER BY updated DESC",
		"summary ~ harbour AND project = P1 ORDER BY created DESC",
		"text ~ \"sess*\" ORDER BY created DESC",
		"status changed to Done after -30d by user_bob",
		"status was \"In Progress\" AND project = P1 ORDER BY updated DESC",
	} {
		b.Run(strings.NewReplacer(" ", "_", "\"", "").Replace(query), func(b *testing.B) {
			var times []time.Duration
			for b.Loop() {
				at := time.Now()
				must(b, v.Read(ctx, func(tx *volume.Tx) error {
					c, err := catalog.Load(ctx, tx)
					must(b, err)
					q, err := search.Parse(query)
					must(b, err)
					plan, err := search.Compile(ctx, tx, scope(c), q)
					must(b, err)
					_, _, err = plan.Page(ctx, tx, search.Cursor{}, 50)
					return err
				}))
				times = append(times, time.Since(at))
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}
