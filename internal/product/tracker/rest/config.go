package rest

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/product/tracker/catalog"
)

// configRoutes read what a site is made of: types, statuses, priorities, fields.
func (h *handler) configRoutes() []httpkit.Route {
	const browse = httpkit.Permission("BROWSE_PROJECTS")
	return []httpkit.Route{
		{Method: "GET", Path: "/issuetype", Permission: browse, Handler: h.getIssueTypes},
		{Method: "GET", Path: "/issuetype/project", Permission: browse, Handler: h.getIssueTypesOfProject},
		{Method: "GET", Path: "/issuetype/{id}", Permission: browse, Handler: h.getIssueType},
		{Method: "GET", Path: "/priority", Permission: browse, Handler: h.getPriorities},
		{Method: "GET", Path: "/priority/search", Permission: browse, Handler: h.searchPriorities},
		{Method: "GET", Path: "/priority/{id}", Permission: browse, Handler: h.getPriority},
		{Method: "GET", Path: "/resolution", Permission: browse, Handler: h.getResolutions},
		{Method: "GET", Path: "/resolution/search", Permission: browse, Handler: h.searchResolutions},
		{Method: "GET", Path: "/resolution/{id}", Permission: browse, Handler: h.getResolution},
		{Method: "GET", Path: "/status", Permission: browse, Handler: h.getStatuses},
		{Method: "GET", Path: "/status/{idOrName}", Permission: browse, Handler: h.getStatus},
		{Method: "GET", Path: "/statuses/search", Permission: browse, Handler: h.searchStatuses},
		{Method: "GET", Path: "/statuscategory", Permission: browse, Handler: h.getStatusCategories},
		{Method: "GET", Path: "/statuscategory/{idOrKey}", Permission: browse, Handler: h.getStatusCategory},
		{Method: "GET", Path: "/label", Permission: browse, Handler: h.getLabels},
		{Method: "GET", Path: "/projectCategory", Permission: browse, Handler: h.getProjectCategories},
	}
}

// listed answers a list of what the catalog has.
func listed[T any](h *handler, w http.ResponseWriter, r *http.Request, list func(c *call) []T) error {
	out := []T{}
	err := h.read(r, func(c *call) error {
		out = append(out, list(c)...)
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// paged answers a page of what the catalog has.
func paged[T any](h *handler, w http.ResponseWriter, r *http.Request, list func(c *call) []T) error {
	var all []T
	err := h.read(r, func(c *call) error {
		all = list(c)
		return nil
	})
	if err != nil {
		return err
	}
	page, err := httpkit.PageOf(r, all, 50, 1000)
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, page)
}

// single answers one thing of the catalog.
func single[T any](h *handler, w http.ResponseWriter, r *http.Request, find func(c *call) (T, error)) error {
	var out T
	err := h.read(r, func(c *call) (err error) {
		out, err = find(c)
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// each renders a list.
func each[T, W any](all []T, render func(T) W) []W {
	out := make([]W, len(all))
	for i, v := range all {
		out[i] = render(v)
	}
	return out
}

func pathID(r *http.Request, name string) int64 {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

func itoa(n int) string { return strconv.Itoa(n) }

func (h *handler) getIssueTypes(w http.ResponseWriter, r *http.Request) error {
	return listed(h, w, r, func(c *call) []wireType { return each(c.cat.Types, c.issueType) })
}

func (h *handler) getIssueTypesOfProject(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) ([]wireType, error) {
		p := c.cat.FindProject(r.URL.Query().Get("projectId"))
		if p == nil {
			return nil, fault.NotFound("No project could be found with id '%.40s'.", r.URL.Query().Get("projectId"))
		}
		return each(p.Types, c.issueType), nil
	})
}

func (h *handler) getIssueType(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (out wireType, err error) {
		t := c.cat.Type(pathID(r, "id"))
		if t == nil {
			return out, fault.NotFound("The issue type with id '%.40s' does not exist.", r.PathValue("id"))
		}
		return c.issueType(t), nil
	})
}

// wholePriority gives a priority as lists of priorities have it.
func (r *renderer) wholePriority(p *catalog.Priority) wirePriority {
	w := r.priority(p)
	w.StatusColor, w.Description = p.Color, cmp.Or(p.Description, p.Name)
	return w
}

func (h *handler) getPriorities(w http.ResponseWriter, r *http.Request) error {
	return listed(h, w, r, func(c *call) []wirePriority { return each(c.cat.Priorities, c.wholePriority) })
}

func (h *handler) searchPriorities(w http.ResponseWriter, r *http.Request) error {
	return paged(h, w, r, func(c *call) []wirePriority {
		return each(chosen(r, c.cat.Priorities, func(p *catalog.Priority) (int64, string) { return p.ID, p.Name }), func(p *catalog.Priority) wirePriority {
			w := c.wholePriority(p)
			w.IsDefault = &p.Default
			return w
		})
	})
}

// chosen narrows a list by the parameters id and queryString.
func chosen[T any](r *http.Request, all []T, name func(T) (int64, string)) []T {
	ids, query := r.URL.Query()["id"], strings.ToLower(r.URL.Query().Get("queryString"))
	return slices.DeleteFunc(slices.Clone(all), func(v T) bool {
		id, text := name(v)
		return len(ids) > 0 && !slices.Contains(ids, strconv.FormatInt(id, 10)) || !strings.Contains(strings.ToLower(text), query)
	})
}

func (h *handler) getPriority(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (out wirePriority, err error) {
		p := c.cat.Priority(pathID(r, "id"))
		if p == nil {
			return out, fault.NotFound("The priority with id '%.40s' does not exist", r.PathValue("id"))
		}
		return c.wholePriority(p), nil
	})
}

func (h *handler) getResolutions(w http.ResponseWriter, r *http.Request) error {
	return listed(h, w, r, func(c *call) []wireResolution { return each(c.cat.Resolutions, c.resolution) })
}

func (h *handler) searchResolutions(w http.ResponseWriter, r *http.Request) error {
	type found struct {
		wireResolution
		IsDefault bool `json:"isDefault"`
	}
	return paged(h, w, r, func(c *call) []found {
		return each(chosen(r, c.cat.Resolutions, func(p *catalog.Resolution) (int64, string) { return p.ID, p.Name }), func(p *catalog.Resolution) found {
			return found{c.resolution(p), p.Default}
		})
	})
}

func (h *handler) getResolution(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (out wireResolution, err error) {
		v := c.cat.Resolution(pathID(r, "id"))
		if v == nil {
			return out, fault.NotFound("The resolution with id '%.40s' does not exist.", r.PathValue("id"))
		}
		return c.resolution(v), nil
	})
}

func (h *handler) getStatuses(w http.ResponseWriter, r *http.Request) error {
	return listed(h, w, r, func(c *call) []wireStatus { return each(c.cat.Statuses, c.status) })
}

func (h *handler) getStatus(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (out wireStatus, err error) {
		s := c.cat.FindStatus(r.PathValue("idOrName"))
		if s == nil {
			return out, fault.NotFound("The status with id or name '%.80s' does not exist.", r.PathValue("idOrName"))
		}
		return c.status(s), nil
	})
}

