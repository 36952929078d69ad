package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/comment"
	"holdfast.dev/internal/product/tracker/history"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/worklog"
)

// feedRoutes are the operations by which others follow a site: what changed since an instant, and many things by identifier.
func (h *handler) feedRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/worklog/updated", Permission: "BROWSE_PROJECTS", Handler: h.getWorklogFeed("updated", worklog.Updated)},
		{Method: "GET", Path: "/worklog/deleted", Permission: "BROWSE_PROJECTS", Handler: h.getWorklogFeed("deleted", worklog.Deleted)},
		{Method: "POST", Path: "/worklog/list", Permission: "BROWSE_PROJECTS", Handler: h.postWorklogList},
		{Method: "POST", Path: "/comment/list", Permission: "BROWSE_PROJECTS", Handler: h.postCommentList},
		{Method: "POST", Path: "/changelog/bulkfetch", Permission: "BROWSE_PROJECTS", Handler: h.postChangelogs},
		{Method: "POST", Path: "/issue/{issue}/changelog/list", Permission: "BROWSE_PROJECTS", Handler: h.postChangelogList},
		{Method: "POST", Path: "/issue/watching", Permission: "BROWSE_PROJECTS", Handler: h.postWatching},
	}
}

// maxAsked is how many things one request may name.
const maxAsked = 1000

type wireWorklogChange struct {
	ID         int64 `json:"worklogId"`
	At         int64 `json:"updatedTime"`
	Properties []any `json:"properties"`
}

type wireWorklogFeed struct {
	Values   []wireWorklogChange `json:"values"`
	Since    int64               `json:"since"`
	Until    int64               `json:"until"`
	Self     string              `json:"self"`
	NextPage string              `json:"nextPage,omitempty"`
	LastPage bool                `json:"lastPage"`
}

// getWorklogFeed answers a page of a feed of work logs. Instants are Unix milliseconds.
func (h *handler) getWorklogFeed(name string, feed func(context.Context, *volume.Tx, time.Time) ([]worklog.Change, bool, error)) httpkit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		since, err := int64Param(r, "since")
		if err != nil {
			return err
		}
		return single(h, w, r, func(c *call) (wireWorklogFeed, error) {
			page, last, err := feed(c.ctx, c.tx, time.UnixMilli(since))
			self := c.api("worklog/" + name + "?since=")
			out := wireWorklogFeed{Values: []wireWorklogChange{}, Since: since, Until: since, Self: self + strconv.FormatInt(since, 10), LastPage: last}
			for _, ch := range page {
				out.Until = ch.At.UnixMilli()
				out.Values = append(out.Values, wireWorklogChange{ch.ID, out.Until, []any{}})
			}
			if !last {
				out.NextPage = self + strconv.FormatInt(out.Until+1, 10)
			}
			return out, err
		})
	}
}

func int64Param(r *http.Request, name string) (int64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > 1<<50 {
		return 0, fault.Bad("The value '%.40s' of the parameter '%s' is no number of milliseconds.", text, name)
	}
	return n, nil
}

type idList struct {
	IDs []int64 `json:"ids"`
}

// askedIDs reads a list of identifiers.
func askedIDs(r *http.Request) ([]int64, string, error) {
	in, err := httpkit.DecodeLoose[idList](r)
	if err != nil {
		return nil, "", err
	}
	if len(in.IDs) == 0 || len(in.IDs) > maxAsked {
		return nil, "", fault.Bad("The list of ids must have between 1 and %d entries.", maxAsked)
	}
	asJSON, err := json.Marshal(in.IDs)
	return in.IDs, string(asJSON), err
}

// liveIssues tells which issues can be seen: those that are there and not in a project in the trash.
func (c *call) liveIssues(ids []int64) (map[int64]bool, error) {
	slices.Sort(ids)
	issues, err := issue.ByIDs(c.ctx, c.tx, slices.Compact(ids))
	out := map[int64]bool{}
	for _, i := range issues {
		if p := c.cat.Project(i.ProjectID); p != nil && p.Deleted == nil {
			out[i.ID] = true
		}
	}
	return out, err
}

func (h *handler) postWorklogList(w http.ResponseWriter, r *http.Request) error {
	_, asJSON, err := askedIDs(r)
	if err != nil {
		return err
	}
	return single(h, w, r, func(c *call) ([]wireWorklog, error) {
		all, err := worklog.ByIDs(c.ctx, c.tx, asJSON)
		if err != nil {
			return nil, err
		}
		if all, err = c.seenWorklogs(all); err != nil {
			return nil, err
		}
		live, err := c.liveIssues(each(all, func(l *worklog.Worklog) int64 { return l.IssueID }))
		out := []wireWorklog{}
		for _, l := range all {
			if live[l.IssueID] {
				out = append(out, c.worklog(l, strconv.FormatInt(l.IssueID, 10)))
			}
		}
		return out, err
	})
}

func (h *handler) postCommentList(w http.ResponseWriter, r *http.Request) error {
	_, asJSON, err := askedIDs(r)
	if err != nil {
		return err
	}
	rendered := expansions(r)["renderedBody"]
	out := []wireComment{}
	err = h.read(r, func(c *call) error {
		all, err := comment.ByIDs(c.ctx, c.tx, asJSON)
		if err != nil {
			return err
		}
		if all, err = c.seenComments(all); err != nil {
			return err
		}
		live, err := c.liveIssues(each(all, func(cm *comment.Comment) int64 { return cm.IssueID }))
		for _, cm := range all {
			if !live[cm.IssueID] {
				continue
			}
			wire := c.comment(cm, strconv.FormatInt(cm.IssueID, 10))
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
	page, err := httpkit.PageOf(r, out, maxAsked, maxAsked)
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, page)
}

// postWatching tells which of some issues the asker watches.
func (h *handler) postWatching(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[struct {
		IssueIDs []string `json:"issueIds"`
	}](r)
	if err != nil {
		return err
	}
	if len(in.IssueIDs) > maxAsked {
		return fault.Bad("The list of issues must have at most %d entries.", maxAsked)
	}
	return single(h, w, r, func(c *call) (map[string]any, error) {
		out := map[string]bool{}
		for _, id := range in.IssueIDs {
			i, err := issue.Find(c.ctx, c.tx, c.cat, id)
			if fault.Is(err, fault.KindNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			_, me, err := c.accounts(qWatchers, i.ID)
			if err != nil {
				return nil, err
			}
			out[strconv.FormatInt(i.ID, 10)] = me
		}
		return map[string]any{"issuesIsWatching": out}, nil
	})
}

// postChangelogList gives some entries of an issue's history by their identifiers.
func (h *handler) postChangelogList(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[struct {
		IDs []int64 `json:"changelogIds"`
	}](r)
	if err != nil {
		return err
	}
	if len(in.IDs) == 0 || len(in.IDs) > maxAsked {
		return fault.Bad("The list of changelogIds must have between 1 and %d entries.", maxAsked)
	}
	return single(h, w, r, func(c *call) (map[string]any, error) {
		i, err := c.find(r)
		if err != nil {
			return nil, err
		}
		entries, err := history.List(c.ctx, c.tx, i.ID)
		out := []wireHistory{}
		for _, e := range entries {
			if slices.Contains(in.IDs, e.ID) {
				out = append(out, c.history(e))
			}
		}
		return map[string]any{"startAt": 0, "maxResults": len(out), "total": len(out), "histories": out}, err
	})
}
