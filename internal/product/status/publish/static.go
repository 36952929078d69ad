package publish

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/product/status/shortid"
)

// Static serves copies from a folder: of one page, of one site, or of all sites. It needs nothing else, and takes over what is published while it runs.
type Static struct {
	dir   string
	clock clock.Clock

	mu    sync.RWMutex
	files map[string]*staticFile // by path in the folder
	hits  map[string]*staticFile // by host and path of requests that were answered with it a moment ago
	bytes int
}

type staticFile struct {
	*file
	modified time.Time
	checked  time.Time
}

// NewStatic serves a folder.
func NewStatic(dir string, c clock.Clock) *Static {
	return &Static{dir: dir, clock: c, files: map[string]*staticFile{}, hits: map[string]*staticFile{}}
}

// fresh is how long a file is served without looking whether it changed.
const fresh = 500 * time.Millisecond

// ServeHTTP implements http.Handler. A page is at the root and below /status/, as on the live site; other pages of a site below /status/p/; other
// sites below /s/.
func (s *Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions:
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Methods", "GET, HEAD")
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		s.say(w, http.StatusServiceUnavailable, "This is a copy of the status page. It shows what is going on, but nothing can be changed here: try again later.")
		return
	}
	key := r.Host + r.URL.Path
	s.mu.RLock()
	hit := s.hits[key]
	s.mu.RUnlock()
	if hit != nil && s.clock.Now().Sub(hit.checked) < fresh {
		hit.serve(w, r)
		return
	}
	if bare(r.URL.Path) {
		Redirect(w, r)
		return
	}
	dir, rest := s.place(r)
	name, slash := Clean(rest)
	if dir == "" || strings.Contains(name, "..") || strings.Contains(name, "\\") || hidden(name) {
		s.say(w, http.StatusNotFound, "There is no such page.")
		return
	}
	if name != "" && isPage(name) && !slash {
		Redirect(w, r)
		return
	}
	f := s.file(filepath.Join(dir, filepath.FromSlash(FileName(name))), name)
	if f == nil {
		s.say(w, http.StatusNotFound, "There is no such page.")
		return
	}
	s.mu.Lock()
	if len(s.hits) > maxHits {
		s.hits = map[string]*staticFile{}
	}
	s.hits[key] = f
	s.mu.Unlock()
	f.serve(w, r)
}

// maxHits bounds the requests that are remembered.
const maxHits = 10_000

// bare tells whether a path names a page without the slash that its relative links need.
func bare(path string) bool {
	if path == "/status" {
		return true
	}
	for _, prefix := range []string{"/status/p/", "/s/"} {
		if rest, ok := strings.CutPrefix(path, prefix); ok && rest != "" && !strings.Contains(rest, "/") {
			return true
		}
	}
	return strings.HasPrefix(path, "/s/") && strings.HasSuffix(path, "/status")
}

// hidden keeps what is not part of the page from being read: temporary files and the manifest.
func hidden(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return true
		}
	}
	return name == manifestName || name == indexName
}

// place finds the folder of the page that a request is for, and the rest of the path below it.
func (s *Static) place(r *http.Request) (dir, rest string) {
	site, path := s.dir, r.URL.Path
	if is(filepath.Join(s.dir, manifestName)) {
		return s.dir, below(path)
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if !is(filepath.Join(s.dir, indexName)) { // a folder of sites
		if site, path = s.site(host, path); site == "" {
			return "", ""
		}
	}
	x, err := ReadIndex(site)
	if err != nil || x.First == "" {
		return "", ""
	}
	id := x.First
	if own, ok := x.Domains[strings.ToLower(host)]; ok {
		id = own
	}
	if p, ok := strings.CutPrefix(path, "/status/p/"); ok {
		if id, path, _ = strings.Cut(p, "/"); !shortid.Valid(id) {
			return "", ""
		}
		return filepath.Join(site, id), path
	}
	return filepath.Join(site, id), below(path)
}

// below takes the prefix /status away.
func below(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, "/status"), "/")
}

// site finds the site of a request in a folder of sites: by /s/slug/, by own domain, by the first label of the host, else the only one.
func (s *Static) site(host, path string) (dir, rest string) {
	if p, ok := strings.CutPrefix(path, "/s/"); ok {
		slug, rest, _ := strings.Cut(p, "/")
		if slug != "" && !strings.ContainsAny(slug, `./\`) && is(filepath.Join(s.dir, slug, indexName)) {
			return filepath.Join(s.dir, slug), "/" + rest
		}
		return "", ""
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return "", ""
	}
	label, _, _ := strings.Cut(host, ".")
	var sites []string
	for _, e := range entries {
		x, err := ReadIndex(filepath.Join(s.dir, e.Name()))
		if err != nil || x.First == "" {
			continue
		}
		if _, own := x.Domains[strings.ToLower(host)]; own || e.Name() == label {
			return filepath.Join(s.dir, e.Name()), path
		}
		sites = append(sites, e.Name())
	}
	if len(sites) == 1 {
		return filepath.Join(s.dir, sites[0]), path
	}
	return "", ""
}

func is(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// file reads a file with its compressed forms, or gives what it read before when that did not change.
func (s *Static) file(path, name string) *staticFile {
	s.mu.RLock()
	f := s.files[path]
	s.mu.RUnlock()
	now := s.clock.Now()
	if f != nil && now.Sub(f.checked) < fresh {
		return f
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	if f != nil && f.modified.Equal(info.ModTime()) {
		f = &staticFile{f.file, f.modified, now}
	} else {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		e := Encoded{Plain: b}
		e.Gzip, e.Brotli = beside(path+".gz", info.ModTime()), beside(path+".br", info.ModTime())
		f = &staticFile{newFile(name, e), info.ModTime(), now}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.files[path]; old != nil {
		s.bytes -= len(old.Plain)
	}
	if s.bytes += len(f.Plain); s.bytes > maxHeld {
		s.files, s.bytes = map[string]*staticFile{}, len(f.Plain)
	}
	s.files[path] = f
	return f
}

// beside reads a compressed form. They are written before the file itself; one that is newer belongs to a file that is just about to come.
func beside(path string, modified time.Time) []byte {
	info, err := os.Stat(path)
	if err != nil || info.ModTime().After(modified) {
		return nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return b
}

func (s *Static) say(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Security-Policy", csp)
	h.Set("X-Content-Type-Options", "nosniff")
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "60")
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Status</title><main><h1>Status</h1><p>` + text + `</p><p><a href="/">Current status</a></p></main></html>`))
}
