package rest

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/project"
)

func (h *handler) projectRoutes() []httpkit.Route {
	const browse = httpkit.Permission("BROWSE_PROJECTS")
	return []httpkit.Route{
		{Method: "GET", Path: "/project", Permission: browse, Handler: h.getProjects},
		{Method: "POST", Path: "/project", Permission: httpkit.Admin, Handler: h.postProject},
		{Method: "GET", Path: "/project/search", Permission: browse, Handler: h.searchProjects},
		{Method: "GET", Path: "/project/recent", Permission: browse, Handler: h.getProjects},
		{Method: "GET", Path: "/project/type", Permission: browse, Handler: h.getProjectTypes},
		{Method: "GET", Path: "/project/type/accessible", Permission: browse, Handler: h.getProjectTypes},
		{Method: "GET", Path: "/project/type/{type}", Permission: browse, Handler: h.getProjectType},
		{Method: "GET", Path: "/project/{project}", Permission: browse, Handler: h.getProject},
		{Method: "PUT", Path: "/project/{project}", Permission: httpkit.Admin, Handler: h.putProject},
		{Method: "DELETE", Path: "/project/{project}", Permission: httpkit.Admin, Handler: h.deleteProject},
		{Method: "POST", Path: "/project/{project}/restore", Permission: httpkit.Admin, Handler: h.restoreProject},
		{Method: "GET", Path: "/project/{project}/statuses", Permission: browse, Handler: h.getProjectStatuses},
		{Method: "GET", Path: "/projectvalidate/key", Permission: browse, Handler: h.validateKey},
		{Method: "GET", Path: "/projectvalidate/validProjectKey", Permission: browse, Handler: h.validKey},
		{Method: "GET", Path: "/projectvalidate/validProjectName", Permission: browse, Handler: h.validName},
	}
}

type wireProject struct {
	Expand       string            `json:"expand"`
	Self         string            `json:"self"`
	ID           string            `json:"id"`
	Key          string            `json:"key"`
	Description  string            `json:"description"`
	Lead         *wireUser         `json:"lead,omitempty"`
	Components   []wireComponent   `json:"components,omitempty"`
	IssueTypes   []wireType        `json:"issueTypes,omitempty"`
	URL          string            `json:"url,omitempty"`
	AssigneeType string            `json:"assigneeType,omitempty"`
	Versions     []wireVersion     `json:"versions,omitempty"`
	Name         string            `json:"name"`
	Roles        map[string]string `json:"roles,omitempty"`
	AvatarURLs   avatarURLs        `json:"avatarUrls"`
	Category     *wireCategory     `json:"projectCategory,omitempty"`
	ProjectType  string            `json:"projectTypeKey"`
	Simplified   bool              `json:"simplified"`
	Style        string            `json:"style"`
	IsPrivate    bool              `json:"isPrivate"`
	Deleted      bool              `json:"deleted,omitempty"`
	DeletedDate  *httpkit.Time     `json:"deletedDate,omitempty"`
	DeletedBy    *wireUser         `json:"deletedBy,omitempty"`
	Archived     bool              `json:"archived,omitempty"`
	Insight      *wireInsight      `json:"insight,omitempty"`
	ProjectKeys  []string          `json:"projectKeys,omitempty"`
	Properties   map[string]any    `json:"properties"`
}

type wireInsight struct {
	TotalIssueCount     int64         `json:"totalIssueCount"`
	LastIssueUpdateTime *httpkit.Time `json:"lastIssueUpdateTime,omitempty"`
}

