package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// tables are those whose changes make a catalog old.
var tables = []string{"project", "project_key", "project_category", "project_issue_type", "issue_type", "status", "workflow", "workflow_status",
	"workflow_transition", "project_workflow", "priority", "resolution", "component", "version", "link_type", "field", "field_option"}

var (
	qCategories  = storage.Register("tracker/catalog.categories", `SELECT id, name, description FROM project_category ORDER BY id`)
	qProjects    = storage.Register("tracker/catalog.projects", `SELECT id, key, name, description, coalesce(lead, ''), type, template, category_id, url, assignee_type, created_us, archived_us, deleted_us, coalesce(deleted_by, '') FROM project ORDER BY name_key, id`)
	qKeys        = storage.Register("tracker/catalog.keys", `SELECT key, project_id FROM project_key ORDER BY key`)
	qTypes       = storage.Register("tracker/catalog.types", `SELECT id, name, description, icon, level, position FROM issue_type ORDER BY id`)
	qOfProject   = storage.Register("tracker/catalog.project_types", `SELECT project_id, type_id FROM project_issue_type ORDER BY project_id, type_id`)
	qStatuses    = storage.Register("tracker/catalog.statuses", `SELECT id, name, description, category, position FROM status ORDER BY id`)
	qWorkflows   = storage.Register("tracker/catalog.workflows", `SELECT id, name, description, is_default FROM workflow ORDER BY id`)
	qSteps       = storage.Register("tracker/catalog.workflow_statuses", `SELECT workflow_id, status_id, is_initial, position FROM workflow_status ORDER BY workflow_id, status_id`)
	qTransitions = storage.Register("tracker/catalog.transitions", `SELECT workflow_id, id, name, from_status, to_status FROM workflow_transition ORDER BY workflow_id, id`)
	qUsed        = storage.Register("tracker/catalog.project_workflows", `SELECT project_id, type_id, workflow_id FROM project_workflow ORDER BY project_id, type_id`)
	qPriorities  = storage.Register("tracker/catalog.priorities", `SELECT id, name, description, color, position, is_default FROM priority ORDER BY id`)
	qResolutions = storage.Register("tracker/catalog.resolutions", `SELECT id, name, description, position, is_default FROM resolution ORDER BY id`)
	qComponents  = storage.Register("tracker/catalog.components", `SELECT id, project_id, name, description, coalesce(lead, ''), assignee_type FROM component ORDER BY id`)
	qVersions    = storage.Register("tracker/catalog.versions", `SELECT id, project_id, name, description, released, archived, coalesce(start_day, ''), coalesce(release_day, ''), position FROM version ORDER BY id`)
	qLinkTypes   = storage.Register("tracker/catalog.link_types", `SELECT id, name, inward, outward FROM link_type ORDER BY id`)
	qFields      = storage.Register("tracker/catalog.fields", `SELECT id, name, description, type FROM field WHERE deleted_us IS NULL ORDER BY id`)
	qOptions     = storage.Register("tracker/catalog.options", `SELECT id, field_id, value, disabled FROM field_option ORDER BY field_id, position, id`)
)

type memoKey struct{}

// Load gives the site's catalog as of the transaction.
func Load(ctx context.Context, tx *volume.Tx) (*Catalog, error) {
	return volume.Memo(ctx, tx, memoKey{}, tables, func() (*Catalog, error) {
		c, err := Read(ctx, tx)
		if err != nil {
			return nil, fmt.Errorf("load catalog: %w", err)
		}
		return c, nil
	})
}

// Read builds the catalog from the tables, also from rows that this transaction has just written.
func Read(ctx context.Context, tx *volume.Tx) (*Catalog, error) {
	c := &Catalog{projectByID: map[int64]*Project{}, projectByKey: map[string]*Project{}, typeByID: map[int64]*IssueType{},
		statusByID: map[int64]*Status{}, priorityByID: map[int64]*Priority{}, resolutionByID: map[int64]*Resolution{}, linkTypeByID: map[int64]*LinkType{},
		fieldByID: map[int64]*Field{}, optionByID: map[int64]*Option{}, componentByID: map[int64]*Component{}, versionByID: map[int64]*Version{},
		workflowByID: map[int64]*Workflow{}, workflowOf: map[[2]int64]*Workflow{}}
	for _, step := range []func(context.Context, *volume.Tx) error{c.readSimple, c.readProjects, c.readWorkflows, c.readParts, c.readFields} {
		if err := step(ctx, tx); err != nil {
			return nil, err
		}
	}
	c.sort()
	return c, nil
}

