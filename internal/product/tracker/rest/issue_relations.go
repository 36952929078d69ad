package rest

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/link"
)

func (h *handler) relationRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/issue/{issue}/watchers", Permission: "BROWSE_PROJECTS", Handler: h.getWatchers},
		{Method: "POST", Path: "/issue/{issue}/watchers", Permission: "BROWSE_PROJECTS", Handler: h.postWatcher},
		{Method: "DELETE", Path: "/issue/{issue}/watchers", Permission: "BROWSE_PROJECTS", Handler: h.deleteWatcher},
		{Method: "GET", Path: "/issue/{issue}/votes", Permission: "BROWSE_PROJECTS", Handler: h.getVotes},
		{Method: "POST", Path: "/issue/{issue}/votes", Permission: "BROWSE_PROJECTS", Handler: h.postVote},
		{Method: "DELETE", Path: "/issue/{issue}/votes", Permission: "BROWSE_PROJECTS", Handler: h.deleteVote},
		{Method: "POST", Path: "/issueLink", Permission: "LINK_ISSUES", Handler: h.postLink},
		{Method: "GET", Path: "/issueLink/{id}", Permission: "BROWSE_PROJECTS", Handler: h.getLink},
		{Method: "DELETE", Path: "/issueLink/{id}", Permission: "LINK_ISSUES", Handler: h.deleteLink},
		{Method: "GET", Path: "/issue/{issue}/remotelink", Permission: "BROWSE_PROJECTS", Handler: h.getRemoteLinks},
		{Method: "POST", Path: "/issue/{issue}/remotelink", Permission: "LINK_ISSUES", Handler: h.postRemoteLink},
		{Method: "GET", Path: "/issue/{issue}/remotelink/{id}", Permission: "BROWSE_PROJECTS", Handler: h.getRemoteLink},
		{Method: "PUT", Path: "/issue/{issue}/remotelink/{id}", Permission: "LINK_ISSUES", Handler: h.putRemoteLink},
		{Method: "DELETE", Path: "/issue/{issue}/remotelink", Permission: "LINK_ISSUES", Handler: h.deleteRemoteLinkByGlobalID},
		{Method: "DELETE", Path: "/issue/{issue}/remotelink/{id}", Permission: "LINK_ISSUES", Handler: h.deleteRemoteLink},
	}
}

func isAdmin(r *http.Request) bool { return identity.From(r.Context()).Admin }

