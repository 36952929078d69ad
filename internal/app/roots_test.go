package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/lossreport"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/webhook"
)

// TestR24RootsAreHandedOutBeforehand follows roots to the contacts by mail, to the customer's address by a signed call, and to whoever has the link.
func TestR24RootsAreHandedOutBeforehand(t *testing.T) {
	c := newConsole(t, 1)
	c.node.Options.BaseURL = c.http.URL
	site := c.sites[0]
	path := "/sites/" + site.ID.String() + "/roots"
	c.do("ann", "POST", path, "", 409, nil) // nobody to hand them to
	c.do("ann", "POST", "/sites/"+site.ID.String()+"/contacts", `{"name":"Cara","email":"cara@private.example","role":"owner"}`, 201, nil)
	office, outside := c.openPostOffice(), newEars(t)
	c.node.Webhooks = webhook.New(c.clock, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	c.do("ann", "PUT", path+"/address", quoted(map[string]string{"url": outside.url + "/roots", "secret": "s3cret"}), 200, nil)
	ctx := identity.AsSystem(t.Context(), "roots")
	var planned time.Time
	care := func(after time.Duration) {
		t.Helper()
		c.clock.Advance(after)
		if err := c.node.CareForRoots(ctx, &planned); err != nil {
			t.Fatal(err)
		}
	}
	care(0)
	care(24 * time.Hour) // the first ones within a day
	letters := office.to("cara@private.example")
	if len(letters) != 1 || !strings.Contains(letters[0], "roots-"+site.Slug) || !strings.Contains(letters[0], "holdfast report verify") {
		t.Fatalf("%q", letters)
	}
	heard := outside.heard()
	if len(heard) != 1 || !strings.Contains(heard[0], "v1,") {
		t.Fatalf("%q", heard)
	}
	roots, err := lossreport.ParseRoots([]byte(heard[0][strings.IndexByte(heard[0], '{'):]))
	if err != nil || roots.Site != site.ID || roots.Volumes["work"].Seq == 0 {
		t.Fatalf("%v %+v", err, roots)
	}
	for range 3 { // nothing was committed since
		care(8 * 24 * time.Hour)
	}
	if len(office.to("cara@private.example")) != 1 || len(outside.heard()) != 1 {
		t.Error("the same roots are handed over again and again")
	}
	c.addProject(site, "NEXT")
	if err := c.node.Shipper.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	office.mu.Lock()
	office.closed = true
	office.mu.Unlock()
	care(8 * 24 * time.Hour)
	if len(outside.heard()) != 2 {
		t.Errorf("%q", outside.heard())
	}
	office.mu.Lock()
	office.closed = false
	office.mu.Unlock()
	care(7 * time.Hour)
	if len(office.to("cara@private.example")) != 2 {
		t.Error("a mail that was not taken is not tried again")
	}
	var info rootsInfo
	c.do("ann", "GET", path, "", 200, &info)
	if len(info.Handed) != 2 || len(info.Handed[0].Delivered) != 2 || info.Handed[0].Delivered[0].Sent == nil || info.Due == nil || info.URL != outside.url+"/roots" {
		t.Errorf("%+v", info)
	}
	c.do("ann", "POST", path, "", 202, &info)
	if len(info.Handed) != 3 || info.Handed[0].By != "operator:ann" || info.Handed[0].Via != "asked" {
		t.Errorf("%+v", info)
	}
	c.do("ann", "PUT", "/assurance", `{"overdue_days":8,"heartbeat_url":"","alarm_url":"","roots_days":0}`, 200, nil)
	c.addProject(site, "AFTER")
	care(9 * 24 * time.Hour)
	sent := len(office.to("cara@private.example"))
	care(9 * 24 * time.Hour)
	if len(office.to("cara@private.example")) != sent {
		t.Error("they are handed over on a schedule that is off")
	}
}

// TestR24TheLinkNeedsNoLoginAndOpensNothingElse follows the customer's link, and tries to make others of it.
func TestR24TheLinkNeedsNoLoginAndOpensNothingElse(t *testing.T) {
	c := newConsole(t, 1)
	c.node.Options.BaseURL = c.http.URL
	var info, other rootsInfo
	c.do("ann", "GET", "/sites/"+c.sites[0].ID.String()+"/roots", "", 200, &info)
	c.do("ann", "GET", "/sites/"+c.acme.ID.String()+"/roots", "", 200, &other)
	link := strings.TrimPrefix(info.Link, c.http.URL)
	code, page := c.call(http.DefaultClient, "GET", link, "")
	if code != 200 || !strings.Contains(page, "Roots of Shop 0") || strings.Contains(page, "<script") {
		t.Fatalf("%d %s", code, page)
	}
	file := between(t, page, `class="get" href="`, `"`)
	code, text := c.call(http.DefaultClient, "GET", file, "")
	roots, err := lossreport.ParseRoots([]byte(text))
	if code != 200 || err != nil || roots.Site != c.sites[0].ID {
		t.Fatalf("%d %v", code, err)
	}
	for range 5 {
		c.call(http.DefaultClient, "GET", link, "")
	}
	c.do("ann", "GET", "/sites/"+c.sites[0].ID.String()+"/roots", "", 200, &info)
	if len(info.Handed) != 1 || info.Handed[0].Via != "page" {
		t.Errorf("every visit makes new ones: %d", len(info.Handed))
	}
	id := file[strings.LastIndexByte(file, '/')+1:]
	otherLink := strings.TrimPrefix(other.Link, c.http.URL)
	mine, _, _ := strings.Cut(link, "~")
	_, signature, _ := strings.Cut(otherLink, "~")
	for what, path := range map[string]string{
		"another site's roots": otherLink + "/" + id, "the signature of another link": mine + "~" + signature, "no signature": mine, "nonsense": "/roots/x~y", "a site": "/roots/" + c.sites[0].ID.String(),
		"a longer link": link + "A", "an identifier of another kind": link + "/" + c.sites[0].ID.String(),
	} {
		if code, text := c.call(http.DefaultClient, "GET", path, ""); code != 404 {
			t.Errorf("%s: %d %s", what, code, text)
		}
	}
	c.clock.Advance(401 * 24 * time.Hour)
	if code, _ := c.call(http.DefaultClient, "GET", link, ""); code != 404 {
		t.Errorf("a link of long ago: %d", code)
	}
}

func between(t *testing.T, text, start, end string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, start)
	if !ok {
		t.Fatalf("no %q in %s", start, text)
	}
	out, _, _ := strings.Cut(rest, end)
	return out
}

