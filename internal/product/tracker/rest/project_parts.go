package rest

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/component"
	"holdfast.dev/internal/product/tracker/version"
)

// projectPartRoutes are components and versions.
func (h *handler) projectPartRoutes() []httpkit.Route {
	const browse, administer = httpkit.Permission("BROWSE_PROJECTS"), httpkit.Permission("ADMINISTER_PROJECTS")
	return []httpkit.Route{
		{Method: "GET", Path: "/project/{project}/components", Permission: browse, Handler: h.getComponents},
		{Method: "GET", Path: "/project/{project}/component", Permission: browse, Handler: h.searchComponents},
		{Method: "POST", Path: "/component", Permission: administer, Handler: h.postComponent},
		{Method: "GET", Path: "/component/{id}", Permission: browse, Handler: h.getComponent},
		{Method: "PUT", Path: "/component/{id}", Permission: administer, Handler: h.putComponent},
		{Method: "DELETE", Path: "/component/{id}", Permission: administer, Handler: h.deleteComponent},
		{Method: "GET", Path: "/component/{id}/relatedIssueCounts", Permission: browse, Handler: h.getComponentCounts},
		{Method: "GET", Path: "/project/{project}/versions", Permission: browse, Handler: h.getVersions},
		{Method: "GET", Path: "/project/{project}/version", Permission: browse, Handler: h.searchVersions},
		{Method: "POST", Path: "/version", Permission: administer, Handler: h.postVersion},
		{Method: "GET", Path: "/version/{id}", Permission: browse, Handler: h.getVersion},
		{Method: "PUT", Path: "/version/{id}", Permission: administer, Handler: h.putVersion},
		{Method: "DELETE", Path: "/version/{id}", Permission: administer, Handler: h.deleteVersion},
		{Method: "POST", Path: "/version/{id}/removeAndSwap", Permission: administer, Handler: h.swapVersion},
		{Method: "PUT", Path: "/version/{id}/mergeto/{moveIssuesTo}", Permission: administer, Handler: h.mergeVersion},
		{Method: "POST", Path: "/version/{id}/move", Permission: administer, Handler: h.moveVersion},
		{Method: "GET", Path: "/version/{id}/relatedIssueCounts", Permission: browse, Handler: h.getVersionCounts},
		{Method: "GET", Path: "/version/{id}/unresolvedIssueCount", Permission: browse, Handler: h.getUnresolvedCount},
	}
}

func (h *handler) getComponents(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) ([]wireComponent, error) {
		p, err := c.projectIn(r)
		if err != nil {
			return nil, err
		}
		return each(p.Components, c.component), nil
	})
}

func (h *handler) searchComponents(w http.ResponseWriter, r *http.Request) error {
	query := strings.ToLower(r.URL.Query().Get("query"))
	return single(h, w, r, func(c *call) (out httpkit.Page[wireComponent], err error) {
		p, err := c.projectIn(r)
		if err != nil {
			return out, err
		}
		found := slices.DeleteFunc(slices.Clone(p.Components), func(v *catalog.Component) bool {
			return !strings.Contains(strings.ToLower(v.Name+"\n"+v.Description), query)
		})
		if strings.HasPrefix(r.URL.Query().Get("orderBy"), "-") {
			slices.Reverse(found)
		}
		return httpkit.PageOf(r, each(found, c.component), 50, 1000)
	})
}

func (c *call) componentAt(r *http.Request) (*catalog.Component, error) {
	v := c.cat.Component(pathID(r, "id"))
	if v == nil || c.cat.FindProject(strconv.FormatInt(v.ProjectID, 10)) == nil {
		return nil, fault.NotFound("The component with id %.40s does not exist.", r.PathValue("id"))
	}
	return v, nil
}