// project gives a project; whole adds what a single one has and lists have not.
func (c *call) project(p *catalog.Project, expand map[string]bool, whole bool) (wireProject, error) {
	id := strconv.FormatInt(p.ID, 10)
	out := wireProject{Expand: "description,lead,issueTypes,url,projectKeys,permissions,insight", Self: c.api("project/" + id), ID: id, Key: p.Key, Name: p.Name,
		AvatarURLs: c.avatars("project", id, p.Key), Category: c.category(p.Category), ProjectType: p.Type, Style: "classic", Properties: map[string]any{}}
	if whole || expand["description"] {
		out.Description = p.Description
	}
	if whole || expand["lead"] {
		out.Lead = c.user(p.Lead)
	}
	if whole || expand["issueTypes"] {
		out.IssueTypes = each(p.Types, c.issueType)
	}
	if whole || expand["url"] {
		out.URL = p.URL
	}
	if expand["projectKeys"] {
		out.ProjectKeys = p.Keys
	}
	if p.Archived != nil {
		out.Archived = true
	}
	if p.Deleted != nil {
		at := c.at(*p.Deleted)
		out.Deleted, out.DeletedDate, out.DeletedBy = true, &at, c.user(p.DeletedBy)
	}
	if whole {
		today := c.tx.Now().In(c.zone).Format(time.DateOnly)
		out.Components = each(p.Components, c.component)
		out.Versions = each(p.Versions, func(v *catalog.Version) wireVersion { return c.version(v, today) })
		out.AssigneeType, out.Roles = p.AssigneeType, map[string]string{}
	}
	if expand["insight"] {
		n, at, err := project.Activity(c.ctx, c.tx, p.ID)
		if err != nil {
			return out, err
		}
		out.Insight = &wireInsight{TotalIssueCount: n}
		if !at.IsZero() {
			t := c.at(at)
			out.Insight.LastIssueUpdateTime = &t
		}
	}
	return out, nil
}

func (c *call) projects(list []*catalog.Project, expand map[string]bool) ([]wireProject, error) {
	out := []wireProject{}
	for _, p := range list {
		w, err := c.project(p, expand, false)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

// getProjects answers all projects as a bare array, as old clients want it.
func (h *handler) getProjects(w http.ResponseWriter, r *http.Request) error {
	limit, err := httpkit.IntParam(r, "recent", 5000, 1, 5000)
	if err != nil {
		return err
	}
	return single(h, w, r, func(c *call) ([]wireProject, error) {
		live := c.cat.Live()
		return c.projects(live[:min(len(live), limit)], expansions(r))
	})
}

// searchProjects pages through projects by key, type, state and words of name and key.
func (h *handler) searchProjects(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	ids, keys, types := httpkit.ListParam(r, "id"), httpkit.ListParam(r, "keys"), httpkit.ListParam(r, "typeKey")
	states := httpkit.ListParam(r, "status")
	if len(states) == 0 {
		states = []string{"live"}
	}
	return single(h, w, r, func(c *call) (out httpkit.Page[wireProject], err error) {
		var found []*catalog.Project
		query := strings.ToLower(q.Get("query"))
		for _, p := range c.cat.Projects {
			state := "live"
			if p.Deleted != nil {
				state = "deleted"
			} else if p.Archived != nil {
				state = "archived"
			}
			switch {
			case !slices.Contains(states, state),
				len(ids) > 0 && !slices.Contains(ids, strconv.FormatInt(p.ID, 10)),
				len(keys) > 0 && !slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, p.Key) }),
				len(types) > 0 && !slices.Contains(types, p.Type),
				q.Get("categoryId") != "" && (p.Category == nil || strconv.FormatInt(p.Category.ID, 10) != q.Get("categoryId")),
				!strings.Contains(strings.ToLower(p.Name), query) && !strings.Contains(strings.ToLower(p.Key), query):
				continue
			}
			found = append(found, p)
		}
		if err := sortProjects(found, q.Get("orderBy"), c); err != nil {
			return out, err
		}
		page, err := httpkit.PageOf(r, found, 50, 100)
		if err != nil {
			return out, err
		}
		values, err := c.projects(page.Values, expansions(r))
		return httpkit.Page[wireProject]{Self: page.Self, NextPage: page.NextPage, MaxResults: page.MaxResults, StartAt: page.StartAt, Total: page.Total, IsLast: page.IsLast, Values: values}, err
	})
}

