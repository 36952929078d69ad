package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/access/role"
)

func (w *town) ask(token, method, path, body string) map[string]any {
	w.t.Helper()
	code, text := w.call(http.DefaultClient, method, "/s/acme"+path, body, bearer(token)...)
	if code >= 300 {
		w.t.Fatalf("%s %s: %d %s", method, path, code, text)
	}
	out := map[string]any{}
	_ = json.Unmarshal([]byte(text), &out)
	return out
}

func (w *town) smartLink(token, address string) (int, smartLink) {
	w.t.Helper()
	code, text := w.call(http.DefaultClient, "GET", "/s/acme/api/smartlink?url="+url.QueryEscape(address), "", bearer(token)...)
	var l smartLink
	_ = json.Unmarshal([]byte(text), &l)
	return code, l
}

func TestSmartLinksLeadToEveryProduct(t *testing.T) {
	w := newTown(t)
	ann := w.token["acme"]
	w.ask(ann, "POST", "/rest/api/3/project", `{"key":"APP","name":"Orchard","projectTypeKey":"software"}`)
	w.ask(ann, "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"APP"},"issuetype":{"name":"Task"},"summary":"Oil the pump"}}`)
	space := w.ask(ann, "POST", "/wiki/api/v2/spaces", `{"key":"ORC","name":"Handbook"}`)
	page := w.ask(ann, "POST", "/wiki/api/v2/pages", fmt.Sprintf(`{"spaceId":%q,"status":"current","title":"Pumps","body":{"representation":"storage","value":"<p>All about pumps</p>"}}`, space["id"]))
	pageID := page["id"].(string)
	w.ask(ann, "POST", "/v2/alerts", `{"message":"Pump stands","priority":"P1"}`)
	alerts := w.ask(ann, "GET", "/api/oncall/alerts?query=message:Pump", "")["alerts"].([]any)
	alertID := alerts[0].(map[string]any)["id"].(string)
	statusPage := w.ask(ann, "GET", "/api/status/pages", "")["pages"].([]any)[0].(map[string]any)["id"].(string)
	incident := w.ask(ann, "POST", "/v1/pages/"+statusPage+"/incidents", `{"incident":{"name":"No water","status":"investigating"}}`)
	incidentID := incident["id"].(string)

	base := w.http.URL + "/s/acme"
	for address, want := range map[string]smartLink{
		base + "/browse/APP-1":                                        {Title: "Oil the pump", Kind: "issue", Product: "tracker", Key: "APP-1"},
		"/browse/app-1?focusedCommentId=3":                            {Title: "Oil the pump", Kind: "issue", Product: "tracker", Key: "APP-1"},
		"/s/acme/browse/APP-1":                                        {Title: "Oil the pump", Kind: "issue", Product: "tracker", Key: "APP-1"},
		base + "/projects/APP/board":                                  {Title: "Orchard", Kind: "project", Product: "tracker", Key: "APP"},
		base + "/wiki/spaces/ORC/pages/" + pageID + "/Pumps":          {Title: "Pumps", Kind: "page", Product: "wiki", Key: "ORC"},
		base + "/wiki/pages/viewpage.action?pageId=" + pageID:         {Title: "Pumps", Kind: "page", Product: "wiki", Key: "ORC"},
		base + "/wiki/x/" + pageID:                                    {Title: "Pumps", Kind: "page", Product: "wiki", Key: "ORC"},
		base + "/wiki/spaces/ORC":                                     {Title: "Handbook", Kind: "space", Product: "wiki", Key: "ORC"},
		base + "/wiki/display/ORC":                                    {Title: "Handbook", Kind: "space", Product: "wiki", Key: "ORC"},
		base + "/oncall/alerts/" + alertID:                            {Title: "Pump stands", Kind: "alert", Product: "oncall", Key: "#1"},
		base + "/statuspages/incidents/" + incidentID:                 {Title: "No water", Kind: "incident", Product: "status"},
		base + "/status/incidents/" + incidentID + "/":                {Title: "No water", Kind: "incident", Product: "status"},
		base + "/status/p/" + statusPage + "/incidents/" + incidentID: {Title: "No water", Kind: "incident", Product: "status"},
	} {
		code, got := w.smartLink(ann, address)
		if code != 200 || got.Title != want.Title || got.Kind != want.Kind || got.Product != want.Product || got.Key != want.Key || got.URL != address {
			t.Errorf("%s: %d %+v, want %+v", address, code, got, want)
		}
		if (got.Kind == "issue" || got.Kind == "alert" || got.Kind == "incident") && (got.Status == nil || got.Status.Text == "" || got.Status.Colour == "") {
			t.Errorf("%s: the state is %+v", address, got.Status)
		}
	}
	for _, address := range []string{"", "nonsense", "https://example.com/browse/APP-1", "/browse/APP-99", "/browse", "/wiki", "/wiki/spaces/NO", "/wiki/x/!!", "/oncall/alerts/none", "/oncall/alerts",
		"/status/p", "/status/p/none/incidents/x", "/statuspages/incidents/none", "//evil.example/browse/APP-1", base + "x/browse/APP-1", "/s/other/browse/APP-1", "%zz", "javascript:alert(1)"} {
		if code, got := w.smartLink(ann, address); code != 404 {
			t.Errorf("%q: %d %+v", address, code, got)
		}
	}

	code, text := w.call(http.DefaultClient, "POST", "/s/acme/api/smartlinks", `{"urls":["/browse/APP-1","/browse/APP-99","/oncall/alerts/`+alertID+`"]}`, bearer(ann)...)
	var batch struct{ Links []*smartLink }
	if err := json.Unmarshal([]byte(text), &batch); err != nil || code != 200 || len(batch.Links) != 3 || batch.Links[0] == nil || batch.Links[1] != nil || batch.Links[2].Kind != "alert" {
		t.Errorf("%d %s", code, text)
	}
	if code, _ := w.call(http.DefaultClient, "POST", "/s/acme/api/smartlinks", `{"urls":["`+"/a"+`"]}`); code != 401 {
		t.Errorf("nobody: %d", code)
	}

	t.Run("what one may not see looks like what does not exist", func(t *testing.T) {
		ctx := identity.AsSystem(context.Background(), "test")
		who, err := w.node.products.access.CreateAccount(ctx, w.acme.Org, access.NewPerson{Email: "ben@acme.example", Name: "Ben", Password: testPassword})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.node.products.access.SetRole(ctx, w.acme.Org, w.acme.ID, who, role.Member); err != nil {
			t.Fatal(err)
		}
		ben, err := w.node.products.access.CreateToken(ctx, w.acme.Org, "ben@acme.example", "test", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if code, got := w.smartLink(ben, "/wiki/x/"+pageID); code != 200 {
			t.Fatalf("%d %+v", code, got)
		}
		me := w.ask(ann, "GET", "/rest/api/3/myself", "")["accountId"].(string)
		w.ask(ann, "PUT", "/wiki/rest/api/content/"+pageID+"/restriction", fmt.Sprintf(`[{"operation":"read","restrictions":{"user":[{"type":"known","accountId":%q}],"group":[]}}]`, me))
		if code, got := w.smartLink(ben, "/wiki/x/"+pageID); code != 404 {
			t.Errorf("a page that is restricted to Ann: %d %+v", code, got)
		}
		if code, _ := w.smartLink(ann, "/wiki/x/"+pageID); code != 200 {
			t.Errorf("Ann herself: %d", code)
		}
	})

	t.Run("an issue made from an alert links both ways", func(t *testing.T) {
		made := w.ask(ann, "POST", "/api/oncall/alerts/"+alertID+"/issue", `{"project":"APP","issueType":"Task"}`)
		_, text := w.call(http.DefaultClient, "GET", "/s/acme/rest/api/3/issue/"+made["key"].(string)+"/remotelink", "", bearer(ann)...)
		var links []struct {
			Object struct{ URL, Title string } `json:"object"`
		}
		if err := json.Unmarshal([]byte(text), &links); err != nil || len(links) != 1 || links[0].Object.URL != base+"/oncall/alerts/"+alertID {
			t.Fatalf("the issue: %s", text)
		}
		if code, got := w.smartLink(ann, links[0].Object.URL); code != 200 || got.Kind != "alert" {
			t.Errorf("back: %d %+v", code, got)
		}
	})

	t.Run("a product that is off leads nowhere", func(t *testing.T) {
		w.products(`{"products":["tracker","oncall","status"]}`)
		if code, _ := w.smartLink(ann, "/wiki/spaces/ORC"); code != 404 {
			t.Errorf("%d", code)
		}
		if code, _ := w.smartLink(ann, "/browse/APP-1"); code != 200 {
			t.Errorf("%d", code)
		}
	})
}
