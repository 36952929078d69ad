package rest

import (
	"cmp"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/comment"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/worklog"
)

// jsonObject writes an object by appending: the body of an issue is the hottest answer there is.
type jsonObject struct {
	b     []byte
	first bool
}

func (o *jsonObject) open() {
	o.b = append(o.b, '{')
	o.first = true
}

func (o *jsonObject) close() {
	o.b = append(o.b, '}')
	o.first = false
}

func (o *jsonObject) key(name string) {
	if !o.first {
		o.b = append(o.b, ',')
	}
	o.first = false
	o.b = append(o.b, '"')
	o.b = append(o.b, name...)
	o.b = append(o.b, '"', ':')
}

func (o *jsonObject) raw(name string, v []byte) {
	o.key(name)
	o.b = append(o.b, v...)
}

func (o *jsonObject) text(name, v string) {
	o.key(name)
	o.b = appendString(o.b, v)
}

// textOrNull writes null for an empty text.
func (o *jsonObject) textOrNull(name, v string) {
	if v == "" {
		o.raw(name, null)
		return
	}
	o.text(name, v)
}

func (o *jsonObject) at(name string, t time.Time) {
	o.key(name)
	o.b = httpkit.AppendTime(o.b, t)
}

func (o *jsonObject) num(name string, n int64) {
	o.key(name)
	o.b = strconv.AppendInt(o.b, n, 10)
}

func (o *jsonObject) value(name string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		b = null
	}
	o.raw(name, b)
}

var null = []byte("null")

// appendString quotes a text; what JSON need not escape is copied in one go.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			_, size := utf8.DecodeRuneInString(s[i:])
			i += size
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\t':
			b = append(b, '\\', 't')
		case '\r':
			b = append(b, '\\', 'r')
		default:
			const hex = "0123456789abcdef"
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// appendIssue writes the body of an issue: id, self, key and the fields that were asked for.
func (r *renderer) appendIssue(b []byte, v *issueView, f fieldSet, extra func(o *jsonObject)) []byte {
	o := &jsonObject{b: b}
	o.open()
	id := strconv.FormatInt(v.ID, 10)
	o.text("expand", "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations")
	o.text("id", id)
	o.text("self", r.api("issue/"+id))
	o.text("key", r.key(v.Issue))
	o.key("fields")
	o.open()
	r.systemFields(o, v, f)
	r.partFields(o, v, f)
	r.customFields(o, v, f)
	o.close()
	if extra != nil {
		extra(o)
	}
	o.close()
	return o.b
}

func (r *renderer) systemFields(o *jsonObject, v *issueView, f fieldSet) {
	if f.has("summary") {
		o.text("summary", v.Summary)
	}
	if f.has("issuetype") {
		o.raw("issuetype", r.typeJSON(v.TypeID))
	}
	if p := r.cat.Project(v.ProjectID); p != nil && f.has("project") {
		o.raw("project", r.fragment("project", p.ID, func() any { return r.projectRef(p) }))
	}
	if f.has("status") {
		o.raw("status", r.statusJSON(v.StatusID))
	}
	if f.has("statusCategory") {
		if s := r.cat.Status(v.StatusID); s != nil {
			o.raw("statusCategory", r.fragment("statusCategory:"+s.Category, 0, func() any { return r.statusCategory(s.Category) }))
		}
	}
	if f.has("statuscategorychangedate") {
		o.at("statuscategorychangedate", v.StatusSince.In(r.zone))
	}
	if f.has("priority") {
		o.raw("priority", r.priorityJSON(v.PriorityID))
	}
	if f.has("resolution") {
		if res := r.cat.Resolution(v.ResolutionID); res != nil {
			o.raw("resolution", r.fragment("resolution", res.ID, func() any { return r.resolution(res) }))
		} else {
			o.raw("resolution", null)
		}
	}
	if f.has("resolutiondate") {
		if v.Resolved != nil {
			o.at("resolutiondate", v.Resolved.In(r.zone))
		} else {
			o.raw("resolutiondate", null)
		}
	}
	if f.has("created") {
		o.at("created", v.Created.In(r.zone))
	}
	if f.has("updated") {
		o.at("updated", v.Updated.In(r.zone))
	}
	if f.has("duedate") {
		o.textOrNull("duedate", v.DueDay)
	}
	for _, p := range []struct{ name, account string }{{"assignee", v.Assignee}, {"reporter", v.Reporter}, {"creator", v.Creator}} {
		if f.has(p.name) {
			o.value(p.name, r.user(p.account))
		}
	}
	r.textFields(o, v, f)
	r.timeFields(o, v, f)
}

