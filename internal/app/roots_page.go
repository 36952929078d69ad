package app

import (
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/lossreport"
	"holdfast.dev/internal/platform/volume"
)

// rootsPage is where a customer takes the roots of a site from: no login, no site, no script. It shows hashes and numbers, nothing of what the site holds.
var rootsPage = template.Must(template.New("roots").Funcs(template.FuncMap{"instant": func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }}).Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Roots of {{.Name}}</title>
<style>
body{font:1rem/1.6 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1a1d21;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}a{color:#0b5bd3}
code,pre{font:0.9rem/1.5 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}pre{background:#f2f4f7;padding:.75rem;border-radius:6px}
li{border-top:1px solid #c9ced6;padding:.5rem 0}ul{list-style:none;padding:0}small{color:#4a5361}
.get{display:inline-block;padding:.5rem 1rem;border-radius:6px;background:#0b5bd3;color:#fff;text-decoration:none}
@media (prefers-color-scheme:dark){body{color:#e7e9ec;background:#15181c}a{color:#7db2ff}pre{background:#20252b}small{color:#a9b1bc}li{border-color:#3a414b}.get{background:#7db2ff;color:#10131a}}
</style>
</head>
<body>
<main>
<h1>Roots of {{.Name}}</h1>
<p>A few signed hashes that fix the whole history of your site up to a moment. Keep them somewhere that we cannot reach. Should we ever have to restore your site,
they let you check our report of what came back and what did not, without trusting us and without a network.</p>
<p><a class="get" href="{{.Path}}/{{.Newest.ID}}" download>Download the newest, of {{instant .Newest.At}}</a></p>
<p><small>They reach to {{.Newest.Commits}}. Signed with the key <code>{{.Newest.Roots.PublicKey}}</code></small></p>
<h2>How to check a report</h2>
<pre>holdfast report verify REPORT --roots FILE</pre>
<p>It needs the program and the two files, and nothing else.</p>
{{if .Earlier}}<h2>Earlier ones</h2>
<ul>{{range .Earlier}}<li><a href="{{$.Path}}/{{.ID}}" download>{{instant .At}}</a> <small>{{.Commits}}</small></li>
{{end}}</ul>{{end}}
</main>
</body>
</html>
`))

// rootsShown bounds the roots on a customer's page.
const rootsShown = 60

// rootsRoutes lists the pages behind the link that customers get; they belong to no site.
func (s *Server) rootsRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/roots/{token}", Permission: httpkit.Public, Handler: s.getRootsPage, Dialect: httpkit.Platform},
		{Method: "GET", Path: "/roots/{token}/{roots}", Permission: httpkit.Public, Handler: s.getRootsFile, Dialect: httpkit.Platform},
	}
}

func (s *Server) getRootsPage(w http.ResponseWriter, r *http.Request) error {
	site, err := s.node.siteOfToken(r.PathValue("token"))
	if err != nil {
		return err
	}
	all, err := s.freshRoots(r, site)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	noStore(w.Header())
	return rootsPage.Execute(w, struct {
		Name, Path string
		Newest     lossreport.Handed
		Earlier    []lossreport.Handed
	}{site.Name, "/roots/" + r.PathValue("token"), all[0], all[1:]})
}

func noStore(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
}

// freshRoots gives the roots of a site that were handed out, newest first, with new ones before them when there are none of the last hour. Whoever has the link
// makes at most that much work.
func (s *Server) freshRoots(r *http.Request, site *fleet.Site) (all []lossreport.Handed, err error) {
	ctx := identity.AsSystem(r.Context(), "roots")
	err = s.node.control().Read(ctx, func(tx *volume.Tx) error {
		all, err = lossreport.HandedTo(ctx, tx, site.ID, rootsShown)
		return err
	})
	if err != nil || len(all) > 0 && s.node.Clock.Now().Sub(all[0].At) < rootsAge {
		return all, err
	}
	if len(all) > 0 {
		commits, err := s.node.commitsInVault(ctx, site)
		if err != nil || commits == all[0].Commits {
			return all, err // nothing happened since: the ones that are there are as good
		}
	}
	s.rooting.Lock() // two visitors make one
	defer s.rooting.Unlock()
	h, err := s.node.keepRoots(ctx, site, "page", nil)
	return append([]lossreport.Handed{h}, all...), err
}

func (s *Server) getRootsFile(w http.ResponseWriter, r *http.Request) error {
	site, err := s.node.siteOfToken(r.PathValue("token"))
	if err != nil {
		return err
	}
	id, err := ids.Parse[ids.Operation](r.PathValue("roots"))
	if err != nil {
		return errNoLink
	}
	var h lossreport.Handed
	var ok bool
	err = s.node.control().Read(r.Context(), func(tx *volume.Tx) error {
		h, ok, err = lossreport.HandedBy(r.Context(), tx, id)
		return err
	})
	if err != nil {
		return err
	}
	if !ok || h.Site != site.ID {
		return errNoLink
	}
	b, err := json.MarshalIndent(h.Roots, "", "  ")
	if err != nil {
		return err
	}
	noStore(w.Header())
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="roots-%s-%s.json"`, site.Slug, h.At.UTC().Format("2006-01-02T1504")))
	return httpkit.Bytes(w, http.StatusOK, b)
}
