package rest

import (
	"strconv"

	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/issue"
)

// systemField describes a field that every site has.
type systemField struct {
	id, name, typ, items string
	clauses              []string
	set                  bool // can be set on create and edit
	operations           []string
}

// systemFields lists them with the names that JQL knows.
var systemFields = []systemField{
	{"summary", "Summary", "string", "", []string{"summary"}, true, []string{"set"}},
	{"issuetype", "Issue Type", "issuetype", "", []string{"issuetype", "type"}, true, []string{}},
	{"project", "Project", "project", "", []string{"project"}, false, []string{"set"}},
	{"status", "Status", "status", "", []string{"status"}, false, nil},
	{"statusCategory", "Status Category", "statusCategory", "", []string{"statusCategory"}, false, nil},
	{"statuscategorychangedate", "Status Category Changed", "datetime", "", []string{"statusCategoryChangedDate"}, false, nil},
	{"priority", "Priority", "priority", "", []string{"priority"}, true, []string{"set"}},
	{"resolution", "Resolution", "resolution", "", []string{"resolution"}, false, []string{"set"}},
	{"resolutiondate", "Resolved", "datetime", "", []string{"resolutiondate", "resolved"}, false, nil},
	{"assignee", "Assignee", "user", "", []string{"assignee"}, true, []string{"set"}},
	{"reporter", "Reporter", "user", "", []string{"reporter"}, true, []string{"set"}},
	{"creator", "Creator", "user", "", []string{"creator"}, false, nil},
	{"created", "Created", "datetime", "", []string{"created", "createdDate"}, false, nil},
	{"updated", "Updated", "datetime", "", []string{"updated", "updatedDate"}, false, nil},
	{"duedate", "Due date", "date", "", []string{"due", "duedate"}, true, []string{"set"}},
	{"description", "Description", "string", "", []string{"description"}, true, []string{"set"}},
	{"environment", "Environment", "string", "", []string{"environment"}, true, []string{"set"}},
	{"labels", "Labels", "array", "string", []string{"labels"}, true, []string{"add", "set", "remove"}},
	{"components", "Components", "array", "component", []string{"component"}, true, []string{"add", "set", "remove"}},
	{"fixVersions", "Fix versions", "array", "version", []string{"fixVersion"}, true, []string{"set", "add", "remove"}},
	{"versions", "Affects versions", "array", "version", []string{"affectedVersion"}, true, []string{"set", "add", "remove"}},
	{"parent", "Parent", "issuelink", "", []string{"parent"}, true, []string{"set"}},
	{"subtasks", "Sub-tasks", "array", "issuelinks", []string{"subtasks"}, false, nil},
	{"issuelinks", "Linked Issues", "array", "issuelinks", []string{"issueLink"}, false, []string{"add"}},
	{"attachment", "Attachment", "array", "attachment", []string{"attachments"}, false, nil},
	{"comment", "Comment", "comments-page", "", []string{"comment"}, false, []string{"add", "edit", "remove"}},
	{"worklog", "Log Work", "array", "worklog", nil, false, []string{"add"}},
	{"timetracking", "Time tracking", "timetracking", "", nil, true, []string{"set", "edit"}},
	{"timeoriginalestimate", "Original estimate", "number", "", []string{"originalEstimate", "timeoriginalestimate"}, false, nil},
	{"timeestimate", "Remaining Estimate", "number", "", []string{"remainingEstimate", "timeestimate"}, false, nil},
	{"timespent", "Time Spent", "number", "", []string{"timespent"}, false, nil},
	{"progress", "Progress", "progress", "", []string{"progress"}, false, nil},
	{"workratio", "Work Ratio", "number", "", []string{"workratio"}, false, nil},
	{"votes", "Votes", "votes", "", []string{"votes"}, false, nil},
	{"watches", "Watchers", "watches", "", []string{"watchers"}, false, nil},
}

type wireSchema struct {
	Type     string `json:"type"`
	Items    string `json:"items,omitempty"`
	System   string `json:"system,omitempty"`
	Custom   string `json:"custom,omitempty"`
	CustomID int64  `json:"customId,omitempty"`
}

func (f systemField) schema() wireSchema {
	return wireSchema{Type: f.typ, Items: f.items, System: f.id}
}

// customTypes gives the wire type, the items and the vendor's key of each type of custom field.
var customTypes = map[catalog.FieldType][3]string{
	catalog.FieldText:        {"string", "", "com.atlassian.jira.plugin.system.customfieldtypes:textfield"},
	catalog.FieldTextArea:    {"string", "", "com.atlassian.jira.plugin.system.customfieldtypes:textarea"},
	catalog.FieldNumber:      {"number", "", "com.atlassian.jira.plugin.system.customfieldtypes:float"},
	catalog.FieldDate:        {"date", "", "com.atlassian.jira.plugin.system.customfieldtypes:datepicker"},
	catalog.FieldDateTime:    {"datetime", "", "com.atlassian.jira.plugin.system.customfieldtypes:datetime"},
	catalog.FieldSelect:      {"option", "", "com.atlassian.jira.plugin.system.customfieldtypes:select"},
	catalog.FieldMultiSelect: {"array", "option", "com.atlassian.jira.plugin.system.customfieldtypes:multiselect"},
	catalog.FieldUser:        {"user", "", "com.atlassian.jira.plugin.system.customfieldtypes:userpicker"},
	catalog.FieldMultiUser:   {"array", "user", "com.atlassian.jira.plugin.system.customfieldtypes:multiuserpicker"},
	catalog.FieldLabels:      {"array", "string", "com.atlassian.jira.plugin.system.customfieldtypes:labels"},
	catalog.FieldURL:         {"string", "", "com.atlassian.jira.plugin.system.customfieldtypes:url"},
	catalog.FieldReadOnly:    {"string", "", "com.atlassian.jira.plugin.system.customfieldtypes:readonlyfield"},
}

