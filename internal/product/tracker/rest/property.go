package rest

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/product/tracker/comment"
	"holdfast.dev/internal/product/tracker/issue"
)

// properties are JSON values that clients keep with something, by key.
type properties struct {
	keys, get, set, drop *storage.Query
	// of finds whose properties a request is about, and the path under which they are; change says that they are to be changed.
	of func(h *handler, c *call, r *http.Request, change bool) (id int64, path string, err error)
}

func propertiesIn(table, owner string) properties {
	return properties{
		keys: storage.Register("tracker/"+table+".keys", `SELECT key FROM `+table+` WHERE `+owner+` = $1 ORDER BY key LIMIT 1000`),
		get:  storage.Register("tracker/"+table+".get", `SELECT value FROM `+table+` WHERE `+owner+` = $1 AND key = $2`),
		set:  storage.Register("tracker/"+table+".put", `INSERT INTO `+table+` (`+owner+`, key, value) VALUES ($1, $2, $3) ON CONFLICT (`+owner+`, key) DO UPDATE SET value = excluded.value`),
		drop: storage.Register("tracker/"+table+".remove", `DELETE FROM `+table+` WHERE `+owner+` = $1 AND key = $2`),
	}
}

var issueProperties, commentProperties, worklogProperties = func() (i, c, l properties) {
	i, c, l = propertiesIn("issue_property", "issue_id"), propertiesIn("comment_property", "comment_id"), propertiesIn("worklog_property", "worklog_id")
	i.of = func(_ *handler, c *call, r *http.Request, _ bool) (int64, string, error) {
		found, err := c.find(r)
		if err != nil {
			return 0, "", err
		}
		return found.ID, "issue/" + strconv.FormatInt(found.ID, 10), nil
	}
	c.of = ownerComment
	l.of = func(h *handler, c *call, r *http.Request, change bool) (int64, string, error) {
		found, err := c.find(r)
		if err != nil {
			return 0, "", err
		}
		wl, err := h.pathWorklog(c, r, found)
		if err != nil {
			return 0, "", err
		}
		if change {
			err = c.own(r, wl.Author)
		}
		return wl.ID, "issue/" + strconv.FormatInt(found.ID, 10) + "/worklog/" + strconv.FormatInt(wl.ID, 10), err
	}
	return i, c, l
}()

func ownerComment(_ *handler, c *call, r *http.Request, change bool) (int64, string, error) {
	id, err := number(r, "id", "Can not find a comment for the id: %s.")
	if err != nil {
		return 0, "", err
	}
	found, err := comment.ByIDs(c.ctx, c.tx, "["+strconv.FormatInt(id, 10)+"]")
	if err != nil {
		return 0, "", err
	}
	missing := fault.NotFound("Can not find a comment for the id: %d.", id)
	if len(found) == 0 {
		return 0, "", missing
	}
	if _, err := issue.Find(c.ctx, c.tx, c.cat, strconv.FormatInt(found[0].IssueID, 10)); err != nil {
		return 0, "", missing
	}
	if found, err = c.seenComments(found); err != nil || len(found) == 0 {
		return 0, "", cmp.Or[error](err, missing)
	}
	if change {
		err = c.own(r, found[0].Author)
	}
	return id, "comment/" + strconv.FormatInt(id, 10), err
}

// maxProperty bounds a property's value, as the vendor does.
const maxProperty = 32768

func (h *handler) propertyRoutes() []httpkit.Route {
	var routes []httpkit.Route
	for _, on := range []struct {
		path, see, change string
		p                 properties
	}{{"/issue/{issue}", "BROWSE_PROJECTS", "EDIT_ISSUES", issueProperties},
		{"/comment/{id}", "BROWSE_PROJECTS", "EDIT_OWN_COMMENTS", commentProperties},
		{"/issue/{issue}/worklog/{id}", "BROWSE_PROJECTS", "EDIT_OWN_WORKLOGS", worklogProperties}} {
		see, change := httpkit.Permission(on.see), httpkit.Permission(on.change)
		routes = append(routes,
			httpkit.Route{Method: "GET", Path: on.path + "/properties", Permission: see, Handler: h.getProperties(on.p)},
			httpkit.Route{Method: "GET", Path: on.path + "/properties/{key}", Permission: see, Handler: h.getProperty(on.p)},
			httpkit.Route{Method: "PUT", Path: on.path + "/properties/{key}", Permission: change, Handler: h.putProperty(on.p), MaxBody: 40 << 10},
			httpkit.Route{Method: "DELETE", Path: on.path + "/properties/{key}", Permission: change, Handler: h.deleteProperty(on.p)})
	}
	return routes
}

type wirePropertyKey struct {
	Self string `json:"self"`
	Key  string `json:"key"`
}

func (h *handler) getProperties(p properties) httpkit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return single(h, w, r, func(c *call) (map[string]any, error) {
			id, path, err := p.of(h, c, r, false)
			if err != nil {
				return nil, err
			}
			keys, err := storage.All(c.ctx, c.tx.Tx, p.keys, scanText, id)
			return map[string]any{"keys": each(keys, func(key string) wirePropertyKey { return wirePropertyKey{c.api(path + "/properties/" + key), key} })}, err
		})
	}
}

func errNoProperty(key string) error {
	return fault.NotFound("The property with key '%.80s' does not exist.", key)
}

func (h *handler) getProperty(p properties) httpkit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		key := r.PathValue("key")
		return single(h, w, r, func(c *call) (map[string]any, error) {
			id, _, err := p.of(h, c, r, false)
			if err != nil {
				return nil, err
			}
			var value string
			if err = c.tx.Get(c.ctx, p.get, []any{id, key}, &value); errors.Is(err, storage.ErrNoRows) {
				err = errNoProperty(key)
			}
			return map[string]any{"key": key, "value": json.RawMessage(value)}, err
		})
	}
}

func (h *handler) putProperty(p properties) httpkit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		key := r.PathValue("key")
		value, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		if !json.Valid(value) || len(key) > 255 || len(value) > maxProperty {
			return fault.Bad("A property has a key of at most 255 characters and a JSON value of at most %d.", maxProperty)
		}
		status := http.StatusCreated
		err = h.write(r, func(c *call) error {
			id, _, err := p.of(h, c, r, true)
			if err != nil {
				return err
			}
			var old string
			if c.tx.Get(c.ctx, p.get, []any{id, key}, &old) == nil {
				status = http.StatusOK
			}
			_, err = c.tx.Exec(c.ctx, p.set, id, key, string(value))
			return err
		})
		if err != nil {
			return err
		}
		return httpkit.JSON(w, status, map[string]string{})
	}
}

func (h *handler) deleteProperty(p properties) httpkit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := h.write(r, func(c *call) error {
			id, _, err := p.of(h, c, r, true)
			if err != nil {
				return err
			}
			n, err := c.tx.Exec(c.ctx, p.drop, id, r.PathValue("key"))
			if err == nil && n == 0 {
				err = errNoProperty(r.PathValue("key"))
			}
			return err
		})
		if err != nil {
			return err
		}
		return httpkit.NoContent(w)
	}
}
