package rest

import (
	"net/http"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/product/tracker/issue"
)

func (h *handler) permissionRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/permissions", Permission: httpkit.Member, Handler: h.getPermissions},
		{Method: "GET", Path: "/mypermissions", Permission: httpkit.Member, Handler: h.getMyPermissions},
		{Method: "POST", Path: "/permissions/check", Permission: httpkit.Member, Handler: h.postPermissionsCheck},
		{Method: "POST", Path: "/permissions/project", Permission: httpkit.Member, Handler: h.postPermittedProjects},
	}
}

type permission struct {
	key, name, typ, description string
	admin                       bool // for administrators of the site only
}

// permissions lists what can be allowed, by the keys that clients know. People of a site may do the same in all its projects; what is marked
// is for its administrators.
var permissions = []permission{
	{"ADD_COMMENTS", "Add Comments", "PROJECT", "Ability to comment on issues.", false},
	{"ADMINISTER", "Administer Jira", "GLOBAL", "Create and administer projects, issue types, fields, workflows, and schemes for all projects.", true},
	{"ADMINISTER_PROJECTS", "Administer Projects", "PROJECT", "Ability to administer a project.", false},
	{"ASSIGNABLE_USER", "Assignable User", "PROJECT", "Users with this permission may be assigned to issues.", false},
	{"ASSIGN_ISSUES", "Assign Issues", "PROJECT", "Ability to assign issues to other people.", false},
	{"BROWSE_PROJECTS", "Browse Projects", "PROJECT", "Ability to browse projects and the issues within them.", false},
	{"BULK_CHANGE", "Make bulk changes", "GLOBAL", "Modify collections of issues at once.", false},
	{"CLOSE_ISSUES", "Close Issues", "PROJECT", "Ability to close issues.", false},
	{"CREATE_ATTACHMENTS", "Create Attachments", "PROJECT", "Users with this permission may create attachments.", false},
	{"CREATE_ISSUES", "Create Issues", "PROJECT", "Ability to create issues.", false},
	{"CREATE_PROJECT", "Create team-managed projects", "GLOBAL", "Create projects.", true},
	{"CREATE_SHARED_OBJECTS", "Share dashboards and filters", "GLOBAL", "Share dashboards and filters with other users.", false},
	{"DELETE_ALL_ATTACHMENTS", "Delete All Attachments", "PROJECT", "Users with this permission may delete all attachments.", false},
	{"DELETE_ALL_COMMENTS", "Delete All Comments", "PROJECT", "Ability to delete all comments made on issues.", false},
	{"DELETE_ALL_WORKLOGS", "Delete All Worklogs", "PROJECT", "Ability to delete all worklogs made on issues.", false},
	{"DELETE_ISSUES", "Delete Issues", "PROJECT", "Ability to delete issues.", false},
	{"DELETE_OWN_ATTACHMENTS", "Delete Own Attachments", "PROJECT", "Users with this permission may delete own attachments.", false},
	{"DELETE_OWN_COMMENTS", "Delete Own Comments", "PROJECT", "Ability to delete own comments made on issues.", false},
	{"DELETE_OWN_WORKLOGS", "Delete Own Worklogs", "PROJECT", "Ability to delete own worklogs made on issues.", false},
	{"EDIT_ALL_COMMENTS", "Edit All Comments", "PROJECT", "Ability to edit all comments made on issues.", false},
	{"EDIT_ALL_WORKLOGS", "Edit All Worklogs", "PROJECT", "Ability to edit all worklogs made on issues.", false},
	{"EDIT_ISSUES", "Edit Issues", "PROJECT", "Ability to edit issues.", false},
	{"EDIT_OWN_COMMENTS", "Edit Own Comments", "PROJECT", "Ability to edit own comments made on issues.", false},
	{"EDIT_OWN_WORKLOGS", "Edit Own Worklogs", "PROJECT", "Ability to edit own worklogs made on issues.", false},
	{"LINK_ISSUES", "Link Issues", "PROJECT", "Ability to link issues together and create linked issues.", false},
	{"MANAGE_WATCHERS", "Manage Watchers", "PROJECT", "Ability to manage the watchers of an issue.", false},
	{"MODIFY_REPORTER", "Modify Reporter", "PROJECT", "Ability to modify the reporter when creating or editing an issue.", false},
	{"MOVE_ISSUES", "Move Issues", "PROJECT", "Ability to move issues between projects or between workflows of the same project.", false},
	{"RESOLVE_ISSUES", "Resolve Issues", "PROJECT", "Ability to resolve and reopen issues.", false},
	{"SCHEDULE_ISSUES", "Schedule Issues", "PROJECT", "Ability to view or edit an issue's due date and rank.", false},
	{"SYSTEM_ADMIN", "System Administrators", "GLOBAL", "Ability to perform all administration functions.", true},
	{"TRANSITION_ISSUES", "Transition Issues", "PROJECT", "Ability to transition issues.", false},
	{"USER_PICKER", "Browse users and groups", "GLOBAL", "View and select users or groups from the user picker.", false},
	{"VIEW_VOTERS_AND_WATCHERS", "View Voters and Watchers", "PROJECT", "Ability to view the voters and watchers of an issue.", false},
	{"WORK_ON_ISSUES", "Work On Issues", "PROJECT", "Ability to log work done against an issue.", false},
}

type wirePermission struct {
	ID          string `json:"id,omitempty"`
	Key         string `json:"key"`
	Name        string `json:"name"`
	Type        string `json:"type"`
	Description string `json:"description"`
	Have        *bool  `json:"havePermission,omitempty"`
}

