package rest

import (
	"time"

	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/page"
)

// The wire types of /api/status/…: what the management interface needs beyond the manage API v1, in the platform's dialect (problem details
// for errors, camelCase fields, RFC 3339 instants in UTC). The interface calls /v1/… with its session for everything that is there.

// pageView is one page: GET /api/status/pages (a list), GET and PATCH /api/status/pages/{page}.
type pageView struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	First     bool      `json:"first"`     // the one at /status/
	Path      string    `json:"path"`      // where this site serves it, complete: [/s/SLUG]/status/ or …/status/p/{id}/
	PublicURL string    `json:"publicUrl"` // absolute where it is known
	Domain    string    `json:"domain"`
	Impact    string    `json:"impact"` // none, maintenance, minor, major, critical
	Sentence  string    `json:"sentence"`
	Open      int       `json:"openIncidents"`
	Upcoming  int       `json:"upcomingMaintenance"`
	UpdatedAt time.Time `json:"updatedAt"`

	Settings  page.Settings `json:"settings"` // see PATCH; its design has a route of its own
	Published *published    `json:"published"`
}

// published is the state of the static copy: nil while there is none.
type published struct {
	At    time.Time `json:"at"`
	Files int       `json:"files"`
	Bytes int64     `json:"bytes"`
}

// pagePatch is the body of PATCH /api/status/pages/{page}; what is absent stays. POST /api/status/pages takes {"name"}.
type pagePatch struct {
	Name           *string `json:"name"`
	Domain         *string `json:"domain"`
	Headline       *string `json:"headline"`
	Description    *string `json:"description"`
	URL            *string `json:"url"`
	SupportURL     *string `json:"supportUrl"`
	TimeZone       *string `json:"timeZone"`
	HideSearch     *bool   `json:"hiddenFromSearch"`
	Private        *bool   `json:"viewersMustBeTeamMembers"`
	NoSubscribers  *bool   `json:"noPageSubscribers"`
	NoIncidents    *bool   `json:"noIncidentSubscribers"`
	NoEmail        *bool   `json:"noEmailSubscribers"`
	NoWebhooks     *bool   `json:"noWebhookSubscribers"`
	NoFeeds        *bool   `json:"noFeeds"`
	FromEmail      *string `json:"notificationsFromEmail"`
	EmailFooter    *string `json:"notificationsEmailFooter"`
	PartialPercent *int    `json:"partialPercent"`
	HideUptime     *bool   `json:"hideUptime"`
	KeepNotices    *int    `json:"keepNoticesDays"`
}

// componentView is a component or group: GET /api/status/pages/{page}/components gives {"components":[…],"formula":"…"} in the page's order,
// the members of a group inside it.
type componentView struct {
	ID             string           `json:"id"`
	Name           string           `json:"name"`
	Description    string           `json:"description"`
	Group          bool             `json:"group"`
	Status         component.Status `json:"status"` // a group's: the worst of its members
	Position       int64            `json:"position"`
	Showcase       bool             `json:"showcase"`
	OnlyIfDegraded bool             `json:"onlyShowIfDegraded"`
	StartDate      string           `json:"startDate"`
	Uptime         *uptimeView      `json:"uptime,omitempty"` // of components
	Members        []componentView  `json:"members,omitempty"`
}

// uptimeView is a component's 90 days. Percent is a decimal such as "99.98".
type uptimeView struct {
	Percent string    `json:"percent"`
	Days    []dayView `json:"days"`
}

// dayView is one day; the seconds in each bad state, and the worst.
type dayView struct {
	Date        string           `json:"date"` // YYYY-MM-DD
	Worst       component.Status `json:"worst"`
	Observed    int64            `json:"observed"`
	Partial     int64            `json:"partial"`
	Major       int64            `json:"major"`
	Degraded    int64            `json:"degraded"`
	Maintenance int64            `json:"maintenance"`
}

// orderBody is the body of POST /api/status/pages/{page}/components/order (204): every component and group exactly once.
type orderBody struct {
	Order []component.Place `json:"order"`
}

// previewBody is the body of POST /api/status/pages/{page}/preview: an update that is being written. Of an incident that is there, give its
// identifier; for a new one, leave it out.
type previewBody struct {
	IncidentID     string                      `json:"incidentId"`
	Name           string                      `json:"name"`
	Status         string                      `json:"status"`
	ImpactOverride string                      `json:"impactOverride"`
	Body           string                      `json:"body"`
	Components     map[string]component.Status `json:"components"` // id → new status
	ComponentIDs   []string                    `json:"componentIds"`
	ScheduledFor   *time.Time                  `json:"scheduledFor"`
	ScheduledUntil *time.Time                  `json:"scheduledUntil"`
}

