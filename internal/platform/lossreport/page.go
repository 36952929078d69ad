package lossreport

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"time"
)

//go:embed page.tmpl
var pageFile embed.FS

var pageTemplate = template.Must(template.New("page.tmpl").Funcs(template.FuncMap{
	"instant": func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04:05.000 UTC") },
	"verb": func(op string) string {
		switch op {
		case "create":
			return "created"
		case "delete":
			return "removed"
		}
		return "changed"
	},
}).ParseFS(pageFile, "page.tmpl"))

// Page writes a signed report as a page for people, which carries the report itself: Parse reads it back.
func Page(r Report) ([]byte, error) {
	b, err := json.Marshal(r) // escapes < and >, so that no content can end the element that carries it
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = pageTemplate.Execute(&out, struct {
		Report
		JSON template.JS
	}{r, template.JS(b)}) //nolint:gosec // JSON of our own with every angle bracket escaped
	return out.Bytes(), err
}
