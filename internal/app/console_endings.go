package app

import (
	"context"
	"net/http"
	"slices"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/lifecycle"
	"holdfast.dev/internal/platform/volume"
)

// The end of a site, as far as this program goes: tombstones and the queue of the purge. Nothing here can destroy; what can is holdfast-purge.

func (s *Server) endingOperations() []operation {
	return []operation{
		operate("POST", "/sites/{site}/tombstone", "tombstoneSite", "Start the countdown of a suspended site and tell its contacts; resume takes it back until the purge", s.tombstoneSite),
		operate("GET", "/endings", "listEndings", "Sites whose countdown runs: until when, who was told, what was asked for and what is missing", s.listEndings),
		operate("POST", "/sites/{site}/purge", "askPurge", "Ask for the purge of one tombstoned site; two other operators have to approve", s.askPurge).answers(http.StatusCreated),
		operate("GET", "/purges", "listPurges", "Requests of purges, newest first", s.listPurges).takes(pageParams...),
		operate("GET", "/purges/{purge}", "getPurge", "A request of a purge and what it still lacks", func(c *call, _ none) (purgeInfo, error) { return s.purge(c.Context(), c.purge) }),
		operate("POST", "/purges/{purge}/approve", "approvePurge", "Approve the purge of exactly one site, named again; not one's own request", s.approvePurge),
		operate("POST", "/purges/{purge}/withdraw", "withdrawPurge", "Take a request back before the purge has begun", s.withdrawPurge),
	}
}

func (s *Server) tombstoneSite(c *call, in reasonRequest) (out siteInfoFull, err error) {
	if err := given(in.Reason); err != nil {
		return out, err
	}
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return out, err
	}
	if err := s.node.Tombstone(c.Context(), site, in.Reason); err != nil {
		return out, err
	}
	return s.fullSite(c)
}

// stageInfo is one of the notices before a purge, over all contacts.
type stageInfo struct {
	Name    string             `json:"name"`
	Due     time.Time          `json:"due"`
	Notices []lifecycle.Notice `json:"notices" doc:"What was sent or tried, one for each contact"`
}

type endingInfo struct {
	ID        ids.Site    `json:"id"`
	Slug      string      `json:"slug"`
	Name      string      `json:"name"`
	Customer  string      `json:"customer"`
	Since     time.Time   `json:"since"`
	Reason    string      `json:"reason"`
	NotBefore time.Time   `json:"not_before" doc:"The earliest instant of a purge; notices that were late move it"`
	Stages    []stageInfo `json:"stages"`
	Contacts  int         `json:"contacts" doc:"Who have to be told"`
	Requests  []purgeInfo `json:"requests" doc:"Open requests for this tombstone"`
}

type endingList struct {
	Endings []endingInfo `json:"endings"`
}

func (s *Server) listEndings(c *call, _ none) (out endingList, err error) {
	out.Endings = []endingInfo{}
	requests, err := s.requests(c.Context(), time.Time{}, ids.Purge{}, 1000)
	if err != nil {
		return out, err
	}
	for _, site := range s.node.Fleet.All() {
		if site.State != fleet.Tombstoned {
			continue
		}
		e, err := s.ending(c.Context(), site)
		if err != nil {
			return out, err
		}
		for _, r := range requests {
			if r.Site == site.ID && r.Tombstone.Equal(site.StateSince) && r.State != lifecycle.Withdrawn {
				p, err := s.purge(c.Context(), r.ID)
				if err != nil {
					return out, err
				}
				e.Requests = append(e.Requests, p)
			}
		}
		out.Endings = append(out.Endings, e)
	}
	slices.SortFunc(out.Endings, func(a, b endingInfo) int { return a.NotBefore.Compare(b.NotBefore) })
	return out, nil
}

func (s *Server) ending(ctx context.Context, site *fleet.Site) (e endingInfo, err error) {
	e = endingInfo{ID: site.ID, Slug: site.Slug, Name: site.Name, Customer: s.customer(site), Since: site.StateSince, Reason: site.StateReason, Stages: []stageInfo{}, Requests: []purgeInfo{}}
	contacts, err := s.contactsOf(ctx, site)
	if err != nil {
		return e, err
	}
	e.Contacts = len(contacts)
	var notices []lifecycle.Notice
	err = s.node.control().Read(ctx, func(tx *volume.Tx) error {
		notices, err = lifecycle.Notices(ctx, tx, site.ID, site.StateSince)
		return err
	})
	e.NotBefore = lifecycle.NotBefore(site.StateSince, notices)
	for _, stage := range lifecycle.Stages {
		info := stageInfo{Name: stage.Name, Due: site.StateSince.Add(stage.Due), Notices: []lifecycle.Notice{}}
		for _, n := range notices {
			if n.Stage == stage.Name {
				info.Notices = append(info.Notices, n)
			}
		}
		e.Stages = append(e.Stages, info)
	}
	return e, err
}

