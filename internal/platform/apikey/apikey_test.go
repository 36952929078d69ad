package apikey

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/ids"
)

func TestAKeyNamesItsSiteAndKind(t *testing.T) {
	site := ids.New[ids.Site](time.Unix(1, 0))
	key := New("oncall", site)
	if got, err := Site("oncall", key); err != nil || got != site {
		t.Fatalf("%v %v", got, err)
	}
	for _, wrong := range []string{"", "oncall", New("status", site), strings.Replace(key, key[7:9], "zz", 1), key + "-x"} {
		if got, err := Site("oncall", wrong); err == nil {
			t.Errorf("%q is for %s", wrong, got)
		}
	}
	r := httptest.NewRequest("POST", "/v2/alerts", nil)
	r.Header.Set("Authorization", "GenieKey "+key)
	if got, ok := SiteOf(r); !ok || got != site {
		t.Fatal(got, ok)
	}
	if got, ok := SiteOf(httptest.NewRequest("POST", "/v1/incoming/grafana?apiKey="+key, nil)); !ok || got != site {
		t.Fatal(got, ok)
	}
	if _, ok := SiteOf(httptest.NewRequest("GET", "/", nil)); ok {
		t.Fatal("a request without a key has a site")
	}
}
