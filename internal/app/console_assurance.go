package app

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/assurance"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
)

func (s *Server) assuranceOperations() []operation {
	return []operation{
		operate("GET", "/proofs", "listProofs", "How the backup of every site, organization and of the control database stands", s.listProofs).takes(append([]queryParam{
			{"q", "Part of the name or of the customer's, or an identifier", "string"}, {"state", "Only proven, failed, overdue or waiting; bad for failed and overdue", "string"},
			{"sort", "worst (the default), oldest, newest, largest, slowest or name", "string"}}, pageParams...)...),
		operate("GET", "/sites/{site}/proof", "siteProof", "How the backup of a site stands, with its newest tests", s.siteProof),
		operate("POST", "/sites/{site}/proof", "testRestore", "Restore the backup of a site into scratch now, prove it and remove it again; the site is not touched", s.testRestore).answers(http.StatusAccepted),
		operate("GET", "/assurance", "getAssurance", "When alarms about backups are raised and where they go", s.getAssurance),
		operate("PUT", "/assurance", "setAssurance", "Change when alarms about backups are raised and where they go", s.setAssurance),
		operate("GET", "/drills", "listDrills", "Drills that were held, newest first", s.listDrills).takes(append([]queryParam{{"scenario", "Only this one", "string"}}, pageParams...)...),
	}
}

type proofPage struct {
	Proofs      []ProofRow     `json:"proofs"`
	Total       int            `json:"total" doc:"That fit, on all pages"`
	States      map[string]int `json:"states" doc:"How many there are in each state, whatever the filter"`
	OverdueDays int            `json:"overdue_days"`
	Looked      *time.Time     `json:"looked" doc:"The last sign of life of the tester; it leaves one an hour"`
	Next        string         `json:"next,omitempty"`
}

var proofOrders = map[string]func(a, b ProofRow) int{
	"worst": func(a, b ProofRow) int {
		return cmp.Or(cmp.Compare(badness[a.State], badness[b.State]), a.Since.Compare(b.Since))
	},
	"oldest":  func(a, b ProofRow) int { return a.Since.Compare(b.Since) },
	"newest":  func(a, b ProofRow) int { return b.Since.Compare(a.Since) },
	"largest": func(a, b ProofRow) int { return cmp.Compare(b.Bytes, a.Bytes) },
	"slowest": func(a, b ProofRow) int { return cmp.Compare(b.Seconds, a.Seconds) },
	"name":    func(a, b ProofRow) int { return strings.Compare(a.Name, b.Name) },
}

var badness = map[string]int{assurance.StateFailed: 0, assurance.StateOverdue: 1, assurance.StateWaiting: 2, assurance.StateProven: 3}

func (s *Server) listProofs(c *call, _ none) (out proofPage, err error) {
	limit, err := c.limitOf(100, 500)
	if err != nil {
		return out, err
	}
	q := c.URL.Query()
	state, text := q.Get("state"), strings.ToLower(strings.TrimSpace(q.Get("q")))
	if _, ok := badness[state]; !ok && state != "" && state != "bad" {
		return out, fault.Invalid("state", "Say proven, failed, overdue, waiting or bad.")
	}
	order, ok := proofOrders[cmp.Or(q.Get("sort"), "worst")]
	if !ok {
		return out, fault.Invalid("sort", "Say worst, oldest, newest, largest, slowest or name.")
	}
	from := 0
	if c.cursor() != "" {
		if from, err = strconv.Atoi(c.cursor()); err != nil || from < 0 {
			return out, errCursor
		}
	}
	rows, settings, looked, err := s.node.Proofs(c.Context())
	if err != nil {
		return out, err
	}
	out = proofPage{States: map[string]int{}, OverdueDays: settings.OverdueDays}
	if !looked.IsZero() {
		out.Looked = &looked
	}
	fit := []ProofRow{}
	for _, row := range rows {
		out.States[row.State]++
		if state == "bad" && badness[row.State] > 1 || state != "" && state != "bad" && row.State != state {
			continue
		}
		if text == "" || strings.Contains(strings.ToLower(row.Name+"\n"+row.Slug+"\n"+row.Customer+"\n"+row.Owner), text) {
			fit = append(fit, row)
		}
	}
	slices.SortStableFunc(fit, func(a, b ProofRow) int { return cmp.Or(order(a, b), strings.Compare(a.Owner, b.Owner)) })
	out.Total = len(fit)
	out.Proofs = fit[min(from, len(fit)):min(from+limit, len(fit))]
	if from+limit < len(fit) {
		out.Next = strconv.Itoa(from + limit)
	}
	return out, nil
}

