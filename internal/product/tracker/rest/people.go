package rest

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/tracker/needs"
)

func (h *handler) peopleRoutes() []httpkit.Route {
	const browse = httpkit.Permission("USER_PICKER")
	return []httpkit.Route{
		{Method: "GET", Path: "/myself", Permission: httpkit.Member, Handler: h.getMyself},
		{Method: "GET", Path: "/user", Permission: browse, Handler: h.getUser},
		{Method: "GET", Path: "/user/search", Permission: browse, Handler: h.searchUsers},
		{Method: "GET", Path: "/users", Permission: browse, Handler: h.searchUsers},
		{Method: "GET", Path: "/users/search", Permission: browse, Handler: h.searchUsers},
		{Method: "GET", Path: "/user/assignable/search", Permission: browse, Handler: h.assignableUsers},
		{Method: "GET", Path: "/user/assignable/multiProjectSearch", Permission: browse, Handler: h.assignableUsers},
		{Method: "GET", Path: "/user/viewissue/search", Permission: browse, Handler: h.searchUsers},
		{Method: "GET", Path: "/user/picker", Permission: browse, Handler: h.pickUsers},
		{Method: "GET", Path: "/user/bulk", Permission: browse, Handler: h.bulkUsers},
		{Method: "GET", Path: "/user/groups", Permission: browse, Handler: h.userGroups},
		{Method: "GET", Path: "/group/member", Permission: browse, Handler: h.groupMembers},
	}
}

type wireGroups struct {
	Size  int            `json:"size"`
	Items []wireGroupRef `json:"items"`
}

type wireGroupRef struct {
	Name string `json:"name"`
	Self string `json:"self"`
}

type wireMyself struct {
	wireUser
	Groups           *wireGroups `json:"groups,omitempty"`
	ApplicationRoles *wireGroups `json:"applicationRoles,omitempty"`
	Expand           string      `json:"expand"`
}

