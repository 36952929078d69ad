package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"holdfast.dev/internal/product/status/public"
)

// file is a document ready to be served.
type file struct {
	Encoded
	contentType string
	etag        string // strong, of the plain form
	asset       bool   // its name changes with its content
}

func newFile(name string, e Encoded) *file {
	sum := sha256.Sum256(e.Plain)
	return &file{Encoded: e, contentType: public.Type(name), etag: hex.EncodeToString(sum[:12]), asset: strings.HasPrefix(name, "assets/")}
}

// csp lets pages load style, images and fonts of their own and send forms to themselves; there are no scripts at all.
const csp = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// serve answers a GET or HEAD with a document.
func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Content-Type"] = []string{f.contentType}
	h["X-Content-Type-Options"] = []string{"nosniff"}
	h["Vary"] = []string{"Accept-Encoding"}
	if f.asset {
		h["Cache-Control"] = []string{"public, max-age=31536000, immutable"}
	} else {
		h["Cache-Control"] = []string{"public, max-age=5, stale-while-revalidate=30, stale-if-error=86400"}
	}
	if strings.HasPrefix(f.contentType, "text/html") {
		h["Content-Security-Policy"] = []string{csp}
		h["Referrer-Policy"] = []string{"strict-origin-when-cross-origin"}
	} else {
		h["Access-Control-Allow-Origin"] = []string{"*"}
		h["Cross-Origin-Resource-Policy"] = []string{"cross-origin"}
	}
	body, suffix := f.Plain, ""
	accepted := r.Header.Get("Accept-Encoding")
	switch {
	case f.Brotli != nil && accepts(accepted, "br"):
		body, suffix = f.Brotli, "-br"
		h["Content-Encoding"] = []string{"br"}
	case f.Gzip != nil && accepts(accepted, "gzip"):
		body, suffix = f.Gzip, "-gz"
		h["Content-Encoding"] = []string{"gzip"}
	}
	etag := `"` + f.etag + suffix + `"`
	h["Etag"] = []string{etag}
	if match := r.Header.Get("If-None-Match"); match != "" && (match == "*" || strings.Contains(match, f.etag)) {
		delete(h, "Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader went away
	}
}

// accepts tells whether an Accept-Encoding header names an encoding without refusing it.
func accepts(header, encoding string) bool {
	i := strings.Index(header, encoding)
	if i < 0 {
		return false
	}
	rest := header[i+len(encoding):]
	q, _, _ := strings.Cut(rest, ",")
	q = strings.ReplaceAll(q, " ", "")
	return q != ";q=0" && q != ";q=0.0" && (i == 0 || header[i-1] == ' ' || header[i-1] == ',')
}

// Clean gives the name of a document from the path of a request below the page, and whether the path has the slash at its end that pages (and only
// they) need for their relative links.
func Clean(path string) (name string, slash bool) {
	slash = strings.HasSuffix(path, "/") || path == ""
	return strings.Trim(path, "/"), slash
}

// page tells whether a document is one that people read in a browser: it needs a slash at the end.
func isPage(name string) bool { return public.Type(name) == public.Type("") }

// Redirect sends a browser to the same page with the slash at its end, wherever the page lives.
func Redirect(w http.ResponseWriter, r *http.Request) {
	last := r.URL.EscapedPath()
	last = last[strings.LastIndexByte(last, '/')+1:] + "/"
	if r.URL.RawQuery != "" {
		last += "?" + r.URL.RawQuery
	}
	w.Header().Set("Location", "./"+last)
	w.WriteHeader(http.StatusMovedPermanently)
}
