// Package ref names what rich text points to inside a wiki: pages by space and title, attachments by file name, people, spaces. A
// reference is written as an href of the scheme "wiki", so that it can stand wherever ADF wants an address:
//
//	wiki:page?space=DOC&title=Start#anchor    wiki:attachment?filename=a.png&title=Start    wiki:user?key=8a7f…
//
// The wiki turns references into addresses when it shows a page, and addresses into references when it imports one.
package ref

import (
	"net/url"
	"strings"
)

// Kind says what a reference points to.
type Kind string

// The kinds, each an ri: element of the storage format.
const (
	Page       Kind = "page"       // Space, Title; both empty for the page that holds the reference
	Blog       Kind = "blog-post"  // Space, Title, Day (YYYY/MM/DD)
	Attachment Kind = "attachment" // Filename, and Space and Title when it hangs on another page
	User       Kind = "user"       // Account, Key or Name
	Space      Kind = "space"      // Space
	Content    Kind = "content-entity"
	Shortcut   Kind = "shortcut" // Key, Value
)

// Ref is one reference. Fields that do not apply are empty.
type Ref struct {
	Kind     Kind
	Space    string // space key
	Title    string
	Day      string // posting day of a blog post
	Filename string
	Owner    Kind   // what an attachment hangs on when that is another page: Page or Blog
	ID       string // content id
	Account  string // account id
	Key      string // user key, shortcut key
	Name     string // user name
	Value    string // shortcut parameter
	Anchor   string
	Version  string // version of the target when the reference was saved
	Body     string // label that was shown when it is not the default one
}

const scheme = "wiki:"

func (r *Ref) fields() []struct {
	name string
	at   *string
} {
	return []struct {
		name string
		at   *string
	}{
		{"space", &r.Space}, {"title", &r.Title}, {"day", &r.Day}, {"filename", &r.Filename}, {"owner", (*string)(&r.Owner)}, {"id", &r.ID},
		{"account", &r.Account}, {"key", &r.Key}, {"name", &r.Name}, {"value", &r.Value}, {"version", &r.Version}, {"body", &r.Body},
	}
}

// String writes the reference as an href.
func (r Ref) String() string {
	var b strings.Builder
	b.WriteString(scheme + string(r.Kind))
	sep := byte('?')
	for _, f := range r.fields() {
		if *f.at == "" {
			continue
		}
		b.WriteByte(sep)
		b.WriteString(f.name + "=" + url.QueryEscape(*f.at))
		sep = '&'
	}
	if r.Anchor != "" {
		b.WriteString("#" + url.PathEscape(r.Anchor))
	}
	return b.String()
}

// Parse reads an href. ok is false when it is no reference.
func Parse(href string) (r Ref, ok bool) {
	rest, ok := strings.CutPrefix(href, scheme)
	if !ok {
		return Ref{}, false
	}
	rest, anchor, _ := strings.Cut(rest, "#")
	kind, query, _ := strings.Cut(rest, "?")
	switch Kind(kind) {
	case Page, Blog, Attachment, User, Space, Content, Shortcut:
	default:
		return Ref{}, false
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return Ref{}, false
	}
	r.Kind = Kind(kind)
	for _, f := range r.fields() {
		*f.at = values.Get(f.name)
	}
	if r.Anchor, err = url.PathUnescape(anchor); err != nil {
		return Ref{}, false
	}
	return r, true
}

// Label is the text that stands for the reference when its author gave none.
func (r Ref) Label() string {
	switch r.Kind {
	case Page, Blog:
		if r.Title == "" {
			return r.Anchor
		}
		return r.Title
	case Attachment:
		return r.Filename
	case User:
		return "@" + r.Account + r.Key + r.Name
	case Space:
		return r.Space
	case Content:
		return r.ID
	case Shortcut:
		return r.Value
	}
	return ""
}
