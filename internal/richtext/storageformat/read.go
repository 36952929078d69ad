package storageformat

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Error says why a source is no storage format and where.
type Error struct {
	Line, Column int
	Reason       string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return "Error parsing xhtml: " + e.Reason
	}
	return fmt.Sprintf("Error parsing xhtml: %s at line %d, column %d", e.Reason, e.Line, e.Column)
}

// readSource reads a source into a tree whose root has no meaning of its own.
func readSource(src string) (*elem, error) {
	root, _, err := readAs(src, false)
	return root, err
}

// readAs reads a source. When it may mend, faults of nesting are mended as browsers do, text that is no XML is text, and faults says what
// was done.
func readAs(src string, mend bool) (root *elem, faults []string, err error) {
	if len(src) > MaxBytes {
		return nil, nil, &Error{Reason: fmt.Sprintf("the source is larger than %d bytes", MaxBytes)}
	}
	src = clean(src)
	d := xml.NewDecoder(strings.NewReader(src))
	d.Strict = false // bare ampersands and unknown entities are text
	d.Entity = xml.HTMLEntity
	r := &reader{d: d, mend: mend, stack: []*elem{{name: "root"}}}
	for {
		at := d.InputOffset()
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		var se *xml.SyntaxError
		switch {
		case errors.As(err, &se) && mend: // the rest is no XML: it is kept as text
			r.fault(r.fail(se.Msg))
			r.text = append(r.text, src[at:]...)
			return r.end()
		case errors.As(err, &se):
			return nil, nil, r.fail(se.Msg)
		case err != nil:
			return nil, nil, r.fail(err.Error())
		}
		if err := r.token(t); err != nil {
			return nil, nil, err
		}
	}
	return r.end()
}

// end closes the tree.
func (r *reader) end() (*elem, []string, error) {
	if err := r.flush(); err != nil {
		return nil, nil, err
	}
	if top := r.top(); len(r.stack) > 1 {
		err := r.fail("the element <" + top.name + "> is not closed")
		if !r.mend {
			return nil, nil, err
		}
		r.fault(err)
	}
	return r.stack[0], r.faults, nil
}

func (r *reader) fault(err error) {
	if len(r.faults) < 100 {
		r.faults = append(r.faults, err.Error())
	}
}

// mended closes the elements that an end tag passes over; one that closes nothing is left out.
func (r *reader) mended(name string) (closes bool) {
	for i := len(r.stack) - 1; i > 0; i-- {
		if r.stack[i].name == name {
			r.stack = r.stack[:i+1]
			return true
		}
	}
	return false
}

type reader struct {
	d      *xml.Decoder
	stack  []*elem
	mend   bool
	faults []string
	count  int
	text   []byte // read and not yet in the tree
}

func (r *reader) top() *elem { return r.stack[len(r.stack)-1] }

func (r *reader) fail(reason string) error {
	line, col := r.d.InputPos()
	return &Error{Line: line, Column: col, Reason: reason}
}

// flush ends a text, which comments and CDATA sections may have parted.
func (r *reader) flush() error {
	if len(r.text) == 0 {
		return nil
	}
	if r.count++; r.count > MaxElements {
		return r.fail(fmt.Sprintf("there are more than %d elements", MaxElements))
	}
	if kids := r.top().children; len(kids) > 0 && kids[len(kids)-1].isText() { // formatting of nothing stood between
		kids[len(kids)-1].text += string(r.text)
	} else {
		r.top().add(newText(string(r.text)))
	}
	r.text = r.text[:0]
	return nil
}

func (r *reader) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		if err := r.flush(); err != nil {
			return err
		}
		if len(r.stack) > MaxDepth {
			return r.fail(fmt.Sprintf("elements nest more than %d levels deep", MaxDepth))
		}
		if r.count++; r.count > MaxElements {
			return r.fail(fmt.Sprintf("there are more than %d elements", MaxElements))
		}
		e := &elem{name: qualified(t.Name)}
		if !validName(e.name) {
			return r.fail("no element may be called " + e.name)
		}
		for _, a := range t.Attr {
			name := qualified(a.Name)
			if _, twice := e.lookup(name); twice || !validName(name) {
				return r.fail("the attribute " + name + " cannot stand here")
			}
			if len(e.attrs) > 200 {
				return r.fail("the element has more than 200 attributes")
			}
			e.attrs = append(e.attrs, attr{name, a.Value})
		}
		r.top().add(e)
		r.stack = append(r.stack, e)
	case xml.EndElement:
		if err := r.flush(); err != nil {
			return err
		}
		name := qualified(t.Name)
		if len(r.stack) == 1 || r.top().name != name {
			want := "none"
			if len(r.stack) > 1 {
				want = "</" + r.top().name + ">"
			}
			err := r.fail("unexpected close tag </" + name + ">; expected " + want)
			if !r.mend {
				return err
			}
			r.fault(err)
			if !r.mended(name) {
				return nil
			}
		}
		closed := r.top()
		r.stack = r.stack[:len(r.stack)-1]
		if len(closed.children) == 0 && len(closed.attrs) == 0 && (formatting[name] || simpleMarks[name].Type != "") { // formatting of nothing is nothing
			parent := r.top()
			parent.children = parent.children[:len(parent.children)-1]
		}
	case xml.CharData:
		r.text = append(r.text, t...)
	}
	return nil // comments, processing instructions and declarations say nothing
}

func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// validName keeps to names that can be written again without being read as something else.
func validName(s string) bool {
	for i := range len(s) {
		c := s[i]
		ok := c == '-' || c == '_' || c == ':' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf
		if !ok {
			return false
		}
	}
	return s != "" && s[0] != ':' && s[len(s)-1] != ':'
}

// clean removes what XML cannot hold.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	return strings.Map(func(r rune) rune {
		if r == 0xFFFE || r == 0xFFFF || r < 0x20 && r != '\t' && r != '\n' && r != '\r' {
			return -1
		}
		return r
	}, s)
}
