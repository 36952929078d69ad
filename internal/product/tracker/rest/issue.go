package rest

import (
	"encoding/json"
	"net/http"
	"strconv"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/comment"
	"holdfast.dev/internal/product/tracker/history"
	"holdfast.dev/internal/product/tracker/issue"
)

func (h *handler) issueRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "POST", Path: "/issue", Permission: "CREATE_ISSUES", Handler: h.postIssue},
		{Method: "POST", Path: "/issue/bulk", Permission: "CREATE_ISSUES", Handler: h.postIssues, MaxBody: 8 << 20},
		{Method: "GET", Path: "/issue/{issue}", Permission: "BROWSE_PROJECTS", Handler: h.getIssue},
		{Method: "PUT", Path: "/issue/{issue}", Permission: "EDIT_ISSUES", Handler: h.putIssue},
		{Method: "DELETE", Path: "/issue/{issue}", Permission: "DELETE_ISSUES", Handler: h.deleteIssue},
		{Method: "PUT", Path: "/issue/{issue}/assignee", Permission: "ASSIGN_ISSUES", Handler: h.putAssignee},
		{Method: "GET", Path: "/issue/{issue}/transitions", Permission: "BROWSE_PROJECTS", Handler: h.getTransitions},
		{Method: "POST", Path: "/issue/{issue}/transitions", Permission: "TRANSITION_ISSUES", Handler: h.postTransition},
		{Method: "GET", Path: "/issue/{issue}/changelog", Permission: "BROWSE_PROJECTS", Handler: h.getChangelog},
	}
}

// find gives the issue that the path names.
func (c *call) find(r *http.Request) (*issue.Issue, error) {
	return issue.Find(c.ctx, c.tx, c.cat, r.PathValue("issue"))
}