// The names of status categories in the newer API.
var categoryNames = map[string]string{catalog.CategoryNew: "TODO", catalog.CategoryIndeterminate: "IN_PROGRESS", catalog.CategoryDone: "DONE"}

type wireSiteStatus struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Category    string `json:"statusCategory"`
	Description string `json:"description"`
	Scope       struct {
		Type string `json:"type"`
	} `json:"scope"`
}

func (h *handler) searchStatuses(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return paged(h, w, r, func(c *call) []wireSiteStatus {
		var out []wireSiteStatus
		for _, s := range c.cat.Statuses {
			category := categoryNames[s.Category]
			if q.Get("statusCategory") != "" && !strings.EqualFold(q.Get("statusCategory"), category) || !strings.Contains(strings.ToLower(s.Name), strings.ToLower(q.Get("searchString"))) {
				continue
			}
			v := wireSiteStatus{ID: strconv.FormatInt(s.ID, 10), Name: s.Name, Category: category, Description: s.Description}
			v.Scope.Type = "GLOBAL"
			out = append(out, v)
		}
		return out
	})
}

func (c *call) categories() []wireStatusCategory {
	return append([]wireStatusCategory{{Self: c.api("statuscategory/1"), ID: 1, Key: "undefined", ColorName: "medium-gray", Name: "No Category"}},
		each([]string{catalog.CategoryNew, catalog.CategoryDone, catalog.CategoryIndeterminate}, c.statusCategory)...)
}

func (h *handler) getStatusCategories(w http.ResponseWriter, r *http.Request) error {
	return listed(h, w, r, (*call).categories)
}

func (h *handler) getStatusCategory(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (out wireStatusCategory, err error) {
		for _, v := range c.categories() {
			if r.PathValue("idOrKey") == itoa(v.ID) || r.PathValue("idOrKey") == v.Key {
				return v, nil
			}
		}
		return out, fault.NotFound("The status category with id or key '%.40s' does not exist.", r.PathValue("idOrKey"))
	})
}

var (
	qLabels     = storage.Register("tracker/issue_label.names", `SELECT DISTINCT label FROM issue_label ORDER BY label LIMIT $1 OFFSET $2`)
	qLabelCount = storage.Register("tracker/issue_label.count", `SELECT count(DISTINCT label) FROM issue_label`)
)

func (h *handler) getLabels(w http.ResponseWriter, r *http.Request) error {
	startAt, limit, err := pageParams(r, 1000, 1000)
	if err != nil {
		return err
	}
	var labels []string
	var total int
	err = h.read(r, func(c *call) (err error) {
		if err = c.tx.Get(c.ctx, qLabelCount, nil, &total); err != nil {
			return err
		}
		labels, err = storage.All(c.ctx, c.tx.Tx, qLabels, func(r *storage.Rows) (l string, err error) { return l, r.Scan(&l) }, limit, startAt)
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, httpkit.NewPage(r, labels, startAt, limit, total))
}

func (h *handler) getProjectCategories(w http.ResponseWriter, r *http.Request) error {
	return listed(h, w, r, func(c *call) []*wireCategory { return each(c.cat.Categories, c.category) })
}