func sortProjects(list []*catalog.Project, orderBy string, c *call) error {
	desc := strings.HasPrefix(orderBy, "-")
	by := strings.TrimLeft(orderBy, "+- ")
	compare := map[string]func(a, b *catalog.Project) int{
		"key":                 func(a, b *catalog.Project) int { return cmp.Compare(a.Key, b.Key) },
		"":                    func(a, b *catalog.Project) int { return cmp.Compare(a.Key, b.Key) },
		"name":                func(a, b *catalog.Project) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) },
		"owner":               func(a, b *catalog.Project) int { return cmp.Compare(c.name(a.Lead), c.name(b.Lead)) },
		"category":            func(a, b *catalog.Project) int { return cmp.Compare(categoryName(a), categoryName(b)) },
		"deletedDate":         func(a, b *catalog.Project) int { return cmp.Compare(micros(a), micros(b)) },
		"issueCount":          func(a, b *catalog.Project) int { return cmp.Compare(a.ID, b.ID) },
		"lastIssueUpdateTime": func(a, b *catalog.Project) int { return cmp.Compare(a.ID, b.ID) },
		"archivedDate":        func(a, b *catalog.Project) int { return cmp.Compare(a.ID, b.ID) },
	}[by]
	if compare == nil {
		return fault.Bad("The value '%.40s' of the parameter orderBy is not known.", orderBy)
	}
	slices.SortStableFunc(list, func(a, b *catalog.Project) int {
		if desc {
			return compare(b, a)
		}
		return compare(a, b)
	})
	return nil
}

func categoryName(p *catalog.Project) string {
	if p.Category == nil {
		return ""
	}
	return p.Category.Name
}

func micros(p *catalog.Project) int64 {
	if p.Deleted == nil {
		return 0
	}
	return p.Deleted.UnixMicro()
}

func errNoProject(idOrKey string) error {
	if strings.Trim(idOrKey, "0123456789") == "" {
		return fault.NotFound("No project could be found with id '%.40s'.", idOrKey)
	}
	return fault.NotFound("No project could be found with key '%.40s'.", idOrKey)
}

// projectIn gives the project that the path names.
func (c *call) projectIn(r *http.Request) (*catalog.Project, error) {
	p := c.cat.FindProject(r.PathValue("project"))
	if p == nil {
		return nil, errNoProject(r.PathValue("project"))
	}
	return p, nil
}

func (h *handler) getProject(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (out wireProject, err error) {
		p, err := c.projectIn(r)
		if err != nil {
			return out, err
		}
		return c.project(p, expansions(r), true)
	})
}

type projectInput struct {
	Key          *string  `json:"key"`
	Name         *string  `json:"name"`
	Description  *string  `json:"description"`
	Lead         *string  `json:"leadAccountId"`
	LeadName     *string  `json:"lead"`
	URL          *string  `json:"url"`
	AssigneeType *string  `json:"assigneeType"`
	CategoryID   *wholeID `json:"categoryId"`
	ProjectType  string   `json:"projectTypeKey"`
	Template     string   `json:"projectTemplateKey"`
}

// wholeID reads an identifier given as number or text.
type wholeID int64

// UnmarshalJSON implements json.Unmarshaler.
func (v *wholeID) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(strings.Trim(string(b), `"`), 10, 64)
	if err != nil {
		return fault.Bad("'%.40s' is no identifier.", b)
	}
	*v = wholeID(n)
	return nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// templateType tells which type of project a template makes.
func templateType(template, typ string) (string, error) {
	known := template == ""
	of := map[string]string{"com.pyxis.greenhopper.jira:": "software", "com.atlassian.jira-core-project-templates:": "business", "com.atlassian.servicedesk:": "service_desk"}
	for prefix, makes := range of {
		if strings.HasPrefix(template, prefix) {
			if typ != "" && typ != makes {
				return "", fault.Invalid("projectTemplateKey", "The project template '%.100s' does not belong to the project type '%.40s'.", template, typ)
			}
			typ, known = makes, true
		}
	}
	switch {
	case typ == "" && template == "":
		return "software", nil
	case typ == "service_desk":
		return "", fault.Invalid("projectTypeKey", "Projects of type 'service_desk' are not available on this site.")
	case typ != "" && typ != "software" && typ != "business":
		return "", fault.Invalid("projectTypeKey", "The project type '%.40s' is not valid.", typ)
	case !known:
		return "", fault.Invalid("projectTemplateKey", "The project template '%.100s' does not exist.", template)
	}
	return typ, nil
}

