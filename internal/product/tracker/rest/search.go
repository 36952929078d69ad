package rest

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/search"
)

func (h *handler) searchRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/search", Permission: "BROWSE_PROJECTS", Handler: h.getSearch},
		{Method: "POST", Path: "/search", Permission: "BROWSE_PROJECTS", Handler: h.postSearch},
		{Method: "GET", Path: "/search/jql", Permission: "BROWSE_PROJECTS", Handler: h.getSearchJQL},
		{Method: "POST", Path: "/search/jql", Permission: "BROWSE_PROJECTS", Handler: h.postSearchJQL},
		{Method: "POST", Path: "/search/approximate-count", Permission: "BROWSE_PROJECTS", Handler: h.postApproximateCount},
		{Method: "POST", Path: "/issue/bulkfetch", Permission: "BROWSE_PROJECTS", Handler: h.postBulkFetch},
		{Method: "GET", Path: "/issue/picker", Permission: "BROWSE_PROJECTS", Handler: h.getIssuePicker},
		{Method: "POST", Path: "/jql/match", Permission: "BROWSE_PROJECTS", Handler: h.postMatch},
	}
}

// searchRequest is what both searches take, from the query or the body.
type searchRequest struct {
	JQL           string     `json:"jql"`
	StartAt       int        `json:"startAt"`
	MaxResults    *int       `json:"maxResults"`
	NextPageToken string     `json:"nextPageToken"`
	Fields        []string   `json:"fields"`
	Expand        expandList `json:"expand"`
	ValidateQuery string     `json:"validateQuery"`
	Properties    []string   `json:"properties"`
	FieldsByKeys  bool       `json:"fieldsByKeys"`
}

// expandList reads "a,b" and ["a", "b"]: the two searches differ in this.
type expandList []string

// UnmarshalJSON implements json.Unmarshaler.
func (e *expandList) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*e = strings.FieldsFunc(one, func(r rune) bool { return r == ',' || r == ' ' })
		return nil
	}
	var many []string
	if err := json.Unmarshal(b, &many); err != nil {
		return fault.Bad("expand: a text or a list of texts is expected.")
	}
	*e = many
	return nil
}

func searchFromQuery(r *http.Request) (s searchRequest, err error) {
	q := r.URL.Query()
	s = searchRequest{JQL: q.Get("jql"), NextPageToken: q.Get("nextPageToken"), Fields: httpkit.ListParam(r, "fields"), Expand: httpkit.ListParam(r, "expand"),
		ValidateQuery: q.Get("validateQuery"), Properties: httpkit.ListParam(r, "properties")}
	if s.StartAt, err = httpkit.IntParam(r, "startAt", 0, 0, 1<<30); err != nil {
		return s, err
	}
	if q.Has("maxResults") {
		n, err := httpkit.IntParam(r, "maxResults", 50, 0, 1<<30)
		if err != nil {
			return s, err
		}
		s.MaxResults = &n
	}
	return s, nil
}

// pageSize bounds a page: 100 issues with fields, 5,000 bare ones, as the vendor does.
func (s searchRequest) pageSize(bare bool) (int, error) {
	if s.MaxResults == nil {
		return 50, nil
	}
	if *s.MaxResults < 0 {
		return 0, fault.Bad("The value '%d' of the parameter maxResults must not be negative.", *s.MaxResults)
	}
	if bare {
		return min(*s.MaxResults, 5000), nil
	}
	return min(*s.MaxResults, 100), nil
}

// bare tells whether only identifiers and keys are asked for.
func bare(fields []string) bool {
	return len(fields) > 0 && !slices.ContainsFunc(fields, func(f string) bool { return f != "id" && f != "key" })
}

// scope is who asks, for the meaning of a query.
func (h *handler) scope(c *call) search.Scope {
	return search.Scope{Catalog: c.cat, People: c.people, Members: h.Directory(c.ctx).Members, Actor: c.actor, Now: h.Clock.Now(), Zone: c.zone}
}

func (h *handler) plan(c *call, text string) (*search.Plan, error) {
	q, err := search.Parse(text)
	if err != nil {
		return nil, err
	}
	return search.Compile(c.ctx, c.tx, h.scope(c), q)
}

func (h *handler) getSearch(w http.ResponseWriter, r *http.Request) error {
	s, err := searchFromQuery(r)
	if err != nil {
		return err
	}
	return h.search(w, r, s)
}

func (h *handler) postSearch(w http.ResponseWriter, r *http.Request) error {
	s, err := httpkit.DecodeLoose[searchRequest](r)
	if err != nil {
		return err
	}
	return h.search(w, r, s)
}

