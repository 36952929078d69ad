package rest

import (
	"net/http"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/watch"
)

func (h *handler) v1PeopleRoutes(add func(method, path string, p httpkit.Permission, f httpkit.Handler)) {
	add("GET", "/user", mayView, h.v1User)
	add("GET", "/user/current", mayView, h.v1Me)
	add("GET", "/user/anonymous", mayView, h.v1Anonymous)
	add("GET", "/user/bulk", mayView, h.v1Users)
	add("GET", "/user/memberof", mayView, h.v1MemberOf)
	for _, kind := range []string{"content/{contentId}", "space/{spaceKey}", "label/{labelName}"} {
		add("GET", "/user/watch/"+kind, mayView, h.v1Watching)
		add("POST", "/user/watch/"+kind, mayView, h.v1Watch)
		add("DELETE", "/user/watch/"+kind, mayView, h.v1Watch)
	}
	add("GET", "/content/{id}/notification/created", mayView, h.v1Watchers)
	add("GET", "/relation/{relationName}/from/{sourceType}/{sourceKey}/to/{targetType}/{targetKey}", mayView, h.v1Related)
	add("PUT", "/relation/{relationName}/from/{sourceType}/{sourceKey}/to/{targetType}/{targetKey}", mayView, h.v1Relate)
	add("DELETE", "/relation/{relationName}/from/{sourceType}/{sourceKey}/to/{targetType}/{targetKey}", mayView, h.v1Relate)
	add("GET", "/settings/systemInfo", mayView, h.v1SystemInfo)
	add("GET", "/longtask", mayView, h.v1LongTasks)
	add("GET", "/longtask/{id}", mayView, h.v1LongTask)
}

func (h *handler) v1User(w http.ResponseWriter, r *http.Request) error {
	if _, err := expansions(r, "user", ""); err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		id := r.URL.Query().Get("accountId")
		if _, ok := c.people[id]; !ok {
			return nil, fault.NotFound("There is no user with the account %.80s.", id)
		}
		return c.user(id), nil
	})
}

func (h *handler) v1Me(w http.ResponseWriter, r *http.Request) error {
	if _, err := expansions(r, "user", ""); err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) { return c.user(c.actor), nil })
}

func (h *handler) v1Anonymous(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) { return c.user(""), nil })
}

func (h *handler) v1Users(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		out := []object{}
		for _, id := range httpkit.ListParam(r, "accountId") {
			if _, ok := c.people[id]; ok {
				out = append(out, c.user(id))
			}
		}
		return v1Slice(c, out, 0, 200), nil
	})
}

func (h *handler) v1MemberOf(w http.ResponseWriter, r *http.Request) error {
	start, n, err := window(r, 200, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		names, err := h.Directory(c.ctx).Groups(c.ctx, r.URL.Query().Get("accountId"))
		out := []object{}
		for _, g := range names {
			out = append(out, c.groupV1(g))
		}
		return v1Slice(c, out, start, n), err
	})
}

// watched reads what a watch of the path is about, and whose it is: the asker's, or of the account of the query for administrators.
func (c *call) watched() (account, kind, target string, err error) {
	account = c.actor
	if a := c.r.URL.Query().Get("accountId"); a != "" && a != c.actor {
		if !c.isAdmin() {
			return "", "", "", fault.Forbidden("Watches of others are for administrators to change.")
		}
		account = a
	}
	if account == "" {
		return "", "", "", c.signedIn()
	}
	switch {
	case c.r.PathValue("contentId") != "":
		x, err := c.see("contentId")
		if err != nil {
			return "", "", "", err
		}
		return account, watch.Content, watch.ID(x.OwnerID), nil
	case c.r.PathValue("spaceKey") != "":
		s, err := c.space("spaceKey")
		if err != nil {
			return "", "", "", err
		}
		return account, watch.Space, watch.ID(s.ID), nil
	}
	l, err := label.Parse(c.actor, c.r.PathValue("labelName"))
	return account, watch.Label, l.String(), err
}

func (h *handler) v1Watching(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		account, kind, target, err := c.watched()
		if err != nil {
			return nil, err
		}
		is, err := watch.Is(c.ctx, c.tx, account, kind, target)
		return object{"watching": is}, err
	})
}

func (h *handler) v1Watch(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		account, kind, target, err := c.watched()
		if err != nil {
			return err
		}
		return watch.Set(c.ctx, c.tx, account, kind, target, r.Method == http.MethodPost)
	})
}

