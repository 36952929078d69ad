package restjson

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/product/tracker/importer/source"
)

// host is the server that an object of the export came from, so that people of two servers are not mixed up.
func host(self string) string {
	u, err := url.Parse(self)
	if err != nil {
		return ""
	}
	return u.Host
}

type wirePerson struct {
	Self         string `json:"self"`
	Name         string `json:"name"`
	Key          string `json:"key"`
	AccountID    string `json:"accountId"`
	EmailAddress string `json:"emailAddress"`
	DisplayName  string `json:"displayName"`
	Active       *bool  `json:"active"`
}

func (w *wirePerson) person() *source.Person {
	if w == nil {
		return nil
	}
	key := w.AccountID
	if key == "" {
		key = w.Key
	}
	if key == "" {
		key = w.Name
	}
	if key == "" {
		key = w.DisplayName
	}
	if key == "" {
		return nil
	}
	if h := host(w.Self); h != "" {
		key = h + "/" + key
	}
	name := w.DisplayName
	if name == "" {
		name = w.Name
	}
	return &source.Person{Key: key, AccountID: w.AccountID, Name: name, Email: w.EmailAddress, Inactive: w.Active != nil && !*w.Active}
}

// identifier is a text, which some servers write as a number.
type identifier string

// UnmarshalJSON reads both forms.
func (i *identifier) UnmarshalJSON(raw []byte) error {
	*i = identifier(number(raw))
	return nil
}

type wireNamed struct {
	ID          identifier `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Subtask     bool       `json:"subtask"`
	Level       *int       `json:"hierarchyLevel"`
	Category    *struct {
		Key string `json:"key"`
	} `json:"statusCategory"`
}

func (w *wireNamed) named() *source.Named {
	if w == nil || w.Name == "" {
		return nil
	}
	n := &source.Named{ID: string(w.ID), Name: w.Name, Description: w.Description, Subtask: w.Subtask}
	if w.Category != nil {
		n.Category = w.Category.Key
	}
	switch {
	case w.Subtask:
		n.Level = -1
	case w.Level != nil && *w.Level > 0, w.Level == nil && strings.EqualFold(w.Name, "epic"):
		n.Level = 1
	}
	return n
}

type wireVersion struct {
	ID                     identifier
	Name, Description      string
	Released, Archived     bool
	StartDate, ReleaseDate string
}

func (w wireVersion) version() source.Version {
	return source.Version{ID: string(w.ID), Name: w.Name, Description: w.Description, Released: w.Released, Archived: w.Archived, StartDay: day(w.StartDate), ReleaseDay: day(w.ReleaseDate)}
}

type wireComponent struct {
	ID          identifier  `json:"id"`
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Lead        *wirePerson `json:"lead"`
}

func (w wireComponent) component() source.Component {
	return source.Component{ID: string(w.ID), Name: w.Name, Description: w.Description, Lead: w.Lead.person()}
}

type wireProject struct {
	ID          identifier      `json:"id"`
	Key         string          `json:"key"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	URL         string          `json:"url"`
	Lead        *wirePerson     `json:"lead"`
	Type        string          `json:"projectTypeKey"`
	Components  []wireComponent `json:"components"`
	Versions    []wireVersion   `json:"versions"`
	Category    *wireNamed      `json:"projectCategory"`
	OldKeys     []string        `json:"projectKeys"`
}

func (w wireProject) project() source.Project {
	p := source.Project{ID: string(w.ID), Key: w.Key, Name: w.Name, Description: w.Description, URL: w.URL, Lead: w.Lead.person(), Type: w.Type, OldKeys: w.OldKeys}
	if w.Category != nil {
		p.Category = w.Category.Name
	}
	for _, c := range w.Components {
		p.Components = append(p.Components, c.component())
	}
	for i, v := range w.Versions {
		made := v.version()
		made.Position = i + 1
		p.Versions = append(p.Versions, made)
	}
	return p
}

type wireComment struct {
	ID           string          `json:"id"`
	Author       *wirePerson     `json:"author"`
	UpdateAuthor *wirePerson     `json:"updateAuthor"`
	Body         json.RawMessage `json:"body"`
	Created      string          `json:"created"`
	Updated      string          `json:"updated"`
	Public       *bool           `json:"jsdPublic"`
	Visibility   *struct {
		Type  string `json:"type"`
		Value string `json:"value"`
	} `json:"visibility"`
}

