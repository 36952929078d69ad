package rest

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/alert/action"
)

func (h *handler) alertOperations() []operation {
	return []operation{
		{method: "POST", path: "/v2/alerts", right: mayWrite, run: createAlert},
		{method: "GET", path: "/v2/alerts", right: mayRead, run: listAlerts},
		{method: "GET", path: "/v2/alerts/count", right: mayRead, run: countAlerts},
		{method: "GET", path: "/v2/alerts/requests/{requestId}", right: mayWrite, run: getRequestStatus},
		{method: "GET", path: "/v2/alerts/{identifier}", right: mayRead, run: getAlert},
		{method: "DELETE", path: "/v2/alerts/{identifier}", right: mayDelete, run: deleteAlert},
		{method: "GET", path: "/v2/alerts/{identifier}/logs", right: mayRead, run: listLogs},
		{method: "GET", path: "/v2/alerts/{identifier}/notes", right: mayRead, run: listNotes},
		{method: "GET", path: "/v2/alerts/{identifier}/recipients", right: mayRead, run: listRecipients},
	}
}

// wireResponder is somebody in a request: a user by id or username, everything else by id or name.
type wireResponder struct {
	Type     string `json:"type"`
	ID       string `json:"id,omitempty"`
	Name     string `json:"name,omitempty"`
	Username string `json:"username,omitempty"`
}

func (r wireResponder) responder(fallback string) alert.Responder {
	out := alert.Responder{Type: strings.ToLower(r.Type), ID: r.ID, Name: r.Name}
	if out.Type == "" {
		out.Type = fallback
	}
	if r.Username != "" {
		out.Name = r.Username
	}
	return out
}

func responders(in []wireResponder, fallback string) []alert.Responder {
	out := make([]alert.Responder, len(in))
	for i, r := range in {
		out[i] = r.responder(fallback)
	}
	return out
}

// actor is in the body of every action.
type actor struct {
	User   string `json:"user"`
	Note   string `json:"note"`
	Source string `json:"source"`
}

// by says who acts: a person signed in acts under their own name whatever the body says.
func (c *call) by(a actor) alert.By {
	by := alert.By{User: a.User, Source: a.Source, Note: a.Note}
	if c.who.SignedIn() {
		by.User, by.Account = c.who.Name, c.who.Account.String()
		if c.who.Email != "" {
			by.User = c.who.Email
		}
		if by.Source == "" {
			by.Source = map[bool]string{true: "web", false: "API"}[c.who.Kind == identity.Session]
		}
		return by
	}
	if by.User == "" && by.Source == "" {
		by.Source = c.who.Name
	}
	return by
}

type createBody struct {
	actor
	Message     string           `json:"message"`
	Alias       string           `json:"alias"`
	Description string           `json:"description"`
	Responders  []wireResponder  `json:"responders"`
	Teams       []wireResponder  `json:"teams"` // what older clients send
	VisibleTo   []wireResponder  `json:"visibleTo"`
	Actions     []string         `json:"actions"`
	Tags        []string         `json:"tags"`
	Details     map[string]loose `json:"details"`
	Entity      string           `json:"entity"`
	Priority    string           `json:"priority"`
}

// loose is a text that some clients send as number, truth value or list.
type loose string

// UnmarshalJSON implements json.Unmarshaler.
func (l *loose) UnmarshalJSON(b []byte) error {
	s := strings.TrimSpace(string(b))
	switch {
	case s == "null":
		*l = ""
	case strings.HasPrefix(s, `"`):
		text, err := strconv.Unquote(s)
		if err != nil {
			return unquoteJSON(b, l)
		}
		*l = loose(text)
	default:
		*l = loose(s)
	}
	return nil
}

func texts(in map[string]loose) map[string]string {
	out := make(map[string]string, len(in))
	for k, v := range in {
		out[k] = string(v)
	}
	return out
}

func createAlert(c *call) error {
	b, err := body[createBody](c, false)
	if err != nil {
		return err
	}
	n := alert.New{Message: b.Message, Alias: b.Alias, Description: b.Description, Entity: b.Entity, Source: b.Source, Priority: b.Priority, Tags: b.Tags, Actions: b.Actions,
		Details: texts(b.Details), Responders: append(responders(b.Responders, "team"), responders(b.Teams, "team")...), VisibleTo: responders(b.VisibleTo, "team"), By: c.by(b.actor)}
	if n.Source == "" {
		n.Source = c.source()
	}
	if err := n.Check(); err != nil {
		return err
	}
	if err := c.write(func(tx *volume.Tx) error {
		i, err := c.integration(tx)
		if err != nil {
			return err
		}
		if i != nil {
			n.Integration = alert.Integration{ID: i.ID, Name: i.Name, Type: i.Type}
		}
		if err := action.Route(c.r.Context(), tx, &n, i); err != nil {
			return err
		}
		id, alias, fresh, err := action.Raise(c.r.Context(), tx, n)
		if err != nil {
			return err
		}
		status := "Created alert"
		if !fresh {
			status = "Increased count of alert"
		}
		return c.record(tx, alert.Request{Action: "Create", Success: true, Status: status, AlertID: id, Alias: alias})
	}); err != nil {
		return err
	}
	return c.accepted()
}