// previewView is its answer.
type previewView struct {
	HTML       string     `json:"html"`    // the update as the public page shows it; harmless markup, meant for a sandboxed frame with the page's style
	Styles     []string   `json:"styles"`  // complete paths of the style sheets for that frame
	Impact     string     `json:"impact"`  // what the incident's impact will be
	Subject    string     `json:"subject"` // of the mail
	Text       string     `json:"text"`    // of the mail
	Recipients recipients `json:"recipients"`
}

// recipients counts who would be told now.
type recipients struct {
	Email   int `json:"email"`
	Webhook int `json:"webhook"`
	Total   int `json:"total"`
}

// subscriberView is one subscriber: GET /api/status/pages/{page}/subscribers?state=&type=&q=&after=&limit= gives
// {"subscribers":[…],"next":"…"|"","counts":{type:{state:n}}}. States: active, unconfirmed, quarantined.
type subscriberView struct {
	ID            string     `json:"id"`
	Type          string     `json:"type"` // email, webhook
	Address       string     `json:"address"`
	State         string     `json:"state"`
	IncidentID    string     `json:"incidentId,omitempty"`
	ComponentIDs  []string   `json:"componentIds"` // empty: all
	Failures      int64      `json:"failures"`
	LastError     string     `json:"lastError,omitempty"`
	CreatedAt     time.Time  `json:"createdAt"`
	QuarantinedAt *time.Time `json:"quarantinedAt,omitempty"`
	PurgeAt       *time.Time `json:"purgeAt,omitempty"`
}

type subscriberList struct {
	Subscribers []subscriberView          `json:"subscribers"`
	Next        string                    `json:"next"` // give it as after; empty on the last page
	Counts      map[string]map[string]int `json:"counts"`
}

// importView answers POST /api/status/pages/{page}/subscribers/import?confirmed=true (body: CSV with a column email or endpoint). Those who are
// not said to be confirmed get one mail that asks them.
type importView struct {
	Added   int      `json:"added"`
	Already int      `json:"already"`
	Refused []string `json:"refused"` // "line 7: …", 100 at most
}

// designView is GET, and the body of PUT, /api/status/pages/{page}/design. Images are set with PUT …/design/logo and …/design/favicon (the body
// is the image; 204 after DELETE).
type designView struct {
	page.Design
	Description string `json:"description"` // the about text, Markdown
	Headline    string `json:"headline"`
	LogoURL     string `json:"logoUrl"`
	FaviconURL  string `json:"faviconUrl"`
}

// seriesView is GET /api/status/pages/{page}/metrics/{metric}/series?period=day|week|month.
type seriesView struct {
	Interval int64      `json:"interval"` // seconds between points
	Points   []pointOut `json:"points"`   // oldest first; without those where nothing arrived
	Mean     *float64   `json:"mean"`
	Last     *float64   `json:"last"`
}

type pointOut struct {
	At    int64   `json:"timestamp"` // Unix seconds
	Value float64 `json:"value"`
}

// activityList is GET /api/status/pages/{page}/activity?after=&limit=, newest first.
type activityList struct {
	Activity []page.Activity `json:"activity"`
	Next     string          `json:"next"`
}

// noticeView is one thing that subscribers were told: GET /api/status/pages/{page}/notices?incident=&after=&limit= gives {"notices":[…],"next"}.
type noticeView struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind"` // incident, reminder, postmortem, component
	IncidentID string    `json:"incidentId,omitempty"`
	Subject    string    `json:"subject"`
	Recipients int64     `json:"recipients"`
	Sent       int       `json:"sent"`
	Refused    int       `json:"refused"` // will never be taken
	Failed     int       `json:"failed"`  // being tried again, or given up
	At         time.Time `json:"at"`
}

// keyView is one manage key: GET /api/status/keys gives {"keys":[…]}; POST {"name"} gives 201 with the secret, once; DELETE /api/status/keys/{key} 204.
type keyView struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	CreatedBy string    `json:"createdBy"`
	CreatedAt time.Time `json:"createdAt"`
	Secret    string    `json:"secret,omitempty"`
}

// templateBody is the body of PUT /api/status/pages/{page}/incident-templates/{template}; DELETE of it answers 204. The manage API v1 creates and lists.
type templateBody struct {
	Name         string   `json:"name"`
	Title        string   `json:"title"`
	Body         string   `json:"body"`
	UpdateStatus string   `json:"updateStatus"`
	Notify       bool     `json:"notify"`
	ComponentIDs []string `json:"componentIds"`
}