// lostWork is a site that went back and lost two commits, with the roots that its customer held before.
func lostWork(t *testing.T) (*console, lossreport.Roots, string) {
	c := newConsole(t, 1)
	site := c.sites[0]
	c.addProject(site, "OLD")
	roots, err := c.node.Roots(as("ann"), site)
	if err != nil {
		t.Fatal(err)
	}
	err = c.node.control().Write(as("ann"), func(tx *volume.Tx) error {
		_, err := lossreport.Hand(as("ann"), tx, roots, "asked", nil)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c.clock.Advance(time.Second)
	c.addProject(site, "KEPT")
	at := c.clock.Now()
	for _, key := range []string{"LOSTA", "LOSTB"} {
		c.clock.Advance(time.Second)
		c.addProject(site, key)
	}
	c.clock.Advance(time.Second)
	path := "/sites/" + site.ID.String() + "/restores"
	var begun restoreBegun
	c.do("ann", "POST", path, fmt.Sprintf(`{"at":%q,"reason":"a test"}`, at.Format(time.RFC3339Nano)), 202, &begun)
	c.awaitRestore("/sites/"+site.ID.String(), begun)
	return c, roots, path + "/" + begun.Operation.String() + "/report"
}

// TestR24ReportsAreKeptAndSayWhoMadeThem makes reports, finds them in the list, downloads them and has a changed one found out.
func TestR24ReportsAreKeptAndSayWhoMadeThem(t *testing.T) {
	c, roots, path := lostWork(t)
	var first, second keptReport
	c.do("ann", "POST", path, `{}`, 201, &first)
	c.do("bob", "POST", path, quoted(map[string]any{"roots": roots}), 201, &second)
	if !first.True || first.By != "operator:ann" || first.RootsAt != nil || first.Totals.CommitsGone != 2 || first.Totals.ItemsGone["project"] != 2 || first.Customer != "acme" ||
		!second.True || second.By != "operator:bob" || second.RootsAt == nil {
		t.Fatalf("%+v\n%+v", first, second)
	}
	var list keptPage
	c.do("ann", "GET", "/reports", "", 200, &list)
	if len(list.Reports) != 2 || list.Reports[0].SiteName != "Shop 0" {
		t.Errorf("%+v", list)
	}
	c.do("ann", "GET", "/reports?limit=1", "", 200, &list)
	if len(list.Reports) != 1 || list.Next == "" {
		t.Errorf("%+v", list)
	}
	c.do("ann", "GET", "/reports?site="+c.acme.ID.String(), "", 200, &list)
	if len(list.Reports) != 0 {
		t.Errorf("%+v", list)
	}
	c.do("ann", "GET", "/reports?site="+c.acme.Org.String(), "", 400, nil)
	page := c.do("bob", "GET", "/reports/"+second.ID.String()+"/report.html", "", 200, nil)
	report, err := lossreport.Parse([]byte(page))
	if err != nil || lossreport.Verify(report, &roots) != nil {
		t.Fatalf("%v", err)
	}
	// Somebody with access to the disk makes it prettier.
	report.Totals.CommitsGone = 0
	pretty, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	local := filepath.Join(c.node.Options.Data, "blobs", c.sites[0].ID.String(), second.Hash[:2], second.Hash)
	if err := os.Remove(local); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(local, pretty, 0o600); err != nil {
		t.Fatal(err)
	}
	var now keptReport
	c.do("ann", "POST", "/reports/"+second.ID.String()+"/verify", "", 200, &now)
	if now.True || !strings.Contains(now.Wrong, "altered") {
		t.Errorf("%+v", now)
	}
	if err := os.WriteFile(local, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.do("ann", "POST", "/reports/"+second.ID.String()+"/verify", "", 200, &now)
	if now.True || !strings.Contains(now.Wrong, "cannot be read") {
		t.Errorf("%+v", now)
	}
	c.do("ann", "POST", "/reports/"+first.ID.String()+"/verify", "", 200, &now)
	if !now.True {
		t.Errorf("%+v", now)
	}
}

// TestR24EveryLieIsRefusedWithItsReason tells what the verifier says, not only that it refuses.
func TestR24EveryLieIsRefusedWithItsReason(t *testing.T) {
	c, roots, path := lostWork(t)
	var kept keptReport
	c.do("ann", "POST", path, quoted(map[string]any{"roots": roots}), 201, &kept)
	var report lossreport.Report
	c.do("ann", "GET", "/reports/"+kept.ID.String()+"/report.json", "", 200, &report)
	work := -1
	for i, v := range report.Volumes {
		if v.Kind == "work" {
			work = i
		}
	}
	gone := func(r *lossreport.Report) *[]lossreport.Lost { return &r.Volumes[work].Gone }
	for what, try := range map[string]struct {
		lie    func(r *lossreport.Report)
		signed bool // by somebody who has the key
		says   string
	}{
		"a report altered":                          {func(r *lossreport.Report) { (*gone(r))[0].Commit.Actor = "somebody" }, false, "altered after it was signed"},
		"a log altered, by whoever has the key":     {func(r *lossreport.Report) { (*gone(r))[0].Commit.Actor = "somebody" }, true, "a commit was altered, added or left out"},
		"a row altered, by whoever has the key":     {func(r *lossreport.Report) { *(*gone(r))[0].Changes[0].After += " " }, true, "a commit was altered, added or left out"},
		"the first lost commit withheld":            {func(r *lossreport.Report) { *gone(r) = (*gone(r))[1:] }, true, "is withheld"},
		"the last lost commit withheld":             {func(r *lossreport.Report) { *gone(r) = (*gone(r))[:1] }, true, "are withheld"},
		"a kept commit withheld":                    {func(r *lossreport.Report) { r.Volumes[work].Kept = nil }, true, "is withheld"},
		"a lost commit told as kept":                {func(r *lossreport.Report) { r.Volumes[work].Target++ }, true, "said to be gone"},
		"totals made prettier, by whoever may sign": {func(r *lossreport.Report) { *gone(r) = nil; r.Volumes[work].Head = r.Volumes[work].Target }, true, ""},
		"another history":                           {func(r *lossreport.Report) { r.Volumes[work].Root.Chain = strings.Repeat("0", 64) }, true, ""},
		"a later beginning": {func(r *lossreport.Report) {
			r.Volumes[work].Root.Seq++
			r.Volumes[work].Kept = r.Volumes[work].Kept[1:]
		}, true, ""},
	} {
		forged := altered(t, report, try.lie)
		if try.signed {
			if err := forged.Sign(c.node.Signer); err != nil {
				t.Fatal(err)
			}
		}
		err := lossreport.Verify(forged, &roots)
		if err == nil || !strings.Contains(err.Error(), try.says) {
			t.Errorf("%s: %v", what, err)
			continue
		}
		// The command that a customer runs says the same, and its exit code too.
		file, held := filepath.Join(t.TempDir(), "report.json"), filepath.Join(t.TempDir(), "roots.json")
		for name, v := range map[string]any{file: forged, held: roots} {
			if err := os.WriteFile(name, []byte(quoted(v)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var out strings.Builder
		code := Run(t.Context(), Env{Stdout: &out, Stderr: &out, Dir: t.TempDir(), Args: []string{"report", "verify", file, "--roots", held}})
		if code != ExitUnproven || !strings.Contains(out.String(), "NOT TRUE") || !strings.Contains(out.String(), try.says) {
			t.Errorf("%s: exit %d, %s", what, code, out.String())
		}
	}
	// An altered log on the operator's side: the vault's segments are signed and chained, so that the report cannot even be made of them.
	flip(t, filepath.Join(c.node.Options.Data, "vault", "segments"))
	c.clock.Advance(time.Second)
	if code, text := c.call(http.DefaultClient, "POST", consolePath+path, `{}`, bearer(c.tokens["ann"])...); code < 400 {
		t.Errorf("a report was made of an altered log: %s", text)
	}
}

func TestRootsOfWeeksSayWhenTheBackupWasProven(t *testing.T) {
	c := newConsole(t, 1)
	office := c.openPostOffice()
	c.do("ann", "POST", "/sites/"+c.sites[0].ID.String()+"/contacts", `{"name":"Cara","email":"cara@private.example","role":"owner"}`, 201, nil)
	if test, err := c.node.tester.Test(as("ann"), c.sites[0].ID.String()); err != nil || !test.Proven {
		t.Fatal(err, test)
	}
	c.do("ann", "POST", "/sites/"+c.sites[0].ID.String()+"/roots", "", 202, nil)
	if err := c.node.deliverRoots(as("ann")); err != nil {
		t.Fatal(err)
	}
	if letters := office.to("cara@private.example"); len(letters) != 1 || !strings.Contains(letters[0], "every row of it proven on 5 April 2026") {
		t.Errorf("%q", letters)
	}
}