func (h *handler) getPermissions(w http.ResponseWriter, r *http.Request) error {
	out := map[string]wirePermission{}
	for _, p := range permissions {
		out[p.key] = wirePermission{Key: p.key, Name: p.name, Type: p.typ, Description: p.description}
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"permissions": out})
}

// getMyPermissions tells what the asker may do, in general or in a project or on an issue that must exist.
func (h *handler) getMyPermissions(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	asked := httpkit.ListParam(r, "permissions")
	if len(asked) == 0 {
		return fault.Bad("The 'permissions' query parameter is required.")
	}
	var unknown []string
	for _, key := range asked {
		if !slices.ContainsFunc(permissions, func(p permission) bool { return strings.EqualFold(p.key, key) }) {
			unknown = append(unknown, key)
		}
	}
	if len(unknown) > 0 {
		return fault.Bad("Unrecognized permission keys: %s", strings.Join(unknown, ", "))
	}
	admin := identity.From(r.Context()).Admin
	return single(h, w, r, func(c *call) (map[string]any, error) {
		for _, name := range []string{"projectKey", "projectId"} {
			if key := q.Get(name); key != "" && c.cat.FindProject(key) == nil {
				return nil, errNoProject(key)
			}
		}
		for _, name := range []string{"issueKey", "issueId"} {
			if key := q.Get(name); key != "" {
				if _, err := issue.Find(c.ctx, c.tx, c.cat, key); err != nil {
					return nil, err
				}
			}
		}
		out := map[string]wirePermission{}
		for i, p := range permissions {
			if slices.ContainsFunc(asked, func(key string) bool { return strings.EqualFold(p.key, key) }) {
				have := !p.admin || admin
				out[p.key] = wirePermission{ID: itoa(i + 1), Key: p.key, Name: p.name, Type: p.typ, Description: p.description, Have: &have}
			}
		}
		return map[string]any{"permissions": out}, nil
	})
}

// postPermittedProjects gives the projects in which the asker has some permissions.
func (h *handler) postPermittedProjects(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[struct {
		Permissions []string `json:"permissions"`
	}](r)
	if err != nil {
		return err
	}
	for _, key := range in.Permissions {
		if !slices.ContainsFunc(permissions, func(p permission) bool { return strings.EqualFold(p.key, key) && p.typ == "PROJECT" }) {
			return fault.Bad("Unrecognized permission keys: %.80s", key)
		}
	}
	type ref struct {
		ID  int64  `json:"id"`
		Key string `json:"key"`
	}
	return single(h, w, r, func(c *call) (map[string]any, error) {
		out := []ref{}
		for _, p := range c.cat.Live() {
			out = append(out, ref{p.ID, p.Key})
		}
		return map[string]any{"projects": out}, nil
	})
}

type wireGrant struct {
	Permission string  `json:"permission"`
	Issues     []int64 `json:"issues"`
	Projects   []int64 `json:"projects"`
}

type permissionsCheck struct {
	Account  string   `json:"accountId"`
	Global   []string `json:"globalPermissions"`
	Projects []struct {
		Permissions []string `json:"permissions"`
		Projects    []int64  `json:"projects"`
		Issues      []int64  `json:"issues"`
	} `json:"projectPermissions"`
}

// postPermissionsCheck tells which of some permissions the asker has, in general and in projects and on issues. Only administrators may ask for others.
func (h *handler) postPermissionsCheck(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[permissionsCheck](r)
	if err != nil {
		return err
	}
	who := identity.From(r.Context())
	if in.Account != "" && in.Account != who.Account.String() && !who.Admin {
		return fault.Forbidden("Only administrators may ask for the permissions of others.")
	}
	admin := who.Admin && (in.Account == "" || in.Account == who.Account.String())
	has := func(key, typ string) bool {
		return slices.ContainsFunc(permissions, func(p permission) bool { return p.key == key && p.typ == typ && (!p.admin || admin) })
	}
	for _, asked := range in.Projects {
		if len(asked.Projects) > maxAsked || len(asked.Issues) > maxAsked {
			return fault.Bad("At most %d projects and issues can be asked for.", maxAsked)
		}
		for _, key := range asked.Permissions {
			if !slices.ContainsFunc(permissions, func(p permission) bool { return p.key == key && p.typ == "PROJECT" }) {
				return fault.Bad("Unrecognized permission keys: %.80s", key)
			}
		}
	}
	return single(h, w, r, func(c *call) (map[string]any, error) {
		global, grants := []string{}, []wireGrant{}
		for _, key := range in.Global {
			if has(key, "GLOBAL") {
				global = append(global, key)
			}
		}
		for _, asked := range in.Projects {
			projects, issues := []int64{}, []int64{}
			for _, id := range asked.Projects {
				if p := c.cat.Project(id); p != nil && p.Deleted == nil {
					projects = append(projects, id)
				}
			}
			live, err := c.liveIssues(slices.Clone(asked.Issues))
			if err != nil {
				return nil, err
			}
			for _, id := range asked.Issues {
				if live[id] {
					issues = append(issues, id)
				}
			}
			for _, key := range asked.Permissions {
				if has(key, "PROJECT") {
					grants = append(grants, wireGrant{key, issues, projects})
				}
			}
		}
		return map[string]any{"globalPermissions": global, "projectPermissions": grants}, nil
	})
}
