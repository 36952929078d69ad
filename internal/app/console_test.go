package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/lossreport"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/operator"
	"holdfast.dev/internal/platform/volume"
)

// console is a street with two operators who use the platform API.
type console struct {
	*street
	tokens map[string]string
}

func newConsole(t *testing.T, sites int) *console {
	c := &console{street: newStreet(t, sites), tokens: map[string]string{}}
	for _, name := range []string{"ann", "bob"} {
		err := c.node.control().Write(as("test"), func(tx *volume.Tx) (err error) {
			c.tokens[name], err = operator.Create(t.Context(), tx, name, name+"@platform.example", name == "ann")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// do calls an operation as an operator and reads the answer, which must have the status wanted.
func (c *console) do(who, method, path, body string, want int, out any) string {
	c.t.Helper()
	code, text := c.call(http.DefaultClient, method, consolePath+path, body, bearer(c.tokens[who])...)
	if code != want {
		c.t.Fatalf("%s %s: %d %s", method, path, code, text)
	}
	if out != nil {
		if err := json.Unmarshal([]byte(text), out); err != nil {
			c.t.Fatal(err)
		}
	}
	return text
}

func quoted(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// paths fills the wildcards of an operation's path.
func fill(path string, by map[string]string) string {
	for name, v := range by {
		path = strings.ReplaceAll(path, "{"+name+"}", v)
	}
	return path
}

func (c *console) operations() []operation {
	s, err := NewServer(c.node)
	if err != nil {
		c.t.Fatal(err)
	}
	return s.operations()
}

// TestThePlatformBelongsToItsOperators asks every operation with everything that a customer could have, and under every name of a customer.
func TestThePlatformBelongsToItsOperators(t *testing.T) {
	c := newConsole(t, 1)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	var session struct{ CSRFToken string }
	_, body := c.call(browser, "POST", "/s/acme/api/session", `{"email":"ann@acme.example","password":"`+testPassword+`"}`)
	if err := json.Unmarshal([]byte(body), &session); err != nil || session.CSRFToken == "" {
		t.Fatal(body)
	}
	by := map[string]string{"site": c.acme.ID.String(), "addon": c.addons[0].ID.String(), "plan": ids.New[ids.Plan](c.clock.Now()).String(), "operation": ids.New[ids.Operation](c.clock.Now()).String(),
		"report": ids.New[ids.Report](c.clock.Now()).String(), "purge": ids.New[ids.Purge](c.clock.Now()).String(), "contact": ids.New[ids.Contact](c.clock.Now()).String()}
	for _, op := range c.operations() {
		if op.path == "/session" && op.method == "POST" {
			continue
		}
		path := consolePath + fill(op.path, by)
		for what, header := range map[string][]string{
			"nobody": nil, "an administrator's token": bearer(c.token["acme"]), "an operator's token, damaged": bearer(c.tokens["ann"] + "x"),
			"an administrator's password": {"Authorization", "Basic YW5uQGFjbWUuZXhhbXBsZTphIGxvbmcgZW5vdWdoIHBhc3N3b3Jk"},
			"an API key":                  {"Authorization", "GenieKey " + c.acme.ID.String()},
		} {
			c.clock.Advance(time.Minute) // guesses are counted
			if code, text := c.call(http.DefaultClient, op.method, path, "{}", header...); code != 401 {
				t.Errorf("%s %s took %s: %d %s", op.method, op.path, what, code, text)
			}
		}
		if code, text := c.call(browser, op.method, path, "{}", "X-CSRF-Token", session.CSRFToken); code != 401 {
			t.Errorf("%s %s took a customer's session: %d %s", op.method, op.path, code, text)
		}
		if code, text := c.call(http.DefaultClient, op.method, "/s/acme"+path, "{}", bearer(c.tokens["ann"])...); code != 404 {
			t.Errorf("%s %s is there under a customer's name: %d %s", op.method, op.path, code, text)
		}
	}
	if code, _ := c.call(http.DefaultClient, "GET", "/s/acme/rest/api/3/myself", "", bearer(c.tokens["ann"])...); code != 401 {
		t.Errorf("an operator's token opens a site: %d", code)
	}
}

func TestOperatorsSignInWithABrowser(t *testing.T) {
	c := newConsole(t, 1)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	signIn := consolePath + "/session"
	if code, _ := c.call(browser, "POST", signIn, `{"token":"`+c.tokens["ann"]+`"}`, "Sec-Fetch-Site", "cross-site"); code != 403 {
		t.Errorf("a page of another origin signs in: %d", code)
	}
	code, body := c.call(browser, "POST", signIn, `{"token":"`+c.tokens["ann"]+`"}`)
	var me operatorInfo
	if err := json.Unmarshal([]byte(body), &me); err != nil || code != 201 || me.Name != "ann" || !me.Owner || me.CSRFToken == "" {
		t.Fatalf("%d %s", code, body)
	}
	freeze := `{"reason":"a test"}`
	if code, _ := c.call(browser, "POST", consolePath+"/freeze", freeze); code != 403 {
		t.Errorf("without the CSRF token: %d", code)
	}
	if code, body := c.call(browser, "POST", consolePath+"/freeze", freeze, "X-CSRF-Token", me.CSRFToken); code != 200 {
		t.Errorf("with it: %d %s", code, body)
	}
	if code, body := c.call(browser, "GET", consolePath+"/me", ""); code != 200 || !strings.Contains(body, me.CSRFToken) {
		t.Errorf("after a reload: %d %s", code, body)
	}
	if err := c.node.control().Write(as("test"), func(tx *volume.Tx) error { return operator.Disable(t.Context(), tx, "ann") }); err != nil {
		t.Fatal(err)
	}
	if code, _ := c.call(browser, "GET", consolePath+"/me", ""); code != 401 {
		t.Errorf("after ann was disabled: %d", code)
	}
	if code, _ := c.call(browser, "POST", signIn, `{"token":"`+c.tokens["bob"]+`"}`); code != 201 {
		t.Fatalf("bob: %d", code)
	}
	c.clock.Advance(operator.SessionLasts)
	if code, _ := c.call(browser, "GET", consolePath+"/me", ""); code != 401 {
		t.Errorf("after a working day: %d", code)
	}
	for i := 0; ; i++ {
		code, _ := c.call(http.DefaultClient, "POST", signIn, `{"token":"hfop_guess"}`)
		if code == 429 {
			break
		}
		if code != 401 || i > 20 {
			t.Fatalf("guess %d: %d", i, code)
		}
	}
	if code, _ := c.call(http.DefaultClient, "POST", signIn, `{"token":"`+c.tokens["bob"]+`"}`); code != 201 {
		t.Errorf("guesses of others lock an operator out: %d", code)
	}
}

func TestTheConsoleAnswersWithoutASiteInUse(t *testing.T) {
	c := newConsole(t, 0)
	for _, site := range c.node.Fleet.All() {
		if err := c.node.Fleet.SetState(as("test"), site.ID, fleet.Suspended, "test"); err != nil {
			t.Fatal(err)
		}
	}
	c.do("ann", "GET", "/overview", "", 200, nil)
	if code, body := c.call(http.DefaultClient, "GET", "/console/fleet", ""); code != 200 {
		t.Errorf("%d %s", code, body)
	}
	for _, method := range []string{"GET", "POST"} {
		if code, body := c.call(http.DefaultClient, method, "/platform/v1/stes", ""); code != 404 || !strings.Contains(body, "no such operation") {
			t.Errorf("%s of what is not there: %d %s", method, code, body)
		}
	}
}

// TestR1EveryDestructiveOperationTakesOneKind gives every operation that changes something every other kind of identifier, and each path as well as each body.
func TestR1EveryDestructiveOperationTakesOneKind(t *testing.T) {
	c := newConsole(t, 2)
	p := c.plan(removeInsight)
	now := c.clock.Now()
	valid := map[string]string{
		"site": c.sites[0].ID.String(), "app": c.addons[0].ID.String(), "plan": p.ID.String(), "op": ids.New[ids.Operation](now).String(), "org": c.acme.Org.String(),
		"user": ids.New[ids.Account](now).String(), "report": ids.New[ids.Report](now).String(), "purge": ids.New[ids.Purge](now).String(), "contact": ids.New[ids.Contact](now).String(), "restore": ids.New[ids.Restore](now).String(), "job": ids.New[ids.Job](now).String(),
		"token": ids.New[ids.Token](now).String(), "slug": c.sites[0].Slug, "damaged": c.sites[0].ID.String()[:len(c.sites[0].ID.String())-1] + "!", "upper": strings.ToUpper(p.ID.String()), "star": "*", "blank": "%20",
	}
	bodies := []string{`{"reason":"a test"}`, `{"hash":"` + p.Hash + `"}`, `{"newest":true,"reason":"a test"}`, `{}`}
	tried := 0
	for _, op := range c.operations() {
		names := wildcards(op.path)
		if op.method == "GET" || len(names) == 0 {
			continue
		}
		for i, name := range names {
			for kind, wrong := range valid {
				if kind == pathKinds[name].prefix {
					continue
				}
				by := map[string]string{}
				for j, other := range names {
					by[other] = valid[pathKinds[other].prefix]
					if i == j {
						by[other] = wrong
					}
				}
				for _, body := range bodies {
					tried++
					if code, text := c.call(http.DefaultClient, op.method, consolePath+fill(op.path, by), body, bearer(c.tokens["bob"])...); code != 400 {
						t.Errorf("%s %s took a %s where a %s is meant: %d %s", op.method, op.path, kind, name, code, text)
					}
				}
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d calls were tried", tried)
	}
	if sites, addons := c.active(); sites != 2 || addons != 2 {
		t.Errorf("%d sites and %d add-ons are left active", sites, addons)
	}
	for _, wrong := range []string{valid["site"], valid["org"], valid["plan"]} {
		c.do("ann", "POST", "/plans", quoted(map[string]string{"source": "name: n\nreason: r\naction: {kind: deactivate-addon}\ntargets: {kind: addon, ids: [" + wrong + "]}\n"}), 400, nil)
	}
}

// TestR5NothingIsDoneForABlank sends every operation that changes something what says nothing.
func TestR5NothingIsDoneForABlank(t *testing.T) {
	c := newConsole(t, 1)
	site := "/sites/" + c.sites[0].ID.String()
	for _, try := range [][2]string{{site + "/suspend", `{}`}, {site + "/suspend", `{"reason":"  "}`}, {site + "/suspend", ``}, {site + "/restores", `{"reason":"x"}`},
		{site + "/restores", `{"newest":true}`}, {site + "/restores", `{"newest":true,"commit":1,"reason":"x"}`}, {site + "/restores", `{"at":"yesterday","reason":"x"}`},
		{site + "/restores", `{"newest":true,"reason":"x","force":true}`}, {"/plans", `{"source":""}`}, {"/plans", `{}`}, {"/freeze", `{}`}, {site + "/contacts", `{"name":"x","email":"no","role":""}`},
		{site + "/tombstone", `{"reason":" "}`}, {site + "/purge", `{"kind":"end of contract"}`}, {"/restores", `{"sites":[],"newest":true,"reason":"x"}`}, {"/restores", `{"newest":true,"reason":"x"}`},
		{"/restores", `{"sites":["` + c.sites[0].ID.String() + `"],"reason":"x"}`}, {"/restores", `{"sites":["` + c.sites[0].ID.String() + `"],"newest":true}`},
		{"/restores", `{"sites":["` + c.sites[0].ID.String() + `","` + c.sites[0].ID.String() + `"],"newest":true,"reason":"x"}`}, {"/restores", `{"sites":["` + c.acme.Org.String() + `"],"newest":true,"reason":"x"}`},
		{"/restores/preview", `{"sites":[]}`}, {"/incidents/updates", `{"text":"x"}`}, {"/incidents/updates", `{"text":"x","all":true,"org":"` + c.acme.Org.String() + `"}`}} {
		c.do("ann", "POST", try[0], try[1], 400, nil)
	}
	if sites, _ := c.active(); sites != 1 {
		t.Error("a site was touched")
	}
	text := c.do("ann", "POST", "/plans", quoted(map[string]string{"source": "action: {kind: deactivate-addon}\ntargets: {kind: addon}"}), 400, nil)
	for _, wrong := range []string{"name:", "reason:", "targets:"} {
		if !strings.Contains(text, wrong) {
			t.Errorf("the answer does not say what is wrong with %s %s", wrong, text)
		}
	}
}

func (c *console) awaitPlan(id string, states ...string) (p planInfo) {
	c.t.Helper()
	for range 400 {
		c.do("ann", "GET", "/plans/"+id, "", 200, &p)
		if slices.Contains(states, p.State) && (p.Run == nil || !p.Run.Running) {
			return p
		}
		time.Sleep(10 * time.Millisecond)
	}
	c.t.Fatalf("the plan is %s, not %v: %+v", p.State, states, p.Run)
	return p
}

func TestR7APlanThroughTheConsole(t *testing.T) {
	c := newConsole(t, 12)
	var p planInfo
	c.do("ann", "POST", "/plans", quoted(map[string]string{"source": removeInsight}), 201, &p)
	if p.Radius.Targets != 12 || len(p.Waves) != 3 || len(p.Customers) != 1 || p.Customers[0].Name != "acme" {
		t.Fatalf("%+v", p)
	}
	path, hash := "/plans/"+p.ID.String(), quoted(map[string]string{"hash": p.Hash})
	var page targetPage
	c.do("bob", "GET", path+"/targets?limit=5&cursor=3", "", 200, &page)
	if page.Total != 12 || len(page.Targets) != 5 || page.Targets[0].Position != 3 || page.Next != "8" || page.Targets[0].After.State["addon"] != "deactivated" {
		t.Errorf("%+v", page)
	}
	c.do("bob", "POST", path+"/apply", hash, 409, nil)                      // not approved
	c.do("ann", "POST", path+"/approve", hash, 403, nil)                    // one's own
	c.do("bob", "POST", path+"/approve", `{"hash":"of another"}`, 409, nil) // not what was looked at
	c.do("bob", "POST", path+"/approve", hash, 200, nil)                    //
	c.do("ann", "POST", path+"/apply", `{"hash":"of another"}`, 409, nil)   // not what was approved
	c.do("ann", "POST", "/freeze", `{"reason":"wait a moment"}`, 200, nil)  //
	c.do("ann", "POST", path+"/apply", hash, 503, nil)                      // frozen
	c.do("bob", "POST", "/thaw", ``, 200, nil)                              //
	c.do("ann", "POST", path+"/apply", hash, http.StatusAccepted, nil)      //
	if p = c.awaitPlan(p.ID.String(), maintenance.Done); p.States[maintenance.Applied] != 12 {
		t.Fatalf("%+v", p)
	}
	c.do("ann", "POST", path+"/apply", hash, 409, nil) // used up
	c.do("bob", "POST", path+"/undo", `{}`, http.StatusAccepted, nil)
	c.awaitPlan(p.ID.String(), maintenance.Undone)
	if sites, addons := c.active(); sites != 12 || addons != 12 {
		t.Errorf("%d sites, %d add-ons", sites, addons)
	}
	if text := c.do("ann", "GET", path+"/stream", "", 200, nil); !strings.Contains(text, "event: end") {
		t.Errorf("%s", text)
	}
	var list planPage
	c.do("ann", "GET", "/plans", "", 200, &list)
	if len(list.Plans) != 1 || list.Plans[0].State != maintenance.Undone {
		t.Errorf("%+v", list)
	}
}

func TestADestroyedSiteComesBackThroughTheConsole(t *testing.T) {
	c := newConsole(t, 2)
	site, path := c.sites[0], "/sites/"+c.sites[0].ID.String()
	var roots lossreport.Roots
	c.do("ann", "GET", path+"/roots.json", "", 200, &roots)
	if err := (&drill{n: c.node}).destroy(t.Context(), site); err != nil {
		t.Fatal(err)
	}
	var list sitePage
	c.do("ann", "GET", "/sites?health=missing", "", 200, &list)
	if list.Total != 1 || list.Sites[0].ID != site.ID || list.Sites[0].Volumes[0].Present || list.Sites[0].Volumes[0].Head == 0 {
		t.Fatalf("%+v", list)
	}
	var preview sitePreview
	c.do("ann", "POST", path+"/preview", `{"newest":true}`, 200, &preview)
	if len(preview.Presence) != 1 || preview.Presence[0].Present || preview.LostCommits != 0 || preview.Volumes[0].To == 0 {
		t.Errorf("%+v", preview)
	}
	var begun restoreBegun
	c.do("ann", "POST", path+"/restores", `{"newest":true,"reason":"its files are gone"}`, http.StatusAccepted, &begun)
	row := c.awaitRestore(path, begun)
	if row.By != "operator:ann" || len(row.Volumes) != 1 || row.Volumes[0].Digest == "" || row.Undoable {
		t.Errorf("%+v", row)
	}
	var kept keptReport
	var report lossreport.Report
	c.do("bob", "POST", fmt.Sprintf("%s/restores/%s/report", path, begun.Operation), quoted(map[string]any{"roots": roots}), 201, &kept)
	c.do("bob", "GET", fmt.Sprintf("/reports/%s/report.json", kept.ID), "", 200, &report)
	if err := lossreport.Verify(report, &roots); err != nil || report.Totals.CommitsGone != 0 || report.Totals.RowsBack == 0 || !kept.True || kept.By != "operator:bob" {
		t.Errorf("%v %+v %+v", err, report.Totals, kept)
	}
	html := c.do("bob", "GET", fmt.Sprintf("%s/restores/%s/report.html", path, begun.Operation), "", 200, nil)
	if again, err := lossreport.Parse([]byte(html)); err != nil || lossreport.Verify(again, nil) != nil {
		t.Errorf("the page does not carry the report: %v", err)
	}
	other := roots
	other.Slug = "another"
	c.do("bob", "POST", fmt.Sprintf("%s/restores/%s/report", path, begun.Operation), quoted(map[string]any{"roots": other}), 400, nil)
	var full siteInfoFull
	c.do("ann", "GET", path, "", 200, &full)
	if full.LastProven == nil || full.LastProven.Operation != begun.Operation || len(full.Missing) != 0 {
		t.Errorf("%+v", full)
	}
}

func (c *console) awaitRestore(path string, begun restoreBegun) (row restoreRow) {
	c.t.Helper()
	for range 600 {
		c.do("ann", "GET", path+"/restores/"+begun.Operation.String(), "", 200, &row)
		if row.State == "done" {
			return row
		}
		if row.State == "failed" {
			c.t.Fatal(row.Error)
		}
		time.Sleep(10 * time.Millisecond)
	}
	c.t.Fatalf("%+v", row)
	return row
}

func TestRestoreToAnInstantAndUndo(t *testing.T) {
	c := newConsole(t, 1)
	path, auth := "/sites/"+c.acme.ID.String(), bearer(c.token["acme"])
	project := func(key string) {
		if code, body := c.call(http.DefaultClient, "POST", "/s/acme/rest/api/3/project", `{"key":"`+key+`","name":"`+key+`","projectTypeKey":"software"}`, auth...); code != 201 {
			t.Fatal(body)
		}
		c.clock.Advance(time.Minute)
	}
	project("KEPT")
	at := c.clock.Now().Add(-30 * time.Second).UTC().Format(time.RFC3339Nano)
	project("LOST")
	var preview sitePreview
	c.do("ann", "POST", path+"/preview", `{"at":"`+at+`"}`, 200, &preview)
	if preview.Removed == 0 || len(preview.Presence) != 3 || preview.LostCommits == 0 || preview.Items[0].Op == "" {
		t.Errorf("%+v", preview)
	}
	var begun restoreBegun
	c.do("ann", "POST", path+"/restores", `{"at":"`+at+`","reason":"a customer asks for a minute ago"}`, http.StatusAccepted, &begun)
	c.awaitRestore(path, begun)
	lost := func() int {
		code, _ := c.call(http.DefaultClient, "GET", "/s/acme/rest/api/3/project/LOST", "", auth...)
		return code
	}
	if code := lost(); code != 404 {
		t.Errorf("after the restore: %d", code)
	}
	c.do("ann", "POST", path+"/restores/"+ids.New[ids.Operation](c.clock.Now()).String()+"/undo", `{}`, 409, nil)
	var undone restoreBegun
	c.do("ann", "POST", path+"/restores/"+begun.Operation.String()+"/undo", `{}`, http.StatusAccepted, &undone)
	c.awaitRestore(path, undone)
	if code := lost(); code != 200 {
		t.Errorf("after the undo: %d", code)
	}
	var diff SiteDiff
	c.do("ann", "GET", path+"/diff?from="+at+"&to="+c.clock.Now().UTC().Format(time.RFC3339Nano), "", 200, &diff)
	if diff.Added == 0 || diff.Removed != 0 {
		t.Errorf("%+v", diff)
	}
	c.do("ann", "GET", path+"/diff?from="+at, "", 400, nil)
	var ledger ledgerPage
	c.do("ann", "GET", path+"/timeline?limit=2", "", 200, &ledger)
	if len(ledger.Operations) != 2 || ledger.Next == "" || ledger.Operations[0].Customer != "acme" {
		t.Errorf("%+v", ledger)
	}
	c.do("ann", "GET", "/ledger?limit=2&cursor="+ledger.Next, "", 200, &ledger)
}