func (r *renderer) textFields(o *jsonObject, v *issueView, f fieldSet) {
	for _, t := range []struct{ name, stored string }{{"description", v.texts.Description}, {"environment", v.texts.Environment}} {
		if !f.has(t.name) {
			continue
		}
		switch rich := r.rich(t.stored).(type) {
		case nil:
			o.raw(t.name, null)
		case json.RawMessage:
			o.raw(t.name, rich)
		case string:
			o.text(t.name, rich)
		}
	}
	if f.has("labels") {
		o.key("labels")
		o.b = append(o.b, '[')
		for n, l := range v.Labels {
			if n > 0 {
				o.b = append(o.b, ',')
			}
			o.b = appendString(o.b, l)
		}
		o.b = append(o.b, ']')
	}
	if f.has("components") {
		o.list("components", len(v.Components), func(n int) []byte {
			if c := r.cat.Component(v.Components[n]); c != nil {
				return r.fragment("componentRef", c.ID, func() any { return r.componentRef(c) })
			}
			return nil
		})
	}
	for _, vs := range []struct {
		name string
		ids  []int64
	}{{"fixVersions", v.FixVersions}, {"versions", v.Affects}} {
		if f.has(vs.name) {
			o.list(vs.name, len(vs.ids), func(n int) []byte {
				if ver := r.cat.Version(vs.ids[n]); ver != nil {
					return r.fragment("versionRef", ver.ID, func() any { return r.versionRef(ver) })
				}
				return nil
			})
		}
	}
}

// list writes an array of n elements; an element of nil is left out.
func (o *jsonObject) list(name string, n int, element func(n int) []byte) {
	o.key(name)
	o.b = append(o.b, '[')
	first := true
	for i := range n {
		e := element(i)
		if e == nil {
			continue
		}
		if !first {
			o.b = append(o.b, ',')
		}
		first = false
		o.b = append(o.b, e...)
	}
	o.b = append(o.b, ']')
}

type wireProgress struct {
	Progress int64  `json:"progress"`
	Total    int64  `json:"total"`
	Percent  *int64 `json:"percent,omitempty"`
}

type wireTimeTracking struct {
	OriginalEstimate  string `json:"originalEstimate,omitempty"`
	RemainingEstimate string `json:"remainingEstimate,omitempty"`
	TimeSpent         string `json:"timeSpent,omitempty"`
	OriginalSeconds   *int64 `json:"originalEstimateSeconds,omitempty"`
	RemainingSeconds  *int64 `json:"remainingEstimateSeconds,omitempty"`
	SpentSeconds      *int64 `json:"timeSpentSeconds,omitempty"`
}

func timeTracking(i *issue.Issue) wireTimeTracking {
	text := func(n *int64) string {
		if n == nil {
			return ""
		}
		return worklog.FormatDuration(*n)
	}
	return wireTimeTracking{text(i.OriginalEstimate), text(i.RemainingEstimate), text(i.TimeSpent), i.OriginalEstimate, i.RemainingEstimate, i.TimeSpent}
}

func (r *renderer) timeFields(o *jsonObject, v *issueView, f fieldSet) {
	for _, t := range []struct {
		name string
		n    *int64
	}{{"timeoriginalestimate", v.OriginalEstimate}, {"timeestimate", v.RemainingEstimate}, {"timespent", v.TimeSpent}} {
		if !f.has(t.name) {
			continue
		}
		if t.n == nil {
			o.raw(t.name, null)
		} else {
			o.num(t.name, *t.n)
		}
	}
	if f.has("timetracking") {
		o.value("timetracking", timeTracking(v.Issue))
	}
	if f.has("progress") {
		var p wireProgress
		if v.TimeSpent != nil {
			p.Progress = *v.TimeSpent
		}
		p.Total = p.Progress
		if v.RemainingEstimate != nil {
			p.Total += *v.RemainingEstimate
		}
		if p.Total > 0 {
			percent := p.Progress * 100 / p.Total
			p.Percent = &percent
		}
		o.value("progress", p)
	}
	if f.has("workratio") {
		ratio := int64(-1)
		if v.OriginalEstimate != nil && *v.OriginalEstimate > 0 && v.TimeSpent != nil {
			ratio = *v.TimeSpent * 100 / *v.OriginalEstimate
		}
		o.num("workratio", ratio)
	}
}

