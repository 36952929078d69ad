package rest

import (
	"net/http"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
)

// Groups are those of the organization. Their names are their identifiers here; they are made and changed where people are administered.
func (h *handler) v1GroupRoutes(add func(method, path string, p httpkit.Permission, f httpkit.Handler)) {
	add("GET", "/group", mayView, h.v1Groups)
	add("GET", "/group/picker", mayView, h.v1Groups)
	for _, path := range []string{"/group/by-id", "/group/by-name", "/group/{groupName}"} {
		add("GET", path, mayView, h.v1Group)
	}
	for _, path := range []string{"/group/member", "/group/{groupId}/membersByGroupId", "/group/{groupName}/member"} {
		add("GET", path, mayView, h.v1GroupMembers)
	}
}

// v1Groups lists groups by name; the picker narrows them to names that have a text.
func (h *handler) v1Groups(w http.ResponseWriter, r *http.Request) error {
	start, n, err := window(r, 200, 200)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	picker := strings.HasSuffix(r.URL.Path, "/picker")
	if picker && q.Get("query") == "" {
		return fault.Bad("The parameter query is needed: a part of the name.")
	}
	if t := q.Get("accessType"); t != "" {
		return fault.Bad("Groups cannot be narrowed by accessType here.")
	}
	return read(h, w, r, func(c *call) (object, error) {
		names, err := h.GroupNames(c.ctx)
		if err != nil {
			return nil, err
		}
		out := []object{}
		for _, name := range slices.Sorted(slices.Values(names)) {
			if !picker || strings.Contains(strings.ToLower(name), strings.ToLower(q.Get("query"))) {
				out = append(out, c.groupV1(name))
			}
		}
		wire := v1Slice(c, out, start, n)
		if q.Get("shouldReturnTotalSize") == "true" {
			wire["totalSize"] = len(out)
		}
		return wire, nil
	})
}

// groupOf reads the name of a group from the path or the query.
func groupOf(r *http.Request) string {
	for _, name := range []string{r.PathValue("groupName"), r.PathValue("groupId"), r.URL.Query().Get("id"), r.URL.Query().Get("name")} {
		if name != "" {
			return name
		}
	}
	return ""
}

// members gives the accounts of a group, fault.KindNotFound when there is no such group.
func (h *handler) members(c *call, group string) ([]string, error) {
	accounts, err := h.Directory(c.ctx).Members(c.ctx, group)
	if fault.Is(err, fault.KindNotFound) || group == "" {
		return nil, fault.NotFound("There is no group '%.80s'.", group)
	}
	return accounts, err
}

func (h *handler) v1Group(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		_, err := h.members(c, groupOf(r))
		return c.groupV1(groupOf(r)), err
	})
}

func (h *handler) v1GroupMembers(w http.ResponseWriter, r *http.Request) error {
	start, n, err := window(r, 200, 200)
	if err != nil {
		return err
	}
	if _, err := expansions(r, "user", ""); err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		accounts, err := h.members(c, groupOf(r))
		if err != nil {
			return nil, err
		}
		out := []object{}
		for _, a := range slices.Sorted(slices.Values(accounts)) {
			out = append(out, c.user(a))
		}
		wire := v1Slice(c, out, start, n)
		if r.URL.Query().Get("shouldReturnTotalSize") == "true" {
			wire["totalSize"] = len(out)
		}
		return wire, nil
	})
}
