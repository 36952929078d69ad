package rest

import (
	"net/http"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/jql"
	"holdfast.dev/internal/product/tracker/search"
)

// boardRoutes are what the board of the web interface reads, and Jira Software's operation by which cards are put in order.
func (h *handler) boardRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/api/board/{project}", Permission: "BROWSE_PROJECTS", Handler: h.getBoard, Dialect: httpkit.Platform},
		{Method: "PUT", Path: "/rest/agile/1.0/issue/rank", Permission: "SCHEDULE_ISSUES", Handler: h.putRank, Dialect: httpkit.Jira},
	}
}

// cardsPerColumn bounds a column; more is told as truncated.
const cardsPerColumn = 500

// doneDays is how long what is done stays on the board.
const doneDays = 14

type boardColumn struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Category string      `json:"category"`
	Statuses []string    `json:"statuses"`
	Total    int         `json:"total"`
	Issues   []boardCard `json:"issues"`
}

type boardCard struct {
	ID       string       `json:"id"`
	Key      string       `json:"key"`
	Summary  string       `json:"summary"`
	Type     boardIcon    `json:"type"`
	Priority *boardIcon   `json:"priority"`
	Assignee *boardPerson `json:"assignee"`
	Labels   []string     `json:"labels"`
	StatusID string       `json:"statusId"`
	Rank     string       `json:"rank"`
	Parent   *boardParent `json:"parent"`
	Updated  httpkit.Time `json:"updated"`
}

type boardIcon struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	IconURL string `json:"iconUrl"`
}

type boardPerson struct {
	AccountID   string `json:"accountId"`
	DisplayName string `json:"displayName"`
}

type boardParent struct {
	Key     string `json:"key"`
	Summary string `json:"summary"`
}

