package macro

import (
	"strconv"
	"strings"

	"holdfast.dev/internal/product/wiki/attachment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/link"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/needs"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/search"
	"holdfast.dev/internal/product/wiki/task"
	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/extract"
)

func (e *Env) labels(c *content.Content, _ map[string]string) (any, string, error) {
	ls, err := label.Of(e.Ctx, e.Tx, c.ID, e.Viewer.Account)
	out := Labels{Labels: []string{}}
	for _, l := range ls {
		out.Labels = append(out.Labels, l.String())
	}
	return out, "", err
}

func (e *Env) attachments(c *content.Content, p map[string]string) (any, string, error) {
	of := e.pageParam(c, p["page"])
	if of == nil {
		return nil, "The page is not there, or you may not see it.", nil
	}
	sort := map[string]string{"name": "title", "date": "-updated", "": "-updated", "createddate": "-created"}[strings.ToLower(strings.ReplaceAll(p["sortBy"], " ", ""))]
	if sort == "" {
		sort = "title"
	}
	cs, _, err := list.Find(e.Ctx, e.Tx, e.Viewer, list.Query{Kinds: []string{content.Attachment}, Owner: of.OwnerID, Statuses: []string{content.Current, content.Draft}, Sort: sort, Limit: 200})
	if err != nil {
		return nil, "", err
	}
	all, err := attachment.All(e.Ctx, e.Tx, cs)
	out := Files{Files: []File{}}
	for _, a := range all {
		f := File{ID: "att" + strconv.FormatInt(a.ID, 10), MediaID: a.MediaID, Name: a.Title, MIME: a.MIME, Size: a.Size, URL: "/wiki" + link.Download(a.OwnerID, a.Title, a.Content.Version), Created: a.Content.Updated, By: e.name(a.Editor)}
		if a.Thumbnail != "" {
			f.Thumbnail = "/api/wiki/media/" + a.MediaID + "/thumbnail"
		}
		out.Files = append(out.Files, f)
	}
	return out, "", err
}

// found runs a CQL query for a list of pages.
func (e *Env) found(c *content.Content, cql string, limit int) ([]*content.Content, string, error) {
	q, err := search.Parse(cql)
	if err != nil {
		return nil, "The query of this macro cannot be read.", nil //nolint:nilerr // told to the reader
	}
	plan, err := search.Compile(e.Ctx, e.Tx, search.Scope{Viewer: e.Viewer, People: e.People, Now: e.Tx.Now(), Content: c.ID, Space: c.SpaceID}, q)
	if err != nil {
		return nil, "The query of this macro cannot be read.", nil //nolint:nilerr // told to the reader
	}
	r, err := plan.Run(e.Ctx, e.Tx, e.Viewer, nil, "", 0, min(limit, maxPages))
	if err != nil {
		return nil, "", err
	}
	return r.Contents, "", nil
}

// within narrows a query to the spaces that a parameter names.
func (e *Env) within(c *content.Content, param string) string {
	var keys []string
	for _, k := range strings.FieldsFunc(param, func(r rune) bool { return r == ',' || r == ' ' }) {
		switch k {
		case "@all", "*":
			return ""
		case "@self", "currentSpace()":
		default:
			keys = append(keys, `"`+strings.ReplaceAll(k, `"`, "")+`"`)
			continue
		}
		if s := e.Viewer.Spaces.Get(c.SpaceID); s != nil {
			keys = append(keys, `"`+s.Key+`"`)
		}
	}
	if len(keys) == 0 {
		return ""
	}
	return " and space in (" + strings.Join(keys, ", ") + ")"
}

func (e *Env) pages(c *content.Content, cql string, limit int) (any, string, error) {
	cs, why, err := e.found(c, cql, limit)
	if err != nil || why != "" {
		return nil, why, err
	}
	return Pages{e.refs(cs)}, "", nil
}

func (e *Env) recent(c *content.Content, p map[string]string) (any, string, error) {
	spaces := p["spaces"]
	if spaces == "" {
		spaces = "@self"
	}
	return e.pages(c, "type in (page, blogpost)"+e.within(c, spaces)+" order by lastmodified desc", number(p["max"], 15))
}

func (e *Env) blogPosts(c *content.Content, p map[string]string) (any, string, error) {
	spaces := p["spaces"]
	if spaces == "" {
		spaces = "@self"
	}
	return e.pages(c, "type = blogpost"+e.within(c, spaces)+" order by created desc", number(p["max"], 15))
}

func (e *Env) byLabel(c *content.Content, p map[string]string) (any, string, error) {
	q, why := e.labelQuery(c, p)
	if why != "" {
		return nil, why, nil
	}
	return e.pages(c, q+" order by lastmodified desc", number(p["max"], 15))
}

