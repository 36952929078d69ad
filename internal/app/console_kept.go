package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/lossreport"
	"holdfast.dev/internal/platform/volume"
)

func (s *Server) keptReportOperations() []operation {
	return []operation{
		operate("GET", "/reports", "listReports", "Loss reports that were made: by whom, for which restore, and whether they are true; newest first", s.listReports).takes(append([]queryParam{
			{"site", "Only of this site, by its identifier", "string"}}, pageParams...)...),
		operate("POST", "/reports/{report}/verify", "verifyReport", "Verify a loss report again, as its file is now, against all roots that its customer was handed before", func(c *call, _ none) (keptReport, error) {
			k, err := s.node.VerifyReport(c.Context(), c.report)
			return s.named(k), err
		}),
		download("GET", "/reports/{report}/report.json", "downloadKeptReport", "A loss report that was made, as JSON", "application/json", s.keptFile("json")),
		download("GET", "/reports/{report}/report.html", "downloadKeptPage", "A loss report that was made, as a page that carries the report itself", "text/html", s.keptFile("html")),
		operate("GET", "/sites/{site}/roots", "siteRootsHanded", "The roots that the customer of a site was handed, how, and when the next ones go out", s.rootsHanded),
		operate("POST", "/sites/{site}/roots", "handRoots", "Make the roots of a site now and hand them to its contacts and its customer's address", s.handRoots).answers(http.StatusAccepted),
		operate("PUT", "/sites/{site}/roots/address", "setRootsAddress", "Say which address of the customer's is called with roots", s.setRootsAddress),
	}
}

type keptReport struct {
	lossreport.Kept
	SiteName string `json:"site_name"`
	Customer string `json:"customer"`
	True     bool   `json:"true" doc:"What verifying it last found"`
}

type keptPage struct {
	Reports []keptReport `json:"reports"`
	Next    string       `json:"next,omitempty"`
}

func (s *Server) named(k lossreport.Kept) keptReport {
	out := keptReport{Kept: k, True: k.Wrong == ""}
	if site, err := s.node.Fleet.Site(k.Site); err == nil {
		out.SiteName, out.Customer = site.Name, s.customer(site)
	}
	return out
}

func (s *Server) listReports(c *call, _ none) (out keptPage, err error) {
	out.Reports = []keptReport{}
	limit, err := c.limitOf(50, 200)
	if err != nil {
		return out, err
	}
	var site ids.Site
	if text := c.URL.Query().Get("site"); text != "" {
		if site, err = ids.Parse[ids.Site](text); err != nil {
			return out, badID("site", err)
		}
	}
	var before time.Time
	var beforeID ids.Report
	if c.cursor() != "" {
		if before, beforeID, err = readInstantCursor[ids.Report](c.cursor()); err != nil {
			return out, err
		}
	}
	var all []lossreport.Kept
	err = s.node.control().Read(c.Context(), func(tx *volume.Tx) error {
		all, err = lossreport.List(c.Context(), tx, site, before, beforeID, limit+1)
		return err
	})
	if len(all) > limit {
		all = all[:limit]
		out.Next = instantCursor(all[limit-1].Created, all[limit-1].ID.String())
	}
	for _, k := range all {
		out.Reports = append(out.Reports, s.named(k))
	}
	return out, err
}

func (s *Server) keptFile(form string) func(http.ResponseWriter, *call, none) error {
	return func(w http.ResponseWriter, c *call, _ none) error {
		k, r, err := s.node.KeptReport(c.Context(), c.report)
		if err != nil {
			return err
		}
		return writeReport(w, r, form, k.ID.String())
	}
}

// writeReport gives a report as a file to save and hand over.
func writeReport(w http.ResponseWriter, r lossreport.Report, form, name string) error {
	h := w.Header()
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="loss-report-%s-%s.%s"`, r.Slug, name, form))
	h.Set("Cache-Control", "no-store")
	if form == "html" {
		page, err := lossreport.Page(r)
		if err != nil {
			return err
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		return httpkit.Bytes(w, http.StatusOK, page)
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return httpkit.Bytes(w, http.StatusOK, b)
}

type rootsInfo struct {
	Handed []lossreport.Handed `json:"handed" doc:"Newest first, at most 60"`
	Due    *time.Time          `json:"due" doc:"When the next ones go out, if anything was committed by then; null when they go out only when asked for"`
	URL    string              `json:"url" doc:"The address of the customer's that is called with them"`
	Link   string              `json:"link" doc:"Where the customer gets them without a login"`
}

func (s *Server) rootsHanded(c *call, _ none) (out rootsInfo, err error) {
	out.Handed = []lossreport.Handed{}
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return out, err
	}
	settings, err := s.getAssurance(c, none{})
	if err != nil {
		return out, err
	}
	err = s.node.control().Read(c.Context(), func(tx *volume.Tx) error {
		handed, err := lossreport.HandedTo(c.Context(), tx, site.ID, rootsShown)
		if err != nil {
			return err
		}
		out.Handed = append(out.Handed, handed...)
		for _, h := range out.Handed {
			for i := range h.Delivered {
				if id, err := ids.Parse[ids.Contact](h.Delivered[i].Receiver); err == nil {
					k, err := fleet.ContactIn(c.Context(), tx, id)
					if h.Delivered[i].Receiver = k.Email; err != nil {
						h.Delivered[i].Receiver = "a contact who is no more"
					}
				}
			}
		}
		plan, ok, err := lossreport.ScheduleOf(c.Context(), tx, site.ID)
		if out.URL = plan.URL; ok && settings.RootsDays > 0 {
			out.Due = &plan.Due
		}
		return err
	})
	out.Link = s.node.Options.BaseURL + "/roots/" + s.node.rootsToken(site.ID)
	return out, err
}

func (s *Server) handRoots(c *call, _ none) (out rootsInfo, err error) {
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return out, err
	}
	if _, err := s.node.HandRoots(c.Context(), site, "asked"); err != nil {
		return out, err
	}
	return s.rootsHanded(c, none{})
}

type rootsAddress struct {
	URL    string `json:"url" doc:"Empty for none"`
	Secret string `json:"secret,omitempty" doc:"Signs the calls (Standard Webhooks); without one, the old one stays while the address does"`
}

func (s *Server) setRootsAddress(c *call, in rootsAddress) (out rootsInfo, err error) {
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return out, err
	}
	if err := s.node.SetRootsURL(c.Context(), site, in.URL, in.Secret); err != nil {
		return out, err
	}
	return s.rootsHanded(c, none{})
}
