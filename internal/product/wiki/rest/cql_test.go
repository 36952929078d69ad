package rest_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// TestCQLFindsWhatItSays is a table of queries over one small wiki, on both engines.
func TestCQLFindsWhatItSays(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"DEV","name":"Développement"}`)
		s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"OPS","name":"Operations"}`)
		create := func(who, kind, space, title, body string, more string) string {
			return s.must(who, "POST", "/wiki/rest/api/content", `{"type":"`+kind+`","title":"`+title+`","space":{"key":"`+space+`"},"body":`+storageBody(body)+more+`}`)["id"].(string)
		}
		plan := create("ann", "page", "DEV", "Plan", `<p>The crème brûlée of com.example.Payment</p><ac:structured-macro ac:name="toc"/>`, "")
		sub := create("bob", "page", "DEV", "Sub plan", "<p>details of the plan</p>", `,"ancestors":[{"id":"`+plan+`"}]`)
		create("eve", "page", "OPS", "Runbook", `<p>call <ac:link><ri:user ri:account-id="`+s.account("bob")+`"/></ac:link></p>`, "")
		create("eve", "blogpost", "OPS", "News", "<p>we moved the brulee</p>", "")
		s.must("eve", "POST", "/wiki/rest/api/content/"+sub+"/label", `[{"name":"draft"},{"name":"team-a"}]`)
		s.must("eve", "POST", "/wiki/rest/api/content", `{"type":"comment","container":{"id":"`+plan+`","type":"page"},"body":`+storageBody("<p>what about payment?</p>")+`}`)
		if code, body := s.upload("ann", "POST", "/wiki/rest/api/content/"+plan+"/child/attachment", "budget.xlsx", "x"); code != 200 {
			t.Fatal(body)
		}
		s.must("bob", "POST", "/wiki/rest/api/user/watch/content/"+plan, "")
		s.must("bob", "PUT", "/wiki/rest/api/relation/favourite/from/user/current/to/content/"+sub, "")
		s.must("bob", "PUT", "/wiki/rest/api/relation/favourite/from/user/current/to/space/OPS", "")
		s.must("bob", "POST", "/api/wiki/pages/"+sub+"/seen", "")
		for query, want := range map[string]string{
			`space = DEV and type = page`:               "Développement Home,Plan,Sub plan",
			`space in (dev, "OPS") and type = blogpost`: "News",
			`space = NOPE`:                                   "",
			`text ~ "creme"`:                                 "Plan",
			`text ~ "brulee"`:                                "News,Plan",
			`text ~ "payment" and type = page`:               "Plan",
			`text ~ "example payment"`:                       "Plan",
			`text ~ "\"payment example\""`:                   "",
			`text ~ "brul*" and text !~ "moved"`:             "Plan",
			`text ~ "brulee OR runbook"`:                     "News,Plan,Runbook",
			`text ~ "plan -details"`:                         "Plan",
			`title ~ "plan"`:                                 "Plan,Sub plan",
			`title = "sub PLAN"`:                             "Sub plan",
			`title ~ budg*`:                                  "budget.xlsx",
			`type = attachment and container = ` + plan:      "budget.xlsx",
			`type = comment`:                                 "Re: Plan",
			`ancestor = ` + plan:                             "Sub plan",
			`parent = ` + plan:                               "Sub plan",
			`id = ` + plan:                                   "Plan",
			`label = draft`:                                  "Sub plan",
			`type = page and space = DEV and label != draft`: "Développement Home,Plan",
			`label in (draft, x) and label not in (y)`:       "Sub plan",
			`creator = currentUser() and type = page`:        "Sub plan",
			`creator = "eve@example.com" and type = page`:    "Runbook",
			`contributor = ` + s.account("eve") + ` and type = blogpost`:  "News",
			`mention = currentUser()`:                                     "Runbook",
			`watcher = currentUser() and title = Plan`:                    "Plan",
			`favourite = currentUser()`:                                   "Sub plan",
			`space in favouriteSpaces() and type = page`:                  "Operations Home,Runbook",
			`id in recentlyViewedContent(5)`:                              "Sub plan",
			`macro = toc`:                                                 "Plan",
			`space.title ~ "devel" and type = page and title ~ plan`:      "Plan,Sub plan",
			`space.type = global and type = blogpost`:                     "News",
			`type = page and created >= now("-1d") and title ~ plan`:      "Plan,Sub plan",
			`type = page and created < startOfDay() and title ~ plan`:     "",
			`type = page and created = 2026-03-02 and title ~ plan`:       "Plan,Sub plan",
			`type = page and lastmodified > "2026/03/02" and title~plan`:  "",
			`type = page and not space = DEV and not title ~ home`:        "Runbook",
			`(title ~ plan or title = News) and type in (page, blogpost)`: "News,Plan,Sub plan",
			`siteSearch ~ "runbook"`:                                      "Runbook",
		} {
			page := s.must("bob", "GET", "/wiki/rest/api/content/search?limit=50&cql="+url.QueryEscape(query), "")
			var titles []string
			for _, r := range page["results"].([]any) {
				titles = append(titles, r.(map[string]any)["title"].(string))
			}
			slices.Sort(titles)
			if got := strings.Join(titles, ","); got != want {
				t.Errorf("%s\n finds %q, want %q", query, got, want)
			}
			if total := int(page["totalSize"].(float64)); total != len(titles) {
				t.Errorf("%s counts %d and finds %d", query, total, len(titles))
			}
		}
		order := s.must("bob", "GET", "/wiki/rest/api/content/search?cql="+url.QueryEscape(`space = DEV and type = page order by title desc`), "")["results"].([]any)
		if order[0].(map[string]any)["title"] != "Sub plan" {
			t.Errorf("%v", order)
		}
		s.want("bob", "GET", "/wiki/rest/api/search?cql="+url.QueryEscape(`type = space and title ~ "devel"`), "", 200, `"entityType":"space"`)
		s.want("bob", "GET", "/wiki/rest/api/search?cql="+url.QueryEscape(`text ~ brulee`), "", 200, "@@@hl@@@brûlée@@@endhl@@@")
	})
}