// each runs a statement and visits its rows.
func each(ctx context.Context, tx *volume.Tx, q *storage.Query, visit func(*storage.Rows) error) error {
	rows, err := tx.Query(ctx, q)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := visit(rows); err != nil {
			return fmt.Errorf("%s: %w", q.Name(), err)
		}
	}
	return rows.Err()
}

func (c *Catalog) readSimple(ctx context.Context, tx *volume.Tx) error {
	err := each(ctx, tx, qCategories, func(r *storage.Rows) error {
		v := &Category{}
		c.Categories = append(c.Categories, v)
		return r.Scan(&v.ID, &v.Name, &v.Description)
	})
	if err != nil {
		return err
	}
	err = each(ctx, tx, qTypes, func(r *storage.Rows) error {
		v := &IssueType{}
		err := r.Scan(&v.ID, &v.Name, &v.Description, &v.Icon, &v.Level, &v.Position)
		c.Types, c.typeByID[v.ID] = append(c.Types, v), v
		return err
	})
	if err != nil {
		return err
	}
	err = each(ctx, tx, qStatuses, func(r *storage.Rows) error {
		v := &Status{}
		err := r.Scan(&v.ID, &v.Name, &v.Description, &v.Category, &v.Position)
		c.Statuses, c.statusByID[v.ID] = append(c.Statuses, v), v
		return err
	})
	if err != nil {
		return err
	}
	err = each(ctx, tx, qPriorities, func(r *storage.Rows) error {
		v := &Priority{}
		err := r.Scan(&v.ID, &v.Name, &v.Description, &v.Color, &v.Position, truth{&v.Default})
		c.Priorities, c.priorityByID[v.ID] = append(c.Priorities, v), v
		return err
	})
	if err != nil {
		return err
	}
	err = each(ctx, tx, qResolutions, func(r *storage.Rows) error {
		v := &Resolution{}
		err := r.Scan(&v.ID, &v.Name, &v.Description, &v.Position, truth{&v.Default})
		c.Resolutions, c.resolutionByID[v.ID] = append(c.Resolutions, v), v
		return err
	})
	if err != nil {
		return err
	}
	return each(ctx, tx, qLinkTypes, func(r *storage.Rows) error {
		v := &LinkType{}
		err := r.Scan(&v.ID, &v.Name, &v.Inward, &v.Outward)
		c.LinkTypes, c.linkTypeByID[v.ID] = append(c.LinkTypes, v), v
		return err
	})
}

func (c *Catalog) readProjects(ctx context.Context, tx *volume.Tx) error {
	err := each(ctx, tx, qProjects, func(r *storage.Rows) error {
		p := &Project{}
		var category, archived, deleted *int64
		var created int64
		err := r.Scan(&p.ID, &p.Key, &p.Name, &p.Description, &p.Lead, &p.Type, &p.Template, &category, &p.URL, &p.AssigneeType, &created, &archived, &deleted, &p.DeletedBy)
		p.Created, p.Archived, p.Deleted = clock.FromMicros(created), instant(archived), instant(deleted)
		for _, g := range c.Categories {
			if category != nil && g.ID == *category {
				p.Category = g
			}
		}
		c.Projects, c.projectByID[p.ID] = append(c.Projects, p), p
		return err
	})
	if err != nil {
		return err
	}
	err = each(ctx, tx, qKeys, func(r *storage.Rows) error {
		var key string
		var id int64
		err := r.Scan(&key, &id)
		if p := c.projectByID[id]; p != nil {
			p.Keys = append(p.Keys, key)
			c.projectByKey[key] = p
		}
		return err
	})
	if err != nil {
		return err
	}
	return each(ctx, tx, qOfProject, func(r *storage.Rows) error {
		var project, typ int64
		err := r.Scan(&project, &typ)
		if p, t := c.projectByID[project], c.typeByID[typ]; p != nil && t != nil {
			p.Types = append(p.Types, t)
		}
		return err
	})
}