// source is where a request came from that does not say: its address.
func (c *call) source() string {
	if c.who.SignedIn() {
		return c.by(actor{}).User
	}
	host, _, err := net.SplitHostPort(c.r.RemoteAddr)
	if err != nil {
		return c.r.RemoteAddr
	}
	return host
}

func (c *call) record(tx *volume.Tx, r alert.Request) error {
	r.ID, r.IntegrationID = c.id, c.integrationID()
	return alert.Record(c.r.Context(), tx, r)
}

type wireRequest struct {
	Success       bool   `json:"success"`
	Action        string `json:"action"`
	ProcessedAt   stamp  `json:"processedAt"`
	IntegrationID string `json:"integrationId"`
	IsSuccess     bool   `json:"isSuccess"`
	Status        string `json:"status"`
	AlertID       string `json:"alertId"`
	Alias         string `json:"alias"`
}

// getRequestStatus tells what became of a request. Requests are processed before they are answered, so that an unknown one is none of ours; clients that poll are told
// as by Opsgenie that it is not processed.
func getRequestStatus(c *call) error {
	var found *alert.Request
	err := c.read(func(tx *volume.Tx) (err error) {
		found, err = alert.Outcome(c.r.Context(), tx, c.r.PathValue("requestId"))
		return err
	})
	if err != nil {
		c.w.Header().Set("X-Opsgenie-Errortype", "RequestNotProcessed")
		return err
	}
	return c.data(wireRequest{Success: found.Success, Action: found.Action, ProcessedAt: stamp(found.At), IntegrationID: found.IntegrationID, IsSuccess: found.Success, Status: found.Status,
		AlertID: found.AlertID, Alias: found.Alias})
}

// identifierTypes are how an alert can be named; parameter is identifierType, of attachments alertIdentifierType.
func (c *call) alertIdentifier(parameter string) (identifier, identifierType string, err error) {
	identifierType, err = c.oneOf(parameter, alert.ByID, alert.ByAlias, alert.ByTiny)
	return c.r.PathValue("identifier"), identifierType, err
}

// find gives the alert that the request names.
func (c *call) find(tx *volume.Tx, parameter string) (*alert.Alert, error) {
	identifier, identifierType, err := c.alertIdentifier(parameter)
	if err != nil {
		return nil, err
	}
	return alert.Find(c.r.Context(), tx, identifier, identifierType)
}

func getAlert(c *call) error {
	var a *alert.Alert
	err := c.read(func(tx *volume.Tx) (err error) {
		a, err = c.find(tx, "identifierType")
		return err
	})
	if err != nil {
		return err
	}
	return c.data(c.whole(a))
}

// wanted reads which alerts a list is to give, with the query of a saved search when one is named.
func (c *call) wanted(tx *volume.Tx) (string, error) {
	text := c.query("query")
	identifier := c.query("searchIdentifier")
	if identifier == "" {
		return text, nil
	}
	identifierType, err := c.oneOf("searchIdentifierType", "id", "name")
	if err != nil {
		return "", err
	}
	s, err := alert.FindSaved(c.r.Context(), tx, identifier, identifierType)
	switch {
	case err != nil:
		return "", err
	case strings.TrimSpace(text) == "":
		return s.Query, nil
	}
	return fmt.Sprintf("(%s) AND (%s)", s.Query, text), nil
}

type paging struct {
	Prev  string `json:"prev,omitempty"`
	Next  string `json:"next,omitempty"`
	First string `json:"first"`
	Last  string `json:"last,omitempty"`
}

func listAlerts(c *call) error {
	limit, err := c.number("limit", 20, 1, 100)
	if err != nil {
		return err
	}
	offset, err := c.number("offset", 0, 0, alert.MaxReach)
	if err != nil {
		return err
	}
	order, err := c.oneOf("order", "desc", "asc")
	if err != nil {
		return err
	}
	var found []*alert.Alert
	total := 0
	err = c.read(func(tx *volume.Tx) error {
		text, err := c.wanted(tx)
		if err != nil {
			return err
		}
		if found, err = alert.List(c.r.Context(), tx, alert.Wanted{Query: text, Sort: c.query("sort"), Ascending: order == "asc", Offset: offset, Limit: limit}); err != nil {
			return err
		}
		if len(found) < limit && (offset == 0 || len(found) > 0) {
			total = offset + len(found)
			return nil
		}
		total, err = alert.Count(c.r.Context(), tx, text)
		return err
	})
	if err != nil {
		return err
	}
	out := make([]wireAlert, len(found))
	for i, a := range found {
		out[i] = c.brief(a)
	}
	return c.send(http.StatusOK, answer{Data: out, Paging: c.pages(offset, limit, total)})
}

