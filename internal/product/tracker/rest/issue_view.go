package rest

import (
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/product/tracker/attachment"
	"holdfast.dev/internal/product/tracker/comment"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/link"
	"holdfast.dev/internal/product/tracker/worklog"
)

// fieldSet is what a client asked for in "fields": everything, what lists show, or names, less those with a minus.
type fieldSet struct {
	all  bool
	only map[string]bool
	not  map[string]bool
}

// heavy fields are not among those that lists show (*navigable).
var heavy = map[string]bool{"comment": true, "worklog": true, "attachment": true}

// parseFields reads the fields parameter; def is used when it is empty.
func parseFields(asked []string, def string) fieldSet {
	f := fieldSet{only: map[string]bool{}, not: map[string]bool{}}
	if !slices.ContainsFunc(asked, func(name string) bool { return !strings.HasPrefix(name, "-") }) {
		asked = append([]string{def}, asked...) // nothing, or only what is not wanted
	}
	for _, name := range asked {
		switch {
		case name == "*all":
			f.all = true
		case name == "*navigable":
			f.all = true
			for h := range heavy {
				f.not[h] = true
			}
		case strings.HasPrefix(name, "-"):
			f.not[name[1:]] = true
		default:
			f.only[name] = true
		}
	}
	return f
}

func (f fieldSet) has(name string) bool { return f.only[name] || f.all && !f.not[name] }

// issueView is an issue with what was asked for.
type issueView struct {
	*issue.Issue
	texts                      issue.Texts
	values                     map[int64][]string
	comments                   []*comment.Comment
	seenComments, seenWorklogs int
	worklogs                   []*worklog.Worklog
	attachments                []*attachment.File
	links                      []*link.Link
	children                   []*issue.Issue
	related                    map[int64]*issue.Issue // parents and the other ends of links
	watching                   bool
	voted                      bool
}

var (
	qWatching = storage.Register("tracker/issue_watcher.get", `SELECT count(*) FROM issue_watcher WHERE issue_id = $1 AND account = $2`)
	qVoted    = storage.Register("tracker/issue_vote.get", `SELECT count(*) FROM issue_vote WHERE issue_id = $1 AND account = $2`)
)

// view loads what the fields need of several issues: texts and values together, the rest only where the counters say that there is any.
func (c *call) view(issues []*issue.Issue, f fieldSet) ([]*issueView, error) {
	views := make([]*issueView, len(issues))
	var ids, withValues []int64
	for n, i := range issues {
		views[n] = &issueView{Issue: i, related: map[int64]*issue.Issue{}}
		ids = append(ids, i.ID)
		if i.FieldValues > 0 {
			withValues = append(withValues, i.ID)
		}
	}
	if f.has("description") || f.has("environment") {
		if err := c.viewTexts(views, ids); err != nil {
			return nil, err
		}
	}
	if len(withValues) > 0 && (f.all || wantsCustom(f)) {
		values, err := issue.ValuesByIDs(c.ctx, c.tx, withValues)
		if err != nil {
			return nil, err
		}
		for _, v := range views {
			v.values = values[v.ID]
		}
	}
	for _, v := range views {
		if err := c.viewParts(v, f); err != nil {
			return nil, err
		}
	}
	return views, c.viewRelated(views)
}

func wantsCustom(f fieldSet) bool {
	for name := range f.only {
		if strings.HasPrefix(name, "customfield_") {
			return true
		}
	}
	return false
}

func (c *call) viewTexts(views []*issueView, ids []int64) error {
	if len(ids) == 1 {
		var err error
		views[0].texts, err = issue.TextsOf(c.ctx, c.tx, ids[0])
		return err
	}
	texts, err := issue.TextsByIDs(c.ctx, c.tx, ids)
	for _, v := range views {
		v.texts = texts[v.ID]
	}
	return err
}

// viewParts loads what has tables of its own.
func (c *call) viewParts(v *issueView, f fieldSet) (err error) {
	if v.Comments > 0 && f.has("comment") {
		if v.comments, v.seenComments, err = comment.Page(c.ctx, c.tx, v.Issue, false, 0, comment.MaxPage, c.seenComments); err != nil {
			return err
		}
	}
	if v.Worklogs > 0 && f.has("worklog") {
		if v.worklogs, v.seenWorklogs, err = worklog.Page(c.ctx, c.tx, v.Issue, 0, 20, c.seenWorklogs); err != nil {
			return err
		}
	}
	if v.Attachments > 0 && f.has("attachment") {
		if v.attachments, err = attachment.Of(c.ctx, c.tx, v.ID); err != nil {
			return err
		}
	}
	if v.Links > 0 && f.has("issuelinks") {
		if v.links, err = link.Of(c.ctx, c.tx, v.ID); err != nil {
			return err
		}
	}
	if v.Subtasks > 0 && f.has("subtasks") {
		if v.children, err = issue.Children(c.ctx, c.tx, v.ID); err != nil {
			return err
		}
	}
	if c.actor != "" && v.Watches > 0 && f.has("watches") {
		if v.watching, err = c.flag(qWatching, v.ID); err != nil {
			return err
		}
	}
	if c.actor != "" && v.Votes > 0 && f.has("votes") {
		v.voted, err = c.flag(qVoted, v.ID)
	}
	return err
}

func (c *call) flag(q *storage.Query, id int64) (bool, error) {
	var n int
	err := c.tx.Get(c.ctx, q, []any{id, c.actor}, &n)
	return n > 0, err
}

// viewRelated loads, together, the issues that others mention.
func (c *call) viewRelated(views []*issueView) error {
	seen := map[int64]bool{}
	var ids []int64
	want := func(id int64) {
		if id != 0 && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for _, v := range views {
		want(v.ParentID)
		for _, l := range v.links {
			want(l.Source)
			want(l.Target)
		}
	}
	found, err := issue.ByIDs(c.ctx, c.tx, ids)
	for _, i := range found {
		for _, v := range views {
			v.related[i.ID] = i
		}
	}
	return err
}

// key gives the key of an issue.
func (r *renderer) key(i *issue.Issue) string {
	if p := r.cat.Project(i.ProjectID); p != nil {
		return issue.Key(p.Key, i.Number)
	}
	return strconv.FormatInt(i.ID, 10)
}
