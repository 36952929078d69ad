// Package restjson reads what the REST API of Jira answered and somebody kept: one issue a line, a search page, a list, or the raw objects of
// a collector, with comments and changelogs inside or apart.
package restjson

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"holdfast.dev/internal/product/tracker/importer/source"
)

// maxLine bounds one line: an issue with all its comments is some megabytes at most.
const maxLine = 64 << 20

// Reader reads a stream of JSON.
type Reader struct {
	name  string
	lines *bufio.Reader
	line  int
	whole *json.Decoder // when the stream is one document over many lines
	queue []*source.Record
	ended bool
}

// New reads a stream; name stands in what is told about it.
func New(name string, r io.Reader) *Reader {
	return &Reader{name: name, lines: bufio.NewReaderSize(r, 1<<20)}
}

// Next implements source.Reader but for the bytes, which the one who opened the stream counts.
func (r *Reader) Next() (*source.Record, error) {
	for len(r.queue) == 0 {
		if r.ended {
			return nil, io.EOF
		}
		if err := r.fill(); err != nil {
			return nil, err
		}
	}
	next := r.queue[0]
	r.queue = r.queue[1:]
	return next, nil
}

func (r *Reader) bad(itemType, format string, args ...any) {
	r.queue = append(r.queue, &source.Record{NotTaken: &source.NotTaken{Type: itemType, Reason: fmt.Sprintf(format, args...), Example: fmt.Sprintf("%s, line %d", r.name, r.line), Count: 1}})
}

// fill reads the next line, or the next element of a document.
func (r *Reader) fill() error {
	if r.whole != nil {
		return r.fillFromDocument()
	}
	line, err := r.readLine()
	r.line++
	if err != nil && !errors.Is(err, io.EOF) {
		r.ended = true
		r.bad("line", "the file cannot be read further: %v", err)
		return nil
	}
	r.ended = errors.Is(err, io.EOF)
	line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff")))
	if len(line) == 0 {
		return nil
	}
	if r.line == 1 && !json.Valid(line) { // a document over many lines, or a first line that is cut
		r.whole = json.NewDecoder(io.MultiReader(bytes.NewReader(line), bytes.NewReader([]byte("\n")), r.lines))
		r.ended = false
		return r.openDocument(line)
	}
	r.object(line)
	return nil
}

func (r *Reader) readLine() ([]byte, error) {
	var out []byte
	for {
		part, err := r.lines.ReadSlice('\n')
		if len(out)+len(part) > maxLine {
			return nil, fmt.Errorf("a line is longer than %d bytes", maxLine)
		}
		out = append(out, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return out, err
		}
	}
}

// openDocument enters the list of a document: the document itself, or its "issues" or "values".
func (r *Reader) openDocument(first []byte) error {
	if first[0] == '[' {
		if _, err := r.whole.Token(); err != nil {
			r.ended = true
			r.bad("file", "the file is no JSON: %v", err)
		}
		return nil
	}
	var document json.RawMessage
	if err := r.whole.Decode(&document); err != nil {
		r.ended = true
		r.bad("file", "the file is no JSON: %v", err)
		return nil
	}
	r.object(document)
	return nil
}

func (r *Reader) fillFromDocument() error {
	if !r.whole.More() {
		if _, err := r.whole.Token(); err != nil && !errors.Is(err, io.EOF) {
			r.bad("file", "the file ends early: %v", err)
		}
		r.ended = true
		return nil
	}
	var element json.RawMessage
	if err := r.whole.Decode(&element); err != nil {
		r.ended = true
		r.bad("file", "the file cannot be read further: %v", err)
		return nil
	}
	r.object(element)
	return nil
}

// object sorts an object by what it is.
func (r *Reader) object(raw json.RawMessage) {
	if isList(raw) {
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			r.bad("list", "the list cannot be read")
			return
		}
		for _, element := range list {
			r.object(element)
		}
		return
	}
	var o struct {
		Table      string                     `json:"table"`
		Input      json.RawMessage            `json:"input"`
		Data       json.RawMessage            `json:"data"`
		Issues     []json.RawMessage          `json:"issues"`
		Values     []json.RawMessage          `json:"values"`
		Issue      json.RawMessage            `json:"issue"`
		Self       string                     `json:"self"`
		Changelog  wireChangelog              `json:"changelog"`
		ID         json.RawMessage            `json:"id"`
		Key        string                     `json:"key"`
		Name       string                     `json:"name"`
		Fields     map[string]json.RawMessage `json:"fields"`
		Names      map[string]string          `json:"names"`
		Schema     map[string]wireSchema      `json:"schema"`
		CommentID  json.RawMessage            `json:"commentId"`
		Histories  []json.RawMessage          `json:"histories"`
		Components json.RawMessage            `json:"components"`
		Type       string                     `json:"projectTypeKey"`
	}
	// Answers of early versions and of other operations have other things under these names; the rest of the object is read all the same.
	var otherForm *json.UnmarshalTypeError
	if err := json.Unmarshal(raw, &o); errors.As(err, new(*json.SyntaxError)) {
		r.bad("line", "the line is no JSON, or ends early")
		return
	} else if errors.As(err, &otherForm) && otherForm.Field == "" {
		r.bad("object", "it is no JSON object")
		return
	} else if err != nil && otherForm == nil {
		r.bad("object", "the object cannot be read: %v", err)
		return
	}
	switch {
	case o.Table != "":
		r.collected(o.Table, o.Input, o.Data)
	case o.Fields != nil && o.Key != "":
		w := wireIssue{Self: o.Self, ID: number(o.ID), Key: o.Key, Fields: o.Fields, Names: o.Names, Schema: o.Schema, Changelog: o.Changelog}
		if otherForm != nil && strings.HasPrefix(otherForm.Field, "changelog") {
			r.bad("changelog", "its form is not known")
		}
		r.queue = append(r.queue, &source.Record{Issue: w.issue()})
	case o.Issues != nil:
		for _, i := range o.Issues {
			r.object(i)
		}
	case len(o.CommentID) > 0:
		r.looseComment(raw)
	case o.Issue != nil:
		r.object(o.Issue)
	case o.Values != nil:
		for _, v := range o.Values {
			r.object(v)
		}
	case o.Key != "" && o.Name != "" && (o.Type != "" || o.Components != nil || strings.Contains(o.Self, "/project/")):
		r.project(raw)
	default:
		r.other(raw)
	}
}