// partFields writes what has tables of its own.
func (r *renderer) partFields(o *jsonObject, v *issueView, f fieldSet) {
	id := strconv.FormatInt(v.ID, 10)
	if f.has("watches") {
		o.value("watches", map[string]any{"self": r.api("issue/" + id + "/watchers"), "watchCount": v.Watches, "isWatching": v.watching})
	}
	if f.has("votes") {
		o.value("votes", map[string]any{"self": r.api("issue/" + id + "/votes"), "votes": v.Votes, "hasVoted": v.voted})
	}
	if p := v.related[v.ParentID]; p != nil && f.has("parent") {
		o.value("parent", r.issueRef(p, true))
	}
	if f.has("subtasks") {
		out := []wireIssueRef{}
		for _, c := range v.children {
			if t := r.cat.Type(c.TypeID); t != nil && t.Subtask() {
				out = append(out, r.issueRef(c, true))
			}
		}
		o.value("subtasks", out)
	}
	if f.has("issuelinks") {
		o.value("issuelinks", r.issueLinks(v))
	}
	if f.has("comment") {
		out := make([]wireComment, len(v.comments))
		for n, c := range v.comments {
			out[n] = r.comment(c, id)
		}
		o.value("comment", map[string]any{"comments": out, "self": r.api("issue/" + id + "/comment"), "maxResults": len(out), "total": v.seenComments, "startAt": 0})
	}
	if f.has("worklog") {
		out := make([]wireWorklog, len(v.worklogs))
		for n, w := range v.worklogs {
			out[n] = r.worklog(w, id)
		}
		o.value("worklog", map[string]any{"worklogs": out, "maxResults": 20, "total": v.seenWorklogs, "startAt": 0})
	}
	if f.has("attachment") {
		out := make([]wireAttachment, len(v.attachments))
		for n, a := range v.attachments {
			out[n] = r.attachment(a)
		}
		o.value("attachment", out)
	}
}

func (r *renderer) customFields(o *jsonObject, v *issueView, f fieldSet) {
	for _, fd := range r.cat.Fields {
		name := fd.Wire()
		if !f.has(name) {
			continue
		}
		o.value(name, r.custom(fd, v))
	}
}

// custom gives a custom field's value on the wire, nil for none.
func (r *renderer) custom(f *catalog.Field, v *issueView) any {
	if f.Name == "Epic Link" {
		if p := v.related[v.ParentID]; p != nil {
			if t := r.cat.Type(p.TypeID); t != nil && t.Level == 1 {
				return r.key(p)
			}
		}
		return nil
	}
	values := v.values[f.ID]
	if len(values) == 0 {
		return nil
	}
	out := make([]any, len(values))
	for n, s := range values {
		out[n] = r.customValue(f, s)
	}
	switch f.Type {
	case catalog.FieldMultiSelect, catalog.FieldMultiUser, catalog.FieldLabels:
		return out
	}
	return out[0]
}

func (r *renderer) customValue(f *catalog.Field, s string) any {
	switch f.Type {
	case catalog.FieldNumber:
		return json.RawMessage(s)
	case catalog.FieldSelect, catalog.FieldMultiSelect:
		id, _ := strconv.ParseInt(s, 10, 64)
		if o := r.cat.Option(id); o != nil {
			return map[string]string{"self": r.api("customFieldOption/" + s), "value": o.Value, "id": s}
		}
		return nil
	case catalog.FieldUser, catalog.FieldMultiUser:
		return r.user(s)
	case catalog.FieldDateTime:
		us, _ := strconv.ParseInt(s, 10, 64)
		return r.at(time.UnixMicro(us))
	case catalog.FieldTextArea:
		return r.rich(s)
	}
	return s
}

func (r *renderer) typeJSON(id int64) []byte {
	if t := r.cat.Type(id); t != nil {
		return r.fragment("type", id, func() any { return r.issueType(t) })
	}
	return null
}

func (r *renderer) statusJSON(id int64) []byte {
	if s := r.cat.Status(id); s != nil {
		return r.fragment("status", id, func() any { return r.status(s) })
	}
	return null
}

func (r *renderer) priorityJSON(id int64) []byte {
	if p := r.cat.Priority(id); p != nil {
		return r.fragment("priority", id, func() any { return r.priority(p) })
	}
	return null
}

// wireIssueRef is another issue as an issue mentions it.
type wireIssueRef struct {
	ID     string         `json:"id"`
	Key    string         `json:"key"`
	Self   string         `json:"self"`
	Fields map[string]any `json:"fields"`
}

func (r *renderer) issueRef(i *issue.Issue, withPriority bool) wireIssueRef {
	id := strconv.FormatInt(i.ID, 10)
	f := map[string]any{"summary": i.Summary, "status": json.RawMessage(r.statusJSON(i.StatusID)), "issuetype": json.RawMessage(r.typeJSON(i.TypeID))}
	if withPriority {
		f["priority"] = json.RawMessage(r.priorityJSON(i.PriorityID))
	}
	return wireIssueRef{id, r.key(i), r.api("issue/" + id), f}
}