// pages gives the addresses of the pages around one.
func (c *call) pages(offset, limit, total int) paging {
	at := func(start int) string {
		return c.address(map[string]string{"offset": strconv.Itoa(start), "limit": strconv.Itoa(limit)})
	}
	p := paging{First: at(0), Last: at(max(0, total-1) / limit * limit)}
	if offset > 0 {
		p.Prev = at(max(0, offset-limit))
	}
	if offset+limit < total {
		p.Next = at(offset + limit)
	}
	return p
}

// address is the request's own with other parameters.
func (c *call) address(change map[string]string) string {
	q := c.r.URL.Query()
	q.Del("apiKey")
	for k, v := range change {
		q.Set(k, v)
	}
	u := url.URL{Path: c.r.URL.Path, RawQuery: q.Encode()}
	return c.base() + u.String()
}

func countAlerts(c *call) error {
	n := 0
	err := c.read(func(tx *volume.Tx) error {
		text, err := c.wanted(tx)
		if err != nil {
			return err
		}
		n, err = alert.Count(c.r.Context(), tx, text)
		return err
	})
	if err != nil {
		return err
	}
	return c.data(map[string]int{"count": n})
}

type wireEntry struct {
	Log       string `json:"log,omitempty"`
	Note      string `json:"note,omitempty"`
	Type      string `json:"type,omitempty"`
	Owner     string `json:"owner"`
	CreatedAt stamp  `json:"createdAt"`
	Offset    string `json:"offset"`
}

// entryOffset names an entry for paging: its time, as Opsgenie has it, and its number, which is what counts.
func entryOffset(e alert.Entry) string {
	return strconv.FormatInt(e.At.UnixMilli(), 10) + "_" + strconv.FormatInt(e.N, 10)
}

func (c *call) entries(list func(tx *volume.Tx, alertID string, p alert.Page) ([]alert.Entry, error), log bool) error {
	limit, err := c.number("limit", 20, 1, 100)
	if err != nil {
		return err
	}
	order, err := c.oneOf("order", "desc", "asc")
	if err != nil {
		return err
	}
	direction, err := c.oneOf("direction", "next", "prev")
	if err != nil {
		return err
	}
	p := alert.Page{Limit: limit + 1, Descending: (order == "desc") == (direction == "next")}
	if s := c.query("offset"); s != "" {
		_, n, _ := strings.Cut(s, "_")
		if p.After, err = strconv.ParseInt(n, 10, 64); err != nil || p.After < 1 {
			return invalid("offset", "offset is that of an entry, as lists give it.")
		}
	}
	var found []alert.Entry
	err = c.read(func(tx *volume.Tx) error {
		a, err := c.find(tx, "identifierType")
		if err != nil {
			return err
		}
		found, err = list(tx, a.ID, p)
		return err
	})
	if err != nil {
		return err
	}
	more := len(found) > limit
	found = found[:min(limit, len(found))]
	if direction == "prev" { // read backwards, shown in the order that was asked for
		for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
			found[i], found[j] = found[j], found[i]
		}
	}
	out := make([]wireEntry, len(found))
	for i, e := range found {
		out[i] = wireEntry{Owner: e.Owner, CreatedAt: stamp(e.At), Offset: entryOffset(e)}
		if log {
			out[i].Log, out[i].Type = e.Text, e.Kind
		} else {
			out[i].Note = e.Text
		}
	}
	pg := paging{First: c.address(map[string]string{"offset": "", "direction": "next", "order": order, "limit": strconv.Itoa(limit)})}
	if len(found) > 0 && (more || direction == "prev") {
		pg.Next = c.address(map[string]string{"offset": entryOffset(found[len(found)-1]), "direction": "next", "order": order, "limit": strconv.Itoa(limit)})
	}
	return c.send(http.StatusOK, answer{Data: out, Paging: pg})
}

func listLogs(c *call) error {
	return c.entries(func(tx *volume.Tx, id string, p alert.Page) ([]alert.Entry, error) {
		return alert.Logs(c.r.Context(), tx, id, p)
	}, true)
}

func listNotes(c *call) error {
	return c.entries(func(tx *volume.Tx, id string, p alert.Page) ([]alert.Entry, error) {
		return alert.Notes(c.r.Context(), tx, id, p)
	}, false)
}

// until reads an instant of a request.
func until(field, s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, invalid(field, "%s should be a time such as 2026-03-01T09:30:00Z.", field)
}
