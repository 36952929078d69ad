package importer

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/component"
	"holdfast.dev/internal/product/tracker/importer/source"
	"holdfast.dev/internal/product/tracker/link"
	"holdfast.dev/internal/product/tracker/project"
	"holdfast.dev/internal/product/tracker/sequence"
	"holdfast.dev/internal/product/tracker/setup"
	"holdfast.dev/internal/product/tracker/version"
)

// What issues refer to is found by name, whatever its case, and made where it is missing: before the issues, so that the catalog is
// read anew once a batch at most.

var (
	qAddType       = storage.Register("tracker/import.issue_type", `INSERT INTO issue_type (id, name, name_key, description, level, icon, position) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qAddStatus     = storage.Register("tracker/import.status", `INSERT INTO status (id, name, name_key, description, category, position) VALUES ($1, $2, $3, $4, $5, $6)`)
	qAddPriority   = storage.Register("tracker/import.priority", `INSERT INTO priority (id, name, name_key, description, color, position, is_default) VALUES ($1, $2, $3, $4, $5, $6, 0)`)
	qAddResolution = storage.Register("tracker/import.resolution", `INSERT INTO resolution (id, name, name_key, description, position, is_default) VALUES ($1, $2, $3, $4, $5, 0)`)
	qAddField      = storage.Register("tracker/import.field", `INSERT INTO field (id, name, name_key, description, type, created_us, deleted_us) VALUES ($1, $2, $3, $4, $5, $6, NULL)`)
	qAddOption     = storage.Register("tracker/import.option", `INSERT INTO field_option (id, field_id, value, position, disabled) VALUES ($1, $2, $3, $4, 0)`)
	qAddCategory   = storage.Register("tracker/import.category", `INSERT INTO project_category (id, name, description) VALUES ($1, $2, '')`)
	qAddWorkflow   = storage.Register("tracker/import.workflow", `INSERT INTO workflow (id, name, description, is_default) VALUES ($1, $2, 'Every move is free.', 0)`)
	qAddStep       = storage.Register("tracker/import.workflow_status", `INSERT INTO workflow_status (workflow_id, status_id, position, is_initial) VALUES ($1, $2, $3, $4)`)
	qAddMove       = storage.Register("tracker/import.workflow_transition", `INSERT INTO workflow_transition (id, workflow_id, name, from_status, to_status, position) VALUES ($1, $2, $3, NULL, $4, $5)`)
)

// ensureCatalog makes everything that the batch refers to, and leaves the catalog read.
func (w *writer) ensureCatalog(b *batch) error {
	var err error
	if w.cat, err = catalog.Read(w.ctx, w.tx); err != nil {
		return err
	}
	before := w.changed
	for _, step := range []func(*batch) error{w.ensureNames, w.ensureProjects, w.ensureParts, w.ensureWorkflows, w.ensureFields} {
		w.changed = false
		if err := step(b); err != nil {
			return err
		}
		if !w.changed {
			continue
		}
		before = true
		if w.cat, err = catalog.Read(w.ctx, w.tx); err != nil {
			return err
		}
	}
	w.changed = before
	return nil
}

func (w *writer) next() (int64, error) { return sequence.Next(w.ctx, w.tx, sequence.ID, 1) }

// free gives the identifier of the export when nothing of its kind has it, in the catalog or made since it was read; else a new one.
func (w *writer) free(kind, id string, used bool) (int64, error) {
	n := numeric(id)
	if n == 0 || used || w.claimed[kind+id] {
		return w.next()
	}
	if w.claimed == nil {
		w.claimed = map[string]bool{}
	}
	w.claimed[kind+id] = true
	return n, sequence.Raise(w.ctx, w.tx, sequence.ID, n+1)
}

// ensureNames makes types, statuses, priorities, resolutions, types of links and categories of projects.
func (w *writer) ensureNames(b *batch) error {
	made := map[string]bool{}
	once := func(kind, name string, there bool, add func() error) error {
		key := kind + strings.ToLower(name)
		if name == "" || there || made[key] {
			return nil
		}
		made[key] = true
		w.changed = true
		return add()
	}
	status := func(n source.Named) error {
		n.Name = clean(n.Name)
		return once("status", n.Name, w.cat.FindStatus(n.Name) != nil, func() error { return w.addStatus(n) })
	}
	for _, n := range b.named {
		n.Name = clean(n.Name)
		var there bool
		var add func() error
		switch n.kind {
		case "status":
			there, add = w.cat.FindStatus(n.Name) != nil, func() error { return w.addStatus(*n.Named) }
		case "issue type":
			there, add = w.cat.FindType(n.Name) != nil, func() error { return w.addType(*n.Named) }
		case "priority":
			there, add = w.cat.FindPriority(n.Name) != nil, func() error { return w.addPriority(*n.Named) }
		default:
			there, add = w.cat.FindResolution(n.Name) != nil, func() error { return w.addResolution(*n.Named) }
		}
		there = there || made[n.kind+strings.ToLower(n.Name)]
		if err := once(n.kind, n.Name, there, add); err != nil {
			return err
		}
		if there {
			w.report.there(n.kind, 1)
		} else {
			w.report.taken(n.kind, 1)
		}
	}
	for _, i := range b.issues {
		if i.Type.Name == "" {
			i.Type = source.Named{Name: "Task"}
		}
		if i.Status.Name == "" {
			i.Status = source.Named{Name: "To Do", Category: catalog.CategoryNew}
		}
		t := i.Type
		t.Name = clean(t.Name)
		i.Type.Name, i.Status.Name = t.Name, clean(i.Status.Name)
		if err := once("issue type", t.Name, w.cat.FindType(t.Name) != nil, func() error { return w.addType(t) }); err != nil {
			return err
		}
		if err := status(i.Status); err != nil {
			return err
		}
		if p := i.Priority; p != nil {
			p.Name = clean(p.Name)
			if err := once("priority", p.Name, w.cat.FindPriority(p.Name) != nil, func() error { return w.addPriority(*p) }); err != nil {
				return err
			}
		}
		if p := i.Resolution; p != nil {
			p.Name = clean(p.Name)
			if err := once("resolution", p.Name, w.cat.FindResolution(p.Name) != nil, func() error { return w.addResolution(*p) }); err != nil {
				return err
			}
		}
		for _, l := range i.Links {
			name := clean(l.Type)
			if err := once("link", name, w.cat.FindLinkType(name) != nil, func() error {
				return link.CreateType(w.ctx, w.tx, &catalog.LinkType{Name: name, Inward: or(l.Inward, name), Outward: or(l.Outward, name)})
			}); err != nil {
				return err
			}
		}
	}
	for _, p := range w.projectsOf(b) {
		name := clean(p.Category)
		there := slices.ContainsFunc(w.cat.Categories, func(g *catalog.Category) bool { return strings.EqualFold(g.Name, name) })
		if err := once("category", name, there, func() error {
			id, err := w.next()
			if err == nil {
				_, err = w.tx.Exec(w.ctx, qAddCategory, id, name)
			}
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

func or(s, other string) string {
	if s = clean(s); s != "" {
		return s
	}
	return other
}

func (w *writer) addType(n source.Named) error {
	id, err := w.free("type", n.ID, w.cat.Type(numeric(n.ID)) != nil)
	if err != nil {
		return err
	}
	icon := "task"
	switch lower := strings.ToLower(n.Name); {
	case n.Level < 0:
		icon = "subtask"
	case n.Level > 0:
		icon = "epic"
	case strings.Contains(lower, "bug"), strings.Contains(lower, "defect"):
		icon = "bug"
	case strings.Contains(lower, "story"), strings.Contains(lower, "feature"):
		icon = "story"
	}
	_, err = w.tx.Exec(w.ctx, qAddType, id, n.Name, strings.ToLower(n.Name), storable(n.Description), n.Level, icon, 100+id%1_000_000)
	return err
}

// categoryOf guesses the category of a status whose export does not say it.
func categoryOf(n source.Named) string {
	switch n.Category {
	case catalog.CategoryNew, catalog.CategoryIndeterminate, catalog.CategoryDone:
		return n.Category
	}
	lower := strings.ToLower(n.Name)
	for _, word := range []string{"done", "closed", "resolved", "complete", "released", "fixed", "cancel", "reject", "won't", "wont"} {
		if strings.Contains(lower, word) {
			return catalog.CategoryDone
		}
	}
	for _, word := range []string{"progress", "review", "test", "develop", "verif", "doing", "block", "wait"} {
		if strings.Contains(lower, word) {
			return catalog.CategoryIndeterminate
		}
	}
	return catalog.CategoryNew
}

func (w *writer) addStatus(n source.Named) error {
	id, err := w.free("status", n.ID, w.cat.Status(numeric(n.ID)) != nil)
	if err != nil {
		return err
	}
	category := categoryOf(n)
	position := map[string]int64{catalog.CategoryNew: 100, catalog.CategoryIndeterminate: 200, catalog.CategoryDone: 300}[category]
	_, err = w.tx.Exec(w.ctx, qAddStatus, id, n.Name, strings.ToLower(n.Name), storable(n.Description), category, position)
	return err
}

// urgency places the priorities of servers among those of a new site.
var urgency = map[string]int{"blocker": -1, "critical": 0, "urgent": 0, "major": 1, "minor": 3, "trivial": 4}

func (w *writer) addPriority(n source.Named) error {
	id, err := w.free("priority", n.ID, w.cat.Priority(numeric(n.ID)) != nil)
	if err != nil {
		return err
	}
	position, known := urgency[strings.ToLower(n.Name)]
	if !known {
		position = 2
	}
	color := n.Color
	if color == "" {
		color = "#707070"
	}
	_, err = w.tx.Exec(w.ctx, qAddPriority, id, n.Name, strings.ToLower(n.Name), storable(n.Description), color, position)
	return err
}

func (w *writer) addResolution(n source.Named) error {
	id, err := w.free("resolution", n.ID, w.cat.Resolution(numeric(n.ID)) != nil)
	if err != nil {
		return err
	}
	_, err = w.tx.Exec(w.ctx, qAddResolution, id, n.Name, strings.ToLower(n.Name), storable(n.Description), 100)
	return err
}

// projectsOf gives the projects of a batch: those that stand alone, and those of its issues.
func (w *writer) projectsOf(b *batch) []*source.Project {
	out := slices.Clone(b.projects)
	seen := map[string]bool{}
	for _, i := range b.issues {
		if key := i.Project.Key; !seen[key] {
			seen[key] = true
			out = append(out, &i.Project)
		}
	}
	return out
}

func (w *writer) ensureProjects(b *batch) error {
	made := map[string]bool{}
	alone := len(b.projects)
	for n, p := range w.projectsOf(b) {
		key := strings.ToUpper(clean(p.Key))
		if !plausible(key) {
			if n < alone {
				w.report.notTaken("project", noKey, clean(p.Key), 1)
			}
			continue // its issues are refused one by one
		}
		if w.cat.ProjectByKey(key) != nil || made[key] {
			if n < alone {
				w.report.there("project", 1)
			}
			continue
		}
		made[key] = true
		if err := w.addProject(key, p); err != nil {
			return fmt.Errorf("project %s: %w", key, err)
		}
		w.report.taken("project", 1)
		w.changed = true
	}
	return nil
}

const noKey = "its key is no key"

// plausible tells whether a key can stand in addresses and queries. Servers let their administrators choose the pattern, so that it is wider than ours.
func plausible(projectKey string) bool {
	for n, r := range projectKey {
		if !unicode.IsLetter(r) && (n == 0 || r != '_' && !unicode.IsDigit(r)) {
			return false
		}
	}
	return projectKey != "" && len(projectKey) <= 255
}

func (w *writer) addProject(key string, p *source.Project) error {
	n := project.New{Key: key, Name: or(p.Name, key), Description: storable(p.Description), Lead: w.account(p.Lead), Type: p.Type, Template: "imported", URL: storable(p.URL)}
	if r := []rune(n.Name); len(r) > 70 {
		n.Name = string(r[:70])
	}
	if n.Type != "business" {
		n.Type = "software"
	}
	for _, other := range w.cat.Projects {
		if strings.EqualFold(other.Name, n.Name) {
			n.Name += " (" + key + ")"
		}
	}
	for _, g := range w.cat.Categories {
		if strings.EqualFold(g.Name, clean(p.Category)) {
			n.CategoryID = g.ID
		}
	}
	var err error
	if n.ID, err = w.free("project", p.ID, w.cat.Project(numeric(p.ID)) != nil); err != nil {
		return err
	}
	var old []string
	for _, k := range p.OldKeys {
		if k = strings.ToUpper(clean(k)); k != key && w.cat.ProjectByKey(k) == nil {
			old = append(old, k)
		}
	}
	return project.Import(w.ctx, w.tx, n, old)
}

// ensureParts makes components and versions.
func (w *writer) ensureParts(b *batch) error {
	made := map[string]bool{}
	for n, p := range w.projectsOf(b) {
		if n < len(b.projects) {
			if err := w.parts(p.Key, p.Components, p.Versions, made); err != nil {
				return err
			}
		}
	}
	for _, i := range b.issues {
		if err := w.parts(i.Project.Key, append(slices.Clone(i.Project.Components), i.Components...), slices.Concat(i.Project.Versions, i.FixVersions, i.Affects), made); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) parts(key string, components []source.Component, versions []source.Version, made map[string]bool) error {
	p := w.cat.ProjectByKey(strings.ToUpper(clean(key)))
	if p == nil {
		return nil
	}
	for _, c := range components {
		name := clean(c.Name)
		if id := p.Key + "\x00c" + strings.ToLower(name); name != "" && p.FindComponent(name) == nil && !made[id] {
			made[id] = true
			kept, err := w.free("component", c.ID, w.cat.Component(numeric(c.ID)) != nil)
			if err != nil {
				return err
			}
			v := &catalog.Component{ID: kept, ProjectID: p.ID, Name: name, Description: storable(c.Description), Lead: w.account(c.Lead), AssigneeType: "PROJECT_DEFAULT"}
			if err := component.Create(w.ctx, w.tx, v); err != nil {
				return err
			}
			w.changed = true
			w.report.taken("component", 1)
		}
	}
	for _, v := range versions {
		name := clean(v.Name)
		if id := p.Key + "\x00v" + strings.ToLower(name); name != "" && p.FindVersion(name) == nil && !made[id] {
			made[id] = true
			kept, err := w.free("version", v.ID, w.cat.Version(numeric(v.ID)) != nil)
			if err != nil {
				return err
			}
			position := int64(v.Position)
			if position == 0 { // by day of release: that is how people read them
				position = dayNumber(v.ReleaseDay)
			}
			made := &catalog.Version{ID: kept, ProjectID: p.ID, Name: name, Description: storable(v.Description), Released: v.Released, Archived: v.Archived, StartDay: v.StartDay, ReleaseDay: v.ReleaseDay, Position: position}
			if err := version.Create(w.ctx, w.tx, p, made); err != nil {
				return err
			}
			w.changed = true
			w.report.taken("version", 1)
		}
	}
	return nil
}

// dayNumber turns a day into a number that grows with it; no day is far in the future.
func dayNumber(day string) int64 {
	n := numeric(strings.ReplaceAll(day, "-", ""))
	if n == 0 {
		return 99_999_999
	}
	return n
}

// ensureWorkflows lets every project have the types and statuses of its issues: its own workflow of free moves, unless the site's default has them all.
func (w *writer) ensureWorkflows(b *batch) error {
	types, statuses := map[int64][]*catalog.IssueType{}, map[int64][]*catalog.Status{}
	for _, i := range b.issues {
		p := w.cat.ProjectByKey(strings.ToUpper(clean(i.Project.Key)))
		if p == nil {
			continue
		}
		if t := w.cat.FindType(i.Type.Name); t != nil && !slices.Contains(types[p.ID], t) {
			types[p.ID] = append(types[p.ID], t)
		}
		if s := w.cat.FindStatus(i.Status.Name); s != nil && !slices.Contains(statuses[p.ID], s) {
			statuses[p.ID] = append(statuses[p.ID], s)
		}
	}
	for _, p := range w.cat.Projects {
		for _, t := range types[p.ID] {
			if !slices.Contains(p.Types, t) {
				if err := project.AddType(w.ctx, w.tx, p.ID, t.ID, int(t.Position)); err != nil {
					return err
				}
				w.changed = true
			}
		}
		if err := w.workflow(p, statuses[p.ID]); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) workflow(p *catalog.Project, used []*catalog.Status) error {
	flow := w.cat.WorkflowOf(p.ID, 0)
	missing := slices.DeleteFunc(slices.Clone(used), func(s *catalog.Status) bool { return flow != nil && slices.Contains(flow.Statuses, s) })
	if len(missing) == 0 {
		return nil
	}
	w.changed = true
	id, position := int64(0), int64(0)
	if flow == nil || flow.ID == setup.WorkflowDefault || flow.Default {
		var err error
		if id, err = w.next(); err != nil {
			return err
		}
		if _, err := w.tx.Exec(w.ctx, qAddWorkflow, id, p.Key+" workflow"); err != nil {
			return err
		}
		if err := project.UseWorkflow(w.ctx, w.tx, p.ID, 0, id); err != nil {
			return err
		}
		missing = slices.Clone(used) // a workflow of its own holds all that its issues had, those of the default too
		slices.SortStableFunc(missing, func(a, b *catalog.Status) int { return int(a.Position - b.Position) })
	} else {
		id, position = flow.ID, int64(len(flow.Statuses))
	}
	initial := flow == nil || id != flow.ID
	for _, s := range missing {
		first := 0
		if initial && s.Category == catalog.CategoryNew {
			first, initial = 1, false
		}
		if _, err := w.tx.Exec(w.ctx, qAddStep, id, s.ID, position, first); err != nil {
			return err
		}
		if _, err := w.tx.Exec(w.ctx, qAddMove, position*10+11, id, s.Name, s.ID, position); err != nil {
			return err
		}
		position++
	}
	return nil
}

// fieldFor gives the field of a value: same name, same type.
func (w *writer) fieldFor(v source.Value) *catalog.Field {
	for _, f := range w.cat.FieldsNamed(clean(v.Name)) {
		if string(f.Type) == v.Type {
			return f
		}
	}
	return nil
}

func (w *writer) ensureFields(b *batch) error {
	for _, i := range b.issues {
		for _, v := range i.Values {
			f := w.fieldFor(v)
			if f == nil {
				id, err := w.free("field", strings.TrimPrefix(v.Field, "customfield_"), w.cat.Field(numeric(strings.TrimPrefix(v.Field, "customfield_"))) != nil)
				if err != nil {
					return err
				}
				if _, err := w.tx.Exec(w.ctx, qAddField, id, clean(v.Name), strings.ToLower(clean(v.Name)), storable(v.Description), v.Type, clock.Micros(w.tx.Now())); err != nil {
					return err
				}
				f = &catalog.Field{ID: id, Name: clean(v.Name), Type: catalog.FieldType(v.Type)}
				w.cat.AddField(f)
				w.changed = true
			}
			if f.Type != catalog.FieldSelect && f.Type != catalog.FieldMultiSelect {
				continue
			}
			for _, o := range v.Values {
				if o = clean(o); o == "" || f.FindOption(o) != nil {
					continue
				}
				id, err := w.next()
				if err != nil {
					return err
				}
				if _, err := w.tx.Exec(w.ctx, qAddOption, id, f.ID, o, len(f.Options)); err != nil {
					return err
				}
				f.Options = append(f.Options, &catalog.Option{ID: id, FieldID: f.ID, Value: o})
				w.changed = true
			}
		}
	}
	return nil
}

func quote(s string) string {
	b, err := json.Marshal(storable(s))
	if err != nil {
		return `""`
	}
	return string(b)
}
