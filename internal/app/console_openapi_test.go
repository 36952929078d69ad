package app

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// apiDescription is the document as the server gives it, with a validator of answers.
type apiDescription struct {
	t        *testing.T
	compiler *jsonschema.Compiler
	paths    map[string]map[string]struct {
		OperationID string                     `json:"operationId"`
		Responses   map[string]json.RawMessage `json:"responses"`
		RequestBody json.RawMessage            `json:"requestBody"`
	}
}

func newDescribed(c *console) *apiDescription {
	text := c.do("ann", "GET", "/openapi.json", "", 200, nil)
	d := &apiDescription{t: c.t, compiler: jsonschema.NewCompiler()}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	d.compiler.AssertFormat()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err == nil {
		err = d.compiler.AddResource("openapi.json", doc)
	}
	var whole struct{ Paths json.RawMessage }
	if err == nil {
		err = json.Unmarshal([]byte(text), &whole)
	}
	if err == nil {
		err = json.Unmarshal(whole.Paths, &d.paths)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return d
}

// check compares an answer with what is said of it.
func (d *apiDescription) check(op operation, code int, body string) {
	d.t.Helper()
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	status, media := strconv.Itoa(code), "application~1json"
	if code < 400 && code != op.status {
		d.t.Errorf("%s %s answers %d and is described with %d", op.method, op.path, code, op.status)
		return
	}
	switch {
	case code >= 400:
		status, media = "default", "application~1problem+json"
	case op.media != "" || op.out == nil:
		return
	}
	where := "openapi.json#/paths/" + escape.Replace(consolePath+op.path) + "/" + strings.ToLower(op.method) + "/responses/" + status + "/content/" + media + "/schema"
	schema, err := d.compiler.Compile(where)
	if err != nil {
		d.t.Fatalf("%s: %v", where, err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err == nil {
		err = schema.Validate(v)
	}
	if err != nil {
		d.t.Errorf("%s %s (%d) is not as described: %v\n%.500s", op.method, op.path, code, err, body)
	}
}

// TestTheDescriptionIsWhole: every operation of the platform is described, and nothing else is.
func TestTheDescriptionIsWhole(t *testing.T) {
	c := newConsole(t, 0)
	d := newDescribed(c)
	s, err := NewServer(c.node)
	if err != nil {
		t.Fatal(err)
	}
	served, ids := 0, map[string]bool{}
	for _, r := range s.Routes() {
		if !strings.HasPrefix(r.Path, "/platform/") {
			continue
		}
		served++
		op, ok := d.paths[r.Path][strings.ToLower(r.Method)]
		if !ok || op.OperationID == "" || ids[op.OperationID] {
			t.Errorf("%s %s is not described, or not by a name of its own: %q", r.Method, r.Path, op.OperationID)
		}
		if r.Auth != s.operators {
			t.Errorf("%s %s is not guarded by the operators' proof", r.Method, r.Path)
		}
		ids[op.OperationID] = true
	}
	all := 0
	for _, methods := range d.paths {
		all += len(methods)
	}
	if all != served || served < 35 {
		t.Errorf("%d operations are described, %d are served", all, served)
	}
}

// TestAnswersAreAsDescribed works through the API and compares every answer, good or bad, with the description.
func TestAnswersAreAsDescribed(t *testing.T) {
	c := newConsole(t, 3)
	d := newDescribed(c)
	ops := map[string]operation{}
	for _, op := range c.operations() {
		ops[op.id] = op
	}
	by := map[string]string{"site": c.sites[0].ID.String(), "addon": c.addons[0].ID.String()}
	good := map[string]bool{}
	query := map[string]string{"compareSite": "?from=2026-04-05T07:38:00Z&to=2026-04-05T07:40:00Z"}
	ask := func(who, id, body string) string {
		op, ok := ops[id]
		if !ok {
			t.Fatalf("there is no operation %s", id)
		}
		c.clock.Advance(100 * time.Millisecond) // segments of the vault are named by the clock
		code, text := c.call(http.DefaultClient, op.method, consolePath+fill(op.path, by)+query[id], body, bearer(c.tokens[who])...)
		d.check(op, code, text)
		good[id] = good[id] || code < 300
		return text
	}
	field := func(text, name string) string {
		var v map[string]any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		s, _ := v[name].(string)
		return s
	}
	if code, text := c.call(http.DefaultClient, "POST", consolePath+"/session", `{"token":"`+c.tokens["ann"]+`"}`); code == 201 {
		d.check(ops["signIn"], code, text)
		good["signIn"] = true
	}
	reason := `{"reason":"a test of the description"}`
	created := ask("ann", "createPlan", quoted(map[string]string{"source": removeInsight}))
	by["plan"] = field(created, "id")
	hash := quoted(map[string]string{"hash": field(created, "hash")})
	ask("ann", "createPlan", `{"source":"name: x"}`)
	ask("ann", "breakglass", reason) // nobody can be told
	ask("bob", "approvePlan", hash)
	for _, id := range []string{"me", "signOut", "listOperators", "overview", "openapi", "listSites", "getSite", "siteTimeline", "listAddons", "getAddon", "listContacts", "ledger", "getCaps", "getFreeze",
		"findings", "listPlans", "getPlan", "planTargets", "siteHistory", "siteRoots", "listRestores", "compareSite"} {
		ask("ann", id, "")
	}
	ask("ann", "addContact", `{"name":"Cara","email":"cara@acme.example","role":"owner"}`)
	ask("ann", "listContacts", "")
	ask("ann", "setTakeout", quoted(map[string]string{"to": t.TempDir()}))
	ask("ann", "getTakeout", "")
	ask("ann", "endTakeout", "")
	ask("ann", "setCaps", `{"run":10,"hour":20,"cell":20,"operator":20}`)
	ask("ann", "setCaps", `{"run":0,"hour":20,"cell":20,"operator":20}`)
	ask("ann", "freeze", reason)
	ask("ann", "thaw", "")
	ask("ann", "applyPlan", hash)
	c.awaitPlan(by["plan"], "done")
	ask("ann", "pausePlan", reason)
	ask("ann", "abortPlan", reason)
	ask("ann", "getPlan", "")
	ask("ann", "undoPlan", `{}`)
	c.awaitPlan(by["plan"], "undone")
	ask("ann", "streamPlan", "")
	ask("ann", "suspendSite", reason)
	ask("ann", "resumeSite", reason)
	ask("ann", "previewRestore", `{"commit":1}`)
	var begun restoreBegun
	if err := json.Unmarshal([]byte(ask("ann", "startRestore", `{"commit":2,"reason":"a test"}`)), &begun); err != nil {
		t.Fatal(err)
	}
	by["operation"] = begun.Operation.String()
	c.awaitRestore("/sites/"+by["site"], begun)
	for _, id := range []string{"getRestore", "listRestores", "getSite", "siteTimeline", "ledger", "overview", "downloadReport", "downloadReportPage"} {
		ask("ann", id, "")
	}
	by["report"] = field(ask("ann", "createReport", `{}`), "id")
	if err := json.Unmarshal([]byte(ask("ann", "undoRestore", `{}`)), &begun); err != nil {
		t.Fatal(err)
	}
	c.awaitRestore("/sites/"+by["site"], begun)
	c.askAboutAssurance(ask, by)
	for id := range ops {
		if !good[id] && !slices.Contains([]string{"breakglass", "pausePlan", "abortPlan", "pauseFleetRestore", "continueFleetRestore"}, id) { // these were refused, as described
			t.Errorf("no good answer of %s was looked at", id)
		}
	}
}
