package rest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/tracker/comment"
	"holdfast.dev/internal/product/tracker/field"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/worklog"
)

func (h *handler) commentRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/issue/{issue}/comment", Permission: "BROWSE_PROJECTS", Handler: h.getComments},
		{Method: "POST", Path: "/issue/{issue}/comment", Permission: "ADD_COMMENTS", Handler: h.postComment},
		{Method: "GET", Path: "/issue/{issue}/comment/{id}", Permission: "BROWSE_PROJECTS", Handler: h.getComment},
		{Method: "PUT", Path: "/issue/{issue}/comment/{id}", Permission: "EDIT_OWN_COMMENTS", Handler: h.putComment},
		{Method: "DELETE", Path: "/issue/{issue}/comment/{id}", Permission: "DELETE_OWN_COMMENTS", Handler: h.deleteComment},
		{Method: "GET", Path: "/issue/{issue}/worklog", Permission: "BROWSE_PROJECTS", Handler: h.getWorklogs},
		{Method: "POST", Path: "/issue/{issue}/worklog", Permission: "WORK_ON_ISSUES", Handler: h.postWorklog},
		{Method: "GET", Path: "/issue/{issue}/worklog/{id}", Permission: "BROWSE_PROJECTS", Handler: h.getWorklog},
		{Method: "PUT", Path: "/issue/{issue}/worklog/{id}", Permission: "EDIT_OWN_WORKLOGS", Handler: h.putWorklog},
		{Method: "DELETE", Path: "/issue/{issue}/worklog/{id}", Permission: "DELETE_OWN_WORKLOGS", Handler: h.deleteWorklog},
	}
}

type commentInput struct {
	Body       json.RawMessage `json:"body"`
	Visibility *wireVisibility `json:"visibility"`
	Properties []wireProperty  `json:"properties"`
}

// readComment turns a body into a comment of the asker.
func (h *handler) readComment(r *http.Request, c *call, in commentInput) (*comment.Comment, error) {
	stored, plain, err := h.richValue(r, c.people, in.Body)
	if err != nil {
		if f, ok := httpkit.AsFault(err); ok {
			return nil, fault.Invalid("comment", "%s", f.Message)
		}
		return nil, err
	}
	if stored == "" {
		return nil, fault.Invalid("comment", "Comment body can not be empty!")
	}
	cm := &comment.Comment{Author: c.actor, UpdateAuthor: c.actor, Body: stored, BodyText: plain}
	if cm.VisibilityType, cm.VisibilityValue, err = in.Visibility.read(); err != nil {
		return nil, err
	}
	for _, p := range in.Properties {
		if p.Key == "sd.public.comment" && strings.Contains(string(p.Value), "true") {
			cm.Internal = true
		}
	}
	return cm, nil
}

// number reads an identifier from the path.
func number(r *http.Request, name string, notFound string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return 0, fault.NotFound(notFound, r.PathValue(name))
	}
	return id, nil
}

func (h *handler) getComments(w http.ResponseWriter, r *http.Request) error {
	startAt, err := httpkit.IntParam(r, "startAt", 0, 0, 1<<30)
	if err != nil {
		return err
	}
	limit, err := httpkit.IntParam(r, "maxResults", 100, 0, 5000)
	if err != nil {
		return err
	}
	orderBy := r.URL.Query().Get("orderBy")
	if strings.TrimLeft(orderBy, "+- ") != "created" && orderBy != "" {
		return fault.Bad("Comments cannot be ordered by '%.40s'; 'created', '+created' and '-created' are known.", orderBy)
	}
	newest := strings.HasPrefix(orderBy, "-")
	rendered := expansions(r)["renderedBody"]
	out := []wireComment{}
	total := int64(0)
	err = h.read(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		cs, n, err := comment.Page(c.ctx, c.tx, i, newest, startAt, limit, c.seenComments)
		total = int64(n)
		for _, cm := range cs {
			wire := c.comment(cm, strconv.FormatInt(i.ID, 10))
			if rendered {
				wire.RenderedBody = c.html(c.ctx, cm.Body)
			}
			out = append(out, wire)
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"comments": out, "startAt": startAt, "maxResults": limit, "total": total})
}

