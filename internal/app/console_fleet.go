package app

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/addon"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
)

func (s *Server) fleetOperations() []operation {
	return []operation{
		operate("GET", "/sites", "listSites", "Sites with their health, by name in URLs", s.listSites).takes(append([]queryParam{{"q", "Part of the site's or the customer's name, or an identifier", "string"},
			{"state", "Only sites in this state", "string"}, {"health", "Only sites that need somebody: missing, finding or trouble (either)", "string"}}, pageParams...)...),
		operate("GET", "/sites/{site}", "getSite", "A site: volumes, products, add-ons, contacts, last proven restore", s.getSite),
		operate("GET", "/sites/{site}/timeline", "siteTimeline", "What was done to a site, newest first", s.siteTimeline).takes(pageParams...),
		operate("POST", "/sites/{site}/suspend", "suspendSite", "Take a site out of use; nothing is lost, and resume brings it back", func(c *call, in reasonRequest) (siteInfoFull, error) {
			return s.moveSite(c, fleet.Suspended, in.Reason)
		}),
		operate("POST", "/sites/{site}/resume", "resumeSite", "Bring a site back into use", func(c *call, in reasonRequest) (siteInfoFull, error) {
			return s.moveSite(c, fleet.Active, in.Reason)
		}),
		operate("GET", "/sites/{site}/addons", "listAddons", "The add-ons of a site", s.listAddons),
		operate("GET", "/addons/{addon}", "getAddon", "An add-on", s.getAddon),
		operate("POST", "/sites/{site}/contacts", "addContact", "Register somebody to call when the site is in trouble", s.addContact).answers(http.StatusCreated),
		operate("GET", "/contacts", "listContacts", "Those to call, of every customer; they live outside of all tenants", s.listContacts).takes(pageParams...),
		operate("GET", "/ledger", "ledger", "Every operation on every target, newest first", s.ledger).takes(pageParams...),
	}
}

type reasonRequest struct {
	Reason string `json:"reason" doc:"Why; it stays in the ledger"`
}

// given refuses a reason that says nothing: absence is never an instruction.
func given(reason string) error {
	if strings.TrimSpace(reason) == "" || len(reason) > 1000 {
		return fault.Invalid("reason", "Say why, in at most 1000 bytes; it stays in the ledger.")
	}
	return nil
}

// siteRow is a site in a list.
type siteRow struct {
	fleet.Site
	Customer string         `json:"customer"`
	Products []string       `json:"products"`
	Volumes  []volumeHealth `json:"volumes"`
	Bytes    int64          `json:"bytes"`
	Missing  []string       `json:"missing" doc:"Kinds of its volumes whose databases are gone"`
	Findings []string       `json:"findings" doc:"What the watcher found of it and still holds"`
	// LastCommit and LastShipped are the newest over its volumes.
	LastCommit  *time.Time `json:"last_commit"`
	LastShipped *time.Time `json:"last_shipped"`
	Unshipped   int64      `json:"unshipped" doc:"Commits that the vault lacks"`
	Restoring   *stepInfo  `json:"restoring,omitempty"`
	Proof       *ProofRow  `json:"proof" doc:"How its backup stands; null until it is enrolled"`
}

type sitePage struct {
	Sites []siteRow `json:"sites"`
	Total int       `json:"total" doc:"Sites that fit, on all pages"`
	Next  string    `json:"next,omitempty"`
}

// listSites pages through the fleet. What a page does not show is not opened.
func (s *Server) listSites(c *call, _ none) (out sitePage, err error) {
	limit, err := c.limitOf(100, 500)
	if err != nil {
		return out, err
	}
	q := c.URL.Query()
	health := q.Get("health")
	if !slices.Contains([]string{"", "missing", "finding", "trouble"}, health) {
		return out, fault.Invalid("health", "Say missing, finding or trouble.")
	}
	there, err := s.node.present(c.Context())
	if err != nil {
		return out, err
	}
	found := s.findings()
	var fit []*fleet.Site
	for _, site := range s.node.Fleet.All() {
		if s.fits(site, strings.ToLower(strings.TrimSpace(q.Get("q"))), q.Get("state"), health, there, found) {
			fit = append(fit, site)
		}
	}
	slices.SortFunc(fit, func(a, b *fleet.Site) int { return cmp.Compare(a.Slug, b.Slug) })
	out.Total = len(fit)
	from, _ := slices.BinarySearchFunc(fit, c.cursor()+"\x00", func(site *fleet.Site, slug string) int { return cmp.Compare(site.Slug, slug) })
	if c.cursor() == "" {
		from = 0
	}
	page := fit[from:min(from+limit, len(fit))]
	if from+limit < len(fit) {
		out.Next = page[len(page)-1].Slug
	}
	out.Sites, err = s.siteRows(c.Context(), page, there, false)
	return out, err
}

func (s *Server) fits(site *fleet.Site, text, state, health string, there map[string]bool, found map[string][]string) bool {
	if state != "" && string(site.State) != state {
		return false
	}
	if text != "" && !strings.Contains(strings.ToLower(site.Slug+"\n"+site.Name+"\n"+site.ID.String()+"\n"+s.customer(site)), text) {
		return false
	}
	switch health {
	case "missing":
		return len(s.missing(site, there)) > 0
	case "finding":
		return len(found[site.ID.String()]) > 0
	case "trouble":
		return len(found[site.ID.String()]) > 0 || len(s.missing(site, there)) > 0
	}
	return true
}

