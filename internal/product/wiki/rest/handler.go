package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/macro"
	"holdfast.dev/internal/product/wiki/needs"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/viewer"
)

// Deps is what the API needs from its surroundings.
type Deps struct {
	Clock     clock.Clock
	Volume    func(ctx context.Context) (*volume.Volume, error) // the work volume of the context's site
	Directory func(ctx context.Context) needs.Directory
	Blobs     func(ctx context.Context) needs.Blobs
	Issues    func(ctx context.Context) needs.Issues // may give nil
	Senders   needs.Senders
	// GroupNames names the groups of the organization of the context's site.
	GroupNames func(ctx context.Context) ([]string, error)
}

type handler struct {
	Deps
	later conversions
}

// call is what every use case needs: the transaction, who asks, and how to answer.
type call struct {
	ctx    context.Context
	tx     *volume.Tx
	r      *http.Request
	v      *viewer.Viewer
	actor  string
	people map[string]needs.Person
	base   string // of the site, without slash at the end
	zone   *time.Location
	issues needs.Issues
}

// adminKey is the header by which an administrator passes restrictions of pages, as with the vendor.
const adminKey = "Atl-Confluence-With-Admin-Key"

func (h *handler) with(r *http.Request, run func(*volume.Volume, context.Context, func(*volume.Tx) error) error, fn func(c *call) error) error {
	ctx := r.Context()
	v, err := h.Volume(ctx)
	if err != nil {
		return err
	}
	people, err := h.Directory(ctx).Everybody(ctx)
	if err != nil {
		return err
	}
	return run(v, ctx, func(tx *volume.Tx) error {
		who, err := viewer.For(ctx, tx)
		if err != nil {
			return err
		}
		if who.Admin && r.Header.Get(adminKey) == "true" {
			who.Override = true
		}
		c := &call{ctx: ctx, tx: tx, r: r, v: who, actor: who.Account, people: people, base: httpkit.BaseURL(ctx), zone: time.UTC}
		if z, err := time.LoadLocation(people[c.actor].TimeZone); err == nil {
			c.zone = z
		}
		if h.Issues != nil {
			c.issues = h.Issues(ctx)
		}
		return fn(c)
	})
}

// read answers with what fn makes of one instant of the site.
func read[T any](h *handler, w http.ResponseWriter, r *http.Request, fn func(c *call) (T, error)) error {
	var out T
	err := h.with(r, (*volume.Volume).Read, func(c *call) (err error) {
		out, err = fn(c)
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// write answers with what fn makes, in one commit.
func write[T any](h *handler, w http.ResponseWriter, r *http.Request, fn func(c *call) (T, error)) error {
	return writeStatus(h, w, r, http.StatusOK, fn)
}

func writeStatus[T any](h *handler, w http.ResponseWriter, r *http.Request, status int, fn func(c *call) (T, error)) error {
	var out T
	err := h.with(r, (*volume.Volume).Write, func(c *call) (err error) {
		out, err = fn(c)
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, status, out)
}

// change does something in one commit and answers 204.
func (h *handler) change(w http.ResponseWriter, r *http.Request, fn func(c *call) error) error {
	if err := h.with(r, (*volume.Volume).Write, fn); err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

// id reads an identifier from the path; "att" before the number of an attachment is passed over.
func (c *call) id(name string) (int64, error) { return parseID(c.r.PathValue(name)) }

func parseID(s string) (int64, error) {
	id, err := strconv.ParseInt(strings.TrimPrefix(s, "att"), 10, 64)
	if err != nil || id < 0 {
		return 0, fault.NotFound("No content found with id: %.40s", s)
	}
	return id, nil
}

// optionalID reads an identifier from a body, 0 for none.
func optionalID(field, s string) (int64, error) {
	if s == "" || s == "null" {
		return 0, nil
	}
	id, err := parseID(s)
	if err != nil {
		return 0, fault.Invalid(field, "'%.40s' is no identifier.", s)
	}
	return id, nil
}

// see gives the content that the path names and that the asker may read, when it is of one of some kinds.
func (c *call) see(name string, kinds ...string) (*content.Content, error) {
	id, err := c.id(name)
	if err != nil {
		return nil, err
	}
	return c.seeID(id, kinds...)
}

func (c *call) seeID(id int64, kinds ...string) (*content.Content, error) {
	found, err := c.v.See(c.ctx, c.tx, id)
	if err != nil {
		return nil, err
	}
	for _, k := range kinds {
		if found.Kind == k {
			return found, nil
		}
	}
	if len(kinds) > 0 {
		return nil, content.NotFound(id)
	}
	return found, nil
}

// space gives the space that the path names by key or identifier and that the asker may see.
func (c *call) space(name string) (*space.Space, error) {
	return c.spaceOf(c.r.PathValue(name))
}

func (c *call) spaceOf(keyOrID string) (*space.Space, error) {
	s := c.v.Spaces.ByKey(keyOrID)
	if s == nil {
		if id, err := strconv.ParseInt(keyOrID, 10, 64); err == nil {
			s = c.v.Spaces.Get(id)
		}
	}
	if s == nil || !c.v.SeesSpace(s) {
		return nil, fault.NotFound("No space with key : %.60s", keyOrID)
	}
	return s, nil
}

// env is what macros need.
func (c *call) env() *macro.Env {
	return &macro.Env{Ctx: c.ctx, Tx: c.tx, Viewer: c.v, People: c.people, Issues: c.issues}
}

// signedIn refuses who has no account: what is kept for a person needs one.
func (c *call) signedIn() error {
	if c.actor == "" {
		return fault.Unauthenticated("An account is needed for that.")
	}
	return nil
}

func (c *call) isAdmin() bool { return c.v.Admin || identity.From(c.ctx).Admin }

// itoa writes an identifier.
func itoa(id int64) string { return strconv.FormatInt(id, 10) }

// idOrNone writes an identifier, empty for 0.
func idOrNone(id int64) string {
	if id == 0 {
		return ""
	}
	return itoa(id)
}

// limit reads how many results a page has.
func limit(r *http.Request, def, most int) (int, error) {
	return httpkit.IntParam(r, "limit", def, 1, most)
}

// given tells whether a JSON value was sent.
func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }
