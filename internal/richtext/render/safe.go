package render

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"holdfast.dev/internal/richtext/ref"
)

var safeSchemes = map[string]bool{"http": true, "https": true, "mailto": true, "tel": true, "ftp": true}

// SafeURL gives an address that may stand in an href, empty when it may not: javascript:, data: and everything else that runs or reads.
func SafeURL(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
	if s == "" {
		return ""
	}
	head, _, hasColon := strings.Cut(s, ":")
	if !hasColon || strings.ContainsAny(head, "/?#") {
		if strings.HasPrefix(s, `\`) || strings.HasPrefix(s, `/\`) {
			return ""
		}
		return s
	}
	if !safeSchemes[strings.ToLower(head)] {
		return ""
	}
	if _, err := url.Parse(s); err != nil {
		return ""
	}
	return s
}

// SafeImage gives an address that may be loaded as a picture.
func SafeImage(s string) string {
	s = SafeURL(s)
	if low := strings.ToLower(s); strings.HasPrefix(low, "mailto:") || strings.HasPrefix(low, "tel:") || strings.HasPrefix(low, "ftp:") {
		return ""
	}
	return s
}

var (
	hexColor   = regexp.MustCompile(`^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$`)
	rgbColor   = regexp.MustCompile(`^rgb\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*\)$`)
	nameColor  = regexp.MustCompile(`^[a-zA-Z]{3,20}$`)
	tokenColor = regexp.MustCompile(`^var\(--ds-[a-z0-9-]{1,60},\s*(#[0-9a-fA-F]{3,8})\)$`)
	cssLength  = regexp.MustCompile(`^\d{1,5}(?:\.\d{1,4})?(?:px|%|em|rem|pt)$`)
)

// SafeColor gives a colour that may stand in a style, empty for anything else. Design tokens give the colour they fall back to.
func SafeColor(s string) string {
	s = strings.TrimSpace(s)
	if m := tokenColor.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	if hexColor.MatchString(s) || rgbColor.MatchString(s) || nameColor.MatchString(s) {
		return s
	}
	return ""
}

// SafeStyle keeps the declarations of a style attribute that only colour, align or size text.
func SafeStyle(s string) string {
	var out []string
	for d := range strings.SplitSeq(s, ";") {
		k, v, ok := strings.Cut(d, ":")
		k, v = strings.ToLower(strings.TrimSpace(k)), strings.TrimSpace(v)
		if !ok || v == "" {
			continue
		}
		switch k {
		case "color", "background-color", "border-color":
			v = SafeColor(v)
		case "text-align":
			v = oneOf(v, "left", "center", "right", "justify", "start", "end")
		case "vertical-align":
			v = oneOf(v, "top", "middle", "bottom", "sub", "super", "baseline")
		case "text-decoration":
			v = oneOf(v, "none", "underline", "line-through")
		case "font-weight":
			v = oneOf(v, "bold", "normal", "400", "500", "600", "700")
		case "font-style":
			v = oneOf(v, "italic", "normal")
		case "margin-left", "width", "font-size":
			if !cssLength.MatchString(v) {
				v = ""
			}
		default:
			continue
		}
		if v != "" {
			out = append(out, k+": "+v+";")
		}
	}
	return strings.Join(out, " ")
}

func oneOf(v string, allowed ...string) string {
	for _, a := range allowed {
		if strings.EqualFold(v, a) {
			return a
		}
	}
	return ""
}

// link resolves an href of the document. An empty href is no link.
func (r *Renderer) link(href string) (resolved, class string) {
	if r.o.Link != nil {
		href, class = r.o.Link(href)
		return SafeURL(href), class
	}
	if t, ok := ref.Parse(href); ok {
		if t.Kind == ref.Page && t.Title == "" && t.Anchor != "" {
			return "#" + url.PathEscape(t.Anchor), ""
		}
		return "", ""
	}
	return SafeURL(href), ""
}
