// Package render makes safe HTML of ADF documents: for pages, for the view and export_view of the API, for mails and static pages. Every
// tag and attribute is one of this package's; text and addresses of the document are escaped, addresses of schemes other than http,
// https, mailto, tel and ftp lead nowhere, styles are made of checked colours and numbers alone. What a macro callback gives is trusted.
package render

import (
	"context"

	"holdfast.dev/internal/richtext/adf"
)

// Macro is a macro that is to be shown.
type Macro struct {
	Name      string
	Params    map[string]string // the parameter without a name is under ""
	Body      []*adf.Node       // blocks of a rich body
	PlainBody string
	Inline    bool   // it stands in a line of text
	ID        string // macro id, empty when it has none
	Node      *adf.Node
}

// Macros shows the macros that need the wiki: children, include, excerpt-include, detailssummary, jira, attachments and others. The HTML
// is put into the page as it is. ok is false for a macro that is left to this package: it shows toc, excerpt, details, panel, info, note,
// tip, warning, expand, code, noformat, status, anchor, section, column and the like itself, and a box with the name for the rest.
type Macros interface {
	Macro(ctx context.Context, r *Renderer, m Macro) (html string, ok bool, err error)
}

// Media says where a file of a document is.
type Media struct {
	URL      string // empty when there is no such file
	Download string // for a link around it, empty for none
	Name     string
	MIME     string // images are shown, other files are links; empty counts as an image
}

// Options of a rendering. Every field may be its zero value.
type Options struct {
	Macros Macros
	// Link resolves the href of a link or card: references of package ref, and addresses that the wiki wants to change. class is added to
	// the link. An empty href shows the text alone.
	Link func(href string) (resolved, class string)
	// Card gives the title of a link that is shown as a card, empty to show the address.
	Card func(href string) (title string)
	// Media resolves a media or mediaInline node.
	Media func(n *adf.Node) Media
	// Mention gives the name of an account and where its profile is.
	Mention func(id string) (name, href string)
	// Emoji gives the address of a custom emoji's picture.
	Emoji func(n *adf.Node) (src string)
	// Flat is for mails and exports: no classes that a style sheet would need, expands open, no anchors on headings.
	Flat bool
	// HeadingPrefix is put before the anchors of headings.
	HeadingPrefix string
	// MaxBytes ends the rendering with ErrTooLarge; 0 for 16 MiB.
	MaxBytes int
}
