// Package xmlexport reads entities.xml of the vendor's space and site exports, versions 3.4 to 9 and Cloud: one object element a row of the database.
//
// It reads a stream and holds one object at a time. A document type is refused, since entities of XML have no place in an export and can grow without
// end; so are objects nested or larger than any export has.
package xmlexport

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/wiki/importer/source"
)

const (
	maxDepth  = 16        // of elements in an object
	maxObject = 128 << 20 // bytes of the texts of one object
)

// Reader reads one file.
type Reader struct {
	name  string
	clean *cleaner
	d     *xml.Decoder
}

// New reads a stream; name stands in errors.
func New(name string, in io.Reader) (*Reader, error) {
	c, err := newCleaner(in)
	if err != nil {
		return nil, err
	}
	d := xml.NewDecoder(c)
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // the cleaner gives UTF-8 whatever the file says
	d.Entity = xml.HTMLEntity
	return &Reader{name, c, d}, nil
}

// Faults tells what was mended.
func (r *Reader) Faults() source.Faults { return r.clean.faults }

// Next implements source.Reader.
func (r *Reader) Next() (*source.Object, error) {
	for {
		t, err := r.d.Token()
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		if err != nil {
			return nil, r.broken(err)
		}
		switch t := t.(type) {
		case xml.Directive:
			if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(string(t))), "DOCTYPE") {
				return nil, fault.Bad("%s has a document type, which an export has not.", r.name)
			}
		case xml.StartElement:
			if t.Name.Local != "object" {
				continue
			}
			o, err := r.object(t)
			if err != nil {
				return nil, r.broken(err)
			}
			return o, nil
		}
	}
}

func (r *Reader) broken(err error) error {
	if fault.Is(err, fault.KindInvalid) {
		return err
	}
	line, _ := r.d.InputPos()
	return fault.Wrap(err, fault.KindInvalid, "%s cannot be read beyond line %d: %s. Nothing of it was taken.", r.name, line, err)
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// object reads the children of an object element: id, property, collection of element, composite-id of property.
func (r *Reader) object(start xml.StartElement) (*source.Object, error) {
	o := &source.Object{Class: attr(start, "class"), Text: map[string]string{}, Refs: map[string]source.Ref{}, Lists: map[string][]source.Ref{}}
	type frame struct{ kind, name, class string }
	var stack []frame
	var text strings.Builder
	size := 0
	for {
		t, err := r.d.Token()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(stack) == maxDepth {
				return nil, fault.Bad("%s: the object %s %s is nested more than %d deep.", r.name, o.Class, o.ID, maxDepth)
			}
			stack = append(stack, frame{t.Name.Local, attr(t, "name"), attr(t, "class")})
			text.Reset()
		case xml.CharData:
			if size += len(t); size > maxObject {
				return nil, fault.Bad("%s: the object %s %s is larger than %d bytes.", r.name, o.Class, o.ID, maxObject)
			}
			if n := len(stack); n > 0 && (stack[n-1].kind == "id" || stack[n-1].kind == "property") {
				text.Write(t)
			}
		case xml.EndElement:
			if len(stack) == 0 {
				return o, nil
			}
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			above := frame{}
			if len(stack) > 0 {
				above = stack[len(stack)-1]
			}
			value := text.String()
			text.Reset()
			switch {
			case top.kind == "id" && above.kind == "":
				o.ID = strings.TrimSpace(value)
			case top.kind == "id" && above.kind == "property":
				o.Refs[above.name] = source.Ref{Class: above.class, ID: strings.TrimSpace(value)}
			case top.kind == "id" && above.kind == "element" && len(stack) > 1:
				list := stack[len(stack)-2].name
				o.Lists[list] = append(o.Lists[list], source.Ref{Class: above.class, ID: strings.TrimSpace(value)})
			case top.kind == "property" && (above.kind == "" || above.kind == "composite-id") && o.Refs[top.name].ID == "":
				o.Text[top.name] = value
			}
		case xml.Directive:
			return nil, fmt.Errorf("a declaration within an object")
		}
	}
}
