package rest

import (
	"net/http"
	"slices"

	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/product/tracker/comment"
	"holdfast.dev/internal/product/tracker/worklog"
)

// viewer decides which comments and work logs that are not for everybody somebody may read: those of groups that they are in, and their own. Projects
// have no roles, so what is restricted to a role is for its author and for administrators, who read everything.
type viewer struct {
	account string
	admin   bool
	groups  []string
}

// viewer gives who asks.
func (h *handler) viewer(r *http.Request) (*viewer, error) {
	who := identity.From(r.Context())
	v := &viewer{admin: who.Admin}
	if !who.SignedIn() {
		return v, nil
	}
	v.account = who.Account.String()
	var err error
	v.groups, err = h.Directory(r.Context()).Groups(r.Context(), v.account)
	return v, err
}

// Sees tells whether something by author is for the viewer. kind is "group", "role" or "" for everybody.
func (v *viewer) Sees(author, kind, value string) bool {
	return kind == "" || v.admin || author != "" && author == v.account || kind == "group" && slices.Contains(v.groups, value)
}

// seenComments leaves out what the asker may not read.
func (c *call) seenComments(all []*comment.Comment) ([]*comment.Comment, error) {
	return seen(c, all, func(c *comment.Comment) (string, string, string) {
		return c.Author, c.VisibilityType, c.VisibilityValue
	})
}

func (c *call) seenWorklogs(all []*worklog.Worklog) ([]*worklog.Worklog, error) {
	return seen(c, all, func(l *worklog.Worklog) (string, string, string) {
		return l.Author, l.VisibilityType, l.VisibilityValue
	})
}

// seen asks who the viewer is only when something is restricted, which is rare.
func seen[T any](c *call, all []T, restriction func(T) (author, kind, value string)) ([]T, error) {
	if !slices.ContainsFunc(all, func(v T) bool { _, kind, _ := restriction(v); return kind != "" }) {
		return all, nil
	}
	who, err := c.viewer()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(all), func(v T) bool { return !who.Sees(restriction(v)) }), nil
}