// checkProject checks what both creation and edit take; it gives the lead.
func (c *call) checkProject(in projectInput) (lead string, err error) {
	if in.Lead != nil || in.LeadName != nil {
		lead = cmp.Or(text(in.Lead), text(in.LeadName))
		if _, ok := c.people[lead]; !ok {
			return "", fault.Invalid("leadAccountId", "The user with account ID '%.80s' does not exist.", lead)
		}
	}
	if a := text(in.AssigneeType); a != "" && a != "PROJECT_LEAD" && a != "UNASSIGNED" {
		return "", fault.Invalid("assigneeType", "Invalid default assignee.")
	}
	if in.CategoryID != nil && *in.CategoryID > 0 && !slices.ContainsFunc(c.cat.Categories, func(g *catalog.Category) bool { return g.ID == int64(*in.CategoryID) }) {
		return "", fault.Invalid("categoryId", "The project category with id '%d' does not exist.", *in.CategoryID)
	}
	return lead, nil
}

func (h *handler) postProject(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[projectInput](r)
	if err != nil {
		return err
	}
	typ, err := templateType(in.Template, in.ProjectType)
	if err != nil {
		return err
	}
	var out struct {
		Self string `json:"self"`
		ID   int64  `json:"id"`
		Key  string `json:"key"`
	}
	err = h.write(r, func(c *call) error {
		lead, err := c.checkProject(in)
		if err != nil {
			return err
		}
		n := project.New{Key: text(in.Key), Name: text(in.Name), Description: text(in.Description), Lead: cmp.Or(lead, c.actor), Type: typ, Template: in.Template, URL: text(in.URL), AssigneeType: text(in.AssigneeType)}
		if in.CategoryID != nil {
			n.CategoryID = int64(*in.CategoryID)
		}
		out.ID, err = project.Create(c.ctx, c.tx, n)
		out.Key, out.Self = n.Key, c.api("project/"+strconv.FormatInt(out.ID, 10))
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusCreated, out)
}

func (h *handler) putProject(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[projectInput](r)
	if err != nil {
		return err
	}
	var id string
	err = h.write(r, func(c *call) error {
		p, err := c.projectIn(r)
		if err != nil {
			return err
		}
		lead, err := c.checkProject(in)
		if err != nil {
			return err
		}
		changed := *p
		for _, f := range []struct {
			to   *string
			from *string
		}{{&changed.Key, in.Key}, {&changed.Name, in.Name}, {&changed.Description, in.Description}, {&changed.URL, in.URL}, {&changed.AssigneeType, in.AssigneeType}} {
			if f.from != nil {
				*f.to = *f.from
			}
		}
		if lead != "" {
			changed.Lead = lead
		}
		if in.CategoryID != nil {
			changed.Category = nil
			for _, g := range c.cat.Categories {
				if g.ID == int64(*in.CategoryID) {
					changed.Category = g
				}
			}
		}
		id = strconv.FormatInt(p.ID, 10)
		return project.Update(c.ctx, c.tx, changed)
	})
	if err != nil {
		return err
	}
	r.SetPathValue("project", id) // the key may be another one now
	return h.getProject(w, r)
}

// deleteProject puts a project into the trash. Nothing is lost at once here, whatever enableUndo says.
func (h *handler) deleteProject(w http.ResponseWriter, r *http.Request) error {
	err := h.write(r, func(c *call) error {
		p, err := c.projectIn(r)
		if err != nil {
			return err
		}
		return project.Trash(c.ctx, c.tx, p.ID)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

func (h *handler) restoreProject(w http.ResponseWriter, r *http.Request) error {
	var id string
	err := h.write(r, func(c *call) error {
		key := r.PathValue("project")
		p := c.cat.ProjectByKey(strings.ToUpper(key))
		if p == nil {
			p = c.cat.Project(pathID(r, "project"))
		}
		if p == nil {
			return errNoProject(key)
		}
		id = strconv.FormatInt(p.ID, 10)
		return project.Restore(c.ctx, c.tx, p.ID)
	})
	if err != nil {
		return err
	}
	r.SetPathValue("project", id)
	return h.getProject(w, r)
}

type wireTypeStatuses struct {
	Self     string       `json:"self"`
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	Subtask  bool         `json:"subtask"`
	Statuses []wireStatus `json:"statuses"`
}

func (h *handler) getProjectStatuses(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) ([]wireTypeStatuses, error) {
		p, err := c.projectIn(r)
		if err != nil {
			return nil, err
		}
		out := []wireTypeStatuses{}
		for _, t := range p.Types {
			v := wireTypeStatuses{Self: c.api("issuetype/" + strconv.FormatInt(t.ID, 10)), ID: strconv.FormatInt(t.ID, 10), Name: t.Name, Subtask: t.Subtask(), Statuses: []wireStatus{}}
			if wf := c.cat.WorkflowOf(p.ID, t.ID); wf != nil {
				v.Statuses = each(wf.Statuses, c.status)
			}
			out = append(out, v)
		}
		return out, nil
	})
}

type wireProjectType struct {
	Key         string `json:"key"`
	Formatted   string `json:"formattedKey"`
	Description string `json:"descriptionI18nKey"`
	Icon        string `json:"icon"`
	Color       string `json:"color"`
}

var projectTypes = []wireProjectType{
	{"software", "Software", "jira.project.type.software.description", "", "#2684ff"},
	{"business", "Business", "jira.project.type.business.description", "", "#36b37e"},
}

func (h *handler) getProjectTypes(w http.ResponseWriter, r *http.Request) error {
	return httpkit.JSON(w, http.StatusOK, projectTypes)
}

func (h *handler) getProjectType(w http.ResponseWriter, r *http.Request) error {
	for _, t := range projectTypes {
		if t.Key == r.PathValue("type") {
			return httpkit.JSON(w, http.StatusOK, t)
		}
	}
	return fault.NotFound("The project type '%.40s' does not exist.", r.PathValue("type"))
}

// validateKey tells what is wrong with a key.
func (h *handler) validateKey(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (jiraErrors, error) {
		out := jiraErrors{ErrorMessages: []string{}, Errors: map[string]string{}}
		err := project.Check(c.cat, project.New{Key: r.URL.Query().Get("key"), Name: "\x00"})
		if f, ok := httpkit.AsFault(err); err != nil && ok && f.Fields["projectKey"] != "" {
			out.Errors["projectKey"] = f.Fields["projectKey"]
		}
		return out, nil
	})
}

type jiraErrors struct {
	ErrorMessages []string          `json:"errorMessages"`
	Errors        map[string]string `json:"errors"`
}

// validKey gives the key asked for, or one like it that is free.
func (h *handler) validKey(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (string, error) {
		key := strings.Map(func(r rune) rune {
			if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, strings.ToUpper(r.URL.Query().Get("key")))
		key = strings.TrimLeft(key, "0123456789")
		key = key[:min(len(key), 10)]
		if len(key) < 2 {
			key = "KEY"
		}
		for n, try := 1, key; ; n++ {
			if c.cat.ProjectByKey(try) == nil {
				return try, nil
			}
			try = key[:min(len(key), 10-len(itoa(n)))] + itoa(n)
		}
	})
}

func (h *handler) validName(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (string, error) {
		name := strings.TrimSpace(r.URL.Query().Get("name"))
		if name == "" {
			return "", fault.Bad("The query parameter 'name' needs to be provided.")
		}
		taken := func(s string) bool {
			return slices.ContainsFunc(c.cat.Projects, func(p *catalog.Project) bool { return strings.EqualFold(p.Name, s) })
		}
		for n, try := 2, name; ; n++ {
			if !taken(try) {
				return try, nil
			}
			try = name + " " + itoa(n)
		}
	})
}