// lenient gives the problems of a query as warnings when the caller wants no error of them.
func (s searchRequest) lenient(err error) ([]string, bool) {
	f, ok := httpkit.AsFault(err)
	if !ok || f.Kind != fault.KindInvalid || s.ValidateQuery != "warn" && s.ValidateQuery != "none" && s.ValidateQuery != "false" {
		return nil, false
	}
	if s.ValidateQuery != "warn" {
		return []string{}, true
	}
	return append([]string{f.Message}, f.More...), true
}

// search answers the search that counts everything it found.
func (h *handler) search(w http.ResponseWriter, r *http.Request, s searchRequest) error {
	if s.StartAt < 0 {
		return fault.Bad("The value '%d' of the parameter startAt must not be negative.", s.StartAt)
	}
	f := parseFields(s.Fields, "*navigable")
	size, err := s.pageSize(bare(s.Fields))
	if err != nil {
		return err
	}
	var body []byte
	err = h.read(r, func(c *call) error {
		o := &jsonObject{b: make([]byte, 0, 64<<10)}
		o.open()
		o.text("expand", "schema,names")
		o.num("startAt", int64(s.StartAt))
		plan, err := h.plan(c, s.JQL)
		if err != nil {
			warnings, ok := s.lenient(err)
			if !ok {
				return err
			}
			o.num("maxResults", int64(size))
			o.num("total", 0)
			o.raw("issues", []byte("[]"))
			o.value("warningMessages", warnings)
			o.close()
			body = o.b
			return nil
		}
		total, err := plan.Count(c.ctx, c.tx, 1<<31-1)
		if err != nil {
			return err
		}
		o.num("maxResults", int64(size))
		o.num("total", int64(total))
		var ids []int64
		if size > 0 && s.StartAt < total {
			if ids, _, err = plan.Page(c.ctx, c.tx, search.Cursor{Offset: s.StartAt}, size); err != nil {
				return err
			}
		}
		if err := h.issueList(c, o, ids, f, s); err != nil {
			return err
		}
		o.close()
		body = o.b
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.Bytes(w, http.StatusOK, body)
}

func (h *handler) getSearchJQL(w http.ResponseWriter, r *http.Request) error {
	s, err := searchFromQuery(r)
	if err != nil {
		return err
	}
	return h.searchJQL(w, r, s)
}

func (h *handler) postSearchJQL(w http.ResponseWriter, r *http.Request) error {
	s, err := httpkit.DecodeLoose[searchRequest](r)
	if err != nil {
		return err
	}
	return h.searchJQL(w, r, s)
}

// searchJQL answers the search that goes on by tokens and counts nothing.
func (h *handler) searchJQL(w http.ResponseWriter, r *http.Request, s searchRequest) error {
	f := parseFields(s.Fields, "id")
	only := len(s.Fields) == 0 || bare(s.Fields)
	size, err := s.pageSize(only)
	if err != nil {
		return err
	}
	if size == 0 {
		size = 50
	}
	var body []byte
	err = h.read(r, func(c *call) error {
		plan, err := h.plan(c, s.JQL)
		if err != nil {
			return err
		}
		from, err := plan.Cursor(s.NextPageToken)
		if err != nil {
			return err
		}
		ids, next, err := plan.Page(c.ctx, c.tx, from, size)
		if err != nil {
			return err
		}
		o := &jsonObject{b: make([]byte, 0, 64<<10)}
		o.open()
		if len(s.Fields) == 0 || len(s.Fields) == 1 && s.Fields[0] == "id" {
			o.list("issues", len(ids), func(n int) []byte { return fmtID(ids[n]) })
		} else if err := h.issueList(c, o, ids, f, s); err != nil {
			return err
		}
		if next != nil {
			o.text("nextPageToken", plan.Token(*next))
		}
		o.value("isLast", next == nil)
		o.close()
		body = o.b
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.Bytes(w, http.StatusOK, body)
}

func fmtID(id int64) []byte {
	return append(strconv.AppendInt([]byte(`{"id":"`), id, 10), '"', '}')
}

// issueList writes the issues of a page, with names and schema when they are asked for.
func (h *handler) issueList(c *call, o *jsonObject, ids []int64, f fieldSet, s searchRequest) error {
	expand := map[string]bool{}
	for _, e := range s.Expand {
		expand[e] = true
	}
	issues, err := issue.ByIDs(c.ctx, c.tx, ids)
	if err != nil {
		return err
	}
	views, err := c.view(issues, f)
	if err != nil {
		return err
	}
	o.key("issues")
	o.b = append(o.b, '[')
	perIssue := map[string]bool{}
	for _, e := range []string{"renderedFields", "transitions", "editmeta", "operations", "changelog"} {
		if expand[e] {
			perIssue[e] = true
		}
	}
	for n, v := range views {
		if n > 0 {
			o.b = append(o.b, ',')
		}
		extra, err := h.expand(c, v, f, perIssue)
		if err != nil {
			return err
		}
		if len(s.Properties) > 0 {
			values, err := c.properties(v.ID, s.Properties)
			if err != nil {
				return err
			}
			before := extra
			extra = func(o *jsonObject) {
				if before != nil {
					before(o)
				}
				o.value("properties", values)
			}
		}
		o.b = c.appendIssue(o.b, v, f, extra)
	}
	o.b = append(o.b, ']')
	if expand["names"] {
		o.value("names", c.fieldNames())
	}
	if expand["schema"] {
		o.value("schema", c.fieldSchemas())
	}
	return nil
}

func (h *handler) postApproximateCount(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[struct {
		JQL string `json:"jql"`
	}](r)
	if err != nil {
		return err
	}
	var n int
	err = h.read(r, func(c *call) error {
		plan, err := h.plan(c, in.JQL)
		if err == nil {
			n, err = plan.Count(c.ctx, c.tx, 1<<31-1)
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, map[string]int{"count": n})
}

// postBulkFetch gives up to 100 issues by key or identifier; those that are not there are told apart.
func (h *handler) postBulkFetch(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[struct {
		searchRequest
		Issues []string `json:"issueIdsOrKeys"`
	}](r)
	if err != nil {
		return err
	}
	if len(in.Issues) == 0 || len(in.Issues) > 100 {
		return fault.Bad("issueIdsOrKeys must name between 1 and 100 issues.")
	}
	f := parseFields(in.Fields, "*navigable")
	var body []byte
	err = h.read(r, func(c *call) error {
		var ids []int64
		missing := []string{}
		for _, key := range in.Issues {
			i, err := issue.Find(c.ctx, c.tx, c.cat, key)
			switch {
			case fault.Is(err, fault.KindNotFound):
				missing = append(missing, key)
			case err != nil:
				return err
			case !slices.Contains(ids, i.ID):
				ids = append(ids, i.ID)
			}
		}
		o := &jsonObject{}
		o.open()
		o.text("expand", "schema,names")
		if err := h.issueList(c, o, ids, f, in.searchRequest); err != nil {
			return err
		}
		errs := []any{}
		for _, key := range missing {
			errs = append(errs, map[string]any{"id": key, "errorMessage": "Issue does not exist or you do not have permission to see it."})
		}
		o.value("issueErrors", errs)
		o.close()
		body = o.b
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.Bytes(w, http.StatusOK, body)
}

// postMatch tells which of some issues match each of some queries.
func (h *handler) postMatch(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[struct {
		IssueIDs []int64  `json:"issueIds"`
		JQLs     []string `json:"jqls"`
	}](r)
	if err != nil {
		return err
	}
	if len(in.IssueIDs) > 1000 || len(in.JQLs) == 0 || len(in.JQLs) > 50 {
		return fault.Bad("Between 1 and 50 queries and at most 1000 issues are expected.")
	}
	type match struct {
		Issues []int64  `json:"matchedIssues"`
		Errors []string `json:"errors"`
	}
	matches := make([]match, len(in.JQLs))
	err = h.read(r, func(c *call) error {
		for n, text := range in.JQLs {
			matches[n] = match{[]int64{}, []string{}}
			plan, err := h.plan(c, text)
			if f, ok := httpkit.AsFault(err); err != nil && ok {
				matches[n].Errors = append([]string{f.Message}, f.More...)
				continue
			}
			if err != nil {
				return err
			}
			ids, _, err := plan.Among(in.IssueIDs).Page(c.ctx, c.tx, search.Cursor{}, len(in.IssueIDs)+1)
			if err != nil {
				return err
			}
			for _, id := range in.IssueIDs {
				if slices.Contains(ids, id) {
					matches[n].Issues = append(matches[n].Issues, id)
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"matches": matches})
}

// properties gives some properties of an issue; those that it does not have are left out. "*all" stands for all of them, "-key" leaves one out.
func (c *call) properties(id int64, keys []string) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	if slices.Contains(keys, "*all") {
		all, err := storage.All(c.ctx, c.tx.Tx, issueProperties.keys, scanText, id)
		if err != nil {
			return nil, err
		}
		keys = append(all, keys...)
	}
	for _, key := range keys {
		if key == "*all" || strings.HasPrefix(key, "-") || slices.Contains(keys, "-"+key) {
			continue
		}
		var value string
		err := c.tx.Get(c.ctx, issueProperties.get, []any{id, key}, &value)
		if errors.Is(err, storage.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[key] = json.RawMessage(value)
	}
	return out, nil
}
