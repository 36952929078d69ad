// Package catalog holds everything of a site that issues refer to (projects, types, statuses, workflows, priorities,
// resolutions, components, versions, link types, custom fields with their options) as one read-only value, remembered with
// the open volume until a commit changes one of its tables. Issues are read and checked against it without a query.
package catalog

import (
	"reflect"
	"sync"
	"time"
)

// Project is a container of issues; Key starts the keys of its issues.
type Project struct {
	ID           int64
	Key          string
	Name         string
	Description  string
	Lead         string // account, empty when none
	Type         string // "software", "business", "service_desk"
	Template     string // "kanban", "scrum", "basic", …
	Category     *Category
	URL          string
	AssigneeType string // "UNASSIGNED", "PROJECT_LEAD"
	Created      time.Time
	Archived     *time.Time
	Deleted      *time.Time
	DeletedBy    string
	Keys         []string     // every key it has ever had, the present one included
	Types        []*IssueType // in the project's order
	Components   []*Component // by name
	Versions     []*Version   // by position
}

// Category groups projects.
type Category struct {
	ID                int64
	Name, Description string
}

// IssueType is a sort of issue. Level: 1 epic, 0 standard, -1 sub-task.
type IssueType struct {
	ID                      int64
	Name, Description, Icon string
	Level                   int64
	Position                int64
}

// Subtask tells whether issues of the type need a parent of a standard type.
func (t *IssueType) Subtask() bool { return t.Level < 0 }

// The status categories, by the keys that clients know.
const (
	CategoryNew           = "new"
	CategoryIndeterminate = "indeterminate"
	CategoryDone          = "done"
)

// Status is a state of the workflow.
type Status struct {
	ID                int64
	Name, Description string
	Category          string
	Position          int64
}

// Workflow is the graph of statuses that issues of a type move in.
type Workflow struct {
	ID                int64
	Name, Description string
	Default           bool
	Initial           *Status
	Statuses          []*Status
	Transitions       []*Transition
}

// Transition moves an issue. From is nil for a transition from any status.
type Transition struct {
	ID   int64
	Name string
	From *Status
	To   *Status
}

// Priority of an issue; a lower position is more urgent.
type Priority struct {
	ID                       int64
	Name, Description, Color string
	Position                 int64
	Default                  bool
}

// Resolution says how an issue ended.
type Resolution struct {
	ID                int64
	Name, Description string
	Position          int64
	Default           bool
}

// Component is a part of a project.
type Component struct {
	ID                int64
	ProjectID         int64
	Name, Description string
	Lead              string
	AssigneeType      string // "PROJECT_DEFAULT", "COMPONENT_LEAD", "PROJECT_LEAD", "UNASSIGNED"
}

// Version is a release of a project. Days are YYYY-MM-DD, empty when not set.
type Version struct {
	ID                   int64
	ProjectID            int64
	Name, Description    string
	Released, Archived   bool
	StartDay, ReleaseDay string
	Position             int64
}

// LinkType names a relation between two issues: the source "outward" the target, the target "inward" the source.
type LinkType struct {
	ID                    int64
	Name, Inward, Outward string
}

// FieldType is the type of a custom field.
type FieldType string

// The types of custom fields.
const (
	FieldText        FieldType = "text"
	FieldTextArea    FieldType = "textarea" // rich text, ADF
	FieldNumber      FieldType = "number"
	FieldDate        FieldType = "date"
	FieldDateTime    FieldType = "datetime"
	FieldSelect      FieldType = "select"
	FieldMultiSelect FieldType = "multiselect"
	FieldUser        FieldType = "user"
	FieldMultiUser   FieldType = "multiuser"
	FieldLabels      FieldType = "labels"
	FieldURL         FieldType = "url"
	FieldReadOnly    FieldType = "readonly" // imported values of a type that is not known here
)

// Field is a custom field; its wire id is "customfield_" and ID.
type Field struct {
	ID                int64
	Name, Description string
	Type              FieldType
	Options           []*Option
}

// Option is a choice of a select field.
type Option struct {
	ID       int64
	FieldID  int64
	Value    string
	Disabled bool
}

// Catalog is one consistent state of all of these. It is shared: nobody may change it.
type Catalog struct {
	Projects    []*Project // by name, deleted ones included
	Types       []*IssueType
	Statuses    []*Status
	Workflows   []*Workflow
	Priorities  []*Priority // most urgent first
	Resolutions []*Resolution
	LinkTypes   []*LinkType
	Fields      []*Field
	Categories  []*Category

	projectByID    map[int64]*Project
	projectByKey   map[string]*Project // every key ever
	typeByID       map[int64]*IssueType
	statusByID     map[int64]*Status
	priorityByID   map[int64]*Priority
	resolutionByID map[int64]*Resolution
	linkTypeByID   map[int64]*LinkType
	fieldByID      map[int64]*Field
	optionByID     map[int64]*Option
	componentByID  map[int64]*Component
	versionByID    map[int64]*Version
	workflowByID   map[int64]*Workflow
	workflowOf     map[[2]int64]*Workflow // project, type (0: all types)

	derived sync.Map // see Derived
}

// Derived gives a value that is made from the catalog and kept with it: once for each type T, and no longer than the catalog itself. make may run more than once
// where several ask at the same time; they all get the same value.
func Derived[T any](c *Catalog, make func() *T) *T {
	key := reflect.TypeFor[T]()
	if v, ok := c.derived.Load(key); ok {
		return v.(*T)
	}
	v, _ := c.derived.LoadOrStore(key, make())
	return v.(*T)
}

// Project gives a project by id, nil when there is none.
func (c *Catalog) Project(id int64) *Project { return c.projectByID[id] }

// ProjectByKey gives a project by any key it has ever had, compared in upper case.
func (c *Catalog) ProjectByKey(key string) *Project { return c.projectByKey[key] }

// Type gives an issue type by id.
func (c *Catalog) Type(id int64) *IssueType { return c.typeByID[id] }

// Status gives a status by id.
func (c *Catalog) Status(id int64) *Status { return c.statusByID[id] }

// Priority gives a priority by id.
func (c *Catalog) Priority(id int64) *Priority { return c.priorityByID[id] }

// Resolution gives a resolution by id.
func (c *Catalog) Resolution(id int64) *Resolution { return c.resolutionByID[id] }

// LinkType gives a link type by id.
func (c *Catalog) LinkType(id int64) *LinkType { return c.linkTypeByID[id] }

// Field gives a custom field by id.
func (c *Catalog) Field(id int64) *Field { return c.fieldByID[id] }

// Option gives a select option by id.
func (c *Catalog) Option(id int64) *Option { return c.optionByID[id] }

// Component gives a component by id.
func (c *Catalog) Component(id int64) *Component { return c.componentByID[id] }

// Version gives a version by id.
func (c *Catalog) Version(id int64) *Version { return c.versionByID[id] }

// WorkflowOf gives the workflow of a project's issues of a type; the site's default when the project names none.
func (c *Catalog) WorkflowOf(projectID, typeID int64) *Workflow {
	if w := c.workflowOf[[2]int64{projectID, typeID}]; w != nil {
		return w
	}
	if w := c.workflowOf[[2]int64{projectID, 0}]; w != nil {
		return w
	}
	for _, w := range c.Workflows {
		if w.Default {
			return w
		}
	}
	return nil
}

// AddField makes a field known to a catalog that Read built for one writer; a catalog of Load is shared and must not be changed.
func (c *Catalog) AddField(f *Field) {
	c.Fields = append(c.Fields, f)
	c.fieldByID[f.ID] = f
}
