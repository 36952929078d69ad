package app

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/ui"
)

// pages serves the web interface: hashed assets as immutable, precompressed where the browser takes it, and for every other path the
// one page, which is told where it lives.
func (s *Server) pages() http.Handler {
	files := ui.Files()
	index, err := fs.ReadFile(files, "index.html")
	if err != nil {
		index = []byte("<!doctype html><title>Holdfast</title><p>The web interface was not built into this binary: run <code>make build</code>. The API works.")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		switch {
		case dialectOf("/"+name) != httpkit.Platform:
			httpkit.Fail(s.node.Log, w, r, dialectOf("/"+name), fault.NotFound("There is no such operation."))
		case strings.HasPrefix(name, "platform/"): // the operators' API: a program that mistypes a path must not take a page for an answer
			httpkit.Fail(s.node.Log, w, r, httpkit.Platform, fault.NotFound("There is no such operation."))
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			http.Error(w, "There is nothing here that could be changed.", http.StatusMethodNotAllowed)
		case name != "" && name != "index.html" && serveAsset(w, r, files, name):
		case strings.HasPrefix(name, "assets/") || strings.HasPrefix(name, "api/"):
			http.NotFound(w, r)
		default:
			s.servePage(w, r, index)
		}
	})
}

func serveAsset(w http.ResponseWriter, r *http.Request, files fs.FS, name string) bool {
	h := w.Header()
	for _, enc := range []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}, {"", ""}} {
		if enc.name != "" && !strings.Contains(r.Header.Get("Accept-Encoding"), enc.name) {
			continue
		}
		b, err := fs.ReadFile(files, name+enc.suffix)
		if err != nil {
			continue
		}
		if enc.name != "" {
			h.Set("Content-Encoding", enc.name)
		}
		h.Set("Vary", "Accept-Encoding")
		h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		h.Set("Cache-Control", "no-cache")
		if strings.HasPrefix(name, "assets/") {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		_, _ = w.Write(b)
		return true
	}
	return false
}

func (s *Server) servePage(w http.ResponseWriter, r *http.Request, index []byte) {
	base := ""
	if site := httpkit.SiteFrom(r.Context()); site != nil {
		base = site.BasePath
	}
	boot, err := json.Marshal(map[string]string{"basePath": base, "version": Version})
	if err != nil {
		http.Error(w, "Internal server error", http.StatusInternalServerError)
		return
	}
	script := append(append([]byte(`<script type="application/json" id="holdfast-boot">`), boot...), []byte(`</script>`)...)
	page := bytes.Replace(index, []byte("<!--holdfast-boot-->"), script, 1)
	page = bytes.ReplaceAll(page, []byte(`="/assets/`), []byte(`="`+base+`/assets/`))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(page)
}
