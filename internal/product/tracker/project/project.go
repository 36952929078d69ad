// Package project creates, changes and removes projects and their components and versions.
package project

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/sequence"
	"holdfast.dev/internal/product/tracker/setup"
)

// KeyPattern is Jira's rule for project keys.
var KeyPattern = regexp.MustCompile(`^[A-Z][A-Z0-9]{1,9}$`)

var (
	qInsert = storage.Register("tracker/project.insert", `INSERT INTO project (id, key, name, name_key, description, lead, type, template, category_id, url, assignee_type, created_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	qKey     = storage.Register("tracker/project_key.insert", `INSERT INTO project_key (key, project_id) VALUES ($1, $2)`)
	qAddType = storage.Register("tracker/project_issue_type.insert", `INSERT INTO project_issue_type (project_id, type_id, position) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
	qUse     = storage.Register("tracker/project_workflow.insert", `INSERT INTO project_workflow (project_id, type_id, workflow_id) VALUES ($1, $2, $3)
		ON CONFLICT (project_id, type_id) DO UPDATE SET workflow_id = excluded.workflow_id`)
	qUpdate = storage.Register("tracker/project.update", `UPDATE project SET key = $2, name = $3, name_key = $4, description = $5, lead = $6, url = $7, assignee_type = $8, category_id = $9 WHERE id = $1`)
	qTrash  = storage.Register("tracker/project.trash", `UPDATE project SET deleted_us = $2, deleted_by = $3 WHERE id = $1`)
)

// New is a project to create.
type New struct {
	ID           int64 // kept by importers when it is free; 0 for a new one
	Key          string
	Name         string
	Description  string
	Lead         string
	Type         string // "software", "business"; software when empty
	Template     string // what clients call it, for example "com.pyxis.greenhopper.jira:gh-simplified-kanban-classic"
	URL          string
	AssigneeType string
	CategoryID   int64
	Types        []int64 // the template's when empty
}

// Check tells what is wrong with a new project, by field, in Jira's words.
func Check(c *catalog.Catalog, n New) error {
	wrong := map[string]string{}
	switch p := c.ProjectByKey(n.Key); {
	case n.Key == "":
		wrong["projectKey"] = "You must specify a unique project key, at least 2 characters long and containing only uppercase letters."
	case !KeyPattern.MatchString(n.Key):
		wrong["projectKey"] = "Project keys must start with an uppercase letter, followed by one or more uppercase alphanumeric characters."
	case p != nil:
		wrong["projectKey"] = fmt.Sprintf("Project '%s' uses this project key.", p.Name)
	}
	switch {
	case strings.TrimSpace(n.Name) == "":
		wrong["projectName"] = "You must specify a valid project name."
	case len(n.Name) > 80:
		wrong["projectName"] = "The project name must not exceed 80 characters in length."
	}
	for _, p := range c.Projects {
		if strings.EqualFold(p.Name, strings.TrimSpace(n.Name)) {
			wrong["projectName"] = "A project with that name already exists."
		}
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong)
	}
	return nil
}

// Create adds a project with the issue types and the workflow of its template.
func Create(ctx context.Context, tx *volume.Tx, n New) (id int64, err error) {
	n.Name = strings.TrimSpace(n.Name)
	c, err := catalog.Load(ctx, tx)
	if err != nil {
		return 0, err
	}
	if err := Check(c, n); err != nil {
		return 0, err
	}
	if n.ID == 0 {
		if n.ID, err = sequence.Next(ctx, tx, sequence.ID, 1); err != nil {
			return 0, err
		}
	}
	if n.Type == "" {
		n.Type = "software"
	}
	if n.AssigneeType == "" {
		n.AssigneeType = "UNASSIGNED"
	}
	_, err = tx.Exec(ctx, qInsert, n.ID, n.Key, n.Name, strings.ToLower(n.Name), n.Description, nullable(n.Lead), n.Type, n.Template, category(n.CategoryID),
		n.URL, n.AssigneeType, clock.Micros(tx.Now()))
	if errors.Is(err, storage.ErrUnique) { // two at once
		return 0, fault.InvalidFields(map[string]string{"projectKey": "A project with that key or name already exists."})
	}
	if err != nil {
		return 0, fmt.Errorf("create project: %w", err)
	}
	if _, err := tx.Exec(ctx, qKey, n.Key, n.ID); err != nil {
		return 0, fmt.Errorf("create project: %w", err)
	}
	types := n.Types
	if len(types) == 0 {
		types = templateTypes(n)
	}
	for i, t := range types {
		if err := AddType(ctx, tx, n.ID, t, i); err != nil {
			return 0, err
		}
	}
	return n.ID, UseWorkflow(ctx, tx, n.ID, 0, setup.WorkflowDefault)
}