func (h *handler) v1Watchers(w http.ResponseWriter, r *http.Request) error {
	start, n, err := window(r, 200, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		who, err := watch.Of(c.ctx, c.tx, watch.Content, watch.ID(x.OwnerID), start, n+1)
		if err != nil {
			return nil, err
		}
		out := []object{}
		for _, a := range who[:min(len(who), n)] {
			out = append(out, object{"type": "watch", "watcher": c.user(a), "contentId": x.ID})
		}
		return c.v1List(out, len(out), start, n, len(who) > n), nil
	})
}

// related reads a relation of the path: favourites of the asker are the only one that is kept.
func (c *call) related() (kind string, id int64, err error) {
	if name := c.r.PathValue("relationName"); name != "favourite" && name != "favorite" && name != "like" {
		return "", 0, fault.Bad("The relation '%.40s' is neither favourite nor like.", name)
	}
	source := c.r.PathValue("sourceKey")
	if c.r.PathValue("sourceType") != "user" || source != "current" && source != c.actor {
		return "", 0, fault.Forbidden("Only your own favourites can be seen and changed.")
	}
	if err := c.signedIn(); err != nil {
		return "", 0, err
	}
	switch c.r.PathValue("targetType") {
	case "content":
		x, err := c.see("targetKey")
		if err != nil {
			return "", 0, err
		}
		return watch.Content, x.ID, nil
	case "space":
		s, err := c.space("targetKey")
		if err != nil {
			return "", 0, err
		}
		return watch.Space, s.ID, nil
	}
	return "", 0, fault.Bad("The target '%.40s' is neither content nor space.", c.r.PathValue("targetType"))
}

func (c *call) relationV1() object {
	r := c.r
	return object{"name": r.PathValue("relationName"), "relationData": object{}, "source": c.user(c.actor), "target": object{}, "_expandable": object{"relationData": "", "source": "", "target": ""}, "_links": object{"self": c.base + r.URL.Path}}
}

func (h *handler) v1Related(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		kind, id, err := c.related()
		if err != nil {
			return nil, err
		}
		var is bool
		if r.PathValue("relationName") == "like" {
			_, is, err = watch.CountLikes(c.ctx, c.tx, id, c.actor)
		} else {
			is, err = watch.IsFavourite(c.ctx, c.tx, c.actor, kind, id)
		}
		if err == nil && !is {
			err = fault.NotFound("There is no such relation.")
		}
		return c.relationV1(), err
	})
}

func (h *handler) v1Relate(w http.ResponseWriter, r *http.Request) error {
	on := r.Method == http.MethodPut
	set := func(c *call) error {
		kind, id, err := c.related()
		if err != nil {
			return err
		}
		if r.PathValue("relationName") == "like" {
			if kind != watch.Content {
				return fault.Bad("Only contents can be liked.")
			}
			return watch.Like(c.ctx, c.tx, id, c.actor, on)
		}
		return watch.Favour(c.ctx, c.tx, c.actor, kind, id, on)
	}
	if !on {
		return h.change(w, r, set)
	}
	return write(h, w, r, func(c *call) (object, error) { return c.relationV1(), set(c) })
}

func (h *handler) v1SystemInfo(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		out := object{"cloudId": "", "commitHash": "", "baseUrl": c.base + "/wiki", "edition": "", "defaultLocale": "en_US", "defaultTimeZone": "UTC"}
		if s := httpkit.SiteFrom(c.ctx); s != nil {
			out["cloudId"], out["siteTitle"] = s.ID.String(), s.Name
		}
		return out, nil
	})
}

// v1LongTask tells of tasks that the vendor does later and that were done here when they were asked for.
func (h *handler) v1LongTask(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if !strings.HasPrefix(id, "done-") {
		return fault.NotFound("There is no task %.60s.", id)
	}
	return httpkit.JSON(w, http.StatusOK, object{"ari": "", "id": id, "name": object{"key": "task", "args": []any{}}, "elapsedTime": 0, "percentageComplete": 100, "successful": true, "finished": true, "messages": []any{}, "status": "DONE", "errors": []any{}, "additionalDetails": object{}, "_links": object{}})
}

// v1LongTasks lists the tasks that are at work: none, since all are done when their answer comes.
func (h *handler) v1LongTasks(w http.ResponseWriter, r *http.Request) error {
	start, n, err := window(r, 100, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) { return v1Slice(c, []object{}, start, n), nil })
}