// purgeInfo is a request with what people need to decide.
type purgeInfo struct {
	ID        ids.Purge            `json:"id"`
	Site      ids.Site             `json:"site"`
	SiteName  string               `json:"site_name"`
	Customer  string               `json:"customer"`
	Kind      string               `json:"kind"`
	Reason    string               `json:"reason"`
	Requester string               `json:"requester"`
	Requested time.Time            `json:"requested"`
	State     string               `json:"state"`
	Done      *time.Time           `json:"done"`
	Approvals []lifecycle.Approval `json:"approvals"`
	Missing   []string             `json:"missing" doc:"Every condition that is not met, in a sentence; each alone refuses the purge"`
}

func (s *Server) purgeOf(r lifecycle.Request) purgeInfo {
	p := purgeInfo{ID: r.ID, Site: r.Site, Kind: r.Kind, Reason: r.Reason, Requester: r.Requester, Requested: r.Requested, State: r.State, Done: r.Done,
		Approvals: append([]lifecycle.Approval{}, r.Approvals...), Missing: []string{}}
	if site, err := s.node.Fleet.Site(r.Site); err == nil {
		p.SiteName, p.Customer = site.Name, s.customer(site)
	}
	return p
}

func (s *Server) purge(ctx context.Context, id ids.Purge) (purgeInfo, error) {
	f, missing, err := s.node.PurgeRequest(ctx, id)
	if fault.Is(err, fault.KindNotFound) && !f.Request.ID.IsZero() { // the site is purged: there is nothing to measure any more
		err = nil
	}
	p := s.purgeOf(f.Request)
	p.Missing = append(p.Missing, missing...)
	return p, err
}

func (s *Server) requests(ctx context.Context, before time.Time, beforeID ids.Purge, limit int) (all []lifecycle.Request, err error) {
	err = s.node.control().Read(ctx, func(tx *volume.Tx) error {
		all, err = lifecycle.List(ctx, tx, before, beforeID, limit)
		return err
	})
	return all, err
}

type purgePage struct {
	Purges []purgeInfo `json:"purges" doc:"Without approvals and what is missing: ask for one"`
	Next   string      `json:"next,omitempty"`
}

func (s *Server) listPurges(c *call, _ none) (out purgePage, err error) {
	out.Purges = []purgeInfo{}
	limit, err := c.limitOf(50, 200)
	if err != nil {
		return out, err
	}
	var before time.Time
	var beforeID ids.Purge
	if c.cursor() != "" {
		if before, beforeID, err = readInstantCursor[ids.Purge](c.cursor()); err != nil {
			return out, err
		}
	}
	all, err := s.requests(c.Context(), before, beforeID, limit+1)
	if len(all) > limit {
		all = all[:limit]
		out.Next = instantCursor(all[limit-1].Requested, all[limit-1].ID.String())
	}
	for _, r := range all {
		out.Purges = append(out.Purges, s.purgeOf(r))
	}
	return out, err
}

type purgeAsk struct {
	Kind   string `json:"kind" doc:"end of contract, or legal erasure"`
	Reason string `json:"reason" doc:"Why, in a sentence: two others decide by it"`
}

func (s *Server) askPurge(c *call, in purgeAsk) (out purgeInfo, err error) {
	if err := given(in.Reason); err != nil {
		return out, err
	}
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return out, err
	}
	id, err := s.node.AskPurge(c.Context(), site, in.Kind, in.Reason)
	if err != nil {
		return out, err
	}
	return s.purge(c.Context(), id)
}

type purgeApproval struct {
	Site ids.Site `json:"site" doc:"The identifier of the site, again: an approval is for one site"`
}

func (s *Server) approvePurge(c *call, in purgeApproval) (out purgeInfo, err error) {
	if in.Site.IsZero() {
		return out, fault.Invalid("site", "Name the site whose purge you approve, by its identifier.")
	}
	err = s.node.control().Write(c.Context(), func(tx *volume.Tx) error { return lifecycle.Approve(c.Context(), tx, c.purge, in.Site) })
	if err != nil {
		return out, err
	}
	return s.purge(c.Context(), c.purge)
}

func (s *Server) withdrawPurge(c *call, in reasonRequest) (out purgeInfo, err error) {
	if err := given(in.Reason); err != nil {
		return out, err
	}
	if out, err = s.purge(c.Context(), c.purge); err != nil {
		return out, err
	}
	err = s.node.control().Write(c.Context(), func(tx *volume.Tx) error { return lifecycle.Withdraw(c.Context(), tx, c.purge) })
	if err != nil {
		return out, err
	}
	op, err := s.node.Fleet.Begin(c.Context(), "purge request withdrawn", out.Site.String(), in.Reason, c.purge.String())
	if err == nil {
		err = s.node.Fleet.Finish(c.Context(), op, "done", c.purge.String())
	}
	if err != nil {
		return out, err
	}
	return s.purge(c.Context(), c.purge)
}