func (w wireComment) comment() source.Comment {
	c := source.Comment{ID: w.ID, Author: w.Author.person(), UpdateAuthor: w.UpdateAuthor.person(), Body: text(w.Body), Internal: w.Public != nil && !*w.Public}
	c.Created, _ = instant(w.Created)
	var ok bool
	if c.Updated, ok = instant(w.Updated); !ok {
		c.Updated = c.Created
	}
	if w.Visibility != nil {
		c.VisibilityType, c.VisibilityValue = w.Visibility.Type, w.Visibility.Value
	}
	return c
}

type wireWorklog struct {
	ID               string          `json:"id"`
	Author           *wirePerson     `json:"author"`
	UpdateAuthor     *wirePerson     `json:"updateAuthor"`
	Comment          json.RawMessage `json:"comment"`
	Started          string          `json:"started"`
	Created          string          `json:"created"`
	Updated          string          `json:"updated"`
	TimeSpentSeconds int64           `json:"timeSpentSeconds"`
}

func (w wireWorklog) worklog() source.Worklog {
	l := source.Worklog{ID: w.ID, Author: w.Author.person(), UpdateAuthor: w.UpdateAuthor.person(), Comment: text(w.Comment), Seconds: w.TimeSpentSeconds}
	l.Started, _ = instant(w.Started)
	l.Created, _ = instant(w.Created)
	l.Updated, _ = instant(w.Updated)
	if l.Created.IsZero() {
		l.Created = l.Started
	}
	if l.Updated.IsZero() {
		l.Updated = l.Created
	}
	return l
}

type wireHistory struct {
	ID      string      `json:"id"`
	Author  *wirePerson `json:"author"`
	Created string      `json:"created"`
	Items   []struct {
		Field      string  `json:"field"`
		FieldType  string  `json:"fieldtype"`
		FieldID    string  `json:"fieldId"`
		From       *string `json:"from"`
		FromString *string `json:"fromString"`
		To         *string `json:"to"`
		ToString   *string `json:"toString"`
	} `json:"items"`
}

func (w wireHistory) history() source.History {
	h := source.History{ID: w.ID, Author: w.Author.person()}
	h.Created, _ = instant(w.Created)
	for _, i := range w.Items {
		h.Items = append(h.Items, source.Change{Field: i.Field, FieldID: i.FieldID, FieldType: i.FieldType, From: str(i.From), FromText: str(i.FromString), To: str(i.To), ToText: str(i.ToString)})
	}
	return h
}

