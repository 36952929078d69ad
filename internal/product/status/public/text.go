package public

import (
	"bytes"
	"html/template"
	"regexp"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// Messages are Markdown, in which line ends count and HTML may stand, as messages imported from elsewhere have it. Whatever comes of that, only
// harmless markup leaves: no scripts, styles, frames, forms or images.
var (
	// An address need not have a name with points: those of one's own network have none.
	links    = extension.NewLinkify(extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"}), extension.WithLinkifyURLRegexp(regexp.MustCompile(`^https?://[^\s<>"`+"`"+`]+`)))
	markdown = goldmark.New(goldmark.WithExtensions(links, extension.Strikethrough, extension.Table),
		goldmark.WithRendererOptions(html.WithHardWraps(), html.WithUnsafe()))
	harmless = func() *bluemonday.Policy {
		p := bluemonday.NewPolicy()
		p.AllowStandardURLs()
		p.AllowURLSchemes("http", "https", "mailto")
		p.AllowAttrs("href").OnElements("a")
		p.RequireNoFollowOnLinks(true)
		p.AllowElements("a", "p", "br", "strong", "b", "em", "i", "del", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "h3", "h4", "h5", "h6", "small", "var",
			"table", "thead", "tbody", "tr", "th", "td", "sub", "sup", "span", "div")
		return p
	}()
)

// Rich renders a message.
func Rich(body string) template.HTML {
	var b bytes.Buffer
	if err := markdown.Convert([]byte(body), &b); err != nil {
		return template.HTML("<p>" + template.HTMLEscapeString(body) + "</p>") //nolint:gosec // escaped
	}
	return template.HTML(harmless.SanitizeBytes(b.Bytes())) //nolint:gosec // cleaned by the policy
}