type proofInfo struct {
	Proof *ProofRow        `json:"proof" doc:"Null until the site is enrolled, within an hour of its creation"`
	Tests []assurance.Test `json:"tests" doc:"Newest first, at most 60"`
}

// testsShown bounds the tests of a site that are told of.
const testsShown = 60

func (s *Server) siteProof(c *call, _ none) (out proofInfo, err error) {
	out.Tests = []assurance.Test{}
	if _, err := s.node.Fleet.Site(c.site); err != nil {
		return out, err
	}
	proofs, err := s.proofsOf(c.Context(), c.site)
	if err != nil {
		return out, err
	}
	out.Proof = proofs[c.site]
	err = s.node.control().Read(c.Context(), func(tx *volume.Tx) error {
		tests, err := assurance.Tests(c.Context(), tx, c.site.String(), testsShown)
		out.Tests = append(out.Tests, tests...)
		return err
	})
	return out, err
}

// proofsOf tells how the backups of some sites stand.
func (s *Server) proofsOf(ctx context.Context, sites ...ids.Site) (map[ids.Site]*ProofRow, error) {
	out := map[ids.Site]*ProofRow{}
	now, testing := s.node.Clock.Now(), s.node.tester.Running()
	err := s.node.control().Read(ctx, func(tx *volume.Tx) error {
		settings, err := assurance.ReadSettings(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range sites {
			p, ok, err := assurance.Of(ctx, tx, id.String())
			if err != nil {
				return err
			}
			if ok {
				row := &ProofRow{Proof: p, State: p.State(now, settings.Overdue()), Testing: slices.Contains(testing, p.Owner)}
				s.node.nameProof(row)
				out[id] = row
			}
		}
		return nil
	})
	return out, err
}

// testRestore begins a test that goes on when the request has ended. What it does to nobody needs no reason.
func (s *Server) testRestore(c *call, _ none) (proofInfo, error) {
	if _, err := s.node.Fleet.Site(c.site); err != nil {
		return proofInfo{}, err
	}
	ctx := identity.With(context.WithoutCancel(c.Context()), identity.From(c.Context()))
	ended := make(chan error, 1)
	s.node.running.Go(func() {
		_, err := s.node.tester.Test(ctx, c.site.String())
		if err != nil {
			s.node.Log.Error("a restore test that was asked for", "site", c.site.String(), "error", err)
		}
		ended <- err
	})
	select {
	case err := <-ended:
		if err != nil {
			return proofInfo{}, err
		}
	case <-time.After(soon):
	}
	return s.siteProof(c, none{})
}

type assuranceInfo struct {
	assurance.Settings
	HeartbeatAuthorized bool `json:"heartbeat_authorized" doc:"An authorization is sent with the heartbeat; what it is, is not given back"`
}

func (s *Server) getAssurance(c *call, _ none) (out assuranceInfo, err error) {
	err = s.node.control().Read(c.Context(), func(tx *volume.Tx) error {
		out.Settings, err = assurance.ReadSettings(c.Context(), tx)
		return err
	})
	out.HeartbeatAuthorized, out.HeartbeatAuthorization = out.HeartbeatAuthorization != "", ""
	return out, err
}

func (s *Server) setAssurance(c *call, in assurance.Settings) (assuranceInfo, error) {
	err := s.node.control().Write(c.Context(), func(tx *volume.Tx) error { return assurance.SetSettings(c.Context(), tx, in) })
	if err != nil {
		return assuranceInfo{}, err
	}
	return s.getAssurance(c, none{})
}

type drillPage struct {
	Drills []assurance.DrillRun `json:"drills"`
	Next   string               `json:"next,omitempty"`
}

func (s *Server) listDrills(c *call, _ none) (out drillPage, err error) {
	out.Drills = []assurance.DrillRun{}
	limit, err := c.limitOf(100, 500)
	if err != nil {
		return out, err
	}
	var before time.Time
	var beforeID ids.Operation
	if c.cursor() != "" {
		if before, beforeID, err = readInstantCursor[ids.Operation](c.cursor()); err != nil {
			return out, err
		}
	}
	var all []assurance.DrillRun
	err = s.node.control().Read(c.Context(), func(tx *volume.Tx) error {
		all, err = assurance.Drills(c.Context(), tx, c.URL.Query().Get("scenario"), before, beforeID, limit+1)
		return err
	})
	if len(all) > limit {
		all = all[:limit]
		out.Next = instantCursor(all[limit-1].At, all[limit-1].ID.String())
	}
	out.Drills = append(out.Drills, all...)
	return out, err
}

// sortProofs puts what is worst first.
func sortProofs(rows []ProofRow) {
	slices.SortStableFunc(rows, func(a, b ProofRow) int { return cmp.Or(proofOrders["worst"](a, b), strings.Compare(a.Owner, b.Owner)) })
}