type wireIssueLink struct {
	ID      string        `json:"id"`
	Self    string        `json:"self"`
	Type    wireLinkType  `json:"type"`
	Inward  *wireIssueRef `json:"inwardIssue,omitempty"`
	Outward *wireIssueRef `json:"outwardIssue,omitempty"`
}

func (r *renderer) issueLinks(v *issueView) []wireIssueLink {
	out := []wireIssueLink{}
	for _, l := range v.links {
		t := r.cat.LinkType(l.TypeID)
		other := v.related[l.Target]
		if l.Target == v.ID {
			other = v.related[l.Source]
		}
		if t == nil || other == nil {
			continue
		}
		id := strconv.FormatInt(l.ID, 10)
		w := wireIssueLink{ID: id, Self: r.api("issueLink/" + id), Type: r.linkType(t)}
		ref := r.issueRef(other, true)
		if l.Target == v.ID {
			w.Inward = &ref
		} else {
			w.Outward = &ref
		}
		out = append(out, w)
	}
	return out
}

type wireVisibility struct {
	Type       string `json:"type"`
	Value      string `json:"value"`
	Identifier string `json:"identifier,omitempty"`
}

type wireComment struct {
	Self         string          `json:"self"`
	ID           string          `json:"id"`
	Author       *wireUser       `json:"author,omitempty"`
	Body         any             `json:"body"`
	RenderedBody string          `json:"renderedBody,omitempty"`
	UpdateAuthor *wireUser       `json:"updateAuthor,omitempty"`
	Created      httpkit.Time    `json:"created"`
	Updated      httpkit.Time    `json:"updated"`
	Visibility   *wireVisibility `json:"visibility,omitempty"`
	JSDPublic    bool            `json:"jsdPublic"`
}

func (r *renderer) comment(c *comment.Comment, issueID string) wireComment {
	id := strconv.FormatInt(c.ID, 10)
	return wireComment{Self: r.api("issue/" + issueID + "/comment/" + id), ID: id, Author: r.user(c.Author), Body: r.rich(c.Body), UpdateAuthor: r.user(c.UpdateAuthor),
		Created: r.at(c.Created), Updated: r.at(c.Updated), JSDPublic: !c.Internal, Visibility: visibilityOf(c.VisibilityType, c.VisibilityValue)}
}

type wireWorklog struct {
	Self         string          `json:"self"`
	Author       *wireUser       `json:"author,omitempty"`
	UpdateAuthor *wireUser       `json:"updateAuthor,omitempty"`
	Comment      any             `json:"comment,omitempty"`
	Created      httpkit.Time    `json:"created"`
	Updated      httpkit.Time    `json:"updated"`
	Started      httpkit.Time    `json:"started"`
	TimeSpent    string          `json:"timeSpent"`
	Seconds      int64           `json:"timeSpentSeconds"`
	ID           string          `json:"id"`
	IssueID      string          `json:"issueId"`
	Visibility   *wireVisibility `json:"visibility,omitempty"`
}

// read gives type and value of a restriction, empty for none.
func (v *wireVisibility) read() (kind, value string, err error) {
	if v == nil || v.Type == "" {
		return "", "", nil
	}
	if v.Type != "role" && v.Type != "group" {
		return "", "", fault.Invalid("visibility", "The visibility type must be role or group.")
	}
	if value = cmp.Or(v.Value, v.Identifier); value == "" || len(value) > 255 {
		return "", "", fault.Invalid("visibility", "The visibility must name a role or a group.")
	}
	return v.Type, value, nil
}

func visibilityOf(kind, value string) *wireVisibility {
	if kind == "" {
		return nil
	}
	return &wireVisibility{kind, value, value}
}

func (r *renderer) worklog(w *worklog.Worklog, issueID string) wireWorklog {
	id := strconv.FormatInt(w.ID, 10)
	return wireWorklog{Self: r.api("issue/" + issueID + "/worklog/" + id), Author: r.user(w.Author), UpdateAuthor: r.user(w.UpdateAuthor), Comment: r.rich(w.Comment),
		Created: r.at(w.Created), Updated: r.at(w.Updated), Started: r.at(w.Started), TimeSpent: worklog.FormatDuration(w.Seconds), Seconds: w.Seconds, ID: id, IssueID: issueID, Visibility: visibilityOf(w.VisibilityType, w.VisibilityValue)}
}
