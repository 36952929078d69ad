package rest

import (
	"encoding/json"
	"html"
	"net/http"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/cql"
	"holdfast.dev/internal/product/wiki/link"
	"holdfast.dev/internal/product/wiki/search"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/richtext/adf"
)

// cqlContext is what currentContent() and currentSpace() stand for.
type cqlContext struct {
	SpaceKey string `json:"spaceKey"`
	Content  ident  `json:"contentId"`
}

// searching reads the query of the request and its page.
type searching struct {
	cql      string
	statuses []string
	cursor   string
	start, n int
	context  cqlContext
}

func readSearch(r *http.Request) (s searching, err error) {
	q := r.URL.Query()
	if s.cql = q.Get("cql"); strings.TrimSpace(s.cql) == "" {
		return s, fault.Bad("A query is needed: cql")
	}
	if raw := q.Get("cqlcontext"); raw != "" {
		var both struct {
			cqlContext
			Statuses []string `json:"contentStatuses"`
		}
		if err := json.Unmarshal([]byte(raw), &both); err != nil {
			return s, fault.Bad("The parameter cqlcontext is no JSON object.")
		}
		s.context, s.statuses = both.cqlContext, both.Statuses
	}
	s.cursor = q.Get("cursor")
	s.start, s.n, err = window(r, 25, 200)
	return s, err
}

// plan compiles the query.
func (s *searching) plan(c *call) (*search.Plan, error) {
	q, err := search.Parse(s.cql)
	if err != nil {
		return nil, err
	}
	scope := c.scope()
	if s.context.SpaceKey != "" {
		if sp, err := c.spaceOf(s.context.SpaceKey); err == nil {
			scope.Space = sp.ID
		}
	}
	if id, err := parseID(string(s.context.Content)); err == nil {
		scope.Content = id
	}
	return search.Compile(c.ctx, c.tx, scope, q)
}

// linksOf puts the cursor of the next page into a list.
func (s *searching) linksOf(c *call, out object, next string) {
	links, ok := out["_links"].(object)
	if !ok {
		return
	}
	delete(links, "next")
	if next == "" {
		return
	}
	q := c.r.URL.Query()
	q.Del("start")
	q.Set("cursor", next)
	links["next"] = strings.TrimPrefix(c.r.URL.Path, "/wiki") + "?" + q.Encode()
}

func (h *handler) v1ContentSearch(w http.ResponseWriter, r *http.Request) error {
	s, err := readSearch(r)
	if err != nil {
		return err
	}
	e, err := expansions(r, "content", "")
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		plan, err := s.plan(c)
		if err != nil {
			return nil, err
		}
		found, err := plan.Run(c.ctx, c.tx, c.v, s.statuses, s.cursor, s.start, s.n)
		if err != nil {
			return nil, err
		}
		total, err := plan.Count(c.ctx, c.tx, c.v, s.statuses)
		if err != nil {
			return nil, err
		}
		wires, err := c.contentsV1(found.Contents, e)
		if err != nil {
			return nil, err
		}
		out := c.v1List(wires, len(wires), s.start, s.n, false)
		out["totalSize"], out["cqlQuery"], out["searchDuration"] = min(total, search.MaxCounted), s.cql, 1
		s.linksOf(c, out, found.Next)
		return out, nil
	})
}

func (h *handler) v1Search(w http.ResponseWriter, r *http.Request) error {
	s, err := readSearch(r)
	if err != nil {
		return err
	}
	e, err := expansions(r, "result", "")
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		began := h.Clock.Now()
		out, err := c.searchV1(s, e)
		if err == nil {
			out["searchDuration"] = h.Clock.Now().Sub(began).Milliseconds()
		}
		return out, err
	})
}

func (c *call) searchV1(s searching, e expansion) (object, error) {
	if spaces, ok, err := c.spacesFound(s); err != nil {
		return nil, err
	} else if ok {
		return c.spaceResults(s, spaces, e)
	}
	plan, err := s.plan(c)
	if err != nil {
		return nil, err
	}
	found, err := plan.Run(c.ctx, c.tx, c.v, s.statuses, s.cursor, s.start, s.n)
	if err != nil {
		return nil, err
	}
	total, err := plan.Count(c.ctx, c.tx, c.v, s.statuses)
	if err != nil {
		return nil, err
	}
	results := []object{}
	for _, x := range found.Contents {
		wire, err := c.resultV1(x, plan.Wanted(), e)
		if err != nil {
			return nil, err
		}
		results = append(results, wire)
	}
	out := c.v1List(results, len(results), s.start, s.n, false)
	out["totalSize"], out["cqlQuery"] = min(total, search.MaxCounted), s.cql
	s.linksOf(c, out, found.Next)
	return out, nil
}

