package rest

import (
	"context"
	"encoding/json"
	"html"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/needs"
	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/render"
	"holdfast.dev/internal/richtext/wikimarkup"
)

// renderer writes wire forms for one request: whose URLs, which version of the API, whose time zone.
type renderer struct {
	base   string // absolute URL of the site
	v2     bool   // text as wiki markup instead of ADF
	zone   *time.Location
	cat    *catalog.Catalog
	people map[string]needs.Person
	frags  *fragments
}

// fragments are the wire forms of catalog objects, which issues repeat. They live as long as the catalog they were made from.
type fragments struct {
	mu   sync.Mutex
	made map[fragmentKey][]byte
}

type fragmentKey struct {
	kind string
	id   int64
	base string
	v2   bool // addresses name the version of the API
}

func fragmentsFor(c *catalog.Catalog) *fragments {
	return catalog.Derived(c, func() *fragments { return &fragments{made: map[fragmentKey][]byte{}} })
}

// fragment gives the wire form of a catalog object, made once.
func (r *renderer) fragment(kind string, id int64, make func() any) []byte {
	k := fragmentKey{kind, id, r.base, r.v2}
	r.frags.mu.Lock()
	defer r.frags.mu.Unlock()
	if b := r.frags.made[k]; b != nil {
		return b
	}
	b, err := json.Marshal(make())
	if err != nil {
		b = []byte("null")
	}
	if len(r.frags.made) < 50_000 {
		r.frags.made[k] = b
	}
	return b
}

func (r *renderer) api(path string) string {
	if r.v2 {
		return r.base + "/rest/api/2/" + path
	}
	return r.base + "/rest/api/3/" + path
}

// at gives an instant in the form and zone of the API.
func (r *renderer) at(t time.Time) httpkit.Time { return httpkit.Time{Time: t.In(r.zone)} }

type avatarURLs struct {
	Large  string `json:"48x48"`
	Small  string `json:"24x24"`
	XSmall string `json:"16x16"`
	Medium string `json:"32x32"`
}

// avatars gives the four sizes of a generated picture.
func (r *renderer) avatars(kind, seed, text string) avatarURLs {
	u := r.base + "/avatar/" + kind + "/" + url.PathEscape(seed) + ".svg?t=" + url.QueryEscape(initials(text)) + "&s="
	return avatarURLs{u + "48", u + "24", u + "16", u + "32"}
}

func initials(name string) string {
	var out []rune
	for _, w := range strings.Fields(name) {
		out = append(out, []rune(strings.ToUpper(w))[0])
		if len(out) == 2 {
			break
		}
	}
	return string(out)
}

type wireUser struct {
	Self         string     `json:"self"`
	AccountID    string     `json:"accountId"`
	AccountType  string     `json:"accountType"`
	EmailAddress string     `json:"emailAddress,omitempty"`
	AvatarURLs   avatarURLs `json:"avatarUrls"`
	DisplayName  string     `json:"displayName"`
	Active       bool       `json:"active"`
	TimeZone     string     `json:"timeZone,omitempty"`
	Locale       string     `json:"locale,omitempty"`
}

// user gives a person; nil for nobody. Somebody who is no longer known keeps the account as name.
func (r *renderer) user(account string) *wireUser {
	if account == "" {
		return nil
	}
	p, ok := r.people[account]
	if !ok {
		p = needs.Person{AccountID: account, DisplayName: "Former user"}
	}
	return r.person(p)
}

func (r *renderer) person(p needs.Person) *wireUser {
	return &wireUser{Self: r.api("user?accountId=" + url.QueryEscape(p.AccountID)), AccountID: p.AccountID, AccountType: "atlassian", EmailAddress: p.Email,
		AvatarURLs: r.avatars("user", p.AccountID, p.DisplayName), DisplayName: p.DisplayName, Active: p.Active, TimeZone: p.TimeZone}
}

func (r *renderer) name(account string) string {
	if p, ok := r.people[account]; ok {
		return p.DisplayName
	}
	return account
}

