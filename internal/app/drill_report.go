package app

import (
	"bytes"
	_ "embed"
	"html/template"
)

//go:embed drill_report.tmpl
var drillReportText string

var drillReport = template.Must(template.New("drill").Parse(drillReportText))

// page is the result as a page for people.
func (r DrillResult) page() ([]byte, error) {
	var b bytes.Buffer
	err := drillReport.Execute(&b, struct {
		DrillResult
		Figures []figure
	}{r, r.figures()})
	return b.Bytes(), err
}
