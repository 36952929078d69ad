package search

import (
	"strconv"
	"strings"

	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/cql"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/viewer"
	"holdfast.dev/internal/product/wiki/watch"
)

// field is what can be compared: the operators it knows ("=" stands for "in" and "not in" too) and its condition.
type field struct {
	ops     string
	compile func(c *compiler, n *cql.Clause) frag
}

var fields map[string]field

func init() {
	equal, text, date := "= !=", "~ !~", "= != > >= < <="
	fields = map[string]field{
		"type": {equal, typeClause}, "space": {equal, spaceClause}, "space.key": {equal, spaceClause}, "space.type": {equal, spaceTypeClause},
		"space.title": {"= != ~ !~", spaceTitleClause}, "space.category": {equal, categoryClause}, "id": {"= != > >= < <=", idClause}, "content": {equal, idClause},
		"parent": {equal, parentClause}, "ancestor": {equal, ancestorClause}, "container": {equal, containerClause},
		"title": {"= != ~ !~", titleClause}, "text": {text, textClause}, "sitesearch": {text, textClause}, "label": {equal, labelClause},
		"creator": {equal, personClause("c.author = ?")}, "contributor": {equal, personClause("c.id IN (SELECT v.content_id FROM wiki_version v WHERE v.author = ?)")},
		"mention":   {equal, personClause("c.id IN (SELECT u.content_id FROM wiki_use u WHERE u.kind = 'mention' AND u.target = ?)")},
		"watcher":   {equal, personClause("CAST(c.id AS TEXT) IN (SELECT w.target FROM wiki_watch w WHERE w.kind = 'content' AND w.account = ?)")},
		"favourite": {equal, personClause("c.id IN (SELECT f.target_id FROM wiki_favourite f WHERE f.kind = 'content' AND f.account = ?)")},
		"created":   {date, dateClause("c.created_us")}, "lastmodified": {date, dateClause("c.updated_us")}, "macro": {equal, macroClause},
		"user": {equal, personClause("1 = 0 AND c.author = ?")}, "status": {equal, statusClause},
	}
	fields["favorite"] = fields["favourite"]
	fields["user.fullname"] = field{"= != ~ !~", func(*compiler, *cql.Clause) frag { return never }}
	fields["user.accountid"] = fields["user"]
}

func positive(op string) bool { return op == "=" || op == "in" || op == "~" }

// signed turns a condition round for a negative operator.
func signed(op string, f frag) frag {
	if positive(op) {
		return f
	}
	return not(f)
}

// each joins what a clause's values become.
func (c *compiler) each(n *cql.Clause, one func(v cql.Value) frag) frag {
	var parts []frag
	for _, v := range n.Values {
		parts = append(parts, one(v))
	}
	return signed(n.Op, join("OR", parts))
}

func typeClause(c *compiler, n *cql.Clause) frag {
	return c.each(n, func(v cql.Value) frag {
		switch t := strings.ToLower(v.Text); t {
		case content.Page, content.BlogPost, content.Comment, content.Attachment:
			return sql("c.kind = ?", t)
		case "space", "user", "folder", "whiteboard", "database", "embed", "smartlink", "space_description", "global", "personal":
			return never
		}
		return c.problem(v.Pos, "There is no type '%.60s'", v.Text)
	})
}

func statusClause(c *compiler, n *cql.Clause) frag {
	return c.each(n, func(v cql.Value) frag { return sql("c.status = ?", strings.ToLower(v.Text)) })
}

func in(column string, ids []int64) frag {
	if len(ids) == 0 {
		return never
	}
	return frag{sql: column + " IN (" + viewer.Numbers(ids) + ")"}
}