// TestWordsFollowTheirSpace: words are found inside a space although the page has moved there, or its row came back after its words, as in a restore.
func TestWordsFollowTheirSpace(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"DEV","name":"Development"}`)
		s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"OPS","name":"Operations"}`)
		page := s.must("ann", "POST", "/wiki/rest/api/content", `{"type":"page","title":"Wandering plan","space":{"key":"DEV"},"body":`+storageBody("<p>payment of the crew</p>")+`}`)["id"].(string)
		home := s.must("ann", "GET", "/wiki/rest/api/space/OPS?expand=homepage", "")["homepage"].(map[string]any)["id"].(string)
		found := func(when string, want map[string]string) {
			t.Helper()
			for query, title := range want {
				var got []string
				for _, r := range s.must("bob", "GET", "/wiki/rest/api/content/search?cql="+url.QueryEscape(query), "")["results"].([]any) {
					got = append(got, r.(map[string]any)["title"].(string))
				}
				if strings.Join(got, ",") != title {
					t.Errorf("%s: %s finds %q, want %q", when, query, got, title)
				}
			}
		}
		const title = "Wandering plan"
		found("at first", map[string]string{`text ~ payment and space = DEV`: title, `title ~ wandering and space = DEV and type in (page, blogpost)`: title, `text ~ payment and space in (OPS, NOPE)`: "", `text ~ payment and type = blogpost`: ""})
		s.must("ann", "PUT", "/wiki/rest/api/content/"+page+"/move/append/"+home, "")
		moved := map[string]string{`text ~ payment and space = OPS and type = page`: title, `title ~ wandering and space = OPS`: title, `text ~ payment and space = DEV`: "", `title ~ wandering and space = DEV`: ""}
		found("moved", moved)
		ctx := t.Context()
		err := s.v.Write(ctx, func(tx *volume.Tx) error {
			return storage.WithoutForeignKeys(ctx, tx.Tx, func() error {
				for _, text := range []string{
					"CREATE TEMPORARY TABLE kept AS SELECT * FROM wiki_content WHERE id = " + page, "CREATE TEMPORARY TABLE kept_text AS SELECT content_id, title, body FROM wiki_text WHERE content_id = " + page,
					"DELETE FROM wiki_text WHERE content_id = " + page, "DELETE FROM wiki_content WHERE id = " + page,
					"INSERT INTO wiki_text (content_id, title, body) SELECT content_id, title, body FROM kept_text", "INSERT INTO wiki_content SELECT * FROM kept", "DROP TABLE kept", "DROP TABLE kept_text"} {
					if _, err := tx.ExecText(ctx, text); err != nil {
						return err
					}
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		found("put back", moved)
	})
}
