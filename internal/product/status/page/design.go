package page

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/notify"
)

// Design is how a page looks.
type Design struct {
	Accent  string `json:"accent,omitempty"` // of links and buttons, #rrggbb
	Logo    string `json:"logo,omitempty"`   // SHA-256 of an image
	LogoAlt string `json:"logoAlt,omitempty"`
	Favicon string `json:"favicon,omitempty"`
	CSS     string `json:"css,omitempty"` // checked by CheckCSS
	Footer  string `json:"footer,omitempty"`
	Layout  string `json:"layout,omitempty"` // "", "wide"
}

// MaxCSS bounds a page's own style, in bytes.
const MaxCSS = 64 << 10

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssURL     = regexp.MustCompile(`(?i)url\(\s*['"]?([^'")]*)`)
	colour     = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	hostName   = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`)
)

// CheckCSS refuses style that could leave its file, load from elsewhere or run anything. What it takes is served as a file of its own, never
// inside a page.
func CheckCSS(css string) error {
	if len(css) > MaxCSS {
		return fault.Invalid("css", "The style is longer than %d bytes.", MaxCSS)
	}
	plain := strings.ToLower(cssComment.ReplaceAllString(css, ""))
	for _, bad := range []string{"<", "@import", "@charset", "@namespace", "expression(", "javascript:", "-moz-binding", "behavior:", `\`, "image-set(", "/*"} {
		if strings.Contains(plain, bad) {
			return fault.Invalid("css", "The style must not contain %q.", bad)
		}
	}
	for _, m := range cssURL.FindAllStringSubmatch(plain, -1) {
		if !slices.ContainsFunc([]string{"data:image/png", "data:image/jpeg", "data:image/gif", "data:image/webp", "data:font/", "#"}, func(p string) bool { return strings.HasPrefix(m[1], p) }) {
			return fault.Invalid("css", "The style must not load anything: url() takes data:image/… only.")
		}
	}
	if strings.Count(plain, "{") != strings.Count(plain, "}") {
		return fault.Invalid("css", "The braces of the style do not match.")
	}
	return nil
}

// Check tells what is wrong with a design.
func (d Design) Check() error {
	if d.Accent != "" && !colour.MatchString(d.Accent) {
		return fault.Invalid("accent", "Colours are written #rrggbb.")
	}
	if len(d.Footer) > 2000 || len(d.LogoAlt) > 200 {
		return fault.Invalid("footer", "The footer has 2,000 characters at most, the logo's text 200.")
	}
	if d.Layout != "" && d.Layout != "wide" {
		return fault.Invalid("layout", "There is no layout %.20q.", d.Layout)
	}
	return CheckCSS(d.CSS)
}

// Check tells what is wrong with settings.
func (s Settings) Check() error {
	if _, err := time.LoadLocation(s.TimeZone); err != nil || s.TimeZone == "Local" {
		return fault.Invalid("time_zone", "There is no time zone %.60q; write one like Europe/Berlin.", s.TimeZone)
	}
	for field, v := range map[string]string{"url": s.URL, "support_url": s.SupportURL} {
		if v == "" {
			continue
		}
		if u, err := url.Parse(v); err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || len(v) > 2000 {
			return fault.Invalid(field, "This is no address: write https://HOST/…")
		}
	}
	if s.FromEmail != "" {
		if err := notify.CheckAddress(s.FromEmail); err != nil {
			return fault.Invalid("notifications_from_email", "This is no mail address.")
		}
	}
	if s.KeepNotices != 0 && (s.KeepNotices < MinNoticeDays || s.KeepNotices > MaxNoticeDays) {
		return fault.Invalid("keepNoticesDays", "Notices are kept for %d to %d days.", MinNoticeDays, MaxNoticeDays)
	}
	if s.PartialPercent != nil && (*s.PartialPercent < 0 || *s.PartialPercent > 100) {
		return fault.Invalid("partialPercent", "The weight of a partial outage is 0 to 100 percent.")
	}
	if len(s.Description) > 20_000 || len(s.EmailFooter) > 5000 || len(s.Headline) > 500 {
		return fault.Invalid("page_description", "The text is too long.")
	}
	for k, v := range s.Theme {
		if v != "" && !colour.MatchString(v) && !colour.MatchString("#"+v) {
			return fault.Invalid(k, "Colours are written #rrggbb.")
		}
	}
	return s.Design.Check()
}

// CheckDomain gives a host name in the form it is compared in.
func CheckDomain(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s != "" && (!hostName.MatchString(s) || len(s) > 253) {
		return "", fault.Invalid("domain", "%.80q is no host name: write one like status.example.com.", s)
	}
	return s, nil
}
