package rest

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/product/tracker/filter"
	"holdfast.dev/internal/product/tracker/search"
)

func (h *handler) filterRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "POST", Path: "/filter", Permission: httpkit.Member, Handler: h.postFilter},
		{Method: "GET", Path: "/filter/my", Permission: httpkit.Member, Handler: h.getMyFilters},
		{Method: "GET", Path: "/filter/favourite", Permission: httpkit.Member, Handler: h.getFavouriteFilters},
		{Method: "GET", Path: "/filter/search", Permission: httpkit.Member, Handler: h.searchFilters},
		{Method: "GET", Path: "/filter/{id}", Permission: httpkit.Member, Handler: h.getFilter},
		{Method: "PUT", Path: "/filter/{id}", Permission: httpkit.Member, Handler: h.putFilter},
		{Method: "DELETE", Path: "/filter/{id}", Permission: httpkit.Member, Handler: h.deleteFilter},
		{Method: "PUT", Path: "/filter/{id}/favourite", Permission: httpkit.Member, Handler: h.putFavourite},
		{Method: "DELETE", Path: "/filter/{id}/favourite", Permission: httpkit.Member, Handler: h.deleteFavourite},
		{Method: "PUT", Path: "/filter/{id}/owner", Permission: httpkit.Member, Handler: h.putFilterOwner},
		{Method: "GET", Path: "/filter/{id}/permission", Permission: httpkit.Member, Handler: h.getFilterShares},
		{Method: "POST", Path: "/filter/{id}/permission", Permission: httpkit.Member, Handler: h.postFilterShare},
		{Method: "GET", Path: "/filter/{id}/permission/{permission}", Permission: httpkit.Member, Handler: h.getFilterShare},
		{Method: "DELETE", Path: "/filter/{id}/permission/{permission}", Permission: httpkit.Member, Handler: h.deleteFilterShare},
	}
}

type wireFilter struct {
	Expand           string       `json:"expand"`
	Self             string       `json:"self"`
	ID               string       `json:"id"`
	Name             string       `json:"name"`
	Description      string       `json:"description"`
	Owner            *wireUser    `json:"owner,omitempty"`
	JQL              string       `json:"jql"`
	ViewURL          string       `json:"viewUrl"`
	SearchURL        string       `json:"searchUrl"`
	Favourite        bool         `json:"favourite"`
	FavouritedCount  int64        `json:"favouritedCount"`
	SharePermissions []wireShare  `json:"sharePermissions"`
	EditPermissions  []wireShare  `json:"editPermissions"`
	IsWritable       *bool        `json:"isWritable,omitempty"`
	SharedUsers      wireUserList `json:"sharedUsers"`
	Subscriptions    wireUserList `json:"subscriptions"`
}

type wireUserList struct {
	Size       int   `json:"size"`
	Items      []any `json:"items"`
	MaxResults int   `json:"max-results"`
	StartIndex int   `json:"start-index"`
	EndIndex   int   `json:"end-index"`
}

type wireShare struct {
	ID      int64         `json:"id"`
	Type    string        `json:"type"`
	Project *wireProject  `json:"project,omitempty"`
	Group   *wireGroupRef `json:"group,omitempty"`
	User    *wireUser     `json:"user,omitempty"`
}

func (c *call) share(s filter.Share) wireShare {
	w := wireShare{ID: s.ID, Type: s.Type}
	switch s.Type {
	case "project":
		if p := c.cat.FindProject(s.Target); p != nil {
			if whole, err := c.project(p, nil, false); err == nil {
				w.Project = &whole
			}
		}
	case "group":
		w.Group = &wireGroupRef{s.Target, c.api("group?groupname=" + url.QueryEscape(s.Target))}
	case "user":
		w.User = c.user(s.Target)
	}
	return w
}