func (c *Catalog) readWorkflows(ctx context.Context, tx *volume.Tx) error {
	err := each(ctx, tx, qWorkflows, func(r *storage.Rows) error {
		w := &Workflow{}
		err := r.Scan(&w.ID, &w.Name, &w.Description, truth{&w.Default})
		c.Workflows, c.workflowByID[w.ID] = append(c.Workflows, w), w
		return err
	})
	if err != nil {
		return err
	}
	positions := map[[2]int64]int64{}
	err = each(ctx, tx, qSteps, func(r *storage.Rows) error {
		var wid, sid, position int64
		var initial bool
		err := r.Scan(&wid, &sid, truth{&initial}, &position)
		w, s := c.workflowByID[wid], c.statusByID[sid]
		if w == nil || s == nil {
			return err
		}
		positions[[2]int64{wid, sid}] = position
		w.Statuses = append(w.Statuses, s)
		if initial {
			w.Initial = s
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, w := range c.Workflows {
		slices.SortStableFunc(w.Statuses, func(a, b *Status) int {
			return int(positions[[2]int64{w.ID, a.ID}] - positions[[2]int64{w.ID, b.ID}])
		})
		if w.Initial == nil && len(w.Statuses) > 0 {
			w.Initial = w.Statuses[0]
		}
	}
	err = each(ctx, tx, qTransitions, func(r *storage.Rows) error {
		t := &Transition{}
		var wid, to int64
		var from *int64
		err := r.Scan(&wid, &t.ID, &t.Name, &from, &to)
		t.To = c.statusByID[to]
		if from != nil {
			t.From = c.statusByID[*from]
		}
		if w := c.workflowByID[wid]; w != nil && t.To != nil {
			w.Transitions = append(w.Transitions, t)
		}
		return err
	})
	if err != nil {
		return err
	}
	return each(ctx, tx, qUsed, func(r *storage.Rows) error {
		var project, typ, wid int64
		err := r.Scan(&project, &typ, &wid)
		c.workflowOf[[2]int64{project, typ}] = c.workflowByID[wid]
		return err
	})
}

func (c *Catalog) readParts(ctx context.Context, tx *volume.Tx) error {
	err := each(ctx, tx, qComponents, func(r *storage.Rows) error {
		v := &Component{}
		err := r.Scan(&v.ID, &v.ProjectID, &v.Name, &v.Description, &v.Lead, &v.AssigneeType)
		c.componentByID[v.ID] = v
		if p := c.projectByID[v.ProjectID]; p != nil {
			p.Components = append(p.Components, v)
		}
		return err
	})
	if err != nil {
		return err
	}
	return each(ctx, tx, qVersions, func(r *storage.Rows) error {
		v := &Version{}
		err := r.Scan(&v.ID, &v.ProjectID, &v.Name, &v.Description, truth{&v.Released}, truth{&v.Archived}, &v.StartDay, &v.ReleaseDay, &v.Position)
		c.versionByID[v.ID] = v
		if p := c.projectByID[v.ProjectID]; p != nil {
			p.Versions = append(p.Versions, v)
		}
		return err
	})
}

func (c *Catalog) readFields(ctx context.Context, tx *volume.Tx) error {
	err := each(ctx, tx, qFields, func(r *storage.Rows) error {
		f := &Field{}
		err := r.Scan(&f.ID, &f.Name, &f.Description, &f.Type)
		c.Fields, c.fieldByID[f.ID] = append(c.Fields, f), f
		return err
	})
	if err != nil {
		return err
	}
	return each(ctx, tx, qOptions, func(r *storage.Rows) error {
		o := &Option{}
		err := r.Scan(&o.ID, &o.FieldID, &o.Value, truth{&o.Disabled})
		c.optionByID[o.ID] = o
		if f := c.fieldByID[o.FieldID]; f != nil {
			f.Options = append(f.Options, o)
		}
		return err
	})
}

// sort puts everything into the order in which people see it. The tables are read by key, which every engine has an index for.
func (c *Catalog) sort() {
	slices.SortStableFunc(c.Types, func(a, b *IssueType) int { return int(a.Position - b.Position) })
	slices.SortStableFunc(c.Statuses, func(a, b *Status) int { return int(a.Position - b.Position) })
	slices.SortStableFunc(c.Priorities, func(a, b *Priority) int { return int(a.Position - b.Position) })
	slices.SortStableFunc(c.Resolutions, func(a, b *Resolution) int { return int(a.Position - b.Position) })
	slices.SortStableFunc(c.LinkTypes, func(a, b *LinkType) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	for _, p := range c.Projects {
		slices.SortStableFunc(p.Types, func(a, b *IssueType) int { return int(a.Position - b.Position) })
		slices.SortStableFunc(p.Components, func(a, b *Component) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
		slices.SortStableFunc(p.Versions, func(a, b *Version) int { return int(a.Position - b.Position) })
	}
}

func instant(us *int64) *time.Time {
	if us == nil {
		return nil
	}
	t := clock.FromMicros(*us)
	return &t
}

// truth scans 0 and 1.
type truth struct{ to *bool }

// Scan implements sql.Scanner.
func (t truth) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("%T is no truth value", src)
	}
	*t.to = n != 0
	return nil
}
