package app

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/lossreport"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/project"
)

// TestR24ALossReportThatACustomerCanCheck hands roots out, loses work by going back, and tries to make the report prettier.
func TestR24ALossReportThatACustomerCanCheck(t *testing.T) {
	w := newTown(t)
	ctx := identity.AsSystem(t.Context(), "drill")
	v := w.node.Pool.Volume(volume.Ref{Kind: "work", Owner: w.acme.ID.String()})
	write := func(summary string) int64 {
		var r volume.Receipt
		err := v.Write(volume.WithReceipt(ctx, &r), func(tx *volume.Tx) error {
			c, err := catalog.Load(ctx, tx)
			if err == nil && c.FindProject("DRILL") == nil {
				if _, err = project.Create(ctx, tx, project.New{Key: "DRILL", Name: "Drill"}); err == nil {
					return nil
				}
			}
			if err == nil {
				_, err = createDrillIssue(ctx, tx, c, summary, "text")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(time.Second)
		return r.Commits[0].Seq
	}
	write("the project")
	write("before the roots")
	roots, err := w.node.Roots(ctx, w.acme)
	if err != nil {
		t.Fatal(err)
	}
	write("kept")
	cut := write("kept too")
	write("lost one")
	write("lost <b>two</b>")
	if _, err := w.node.RestoreSite(ctx, w.acme, recovery.Target{Commit: cut}, "a test", nil); err != nil {
		t.Fatal(err)
	}
	write("after the restore")
	report, err := w.node.LossReport(ctx, w.acme, ids.Operation{}, &roots)
	if err != nil {
		t.Fatal(err)
	}
	if report.Totals.CommitsGone != 2 || report.Totals.ItemsGone["issue"] != 2 || report.Totals.CommitsKept < 2 {
		t.Fatalf("%+v", report.Totals)
	}
	page, err := lossreport.Page(report)
	if err != nil || strings.Contains(string(page), "<b>two") || !strings.Contains(string(page), "lost one") {
		t.Fatalf("%v\n%s", err, page)
	}
	read, err := lossreport.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	if err := lossreport.Verify(read, &roots); err != nil {
		t.Fatal(err)
	}
	for name, page := range map[string]string{
		"the number that people read": strings.Replace(string(page), "lost one", "lost nothing", 1),
		"a sentence more":             strings.Replace(string(page), "</main>", "<p>All of it is back.</p></main>", 1),
		"a script":                    strings.Replace(string(page), "</head>", "<script>document.title='nothing lost'</script></head>", 1),
		"a second report behind it":   string(page) + string(page),
	} {
		if _, err := lossreport.Parse([]byte(page)); err == nil {
			t.Errorf("%s altered in the page: not noticed", name)
		}
	}
	if _, err := lossreport.Parse([]byte(strings.ReplaceAll(string(page), "\n", "\r\n"))); err != nil {
		t.Error("a page with other ends of lines:", err)
	}
	work := slices.IndexFunc(report.Volumes, func(v lossreport.Volume) bool { return v.Kind == "work" })
	for name, alter := range map[string]func(r *lossreport.Report){
		"a commit withheld":          func(r *lossreport.Report) { r.Volumes[work].Gone = r.Volumes[work].Gone[1:] },
		"the last commit withheld":   func(r *lossreport.Report) { r.Volumes[work].Gone = r.Volumes[work].Gone[:1] },
		"a kept commit withheld":     func(r *lossreport.Report) { r.Volumes[work].Kept = r.Volumes[work].Kept[1:] },
		"an earlier head":            func(r *lossreport.Report) { r.Volumes[work].Gone = r.Volumes[work].Gone[:1]; r.Volumes[work].Head-- },
		"a row altered":              func(r *lossreport.Report) { *r.Volumes[work].Gone[0].Changes[0].After += " " },
		"another actor":              func(r *lossreport.Report) { r.Volumes[work].Gone[0].Commit.Actor = "user_somebody" },
		"another time":               func(r *lossreport.Report) { r.Volumes[work].Gone[0].Commit.At = time.Unix(1, 0).UTC() },
		"a lost commit told as kept": func(r *lossreport.Report) { r.Volumes[work].Target++ },
		"a later root": func(r *lossreport.Report) {
			r.Volumes[work].Root.Seq++
			r.Volumes[work].Kept = r.Volumes[work].Kept[1:]
		},
	} {
		if err := lossreport.Verify(altered(t, report, alter), &roots); err == nil {
			t.Errorf("%s: not noticed", name)
		}
		// Even whoever has the key cannot: the chain does not fit, or not the roots.
		forged := altered(t, report, alter)
		if err := forged.Sign(w.node.Signer); err != nil {
			t.Fatal(err)
		}
		if err := lossreport.Verify(forged, &roots); err == nil {
			t.Errorf("%s, signed again: not noticed", name)
		}
	}
	if err := lossreport.Verify(altered(t, report, func(r *lossreport.Report) { r.Totals.CommitsGone = 0 }), nil); err == nil {
		t.Error("totals that are prettier: not noticed")
	}
	other, err := w.node.Roots(ctx, w.other)
	if err != nil {
		t.Fatal(err)
	}
	if err := lossreport.Verify(report, &other); err == nil {
		t.Error("the roots of another site: not noticed")
	}
}

func altered(t *testing.T, r lossreport.Report, alter func(*lossreport.Report)) lossreport.Report {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	c, err := lossreport.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	alter(&c)
	return c
}
