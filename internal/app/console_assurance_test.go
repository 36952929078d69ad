package app

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/assurance"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/lossreport"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/project"
)

// askAboutAssurance asks the operations of restore tests, reports, roots, restores of many sites, endings, incidents and contacts.
func (c *console) askAboutAssurance(ask func(who, id, body string) string, by map[string]string) {
	c.t.Helper()
	ctx := identity.AsSystem(c.t.Context(), "test")
	into := func(text string, v any) {
		c.t.Helper()
		if err := json.Unmarshal([]byte(text), v); err != nil {
			c.t.Fatal(err, text)
		}
	}
	c.openPostOffice()
	reason := `{"reason":"a test of the description"}`
	if err := c.node.tester.Enrol(ctx); err != nil {
		c.t.Fatal(err)
	}
	err := c.node.control().Write(ctx, func(tx *volume.Tx) error {
		_, err := assurance.RecordDrill(ctx, tx, []byte(`{"scenario":"wipe","sites":3,"errors":[]}`))
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	for _, id := range []string{"getAssurance", "siteProof", "listProofs", "testRestore", "siteProof", "listProofs", "listDrills", "listReports", "verifyReport", "downloadKeptReport", "downloadKeptPage", "siteRootsHanded", "listSites"} {
		ask("ann", id, "")
	}
	ask("ann", "setAssurance", `{"overdue_days":9,"heartbeat_url":"","alarm_url":"","roots_days":7}`)
	ask("ann", "setAssurance", `{"overdue_days":0,"heartbeat_url":"","alarm_url":"x","roots_days":7}`)
	ask("ann", "setRootsAddress", `{"url":"https://customer.example/roots","secret":"s3cret"}`)
	ask("ann", "setRootsAddress", `{"url":"ftp://customer.example"}`)
	ask("ann", "handRoots", "")

	var contacts contactPage
	into(ask("ann", "listContacts", ""), &contacts)
	by["contact"] = contacts.Contacts[0].ID.String()
	ask("ann", "editContact", `{"name":"Cara Meyer","email":"cara@acme.example","role":"Head of IT"}`)
	ask("ann", "editContact", `{"name":"","email":"cara","role":""}`)
	ask("ann", "verifyContact", "")

	site := c.sites[1]
	by["site"] = site.ID.String()
	ask("ann", "addContact", `{"name":"Dora","email":"dora@acme.example","role":"owner"}`)
	ask("ann", "tombstoneSite", reason) // it is in use
	ask("ann", "suspendSite", reason)
	ask("ann", "tombstoneSite", reason)
	ask("ann", "removeContact", reason)
	var asked purgeInfo
	into(ask("ann", "askPurge", `{"kind":"end of contract","reason":"the contract ended last year"}`), &asked)
	by["purge"] = asked.ID.String()
	ask("ann", "approvePurge", quoted(map[string]string{"site": by["site"]}))
	ask("bob", "approvePurge", quoted(map[string]string{"site": by["site"]}))
	for _, id := range []string{"getPurge", "listPurges", "listEndings"} {
		ask("ann", id, "")
	}
	ask("ann", "withdrawPurge", reason)
	if err := c.node.openIncident(ctx, c.sites[2]); err != nil {
		c.t.Fatal(err)
	}
	ask("ann", "listIncidents", "")
	ask("ann", "updateIncidents", `{"text":"We are on it.","all":true}`)
	ask("ann", "updateIncidents", `{"text":"","all":true}`)

	at := c.clock.Now()
	c.clock.Advance(time.Minute)
	c.addProject(c.sites[0], "LATER")
	many := map[string]any{"sites": []ids.Site{c.sites[0].ID, c.sites[2].ID}, "at": at.Format(time.RFC3339Nano)}
	ask("ann", "previewFleetRestore", quoted(many))
	ask("ann", "previewFleetRestore", `{"sites":[],"newest":true}`)
	many["reason"] = "a test of the description"
	var begun restoreBegun
	into(ask("ann", "startFleetRestore", quoted(many)), &begun)
	by["operation"] = begun.Operation.String()
	ask("ann", "getFleetRestore", "")
	c.awaitFleet(begun.Operation, "done")
	ask("ann", "getFleetRestore", "")
	ask("ann", "listFleetRestores", "")
	ask("ann", "pauseFleetRestore", reason)
	ask("ann", "continueFleetRestore", reason)
	c.clock.Advance(time.Minute)
	ask("ann", "undoFleetRestore", reason)
	c.awaitUndone(begun.Operation)
}

// addProject writes something into a site.
func (c *console) addProject(s *fleet.Site, key string) {
	c.t.Helper()
	err := c.node.Pool.Volume(volume.Ref{Kind: "work", Owner: s.ID.String()}).Write(identity.AsSystem(context.Background(), "test"), func(tx *volume.Tx) error {
		_, err := project.Create(context.Background(), tx, project.New{Key: key, Name: "Project " + key})
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *console) awaitFleet(op ids.Operation, states ...string) (r fleetRestore) {
	c.t.Helper()
	for range 3000 {
		c.do("ann", "GET", "/restores/"+op.String(), "", 200, &r)
		for _, s := range states {
			if r.State == s && !r.Running {
				return r
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	c.t.Fatalf("the restore of many sites is %s", r.State)
	return r
}

func (c *console) awaitUndone(op ids.Operation) (r fleetRestore) {
	c.t.Helper()
	for range 3000 {
		c.do("ann", "GET", "/restores/"+op.String(), "", 200, &r)
		left := 0
		for _, s := range r.Sites {
			if s.Undoable || s.State == "running" {
				left++
			}
		}
		if left == 0 {
			return r
		}
		time.Sleep(10 * time.Millisecond)
	}
	c.t.Fatalf("the undo does not end: %+v", r)
	return r
}

// TestManySitesThroughTheConsole plans, restores and takes back two of three sites, and looks at what each step says.
func TestManySitesThroughTheConsole(t *testing.T) {
	c := newConsole(t, 3)
	at := c.clock.Now()
	c.clock.Advance(time.Minute)
	for _, s := range c.sites {
		c.addProject(s, "LATER")
	}
	has := func(s *fleet.Site) bool {
		t.Helper()
		found := false
		err := c.node.Pool.Volume(volume.Ref{Kind: "work", Owner: s.ID.String()}).Read(t.Context(), func(tx *volume.Tx) error {
			k, err := catalog.Load(t.Context(), tx)
			found = err == nil && k.FindProject("LATER") != nil
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	two := []ids.Site{c.sites[0].ID, c.sites[1].ID}
	target := map[string]any{"sites": two, "at": at.Format(time.RFC3339Nano)}
	var plan fleetPreview
	c.do("bob", "POST", "/restores/preview", quoted(target), 200, &plan)
	if plan.Lost < 2 || plan.LostCommits != 2 || len(plan.Sites) != 2 || plan.Sites[0].Lost == 0 || len(plan.Items) == 0 || plan.Items[0].Op != "removed" || plan.Refused != 0 || plan.Seconds <= 0 {
		t.Fatalf("%+v", plan)
	}
	if !has(c.sites[0]) {
		t.Fatal("a preview changed something")
	}
	var long fleetPreview
	c.do("bob", "POST", "/restores/preview", quoted(map[string]any{"sites": two, "at": "2020-01-01T00:00:00Z"}), 200, &long)
	if long.Refused != 2 || !strings.Contains(long.Sites[0].Error, "did not exist") {
		t.Errorf("%+v", long)
	}
	c.do("bob", "POST", "/restores", quoted(target), 400, nil) // no reason
	target["reason"] = "the integration wrote nonsense into both"
	var begun restoreBegun
	c.do("bob", "POST", "/restores", quoted(target), 202, &begun)
	r := c.awaitFleet(begun.Operation, "done")
	if r.Done != 2 || r.Failed != 0 || r.By != "operator:bob" || !r.Sites[0].Undoable || r.Sites[0].State != "done" {
		t.Fatalf("%+v", r)
	}
	if has(c.sites[0]) || has(c.sites[1]) || !has(c.sites[2]) {
		t.Error("not exactly the two are back at that instant")
	}
	c.do("bob", "POST", "/restores/"+begun.Operation.String()+"/continue", `{"reason":"again"}`, 409, nil)
	c.do("bob", "POST", "/restores/"+begun.Operation.String()+"/pause", `{"reason":"again"}`, 409, nil)
	c.do("bob", "POST", "/restores/"+begun.Operation.String()+"/undo", `{}`, 400, nil)
	c.clock.Advance(time.Minute)
	c.do("bob", "POST", "/restores/"+begun.Operation.String()+"/undo", `{"reason":"it was no nonsense"}`, 202, nil)
	if r = c.awaitUndone(begun.Operation); r.Sites[0].State != "undone" || !has(c.sites[0]) || !has(c.sites[1]) {
		t.Errorf("not taken back: %+v", r)
	}
	c.do("bob", "POST", "/restores/"+begun.Operation.String()+"/undo", `{"reason":"twice"}`, 409, nil)
	var list fleetRestorePage
	c.do("bob", "GET", "/restores", "", 200, &list)
	if len(list.Restores) != 1 || list.Restores[0].Reason != "the integration wrote nonsense into both" {
		t.Errorf("%+v", list)
	}
	c.do("bob", "GET", "/restores/"+ids.New[ids.Operation](c.clock.Now()).String(), "", 404, nil)
}

// TestAPausedRestoreOfManySitesGoesOn begins where a pause left off, and where a process died: what is left is told, and gone on with.
func TestAPausedRestoreOfManySitesGoesOn(t *testing.T) {
	c := newConsole(t, 2)
	sites := quoted(map[string]any{"sites": []ids.Site{c.sites[0].ID, c.sites[1].ID}})
	for _, state := range []string{"paused", "interrupted"} {
		id, err := c.node.Fleet.Begin(as("bob"), recovery.FleetKind, recovery.FleetTarget, "a test", sites)
		if err == nil && state == "paused" {
			err = c.node.Fleet.Finish(as("bob"), id, "failed", sites)
		}
		if err != nil {
			t.Fatal(err)
		}
		var r fleetRestore
		c.do("bob", "GET", "/restores/"+id.String(), "", 200, &r)
		if r.State != state || r.Total != 2 || r.Done != 0 || r.Sites[0].State != "waiting" {
			t.Fatalf("%+v", r)
		}
		c.do("bob", "POST", "/restores/"+id.String()+"/continue", `{}`, 400, nil)
		c.do("bob", "POST", "/restores/"+id.String()+"/continue", `{"reason":"the disk has room again"}`, 202, nil)
		if r := c.awaitFleet(id, "done"); r.Done != 2 {
			t.Errorf("%+v", r)
		}
		c.clock.Advance(time.Minute)
	}
}

// TestProofsThroughTheConsole lists, filters and sorts what is proven.
func TestProofsThroughTheConsole(t *testing.T) {
	c := newConsole(t, 2)
	if err := c.node.tester.Enrol(as("test")); err != nil {
		t.Fatal(err)
	}
	var info proofInfo
	path := "/sites/" + c.sites[0].ID.String() + "/proof"
	c.do("ann", "GET", path, "", 200, &info)
	if info.Proof == nil || info.Proof.State != "waiting" || len(info.Tests) != 0 {
		t.Fatalf("%+v", info)
	}
	c.clock.Advance(time.Minute)
	c.do("ann", "POST", path, "", 202, &info)
	for info.Proof.Testing {
		c.do("ann", "GET", path, "", 200, &info)
	}
	if info.Proof.State != "proven" || len(info.Tests) != 1 || !info.Tests[0].Proven || info.Tests[0].By != "operator:ann" || info.Tests[0].Rows == 0 || info.Tests[0].Volumes[0].Kind != "work" {
		t.Fatalf("%+v", info)
	}
	var row siteInfoFull
	c.do("ann", "GET", "/sites/"+c.sites[0].ID.String(), "", 200, &row)
	if row.Proof == nil || row.Proof.Proven == nil {
		t.Error("the site does not say when it was proven")
	}
	var page proofPage
	c.do("ann", "GET", "/proofs?sort=newest&limit=1", "", 200, &page)
	if page.Total != 7 || len(page.Proofs) != 1 || page.Proofs[0].Owner != c.sites[0].ID.String() || page.Next == "" || page.States["waiting"] != 6 || page.States["proven"] != 1 {
		t.Errorf("%+v", page) // 2 shops, acme, other, the people of two organizations, control
	}
	c.clock.Advance(9 * 24 * time.Hour)
	c.do("ann", "GET", "/proofs?state=bad&q=shop", "", 200, &page)
	if page.Total != 2 || page.Proofs[0].State != "overdue" {
		t.Errorf("%+v", page)
	}
	for _, bad := range []string{"state=well", "sort=best", "cursor=x"} {
		c.do("ann", "GET", "/proofs?"+bad, "", 400, nil)
	}
}

// TestEndingsThroughTheConsole walks the path of R4 as two operators do, and is refused where it must be.
func TestEndingsThroughTheConsole(t *testing.T) {
	c := newConsole(t, 2)
	office := c.openPostOffice()
	site := "/sites/" + c.sites[0].ID.String()
	c.do("ann", "POST", site+"/contacts", `{"name":"Cara","email":"cara@private.example","role":"owner"}`, 201, nil)
	c.do("ann", "POST", site+"/purge", `{"kind":"end of contract","reason":"the contract ended"}`, 409, nil)
	c.do("ann", "POST", site+"/tombstone", `{"reason":"the contract ended"}`, 409, nil) // it is in use
	c.do("ann", "POST", site+"/suspend", `{"reason":"the contract ended"}`, 200, nil)
	c.do("ann", "POST", site+"/tombstone", `{"reason":"the contract ended"}`, 200, nil)
	if _, err := c.node.TellTombstoned(as("test")); err != nil {
		t.Fatal(err)
	}
	if len(office.to("cara@private.example")) != 1 {
		t.Error("the contact was not told")
	}
	c.do("ann", "POST", "/contacts/"+c.contact("Cara").ID.String()+"/remove", `{"reason":"left the company"}`, 409, nil)
	var asked purgeInfo
	c.do("ann", "POST", site+"/purge", `{"kind":"end of contract","reason":"the contract ended"}`, 201, &asked)
	purge := "/purges/" + asked.ID.String()
	right := quoted(map[string]string{"site": c.sites[0].ID.String()})
	c.do("ann", "POST", purge+"/approve", right, 403, nil) // one's own
	c.do("bob", "POST", purge+"/approve", `{}`, 400, nil)
	c.do("bob", "POST", purge+"/approve", quoted(map[string]string{"site": c.sites[1].ID.String()}), 400, nil)
	c.do("bob", "POST", purge+"/approve", quoted(map[string]string{"site": c.acme.Org.String()}), 400, nil)
	c.do("bob", "POST", purge+"/approve", right, 200, &asked)
	c.do("bob", "POST", purge+"/approve", right, 409, nil)
	if len(asked.Approvals) != 1 || asked.Approvals[0].Approver != "operator:bob" || !strings.Contains(strings.Join(asked.Missing, "\n"), "1 of 2 different operators") {
		t.Errorf("%+v", asked)
	}
	var list endingList
	c.do("ann", "GET", "/endings", "", 200, &list)
	if len(list.Endings) != 1 || list.Endings[0].Contacts != 1 || len(list.Endings[0].Stages) != 3 || len(list.Endings[0].Stages[0].Notices) != 1 || len(list.Endings[0].Requests) != 1 ||
		!list.Endings[0].NotBefore.Equal(list.Endings[0].Since.Add(30*24*time.Hour)) {
		t.Fatalf("%+v", list)
	}
	c.do("ann", "POST", purge+"/withdraw", `{"reason":" "}`, 400, nil)
	c.do("ann", "POST", purge+"/withdraw", `{"reason":"they paid"}`, 200, &asked)
	if asked.State != "withdrawn" {
		t.Errorf("%+v", asked)
	}
	c.do("ann", "POST", site+"/resume", `{"reason":"they paid"}`, 200, nil)
	c.do("ann", "GET", "/endings", "", 200, &list)
	if len(list.Endings) != 0 {
		t.Errorf("%+v", list)
	}
}

// TestContactsAreVerified follows the link of the mail.
func TestContactsAreVerified(t *testing.T) {
	c := newConsole(t, 1)
	c.node.Options.BaseURL = c.http.URL
	c.do("ann", "POST", "/sites/"+c.sites[0].ID.String()+"/contacts", `{"name":"Cara","email":"cara@private.example","role":"owner"}`, 201, nil)
	entry := func() contactEntry { return c.contact("Cara") }
	path := "/contacts/" + entry().ID.String()
	c.do("ann", "POST", path+"/verify", "", 409, nil) // no mail server
	office := c.openPostOffice()
	c.do("ann", "POST", path+"/verify", "", 200, nil)
	link := linkIn(t, office.to("cara@private.example")[0], c.http.URL+"/contact/")
	if e := entry(); e.Asked == nil || e.Verified != nil {
		t.Errorf("%+v", e)
	}
	get := func(method, url string) (int, string) {
		return c.call(http.DefaultClient, method, strings.TrimPrefix(url, c.http.URL), "")
	}
	if code, page := get("GET", link); code != 200 || !strings.Contains(page, "cara@private.example") || strings.Contains(page, "<script") {
		t.Errorf("%d %s", code, page)
	}
	if entry().Verified != nil {
		t.Error("a program that looks at the mail verifies it")
	}
	if code, _ := get("POST", link); code != 200 || entry().Verified == nil {
		t.Errorf("%d %+v", code, entry())
	}
	if code, _ := get("GET", link+"x"); code != 404 {
		t.Errorf("%d", code)
	}
	c.do("ann", "PUT", path, `{"name":"Cara","email":"cara@other.example","role":"owner"}`, 200, nil)
	if e := entry(); e.Verified != nil || e.Asked != nil {
		t.Errorf("another address counts as verified: %+v", e)
	}
	if code, _ := get("POST", link); code != 404 {
		t.Errorf("the link of the old address still leads somewhere: %d", code)
	}
	c.do("ann", "POST", path+"/verify", "", 200, nil)
	old := linkIn(t, office.to("cara@other.example")[0], c.http.URL+"/contact/")
	c.clock.Advance(31 * 24 * time.Hour)
	if code, _ := get("POST", old); code != 404 {
		t.Errorf("a link of a month ago still leads somewhere: %d", code)
	}
	c.do("ann", "POST", path+"/remove", `{"reason":"left the company"}`, 204, nil)
	if e := entry(); e.Name != "" {
		t.Errorf("%+v", e)
	}
}

// contact finds a contact by name; none is zero.
func (c *console) contact(name string) contactEntry {
	c.t.Helper()
	var page contactPage
	c.do("ann", "GET", "/contacts", "", 200, &page)
	for _, e := range page.Contacts {
		if e.Name == name {
			return e
		}
	}
	return contactEntry{}
}

// linkIn finds a link in a letter.
func linkIn(t *testing.T, letter, start string) string {
	t.Helper()
	_, rest, ok := strings.Cut(strings.ReplaceAll(letter, "=3D", "="), start)
	if !ok {
		t.Fatalf("no link %s in\n%s", start, letter)
	}
	end := strings.IndexAny(rest, " \r\n\"<")
	return start + rest[:end]
}

// TestARunCanBePausedFromOutside has a run hear of a pause, and nobody hear of one that does not run.
func TestARunCanBePausedFromOutside(t *testing.T) {
	var runs fleetRuns
	op := ids.New[ids.Operation](time.Unix(1, 0))
	if err := runs.pause(op); err == nil {
		t.Error("a run that is none was paused")
	}
	ctx, report, end := runs.watch(t.Context(), nil)
	report(recovery.FleetProgress{Operation: op, Total: 3})
	if now, _, pausing, ok := runs.of(op); !ok || pausing || now.Total != 3 {
		t.Errorf("%+v %v %v", now, pausing, ok)
	}
	if err := runs.pause(op); err != nil || ctx.Err() == nil {
		t.Errorf("%v: the run goes on", err)
	}
	if _, _, pausing, _ := runs.of(op); !pausing {
		t.Error("nobody sees that it is pausing")
	}
	end()
	if _, _, _, ok := runs.of(op); ok {
		t.Error("it ended and is still told of")
	}
}

// TestAnErasedContactIsNowhereAmongTheRoots: what says to whom roots went and who was asked holds no address of somebody who was erased.
func TestAnErasedContactIsNowhereAmongTheRoots(t *testing.T) {
	c := newConsole(t, 1)
	c.openPostOffice()
	email := "cara@private.example"
	c.do("ann", "POST", "/sites/"+c.sites[0].ID.String()+"/contacts", `{"name":"Cara","email":"`+email+`","role":"owner"}`, 201, nil)
	c.do("ann", "POST", "/contacts/"+c.contact("Cara").ID.String()+"/verify", "", 200, nil)
	c.do("ann", "POST", "/sites/"+c.sites[0].ID.String()+"/roots", "", 202, nil)
	ctx := identity.AsSystem(t.Context(), "test")
	if _, err := c.node.products.access.CreateAccount(ctx, c.acme.Org, access.NewPerson{Email: email, Name: "Cara", Password: testPassword}); err != nil {
		t.Fatal(err)
	}
	org, err := c.node.Fleet.Org(c.acme.Org)
	if err == nil {
		_, err = c.node.ErasePerson(as("ann"), org, email, "asked for, ticket 17")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := c.node.deliverRoots(ctx); err != nil {
		t.Fatal(err)
	}
	for _, table := range assurance.Tables {
		c.nowhere(table.Name, email)
	}
	for _, table := range lossreport.Tables {
		c.nowhere(table.Name, email)
	}
}

// nowhere looks for a text in every cell of a table of the control database.
func (c *console) nowhere(table, text string) {
	c.t.Helper()
	err := c.node.control().Read(c.t.Context(), func(tx *volume.Tx) error {
		cols, err := storage.Describe(c.t.Context(), tx.Tx, table)
		if err != nil {
			return err
		}
		for _, column := range cols.Names {
			var n int64
			q := `SELECT count(*) FROM ` + storage.Quote(table) + ` WHERE CAST(` + storage.Quote(column) + ` AS TEXT) LIKE '%` + text + `%'`
			if err := tx.GetText(c.t.Context(), q, nil, &n); err != nil {
				return err
			}
			if n > 0 {
				c.t.Errorf("%s.%s still says %s", table, column, text)
			}
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
}
