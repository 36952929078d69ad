package app

import (
	"html/template"
	"net/http"
	"time"

	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/incidentnotice"
	"holdfast.dev/internal/platform/volume"
)

// incidentPage is what a customer sees of an incident: no login, no site, no script.
var incidentPage = template.Must(template.New("incident").Funcs(template.FuncMap{"instant": func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }}).Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="60">
<title>How your sites stand</title>
<style>
body{font:1rem/1.6 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1a1d21;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
section,article{border-top:1px solid #c9ced6;padding:.75rem 0}
progress{width:100%}.text{white-space:pre-line}time{color:#4a5361}
@media (prefers-color-scheme:dark){body{color:#e7e9ec;background:#15181c}time{color:#a9b1bc}section,article{border-color:#3a414b}}
</style>
</head>
<body>
<main>
<h1>How the sites of {{.Customer}} stand</h1>
<p>{{if not .Closed.IsZero}}Over since {{instant .Closed}}.{{else}}Open since {{instant .Opened}}.{{end}} Other customers see nothing of this page.</p>
{{range .Sites}}<section aria-label="{{.Name}}">
<h2>{{.Name}}</h2>
<p>{{.State}}{{if .Estimate}}<br>{{.Estimate}}{{end}}</p>
{{if .Total}}<p><progress max="{{.Total}}" value="{{.Done}}">{{.Done}} of {{.Total}}</progress></p>{{end}}
<p>Found <time datetime="{{.Found.UTC.Format "2006-01-02T15:04:05Z"}}">{{instant .Found}}</time></p>
</section>
{{end}}<h2>What we wrote</h2>
{{range .Updates}}<article>
<p><time datetime="{{.At.UTC.Format "2006-01-02T15:04:05Z"}}">{{instant .At}}</time></p>
<p class="text">{{.Text}}</p>
</article>
{{end}}<p>To reach us, answer any of our mails: no login and no address of a site is needed.</p>
</main>
</body>
</html>
`))

// incidentRoutes lists the page of an incident, which belongs to no site.
func (s *Server) incidentRoutes() []httpkit.Route {
	return []httpkit.Route{{Method: "GET", Path: "/incident/{token}", Permission: httpkit.Public, Handler: s.getIncident, Dialect: httpkit.Platform}}
}

func (s *Server) getIncident(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var i incidentnotice.Incident
	err := s.node.control().Read(ctx, func(tx *volume.Tx) (err error) {
		i, err = incidentnotice.ByToken(ctx, tx, r.PathValue("token"))
		return err
	})
	if err != nil {
		return err
	}
	page := struct {
		Customer       string
		Opened, Closed time.Time
		Sites          []affectedSite
		Updates        []incidentnotice.Update
	}{Customer: "your organization", Opened: i.Opened, Sites: s.node.affected(ctx, i)}
	if org, err := s.node.Fleet.Org(i.Org); err == nil {
		page.Customer = org.Name
	}
	if i.Closed != nil {
		page.Closed = *i.Closed
	}
	for n := range i.Updates { // the newest first
		page.Updates = append(page.Updates, i.Updates[len(i.Updates)-1-n])
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	return incidentPage.Execute(w, page)
}