func spaceClause(c *compiler, n *cql.Clause) frag {
	return c.each(n, func(v cql.Value) frag {
		switch v.Func {
		case "":
			if s := c.Viewer.Spaces.ByKey(v.Text); s != nil {
				return sql("c.space_id = ?", s.ID)
			}
			return never
		case "currentspace":
			return sql("c.space_id = ?", c.Space)
		case "favouritespaces", "favoritespaces":
			return in("c.space_id", c.favourites(watch.Space))
		case "recentlyviewedspaces":
			return frag{"c.space_id IN (SELECT r.space_id FROM wiki_seen s JOIN wiki_content r ON r.id = s.content_id WHERE s.account = ?)", []any{c.Viewer.Account}}
		}
		return c.noFunction(v)
	})
}

func (c *compiler) noFunction(v cql.Value) frag {
	return c.problem(v.Pos, "There is no function '%.60s' here", v.Func)
}

func (c *compiler) favourites(kind string) []int64 {
	ids, err := watch.Favourites(c.ctx, c.tx, c.Viewer.Account, kind)
	c.failed(err)
	return ids
}

// spaces gives the spaces that a test holds for.
func (c *compiler) spaces(test func(i int) bool) frag {
	var ids []int64
	for i, s := range c.Viewer.Spaces.All {
		if test(i) {
			ids = append(ids, s.ID)
		}
	}
	return in("c.space_id", ids)
}

func spaceTypeClause(c *compiler, n *cql.Clause) frag {
	return c.each(n, func(v cql.Value) frag {
		t := strings.ToLower(v.Text)
		if t == "favourite" || t == "favorite" {
			return in("c.space_id", c.favourites(watch.Space))
		}
		return c.spaces(func(i int) bool { return c.Viewer.Spaces.All[i].Type == t })
	})
}

func spaceTitleClause(c *compiler, n *cql.Clause) frag {
	return c.each(n, func(v cql.Value) frag {
		wanted := content.Fold(v.Text)
		if strings.HasSuffix(n.Op, "~") {
			words := Words(wanted)
			return c.spaces(func(i int) bool { return allStart(Words(content.Fold(c.Viewer.Spaces.All[i].Name)), words) })
		}
		return c.spaces(func(i int) bool { return content.Fold(c.Viewer.Spaces.All[i].Name) == wanted })
	})
}

// allStart tells whether each wanted word is the start of one of some words.
func allStart(words, wanted []string) bool {
	for _, w := range wanted {
		found := false
		for _, s := range words {
			found = found || strings.HasPrefix(s, w)
		}
		if !found {
			return false
		}
	}
	return len(wanted) > 0
}

func labelled(c *compiler, v cql.Value, column string) frag {
	l, err := label.Parse(c.Viewer.Account, v.Text)
	if err != nil {
		return never
	}
	return sql(column+" IN (SELECT x.target_id FROM wiki_labelling x JOIN wiki_label l ON l.id = x.label_id WHERE l.name = ? AND l.prefix = ? AND l.owner = ?)", l.Name, l.Prefix, l.Owner)
}

func labelClause(c *compiler, n *cql.Clause) frag {
	return c.each(n, func(v cql.Value) frag { return labelled(c, v, "c.id") })
}

func categoryClause(c *compiler, n *cql.Clause) frag {
	return c.each(n, func(v cql.Value) frag { return labelled(c, v, "c.space_id") })
}

// number reads the identifier of a content.
func (c *compiler) number(v cql.Value) (int64, bool) {
	if v.Func == "currentcontent" {
		return c.Content, true
	}
	id, err := strconv.ParseInt(strings.TrimPrefix(v.Text, "att"), 10, 64)
	if err != nil || v.Func != "" {
		c.problem(v.Pos, "'%.60s' is no identifier of a content", v.Text+v.Func)
		return 0, false
	}
	return id, true
}

func (c *compiler) byNumber(n *cql.Clause, text string, times int) frag {
	return c.each(n, func(v cql.Value) frag {
		id, ok := c.number(v)
		if !ok {
			return never
		}
		args := make([]any, times)
		for i := range args {
			args[i] = id
		}
		return sql(text, args...)
	})
}