// templateTypes gives the issue types of a template: business projects know tasks, software projects everything.
func templateTypes(n New) []int64 {
	if n.Type == "business" {
		return []int64{setup.TypeTask, setup.TypeSubtask}
	}
	return []int64{setup.TypeEpic, setup.TypeStory, setup.TypeTask, setup.TypeBug, setup.TypeSubtask}
}

// AddType lets a project have issues of a type.
func AddType(ctx context.Context, tx *volume.Tx, project, typ int64, position int) error {
	_, err := tx.Exec(ctx, qAddType, project, typ, position)
	return err
}

// UseWorkflow makes a project's issues of a type (0: of every type that has none of its own) move in a workflow.
func UseWorkflow(ctx context.Context, tx *volume.Tx, project, typ, workflow int64) error {
	_, err := tx.Exec(ctx, qUse, project, typ, workflow)
	return err
}

// Update changes a project. A new key is added to its old ones, under which its issues stay reachable.
func Update(ctx context.Context, tx *volume.Tx, p catalog.Project) error {
	c, err := catalog.Load(ctx, tx)
	if err != nil {
		return err
	}
	old := c.Project(p.ID)
	if old == nil {
		return fault.NotFound("No project could be found with id '%d'.", p.ID)
	}
	wrong := map[string]string{}
	if p.Key != old.Key {
		other := c.ProjectByKey(p.Key)
		switch {
		case !KeyPattern.MatchString(p.Key):
			wrong["projectKey"] = "Project keys must start with an uppercase letter, followed by one or more uppercase alphanumeric characters."
		case other != nil && other.ID != p.ID:
			wrong["projectKey"] = fmt.Sprintf("Project '%s' uses this project key.", other.Name)
		case other == nil:
			if _, err := tx.Exec(ctx, qKey, p.Key, p.ID); err != nil {
				return err
			}
		}
	}
	if strings.TrimSpace(p.Name) == "" || len(p.Name) > 80 {
		wrong["projectName"] = "You must specify a valid project name."
	}
	for _, other := range c.Projects {
		if other.ID != p.ID && strings.EqualFold(other.Name, strings.TrimSpace(p.Name)) {
			wrong["projectName"] = "A project with that name already exists."
		}
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong)
	}
	var categoryID int64
	if p.Category != nil {
		categoryID = p.Category.ID
	}
	_, err = tx.Exec(ctx, qUpdate, p.ID, p.Key, strings.TrimSpace(p.Name), strings.ToLower(strings.TrimSpace(p.Name)), p.Description, nullable(p.Lead), p.URL, p.AssigneeType, category(categoryID))
	return err
}

// Trash takes a project with all its issues out of sight; Restore brings it back.
func Trash(ctx context.Context, tx *volume.Tx, id int64) error {
	_, err := tx.Exec(ctx, qTrash, id, clock.Micros(tx.Now()), identity.From(ctx).Actor())
	return err
}

// Restore brings a project back from the trash.
func Restore(ctx context.Context, tx *volume.Tx, id int64) error {
	_, err := tx.Exec(ctx, qTrash, id, nil, nil)
	return err
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func category(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

var qActivity = storage.Register("tracker/issue.activity", `SELECT count(*), coalesce(max(updated_us), 0) FROM issue WHERE project_id = $1`)

// Activity gives how many issues a project has and when one of them was changed last, the zero time when there is none.
func Activity(ctx context.Context, tx *volume.Tx, id int64) (issues int64, last time.Time, err error) {
	var us int64
	if err = tx.Get(ctx, qActivity, []any{id}, &issues, &us); err == nil && us > 0 {
		last = clock.FromMicros(us)
	}
	return issues, last, err
}

// Import adds a project as another tracker had it, under all keys it ever had there. Its types and workflow are for the importer to say.
func Import(ctx context.Context, tx *volume.Tx, n New, oldKeys []string) error {
	_, err := tx.Exec(ctx, qInsert, n.ID, n.Key, n.Name, strings.ToLower(n.Name), n.Description, nullable(n.Lead), n.Type, n.Template, category(n.CategoryID), n.URL, "UNASSIGNED", clock.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("import project: %w", err)
	}
	for _, key := range append([]string{n.Key}, oldKeys...) {
		if _, err := tx.Exec(ctx, qKey, key, n.ID); err != nil {
			return fmt.Errorf("import project: %w", err)
		}
	}
	return UseWorkflow(ctx, tx, n.ID, 0, setup.WorkflowDefault)
}
