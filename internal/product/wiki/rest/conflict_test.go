package rest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// TestManyPublishersAtOnce: one wins, everybody else is told, and nobody's text is lost.
func TestManyPublishersAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.must("ann", "POST", "/api/wiki/spaces", `{"key":"DOC","name":"Docs"}`)
		id := s.page("ann", "DOC", "", "Contested", doc("first"))
		people := []string{"ann", "bob", "eve"}
		for _, who := range people {
			s.must(who, "PUT", "/api/wiki/drafts/"+id, `{"baseVersion":1,"body":`+doc("text of "+who)+`}`)
		}
		codes := make([]int, len(people))
		var wait sync.WaitGroup
		for i, who := range people {
			wait.Go(func() { codes[i], _ = s.do(who, "POST", "/api/wiki/pages/"+id+"/publish", `{"baseVersion":1}`) })
		}
		wait.Wait()
		won := 0
		for i, who := range people {
			switch codes[i] {
			case 200:
				won++
				s.want(who, "GET", "/api/wiki/pages/"+id, "", 200, "text of "+who)
			case 409:
				s.want(who, "GET", "/api/wiki/drafts/"+id, "", 200, "text of "+who)
			default:
				t.Errorf("%s: %d", who, codes[i])
			}
		}
		if won != 1 {
			t.Errorf("%d of %v published version 2", won, codes)
		}
		results := make([]string, 6)
		for i := range results {
			wait.Go(func() {
				code, _ := s.do(people[i%3], "PUT", "/wiki/api/v2/pages/"+id, fmt.Sprintf(`{"id":%q,"status":"current","title":"Contested","body":{"representation":"storage","value":"<p>%d</p>"},"version":{"number":3}}`, id, i))
				results[i] = fmt.Sprint(code)
			})
		}
		wait.Wait()
		if all := strings.Join(results, " "); strings.Count(all, "200") != 1 || strings.Count(all, "409") != 5 {
			t.Errorf("six writers of version 3 get %s", all)
		}
		s.want("ann", "GET", "/api/wiki/pages/"+id, "", 200, `"version":3`)
	})
}
