// Package viewer decides what somebody may see and do in the wiki. Every read goes through it: single contents by See, queries by Where, which
// gives the same decision as SQL, so that lists, searches, counts and suggestions can not show more than the page itself would.
package viewer

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/restriction"
	"holdfast.dev/internal/product/wiki/space"
)

// Viewer is who asks.
type Viewer struct {
	Account string
	Groups  []string
	Admin   bool // of the site: has every right in every space, but restrictions of pages hold
	// Override is an administrator who has asked to pass restrictions, or Holdfast itself.
	Override bool
	Spaces   *space.Spaces

	rules  *restriction.Rules
	denied []int64
	hidden []int64 // spaces
}

// For makes the viewer of the principal in the context.
func For(ctx context.Context, tx *volume.Tx) (*Viewer, error) {
	p := identity.From(ctx)
	v := &Viewer{Groups: p.Groups, Admin: p.Admin}
	if p.SignedIn() {
		v.Account = p.Account.String()
	}
	if p.Kind == identity.System {
		v.Admin, v.Override = true, true
	}
	return v, v.load(ctx, tx)
}

// Of makes the viewer of an account, for what is sent to people later.
func Of(ctx context.Context, tx *volume.Tx, account string, groups []string) (*Viewer, error) {
	v := &Viewer{Account: account, Groups: groups}
	return v, v.load(ctx, tx)
}

func (v *Viewer) load(ctx context.Context, tx *volume.Tx) (err error) {
	if v.Spaces, err = space.Load(ctx, tx); err != nil {
		return err
	}
	if v.rules, err = restriction.Load(ctx, tx); err != nil {
		return err
	}
	if v.denied, err = restriction.DeniedTo(ctx, tx, v.Account, v.Groups); err != nil {
		return err
	}
	for _, s := range v.Spaces.All {
		if !v.Can(s, space.View) || s.Status == space.Trashed {
			v.hidden = append(v.hidden, s.ID)
		}
	}
	return nil
}

// Can tells whether the viewer has a right in a space.
func (v *Viewer) Can(s *space.Space, right space.Right) bool {
	return s != nil && (v.Admin || v.Override || s.Owner != "" && s.Owner == v.Account || s.Allows(v.Account, v.Groups, right))
}

// SeesSpace tells whether the viewer may know of a space.
func (v *Viewer) SeesSpace(s *space.Space) bool { return s != nil && !slices.Contains(v.hidden, s.ID) }

// Sees tells whether the viewer may read a content, in whatever state it is. Drafts are their author's alone.
func (v *Viewer) Sees(c *content.Content) bool {
	if slices.Contains(v.hidden, c.SpaceID) || v.Spaces.Get(c.SpaceID) == nil {
		return false
	}
	if v.Override {
		return true
	}
	if c.Status == content.Draft && c.Author != v.Account {
		return false
	}
	return !v.stopped(c.GuardID)
}

func (v *Viewer) stopped(guard int64) bool {
	_, found := slices.BinarySearch(v.denied, guard)
	return found
}

// See gives a content that the viewer may read; for all others the same answer as if there were none.
func (v *Viewer) See(ctx context.Context, tx *volume.Tx, id int64) (*content.Content, error) {
	c, err := content.Get(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !v.Sees(c) {
		return nil, content.NotFound(id)
	}
	return c, nil
}

// Edits tells whether the viewer may change a page or blog post that they see.
func (v *Viewer) Edits(c *content.Content) bool {
	s := v.Spaces.Get(c.SpaceID)
	right := space.CreatePage
	if c.Kind == content.BlogPost {
		right = space.CreateBlogPost
	}
	return v.Can(s, right) && s.Status == space.Current && (v.Override || v.rules.Permits(c.ID, restriction.Update, v.Account, v.Groups)) && v.Sees(c)
}

// MustEdit refuses who may not change a page or blog post.
func (v *Viewer) MustEdit(c *content.Content) error {
	if !v.Sees(c) {
		return content.NotFound(c.ID)
	}
	if s := v.Spaces.Get(c.SpaceID); s.Status == space.Archived {
		return fault.Forbidden("The space %s is archived: its content cannot be changed.", s.Key)
	}
	if !v.Edits(c) {
		return fault.Forbidden("You do not have permission to edit the content with id: %d", c.ID)
	}
	return nil
}

// Must refuses who lacks a right in a space.
func (v *Viewer) Must(s *space.Space, right space.Right) error {
	switch {
	case !v.SeesSpace(s):
		return fault.NotFound("No space found.")
	case s.Status == space.Archived && right != space.Administer && right != space.View && right != space.Export:
		return fault.Forbidden("The space %s is archived: its content cannot be changed.", s.Key)
	case !v.Can(s, right):
		return fault.Forbidden("You do not have permission to %s %s in the space %s.", strings.ReplaceAll(right.Operation, "_", " "), right.Target, s.Key)
	}
	return nil
}

// Restricted tells whether a content or one above it restricts who may read, or the content who may change it.
func (v *Viewer) Restricted(c *content.Content) bool { return c.GuardID != 0 || v.rules.Any(c.ID) }

// Guards gives the chain of guards over a content, nearest first.
func (v *Viewer) Guards(c *content.Content) []int64 {
	var out []int64
	for g := c.GuardID; g != 0 && len(out) < 1000; g = v.rules.Above(g) {
		out = append(out, g)
	}
	return out
}

// Where gives the condition that the viewer may read the contents of a query, as SQL on the alias of wiki_content. It holds numbers only and
// leaves states to the query, except that drafts are the viewer's own.
func (v *Viewer) Where(alias string) string {
	var parts []string
	if len(v.hidden) > 0 {
		parts = append(parts, alias+".space_id NOT IN ("+Numbers(v.hidden)+")")
	}
	if len(v.denied) > 0 && !v.Override {
		parts = append(parts, alias+".guard_id NOT IN ("+Numbers(v.denied)+")")
	}
	if len(parts) == 0 {
		return "1 = 1"
	}
	return strings.Join(parts, " AND ")
}

// Numbers writes identifiers as a list for SQL.
func Numbers(ids []int64) string {
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.FormatInt(id, 10))
	}
	if len(ids) == 0 {
		return "-1"
	}
	return b.String()
}

// All gives a viewer of the same spaces whom no restriction stops, to tell how much there is. What it finds must not be shown.
func (v *Viewer) All() *Viewer {
	out := *v
	out.Override = true
	return &out
}