func customSchema(f *catalog.Field) wireSchema {
	t := customTypes[f.Type]
	s := wireSchema{Type: t[0], Items: t[1], Custom: t[2], CustomID: f.ID}
	switch f.Name { // clients of Jira Cloud look for these keys
	case "Epic Link":
		s.Type, s.Custom = "any", "com.pyxis.greenhopper.jira:gh-epic-link"
	case "Epic Name":
		s.Custom = "com.pyxis.greenhopper.jira:gh-epic-label"
	}
	return s
}

func (c *call) fieldNames() map[string]string {
	out := map[string]string{}
	for _, f := range systemFields {
		out[f.id] = f.name
	}
	for _, f := range c.cat.Fields {
		out[f.Wire()] = f.Name
	}
	return out
}

func (c *call) fieldSchemas() map[string]wireSchema {
	out := map[string]wireSchema{}
	for _, f := range systemFields {
		out[f.id] = f.schema()
	}
	for _, f := range c.cat.Fields {
		out[f.Wire()] = customSchema(f)
	}
	return out
}

type wireFieldMeta struct {
	Required        bool       `json:"required"`
	Schema          wireSchema `json:"schema"`
	Name            string     `json:"name"`
	Key             string     `json:"key"`
	FieldID         string     `json:"fieldId,omitempty"`
	AutoCompleteURL string     `json:"autoCompleteUrl,omitempty"`
	HasDefaultValue bool       `json:"hasDefaultValue"`
	Operations      []string   `json:"operations"`
	AllowedValues   []any      `json:"allowedValues,omitempty"`
	DefaultValue    any        `json:"defaultValue,omitempty"`
}

// fieldMeta describes the fields that can be set on issues of a type in a project.
func (c *call) fieldMeta(p *catalog.Project, t *catalog.IssueType, create bool) []wireFieldMeta {
	var out []wireFieldMeta
	for _, f := range systemFields {
		if !f.set && !(create && f.id == "project") {
			continue
		}
		m := wireFieldMeta{Schema: f.schema(), Name: f.name, Key: f.id, Operations: f.operations}
		m.Required = f.id == "summary" || create && (f.id == "project" || f.id == "issuetype") || f.id == "parent" && t.Subtask()
		c.allowed(&m, f.id, p, t)
		out = append(out, m)
	}
	for _, f := range c.cat.Fields {
		m := wireFieldMeta{Schema: customSchema(f), Name: f.Name, Key: f.Wire(), Operations: []string{"set"}}
		if f.Type == catalog.FieldReadOnly && f.Name != "Epic Link" {
			continue
		}
		if customTypes[f.Type][0] == "array" {
			m.Operations = []string{"add", "set", "remove"}
		}
		for _, o := range f.Options {
			if !o.Disabled {
				id := strconv.FormatInt(o.ID, 10)
				m.AllowedValues = append(m.AllowedValues, map[string]string{"self": c.api("customFieldOption/" + id), "value": o.Value, "id": id})
			}
		}
		out = append(out, m)
	}
	return out
}

// allowed fills the choices of a system field.
func (c *call) allowed(m *wireFieldMeta, id string, p *catalog.Project, t *catalog.IssueType) {
	switch id {
	case "project":
		m.AllowedValues = []any{c.projectRef(p)}
	case "issuetype":
		m.AllowedValues = []any{c.issueType(t)}
	case "priority":
		for _, v := range c.cat.Priorities {
			m.AllowedValues = append(m.AllowedValues, c.priority(v))
			if v.Default {
				m.DefaultValue, m.HasDefaultValue = c.priority(v), true
			}
		}
	case "components":
		m.AllowedValues = []any{}
		for _, v := range p.Components {
			m.AllowedValues = append(m.AllowedValues, c.componentRef(v))
		}
	case "fixVersions", "versions":
		m.AllowedValues = []any{}
		for _, v := range p.Versions {
			if !v.Archived {
				m.AllowedValues = append(m.AllowedValues, c.versionRef(v))
			}
		}
	case "labels":
		m.AutoCompleteURL = c.base + "/rest/api/1.0/labels/suggest?query="
	case "assignee", "reporter":
		m.AutoCompleteURL = c.api("user/assignable/search?project=" + p.Key + "&query=")
	}
}

func (c *call) editMeta(i *issue.Issue) map[string]wireFieldMeta {
	out := map[string]wireFieldMeta{}
	p, t := c.cat.Project(i.ProjectID), c.cat.Type(i.TypeID)
	if p == nil || t == nil {
		return out
	}
	for _, m := range c.fieldMeta(p, t, false) {
		if m.Key == "issuetype" {
			m.AllowedValues = nil
			for _, other := range p.Types {
				if other.Level == t.Level {
					m.AllowedValues = append(m.AllowedValues, c.issueType(other))
				}
			}
		}
		out[m.Key] = m
	}
	return out
}