type componentInput struct {
	Name         *string  `json:"name"`
	Description  *string  `json:"description"`
	Lead         *string  `json:"leadAccountId"`
	LeadName     *string  `json:"leadUserName"`
	AssigneeType *string  `json:"assigneeType"`
	Project      *string  `json:"project"`
	ProjectID    *wholeID `json:"projectId"`
}

// onto sets what the input gives.
func (in componentInput) onto(c *call, v *catalog.Component) error {
	for _, f := range []struct{ to, from *string }{{&v.Name, in.Name}, {&v.Description, in.Description}, {&v.AssigneeType, in.AssigneeType}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if in.Lead != nil || in.LeadName != nil {
		v.Lead = cmp.Or(text(in.Lead), text(in.LeadName))
		if _, ok := c.people[v.Lead]; !ok && v.Lead != "" {
			return fault.Invalid("leadAccountId", "The user with account ID '%.80s' does not exist.", v.Lead)
		}
	}
	return nil
}

func (h *handler) postComponent(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[componentInput](r)
	if err != nil {
		return err
	}
	var out wireComponent
	err = h.write(r, func(c *call) error {
		p, err := c.projectOf(text(in.Project), in.ProjectID)
		if err != nil {
			return err
		}
		v := &catalog.Component{ProjectID: p.ID}
		if err := in.onto(c, v); err != nil {
			return err
		}
		if err := component.Check(p, v); err != nil {
			return err
		}
		if err := component.Create(c.ctx, c.tx, v); err != nil {
			return err
		}
		out = c.component(v)
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusCreated, out)
}

// projectOf finds the project that a body names by key or number.
func (c *call) projectOf(key string, id *wholeID) (*catalog.Project, error) {
	if key == "" && id != nil {
		key = strconv.FormatInt(int64(*id), 10)
	}
	if key == "" {
		return nil, fault.Invalid("project", "The project ID or key must be specified.")
	}
	p := c.cat.FindProject(key)
	if p == nil {
		return nil, errNoProject(key)
	}
	return p, nil
}

func (h *handler) getComponent(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (out wireComponent, err error) {
		v, err := c.componentAt(r)
		if err != nil {
			return out, err
		}
		return c.component(v), nil
	})
}

func (h *handler) putComponent(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[componentInput](r)
	if err != nil {
		return err
	}
	var out wireComponent
	err = h.write(r, func(c *call) error {
		old, err := c.componentAt(r)
		if err != nil {
			return err
		}
		v := *old
		if err := in.onto(c, &v); err != nil {
			return err
		}
		if err := component.Check(c.cat.Project(v.ProjectID), &v); err != nil {
			return err
		}
		out = c.component(&v)
		return component.Update(c.ctx, c.tx, &v)
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) deleteComponent(w http.ResponseWriter, r *http.Request) error {
	err := h.write(r, func(c *call) error {
		v, err := c.componentAt(r)
		if err != nil {
			return err
		}
		var to *catalog.Component
		if other := r.URL.Query().Get("moveIssuesTo"); other != "" {
			if to = c.cat.Project(v.ProjectID).FindComponent(other); to == nil || to.ID == v.ID {
				return fault.NotFound("The component with id %.40s does not exist.", other)
			}
		}
		return component.Delete(c.ctx, c.tx, c.cat, c.actor, c.name, v, to)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

func (h *handler) getComponentCounts(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (map[string]any, error) {
		v, err := c.componentAt(r)
		if err != nil {
			return nil, err
		}
		n, err := component.Issues(c.ctx, c.tx, v.ID)
		return map[string]any{"self": c.api("component/" + r.PathValue("id")), "issueCount": n}, err
	})
}

func (c *call) wholeVersion(v *catalog.Version) wireVersion {
	return c.version(v, c.tx.Now().In(c.zone).Format(time.DateOnly))
}

func (h *handler) getVersions(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) ([]wireVersion, error) {
		p, err := c.projectIn(r)
		if err != nil {
			return nil, err
		}
		return each(p.Versions, c.wholeVersion), nil
	})
}

func (h *handler) searchVersions(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	states := httpkit.ListParam(r, "status")
	return single(h, w, r, func(c *call) (out httpkit.Page[wireVersion], err error) {
		p, err := c.projectIn(r)
		if err != nil {
			return out, err
		}
		found := slices.DeleteFunc(slices.Clone(p.Versions), func(v *catalog.Version) bool {
			state := "unreleased"
			if v.Archived {
				state = "archived"
			} else if v.Released {
				state = "released"
			}
			return len(states) > 0 && !slices.Contains(states, state) || !strings.Contains(strings.ToLower(v.Name+"\n"+v.Description), strings.ToLower(q.Get("query")))
		})
		by := strings.TrimLeft(q.Get("orderBy"), "+- ")
		slices.SortStableFunc(found, func(a, b *catalog.Version) int {
			switch by {
			case "name":
				return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
			case "releaseDate":
				return cmp.Compare(a.ReleaseDay, b.ReleaseDay)
			case "startDate":
				return cmp.Compare(a.StartDay, b.StartDay)
			case "description":
				return cmp.Compare(a.Description, b.Description)
			}
			return cmp.Compare(a.Position, b.Position)
		})
		if strings.HasPrefix(q.Get("orderBy"), "-") {
			slices.Reverse(found)
		}
		return httpkit.PageOf(r, each(found, c.wholeVersion), 50, 1000)
	})
}

func (c *call) versionBy(text string) (*catalog.Version, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	v := c.cat.Version(id)
	if err != nil || v == nil || c.cat.FindProject(strconv.FormatInt(v.ProjectID, 10)) == nil {
		return nil, fault.NotFound("Could not find version for id '%.40s'", text)
	}
	return v, nil
}

type versionInput struct {
	Name        *string  `json:"name"`
	Description *string  `json:"description"`
	Released    *bool    `json:"released"`
	Archived    *bool    `json:"archived"`
	StartDate   *string  `json:"startDate"`
	ReleaseDate *string  `json:"releaseDate"`
	Project     *string  `json:"project"`
	ProjectID   *wholeID `json:"projectId"`
}

func (in versionInput) onto(v *catalog.Version) {
	for _, f := range []struct{ to, from *string }{{&v.Name, in.Name}, {&v.Description, in.Description}, {&v.StartDay, in.StartDate}, {&v.ReleaseDay, in.ReleaseDate}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if in.Released != nil {
		v.Released = *in.Released
	}
	if in.Archived != nil {
		v.Archived = *in.Archived
	}
}

func (h *handler) postVersion(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[versionInput](r)
	if err != nil {
		return err
	}
	var out wireVersion
	err = h.write(r, func(c *call) error {
		p, err := c.projectOf(text(in.Project), in.ProjectID)
		if err != nil {
			return err
		}
		v := &catalog.Version{ProjectID: p.ID}
		in.onto(v)
		if err := version.Check(p, v); err != nil {
			return err
		}
		if err := version.Create(c.ctx, c.tx, p, v); err != nil {
			return err
		}
		out = c.wholeVersion(v)
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusCreated, out)
}

func (h *handler) getVersion(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (out wireVersion, err error) {
		v, err := c.versionBy(r.PathValue("id"))
		if err != nil {
			return out, err
		}
		return c.wholeVersion(v), nil
	})
}

func (h *handler) putVersion(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[versionInput](r)
	if err != nil {
		return err
	}
	var out wireVersion
	err = h.write(r, func(c *call) error {
		old, err := c.versionBy(r.PathValue("id"))
		if err != nil {
			return err
		}
		v := *old
		in.onto(&v)
		if err := version.Check(c.cat.Project(v.ProjectID), &v); err != nil {
			return err
		}
		out = c.wholeVersion(&v)
		return version.Update(c.ctx, c.tx, &v)
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// removeVersion deletes a version and gives its issues others, by identifier; empty takes it off them.
func (h *handler) removeVersion(w http.ResponseWriter, r *http.Request, fix, affects string) error {
	err := h.write(r, func(c *call) error {
		v, err := c.versionBy(r.PathValue("id"))
		if err != nil {
			return err
		}
		var to [2]*catalog.Version
		for n, id := range []string{fix, affects} {
			if id == "" {
				continue
			}
			if to[n], err = c.versionBy(id); err != nil {
				return err
			}
			if to[n].ID == v.ID || to[n].ProjectID != v.ProjectID {
				return fault.Bad("You cannot move the issues to the version being deleted or to one of another project.")
			}
		}
		return version.Delete(c.ctx, c.tx, c.cat, c.actor, c.name, v, to[0], to[1])
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

func (h *handler) deleteVersion(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return h.removeVersion(w, r, q.Get("moveFixIssuesTo"), q.Get("moveAffectedIssuesTo"))
}

func (h *handler) swapVersion(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[struct {
		Fix     *wholeID `json:"moveFixIssuesTo"`
		Affects *wholeID `json:"moveAffectedIssuesTo"`
	}](r)
	if err != nil {
		return err
	}
	id := func(v *wholeID) string {
		if v == nil {
			return ""
		}
		return strconv.FormatInt(int64(*v), 10)
	}
	return h.removeVersion(w, r, id(in.Fix), id(in.Affects))
}

func (h *handler) mergeVersion(w http.ResponseWriter, r *http.Request) error {
	return h.removeVersion(w, r, r.PathValue("moveIssuesTo"), r.PathValue("moveIssuesTo"))
}

// moveVersion puts a version behind another one, or first, last, earlier, later.
func (h *handler) moveVersion(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[struct {
		After    string `json:"after"`
		Position string `json:"position"`
	}](r)
	if err != nil {
		return err
	}
	var out wireVersion
	err = h.write(r, func(c *call) error {
		v, err := c.versionBy(r.PathValue("id"))
		if err != nil {
			return err
		}
		all := slices.Clone(c.cat.Project(v.ProjectID).Versions)
		at := slices.Index(all, v)
		all = slices.Delete(all, at, at+1)
		switch {
		case in.After != "":
			other := slices.IndexFunc(all, func(o *catalog.Version) bool {
				return strconv.FormatInt(o.ID, 10) == in.After[strings.LastIndexByte(in.After, '/')+1:]
			})
			if other < 0 {
				return fault.NotFound("Could not find version for id '%.40s'", in.After)
			}
			at = other + 1
		case in.Position == "First":
			at = 0
		case in.Position == "Last":
			at = len(all)
		case in.Position == "Earlier":
			at = max(0, at-1)
		case in.Position == "Later":
			at = min(len(all), at+1)
		default:
			return fault.Bad("Either 'after' or a 'position' of Earlier, Later, First, Last must be given.")
		}
		all = slices.Insert(all, at, v)
		out = c.wholeVersion(v)
		return version.Order(c.ctx, c.tx, all)
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) getVersionCounts(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (map[string]any, error) {
		v, err := c.versionBy(r.PathValue("id"))
		if err != nil {
			return nil, err
		}
		fixed, _, affected, err := version.Counts(c.ctx, c.tx, v.ID)
		return map[string]any{"self": c.api("version/" + r.PathValue("id")), "issuesFixedCount": fixed, "issuesAffectedCount": affected, "issueCountWithCustomFieldsShowingVersion": 0, "customFieldUsage": []any{}}, err
	})
}

func (h *handler) getUnresolvedCount(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (map[string]any, error) {
		v, err := c.versionBy(r.PathValue("id"))
		if err != nil {
			return nil, err
		}
		fixed, unresolved, _, err := version.Counts(c.ctx, c.tx, v.ID)
		return map[string]any{"self": c.api("version/" + r.PathValue("id")), "issuesUnresolvedCount": unresolved, "issuesCount": fixed}, err
	})
}
