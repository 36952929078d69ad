package app

import (
	"encoding/json"
	"fmt"
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/lossreport"
)

func (s *Server) reportOperations() []operation {
	return []operation{
		operate("GET", "/sites/{site}/roots.json", "siteRoots", "Where the chains of a site stand, signed, for its customer to keep", s.siteRoots),
		operate("POST", "/sites/{site}/restores/{operation}/report", "createReport", "What a restore brought back and what it did not; with the customer's roots it begins where they stand", s.createReport).upTo(4 << 20),
		download("GET", "/sites/{site}/restores/{operation}/report.json", "downloadReport", "The loss report as JSON", "application/json", s.reportFile("json")),
		download("GET", "/sites/{site}/restores/{operation}/report.html", "downloadReportPage", "The loss report as a page for people, which carries the report itself", "text/html", s.reportFile("html")),
	}
}

func (s *Server) siteRoots(c *call, _ none) (lossreport.Roots, error) {
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return lossreport.Roots{}, err
	}
	return s.node.Roots(c.Context(), site)
}

type reportRequest struct {
	Roots *lossreport.Roots `json:"roots,omitempty" doc:"What the customer was handed beforehand"`
}

func (s *Server) createReport(c *call, in reportRequest) (lossreport.Report, error) {
	if in.Roots != nil {
		if err := in.Roots.Check(); err != nil {
			return lossreport.Report{}, fault.Wrap(err, fault.KindInvalid, "The roots are not what this installation signed: %s", err)
		}
	}
	return s.report(c.Request, c.site, c.operation, in.Roots)
}

func (s *Server) report(r *http.Request, id ids.Site, op ids.Operation, roots *lossreport.Roots) (lossreport.Report, error) {
	site, err := s.node.Fleet.Site(id)
	if err != nil {
		return lossreport.Report{}, err
	}
	return s.node.LossReport(r.Context(), site, op, roots)
}

// reportFile gives the report as a file to save and hand over.
func (s *Server) reportFile(form string) func(http.ResponseWriter, *call, none) error {
	return func(w http.ResponseWriter, c *call, _ none) error {
		r, err := s.report(c.Request, c.site, c.operation, nil)
		if err != nil {
			return err
		}
		h := w.Header()
		h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="loss-report-%s-%s.%s"`, r.Slug, c.operation, form))
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
}
