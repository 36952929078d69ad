package issue

import (
	"context"
	"fmt"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/field"
	"holdfast.dev/internal/product/tracker/sequence"
)

var (
	qWatch   = storage.Register("tracker/issue_watcher.insert", `INSERT INTO issue_watcher (issue_id, account) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qMaxRank = storage.Register("tracker/issue.last_rank", `SELECT coalesce(max(rank), '') FROM issue`)
)

// Names gives the words by which history shows people.
type Names func(account string) string

// Create adds an issue in the first status of its workflow, last by rank, watched by its reporter.
func Create(ctx context.Context, tx *volume.Tx, c *catalog.Catalog, actor string, d Draft) (*Issue, error) {
	p := c.Project(d.ProjectID)
	if p == nil || p.Deleted != nil {
		return nil, fault.Invalid("project", "Specify a valid project ID or key")
	}
	i := &Issue{ProjectID: p.ID, TypeID: d.TypeID.Value, Creator: actor, Reporter: actor, Created: tx.Now(), Updated: tx.Now(), StatusSince: tx.Now()}
	w := c.WorkflowOf(p.ID, i.TypeID)
	if w == nil || w.Initial == nil {
		return nil, fmt.Errorf("project %s has no workflow", p.Key)
	}
	i.StatusID = w.Initial.ID
	if pr := c.DefaultPriority(); pr != nil {
		i.PriorityID = pr.ID
	}
	apply(i, d.Patch)
	if err := checkParent(ctx, tx, c, i); err != nil {
		return nil, err
	}
	i.RemainingEstimate = firstEstimate(i.RemainingEstimate, i.OriginalEstimate)
	var err error
	if i.ID, err = sequence.Next(ctx, tx, sequence.ID, 1); err != nil {
		return nil, err
	}
	if i.Number, err = sequence.Next(ctx, tx, sequence.Issue(p.ID), 1); err != nil {
		return nil, err
	}
	if i.Rank, err = lastRank(ctx, tx); err != nil {
		return nil, err
	}
	if i.Reporter != "" {
		i.Watches = 1
	}
	var words []string
	for _, l := range d.Values {
		i.FieldValues += int64(len(l.Apply(nil)))
	}
	if i.FieldValues > 0 {
		words = fieldWords(c, d.Values)
	}
	if err := Insert(ctx, tx, i, Texts{d.Description.Value, d.DescriptionText, d.Environment.Value, d.EnvironmentText}, searchText(words)); err != nil {
		return nil, err
	}
	if err := WriteLists(ctx, tx, i); err != nil {
		return nil, err
	}
	for id, l := range d.Values {
		if err := writeField(ctx, tx, c, i.ID, id, 0, l.Apply(nil)); err != nil {
			return nil, err
		}
	}
	if i.Reporter != "" {
		if _, err := tx.Exec(ctx, qWatch, i.ID, i.Reporter); err != nil {
			return nil, err
		}
	}
	return i, countChild(ctx, tx, i.ParentID, +1)
}

func firstEstimate(a, b *int64) *int64 {
	if a != nil {
		return a
	}
	return b
}

// apply sets what a patch gives on the row.
func apply(i *Issue, p Patch) {
	set(&i.Summary, p.Summary)
	set(&i.TypeID, p.TypeID)
	set(&i.PriorityID, p.PriorityID)
	set(&i.ResolutionID, p.ResolutionID)
	set(&i.Assignee, p.Assignee)
	set(&i.Reporter, p.Reporter)
	set(&i.ParentID, p.ParentID)
	set(&i.DueDay, p.DueDay)
	set(&i.OriginalEstimate, p.OriginalEstimate)
	set(&i.RemainingEstimate, p.RemainingEstimate)
	if p.Labels.Changes() {
		i.Labels = p.Labels.Apply(i.Labels)
	}
	if p.Components.Changes() {
		i.Components = p.Components.Apply(i.Components)
	}
	if p.FixVersions.Changes() {
		i.FixVersions = p.FixVersions.Apply(i.FixVersions)
	}
	if p.Affects.Changes() {
		i.Affects = p.Affects.Apply(i.Affects)
	}
}

func set[T any](to *T, v Opt[T]) {
	if v.Given {
		*to = v.Value
	}
}

// checkParent holds the rules of hierarchy: a sub-task needs a parent of a standard type in its project, a standard issue may have an epic, and
// no issue is its own ancestor.
func checkParent(ctx context.Context, tx *volume.Tx, c *catalog.Catalog, i *Issue) error {
	t := c.Type(i.TypeID)
	if t == nil {
		return fault.Invalid("issuetype", "Specify a valid issue type")
	}
	if i.ParentID == 0 {
		if t.Subtask() {
			return fault.Invalid("parent", "Issue type is a sub-task but parent issue key or id not specified.")
		}
		return nil
	}
	parent, err := Get(ctx, tx, i.ParentID)
	if err != nil {
		return fault.Invalid("parent", "Could not find issue by id or key.")
	}
	pt := c.Type(parent.TypeID)
	switch {
	case parent.ID == i.ID, pt == nil, pt.Level != t.Level+1:
		return fault.Invalid("parent", "Given parent work item does not belong to appropriate hierarchy.")
	case t.Subtask() && parent.ProjectID != i.ProjectID:
		return fault.Invalid("parent", "A sub-task must be in the project of its parent.")
	}
	return nil
}

// countChild keeps the parent's number of children.
func countChild(ctx context.Context, tx *volume.Tx, parent, by int64) error {
	if parent == 0 {
		return nil
	}
	p, err := Get(ctx, tx, parent)
	if err != nil {
		return err
	}
	p.Subtasks += by
	return Save(ctx, tx, p)
}

// writeField replaces the values of a custom field.
func writeField(ctx context.Context, tx *volume.Tx, c *catalog.Catalog, issue, id int64, old int, values []string) error {
	f := c.Field(id)
	if f == nil {
		return fmt.Errorf("there is no custom field %d", id)
	}
	sorts := make([]string, len(values))
	for n, v := range values {
		sorts[n] = field.Sort(f, v)
	}
	return WriteValues(ctx, tx, issue, id, old, values, sorts)
}

// fieldWords gives the words of text fields, for search.
func fieldWords(c *catalog.Catalog, values map[int64]List[string]) []string {
	var words []string
	for id, l := range values {
		f := c.Field(id)
		if f == nil {
			continue
		}
		switch f.Type {
		case catalog.FieldText, catalog.FieldTextArea, catalog.FieldURL, catalog.FieldReadOnly:
			for _, v := range l.Apply(nil) {
				words = append(words, field.Text(c, f, v, func(a string) string { return a }))
			}
		}
	}
	return words
}

// lastRank gives the rank after every other.
func lastRank(ctx context.Context, tx *volume.Tx) (string, error) {
	var last string
	if err := tx.Get(ctx, qMaxRank, nil, &last); err != nil {
		return "", err
	}
	return After(last), nil
}