type wireType struct {
	Self           string `json:"self"`
	ID             string `json:"id"`
	Description    string `json:"description"`
	IconURL        string `json:"iconUrl"`
	Name           string `json:"name"`
	Untranslated   string `json:"untranslatedName,omitempty"`
	Subtask        bool   `json:"subtask"`
	AvatarID       int64  `json:"avatarId,omitempty"`
	HierarchyLevel int64  `json:"hierarchyLevel"`
}

func (r *renderer) issueType(t *catalog.IssueType) wireType {
	id := strconv.FormatInt(t.ID, 10)
	return wireType{Self: r.api("issuetype/" + id), ID: id, Description: t.Description, IconURL: r.base + "/avatar/issuetype/" + t.Icon + ".svg", Name: t.Name,
		Untranslated: t.Name, Subtask: t.Subtask(), AvatarID: 10300 + t.ID, HierarchyLevel: t.Level}
}

type wireStatusCategory struct {
	Self      string `json:"self"`
	ID        int    `json:"id"`
	Key       string `json:"key"`
	ColorName string `json:"colorName"`
	Name      string `json:"name"`
}

// The identifiers and colours of status categories are Jira's own.
var statusCategories = map[string]wireStatusCategory{
	catalog.CategoryNew:           {ID: 2, Key: "new", ColorName: "blue-gray", Name: "To Do"},
	catalog.CategoryIndeterminate: {ID: 4, Key: "indeterminate", ColorName: "yellow", Name: "In Progress"},
	catalog.CategoryDone:          {ID: 3, Key: "done", ColorName: "green", Name: "Done"},
}

func (r *renderer) statusCategory(key string) wireStatusCategory {
	c := statusCategories[key]
	c.Self = r.api("statuscategory/" + strconv.Itoa(c.ID))
	return c
}

type wireStatus struct {
	Self           string             `json:"self"`
	Description    string             `json:"description"`
	IconURL        string             `json:"iconUrl"`
	Name           string             `json:"name"`
	Untranslated   string             `json:"untranslatedName,omitempty"`
	ID             string             `json:"id"`
	StatusCategory wireStatusCategory `json:"statusCategory"`
}

func (r *renderer) status(s *catalog.Status) wireStatus {
	id := strconv.FormatInt(s.ID, 10)
	return wireStatus{Self: r.api("status/" + id), Description: s.Description, IconURL: r.base + "/avatar/status/" + s.Category + ".svg", Name: s.Name, Untranslated: s.Name, ID: id, StatusCategory: r.statusCategory(s.Category)}
}

type wirePriority struct {
	Self        string `json:"self"`
	StatusColor string `json:"statusColor,omitempty"`
	Description string `json:"description,omitempty"`
	IconURL     string `json:"iconUrl"`
	Name        string `json:"name"`
	ID          string `json:"id"`
	IsDefault   *bool  `json:"isDefault,omitempty"`
}

func (r *renderer) priority(p *catalog.Priority) wirePriority {
	id := strconv.FormatInt(p.ID, 10)
	return wirePriority{Self: r.api("priority/" + id), IconURL: r.base + "/avatar/priority/" + url.PathEscape(strings.ToLower(p.Name)) + ".svg", Name: p.Name, ID: id}
}

type wireResolution struct {
	Self        string `json:"self"`
	ID          string `json:"id"`
	Description string `json:"description"`
	Name        string `json:"name"`
}

func (r *renderer) resolution(v *catalog.Resolution) wireResolution {
	id := strconv.FormatInt(v.ID, 10)
	return wireResolution{r.api("resolution/" + id), id, v.Description, v.Name}
}

type wireProjectRef struct {
	Self        string        `json:"self"`
	ID          string        `json:"id"`
	Key         string        `json:"key"`
	Name        string        `json:"name"`
	ProjectType string        `json:"projectTypeKey"`
	Simplified  bool          `json:"simplified"`
	AvatarURLs  avatarURLs    `json:"avatarUrls"`
	Category    *wireCategory `json:"projectCategory,omitempty"`
}