func (c *call) filter(f *filter.Filter) wireFilter {
	id := strconv.FormatInt(f.ID, 10)
	writable := f.Owner == c.actor
	return wireFilter{Expand: "description,owner,jql,viewUrl,searchUrl,favourite,favouritedCount,sharePermissions,editPermissions,isWritable,subscriptions", Self: c.api("filter/" + id), ID: id,
		Name: f.Name, Description: f.Description, Owner: c.user(f.Owner), JQL: f.JQL, ViewURL: c.base + "/issues/?filter=" + id, SearchURL: c.api("search?jql=" + url.QueryEscape(f.JQL)),
		Favourite: f.Favourite, FavouritedCount: f.Favourites, SharePermissions: each(f.Shares, c.share), EditPermissions: []wireShare{}, IsWritable: &writable,
		SharedUsers: wireUserList{Items: []any{}}, Subscriptions: wireUserList{Items: []any{}}}
}

// asker is who looks at filters; administrators see all only where they ask to.
func (h *handler) asker(c *call, everything bool) (filter.Asker, error) {
	groups, err := h.Directory(c.ctx).Groups(c.ctx, c.actor)
	return filter.Asker{Account: c.actor, Groups: groups, Everything: everything && identity.From(c.ctx).Admin}, err
}

func (h *handler) filterAt(c *call, r *http.Request) (*filter.Filter, error) {
	a, err := h.asker(c, httpkit.BoolParam(r, "overrideSharePermissions"))
	if err != nil {
		return nil, err
	}
	id := pathID(r, "id")
	if id == 0 {
		return nil, filter.ErrUnavailable()
	}
	return filter.Get(c.ctx, c.tx, a, id)
}

// ownFilter gives a filter that the asker may change.
func (h *handler) ownFilter(c *call, r *http.Request) (*filter.Filter, error) {
	f, err := h.filterAt(c, r)
	if err != nil {
		return nil, err
	}
	if f.Owner != c.actor && !identity.From(c.ctx).Admin {
		return nil, fault.Bad("You must be the owner of the filter to change it.")
	}
	return f, nil
}

type filterInput struct {
	Name        *string       `json:"name"`
	Description *string       `json:"description"`
	JQL         *string       `json:"jql"`
	Favourite   *bool         `json:"favourite"`
	Shares      *[]shareInput `json:"sharePermissions"`
}

type shareInput struct {
	Type    string `json:"type"`
	Project *struct {
		ID wholeID `json:"id"`
	} `json:"project"`
	ProjectID string `json:"projectId"`
	Group     *struct {
		Name    string `json:"name"`
		GroupID string `json:"groupId"`
	} `json:"group"`
	GroupName string `json:"groupname"`
	User      *struct {
		AccountID string `json:"accountId"`
	} `json:"user"`
	AccountID string `json:"accountId"`
}

// share checks a share and gives it as it is kept.
func (h *handler) shareOf(c *call, in shareInput) (filter.Share, error) {
	s := filter.Share{Type: in.Type}
	switch in.Type {
	case "global", "authenticated":
	case "loggedin":
		s.Type = "authenticated"
	case "project":
		s.Target = in.ProjectID
		if in.Project != nil {
			s.Target = strconv.FormatInt(int64(in.Project.ID), 10)
		}
		if c.cat.FindProject(s.Target) == nil {
			return s, errNoProject(s.Target)
		}
	case "group":
		s.Target = in.GroupName
		if in.Group != nil {
			s.Target = cmp.Or(in.Group.Name, in.Group.GroupID)
		}
		if _, err := h.Directory(c.ctx).Members(c.ctx, s.Target); err != nil {
			return s, err
		}
	case "user":
		s.Target = in.AccountID
		if in.User != nil {
			s.Target = in.User.AccountID
		}
		if _, ok := c.people[s.Target]; !ok {
			return s, fault.Bad("The user with account ID '%.80s' does not exist.", s.Target)
		}
	default:
		return s, fault.Bad("The share type '%.40s' is none of user, group, project, global, authenticated.", in.Type)
	}
	return s, nil
}

