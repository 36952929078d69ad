package importer

import (
	"context"
	"fmt"
	"strings"

	"holdfast.dev/internal/product/tracker/importer/source"
	"holdfast.dev/internal/product/tracker/needs"
	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/wikimarkup"
)

// doc is a rich text as it is kept: ADF JSON with its plain text, both empty for none.
type doc struct{ json, plain string }

// prepared is an issue with its texts converted.
type prepared struct {
	*source.Issue
	description, environment doc
	comments, worklogs       []doc
	values                   map[int]doc // of rich text fields, by place in Values
	refused                  bool        // it is not taken, and counted with all that belongs to it
}

// part is something that stands apart from its issue in the export.
type part struct {
	comment *source.Comment
	history *source.History
	worklog *source.Worklog
	text    doc
}

// issue names the issue of a part, by key or by identifier in the export.
func (p *part) issue() (key, id string) {
	switch {
	case p.comment != nil:
		return p.comment.IssueKey, p.comment.IssueID
	case p.worklog != nil:
		return p.worklog.IssueKey, p.worklog.IssueID
	}
	return p.history.IssueKey, p.history.IssueID
}

func (p *part) itemType() (string, int) {
	switch {
	case p.comment != nil:
		return "comment", 1
	case p.worklog != nil:
		return "worklog", 1
	}
	return "history item", len(p.history.Items)
}

// textReader collects people and reads rich texts with them.
type textReader struct {
	persons map[string]*source.Person
	account map[string]string // by key in the export
	prefix  string
}

func (t *textReader) add(p *source.Person) {
	if p == nil || p.Key == "" {
		return
	}
	if t.persons == nil {
		t.persons = map[string]*source.Person{}
	}
	if old := t.persons[p.Key]; old == nil || old.Name == "" {
		t.persons[p.Key] = p
	}
}

// prepare finds the accounts of everybody in a batch and converts its texts. known keeps the accounts of the batches before.
func (l *Loader) prepare(ctx context.Context, b *batch, known map[string]string) error {
	t := &b.text
	for _, p := range b.projects {
		t.project(p)
	}
	for _, i := range b.issues {
		t.issue(i.Issue)
	}
	for _, p := range b.parts {
		t.part(p)
	}
	var strangers []needs.ForeignPerson
	for key, p := range t.persons {
		if known[key] == "" {
			strangers = append(strangers, needs.ForeignPerson{Key: key, AccountID: p.AccountID, Name: p.Name, Email: p.Email, Active: !p.Inactive})
		}
	}
	if len(strangers) > 0 {
		accounts, err := l.Directory.Ensure(ctx, strangers)
		if err != nil {
			return fmt.Errorf("find people: %w", err)
		}
		for key, account := range accounts {
			known[key] = account
		}
		b.persons = len(strangers)
	}
	for key := range t.persons {
		b.people[key] = known[key]
	}
	t.account = known
	for _, i := range b.issues {
		i.convert(t)
	}
	for _, p := range b.parts {
		switch {
		case p.comment != nil:
			p.text = t.read(p.comment.Body)
		case p.worklog != nil:
			p.text = t.read(p.worklog.Comment)
		}
	}
	return nil
}

func (t *textReader) project(p *source.Project) {
	t.add(p.Lead)
	for _, c := range p.Components {
		t.add(c.Lead)
	}
}

func (t *textReader) issue(i *source.Issue) {
	t.project(&i.Project)
	for _, p := range []*source.Person{i.Reporter, i.Creator, i.Assignee} {
		t.add(p)
	}
	for n := range i.Components {
		t.add(i.Components[n].Lead)
	}
	for n := range i.Comments {
		t.add(i.Comments[n].Author)
		t.add(i.Comments[n].UpdateAuthor)
	}
	for n := range i.Worklogs {
		t.add(i.Worklogs[n].Author)
		t.add(i.Worklogs[n].UpdateAuthor)
	}
	for n := range i.Attachments {
		t.add(i.Attachments[n].Author)
	}
	for n := range i.Watchers {
		t.add(&i.Watchers[n])
	}
	for n := range i.Voters {
		t.add(&i.Voters[n])
	}
	for _, v := range i.Values {
		for n := range v.People {
			t.add(&v.People[n])
		}
	}
	for n := range i.Histories {
		t.history(&i.Histories[n], i.PeoplePrefix)
	}
}

// history adds the author, and those whom changes of people's fields name: they need accounts for queries about the past.
func (t *textReader) history(h *source.History, prefix string) {
	t.add(h.Author)
	for _, c := range h.Items {
		if !namesPerson(c.Field) {
			continue
		}
		if c.From != "" {
			t.add(&source.Person{Key: prefix + c.From, Name: c.FromText, AccountID: accountLike(c.From)})
		}
		if c.To != "" {
			t.add(&source.Person{Key: prefix + c.To, Name: c.ToText, AccountID: accountLike(c.To)})
		}
	}
}

func accountLike(s string) string {
	if len(s) >= 24 && strings.Trim(s, "0123456789abcdef:-") == "" {
		return s
	}
	return ""
}

func namesPerson(field string) bool { return field == "assignee" || field == "reporter" }

func (t *textReader) part(p *part) {
	switch {
	case p.comment != nil:
		t.add(p.comment.Author)
		t.add(p.comment.UpdateAuthor)
	case p.worklog != nil:
		t.add(p.worklog.Author)
		t.add(p.worklog.UpdateAuthor)
	default:
		prefix := ""
		if a := p.history.Author; a != nil {
			prefix = a.Key[:strings.LastIndexByte(a.Key, '/')+1]
		}
		t.history(p.history, prefix)
	}
}

// convert makes every text of an issue a document.
func (i *prepared) convert(t *textReader) {
	t.prefix = i.PeoplePrefix
	i.description, i.environment = t.read(i.Description), t.read(i.Environment)
	i.comments = make([]doc, len(i.Comments))
	for n := range i.Comments {
		i.comments[n] = t.read(i.Comments[n].Body)
	}
	i.worklogs = make([]doc, len(i.Worklogs))
	for n := range i.Worklogs {
		i.worklogs[n] = t.read(i.Worklogs[n].Comment)
	}
	for n, v := range i.Values {
		if v.Type == "textarea" && len(v.Values) > 0 {
			if i.values == nil {
				i.values = map[int]doc{}
			}
			i.values[n] = t.read(source.Text{Markup: v.Values[0]})
		}
	}
}

// read converts a text. What cannot be read as it claims to be is kept word for word.
func (t *textReader) read(x source.Text) doc {
	if x.Empty() {
		return doc{}
	}
	var n *adf.Node
	switch {
	case len(x.ADF) > 0:
		parsed, err := adf.Parse(x.ADF)
		if err != nil {
			parsed = adf.FromPlainText(string(x.ADF))
		}
		n = parsed
	case x.Markdown:
		n = adf.FromPlainText(storable(x.Markup))
	default:
		n = wikimarkup.Parse(storable(x.Markup), wikimarkup.Resolver{Mention: t.mention})
	}
	if n.Empty() {
		return doc{}
	}
	return doc{string(n.JSON()), n.PlainText()}
}

// mention finds somebody whom a text names.
func (t *textReader) mention(who string) (id, name string, ok bool) {
	who = strings.TrimPrefix(who, "accountid:")
	key := t.prefix + who
	account := t.account[key]
	if account == "" {
		return "", "", false
	}
	name = who
	if p := t.persons[key]; p != nil && p.Name != "" {
		name = p.Name
	}
	return account, name, true
}

// storable makes a text fit for both engines: no NUL, valid UTF-8.
func storable(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