func isList(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '[' }

func (r *Reader) project(raw json.RawMessage) {
	var w wireProject
	if err := json.Unmarshal(raw, &w); err != nil {
		r.bad("project", "the project cannot be read: %v", err)
		return
	}
	p := w.project()
	r.queue = append(r.queue, &source.Record{Project: &p})
}

// looseComment reads a comment that stands apart from its issue.
func (r *Reader) looseComment(raw json.RawMessage) {
	var w struct {
		Key       string          `json:"key"`
		CommentID json.RawMessage `json:"commentId"`
		Author    string          `json:"author"`
		AuthorKey string          `json:"authorKey"`
		Created   string          `json:"created"`
		Markdown  string          `json:"body_markdown"`
		Body      string          `json:"body"`
	}
	if err := json.Unmarshal(raw, &w); err != nil || w.Key == "" {
		r.bad("comment", "the comment cannot be read")
		return
	}
	c := source.Comment{ID: number(w.CommentID), IssueKey: w.Key, Body: source.Text{Markup: w.Body}}
	if w.Markdown != "" {
		c.Body = source.Text{Markup: w.Markdown, Markdown: true}
	}
	if key := w.AuthorKey; key != "" {
		c.Author = &source.Person{Key: key, Name: w.Author}
	} else if w.Author != "" {
		c.Author = &source.Person{Key: w.Author, Name: w.Author}
	}
	c.Created, _ = instant(w.Created)
	c.Updated = c.Created
	r.queue = append(r.queue, &source.Record{Comment: &c})
}

// number reads an identifier written as number or text.
func number(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(bytes.TrimSpace(raw))
}

// collected reads an object that a collector kept together with the request that gave it.
func (r *Reader) collected(table string, input, data json.RawMessage) {
	var in struct {
		IssueID json.RawMessage `json:"issue_id"`
	}
	_ = json.Unmarshal(input, &in) // absent for most tables
	id := number(in.IssueID)
	switch table {
	case "raw_jira_api_issues", "raw_jira_api_epics":
		r.object(data)
	case "raw_jira_api_issue_changelogs":
		var w wireHistory
		if json.Unmarshal(data, &w) != nil || id == "" {
			r.bad("history item", "the changelog cannot be read")
			return
		}
		h := w.history()
		h.IssueID = id
		r.queue = append(r.queue, &source.Record{History: &h})
	case "raw_jira_api_issue_comments":
		var w wireComment
		if json.Unmarshal(data, &w) != nil || id == "" {
			r.bad("comment", "the comment cannot be read")
			return
		}
		c := w.comment()
		c.IssueID = id
		r.queue = append(r.queue, &source.Record{Comment: &c})
	case "raw_jira_api_worklogs":
		var w wireWorklog
		if json.Unmarshal(data, &w) != nil || id == "" {
			r.bad("worklog", "the work log cannot be read")
			return
		}
		l := w.worklog()
		l.IssueID = id
		r.queue = append(r.queue, &source.Record{Worklog: &l})
	case "raw_jira_api_projects":
		r.project(data)
	case "raw_jira_api_users":
		r.person(data)
	case "raw_jira_api_status":
		r.named("status", data)
	case "raw_jira_api_sprints", "raw_jira_api_boards":
		r.queue = append(r.queue, &source.Record{NotTaken: &source.NotTaken{Type: table[len("raw_jira_api_") : len(table)-1], Reason: "boards with sprints are not part of the tracker yet", Example: r.name + ", line " + strconv.Itoa(r.line), Count: 1}})
	case "raw_jira_api_issue_types":
		r.named("issue type", data)
	default:
		r.queue = append(r.queue, &source.Record{NotTaken: &source.NotTaken{Type: table, Reason: "the tracker has nothing of this kind", Count: 1}})
	}
}

// Done implements source.Reader; bytes are counted where the stream was opened.
func (r *Reader) Done() (int64, int64) { return 0, 0 }