// getBoard gives the cards of a project by column, in order of rank. A column is a status of the project's workflows.
func (h *handler) getBoard(w http.ResponseWriter, r *http.Request) error {
	type projectRef struct {
		Key  string `json:"key"`
		Name string `json:"name"`
	}
	var out struct {
		Project   projectRef    `json:"project"`
		Columns   []boardColumn `json:"columns"`
		Truncated bool          `json:"truncated"`
	}
	err := h.read(r, func(c *call) error {
		p := c.cat.FindProject(r.PathValue("project"))
		if p == nil {
			return fault.NotFound("There is no project '%.40s', or you may not see it.", r.PathValue("project"))
		}
		out.Project = projectRef{p.Key, p.Name}
		narrow, err := search.Parse(r.URL.Query().Get("jql"))
		if err != nil {
			return err
		}
		out.Columns = []boardColumn{}
		for _, s := range boardStatuses(c.cat, p) {
			column, err := h.boardColumn(c, p, s, narrow)
			if err != nil {
				return err
			}
			out.Truncated = out.Truncated || column.Total > len(column.Issues)
			out.Columns = append(out.Columns, column)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// boardStatuses gives the statuses of a project's workflows: what is to do, what is in progress, what is done.
func boardStatuses(cat *catalog.Catalog, p *catalog.Project) []*catalog.Status {
	seen := map[int64]bool{}
	var out []*catalog.Status
	for _, category := range []string{catalog.CategoryNew, catalog.CategoryIndeterminate, catalog.CategoryDone} {
		for _, t := range p.Types {
			w := cat.WorkflowOf(p.ID, t.ID)
			if w == nil {
				continue
			}
			for _, s := range w.Statuses {
				if s.Category == category && !seen[s.ID] {
					seen[s.ID] = true
					out = append(out, s)
				}
			}
		}
	}
	return out
}

func value(s string) jql.Operand { return jql.Operand{Kind: jql.KindValue, Value: s} }

func equals(field, v string) jql.Node {
	return &jql.Clause{Field: jql.Field{Name: field}, Op: "=", Operand: value(v)}
}

func (h *handler) boardColumn(c *call, p *catalog.Project, s *catalog.Status, narrow *jql.Query) (boardColumn, error) {
	id := strconv.FormatInt(s.ID, 10)
	column := boardColumn{ID: id, Name: s.Name, Category: s.Category, Statuses: []string{id}, Issues: []boardCard{}}
	where := &jql.Compound{Op: "and", Terms: []jql.Node{equals("project", strconv.FormatInt(p.ID, 10)), equals("status", id),
		&jql.Clause{Field: jql.Field{Name: "hierarchyLevel"}, Op: "<=", Operand: value("0")}}}
	if s.Category == catalog.CategoryDone {
		where.Terms = append(where.Terms, &jql.Clause{Field: jql.Field{Name: "statusCategoryChangedDate"}, Op: ">=", Operand: value("-" + strconv.Itoa(doneDays) + "d")})
	}
	if narrow.Where != nil {
		where.Terms = append(where.Terms, narrow.Where)
	}
	plan, err := search.Compile(c.ctx, c.tx, h.scope(c), &jql.Query{Where: where, OrderBy: []jql.Sort{{Field: jql.Field{Name: "Rank"}}}})
	if err != nil {
		return column, err
	}
	ids, more, err := plan.Page(c.ctx, c.tx, search.Cursor{}, cardsPerColumn)
	if err != nil {
		return column, err
	}
	column.Total = len(ids)
	if more != nil {
		if column.Total, err = plan.Count(c.ctx, c.tx, 1<<31-1); err != nil {
			return column, err
		}
	}
	issues, err := issue.ByIDs(c.ctx, c.tx, ids)
	if err != nil {
		return column, err
	}
	var parents []int64
	for _, i := range issues {
		if i.ParentID != 0 {
			parents = append(parents, i.ParentID)
		}
	}
	found, err := issue.ByIDs(c.ctx, c.tx, parents)
	if err != nil {
		return column, err
	}
	byID := map[int64]*issue.Issue{}
	for _, i := range found {
		byID[i.ID] = i
	}
	for _, i := range issues {
		column.Issues = append(column.Issues, c.card(i, byID[i.ParentID]))
	}
	return column, nil
}

func (c *call) card(i, parent *issue.Issue) boardCard {
	card := boardCard{ID: strconv.FormatInt(i.ID, 10), Key: c.key(i), Summary: i.Summary, Labels: i.Labels, StatusID: strconv.FormatInt(i.StatusID, 10), Rank: i.Rank, Updated: c.at(i.Updated)}
	if card.Labels == nil {
		card.Labels = []string{}
	}
	if t := c.cat.Type(i.TypeID); t != nil {
		w := c.issueType(t)
		card.Type = boardIcon{w.ID, w.Name, w.IconURL}
	}
	if p := c.cat.Priority(i.PriorityID); p != nil {
		w := c.priority(p)
		card.Priority = &boardIcon{w.ID, w.Name, w.IconURL}
	}
	if u := c.user(i.Assignee); u != nil {
		card.Assignee = &boardPerson{u.AccountID, u.DisplayName}
	}
	if parent != nil {
		card.Parent = &boardParent{c.key(parent), parent.Summary}
	}
	return card
}

// putRank moves up to 50 issues, in their order, before or after another one.
func (h *handler) putRank(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[struct {
		Issues []string `json:"issues"`
		Before string   `json:"rankBeforeIssue"`
		After  string   `json:"rankAfterIssue"`
	}](r)
	if err != nil {
		return err
	}
	if len(in.Issues) == 0 || len(in.Issues) > 50 {
		return fault.Bad("Between 1 and 50 issues can be ranked at once.")
	}
	if (in.Before == "") == (in.After == "") {
		return fault.Bad("Either rankBeforeIssue or rankAfterIssue must be given.")
	}
	err = h.write(r, func(c *call) error {
		find := func(key string) (*issue.Issue, error) {
			if key == "" {
				return nil, nil
			}
			return issue.Find(c.ctx, c.tx, c.cat, key)
		}
		before, err := find(in.Before)
		if err != nil {
			return err
		}
		after, err := find(in.After)
		if err != nil {
			return err
		}
		var moved []*issue.Issue
		for _, key := range in.Issues {
			i, err := find(key)
			if err != nil {
				return err
			}
			if before != nil && i.ID == before.ID || after != nil && i.ID == after.ID {
				return fault.Bad("The issue %s cannot be ranked by itself.", strings.ToUpper(key))
			}
			moved = append(moved, i)
		}
		return issue.Place(c.ctx, c.tx, moved, before, after)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}