func (h *handler) sharesOf(c *call, in *[]shareInput) ([]filter.Share, error) {
	if in == nil {
		return nil, nil
	}
	var out []filter.Share
	for _, i := range *in {
		s, err := h.shareOf(c, i)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// checkJQL tells what is wrong with a query before it is kept.
func (h *handler) checkJQL(c *call, text string) error {
	q, err := search.Parse(text)
	if err != nil {
		return err
	}
	_, err = search.Compile(c.ctx, c.tx, h.scope(c), q)
	return err
}

func (h *handler) postFilter(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[filterInput](r)
	if err != nil {
		return err
	}
	return h.writeFilter(w, r, func(c *call) (*filter.Filter, error) {
		if err := h.checkJQL(c, text(in.JQL)); err != nil {
			return nil, err
		}
		shares, err := h.sharesOf(c, in.Shares)
		if err != nil {
			return nil, err
		}
		f := &filter.Filter{Name: text(in.Name), Description: text(in.Description), Owner: c.actor, JQL: text(in.JQL), Shares: shares}
		if err := filter.Create(c.ctx, c.tx, f); err != nil {
			return nil, err
		}
		if in.Favourite != nil && *in.Favourite {
			err = filter.SetFavourite(c.ctx, c.tx, c.actor, f, true)
		}
		return f, err
	})
}

// writeFilter runs a change of a filter and answers what it became.
func (h *handler) writeFilter(w http.ResponseWriter, r *http.Request, change func(c *call) (*filter.Filter, error)) error {
	var out wireFilter
	err := h.write(r, func(c *call) error {
		f, err := change(c)
		if err == nil {
			out = c.filter(f)
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) getFilter(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (out wireFilter, err error) {
		f, err := h.filterAt(c, r)
		if err != nil {
			return out, err
		}
		return c.filter(f), nil
	})
}

func (h *handler) putFilter(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[filterInput](r)
	if err != nil {
		return err
	}
	return h.writeFilter(w, r, func(c *call) (*filter.Filter, error) {
		f, err := h.ownFilter(c, r)
		if err != nil {
			return nil, err
		}
		for _, v := range []struct{ to, from *string }{{&f.Name, in.Name}, {&f.Description, in.Description}, {&f.JQL, in.JQL}} {
			if v.from != nil {
				*v.to = *v.from
			}
		}
		if in.JQL != nil {
			if err := h.checkJQL(c, f.JQL); err != nil {
				return nil, err
			}
		}
		if err := filter.Update(c.ctx, c.tx, f); err != nil {
			return nil, err
		}
		if in.Shares != nil {
			shares, err := h.sharesOf(c, in.Shares)
			if err != nil {
				return nil, err
			}
			if err := filter.SetShares(c.ctx, c.tx, f, shares); err != nil {
				return nil, err
			}
		}
		if in.Favourite != nil {
			err = filter.SetFavourite(c.ctx, c.tx, c.actor, f, *in.Favourite)
		}
		return f, err
	})
}

func (h *handler) deleteFilter(w http.ResponseWriter, r *http.Request) error {
	err := h.write(r, func(c *call) error {
		f, err := h.ownFilter(c, r)
		if err != nil {
			return err
		}
		return filter.Delete(c.ctx, c.tx, f.ID)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

func (h *handler) putFavourite(w http.ResponseWriter, r *http.Request) error {
	return h.favourite(w, r, true)
}

func (h *handler) deleteFavourite(w http.ResponseWriter, r *http.Request) error {
	return h.favourite(w, r, false)
}

func (h *handler) favourite(w http.ResponseWriter, r *http.Request, on bool) error {
	return h.writeFilter(w, r, func(c *call) (*filter.Filter, error) {
		f, err := h.filterAt(c, r)
		if err != nil {
			return nil, err
		}
		return f, filter.SetFavourite(c.ctx, c.tx, c.actor, f, on)
	})
}

func (h *handler) putFilterOwner(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[struct {
		AccountID string `json:"accountId"`
	}](r)
	if err != nil {
		return err
	}
	err = h.write(r, func(c *call) error {
		f, err := h.ownFilter(c, r)
		if err != nil {
			return err
		}
		if _, ok := c.people[in.AccountID]; !ok {
			return fault.Bad("The user with account ID '%.80s' does not exist.", in.AccountID)
		}
		f.Owner = in.AccountID
		return filter.Update(c.ctx, c.tx, f)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

// visibleFilters gives the filters of a list that pass keep, with their shares.
func (h *handler) visibleFilters(c *call, everything bool, keep func(f *filter.Filter) bool) ([]*filter.Filter, error) {
	a, err := h.asker(c, everything)
	if err != nil {
		return nil, err
	}
	all, err := filter.List(c.ctx, c.tx, a)
	return slices.DeleteFunc(all, func(f *filter.Filter) bool { return !keep(f) }), err
}

func (h *handler) filterList(w http.ResponseWriter, r *http.Request, keep func(c *call, f *filter.Filter) bool) error {
	return single(h, w, r, func(c *call) ([]wireFilter, error) {
		found, err := h.visibleFilters(c, false, func(f *filter.Filter) bool { return keep(c, f) })
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if err := filter.LoadShares(c.ctx, c.tx, f); err != nil {
				return nil, err
			}
		}
		return each(found, c.filter), nil
	})
}

func (h *handler) getMyFilters(w http.ResponseWriter, r *http.Request) error {
	liked := httpkit.BoolParam(r, "includeFavourites")
	return h.filterList(w, r, func(c *call, f *filter.Filter) bool { return f.Owner == c.actor || liked && f.Favourite })
}

func (h *handler) getFavouriteFilters(w http.ResponseWriter, r *http.Request) error {
	return h.filterList(w, r, func(_ *call, f *filter.Filter) bool { return f.Favourite })
}

// wireFoundFilter is a filter in a search: what is not asked for by expand is left out.
type wireFoundFilter struct {
	Expand           string       `json:"expand"`
	Self             string       `json:"self"`
	ID               string       `json:"id"`
	Name             string       `json:"name"`
	Description      string       `json:"description,omitempty"`
	Owner            *wireUser    `json:"owner,omitempty"`
	JQL              string       `json:"jql,omitempty"`
	ViewURL          string       `json:"viewUrl,omitempty"`
	SearchURL        string       `json:"searchUrl,omitempty"`
	Favourite        *bool        `json:"favourite,omitempty"`
	FavouritedCount  *int64       `json:"favouritedCount,omitempty"`
	SharePermissions *[]wireShare `json:"sharePermissions,omitempty"`
	IsWritable       *bool        `json:"isWritable,omitempty"`
}

func (c *call) foundFilter(f *filter.Filter, expand map[string]bool) wireFoundFilter {
	w := c.filter(f)
	out := wireFoundFilter{Expand: w.Expand, Self: w.Self, ID: w.ID, Name: w.Name}
	for name, set := range map[string]func(){
		"description": func() { out.Description = w.Description }, "owner": func() { out.Owner = w.Owner }, "jql": func() { out.JQL = w.JQL },
		"viewUrl": func() { out.ViewURL = w.ViewURL }, "searchUrl": func() { out.SearchURL = w.SearchURL }, "favourite": func() { out.Favourite = &w.Favourite },
		"favouritedCount": func() { out.FavouritedCount = &w.FavouritedCount }, "sharePermissions": func() { out.SharePermissions = &w.SharePermissions },
		"isWritable": func() { out.IsWritable = w.IsWritable },
	} {
		if expand[name] {
			set()
		}
	}
	return out
}

func (h *handler) searchFilters(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	ids := q["id"]
	expand := expansions(r)
	return single(h, w, r, func(c *call) (out httpkit.Page[wireFoundFilter], err error) {
		found, err := h.visibleFilters(c, httpkit.BoolParam(r, "overrideSharePermissions"), func(f *filter.Filter) bool {
			return (len(ids) == 0 || slices.Contains(ids, strconv.FormatInt(f.ID, 10))) && (q.Get("accountId") == "" || f.Owner == q.Get("accountId")) &&
				strings.Contains(strings.ToLower(f.Name), strings.ToLower(q.Get("filterName")))
		})
		if err != nil {
			return out, err
		}
		if err := sortFilters(c, found, q.Get("orderBy")); err != nil {
			return out, err
		}
		page, err := httpkit.PageOf(r, found, 50, 100)
		if err != nil {
			return out, err
		}
		values := make([]wireFoundFilter, len(page.Values))
		for i, f := range page.Values {
			if expand["sharePermissions"] {
				if err := filter.LoadShares(c.ctx, c.tx, f); err != nil {
					return out, err
				}
			}
			values[i] = c.foundFilter(f, expand)
		}
		return httpkit.NewPage(r, values, page.StartAt, page.MaxResults, page.Total), nil
	})
}

func sortFilters(c *call, list []*filter.Filter, orderBy string) error {
	compare := map[string]func(a, b *filter.Filter) int{
		"":                func(a, b *filter.Filter) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) },
		"name":            func(a, b *filter.Filter) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) },
		"description":     func(a, b *filter.Filter) int { return cmp.Compare(a.Description, b.Description) },
		"id":              func(a, b *filter.Filter) int { return cmp.Compare(a.ID, b.ID) },
		"owner":           func(a, b *filter.Filter) int { return cmp.Compare(c.name(a.Owner), c.name(b.Owner)) },
		"favourite_count": func(a, b *filter.Filter) int { return cmp.Compare(a.Favourites, b.Favourites) },
		"is_favourite":    func(a, b *filter.Filter) int { return cmp.Compare(b2i(a.Favourite), b2i(b.Favourite)) },
	}[strings.TrimLeft(orderBy, "+- ")]
	if compare == nil {
		return fault.Bad("The value '%.40s' of the parameter orderBy is not known.", orderBy)
	}
	slices.SortStableFunc(list, func(a, b *filter.Filter) int {
		if strings.HasPrefix(orderBy, "-") {
			return compare(b, a)
		}
		return compare(a, b)
	})
	return nil
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (h *handler) getFilterShares(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) ([]wireShare, error) {
		f, err := h.filterAt(c, r)
		if err != nil {
			return nil, err
		}
		return each(f.Shares, c.share), nil
	})
}

func (h *handler) postFilterShare(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[shareInput](r)
	if err != nil {
		return err
	}
	var out []wireShare
	err = h.write(r, func(c *call) error {
		f, err := h.ownFilter(c, r)
		if err != nil {
			return err
		}
		s, err := h.shareOf(c, in)
		if err != nil {
			return err
		}
		err = filter.AddShare(c.ctx, c.tx, f, s)
		out = each(f.Shares, c.share)
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusCreated, out)
}

func (h *handler) getFilterShare(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (out wireShare, err error) {
		f, err := h.filterAt(c, r)
		if err != nil {
			return out, err
		}
		for _, s := range f.Shares {
			if s.ID == pathID(r, "permission") {
				return c.share(s), nil
			}
		}
		return out, fault.NotFound("The filter has no share permission with id %.40s.", r.PathValue("permission"))
	})
}

func (h *handler) deleteFilterShare(w http.ResponseWriter, r *http.Request) error {
	err := h.write(r, func(c *call) error {
		f, err := h.ownFilter(c, r)
		if err != nil {
			return err
		}
		left := slices.DeleteFunc(slices.Clone(f.Shares), func(s filter.Share) bool { return s.ID == pathID(r, "permission") })
		if len(left) == len(f.Shares) {
			return fault.NotFound("The filter has no share permission with id %.40s.", r.PathValue("permission"))
		}
		return filter.SetShares(c.ctx, c.tx, f, left)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}
