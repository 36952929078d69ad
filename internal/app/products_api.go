package app

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// The products of a site: what each holds, and switching them on and off. For site administrators.

func (s *Server) productRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/api/products", Permission: httpkit.Admin, Dialect: httpkit.Platform, Handler: s.getProducts},
		{Method: "PUT", Path: "/api/products", Permission: httpkit.Admin, Dialect: httpkit.Platform, Handler: s.putProducts},
	}
}

// productInfo is a product as the page of a site's products shows it.
type productInfo struct {
	Name string `json:"name"`
	On   bool   `json:"on"`
	// Made tells whether its volume exists; a product that was never on has none.
	Made   bool   `json:"made"`
	Volume string `json:"volume"`
	// Shares names the other products that live in the same volume.
	Shares []string `json:"shares"`
	// Bytes is what the volume takes, with all that lives in it.
	Bytes  int64         `json:"bytes"`
	Counts []holdingInfo `json:"counts"`
}

// holdingInfo counts things of a type, as the types of commits name them.
type holdingInfo struct {
	Type  string `json:"type"`
	Count int64  `json:"count"`
}

type holding struct {
	itemType string
	count    *storage.Query
}

// holdings are what each product is measured by.
var holdings = map[string][]holding{
	"tracker": {
		{"issue", storage.Register("tracker/holding.issues", `SELECT count(*) FROM issue`)},
		{"project", storage.Register("tracker/holding.projects", `SELECT count(*) FROM project WHERE deleted_us IS NULL`)},
	},
	"wiki": {
		{"wiki.page", storage.Register("wiki/holding.pages", `SELECT count(*) FROM wiki_content WHERE kind IN ('page', 'blogpost') AND status = 'current'`)},
		{"wiki.space", storage.Register("wiki/holding.spaces", `SELECT count(*) FROM wiki_space`)},
	},
	"oncall": {
		{"oncall.alert", storage.Register("oncall/holding.alerts", `SELECT count(*) FROM alert`)},
		{"oncall.schedule", storage.Register("oncall/holding.schedules", `SELECT count(*) FROM schedule`)},
		{"oncall.team", storage.Register("oncall/holding.teams", `SELECT count(*) FROM team`)},
	},
	"status": {
		{"status.incident", storage.Register("status/holding.incidents", `SELECT count(*) FROM incident`)},
		{"status.component", storage.Register("status/holding.components", `SELECT count(*) FROM component`)},
		{"status.subscriber", storage.Register("status/holding.subscribers", `SELECT count(*) FROM subscriber WHERE state = 'active'`)},
	},
}

func (s *Server) getProducts(w http.ResponseWriter, r *http.Request) error {
	site, err := s.site(r.Context())
	if err != nil {
		return err
	}
	return s.answerProducts(w, r, site)
}

func (s *Server) answerProducts(w http.ResponseWriter, r *http.Request, site *fleet.Site) error {
	out := []productInfo{}
	for _, name := range SiteProducts {
		p, err := s.productInfo(r.Context(), site, name)
		if err != nil {
			return err
		}
		out = append(out, p)
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"products": out})
}

func (s *Server) productInfo(ctx context.Context, site *fleet.Site, name string) (productInfo, error) {
	ref := volume.Ref{Kind: kindOf(name), Owner: site.ID.String()}
	generation := s.node.Fleet.Generation(ref)
	p := productInfo{Name: name, On: s.node.Fleet.HasProduct(site.ID, name), Made: generation != 0, Volume: ref.Kind, Shares: []string{}, Counts: []holdingInfo{}}
	for _, other := range SiteProducts {
		if other != name && kindOf(other) == ref.Kind {
			p.Shares = append(p.Shares, other)
		}
	}
	if !p.Made {
		return p, nil
	}
	var err error
	if p.Bytes, err = s.node.Engine.Size(ctx, ref.Name(generation)); err != nil {
		return p, err
	}
	return p, s.node.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
		for _, h := range holdings[name] {
			c := holdingInfo{Type: h.itemType}
			if err := tx.Get(ctx, h.count, nil, &c.Count); err != nil {
				return err
			}
			p.Counts = append(p.Counts, c)
		}
		return nil
	})
}

// putProducts sets which products are on: those that are named and no others. What is switched off keeps its volume.
func (s *Server) putProducts(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[struct {
		Products []string `json:"products"`
	}](r)
	if err != nil {
		return err
	}
	if len(in.Products) == 0 {
		return fault.Invalid("products", "One product at least stays on.")
	}
	for _, name := range in.Products {
		if !slices.Contains(SiteProducts, name) {
			return fault.Invalid("products", "There is no product %.60q; there are %s.", name, strings.Join(SiteProducts, ", "))
		}
	}
	ctx := r.Context()
	site, err := s.site(ctx)
	if err != nil {
		return err
	}
	if err := s.node.setProducts(ctx, site, in.Products); err != nil {
		return err
	}
	return s.answerProducts(w, r, site)
}

// setProducts switches on and off what must change, and has open browsers read everything anew: their sidebars, and the volumes they listen to.
func (n *Node) setProducts(ctx context.Context, site *fleet.Site, wanted []string) error {
	n.settingUp.Lock()
	defer n.settingUp.Unlock()
	var on, off []string
	for _, name := range SiteProducts {
		switch has, want := n.Fleet.HasProduct(site.ID, name), slices.Contains(wanted, name); {
		case want && !has:
			on = append(on, name)
		case has && !want:
			off = append(off, name)
		}
	}
	if len(on) > 0 {
		if err := n.SwitchOn(ctx, site, on...); err != nil {
			return err
		}
	}
	if len(off) > 0 {
		if err := n.SwitchOff(ctx, site, off...); err != nil {
			return err
		}
	}
	if len(on)+len(off) > 0 {
		for _, ref := range n.servedVolumes(site.ID) {
			n.commits.reset(ref)
		}
	}
	return nil
}
