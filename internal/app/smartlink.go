package app

import (
	"context"
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
)

// Smart links: what an address of the site leads to, in every product that is on, as far as the asker may see it.

func (s *Server) smartLinkRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/api/smartlink", Permission: httpkit.Member, Dialect: httpkit.Platform, Handler: s.getSmartLink},
		{Method: "POST", Path: "/api/smartlinks", Permission: httpkit.Member, Dialect: httpkit.Platform, Handler: s.postSmartLinks},
	}
}

// smartLink is what an address leads to.
type smartLink struct {
	URL     string     `json:"url"` // as it was asked
	Title   string     `json:"title"`
	Kind    string     `json:"kind"`    // "issue", "project", "page", "blogpost", "space", "comment", "attachment", "alert", "schedule", "team", "incident", "maintenance", "statuspage"
	Product string     `json:"product"` // as in session.products
	Icon    string     `json:"icon"`    // by the name that the web interface has for it
	Key     string     `json:"key,omitempty"`
	Summary string     `json:"summary,omitempty"` // its first words
	Status  *linkState `json:"status"`            // null for what has none
}

// linkState is the state of a thing in words, and the colour that it is shown in.
type linkState struct {
	Text   string `json:"text"`
	Colour string `json:"colour"` // "neutral", "blue", "green", "yellow", "red"
}

// manyLinks bounds a batch.
const manyLinks = 100

// getSmartLink tells what one address leads to; 404 for what is not of this site, is not there, or is not for the asker.
func (s *Server) getSmartLink(w http.ResponseWriter, r *http.Request) error {
	l, err := s.node.resolveLink(r.Context(), r.URL.Query().Get("url"))
	if err != nil {
		return err
	}
	if l == nil {
		return fault.NotFound("The address leads to nothing on this site that you may see.")
	}
	return httpkit.JSON(w, http.StatusOK, l)
}

// postSmartLinks tells what many addresses lead to, in their order; null where one alone would be a 404.
func (s *Server) postSmartLinks(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[struct {
		URLs []string `json:"urls"`
	}](r)
	if err != nil {
		return err
	}
	if len(in.URLs) > manyLinks {
		return fault.Invalid("urls", "Ask for at most %d addresses at once.", manyLinks)
	}
	out := make([]*smartLink, len(in.URLs))
	for i, u := range in.URLs {
		if out[i], err = s.node.resolveLink(r.Context(), u); err != nil {
			return err
		}
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"links": out})
}

// resolveLink tells what an address leads to, nil for nothing.
func (n *Node) resolveLink(ctx context.Context, given string) (*smartLink, error) {
	if len(given) > 4000 {
		return nil, nil
	}
	a, ok := parseAddress(httpkit.BaseURL(ctx), basePath(ctx), given)
	if !ok {
		return nil, nil
	}
	if !a.here { // elsewhere: only the own domain of a status page is ours
		return n.domainLink(ctx, given, a)
	}
	for _, resolver := range []struct {
		product string
		takes   func(address) bool
		resolve func(context.Context, *volume.Tx, address) (*smartLink, error)
	}{
		{"tracker", address.ofTracker, n.issueLink},
		{"wiki", address.ofWiki, n.wikiLink},
		{"oncall", address.ofOncall, n.oncallLink},
		{"status", address.ofStatus, n.statusLink},
	} {
		if !resolver.takes(a) || !n.has(ctx, resolver.product) {
			continue
		}
		v, err := n.siteVolume(ctx, kindOf(resolver.product))
		if err != nil {
			return nil, err
		}
		var l *smartLink
		err = v.Read(ctx, func(tx *volume.Tx) (err error) {
			l, err = resolver.resolve(ctx, tx, a)
			return err
		})
		if fault.Is(err, fault.KindNotFound) {
			return nil, nil
		}
		if err != nil || l == nil {
			return nil, err
		}
		l.URL, l.Product = given, resolver.product
		return l, nil
	}
	return nil, nil
}

func basePath(ctx context.Context) string {
	if s := httpkit.SiteFrom(ctx); s != nil {
		return s.BasePath
	}
	return ""
}