func (s *Server) customer(site *fleet.Site) string {
	org, err := s.node.Fleet.Org(site.Org)
	if err != nil {
		return site.Org.String()
	}
	return org.Name
}

func (s *Server) missing(site *fleet.Site, there map[string]bool) []string {
	out := []string{}
	for _, ref := range s.node.siteVolumes(site.ID.String()) {
		if !there[ref.Name(s.node.Fleet.Generation(ref))] {
			out = append(out, ref.Kind)
		}
	}
	return out
}

// siteRows tells of some sites how they are.
func (s *Server) siteRows(ctx context.Context, sites []*fleet.Site, there map[string]bool, fresh bool) ([]siteRow, error) {
	health, err := s.healthOf(ctx, sites, there, fresh)
	if err != nil {
		return nil, err
	}
	named := make([]ids.Site, len(sites))
	for i, site := range sites {
		named[i] = site.ID
	}
	proofs, err := s.proofsOf(ctx, named...)
	if err != nil {
		return nil, err
	}
	found := s.findings()
	out := make([]siteRow, 0, len(sites))
	for _, site := range sites {
		id := site.ID.String()
		row := siteRow{Site: *site, Customer: s.customer(site), Products: append([]string{}, s.node.Fleet.Products(site.ID)...), Volumes: health[id],
			Missing: s.missing(site, there), Findings: append([]string{}, found[id]...), Restoring: s.restoring(site), Proof: proofs[site.ID]}
		for _, v := range row.Volumes {
			row.Bytes += v.Bytes
			row.Unshipped += v.Head - v.Sealed
			row.LastCommit, row.LastShipped = later(row.LastCommit, v.LastCommit), later(row.LastShipped, v.LastShipped)
		}
		out = append(out, row)
	}
	return out, nil
}

func later(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.After(*a) {
		return b
	}
	return a
}

// findings gives what the watcher found and still holds, by site; empty where none runs in this process.
func (s *Server) findings() map[string][]string {
	out := map[string][]string{}
	if w := s.node.watcher.Load(); w != nil {
		for _, f := range w.Open() {
			out[f.Site] = append(out[f.Site], f.What)
		}
	}
	return out
}

// siteInfoFull is everything about a site.
type siteInfoFull struct {
	siteRow
	Addons     []addon.Addon   `json:"addons"`
	Contacts   []fleet.Contact `json:"contacts"`
	People     *int            `json:"people" doc:"Active people; null when they cannot be read"`
	LastProven *provenInfo     `json:"last_proven" doc:"The last restore that was proven against its digest"`
}

type provenInfo struct {
	Operation ids.Operation `json:"operation"`
	At        *time.Time    `json:"at"`
	Asked     string        `json:"asked"`
}

func (s *Server) getSite(c *call, _ none) (siteInfoFull, error) { return s.fullSite(c) }

func (s *Server) fullSite(c *call) (out siteInfoFull, err error) {
	ctx := c.Context()
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return out, err
	}
	there, err := s.node.present(ctx)
	if err != nil {
		return out, err
	}
	rows, err := s.siteRows(ctx, []*fleet.Site{site}, there, true)
	if err != nil {
		return out, err
	}
	out.siteRow = rows[0]
	if list, err := s.listAddons(c, none{}); err == nil {
		out.Addons = list.Addons
	} else {
		return out, err
	}
	if out.Contacts, err = s.contactsOf(ctx, site); err != nil {
		return out, err
	}
	if members, err := s.node.products.access.Members(ctx, site.Org, site.ID); err == nil { // on a bad day the people may be what is gone
		n := len(members)
		out.People = &n
	}
	ledger, err := s.node.Fleet.Ledger(ctx, site.ID.String(), time.Time{}, ids.Operation{}, 200)
	for _, op := range ledger {
		if op.Kind == "restore" && op.State == "done" {
			out.LastProven = &provenInfo{op.ID, op.Finished, recovery.Asked(op.Detail)}
			break
		}
	}
	return out, err
}

func (s *Server) contactsOf(ctx context.Context, site *fleet.Site) ([]fleet.Contact, error) {
	all, err := s.node.Fleet.Contacts(ctx, site.Org)
	return append([]fleet.Contact{}, fleet.ContactsOf(all, site.ID)...), err
}

func (s *Server) moveSite(c *call, to fleet.State, reason string) (siteInfoFull, error) {
	if err := given(reason); err != nil {
		return siteInfoFull{}, err
	}
	if err := s.node.Fleet.SetState(c.Context(), c.site, to, reason); err != nil {
		return siteInfoFull{}, err
	}
	return s.fullSite(c)
}

type addonList struct {
	Addons []addon.Addon `json:"addons"`
}

func (s *Server) listAddons(c *call, _ none) (out addonList, err error) {
	out.Addons = []addon.Addon{}
	if _, err := s.node.Fleet.Site(c.site); err != nil {
		return out, err
	}
	err = s.node.control().Read(c.Context(), func(tx *volume.Tx) error {
		all, err := addon.OfSite(c.Context(), tx, c.site)
		out.Addons = append(out.Addons, all...)
		return err
	})
	return out, err
}

func (s *Server) getAddon(c *call, _ none) (out addon.Addon, err error) {
	err = s.node.control().Read(c.Context(), func(tx *volume.Tx) error {
		out, err = addon.Get(c.Context(), tx, c.addon)
		return err
	})
	return out, err
}
