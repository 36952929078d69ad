// Package xmlbackup reads the backup that a Jira server makes of itself: entities.xml, one element a row of its database. Rows refer to each other
// in any order, so that all are read before the first issue is given.
package xmlbackup

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"holdfast.dev/internal/product/tracker/importer/source"
)

// maxDepth bounds the nesting of a row: long values are child elements, nothing is deeper.
const maxDepth = 3

// row is an element with its attributes and the texts of its children, which are attributes too long for one.
type row map[string]string

// Reader reads one backup.
type Reader struct {
	name    string
	in      io.Reader
	rows    map[string][]row // by kind of entity, those that something is made of
	counts  map[string]int   // of the other kinds
	records []*source.Record
	loaded  bool
}

// New reads a stream; name stands in what is told about it.
func New(name string, in io.Reader) *Reader {
	return &Reader{name: name, in: in, rows: map[string][]row{}, counts: map[string]int{}}
}

// Done implements source.Reader; bytes are counted where the stream was opened.
func (r *Reader) Done() (int64, int64) { return 0, 0 }

// Next implements source.Reader.
func (r *Reader) Next() (*source.Record, error) {
	if !r.loaded {
		r.loaded = true
		if err := r.load(); err != nil {
			r.tell("file", fmt.Sprintf("the backup cannot be read further: %v", err), 1)
		}
		r.assemble()
	}
	if len(r.records) == 0 {
		return nil, io.EOF
	}
	next := r.records[0]
	r.records = r.records[1:]
	return next, nil
}

func (r *Reader) tell(itemType, reason string, n int) {
	r.records = append(r.records, &source.Record{NotTaken: &source.NotTaken{Type: itemType, Reason: reason, Example: r.name, Count: n}})
}

// taken are the kinds of entities that something is made of.
var taken = map[string]bool{"Issue": true, "Project": true, "ProjectKey": true, "ProjectCategory": true, "Action": true, "ChangeGroup": true, "ChangeItem": true, "IssueLink": true, "IssueLinkType": true,
	"FileAttachment": true, "Worklog": true, "Label": true, "NodeAssociation": true, "UserAssociation": true, "CustomField": true, "CustomFieldValue": true, "CustomFieldOption": true,
	"Component": true, "Version": true, "IssueType": true, "Status": true, "Priority": true, "Resolution": true, "User": true, "ApplicationUser": true, "OSUser": true,
	"OSPropertyEntry": true, "OSPropertyString": true, "MovedIssueKey": true, "RemoteIssueLink": true, "SearchRequest": true}

var errDoctype = errors.New("it has a document type, which a backup has not")

// load reads all rows. A document type is refused: entities of XML have no place in a backup, and can grow without end.
func (r *Reader) load() error {
	d := xml.NewDecoder(r.in)
	d.Strict = true
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.Directive:
			if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(string(t))), "DOCTYPE") {
				return errDoctype
			}
		case xml.StartElement:
			if t.Name.Local == "entity-engine-xml" {
				continue
			}
			if err := r.row(d, t); err != nil {
				return err
			}
		}
	}
}

// row reads one element with its children.
func (r *Reader) row(d *xml.Decoder, start xml.StartElement) error {
	kind := start.Name.Local
	if !taken[kind] {
		r.counts[kind]++
		return d.Skip()
	}
	made := row{}
	for _, a := range start.Attr {
		made[a.Name.Local] = a.Value
	}
	child, depth := "", 1
	var text strings.Builder
	for depth > 0 {
		t, err := d.Token()
		if err != nil {
			return fmt.Errorf("in %s %s: %w", kind, made["id"], err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return fmt.Errorf("%s %s is nested too deeply", kind, made["id"])
			}
			child = t.Name.Local
			text.Reset()
		case xml.CharData:
			if child != "" {
				text.Write(t)
			}
		case xml.EndElement:
			if depth--; depth > 0 && child != "" {
				made[child] = text.String()
				child = ""
			}
		}
	}
	r.rows[kind] = append(r.rows[kind], made)
	return nil
}
