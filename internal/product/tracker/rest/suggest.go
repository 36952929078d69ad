package rest

import (
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/jql"
	"holdfast.dev/internal/product/tracker/search"
)

func (h *handler) suggestRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/api/suggest", Permission: "BROWSE_PROJECTS", Handler: h.getSuggest, Dialect: httpkit.Platform},
	}
}

type suggestedIssue struct {
	ID      string    `json:"id"`
	Key     string    `json:"key"`
	Summary string    `json:"summary"`
	Type    boardIcon `json:"type"`
	Project string    `json:"project"`
}

type suggestedProject struct {
	ID   string `json:"id"`
	Key  string `json:"key"`
	Name string `json:"name"`
}

// getSuggest finds issues, projects and people while somebody types.
func (h *handler) getSuggest(w http.ResponseWriter, r *http.Request) error {
	limit, err := httpkit.IntParam(r, "limit", 10, 1, 50)
	if err != nil {
		return err
	}
	text := strings.TrimSpace(r.URL.Query().Get("q"))
	issues, projects, people := []suggestedIssue{}, []suggestedProject{}, []boardPerson{}
	err = h.read(r, func(c *call) error {
		found, err := h.issuesLike(c, text, limit, nil)
		if err != nil {
			return err
		}
		for _, i := range found {
			t := c.issueType(c.cat.Type(i.TypeID))
			issues = append(issues, suggestedIssue{strconv.FormatInt(i.ID, 10), c.key(i), i.Summary, boardIcon{t.ID, t.Name, t.IconURL}, c.cat.Project(i.ProjectID).Key})
		}
		for _, p := range c.cat.Live() {
			if len(projects) < limit && (text == "" || wordStart(p.Name, text) || wordStart(p.Key, text)) {
				projects = append(projects, suggestedProject{strconv.FormatInt(p.ID, 10), p.Key, p.Name})
			}
		}
		if text == "" {
			return nil
		}
		who, _, err := h.Directory(c.ctx).Search(c.ctx, text, 0, limit)
		for _, p := range who {
			people = append(people, boardPerson{p.AccountID, p.DisplayName})
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"issues": issues, "projects": projects, "people": people})
}

// wordStart tells whether a word of the name starts with the text.
func wordStart(name, text string) bool {
	name, text = strings.ToLower(name), strings.ToLower(text)
	return strings.HasPrefix(name, text) || strings.Contains(name, " "+text)
}

var keyLike = regexp.MustCompile(`^(?i)([a-z][a-z0-9]+)-(\d+)$`)

// issuesLike finds issues by key, then by words of the summary, then by words of any text; the newest changes first, without repetition.
func (h *handler) issuesLike(c *call, text string, limit int, narrow jql.Node) ([]*issue.Issue, error) {
	var out []*issue.Issue
	seen := map[int64]bool{}
	add := func(i *issue.Issue) {
		if !seen[i.ID] && len(out) < limit {
			seen[i.ID] = true
			out = append(out, i)
		}
	}
	if keyLike.MatchString(text) {
		i, err := issue.Find(c.ctx, c.tx, c.cat, text)
		if err == nil {
			add(i)
		} else if !fault.Is(err, fault.KindNotFound) {
			return nil, err
		}
	}
	words := searchWords(text)
	fields := []string{"summary", "text"}
	if words == "" {
		fields = []string{""}
	}
	for _, field := range fields {
		if len(out) >= limit {
			break
		}
		where := &jql.Compound{Op: "and"}
		if field != "" {
			where.Terms = append(where.Terms, &jql.Clause{Field: jql.Field{Name: field}, Op: "~", Operand: value(words)})
		}
		if narrow != nil {
			where.Terms = append(where.Terms, narrow)
		}
		q := &jql.Query{OrderBy: []jql.Sort{{Field: jql.Field{Name: "updated"}, Desc: true}}}
		if len(where.Terms) > 0 {
			q.Where = where
		}
		plan, err := search.Compile(c.ctx, c.tx, h.scope(c), q)
		if err != nil {
			return nil, err
		}
		ids, _, err := plan.Page(c.ctx, c.tx, search.Cursor{}, limit)
		if err != nil {
			return nil, err
		}
		found, err := issue.ByIDs(c.ctx, c.tx, ids)
		if err != nil {
			return nil, err
		}
		for _, i := range found {
			add(i)
		}
	}
	return out, nil
}

// searchWords makes a text query of what somebody has typed so far: all words, the last one perhaps unfinished.
func searchWords(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 {
		return ""
	}
	return strings.ToLower(strings.Join(words, " ")) + "*"
}

type pickerSection struct {
	Label  string        `json:"label"`
	Sub    string        `json:"sub,omitempty"`
	ID     string        `json:"id"`
	Msg    string        `json:"msg,omitempty"`
	Issues []pickedIssue `json:"issues"`
}

type pickedIssue struct {
	ID          int64  `json:"id"`
	Key         string `json:"key"`
	KeyHTML     string `json:"keyHtml"`
	Img         string `json:"img"`
	Summary     string `json:"summary"`
	SummaryText string `json:"summaryText"`
}

// getIssuePicker suggests issues for a field that names one.
func (h *handler) getIssuePicker(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	section := pickerSection{Label: "Current Search", ID: "cs", Issues: []pickedIssue{}}
	err := h.read(r, func(c *call) error {
		var narrow []jql.Node
		if text := q.Get("currentJQL"); text != "" {
			parsed, err := search.Parse(text)
			if err != nil {
				return err
			}
			if parsed.Where != nil {
				narrow = append(narrow, parsed.Where)
			}
		}
		if p := c.cat.FindProject(q.Get("currentProjectId")); p != nil {
			narrow = append(narrow, equals("project", strconv.FormatInt(p.ID, 10)))
		}
		if q.Get("showSubTasks") == "false" {
			narrow = append(narrow, &jql.Clause{Field: jql.Field{Name: "hierarchyLevel"}, Op: ">=", Operand: value("0")})
		}
		var where jql.Node
		if len(narrow) > 0 {
			where = &jql.Compound{Op: "and", Terms: narrow}
		}
		found, err := h.issuesLike(c, q.Get("query"), 21, where)
		for _, i := range found {
			if key := c.key(i); !strings.EqualFold(key, q.Get("currentIssueKey")) && len(section.Issues) < 20 {
				section.Issues = append(section.Issues, pickedIssue{i.ID, key, html.EscapeString(key), c.issueType(c.cat.Type(i.TypeID)).IconURL, html.EscapeString(i.Summary), i.Summary})
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	section.Sub = "Showing " + strconv.Itoa(len(section.Issues)) + " matching issues"
	return httpkit.JSON(w, http.StatusOK, map[string]any{"sections": []pickerSection{section}})
}