func str(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// instant reads the forms of instants that servers write.
func instant(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05.999-0700", time.RFC3339Nano, "2006-01-02 15:04:05.999", "2006-01-02T15:04:05.999", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// day cuts the day out of a date or an instant.
func day(s string) string {
	if len(s) > 10 {
		s = s[:10]
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return ""
	}
	return s
}

// text reads a rich text: a string of wiki markup, or a document.
func text(raw json.RawMessage) source.Text {
	if len(raw) == 0 || string(raw) == "null" {
		return source.Text{}
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return source.Text{Markup: s}
	}
	return source.Text{ADF: raw}
}

type wireLink struct {
	ID   string `json:"id"`
	Type struct {
		Name    string `json:"name"`
		Inward  string `json:"inward"`
		Outward string `json:"outward"`
	} `json:"type"`
	InwardIssue  *wireRef `json:"inwardIssue"`
	OutwardIssue *wireRef `json:"outwardIssue"`
}

type wireRef struct {
	ID  string `json:"id"`
	Key string `json:"key"`
}

type wireAttachment struct {
	ID       string      `json:"id"`
	Filename string      `json:"filename"`
	Author   *wirePerson `json:"author"`
	Created  string      `json:"created"`
	Size     int64       `json:"size"`
	MimeType string      `json:"mimeType"`
}

// derived are fields that say again what others say, or that are computed; they are made anew and not counted.
var derived = []string{"aggregateprogress", "progress", "workratio", "aggregatetimeestimate", "aggregatetimespent", "aggregatetimeoriginalestimate", "lastViewed", "thumbnail",
	"statuscategorychangedate", "statusCategory", "subtasks", "timetracking", "issuerestriction", "archiveddate", "archivedby"}

// wireIssue is an issue as the API answers it.
type wireIssue struct {
	Self, ID, Key string
	Fields        map[string]json.RawMessage
	Names         map[string]string
	Schema        map[string]wireSchema
	Changelog     wireChangelog
}

type wireChangelog struct {
	Histories []wireHistory `json:"histories"`
}

type wireSchema struct {
	Type   string `json:"type"`
	Items  string `json:"items"`
	Custom string `json:"custom"`
}

// take decodes a field and notes that it was seen; a value of another form leaves the field for the report.
func take[T any](fields map[string]json.RawMessage, name string, to *T) {
	raw, ok := fields[name]
	if !ok {
		return
	}
	if string(raw) == "null" || json.Unmarshal(raw, to) == nil {
		delete(fields, name)
	}
}

func (w *wireIssue) issue() *source.Issue {
	f := w.Fields
	i := &source.Issue{ID: w.ID, Key: w.Key}
	if h := host(w.Self); h != "" {
		i.PeoplePrefix = h + "/"
	}
	var project wireProject
	take(f, "project", &project)
	i.Project = project.project()
	if i.Project.Key == "" {
		if cut := strings.LastIndexByte(w.Key, '-'); cut > 0 {
			i.Project.Key, i.Project.Name = w.Key[:cut], w.Key[:cut]
		}
	}
	var typ, status, priority, resolution *wireNamed
	take(f, "issuetype", &typ)
	take(f, "status", &status)
	take(f, "priority", &priority)
	take(f, "resolution", &resolution)
	if n := typ.named(); n != nil {
		i.Type = *n
	}
	if n := status.named(); n != nil {
		i.Status = *n
	}
	i.Priority, i.Resolution = priority.named(), resolution.named()
	take(f, "summary", &i.Summary)
	for name, to := range map[string]*source.Text{"description": &i.Description, "environment": &i.Environment} {
		*to = text(f[name])
		delete(f, name)
	}
	w.people(i)
	w.times(i)
	w.parts(i)
	w.lists(i)
	for _, name := range derived {
		delete(f, name)
	}
	for _, h := range w.Changelog.Histories {
		i.Histories = append(i.Histories, h.history())
	}
	w.rest(i)
	qualify(i)
	return i
}

// qualify puts the server before the keys of people whom the export names without it, so that all names of one person are one.
func qualify(i *source.Issue) {
	one := func(p *source.Person) {
		if p != nil && !strings.HasPrefix(p.Key, i.PeoplePrefix) {
			p.Key = i.PeoplePrefix + p.Key
		}
	}
	for _, p := range []*source.Person{i.Reporter, i.Creator, i.Assignee, i.Project.Lead} {
		one(p)
	}
	for n := range i.Comments {
		one(i.Comments[n].Author)
		one(i.Comments[n].UpdateAuthor)
	}
	for n := range i.Worklogs {
		one(i.Worklogs[n].Author)
		one(i.Worklogs[n].UpdateAuthor)
	}
	for n := range i.Histories {
		one(i.Histories[n].Author)
	}
	for n := range i.Attachments {
		one(i.Attachments[n].Author)
	}
	for n := range i.Values {
		for k := range i.Values[n].People {
			one(&i.Values[n].People[k])
		}
	}
}

func (w *wireIssue) people(i *source.Issue) {
	for name, to := range map[string]**source.Person{"reporter": &i.Reporter, "creator": &i.Creator, "assignee": &i.Assignee} {
		var p *wirePerson
		take(w.Fields, name, &p)
		*to = p.person()
	}
	for name, to := range map[string]*int{"watches": &i.WatchCount, "votes": &i.VoteCount} {
		var n struct {
			WatchCount int `json:"watchCount"`
			Votes      int `json:"votes"`
		}
		take(w.Fields, name, &n)
		*to = n.WatchCount + n.Votes
	}
}

const noDate = "it is no date that there is"

func (w *wireIssue) times(i *source.Issue) {
	var created, updated, resolved, due string
	take(w.Fields, "created", &created)
	take(w.Fields, "updated", &updated)
	take(w.Fields, "resolutiondate", &resolved)
	take(w.Fields, "duedate", &due)
	read := func(name, text string) time.Time {
		t, ok := instant(text)
		if !ok && text != "" {
			i.NotTaken = append(i.NotTaken, source.NotTaken{Type: "field " + name, Reason: noDate, Example: i.Key, Count: 1})
		}
		return t
	}
	i.Created, i.Updated = read("created", created), read("updated", updated)
	if t := read("resolutiondate", resolved); !t.IsZero() {
		i.Resolved = &t
	}
	if i.DueDay = day(due); i.DueDay == "" && due != "" {
		i.NotTaken = append(i.NotTaken, source.NotTaken{Type: "field duedate", Reason: noDate, Example: i.Key, Count: 1})
	}
	take(w.Fields, "timeoriginalestimate", &i.OriginalEstimate)
	take(w.Fields, "timeestimate", &i.Remaining)
	take(w.Fields, "timespent", &i.TimeSpent)
}

func (w *wireIssue) parts(i *source.Issue) {
	var comments struct {
		Comments []wireComment `json:"comments"`
	}
	take(w.Fields, "comment", &comments)
	for _, c := range comments.Comments {
		i.Comments = append(i.Comments, c.comment())
	}
	var worklogs struct {
		Worklogs []wireWorklog `json:"worklogs"`
		Total    int           `json:"total"`
	}
	take(w.Fields, "worklog", &worklogs)
	for _, l := range worklogs.Worklogs {
		i.Worklogs = append(i.Worklogs, l.worklog())
	}
	if missing := worklogs.Total - len(worklogs.Worklogs); missing > 0 {
		i.NotTaken = append(i.NotTaken, source.NotTaken{Type: "worklog", Reason: "the export counts more work logs than it holds", Example: i.Key, Count: missing})
	}
	var links []wireLink
	take(w.Fields, "issuelinks", &links)
	for _, l := range links {
		made := source.Link{ID: l.ID, Type: l.Type.Name, Inward: l.Type.Inward, Outward: l.Type.Outward, Created: i.Created}
		switch {
		case l.OutwardIssue != nil:
			made.Other, made.Outwards = l.OutwardIssue.Key, true
		case l.InwardIssue != nil:
			made.Other = l.InwardIssue.Key
		default:
			i.NotTaken = append(i.NotTaken, source.NotTaken{Type: "link", Reason: "the export does not name the other issue", Example: i.Key, Count: 1})
			continue
		}
		i.Links = append(i.Links, made)
	}
	var files []wireAttachment
	take(w.Fields, "attachment", &files)
	for _, a := range files {
		made := source.Attachment{ID: a.ID, Filename: a.Filename, MIME: a.MimeType, Size: a.Size, Author: a.Author.person()}
		made.Created, _ = instant(a.Created)
		i.Attachments = append(i.Attachments, made)
	}
	var parent, epic struct { // identifiers are numbers here and texts there
		Key string `json:"key"`
	}
	take(w.Fields, "parent", &parent)
	take(w.Fields, "epic", &epic)
	if i.Parent = parent.Key; i.Parent == "" {
		i.Parent = epic.Key
	}
}

func (w *wireIssue) lists(i *source.Issue) {
	take(w.Fields, "labels", &i.Labels)
	var components []wireComponent
	take(w.Fields, "components", &components)
	for _, c := range components {
		i.Components = append(i.Components, c.component())
	}
	for name, to := range map[string]*[]source.Version{"fixVersions": &i.FixVersions, "versions": &i.Affects} {
		var versions []wireVersion
		take(w.Fields, name, &versions)
		for _, v := range versions {
			*to = append(*to, v.version())
		}
	}
}

// understood are the fields that are taken when they have the form that servers write.
var understood = map[string]bool{"project": true, "issuetype": true, "status": true, "priority": true, "resolution": true, "summary": true, "created": true, "updated": true,
	"resolutiondate": true, "duedate": true, "timeoriginalestimate": true, "timeestimate": true, "timespent": true, "comment": true, "worklog": true, "issuelinks": true,
	"attachment": true, "parent": true, "labels": true, "components": true, "fixVersions": true, "versions": true, "reporter": true, "creator": true, "assignee": true,
	"watches": true, "votes": true}

// rest takes custom fields, and notes what there is no place for.
func (w *wireIssue) rest(i *source.Issue) {
	names := make([]string, 0, len(w.Fields))
	for name := range w.Fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		raw := w.Fields[name]
		if s := string(raw); s == "null" || s == "[]" || s == "{}" || s == `""` || s == "false" {
			continue
		}
		if strings.HasPrefix(name, "customfield_") {
			if v, ok := w.value(name, raw); ok {
				i.Values = append(i.Values, v)
			}
			continue
		}
		reason := "there is no such field here"
		switch name {
		case "sprint", "closedSprints":
			reason = "sprints are not part of the tracker yet"
		case "security":
			reason = "security levels are not part of the tracker yet"
		default:
			if understood[name] {
				reason = "its form is not known"
			}
		}
		i.NotTaken = append(i.NotTaken, source.NotTaken{Type: "field " + name, Reason: reason, Example: i.Key, Count: 1})
	}
}
