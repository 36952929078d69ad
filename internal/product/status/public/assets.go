package public

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"html"
	"net/http"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/status/incident"
)

//go:embed style.css
var baseStyle []byte

// asset is a file whose name changes with its content.
type asset struct {
	path string
	body []byte
}

// styles gives the style sheets of the page: ours, then what the page's design adds.
func (s *Site) styles() []asset {
	out := []asset{hashed("style", baseStyle, ".css")}
	d := s.Page.Settings.Design
	var own strings.Builder
	if d.Accent != "" {
		fmt.Fprintf(&own, ":root{--accent:%s;--on-accent:%s}\n", d.Accent, onColour(d.Accent))
		fmt.Fprintf(&own, "@media (prefers-color-scheme:dark){:root{--accent:color-mix(in srgb,%s 62%%,#fff);--on-accent:#0b0e13}}\n", d.Accent)
	}
	if own.WriteString(d.CSS); own.Len() > 0 {
		out = append(out, hashed("design", []byte(own.String()), ".css"))
	}
	return out
}

// onColour gives black or white, whichever is easier to read on a colour.
func onColour(hex string) string {
	var r, g, b int
	if _, err := fmt.Sscanf(hex, "#%02x%02x%02x", &r, &g, &b); err != nil || r*299+g*587+b*114 < 150_000 {
		return "#fff"
	}
	return "#111"
}

func hashed(name string, body []byte, ext string) asset {
	sum := sha256.Sum256(body)
	return asset{"assets/" + name + "-" + hex.EncodeToString(sum[:6]) + ext, body}
}

// MaxImage bounds a logo, in bytes.
const MaxImage = 1 << 20

// ImageType tells the type of an image that pages may show, and its extension. SVG is not among them: it can carry scripts.
func ImageType(b []byte) (contentType, ext string, err error) {
	contentType = http.DetectContentType(b)
	ext, ok := map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/x-icon": ".ico", "image/vnd.microsoft.icon": ".ico"}[contentType]
	if !ok {
		return "", "", fault.New(fault.KindUnsupportedType, "The file is no PNG, JPEG, GIF, WebP or ICO image.")
	}
	return contentType, ext, nil
}

// imagePath gives the path of an image of the design, empty when there is none.
func (s *Site) imagePath(name, hash string) (string, error) {
	if hash == "" {
		return "", nil
	}
	b, err := s.images(s.ctx, hash)
	if err != nil {
		if fault.Is(err, fault.KindNotFound) {
			return "", nil // the page is more important than its logo
		}
		return "", err
	}
	_, ext, err := ImageType(b)
	if err != nil {
		return "", nil //nolint:nilerr // the same
	}
	return "assets/" + name + "-" + hash[:12] + ext, nil
}

// assets gives every hashed file of the page.
func (s *Site) assets() ([]asset, error) {
	out := s.styles()
	d := s.Page.Settings.Design
	for name, hash := range map[string]string{"logo": d.Logo, "favicon": d.Favicon} {
		path, err := s.imagePath(name, hash)
		if err != nil || path == "" {
			if err != nil {
				return nil, err
			}
			continue
		}
		b, err := s.images(s.ctx, hash)
		if err != nil {
			return nil, err
		}
		out = append(out, asset{path, b})
	}
	return out, nil
}

var barColours = map[incident.Impact]string{incident.None: "#1a7f45", incident.Minor: "#8a5a00", incident.Major: "#b4460b", incident.Critical: "#b3261e", incident.Maintenance: "#2458b8"}

// favicon is a dot in the colour of the page's state.
func (s *Site) favicon() []byte {
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="13" fill="%s"/></svg>`, barColours[s.Impact])
}

// badge is the page's state as a small image for other pages.
func (s *Site) badge() []byte {
	label, text := "status", strings.ToLower(s.Sentence)
	lw, tw := 52, 14+7*len(text)
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="22" role="img" aria-label="%s: %s"><title>%[2]s: %[3]s</title><clipPath id="r"><rect width="%[1]d" height="22" rx="4"/></clipPath><g clip-path="url(#r)"><rect width="%[4]d" height="22" fill="#3b424d"/><rect x="%[4]d" width="%[5]d" height="22" fill="%[6]s"/></g><g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle"><text x="%[7]d" y="15" textLength="%[9]d">%[2]s</text><text x="%[8]d" y="15" textLength="%[10]d">%[3]s</text></g></svg>`,
		lw+tw, label, html.EscapeString(text), lw, tw, barColours[s.Impact], lw/2, lw+tw/2, lw-14, tw-14)
}

// ImagePath gives the path of an image of the design ("logo", "favicon") below the page; empty when there is none.
func (s *Site) ImagePath(name string) (string, error) {
	d := s.Page.Settings.Design
	return s.imagePath(name, map[string]string{"logo": d.Logo, "favicon": d.Favicon}[name])
}