// oneComment answers with one comment of an issue after act has done something with it; act may be nil.
func (h *handler) oneComment(w http.ResponseWriter, r *http.Request, status int, run func(*http.Request, func(*call) error) error, act func(c *call, i *issue.Issue) (*comment.Comment, error)) error {
	var out wireComment
	err := run(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		cm, err := act(c, i)
		if err != nil {
			return err
		}
		out = c.comment(cm, strconv.FormatInt(i.ID, 10))
		if expansions(r)["renderedBody"] {
			out.RenderedBody = c.html(c.ctx, cm.Body)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, status, out)
}

// commentOf gives a comment of an issue that the asker may read.
func (c *call) commentOf(i *issue.Issue, id int64) (*comment.Comment, error) {
	cm, err := comment.Get(c.ctx, c.tx, i.ID, id)
	if err != nil {
		return nil, err
	}
	found, err := c.seenComments([]*comment.Comment{cm})
	if err == nil && len(found) == 0 {
		err = fault.NotFound("Can not find a comment for the id: %d.", id)
	}
	return cm, err
}

func (h *handler) getComment(w http.ResponseWriter, r *http.Request) error {
	return h.oneComment(w, r, http.StatusOK, h.read, func(c *call, i *issue.Issue) (*comment.Comment, error) {
		id, err := number(r, "id", "Can not find a comment for the id: %s.")
		if err != nil {
			return nil, err
		}
		return c.commentOf(i, id)
	})
}

func (h *handler) postComment(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[commentInput](r)
	if err != nil {
		return err
	}
	return h.oneComment(w, r, http.StatusCreated, h.write, func(c *call, i *issue.Issue) (*comment.Comment, error) {
		cm, err := h.readComment(r, c, in)
		if err != nil {
			return nil, err
		}
		if err := comment.Add(c.ctx, c.tx, i, cm); err != nil {
			return nil, err
		}
		for _, p := range in.Properties {
			if err := comment.SetProperty(c.ctx, c.tx, cm.ID, p.Key, string(p.Value)); err != nil {
				return nil, err
			}
		}
		return cm, nil
	})
}

// own refuses to change what somebody else wrote, except to administrators.
func (c *call) own(r *http.Request, author string) error {
	if author == c.actor || isAdmin(r) {
		return nil
	}
	return fault.Forbidden("You do not have permission to change what somebody else wrote.")
}

func (h *handler) putComment(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[commentInput](r)
	if err != nil {
		return err
	}
	return h.oneComment(w, r, http.StatusOK, h.write, func(c *call, i *issue.Issue) (*comment.Comment, error) {
		id, err := number(r, "id", "Can not find a comment for the id: %s.")
		if err != nil {
			return nil, err
		}
		old, err := c.commentOf(i, id)
		if err != nil {
			return nil, err
		}
		if err := c.own(r, old.Author); err != nil {
			return nil, err
		}
		cm, err := h.readComment(r, c, in)
		if err != nil {
			return nil, err
		}
		if !c.sameInWiki(old.Body, cm.Body) {
			old.Body, old.BodyText = cm.Body, cm.BodyText
		}
		old.UpdateAuthor = c.actor
		if in.Visibility != nil {
			old.VisibilityType, old.VisibilityValue = cm.VisibilityType, cm.VisibilityValue
		}
		return old, comment.Update(c.ctx, c.tx, i, old)
	})
}

func (h *handler) deleteComment(w http.ResponseWriter, r *http.Request) error {
	err := h.write(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		id, err := number(r, "id", "Can not find a comment for the id: %s.")
		if err != nil {
			return err
		}
		cm, err := c.commentOf(i, id)
		if err != nil {
			return err
		}
		if err := c.own(r, cm.Author); err != nil {
			return err
		}
		return comment.Delete(c.ctx, c.tx, i, id)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

type worklogInput struct {
	Comment   json.RawMessage `json:"comment"`
	Started   string          `json:"started"`
	TimeSpent string          `json:"timeSpent"`
	Seconds   int64           `json:"timeSpentSeconds"`
	// Who may read it; everybody who sees the issue when it is not there.
	Visibility *wireVisibility `json:"visibility"`
	Properties []wireProperty  `json:"properties"`
}

// fill puts what was given into an entry.
func (h *handler) fillWorklog(c *call, r *http.Request, in worklogInput, wl *worklog.Worklog) error {
	if in.Comment != nil {
		stored, plain, err := h.richValue(r, c.people, in.Comment)
		if err != nil {
			return err
		}
		wl.Comment, wl.CommentText = stored, plain
	}
	if in.Visibility != nil {
		var err error
		if wl.VisibilityType, wl.VisibilityValue, err = in.Visibility.read(); err != nil {
			return err
		}
	}
	if in.Started != "" {
		t, err := field.ParseTime(in.Started)
		if err != nil {
			return fault.Invalid("started", "Error parsing date string: %.40s", in.Started)
		}
		wl.Started = t
	}
	if in.TimeSpent != "" {
		n, err := worklog.ParseDuration(in.TimeSpent)
		if err != nil {
			return fault.Invalid("timeLogged", "Invalid time duration entered")
		}
		wl.Seconds = n
	} else if in.Seconds != 0 {
		wl.Seconds = in.Seconds
	}
	if wl.Seconds <= 0 {
		return fault.Invalid("timeLogged", "You must indicate the time spent working.")
	}
	return nil
}

func adjust(r *http.Request) (worklog.Adjust, error) {
	q := r.URL.Query()
	a := worklog.Adjust{Mode: q.Get("adjustEstimate")}
	text := q.Get("newEstimate")
	if a.Mode == "manual" {
		text = q.Get("reduceBy") + q.Get("increaseBy")
	}
	switch a.Mode {
	case "", "auto", "leave":
		return a, nil
	case "new", "manual":
		n, err := worklog.ParseDuration(text)
		a.By = n
		if q.Get("increaseBy") != "" {
			a.By = -n
		}
		return a, err
	}
	return a, fault.Bad("The adjustEstimate '%.20s' is none of auto, leave, manual and new.", a.Mode)
}

func (h *handler) addWorklog(c *call, r *http.Request, i *issue.Issue, raw json.RawMessage) error {
	var in worklogInput
	if err := json.Unmarshal(raw, &in); err != nil {
		return fault.Invalid("worklog", "data was not an object")
	}
	wl := &worklog.Worklog{Author: c.actor, Started: c.tx.Now()}
	if err := h.fillWorklog(c, r, in, wl); err != nil {
		return err
	}
	return worklog.Add(c.ctx, c.tx, i, wl, worklog.Adjust{})
}

func (h *handler) getWorklogs(w http.ResponseWriter, r *http.Request) error {
	startAt, err := httpkit.IntParam(r, "startAt", 0, 0, 1<<30)
	if err != nil {
		return err
	}
	limit, err := httpkit.IntParam(r, "maxResults", 5000, 0, 5000)
	if err != nil {
		return err
	}
	out := []wireWorklog{}
	total := int64(0)
	err = h.read(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		ws, n, err := worklog.Page(c.ctx, c.tx, i, startAt, limit, c.seenWorklogs)
		total = int64(n)
		for _, wl := range ws {
			out = append(out, c.worklog(wl, strconv.FormatInt(i.ID, 10)))
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"worklogs": out, "startAt": startAt, "maxResults": limit, "total": total})
}

func (h *handler) oneWorklog(w http.ResponseWriter, r *http.Request, status int, run func(*http.Request, func(*call) error) error, act func(c *call, i *issue.Issue) (*worklog.Worklog, error)) error {
	var out wireWorklog
	err := run(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		wl, err := act(c, i)
		if err != nil {
			return err
		}
		out = c.worklog(wl, strconv.FormatInt(i.ID, 10))
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, status, out)
}

func (h *handler) pathWorklog(c *call, r *http.Request, i *issue.Issue) (*worklog.Worklog, error) {
	id, err := number(r, "id", "Cannot find worklog with id: '%s'.")
	if err != nil {
		return nil, err
	}
	wl, err := worklog.Get(c.ctx, c.tx, i.ID, id)
	if err != nil {
		return nil, err
	}
	found, err := c.seenWorklogs([]*worklog.Worklog{wl})
	if err == nil && len(found) == 0 {
		err = fault.NotFound("Cannot find worklog with id: '%d'.", id)
	}
	return wl, err
}

func (h *handler) getWorklog(w http.ResponseWriter, r *http.Request) error {
	return h.oneWorklog(w, r, http.StatusOK, h.read, func(c *call, i *issue.Issue) (*worklog.Worklog, error) { return h.pathWorklog(c, r, i) })
}

func (h *handler) postWorklog(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[worklogInput](r)
	if err != nil {
		return err
	}
	a, err := adjust(r)
	if err != nil {
		return err
	}
	return h.oneWorklog(w, r, http.StatusCreated, h.write, func(c *call, i *issue.Issue) (*worklog.Worklog, error) {
		wl := &worklog.Worklog{Author: c.actor, Started: c.tx.Now().Truncate(time.Millisecond)}
		if err := h.fillWorklog(c, r, in, wl); err != nil {
			return nil, err
		}
		if err := worklog.Add(c.ctx, c.tx, i, wl, a); err != nil {
			return nil, err
		}
		for _, p := range in.Properties {
			if _, err := c.tx.Exec(c.ctx, worklogProperties.set, wl.ID, p.Key, string(p.Value)); err != nil {
				return nil, err
			}
		}
		return wl, nil
	})
}

func (h *handler) putWorklog(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[worklogInput](r)
	if err != nil {
		return err
	}
	a, err := adjust(r)
	if err != nil {
		return err
	}
	return h.oneWorklog(w, r, http.StatusOK, h.write, func(c *call, i *issue.Issue) (*worklog.Worklog, error) {
		wl, err := h.pathWorklog(c, r, i)
		if err != nil {
			return nil, err
		}
		if err := c.own(r, wl.Author); err != nil {
			return nil, err
		}
		before := wl.Seconds
		if err := h.fillWorklog(c, r, in, wl); err != nil {
			return nil, err
		}
		wl.UpdateAuthor = c.actor
		return wl, worklog.Update(c.ctx, c.tx, i, wl, before, a)
	})
}

func (h *handler) deleteWorklog(w http.ResponseWriter, r *http.Request) error {
	a, err := adjust(r)
	if err != nil {
		return err
	}
	err = h.write(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		wl, err := h.pathWorklog(c, r, i)
		if err != nil {
			return err
		}
		if err := c.own(r, wl.Author); err != nil {
			return err
		}
		return worklog.Delete(c.ctx, c.tx, i, wl, a)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}