var (
	qWatchers   = storage.Register("tracker/issue_watcher.by_issue", `SELECT account FROM issue_watcher WHERE issue_id = $1 ORDER BY account LIMIT 1000`)
	qWatch      = storage.Register("tracker/issue_watcher.add", `INSERT INTO issue_watcher (issue_id, account) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qUnwatch    = storage.Register("tracker/issue_watcher.delete", `DELETE FROM issue_watcher WHERE issue_id = $1 AND account = $2`)
	qVoters     = storage.Register("tracker/issue_vote.by_issue", `SELECT account FROM issue_vote WHERE issue_id = $1 ORDER BY account LIMIT 1000`)
	qVote       = storage.Register("tracker/issue_vote.add", `INSERT INTO issue_vote (issue_id, account) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qUnvote     = storage.Register("tracker/issue_vote.delete", `DELETE FROM issue_vote WHERE issue_id = $1 AND account = $2`)
	qRemotes    = storage.Register("tracker/issue_remote_link.by_issue", `SELECT id, coalesce(global_id, ''), coalesce(relationship, ''), application, object FROM issue_remote_link WHERE issue_id = $1 ORDER BY id LIMIT 2000`)
	qDropRemote = storage.Register("tracker/issue_remote_link.delete", `DELETE FROM issue_remote_link WHERE issue_id = $1 AND id = $2`)
)

func scanText(r *storage.Rows) (s string, err error) {
	err = r.Scan(&s)
	return s, err
}

// people gives the accounts of a statement as users.
func (c *call) accounts(q *storage.Query, id int64) ([]*wireUser, bool, error) {
	accounts, err := storage.All(c.ctx, c.tx.Tx, q, scanText, id)
	out := []*wireUser{}
	me := false
	for _, a := range accounts {
		out = append(out, c.user(a))
		me = me || a == c.actor
	}
	return out, me, err
}

func (h *handler) getWatchers(w http.ResponseWriter, r *http.Request) error {
	var body map[string]any
	err := h.read(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		users, me, err := c.accounts(qWatchers, i.ID)
		body = map[string]any{"self": c.api("issue/" + strconv.FormatInt(i.ID, 10) + "/watchers"), "isWatching": me, "watchCount": i.Watches, "watchers": users}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, body)
}

// membership adds or removes an account and keeps the counter.
func (h *handler) membership(w http.ResponseWriter, r *http.Request, account string, q *storage.Query, counter func(*issue.Issue) *int64, by int64) error {
	err := h.write(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		who := account
		if who == "" {
			who = c.actor
		}
		if _, known := c.people[who]; !known {
			return fault.NotFound("The user does not exist.")
		}
		n, err := c.tx.Exec(c.ctx, q, i.ID, who)
		if err == nil && n == 0 && q == qUnvote {
			return fault.NotFound("You have not voted for this issue.")
		}
		if err != nil || n == 0 {
			return err
		}
		*counter(i) += by
		return issue.Save(c.ctx, c.tx, i)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

func watches(i *issue.Issue) *int64 { return &i.Watches }
func votes(i *issue.Issue) *int64   { return &i.Votes }

// postWatcher takes a JSON string with an account, or nothing for oneself.
func (h *handler) postWatcher(w http.ResponseWriter, r *http.Request) error {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	account := ""
	if s := strings.TrimSpace(string(b)); s != "" {
		if json.Unmarshal([]byte(s), &account) != nil {
			return fault.Bad("The body must be an account ID in quotation marks.")
		}
	}
	return h.membership(w, r, account, qWatch, watches, +1)
}

func (h *handler) deleteWatcher(w http.ResponseWriter, r *http.Request) error {
	account := r.URL.Query().Get("accountId")
	if account == "" {
		return fault.Bad("The query parameter accountId must be given.")
	}
	return h.membership(w, r, account, qUnwatch, watches, -1)
}

func (h *handler) getVotes(w http.ResponseWriter, r *http.Request) error {
	var body map[string]any
	err := h.read(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		users, me, err := c.accounts(qVoters, i.ID)
		body = map[string]any{"self": c.api("issue/" + strconv.FormatInt(i.ID, 10) + "/votes"), "votes": i.Votes, "hasVoted": me, "voters": users}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, body)
}

func (h *handler) postVote(w http.ResponseWriter, r *http.Request) error {
	return h.membership(w, r, "", qVote, votes, +1)
}

func (h *handler) deleteVote(w http.ResponseWriter, r *http.Request) error {
	return h.membership(w, r, "", qUnvote, votes, -1)
}

type linkInput struct {
	Type    ref             `json:"type"`
	Inward  ref             `json:"inwardIssue"`
	Outward ref             `json:"outwardIssue"`
	Comment json.RawMessage `json:"comment"`
}

// postLink relates two issues. As in Jira's API the inward issue is the source: with Blocks, inwardIssue A and outwardIssue B, A blocks B.
func (h *handler) postLink(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[linkInput](r)
	if err != nil {
		return err
	}
	err = h.write(r, func(c *call) error {
		t := c.cat.FindLinkType(in.Type.name())
		if t == nil {
			return fault.NotFound("No issue link type with name '%.80s' found.", in.Type.name())
		}
		source, err := issue.Find(c.ctx, c.tx, c.cat, in.Inward.name())
		if err != nil {
			return err
		}
		target, err := issue.Find(c.ctx, c.tx, c.cat, in.Outward.name())
		if err != nil {
			return err
		}
		if _, err := link.Add(c.ctx, c.tx, t, c.actor, source, target, c.key); err != nil {
			return err
		}
		if !isNull(in.Comment) {
			return h.sideOperations(c, &patcher{h: h, r: r, comment: in.Comment}, source)
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusCreated)
	return nil
}

// addLinkOperation does update.issuelinks[].add, where the issue is the end that is not named.
func (c *call) addLinkOperation(i *issue.Issue, raw json.RawMessage) error {
	var in linkInput
	if err := json.Unmarshal(raw, &in); err != nil {
		return fault.Invalid("issuelinks", "data was not an object")
	}
	t := c.cat.FindLinkType(in.Type.name())
	if t == nil {
		return fault.Invalid("issuelinks", "No issue link type with name '%.80s' found.", in.Type.name())
	}
	source, target := i, i
	var err error
	if name := in.Outward.name(); name != "" {
		target, err = issue.Find(c.ctx, c.tx, c.cat, name)
	} else {
		source, err = issue.Find(c.ctx, c.tx, c.cat, in.Inward.name())
	}
	if err != nil {
		return err
	}
	_, err = link.Add(c.ctx, c.tx, t, c.actor, source, target, c.key)
	return err
}

// linkEnds loads a link with its type and both issues.
func (c *call) linkEnds(r *http.Request) (l *link.Link, source, target *issue.Issue, err error) {
	id, err := number(r, "id", "No issue link with id '%s' exists.")
	if err != nil {
		return nil, nil, nil, err
	}
	if l, err = link.Get(c.ctx, c.tx, id); err != nil {
		return nil, nil, nil, err
	}
	if source, err = issue.Get(c.ctx, c.tx, l.Source); err != nil {
		return nil, nil, nil, err
	}
	target, err = issue.Get(c.ctx, c.tx, l.Target)
	return l, source, target, err
}

func (h *handler) getLink(w http.ResponseWriter, r *http.Request) error {
	var out wireIssueLink
	err := h.read(r, func(c *call) error {
		l, source, target, err := c.linkEnds(r)
		if err != nil {
			return err
		}
		id := strconv.FormatInt(l.ID, 10)
		in, outward := c.issueRef(source, true), c.issueRef(target, true)
		out = wireIssueLink{ID: id, Self: c.api("issueLink/" + id), Type: c.linkType(c.cat.LinkType(l.TypeID)), Inward: &in, Outward: &outward}
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) deleteLink(w http.ResponseWriter, r *http.Request) error {
	err := h.write(r, func(c *call) error {
		l, source, target, err := c.linkEnds(r)
		if err != nil {
			return err
		}
		return link.Remove(c.ctx, c.tx, l, c.cat.LinkType(l.TypeID), c.actor, source, target, c.key)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

type wireRemoteLink struct {
	ID           int64           `json:"id"`
	Self         string          `json:"self"`
	GlobalID     string          `json:"globalId,omitempty"`
	Application  json.RawMessage `json:"application,omitempty"`
	Relationship string          `json:"relationship,omitempty"`
	Object       json.RawMessage `json:"object"`
}

func (c *call) remoteLinks(i *issue.Issue) ([]wireRemoteLink, error) {
	return storage.All(c.ctx, c.tx.Tx, qRemotes, func(r *storage.Rows) (l wireRemoteLink, err error) {
		var application, object string
		err = r.Scan(&l.ID, &l.GlobalID, &l.Relationship, &application, &object)
		l.Application, l.Object = json.RawMessage(application), json.RawMessage(object)
		l.Self = c.api("issue/" + strconv.FormatInt(i.ID, 10) + "/remotelink/" + strconv.FormatInt(l.ID, 10))
		return l, err
	}, i.ID)
}

func (h *handler) getRemoteLinks(w http.ResponseWriter, r *http.Request) error {
	out := []wireRemoteLink{}
	global := r.URL.Query().Get("globalId")
	err := h.read(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		ls, err := c.remoteLinks(i)
		for _, l := range ls {
			if global == "" || l.GlobalID == global {
				out = append(out, l)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) getRemoteLink(w http.ResponseWriter, r *http.Request) error {
	var out *wireRemoteLink
	err := h.read(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		ls, err := c.remoteLinks(i)
		for _, l := range ls {
			if strconv.FormatInt(l.ID, 10) == r.PathValue("id") {
				out = &l
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if out == nil {
		return fault.NotFound("Remote issue link with id '%.40s' does not exist.", r.PathValue("id"))
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// postRemoteLink adds a link, or changes the one with the same globalId.
func (h *handler) postRemoteLink(w http.ResponseWriter, r *http.Request) error {
	in, err := decodeRemoteLink(r)
	if err != nil {
		return err
	}
	var out map[string]any
	status := http.StatusCreated
	err = h.write(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		id, fresh, err := link.PutRemote(c.ctx, c.tx, i, link.Remote{GlobalID: in.GlobalID, Relationship: in.Relationship, Application: string(in.Application), Object: string(in.Object), URL: in.url})
		if !fresh {
			status = http.StatusOK
		}
		out = map[string]any{"id": id, "self": c.api("issue/" + strconv.FormatInt(i.ID, 10) + "/remotelink/" + strconv.FormatInt(id, 10))}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, status, out)
}

func (h *handler) deleteRemoteLink(w http.ResponseWriter, r *http.Request) error {
	err := h.write(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		id, err := number(r, "id", "Remote issue link with id '%s' does not exist.")
		if err != nil {
			return err
		}
		n, err := c.tx.Exec(c.ctx, qDropRemote, i.ID, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.NotFound("Remote issue link with id '%d' does not exist.", id)
		}
		return issue.Touch(c.ctx, c.tx, i, &i.RemoteLinks, -1)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}
