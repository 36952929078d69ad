// Package component keeps the parts that projects are divided into.
package component

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/sequence"
)

var (
	qInsert = storage.Register("tracker/component.insert", `INSERT INTO component (id, project_id, name, name_key, description, lead, assignee_type) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qUpdate = storage.Register("tracker/component.update", `UPDATE component SET name = $2, name_key = $3, description = $4, lead = $5, assignee_type = $6 WHERE id = $1`)
	qDelete = storage.Register("tracker/component.delete", `DELETE FROM component WHERE id = $1`)
	qIssues = storage.Register("tracker/issue_component.issues", `SELECT issue_id FROM issue_component WHERE component_id = $1 ORDER BY issue_id`)
	qCount  = storage.Register("tracker/issue_component.count", `SELECT count(*) FROM issue_component WHERE component_id = $1`)
)

// Check tells what is wrong with a component, by field.
func Check(p *catalog.Project, v *catalog.Component) error {
	v.Name = strings.TrimSpace(v.Name)
	switch other := p.FindComponent(v.Name); {
	case v.Name == "":
		return fault.Invalid("name", "The component name specified is invalid - cannot be an empty string.")
	case len(v.Name) > 255:
		return fault.Invalid("name", "The component name must not exceed 255 characters in length.")
	case other != nil && other.ID != v.ID && strings.EqualFold(other.Name, v.Name):
		return fault.Invalid("name", "A component with the name %s already exists in this project.", v.Name)
	}
	switch v.AssigneeType {
	case "":
		v.AssigneeType = "PROJECT_DEFAULT"
	case "PROJECT_DEFAULT", "COMPONENT_LEAD", "PROJECT_LEAD", "UNASSIGNED":
	default:
		return fault.Invalid("assigneeType", "The assignee type '%.40s' is not valid.", v.AssigneeType)
	}
	return nil
}

// Create adds a component to a project. An identifier of 0 asks for a new one.
func Create(ctx context.Context, tx *volume.Tx, v *catalog.Component) (err error) {
	if v.ID == 0 {
		if v.ID, err = sequence.Next(ctx, tx, sequence.ID, 1); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, qInsert, v.ID, v.ProjectID, v.Name, strings.ToLower(v.Name), v.Description, orNull(v.Lead), v.AssigneeType)
	if errors.Is(err, storage.ErrUnique) {
		return fault.Invalid("name", "A component with the name %s already exists in this project.", v.Name)
	}
	return err
}

// Update writes a component back.
func Update(ctx context.Context, tx *volume.Tx, v *catalog.Component) error {
	_, err := tx.Exec(ctx, qUpdate, v.ID, v.Name, strings.ToLower(v.Name), v.Description, orNull(v.Lead), v.AssigneeType)
	return err
}

// Delete removes a component; its issues go to another one, or lose it when to is nil.
func Delete(ctx context.Context, tx *volume.Tx, c *catalog.Catalog, actor string, names issue.Names, v, to *catalog.Component) error {
	ids, err := storage.All(ctx, tx.Tx, qIssues, func(r *storage.Rows) (id int64, err error) { return id, r.Scan(&id) }, v.ID)
	if err != nil {
		return err
	}
	change := issue.List[int64]{Remove: []int64{v.ID}}
	if to != nil {
		change.Add = []int64{to.ID}
	}
	for _, id := range ids {
		i, err := issue.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := issue.Edit(ctx, tx, c, actor, names, i, issue.Patch{Components: change}); err != nil {
			return fmt.Errorf("take component off issue %d: %w", id, err)
		}
	}
	_, err = tx.Exec(ctx, qDelete, v.ID)
	return err
}

// Issues counts the issues of a component.
func Issues(ctx context.Context, tx *volume.Tx, id int64) (n int64, err error) {
	err = tx.Get(ctx, qCount, []any{id}, &n)
	return n, err
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
