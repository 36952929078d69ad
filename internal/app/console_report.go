package app

import (
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/lossreport"
)

func (s *Server) reportOperations() []operation {
	return []operation{
		operate("GET", "/sites/{site}/roots.json", "siteRoots", "Where the chains of a site stand, signed, for its customer to keep", s.siteRoots),
		operate("POST", "/sites/{site}/restores/{operation}/report", "createReport", "Make the loss report of a restore, verify it and keep it; with the customer's roots it begins where they stand", s.createReport).answers(http.StatusCreated).upTo(4 << 20),
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

// createReport makes a report, verifies it and keeps it. Without roots it begins with the site.
func (s *Server) createReport(c *call, in reportRequest) (out keptReport, err error) {
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return out, err
	}
	if in.Roots != nil {
		if err := in.Roots.Check(); err != nil {
			return out, fault.Wrap(err, fault.KindInvalid, "The roots are not what this installation signed: %s", err)
		}
	}
	_, kept, err := s.node.KeepReport(c.Context(), site, c.operation, in.Roots)
	return s.named(kept), err
}

func (s *Server) report(r *http.Request, id ids.Site, op ids.Operation, roots *lossreport.Roots) (lossreport.Report, error) {
	site, err := s.node.Fleet.Site(id)
	if err != nil {
		return lossreport.Report{}, err
	}
	return s.node.LossReport(r.Context(), site, op, roots)
}

// reportFile gives a report that is made for this once and not kept.
func (s *Server) reportFile(form string) func(http.ResponseWriter, *call, none) error {
	return func(w http.ResponseWriter, c *call, _ none) error {
		r, err := s.report(c.Request, c.site, c.operation, nil)
		if err != nil {
			return err
		}
		return writeReport(w, r, form, c.operation.String())
	}
}

// badID says what is wrong with an identifier in a query or a body.
func badID(name string, err error) error {
	return fault.Wrap(err, fault.KindInvalid, "%s: %s", name, err)
}
