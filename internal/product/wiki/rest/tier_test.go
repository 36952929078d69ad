package rest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// TestSearchThatIsNotRankedComesInTiers: more words than ranking looks at; those with all of them in the title come first, newest first, and pages
// of any size give everything once.
func TestSearchThatIsNotRankedComesInTiers(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"DEV","name":"Dev"}`)
		const text = "one two three four five six seven"
		var titled, others []string
		for i := range 7 {
			title, body := fmt.Sprintf("Page %d", i), text
			if i%3 == 1 {
				title, body = fmt.Sprintf("%s %d", text, i), "nothing"
				titled = append([]string{title}, titled...)
			} else {
				others = append([]string{title}, others...)
			}
			s.must("ann", "POST", "/wiki/rest/api/content", `{"type":"page","title":"`+title+`","space":{"key":"DEV"},"body":`+storageBody("<p>"+body+"</p>")+`}`)
		}
		s.must("ann", "POST", "/wiki/rest/api/content", `{"type":"page","title":"Other","space":{"key":"DEV"},"body":`+storageBody("<p>one two three</p>")+`}`)
		want := strings.Join(append(titled, others...), ",")
		for _, query := range []string{`text ~ "` + text + `" and type = page`, `(title ~ "` + text + `" or type = page) and text ~ "` + text + `"`} {
			for n := 1; n <= 8; n++ {
				var got []string
				path := fmt.Sprintf("/rest/api/content/search?limit=%d&cql=%s", n, url.QueryEscape(query))
				for path != "" {
					page := s.must("bob", "GET", "/wiki"+path, "")
					if page["totalSize"] != 7.0 {
						t.Fatalf("total %v", page["totalSize"])
					}
					for _, x := range page["results"].([]any) {
						got = append(got, x.(map[string]any)["title"].(string))
					}
					path, _ = page["_links"].(map[string]any)["next"].(string)
				}
				if strings.Join(got, ",") != want {
					t.Errorf("%s in pages of %d: %s\nwant %s", query, n, strings.Join(got, ","), want)
				}
			}
			for start := range 8 {
				page := s.must("bob", "GET", fmt.Sprintf("/wiki/rest/api/content/search?limit=2&start=%d&cql=%s", start, url.QueryEscape(query)), "")
				var got []string
				for _, x := range page["results"].([]any) {
					got = append(got, x.(map[string]any)["title"].(string))
				}
				all := strings.Split(want, ",")
				if w := strings.Join(all[min(start, 7):min(start+2, 7)], ","); strings.Join(got, ",") != w {
					t.Errorf("after %d: %v, want %s", start, got, w)
				}
			}
		}
		s.want("bob", "GET", "/wiki/rest/api/content/search?cursor=tx&cql="+url.QueryEscape(`text ~ "one"`), "", 400, "cursor")
		s.want("bob", "GET", "/wiki/rest/api/content/search?cql="+url.QueryEscape(`title ~ "seven six five four three two one"`), "", 200, `"totalSize":2`)
	})
}

// TestSuggestionsComeBestFirst: what starts like what was typed, then what starts like its first word, then what has such words.
func TestSuggestionsComeBestFirst(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"DEV","name":"Dev"}`)
		for _, title := range []string{"Great plan", "Plan", "Planning of a great year", "Plan great", "Planet of greatness", "Gré plane"} {
			s.must("ann", "POST", "/wiki/rest/api/content", `{"type":"page","title":"`+title+`","space":{"key":"DEV"},"body":`+storageBody("<p>x</p>")+`}`)
		}
		for q, want := range map[string]string{"plan gre": "Plan great,Planet of greatness,Planning of a great year,Gré plane,Great plan", "pl": "Plan,Plan great,Planet of greatness,Planning of a great year,Gré plane,Great plan",
			"Plan": "Plan,Plan great,Planet of greatness,Planning of a great year,Gré plane,Great plan", "gr": "Gré plane,Great plan,Planet of greatness,Plan great,Planning of a great year", "year of": "Planning of a great year", "zz": ""} {
			var got []string
			for _, x := range s.must("bob", "GET", "/api/wiki/suggest?space=DEV&q="+url.QueryEscape(q), "")["pages"].([]any) {
				got = append(got, x.(map[string]any)["title"].(string))
			}
			if strings.Join(got, ",") != want {
				t.Errorf("%s gives %s, want %s", q, strings.Join(got, ","), want)
			}
		}
	})
}
