package app

import (
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strconv"
	"strings"
)

// address is where a link leads: here, to a path under the site, or elsewhere, to a path of a host.
type address struct {
	here  bool
	host  string
	parts []string // of the path, without empty ones
	query url.Values
}

// parseAddress reads an address as people paste it: absolute, or a path with or without the site's prefix. ok is false for what no link could be.
func parseAddress(baseURL, basePath, given string) (a address, ok bool) {
	given = strings.TrimSpace(given)
	path, here := strings.CutPrefix(given, baseURL)
	here = here && baseURL != "" && (path == "" || strings.ContainsAny(path[:1], "/?#"))
	if !here {
		path, here = given, strings.HasPrefix(given, "/") && !strings.HasPrefix(given, "//")
		if rest, found := strings.CutPrefix(path, basePath+"/"); here && found {
			path = "/" + rest
		}
	}
	u, err := url.Parse(path)
	if err != nil || here && u.Host != "" || !here && u.Scheme != "https" && u.Scheme != "http" {
		return a, false
	}
	a = address{here: here, host: u.Hostname(), query: u.Query()}
	for p := range strings.SplitSeq(u.Path, "/") {
		if p != "" {
			a.parts = append(a.parts, p)
		}
	}
	return a, true
}

// part gives a part of the path, "" beyond its end.
func (a address) part(i int) string {
	if i < len(a.parts) {
		return a.parts[i]
	}
	return ""
}

func (a address) ofTracker() bool {
	return (a.part(0) == "browse" || a.part(0) == "projects") && a.part(1) != ""
}
func (a address) ofWiki() bool   { return a.part(0) == "wiki" && len(a.parts) > 1 }
func (a address) ofOncall() bool { return a.part(0) == "oncall" && a.part(2) != "" }
func (a address) ofStatus() bool { return a.part(0) == "status" || a.part(0) == "statuspages" }

// wikiContent gives the identifier of the page, post or comment that an address of the wiki names, in each of the forms that there have been.
func (a address) wikiContent() (id int64, ok bool) {
	named := func(s string) (int64, bool) {
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil && n > 0
	}
	if id, ok = named(a.query.Get("focusedCommentId")); ok {
		return id, true
	}
	if id, ok = named(a.query.Get("pageId")); ok { // viewpage.action
		return id, true
	}
	for i, p := range a.parts {
		switch p {
		case "x":
			return tinyID(a.part(i + 1))
		case "pages", "history":
			next := a.part(i + 1)
			if next == "edit-v2" {
				next = a.part(i + 2)
			}
			return named(next)
		case "blog":
			if id, ok = named(a.part(i + 4)); ok { // below year, month and day
				return id, true
			}
			return named(a.part(i + 1))
		}
	}
	return 0, false
}

// tinyID reads the code of a short address: the identifier itself, or the vendor's base64 of its bytes, lowest first, without trailing zeros.
func tinyID(code string) (int64, bool) {
	if n, err := strconv.ParseInt(code, 10, 64); err == nil && n > 0 {
		return n, true
	}
	if code == "" || len(code) > 11 {
		return 0, false
	}
	code = strings.NewReplacer("-", "/", "_", "+").Replace(code) + strings.Repeat("A", 11-len(code))
	b, err := base64.RawStdEncoding.DecodeString(code)
	if err != nil || len(b) != 8 {
		return 0, false
	}
	n := int64(binary.LittleEndian.Uint64(b)) //nolint:gosec // refused when it overflows
	return n, n > 0
}