func idClause(c *compiler, n *cql.Clause) frag {
	switch n.Op {
	case ">", ">=", "<", "<=":
		id, _ := c.number(n.Values[0])
		return sql("c.id "+n.Op+" ?", id)
	}
	if len(n.Values) == 1 && n.Values[0].Func == "recentlyviewedcontent" {
		limit := 20
		if a := n.Values[0].Args; len(a) > 0 {
			if k, err := strconv.Atoi(a[0]); err == nil {
				limit = min(max(k, 1), 200)
			}
		}
		ids, err := watch.Recent(c.ctx, c.tx, c.Viewer.Account, limit)
		c.failed(err)
		return signed(n.Op, in("c.id", ids))
	}
	return c.byNumber(n, "c.id = ?", 1)
}

func parentClause(c *compiler, n *cql.Clause) frag {
	return c.byNumber(n, "(c.parent_id = ? AND c.kind = 'page')", 1)
}

func ancestorClause(c *compiler, n *cql.Clause) frag {
	return c.byNumber(n, "c.id IN ("+list.Beneath+")", 1)
}

func containerClause(c *compiler, n *cql.Clause) frag {
	return c.byNumber(n, "(c.owner_id = ? AND c.id <> ?)", 2)
}

func macroClause(c *compiler, n *cql.Clause) frag {
	return c.each(n, func(v cql.Value) frag {
		return sql("c.id IN (SELECT u.content_id FROM wiki_use u WHERE u.kind = 'macro' AND u.target = ?)", strings.ToLower(v.Text))
	})
}

// personClause compares with an account; people may be named by account, mail address or full name.
func personClause(text string) func(*compiler, *cql.Clause) frag {
	return func(c *compiler, n *cql.Clause) frag {
		return c.each(n, func(v cql.Value) frag {
			if v.Func == "currentuser" {
				if c.Viewer.Account == "" {
					return never
				}
				return sql(text, c.Viewer.Account)
			}
			if v.Func != "" {
				return c.noFunction(v)
			}
			if _, ok := c.People[v.Text]; ok {
				return sql(text, v.Text)
			}
			var parts []frag
			for id, p := range c.People {
				if strings.EqualFold(p.Email, v.Text) || strings.EqualFold(p.DisplayName, v.Text) {
					parts = append(parts, sql(text, id))
				}
			}
			if len(parts) == 0 {
				return never
			}
			return join("OR", parts)
		})
	}
}

func titleClause(c *compiler, n *cql.Clause) frag {
	if strings.HasSuffix(n.Op, "~") {
		return fullText(c, n, "title")
	}
	return c.each(n, func(v cql.Value) frag { return sql("c.title_fold = ?", content.Fold(v.Text)) })
}

func textClause(c *compiler, n *cql.Clause) frag { return fullText(c, n, "") }

func fullText(c *compiler, n *cql.Clause, column string) frag {
	v := n.Values[0]
	alternatives := texts(v.Text)
	if len(alternatives) == 0 {
		return c.problem(v.Pos, "There is nothing to search for in '%.60s'", v.Text)
	}
	m, titles := match(c.tx.Dialect(), alternatives), column == "title"
	if positive(n.Op) && c.depth == 0 {
		words := 0
		for _, a := range alternatives {
			words += len(a.must) + len(a.not)
			for _, p := range a.must {
				c.plan.wanted = append(c.plan.wanted, p.words...)
				if p.prefix {
					c.plan.wanted[len(c.plan.wanted)-1] += "*"
				}
			}
		}
		if c.plan.rank == nil && c.top {
			c.plan.rank = &ranking{match: m, titles: titles, words: words, texts: alternatives}
			if c.unranked {
				return always
			}
		}
	}
	return signed(n.Op, sql("c.id IN ("+found(c.tx.Dialect(), titles)+")", m))
}