// getMyself answers who asks; clients take locale and time zone from it.
func (h *handler) getMyself(w http.ResponseWriter, r *http.Request) error {
	var me wireMyself
	err := h.read(r, func(c *call) error {
		p, ok := c.people[c.actor]
		if !ok {
			return fault.Unauthenticated("You are not authenticated. Authentication required to perform this operation.")
		}
		var err error
		me, err = h.wholeUser(c, p, expansions(r))
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, me)
}

// wholeUser gives a person with locale, and with groups when they are asked for.
func (h *handler) wholeUser(c *call, p needs.Person, expand map[string]bool) (wireMyself, error) {
	out := wireMyself{wireUser: *c.person(p), Expand: "groups,applicationRoles"}
	out.TimeZone, out.Locale = cmp.Or(p.TimeZone, "UTC"), cmp.Or(p.Locale, "en_US")
	groups := &wireGroups{Items: []wireGroupRef{}}
	roles := &wireGroups{Items: []wireGroupRef{}}
	if expand["groups"] {
		names, err := h.Directory(c.ctx).Groups(c.ctx, p.AccountID)
		if err != nil {
			return out, err
		}
		for _, name := range names {
			groups.Items = append(groups.Items, wireGroupRef{name, c.api("group?groupname=" + url.QueryEscape(name))})
		}
		groups.Size = len(groups.Items)
	}
	out.Groups, out.ApplicationRoles = groups, roles
	return out, nil
}

func (h *handler) getUser(w http.ResponseWriter, r *http.Request) error {
	account := r.URL.Query().Get("accountId")
	if account == "" {
		return fault.Bad("The query parameter 'accountId' needs to be provided. You can look up account IDs with the user search.")
	}
	var out wireMyself
	err := h.read(r, func(c *call) error {
		p, ok := c.people[account]
		if !ok {
			return fault.NotFound("Specified user does not exist or you do not have required permissions")
		}
		var err error
		out, err = h.wholeUser(c, p, expansions(r))
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// page reads startAt and maxResults of a list that is a bare array.
func pageParams(r *http.Request, def, limit int) (startAt, maxResults int, err error) {
	if startAt, err = httpkit.IntParam(r, "startAt", 0, 0, 1<<30); err != nil {
		return 0, 0, err
	}
	maxResults, err = httpkit.IntParam(r, "maxResults", def, 1, limit)
	return startAt, maxResults, err
}

// searchUsers finds people by the beginning of a word of their name or of their mail address; everybody without a query.
func (h *handler) searchUsers(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	startAt, limit, err := pageParams(r, 50, 1000)
	if err != nil {
		return err
	}
	if strings.HasSuffix(r.URL.Path, "/user/search") && !q.Has("query") && !q.Has("accountId") && !q.Has("username") && !q.Has("property") {
		return fault.Bad("The query parameter 'query' needs to be provided.")
	}
	out := []*wireUser{}
	err = h.read(r, func(c *call) error {
		if account := q.Get("accountId"); account != "" {
			if p, ok := c.people[account]; ok && startAt == 0 {
				out = append(out, c.person(p))
			}
			return nil
		}
		found, _, err := h.Directory(c.ctx).Search(c.ctx, cmp.Or(q.Get("query"), q.Get("username")), startAt, limit)
		for _, p := range found {
			out = append(out, c.person(p))
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// assignableUsers finds people who can be given work: everybody who is active and has a role on the site.
func (h *handler) assignableUsers(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	startAt, limit, err := pageParams(r, 50, 1000)
	if err != nil {
		return err
	}
	out := []*wireUser{}
	err = h.read(r, func(c *call) error {
		projects := append(httpkit.ListParam(r, "projectKeys"), httpkit.ListParam(r, "project")...)
		if key := cmp.Or(q.Get("issueKey"), q.Get("issueId")); key != "" && len(projects) == 0 {
			projects = append(projects, key[:max(strings.LastIndexByte(key, '-'), 0)])
		} else if len(projects) == 0 {
			if strings.HasSuffix(r.URL.Path, "/multiProjectSearch") {
				return fault.Bad("The 'projectKeys' query parameter needs to be provided.")
			}
			return fault.Bad("Either the 'project' or the 'issueKey' query parameter needs to be provided.")
		}
		for _, key := range projects {
			if key != "" && c.cat.FindProject(key) == nil {
				return fault.NotFound("No project could be found with key '%.40s'.", key)
			}
		}
		if account := q.Get("accountId"); account != "" {
			if p, ok := c.people[account]; ok && p.Active && startAt == 0 {
				out = append(out, c.person(p))
			}
			return nil
		}
		found, _, err := h.Directory(c.ctx).Search(c.ctx, cmp.Or(q.Get("query"), q.Get("username")), startAt, limit)
		for _, p := range found {
			if p.Active {
				out = append(out, c.person(p))
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

type pickedUser struct {
	AccountID   string `json:"accountId"`
	AccountType string `json:"accountType"`
	DisplayName string `json:"displayName"`
	HTML        string `json:"html"`
	AvatarURL   string `json:"avatarUrl,omitempty"`
}

func (h *handler) pickUsers(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query().Get("query")
	if !r.URL.Query().Has("query") {
		return fault.Bad("The query parameter 'query' needs to be provided.")
	}
	limit, err := httpkit.IntParam(r, "maxResults", 50, 1, 1000)
	if err != nil {
		return err
	}
	users, total := []pickedUser{}, 0
	err = h.read(r, func(c *call) error {
		found, n, err := h.Directory(c.ctx).Search(c.ctx, query, 0, limit)
		total = n
		for _, p := range found {
			u := pickedUser{AccountID: p.AccountID, AccountType: "atlassian", DisplayName: p.DisplayName, HTML: highlight(p.DisplayName, strings.ToLower(query))}
			if r.URL.Query().Get("showAvatar") == "true" {
				u.AvatarURL = c.person(p).AvatarURLs.XSmall
			}
			users = append(users, u)
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"users": users, "total": total, "header": "Showing " + itoa(len(users)) + " of " + itoa(total) + " matching users"})
}

func (h *handler) bulkUsers(w http.ResponseWriter, r *http.Request) error {
	accounts := r.URL.Query()["accountId"]
	if len(accounts) == 0 {
		return fault.Bad("The query parameter 'accountId' needs to be provided.")
	}
	out := []*wireUser{}
	err := h.read(r, func(c *call) error {
		for _, a := range accounts {
			if p, ok := c.people[a]; ok {
				out = append(out, c.person(p))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	page, err := httpkit.PageOf(r, out, 10, 200)
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, page)
}

func (h *handler) userGroups(w http.ResponseWriter, r *http.Request) error {
	account := r.URL.Query().Get("accountId")
	out := []wireGroupRef{}
	err := h.read(r, func(c *call) error {
		if _, ok := c.people[account]; !ok {
			return fault.NotFound("Specified user does not exist or you do not have required permissions")
		}
		names, err := h.Directory(c.ctx).Groups(c.ctx, account)
		for _, name := range names {
			out = append(out, wireGroupRef{name, c.api("group?groupname=" + url.QueryEscape(name))})
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) groupMembers(w http.ResponseWriter, r *http.Request) error {
	name := cmp.Or(r.URL.Query().Get("groupname"), r.URL.Query().Get("groupId"))
	out := []*wireUser{}
	err := h.read(r, func(c *call) error {
		accounts, err := h.Directory(c.ctx).Members(c.ctx, name)
		for _, a := range accounts {
			if p, ok := c.people[a]; ok && (p.Active || httpkit.BoolParam(r, "includeInactiveUsers")) {
				out = append(out, c.person(p))
			}
		}
		slices.SortFunc(out, func(a, b *wireUser) int { return cmp.Compare(a.DisplayName, b.DisplayName) })
		return err
	})
	if err != nil {
		return err
	}
	page, err := httpkit.PageOf(r, out, 50, 200)
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, page)
}