func (h *handler) getIssue(w http.ResponseWriter, r *http.Request) error {
	f := parseFields(httpkit.ListParam(r, "fields"), "*all")
	expand := expansions(r)
	var body []byte
	err := h.read(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		views, err := c.view([]*issue.Issue{i}, f)
		if err != nil {
			return err
		}
		extra, err := h.expand(c, views[0], f, expand)
		if err != nil {
			return err
		}
		if keys := httpkit.ListParam(r, "properties"); len(keys) > 0 {
			values, err := c.properties(i.ID, keys)
			if err != nil {
				return err
			}
			expanded := extra
			extra = func(o *jsonObject) {
				if expanded != nil {
					expanded(o)
				}
				o.value("properties", values)
			}
		}
		body = c.appendIssue(make([]byte, 0, 8<<10), views[0], f, extra)
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.Bytes(w, http.StatusOK, body)
}

func expansions(r *http.Request) map[string]bool {
	out := map[string]bool{}
	for _, e := range httpkit.ListParam(r, "expand") {
		out[e] = true
	}
	return out
}

// expand gives what was asked for beside the fields.
func (h *handler) expand(c *call, v *issueView, f fieldSet, expand map[string]bool) (func(o *jsonObject), error) {
	if len(expand) == 0 {
		return nil, nil
	}
	var log []wireHistory
	if expand["changelog"] {
		entries, err := history.List(c.ctx, c.tx, v.ID)
		if err != nil {
			return nil, err
		}
		for n := len(entries) - 1; n >= 0; n-- { // newest first, as Jira answers it here
			log = append(log, c.history(entries[n]))
		}
	}
	return func(o *jsonObject) {
		if expand["renderedFields"] {
			o.value("renderedFields", map[string]any{"description": c.html(c.ctx, v.texts.Description), "environment": c.html(c.ctx, v.texts.Environment)})
		}
		if expand["names"] {
			o.value("names", c.fieldNames())
		}
		if expand["schema"] {
			o.value("schema", c.fieldSchemas())
		}
		if expand["transitions"] {
			o.value("transitions", c.transitions(v.Issue))
		}
		if expand["editmeta"] {
			o.value("editmeta", map[string]any{"fields": c.editMeta(v.Issue)})
		}
		if expand["operations"] {
			o.value("operations", map[string]any{"linkGroups": []any{}})
		}
		if expand["changelog"] {
			if log == nil {
				log = []wireHistory{}
			}
			o.value("changelog", map[string]any{"startAt": 0, "maxResults": len(log), "total": len(log), "histories": log})
		}
	}, nil
}

type createdIssue struct {
	ID   string `json:"id"`
	Key  string `json:"key"`
	Self string `json:"self"`
}

func (h *handler) postIssue(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[issueInput](r)
	if err != nil {
		return err
	}
	draft, err := h.prepare(r, in)
	if err != nil {
		return err
	}
	var out createdIssue
	err = h.write(r, func(c *call) (err error) {
		out, err = h.create(c, draft)
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusCreated, out)
}

// prepared is a create that has been read and checked against the catalog, outside of the write.
type prepared struct {
	patcher    *patcher
	properties []wireProperty
	transition string
}

// prepare reads and checks everything that does not need the write: bodies are parsed and converted while others commit.
func (h *handler) prepare(r *http.Request, in issueInput) (p prepared, err error) {
	err = h.read(r, func(c *call) error {
		pt := &patcher{h: h, r: r, c: c.cat, people: c.people, create: true, wrong: map[string]string{}}
		name, err := readRef(in.Fields["project"])
		if pt.project = c.cat.FindProject(name); err != nil || pt.project == nil {
			return fault.InvalidFields(map[string]string{"project": "Specify a valid project ID or key"})
		}
		err = pt.read(in)
		if in.Fields["issuetype"] == nil {
			pt.wrong["issuetype"] = "Specify an issue type"
		}
		if !pt.patch.Summary.Given && pt.wrong["summary"] == "" {
			pt.wrong["summary"] = "You must specify a summary of the issue."
		}
		p = prepared{patcher: pt, properties: in.Properties}
		if in.Transition != nil {
			p.transition = in.Transition.ID
		}
		if len(pt.wrong) > 0 {
			return fault.InvalidFields(pt.wrong)
		}
		return err
	})
	return p, err
}

func (h *handler) create(c *call, p prepared) (out createdIssue, err error) {
	pt := p.patcher
	if err := c.resolveParent(pt); err != nil {
		return out, err
	}
	i, err := issue.Create(c.ctx, c.tx, c.cat, c.actor, issue.Draft{ProjectID: pt.project.ID, Patch: pt.patch})
	if err != nil {
		return out, err
	}
	if p.transition != "" {
		t, err := c.transitionBy(i, p.transition, "")
		if err != nil {
			return out, err
		}
		if err := issue.Transition(c.ctx, c.tx, c.cat, c.actor, c.name, i, t, issue.Patch{}); err != nil {
			return out, err
		}
	}
	if err := h.sideOperations(c, pt, i); err != nil {
		return out, err
	}
	id := strconv.FormatInt(i.ID, 10)
	return createdIssue{ID: id, Key: c.key(i), Self: c.api("issue/" + id)}, nil
}

// resolveParent turns the parent's key into its identifier.
func (c *call) resolveParent(p *patcher) error {
	if p.parent == "" {
		return nil
	}
	parent, err := issue.Find(c.ctx, c.tx, c.cat, p.parent)
	if fault.Is(err, fault.KindNotFound) {
		return fault.Invalid("parent", "Could not find issue by id or key.")
	}
	if err != nil {
		return err
	}
	p.patch.ParentID = issue.Some(parent.ID)
	return nil
}

// sideOperations does what "update" asks besides fields: a comment, time, links.
func (h *handler) sideOperations(c *call, p *patcher, i *issue.Issue) error {
	if p.comment != nil {
		var in commentInput
		if err := json.Unmarshal(p.comment, &in); err != nil {
			return fault.Invalid("comment", "data was not an object")
		}
		cm, err := h.readComment(p.r, c, in)
		if err != nil {
			return err
		}
		if err := comment.Add(c.ctx, c.tx, i, cm); err != nil {
			return err
		}
	}
	if p.worklog != nil {
		if err := h.addWorklog(c, p.r, i, p.worklog); err != nil {
			return err
		}
	}
	for _, raw := range p.links {
		if err := c.addLinkOperation(i, raw); err != nil {
			return err
		}
	}
	return nil
}

type bulkError struct {
	Status  int       `json:"status"`
	Errors  jiraError `json:"elementErrors"`
	Element int       `json:"failedElementNumber"`
}

type jiraError struct {
	ErrorMessages []string          `json:"errorMessages"`
	Errors        map[string]string `json:"errors"`
}

// postIssues creates several issues; those that are wrong are answered with their numbers and the others are created.
func (h *handler) postIssues(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[struct {
		Updates []issueInput `json:"issueUpdates"`
	}](r)
	if err != nil {
		return err
	}
	if len(in.Updates) == 0 || len(in.Updates) > 50 {
		return fault.Bad("Between 1 and 50 issues can be created at once.")
	}
	created, failed := []createdIssue{}, []bulkError{}
	for n, u := range in.Updates {
		p, err := h.prepare(r, u)
		var out createdIssue
		if err == nil {
			err = h.write(r, func(c *call) (err error) {
				out, err = h.create(c, p)
				return err
			})
		}
		if fault.KindOf(err) == fault.KindInternal && err != nil {
			return err
		}
		if err != nil {
			failed = append(failed, bulkError{Status: fault.KindOf(err).Status(), Errors: elementErrors(err), Element: n})
			continue
		}
		created = append(created, out)
	}
	status := http.StatusCreated
	if len(created) == 0 {
		status = http.StatusBadRequest
	}
	return httpkit.JSON(w, status, map[string]any{"issues": created, "errors": failed})
}

func elementErrors(err error) jiraError {
	e := jiraError{ErrorMessages: []string{}, Errors: map[string]string{}}
	if f, ok := httpkit.AsFault(err); ok {
		if f.Message != "" {
			e.ErrorMessages = append(e.ErrorMessages, f.Message)
		}
		for k, v := range f.Fields {
			e.Errors[k] = v
		}
	}
	return e
}

func (h *handler) putIssue(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[issueInput](r)
	if err != nil {
		return err
	}
	if len(in.Fields) == 0 && len(in.Update) == 0 {
		return fault.Bad("one of 'fields' or 'update' required")
	}
	err = h.write(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		p, err := h.patch(c, r, i, in)
		if err != nil {
			return err
		}
		if p.patch.ResolutionID.Given && p.patch.ResolutionID.Value == 0 && i.ResolutionID == 0 {
			p.patch.ResolutionID.Given = false
		}
		if err := issue.Edit(c.ctx, c.tx, c.cat, c.actor, c.name, i, p.patch); err != nil {
			return err
		}
		return h.sideOperations(c, p, i)
	})
	if err != nil {
		return err
	}
	if httpkit.BoolParam(r, "returnIssue") {
		return h.getIssue(w, r)
	}
	return httpkit.NoContent(w)
}

// patch reads the changes of an issue that exists.
func (h *handler) patch(c *call, r *http.Request, i *issue.Issue, in issueInput) (*patcher, error) {
	p := &patcher{h: h, r: r, c: c.cat, people: c.people, project: c.cat.Project(i.ProjectID)}
	if err := p.read(in); err != nil {
		return nil, err
	}
	if c.v2 && (p.patch.Description.Given || p.patch.Environment.Given) {
		texts, err := issue.TextsOf(c.ctx, c.tx, i.ID)
		if err != nil {
			return nil, err
		}
		if c.sameInWiki(texts.Description, p.patch.Description.Value) {
			p.patch.Description.Given = false
		}
		if c.sameInWiki(texts.Environment, p.patch.Environment.Value) {
			p.patch.Environment.Given = false
		}
	}
	return p, c.resolveParent(p)
}

func (h *handler) deleteIssue(w http.ResponseWriter, r *http.Request) error {
	err := h.write(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		isSubtask := func(id int64) bool { t := c.cat.Type(id); return t != nil && t.Subtask() }
		return issue.Delete(c.ctx, c.tx, isSubtask, i, httpkit.BoolParam(r, "deleteSubtasks"))
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

func (h *handler) putAssignee(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[json.RawMessage](r)
	if err != nil {
		return err
	}
	err = h.write(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		p, err := h.patch(c, r, i, issueInput{Fields: map[string]json.RawMessage{"assignee": in}})
		if err != nil {
			return err
		}
		return issue.Edit(c.ctx, c.tx, c.cat, c.actor, c.name, i, p.patch)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

type wireTransition struct {
	ID            string          `json:"id"`
	Name          string          `json:"name"`
	To            json.RawMessage `json:"to"`
	HasScreen     bool            `json:"hasScreen"`
	IsGlobal      bool            `json:"isGlobal"`
	IsInitial     bool            `json:"isInitial"`
	IsAvailable   bool            `json:"isAvailable"`
	IsConditional bool            `json:"isConditional"`
	IsLooped      bool            `json:"isLooped"`
	Fields        map[string]any  `json:"fields,omitzero"`
}

func (c *call) transitions(i *issue.Issue) []wireTransition {
	out := []wireTransition{}
	w := c.cat.WorkflowOf(i.ProjectID, i.TypeID)
	if w == nil {
		return out
	}
	for _, t := range w.Moves(c.cat.Status(i.StatusID)) {
		out = append(out, wireTransition{ID: strconv.FormatInt(t.ID, 10), Name: t.Name, To: c.statusJSON(t.To.ID), IsGlobal: t.From == nil, IsAvailable: true, IsLooped: t.To.ID == i.StatusID})
	}
	return out
}

func (h *handler) getTransitions(w http.ResponseWriter, r *http.Request) error {
	expand := expansions(r)
	var out []wireTransition
	err := h.read(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		only := r.URL.Query().Get("transitionId")
		for _, t := range c.transitions(i) {
			if only != "" && t.ID != only {
				continue
			}
			if expand["transitions.fields"] {
				t.Fields = map[string]any{}
			}
			out = append(out, t)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if out == nil {
		out = []wireTransition{}
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"expand": "transitions", "transitions": out})
}

// transitionBy finds a transition that leaves the issue's status, by identifier or name.
func (c *call) transitionBy(i *issue.Issue, id, name string) (*catalog.Transition, error) {
	w := c.cat.WorkflowOf(i.ProjectID, i.TypeID)
	for _, t := range w.Moves(c.cat.Status(i.StatusID)) {
		if id != "" && strconv.FormatInt(t.ID, 10) == id || id == "" && t.Name == name {
			return t, nil
		}
	}
	if id == "" {
		id = name
	}
	return nil, fault.Bad("Transition id '%.40s' is not valid for this issue.", id)
}

func (h *handler) postTransition(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[issueInput](r)
	if err != nil {
		return err
	}
	if in.Transition == nil || in.Transition.ID == "" && in.Transition.Name == "" {
		return fault.Bad("Missing 'transition' identifier")
	}
	err = h.write(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		t, err := c.transitionBy(i, in.Transition.ID, in.Transition.Name)
		if err != nil {
			return err
		}
		p, err := h.patch(c, r, i, in)
		if err != nil {
			return err
		}
		if err := issue.Transition(c.ctx, c.tx, c.cat, c.actor, c.name, i, t, p.patch); err != nil {
			return err
		}
		return h.sideOperations(c, p, i)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

type wireHistory struct {
	ID      string            `json:"id"`
	Author  *wireUser         `json:"author,omitempty"`
	Created httpkit.Time      `json:"created"`
	Items   []wireHistoryItem `json:"items"`
}

type wireHistoryItem struct {
	Field      string  `json:"field"`
	FieldType  string  `json:"fieldtype"`
	FieldID    string  `json:"fieldId,omitempty"`
	From       *string `json:"from"`
	FromString *string `json:"fromString"`
	To         *string `json:"to"`
	ToString   *string `json:"toString"`
}

func (r *renderer) history(e history.Entry) wireHistory {
	opt := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	w := wireHistory{ID: strconv.FormatInt(e.ID, 10), Author: r.user(e.Author), Created: r.at(e.Created), Items: make([]wireHistoryItem, len(e.Items))}
	for n, it := range e.Items {
		w.Items[n] = wireHistoryItem{it.Field, it.FieldType, it.FieldID, opt(it.From), opt(it.FromText), opt(it.To), opt(it.ToText)}
	}
	return w
}

func (h *handler) getChangelog(w http.ResponseWriter, r *http.Request) error {
	all := []wireHistory{}
	err := h.read(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		entries, err := history.List(c.ctx, c.tx, i.ID)
		for _, e := range entries {
			all = append(all, c.history(e))
		}
		return err
	})
	if err != nil {
		return err
	}
	page, err := httpkit.PageOf(r, all, 100, 100)
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, page)
}
