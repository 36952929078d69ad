package importer

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/upload"
	"holdfast.dev/internal/product/tracker/attachment"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/comment"
	"holdfast.dev/internal/product/tracker/field"
	"holdfast.dev/internal/product/tracker/history"
	"holdfast.dev/internal/product/tracker/importer/source"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/worklog"
)

func isNoRows(err error) bool { return errors.Is(err, storage.ErrNoRows) }

var (
	qWatch = storage.Register("tracker/import.watch", `INSERT INTO issue_watcher (issue_id, account) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qVote  = storage.Register("tracker/import.vote", `INSERT INTO issue_vote (issue_id, account) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
)

// belongings takes comments, work logs, history and attachments that the issue does not have yet from an earlier run.
func (w *writer) belongings(i *prepared, row *issue.Issue) error {
	for n := range i.Comments {
		if err := w.comment(&i.Comments[n], i.comments[n], row); err != nil {
			return err
		}
	}
	for n := range i.Worklogs {
		if err := w.worklog(&i.Worklogs[n], i.worklogs[n], row); err != nil {
			return err
		}
	}
	for n := range i.Histories {
		if err := w.historyEntry(&i.Histories[n], i.PeoplePrefix, row.ID); err != nil {
			return err
		}
	}
	for n := range i.Attachments {
		if err := w.attachment(&i.Attachments[n], row); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) comment(c *source.Comment, text doc, row *issue.Issue) error {
	known, err := w.there("issue_comment", c.ID, row.ID)
	if err != nil {
		return err
	}
	if known {
		w.report.there("comment", 1)
		return nil
	}
	id, err := w.identify("issue_comment", c.ID, row.ID)
	if err != nil {
		return err
	}
	if text.json == "" {
		text.json = `{"version":1,"type":"doc","content":[]}`
	}
	author := w.account(c.Author)
	updater := w.account(c.UpdateAuthor)
	if updater == "" {
		updater = author
	}
	created := orNow(c.Created, row.Created)
	err = comment.Insert(w.ctx, w.tx, &comment.Comment{ID: id, IssueID: row.ID, Author: author, UpdateAuthor: updater, Body: text.json, BodyText: text.plain,
		Created: created, Updated: orNow(c.Updated, created), VisibilityType: c.VisibilityType, VisibilityValue: storable(c.VisibilityValue), Internal: c.Internal})
	row.Comments++
	w.freshComments = append(w.freshComments, id)
	w.changed = true
	w.report.taken("comment", 1)
	return err
}

func (w *writer) worklog(l *source.Worklog, text doc, row *issue.Issue) error {
	known, err := w.there("issue_worklog", l.ID, row.ID)
	if err != nil {
		return err
	}
	if known {
		w.report.there("worklog", 1)
		return nil
	}
	id, err := w.identify("issue_worklog", l.ID, row.ID)
	if err != nil {
		return err
	}
	author := w.account(l.Author)
	updater := w.account(l.UpdateAuthor)
	if updater == "" {
		updater = author
	}
	created := orNow(l.Created, row.Created)
	err = worklog.Insert(w.ctx, w.tx, &worklog.Worklog{ID: id, IssueID: row.ID, Author: author, UpdateAuthor: updater, Comment: text.json, CommentText: text.plain,
		Started: orNow(l.Started, created), Seconds: l.Seconds, Created: created, Updated: orNow(l.Updated, created)})
	row.Worklogs++
	w.changed = true
	w.report.taken("worklog", 1)
	return err
}

func (w *writer) attachment(a *source.Attachment, row *issue.Issue) error {
	known, err := w.there("issue_attachment", a.ID, row.ID)
	if err != nil {
		return err
	}
	if known {
		w.report.there("attachment", 1)
		return nil
	}
	id, err := w.identify("issue_attachment", a.ID, row.ID)
	if err != nil {
		return err
	}
	f := &attachment.File{ID: id, IssueID: row.ID, Author: w.account(a.Author), Filename: upload.CleanName(storable(a.Filename)), MIME: a.MIME, Size: a.Size, Created: orNow(a.Created, row.Created)}
	if f.MIME == "" {
		f.MIME = upload.TypeOf(f.Filename, nil)
	}
	row.Attachments++
	w.changed = true
	w.report.taken("attachment", 1)
	w.report.notTaken("attachment content", "the export has the record of the file, not the file", a.Filename, 1)
	return attachment.Insert(w.ctx, w.tx, f)
}

// historyEntry takes one edit with the identifiers of this site where its values still exist.
func (w *writer) historyEntry(h *source.History, prefix string, issueID int64) error {
	if len(h.Items) == 0 {
		return nil
	}
	known, err := w.there("issue_change", h.ID, issueID)
	if err != nil {
		return err
	}
	if known {
		w.report.there("history item", len(h.Items))
		return nil
	}
	id, err := w.identify("issue_change", h.ID, issueID)
	if err != nil {
		return err
	}
	e := history.Entry{ID: id, Issue: issueID, Author: w.account(h.Author), Created: orNow(h.Created, w.tx.Now())}
	for _, c := range h.Items {
		e.Items = append(e.Items, w.change(c, prefix))
	}
	w.changed = true
	w.report.taken("history item", len(h.Items))
	return history.Insert(w.ctx, w.tx, e)
}

// fieldIDs are the identifiers of fields by the names that histories of servers have for them.
var fieldIDs = map[string]string{"fix version": "fixVersions", "version": "versions", "component": "components", "link": "issuelinks", "labels": "labels", "attachment": "attachment",
	"epic link": "parent", "parent": "parent", "issueparentassociation": "parent", "description": "description", "summary": "summary", "environment": "environment", "status": "status", "resolution": "resolution",
	"priority": "priority", "assignee": "assignee", "reporter": "reporter", "issuetype": "issuetype", "duedate": "duedate", "project": "project", "timeestimate": "timeestimate",
	"timespent": "timespent", "timeoriginalestimate": "timeoriginalestimate", "key": "issuekey", "comment": "comment", "rank": "rank", "workflow": "workflow"}

func (w *writer) change(c source.Change, prefix string) history.Item {
	it := history.Item{Field: storable(c.Field), FieldID: c.FieldID, FieldType: c.FieldType, From: storable(c.From), FromText: storable(c.FromText), To: storable(c.To), ToText: storable(c.ToText)}
	if it.FieldType == "" {
		it.FieldType = "jira"
	}
	if known := fieldIDs[strings.ToLower(c.Field)]; known != "" && it.FieldType == "jira" {
		it.FieldID = known
	} else if it.FieldType == "custom" {
		it.FieldID = c.Field
		if f := w.cat.FindField(c.Field); f != nil {
			it.FieldID = f.Wire()
		}
	} else if it.FieldID == "" {
		it.FieldID = strings.ToLower(c.Field)
	}
	it.From, it.To = w.valueNow(it.FieldID, it.From, it.FromText, prefix), w.valueNow(it.FieldID, it.To, it.ToText, prefix)
	return it
}

// valueNow gives the identifier that a value of a history has on this site. A value that is gone has none; its words stay.
func (w *writer) valueNow(fieldID, value, text, prefix string) string {
	if value == "" && text == "" {
		return ""
	}
	id := int64(0)
	switch fieldID {
	case "status":
		if v := w.cat.FindStatus(text); v != nil {
			id = v.ID
		}
	case "priority":
		if v := w.cat.FindPriority(text); v != nil {
			id = v.ID
		}
	case "resolution":
		if v := w.cat.FindResolution(text); v != nil {
			id = v.ID
		}
	case "issuetype":
		if v := w.cat.FindType(text); v != nil {
			id = v.ID
		}
	case "fixVersions", "versions":
		for _, p := range w.cat.Projects {
			if v := p.FindVersion(text); v != nil {
				id = v.ID
			}
		}
	case "components":
		for _, p := range w.cat.Projects {
			if v := p.FindComponent(text); v != nil {
				id = v.ID
			}
		}
	case "assignee", "reporter":
		return w.people[prefix+value]
	default:
		return value
	}
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// followers takes watchers and votes.
func (w *writer) followers(i *prepared, row *issue.Issue) error {
	for _, f := range []struct {
		itemType string
		q        *storage.Query
		people   []source.Person
		count    *int64
	}{{"watcher", qWatch, i.Watchers, &row.Watches}, {"vote", qVote, i.Voters, &row.Votes}} {
		seen := map[string]bool{}
		for n := range f.people {
			account := w.account(&f.people[n])
			w.report.taken(f.itemType, 1)
			if seen[account] {
				continue // two names of one person
			}
			seen[account] = true
			*f.count++
			if err := w.tx.Insert(w.ctx, f.q, row.ID, account); err != nil {
				return err
			}
		}
	}
	w.bareNumbers(i)
	return nil
}

// values takes the custom fields and gives the words by which search finds them.
func (w *writer) values(i *prepared, row *issue.Issue) (words string, err error) {
	var all []string
	seen := map[int64]bool{}
	for n, v := range i.Values {
		f := w.fieldFor(v)
		if f == nil || seen[f.ID] {
			w.report.notTaken("custom field value", "the issue has a field of this name and type twice", i.Key, 1)
			continue
		}
		seen[f.ID] = true
		stored := w.stored(f, v, i.values[n])
		if len(stored) == 0 {
			w.report.notTaken("custom field value", "the value does not fit the type of the field", i.Key+" "+v.Name, 1)
			continue
		}
		sorts := make([]string, len(stored))
		for k, s := range stored {
			sorts[k] = field.Sort(f, s)
		}
		if err := issue.WriteValues(w.ctx, w.tx, row.ID, f.ID, 0, stored, sorts); err != nil {
			return "", err
		}
		row.FieldValues += int64(len(stored))
		w.report.taken("custom field value", 1)
		if v.Type == string(catalog.FieldTextArea) {
			all = append(all, i.values[n].plain)
		} else {
			all = append(all, v.Values...)
		}
	}
	words = storable(strings.Join(all, "\n"))
	if len(words) > 50_000 {
		words = strings.ToValidUTF8(words[:50_000], "")
	}
	return words, nil
}

// stored gives the values of a field in the form in which they are kept.
func (w *writer) stored(f *catalog.Field, v source.Value, rich doc) []string {
	var out []string
	switch f.Type {
	case catalog.FieldTextArea:
		if rich.json != "" {
			out = append(out, rich.json)
		}
	case catalog.FieldUser, catalog.FieldMultiUser:
		for n := range v.People {
			if a := w.account(&v.People[n]); a != "" {
				out = append(out, a)
			}
		}
	case catalog.FieldSelect, catalog.FieldMultiSelect:
		for _, s := range v.Values {
			if o := f.FindOption(clean(s)); o != nil {
				out = append(out, strconv.FormatInt(o.ID, 10))
			}
		}
	case catalog.FieldNumber:
		if n, err := strconv.ParseFloat(v.Values[0], 64); err == nil {
			out = append(out, strconv.FormatFloat(n, 'f', -1, 64))
		}
	case catalog.FieldDateTime:
		if t, err := time.Parse(time.RFC3339Nano, v.Values[0]); err == nil {
			out = append(out, strconv.FormatInt(clock.Micros(t), 10))
		}
	default:
		for _, s := range v.Values {
			out = append(out, storable(s))
		}
	}
	return out
}

// clean makes a name fit to be kept.
func clean(s string) string {
	s = strings.TrimSpace(storable(s))
	if len(s) > 255 {
		s = strings.ToValidUTF8(s[:255], "")
	}
	return s
}