// labelQuery gives the CQL of macros that take either a query or labels.
func (e *Env) labelQuery(c *content.Content, p map[string]string) (query, why string) {
	if p["cql"] != "" {
		return "type in (page, blogpost) and (" + p["cql"] + ")", ""
	}
	names := p["labels"]
	if names == "" {
		names = p["label"]
	}
	if strings.TrimSpace(names) == "" {
		return "", "No label is chosen."
	}
	var parts []string
	for _, l := range strings.FieldsFunc(names, func(r rune) bool { return r == ',' || r == ' ' }) {
		parts = append(parts, `label = "`+strings.ReplaceAll(strings.TrimLeft(l, "+-"), `"`, "")+`"`)
	}
	op := " or "
	if p["operator"] == "AND" {
		op = " and "
	}
	spaces := p["spaces"]
	return "type in (page, blogpost) and (" + strings.Join(parts, op) + ")" + e.within(c, spaces), ""
}

func (e *Env) report(c *content.Content, p map[string]string) (any, string, error) {
	q, why := e.labelQuery(c, p)
	if why != "" {
		return nil, why, nil
	}
	cs, why, err := e.found(c, q+" order by title", number(p["pageSize"], 100))
	if err != nil || why != "" {
		return nil, why, err
	}
	out := Report{Columns: []string{}, Rows: []ReportRow{}}
	for _, h := range strings.Split(p["headings"], ",") {
		if h = strings.TrimSpace(h); h != "" {
			out.Columns = append(out.Columns, h)
		}
	}
	chosen := len(out.Columns) > 0
	values := make([]map[string][]*adf.Node, 0, len(cs))
	for _, x := range cs {
		_, doc, err := page.Body(e.Ctx, e.Tx, x)
		if err != nil {
			return nil, "", err
		}
		of := map[string][]*adf.Node{}
		for _, prop := range extract.Properties(doc, p["id"]) {
			if _, twice := of[prop.Key]; twice {
				continue
			}
			of[prop.Key] = prop.Value
			if !chosen && !has(out.Columns, prop.Key) {
				out.Columns = append(out.Columns, prop.Key)
			}
		}
		if len(of) == 0 {
			continue
		}
		values = append(values, of)
		out.Rows = append(out.Rows, ReportRow{Page: e.ref(x)})
	}
	for i := range out.Rows {
		for _, col := range out.Columns {
			doc := adf.Doc(values[i][col]...)
			out.Rows[i].docs = append(out.Rows[i].docs, doc)
			out.Rows[i].Values = append(out.Rows[i].Values, doc.JSON())
		}
	}
	return out, "", nil
}

func has(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

func (e *Env) jira(_ *content.Content, p map[string]string) (any, string, error) {
	if e.Issues == nil {
		return nil, "There is no issue tracker here.", nil
	}
	var keys []string
	jql := p["jqlQuery"]
	if jql == "" {
		jql = p["jql"]
	}
	if p["key"] != "" {
		keys = []string{p["key"]}
	} else if jql == "" {
		return nil, "No issue and no query is chosen.", nil
	}
	found, total, err := e.Issues.Find(e.Ctx, e.Tx, keys, jql, min(number(p["maximumIssues"], 20), 200))
	if err != nil {
		return nil, "The issues cannot be shown: " + err.Error(), nil //nolint:nilerr // told to the reader
	}
	if len(keys) > 0 && len(found) == 0 {
		return nil, "The issue " + keys[0] + " is not there, or you may not see it.", nil
	}
	if found == nil {
		found = []needs.Issue{}
	}
	return Issues{Issues: found, Total: total, JQL: jql, Single: len(keys) > 0}, "", nil
}

func (e *Env) tasks(c *content.Content, p map[string]string) (any, string, error) {
	q := task.Filter{Statuses: []string{task.Incomplete}, Limit: min(number(p["pageSize"], 20), 200)}
	if p["status"] == "complete" {
		q.Statuses = []string{task.Complete}
	}
	q.Assignees = append(q.Assignees, strings.FieldsFunc(p["assignees"], func(r rune) bool { return r == ',' || r == ' ' })...)
	for _, k := range strings.FieldsFunc(p["spaces"]+","+p["spaceAndPage"], func(r rune) bool { return r == ',' || r == ' ' }) {
		k = strings.TrimPrefix(k, "space:")
		if s := e.Viewer.Spaces.ByKey(k); s != nil {
			q.Spaces = append(q.Spaces, s.ID)
		}
	}
	found, _, err := task.Find(e.Ctx, e.Tx, e.Viewer, q)
	if err != nil {
		return nil, "", err
	}
	out := Tasks{Tasks: []Task{}}
	for _, t := range found {
		of := e.resolver(c).See(t.ContentID)
		if of == nil {
			continue
		}
		out.Tasks = append(out.Tasks, Task{Page: e.ref(of), LocalID: t.LocalID, Text: t.Text(), Done: t.Status == task.Complete, Assignee: e.name(t.Assignee), Due: t.Due})
	}
	return out, "", nil
}