type wireCategory struct {
	Self        string `json:"self"`
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

func (r *renderer) category(c *catalog.Category) *wireCategory {
	if c == nil {
		return nil
	}
	id := strconv.FormatInt(c.ID, 10)
	return &wireCategory{r.api("projectCategory/" + id), id, c.Name, c.Description}
}

func (r *renderer) projectRef(p *catalog.Project) wireProjectRef {
	id := strconv.FormatInt(p.ID, 10)
	return wireProjectRef{Self: r.api("project/" + id), ID: id, Key: p.Key, Name: p.Name, ProjectType: p.Type, AvatarURLs: r.avatars("project", id, p.Key), Category: r.category(p.Category)}
}

type wireComponent struct {
	Self         string    `json:"self"`
	ID           string    `json:"id"`
	Name         string    `json:"name"`
	Description  string    `json:"description,omitempty"`
	Lead         *wireUser `json:"lead,omitempty"`
	AssigneeType string    `json:"assigneeType,omitempty"`
	Project      string    `json:"project,omitempty"`
	ProjectID    int64     `json:"projectId,omitempty"`
}

// componentRef is a component inside an issue, component the whole.
func (r *renderer) componentRef(c *catalog.Component) wireComponent {
	id := strconv.FormatInt(c.ID, 10)
	return wireComponent{Self: r.api("component/" + id), ID: id, Name: c.Name, Description: c.Description}
}

func (r *renderer) component(c *catalog.Component) wireComponent {
	w := r.componentRef(c)
	w.Lead, w.AssigneeType, w.ProjectID = r.user(c.Lead), c.AssigneeType, c.ProjectID
	if p := r.cat.Project(c.ProjectID); p != nil {
		w.Project = p.Key
	}
	return w
}

type wireVersion struct {
	Self        string `json:"self"`
	ID          string `json:"id"`
	Description string `json:"description,omitempty"`
	Name        string `json:"name"`
	Archived    bool   `json:"archived"`
	Released    bool   `json:"released"`
	StartDate   string `json:"startDate,omitempty"`
	ReleaseDate string `json:"releaseDate,omitempty"`
	Overdue     *bool  `json:"overdue,omitempty"`
	ProjectID   int64  `json:"projectId,omitempty"`
}

func (r *renderer) versionRef(v *catalog.Version) wireVersion {
	id := strconv.FormatInt(v.ID, 10)
	return wireVersion{Self: r.api("version/" + id), ID: id, Description: v.Description, Name: v.Name, Archived: v.Archived, Released: v.Released, ReleaseDate: v.ReleaseDay}
}

func (r *renderer) version(v *catalog.Version, today string) wireVersion {
	w := r.versionRef(v)
	w.StartDate, w.ProjectID = v.StartDay, v.ProjectID
	if v.ReleaseDay != "" {
		overdue := !v.Released && v.ReleaseDay < today
		w.Overdue = &overdue
	}
	return w
}

type wireLinkType struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Inward  string `json:"inward"`
	Outward string `json:"outward"`
	Self    string `json:"self"`
}

func (r *renderer) linkType(t *catalog.LinkType) wireLinkType {
	id := strconv.FormatInt(t.ID, 10)
	return wireLinkType{id, t.Name, t.Inward, t.Outward, r.api("issueLinkType/" + id)}
}

// rich gives stored ADF as the version of the API has it: the document itself, or wiki markup.
func (r *renderer) rich(stored string) any {
	if stored == "" {
		return nil
	}
	if !r.v2 {
		return json.RawMessage(stored)
	}
	doc, err := adf.Parse([]byte(stored))
	if err != nil {
		return stored
	}
	return wikimarkup.Write(doc)
}

// html gives stored ADF as safe HTML for renderedFields and renderedBody.
func (r *renderer) html(ctx context.Context, stored string) string {
	if stored == "" {
		return ""
	}
	doc, err := adf.Parse([]byte(stored))
	if err != nil {
		return html.EscapeString(stored)
	}
	out, err := render.HTML(ctx, doc, render.Options{Flat: true, Mention: func(id string) (string, string) { return r.name(id), "" }})
	if err != nil { // too large: the words alone
		return html.EscapeString(doc.PlainText())
	}
	return out
}