// The marks around hits in titles and excerpts, as the vendor sets them.
const (
	hitFrom = "@@@hl@@@"
	hitTo   = "@@@endhl@@@"
)

func marked(spans []search.Span) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Hit {
			b.WriteString(hitFrom + html.EscapeString(s.Text) + hitTo)
		} else {
			b.WriteString(html.EscapeString(s.Text))
		}
	}
	return b.String()
}

func (c *call) resultV1(x *content.Content, wanted []string, e expansion) (object, error) {
	s := c.v.Spaces.Get(x.SpaceID)
	wire, err := c.contentV1(x, e["content"])
	if err != nil {
		return nil, err
	}
	spans, err := c.excerpt(x, wanted)
	if err != nil {
		return nil, err
	}
	title, _ := wire["title"].(string)
	out := object{"content": wire, "title": marked(search.Excerpt(title, wanted)), "excerpt": marked(spans), "url": link.WebUI(s, x), "entityType": "content", "iconCssClass": "aui-icon content-type-" + x.Kind,
		"lastModified": when(x.Updated), "friendlyLastModified": x.Updated.In(c.zone).Format("Jan 02, 2006"), "score": 0.0, "breadcrumbs": []any{}, "resultGlobalContainer": object{"title": s.Name, "displayUrl": link.Space(s)}}
	if e.has("space") {
		if out["space"], err = c.spaceV1(s, e["space"]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// spacesFound answers queries for spaces, which are in memory: "type = space" with conditions on titles and keys beside it. ok is false for all others.
func (c *call) spacesFound(s searching) (found []*space.Space, ok bool, err error) {
	q, err := search.Parse(s.cql)
	if err != nil || q.Where == nil {
		return nil, false, err
	}
	clauses := []cql.Node{q.Where}
	if all, is := q.Where.(*cql.Compound); is && all.Op == "and" {
		clauses = all.Terms
	}
	var rest []*cql.Clause
	for _, n := range clauses {
		cl, is := n.(*cql.Clause)
		if !is {
			return nil, false, nil
		}
		if cl.Field == "type" && (cl.Op == "=" || cl.Op == "in") && len(cl.Values) == 1 && strings.EqualFold(cl.Values[0].Text, "space") {
			ok = true
			continue
		}
		rest = append(rest, cl)
	}
	if !ok {
		return nil, false, nil
	}
	for _, sp := range c.v.Spaces.All {
		if !c.v.SeesSpace(sp) {
			continue
		}
		fits := true
		for _, cl := range rest {
			f, known := spaceFits(sp, cl)
			if !known {
				return nil, false, fault.Bad("The field '%.40s' does not find spaces at position %d", cl.Field, cl.Pos)
			}
			fits = fits && f
		}
		if fits {
			found = append(found, sp)
		}
	}
	return found, true, nil
}

// spaceFits tells whether a condition holds for a space.
func spaceFits(sp *space.Space, cl *cql.Clause) (fits, known bool) {
	for _, v := range cl.Values {
		wanted := content.Fold(v.Text)
		switch cl.Field {
		case "space", "space.key":
			fits = fits || strings.EqualFold(sp.Key, v.Text)
		case "space.type":
			fits = fits || sp.Type == strings.ToLower(v.Text)
		case "title", "space.title", "text", "sitesearch":
			if strings.HasSuffix(cl.Op, "~") {
				fits = fits || search.Starts(content.Fold(sp.Name+" "+sp.Description), search.Words(wanted))
			} else {
				fits = fits || content.Fold(sp.Name) == wanted
			}
		default:
			return false, false
		}
	}
	if strings.HasPrefix(cl.Op, "!") || cl.Op == "not in" {
		fits = !fits
	}
	return fits, true
}

func (c *call) spaceResults(s searching, found []*space.Space, e expansion) (object, error) {
	results := []object{}
	for _, sp := range found {
		wire, err := c.spaceV1(sp, e["space"])
		if err != nil {
			return nil, err
		}
		results = append(results, object{"space": wire, "title": html.EscapeString(sp.Name), "excerpt": html.EscapeString(sp.Description), "url": link.Space(sp), "entityType": "space", "iconCssClass": "aui-icon content-type-space",
			"lastModified": when(sp.Updated), "friendlyLastModified": sp.Updated.In(c.zone).Format("Jan 02, 2006"), "score": 0.0, "breadcrumbs": []any{}})
	}
	out := v1Slice(c, results, s.start, s.n)
	out["totalSize"], out["cqlQuery"] = len(results), s.cql
	return out, nil
}

// v1UserSearch finds people by a query on user, user.fullname or user.accountid.
func (h *handler) v1UserSearch(w http.ResponseWriter, r *http.Request) error {
	s, err := readSearch(r)
	if err != nil {
		return err
	}
	q, err := search.Parse(s.cql)
	if err != nil {
		return err
	}
	cl, ok := q.Where.(*cql.Clause)
	if !ok || !strings.HasPrefix(cl.Field, "user") && cl.Field != "type" {
		return fault.Bad("People are found by one condition on user, user.fullname or user.accountid.")
	}
	return read(h, w, r, func(c *call) (object, error) {
		var found []uiPerson
		for id, p := range c.people {
			fits := false
			for _, v := range cl.Values {
				switch {
				case cl.Field == "type":
					fits = fits || v.Text == "user"
				case cl.Field == "user.fullname" && cl.Op == "~":
					fits = fits || search.Starts(content.Fold(p.DisplayName), search.Words(content.Fold(strings.TrimRight(v.Text, "*"))))
				case v.Func == "currentuser":
					fits = fits || id == c.actor
				case cl.Field == "user.fullname":
					fits = fits || strings.EqualFold(p.DisplayName, v.Text)
				default:
					fits = fits || id == v.Text || strings.EqualFold(p.Email, v.Text)
				}
			}
			if fits != (strings.HasPrefix(cl.Op, "!") || cl.Op == "not in") {
				found = append(found, *c.person(id))
			}
		}
		sortPeople(found)
		results := []object{}
		for _, p := range found {
			results = append(results, object{"user": c.user(p.AccountID), "title": p.Name, "excerpt": "", "url": "/people/" + escaped(p.AccountID), "breadcrumbs": []any{}, "entityType": "user", "iconCssClass": "aui-icon content-type-profile",
				"lastModified": when(time.Unix(0, 0)), "score": 0.0})
		}
		out := v1Slice(c, results, s.start, s.n)
		out["totalSize"], out["cqlQuery"], out["searchDuration"] = len(results), s.cql, 1
		return out, nil
	})
}

type convertInput struct {
	Value          string `json:"value"`
	Representation string `json:"representation"`
}

// v1Convert turns a body from one representation into another.
func (h *handler) v1Convert(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[convertInput](r)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		value, err := c.converted(in)
		if err != nil {
			return nil, err
		}
		return object{"value": value, "representation": r.PathValue("to"), "embeddedContent": []any{}, "_expandable": object{"webresource": "", "embeddedContent": "", "mediaToken": ""}, "_links": object{"base": c.base + "/wiki"}}, nil
	})
}

// converted gives a body in the representation that the path names. View forms show macros as the asker sees them on the page of contentIdContext.
func (c *call) converted(in convertInput) (string, error) {
	of := &content.Content{Kind: content.Page}
	if s := c.r.URL.Query().Get("contentIdContext"); s != "" {
		id, err := parseID(s)
		if err != nil {
			return "", err
		}
		if of, err = c.seeID(id, content.Page, content.BlogPost); err != nil {
			return "", err
		}
	} else if key := c.r.URL.Query().Get("spaceKeyContext"); key != "" {
		s, err := c.spaceOf(key)
		if err != nil {
			return "", err
		}
		of.SpaceID = s.ID
	}
	doc, err := c.readBody(in.Representation, in.Value)
	if err != nil {
		return "", err
	}
	return c.convertFor(of, doc, c.r.PathValue("to"))
}

// convertFor writes a document that may belong to no page.
func (c *call) convertFor(of *content.Content, doc *adf.Node, to string) (string, error) {
	if !formats[to] {
		return "", fault.Bad("The representation '%.40s' is not known.", to)
	}
	return c.convert(of, doc, to)
}
