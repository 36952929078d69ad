// Package rest is the tracker's HTTP API: Jira Cloud's REST v2 and v3. Every route stands in one list with the permission it needs;
// wire types live here and never reach the domain. What a route does not do as the vendor's documentation promises answers 501 and
// is listed in docs/api-divergences/jira.md.
package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/needs"
	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/wikimarkup"
)

// Deps is what the API needs from its surroundings.
type Deps struct {
	// Volume gives the work volume of the site in the context.
	Volume func(ctx context.Context) (*volume.Volume, error)
	// Directory gives the people of the organization of the site in the context.
	Directory func(ctx context.Context) needs.Directory
	// Blobs gives the file contents of the site in the context.
	Blobs func(ctx context.Context) needs.Blobs
	Clock clock.Clock
}

type handler struct{ Deps }

// call is what every use case needs: the transaction, the catalog, who asks and how to answer.
type call struct {
	ctx   context.Context
	tx    *volume.Tx
	cat   *catalog.Catalog
	actor string
	// viewer gives what the asker may read of what is restricted; it is found when something is.
	viewer func() (*viewer, error)
	*renderer
}

// read runs fn on one instant of the site.
func (h *handler) read(r *http.Request, fn func(c *call) error) error {
	return h.with(r, (*volume.Volume).Read, fn)
}

// write runs fn as one commit of the site.
func (h *handler) write(r *http.Request, fn func(c *call) error) error {
	return h.with(r, (*volume.Volume).Write, fn)
}

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
		cat, err := catalog.Load(ctx, tx)
		if err != nil {
			return err
		}
		actor := ""
		zone := time.UTC
		if who := identity.From(ctx); who.SignedIn() {
			actor = who.Account.String()
			if z, err := time.LoadLocation(people[actor].TimeZone); err == nil {
				zone = z
			}
		}
		return fn(&call{ctx: ctx, tx: tx, cat: cat, actor: actor, viewer: sync.OnceValues(func() (*viewer, error) { return h.viewer(r) }), renderer: &renderer{base: httpkit.BaseURL(ctx), v2: strings.HasPrefix(r.URL.Path, "/rest/api/2/") || strings.HasPrefix(r.URL.Path, "/rest/api/latest/"),
			zone: zone, cat: cat, people: people, frags: fragmentsFor(cat)}})
	})
}

// richValue reads a rich text value of the API's version, null and "" for none, and gives ADF JSON with its plain text.
func (h *handler) richValue(r *http.Request, people map[string]needs.Person, raw json.RawMessage) (stored, plain string, err error) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", "", nil
	}
	if raw[0] == '"' {
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return "", "", fault.Bad("Operation value must be a string")
		}
		if strings.HasPrefix(r.URL.Path, "/rest/api/3/") {
			return "", "", fault.Bad("Operation value must be an Atlassian Document (see the Atlassian Document Format)")
		}
		if strings.TrimSpace(s) == "" {
			return "", "", nil
		}
		if utf8.RuneCountInString(s) > 32_767 {
			return "", "", fault.Bad("The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
		}
		doc := readWiki(people, s)
		return string(doc.JSON()), doc.PlainText(), nil
	}
	if raw[0] != '{' {
		if strings.HasPrefix(r.URL.Path, "/rest/api/3/") {
			return "", "", fault.Bad("Operation value must be an Atlassian Document (see the Atlassian Document Format)")
		}
		return "", "", fault.Bad("Operation value must be a string")
	}
	doc, err := adf.Parse(raw)
	if err != nil {
		return "", "", fault.Wrap(err, fault.KindInvalid, "Operation value must be an Atlassian Document (see the Atlassian Document Format): %s", err)
	}
	if doc.Empty() {
		return "", "", nil
	}
	return string(doc.JSON()), doc.PlainText(), nil
}

func readWiki(people map[string]needs.Person, markup string) *adf.Node {
	return wikimarkup.Parse(markup, wikimarkup.Resolver{Mention: func(who string) (string, string, bool) {
		p, ok := people[who]
		return p.AccountID, p.DisplayName, ok
	}})
}

// sameInWiki tells whether a text that came as wiki markup is what the asker was shown of the stored one. Wiki markup cannot say all that a
// document holds, so that clients which read an issue, change something else and write everything back would take it away.
func (c *call) sameInWiki(stored, given string) bool {
	if !c.v2 || stored == "" || stored == given {
		return false
	}
	doc, err := adf.Parse([]byte(stored))
	return err == nil && string(readWiki(c.people, wikimarkup.Write(doc)).JSON()) == given
}
