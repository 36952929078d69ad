package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/alert/action"
	"holdfast.dev/internal/product/oncall/needs"
)

// interfaceRoutes is what the pages of on-call ask for beside the API above: whole pages in one request, many alerts at once. They are for people only.
func (h *handler) interfaceRoutes() []httpkit.Route {
	var routes []httpkit.Route
	for _, op := range append(h.alertPages(), h.integrationPages()...) {
		permission := httpkit.Member
		if op.right == mayConfigure {
			permission = httpkit.Admin
		}
		routes = append(routes, httpkit.Route{Method: op.method, Path: "/api/oncall" + op.path, Permission: permission, Dialect: httpkit.Platform, MaxBody: op.maxBody,
			Handler: func(w http.ResponseWriter, r *http.Request) error { return h.page(w, r, op) }})
	}
	return routes
}

// page answers an operation of the interface.
func (h *handler) page(w http.ResponseWriter, r *http.Request, op operation) error {
	return op.run(h.newCall(w, r))
}

func (h *handler) alertPages() []operation {
	return []operation{
		{method: "GET", path: "/alerts", right: mayRead, run: pageOfAlerts},
		{method: "GET", path: "/alerts/{identifier}", right: mayRead, run: pageOfAlert},
		{method: "POST", path: "/alerts/bulk", right: mayWrite, run: bulk},
		{method: "POST", path: "/alerts/{identifier}/seen", right: mayWrite, run: see},
		{method: "POST", path: "/alerts/{identifier}/issue", right: mayWrite, run: makeIssue},
		{method: "POST", path: "/alerts/{identifier}/status-incident", right: mayWrite, run: openIncident},
	}
}

// pageOfAlerts gives a page of alerts with the counts of what is open and the saved searches.
func pageOfAlerts(c *call) error {
	limit, err := c.number("limit", 50, 1, 100)
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
	out := struct {
		Alerts   []wireAlert  `json:"alerts"`
		Total    int          `json:"total"`
		Offset   int          `json:"offset"`
		Limit    int          `json:"limit"`
		Counts   alert.Facets `json:"counts"`
		Searches []savedQuery `json:"savedSearches"`
	}{Alerts: []wireAlert{}, Offset: offset, Limit: limit, Searches: []savedQuery{}}
	err = c.read(func(tx *volume.Tx) error {
		text, err := c.wanted(tx)
		if err != nil {
			return err
		}
		found, err := alert.List(c.r.Context(), tx, alert.Wanted{Query: text, Sort: c.query("sort"), Ascending: order == "asc", Offset: offset, Limit: limit})
		if err != nil {
			return err
		}
		for _, a := range found {
			out.Alerts = append(out.Alerts, c.brief(a))
		}
		if out.Total, err = alert.Count(c.r.Context(), tx, text); err != nil {
			return err
		}
		if out.Counts, err = alert.CountOpen(c.r.Context(), tx); err != nil {
			return err
		}
		saved, err := alert.SavedSearches(c.r.Context(), tx)
		for _, s := range saved {
			out.Searches = append(out.Searches, savedQuery{savedMeta{s.ID, s.Name}, s.Query, s.Description})
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(c.w, http.StatusOK, out)
}

type savedQuery struct {
	savedMeta
	Query       string `json:"query"`
	Description string `json:"description"`
}

// namedResponder is a responder as people read it.
type namedResponder struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// pageOfAlert gives everything that the page of an alert shows. The identifier is an ID, or #tiny.
func pageOfAlert(c *call) error {
	out := struct {
		Alert       wireAlert        `json:"alert"`
		Responders  []namedResponder `json:"responders"`
		VisibleTo   []namedResponder `json:"visibleTo"`
		Recipients  []wireRecipient  `json:"recipients"`
		Log         []wireEntry      `json:"log"`
		Notes       []wireEntry      `json:"notes"`
		Attachments []pageAttachment `json:"attachments"`
		Payload     json.RawMessage  `json:"payload"`
	}{Responders: []namedResponder{}, VisibleTo: []namedResponder{}, Log: []wireEntry{}, Notes: []wireEntry{}, Attachments: []pageAttachment{}}
	err := c.read(func(tx *volume.Tx) error {
		ctx := c.r.Context()
		a, err := c.findPage(tx)
		if err != nil {
			return err
		}
		out.Alert = c.whole(a)
		for _, r := range a.Responders {
			out.Responders = append(out.Responders, namedResponder(r))
		}
		for _, r := range a.VisibleTo {
			out.VisibleTo = append(out.VisibleTo, namedResponder(r))
		}
		logs, err := alert.Logs(ctx, tx, a.ID, alert.Page{Descending: true, Limit: 200})
		if err != nil {
			return err
		}
		for _, e := range logs {
			out.Log = append(out.Log, wireEntry{Log: e.Text, Type: e.Kind, Owner: e.Owner, CreatedAt: stamp(e.At), Offset: entryOffset(e)})
		}
		notes, err := alert.Notes(ctx, tx, a.ID, alert.Page{Descending: true, Limit: 100})
		if err != nil {
			return err
		}
		for _, e := range notes {
			out.Notes = append(out.Notes, wireEntry{Note: e.Text, Owner: e.Owner, CreatedAt: stamp(e.At), Offset: entryOffset(e)})
		}
		files, err := alert.Attachments(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		for _, f := range files {
			out.Attachments = append(out.Attachments, pageAttachment{f.ID, f.Name, f.Size, f.UploadedBy, stamp(f.At)})
		}
		payload, err := alert.Payload(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		out.Payload = asJSON(payload)
		out.Recipients, err = c.recipients(tx, a)
		out.Recipients = orEmpty(out.Recipients)
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(c.w, http.StatusOK, out)
}

type pageAttachment struct {
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	Size       int64  `json:"size"`
	UploadedBy string `json:"uploadedBy"`
	At         stamp  `json:"createdAt"`
}

// asJSON gives what was received as JSON: itself when it is some, else as a text; null for nothing.
func asJSON(s string) json.RawMessage {
	switch {
	case s == "":
		return json.RawMessage("null")
	case json.Valid([]byte(s)):
		return json.RawMessage(s)
	}
	b, err := json.Marshal(s)
	if err != nil {
		return json.RawMessage("null")
	}
	return b
}

// findPage gives the alert of a page's address: an ID, or a short number with or without #.
func (c *call) findPage(tx *volume.Tx) (*alert.Alert, error) {
	id := c.r.PathValue("identifier")
	if len(id) < 20 {
		return alert.Find(c.r.Context(), tx, strings.TrimPrefix(id, "#"), alert.ByTiny)
	}
	return alert.Get(c.r.Context(), tx, id)
}

// maxBulk is how many alerts one request changes.
const maxBulk = 100

// bulk acknowledges, unacknowledges or closes many alerts in one commit. What cannot be done to one of them is told and does not keep it from the others.
func bulk(c *call) error {
	b, err := httpkit.Decode[struct {
		Action string   `json:"action"`
		IDs    []string `json:"ids"`
		Note   string   `json:"note"`
	}](c.r)
	if err != nil {
		return err
	}
	do, ok := map[string]verb{"acknowledge": action.Acknowledge, "unacknowledge": action.Unacknowledge, "close": action.Close}[b.Action]
	switch {
	case !ok:
		return invalid("action", "The action is acknowledge, unacknowledge or close.")
	case len(b.IDs) == 0 || len(b.IDs) > maxBulk:
		return invalid("ids", "1 to %d alerts can be changed at once.", maxBulk)
	}
	type result struct {
		ID    string `json:"id"`
		Error string `json:"error,omitempty"`
	}
	var results []result
	err = c.write(func(tx *volume.Tx) error {
		results = results[:0]
		for _, id := range b.IDs {
			r := result{ID: id}
			a, err := alert.Get(c.r.Context(), tx, id)
			if err == nil {
				err = do(c.r.Context(), tx, a, c.by(actor{Note: b.Note}))
			}
			var f *fault.Error
			switch {
			case err == nil:
			case errors.As(err, &f) && (f.Kind == fault.KindNotFound || f.Kind == fault.KindConflict):
				r.Error = f.Message
			default:
				return err
			}
			results = append(results, r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(c.w, http.StatusOK, map[string]any{"results": results})
}

func see(c *call) error {
	err := c.write(func(tx *volume.Tx) error {
		a, err := c.findPage(tx)
		if err != nil {
			return err
		}
		return alert.See(c.r.Context(), tx, a, c.by(actor{}))
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(c.w)
}

// makeIssue makes a tracker issue of an alert and notes it there.
func makeIssue(c *call) error {
	b, err := httpkit.Decode[struct {
		Project string `json:"project"`
		Type    string `json:"issueType"`
		Summary string `json:"summary"`
	}](c.r)
	if err != nil {
		return err
	}
	issues := c.Issues(c.r.Context())
	if issues == nil {
		return fault.New(fault.KindNotImplemented, "The tracker is not available on this site.")
	}
	a, err := c.alertOfPage()
	if err != nil {
		return err
	}
	if b.Summary == "" {
		b.Summary = a.Message
	}
	made, err := issues.CreateIssue(c.r.Context(), b.Project, b.Type, b.Summary, describeFor(c, a),
		needs.Origin{URL: c.base() + "/oncall/alerts/" + a.ID, Title: "Alert #" + a.TinyID() + ": " + a.Message})
	if err != nil {
		return err
	}
	if err := c.noteLink(a, fmt.Sprintf("Created issue %s: %s", made.Key, made.URL)); err != nil {
		return err
	}
	return httpkit.JSON(c.w, http.StatusCreated, map[string]string{"key": made.Key, "url": made.URL})
}

// openIncident opens an incident on the status page and notes it at the alert.
func openIncident(c *call) error {
	b, err := httpkit.Decode[struct {
		Name    string `json:"name"`
		Impact  string `json:"impact"`
		Message string `json:"message"`
	}](c.r)
	if err != nil {
		return err
	}
	incidents := c.Status(c.r.Context())
	if incidents == nil {
		return fault.New(fault.KindNotImplemented, "The status page is not available on this site.")
	}
	a, err := c.alertOfPage()
	if err != nil {
		return err
	}
	if b.Name == "" {
		b.Name = a.Message
	}
	id, url, err := incidents.OpenIncident(c.r.Context(), b.Name, b.Impact, b.Message)
	if err != nil {
		return err
	}
	if err := c.noteLink(a, "Opened status incident: "+url); err != nil {
		return err
	}
	return httpkit.JSON(c.w, http.StatusCreated, map[string]string{"id": id, "url": url})
}

func (c *call) alertOfPage() (a *alert.Alert, err error) {
	err = c.read(func(tx *volume.Tx) (err error) {
		a, err = c.findPage(tx)
		return err
	})
	return a, err
}

func (c *call) noteLink(a *alert.Alert, note string) error {
	return c.write(func(tx *volume.Tx) error {
		a, err := alert.Get(c.r.Context(), tx, a.ID)
		if err != nil {
			return err
		}
		return action.AddNote(c.r.Context(), tx, a, c.by(actor{Note: note}))
	})
}

// describeFor is the description of an issue made from an alert.
func describeFor(c *call, a *alert.Alert) string {
	return strings.TrimSpace(fmt.Sprintf("Alert #%s (%s): %s\n%s/oncall/alerts/%s\n\n%s", a.TinyID(), a.Priority, a.Message, c.base(), a.ID, a.Description))
}
