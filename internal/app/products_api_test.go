package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

type productsAnswer struct {
	Products []productInfo `json:"products"`
}

func (w *town) products(body string) (int, map[string]productInfo, string) {
	w.t.Helper()
	method := "GET"
	if body != "" {
		method = "PUT"
	}
	code, text := w.call(http.DefaultClient, method, "/s/acme/api/products", body, bearer(w.token["acme"])...)
	var a productsAnswer
	_ = json.Unmarshal([]byte(text), &a)
	out := map[string]productInfo{}
	for _, p := range a.Products {
		out[p.Name] = p
	}
	return code, out, text
}

func TestAProductSwitchedOffKeepsWhatItHolds(t *testing.T) {
	w := newTown(t)
	auth := bearer(w.token["acme"])
	if code, body := w.call(http.DefaultClient, "POST", "/s/acme/v2/alerts", `{"message":"Pump stands"}`, auth...); code != 202 && code != 401 && code != 403 {
		t.Fatalf("%d %s", code, body)
	}
	code, before, text := w.products("")
	if code != 200 || len(before) != 4 {
		t.Fatalf("%d %s", code, text)
	}
	for name, p := range before {
		if !p.On || !p.Made || p.Bytes == 0 || len(p.Counts) == 0 {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if got := before["wiki"].Shares; len(got) != 1 || got[0] != "tracker" {
		t.Errorf("the wiki shares its volume with %v", got)
	}

	code, off, text := w.products(`{"products":["tracker","wiki","status"]}`)
	if code != 200 || off["oncall"].On || !off["oncall"].Made || !off["wiki"].On {
		t.Fatalf("%d %s", code, text)
	}
	if code, body := w.call(http.DefaultClient, "GET", "/s/acme/api/oncall/alerts", "", auth...); code != 404 {
		t.Errorf("pages of a product that is off: %d %s", code, body)
	}
	if _, body := w.call(http.DefaultClient, "GET", "/s/acme/api/session", "", auth...); strings.Contains(body, `"oncall"`) {
		t.Errorf("the session still has it: %s", body)
	}

	code, on, text := w.products(`{"products":["tracker","wiki","oncall","status"]}`)
	if code != 200 || !on["oncall"].On {
		t.Fatalf("%d %s", code, text)
	}
	for i, c := range before["oncall"].Counts {
		if on["oncall"].Counts[i] != c {
			t.Errorf("before %v, after %v", c, on["oncall"].Counts[i])
		}
	}
	if code, body := w.call(http.DefaultClient, "GET", "/s/acme/api/oncall/alerts", "", auth...); code != 200 {
		t.Errorf("switched on again: %d %s", code, body)
	}
}

func TestProductsRefuseNonsense(t *testing.T) {
	w := newTown(t)
	for _, body := range []string{`{"products":[]}`, `{"products":["tracker","payroll"]}`, `{"products":"tracker"}`, `{}`} {
		if code, _, text := w.products(body); code != 400 {
			t.Errorf("%s: %d %s", body, code, text)
		}
	}
	if code, _ := w.call(http.DefaultClient, "GET", "/s/acme/api/products", ""); code != 401 {
		t.Errorf("nobody: %d", code)
	}
	if code, _ := w.call(http.DefaultClient, "GET", "/s/acme/api/products", "", bearer(w.token["other"])...); code != 401 && code != 403 {
		t.Errorf("another company: %d", code)
	}
	if _, after, _ := w.products(""); len(after) != 4 || !after["tracker"].On {
		t.Errorf("something changed: %v", after)
	}
}
