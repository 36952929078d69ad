package search

import (
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/product/tracker/catalog"
)

// Field is something that a query can ask about.
type Field struct {
	Name       string   // the first of its names
	Aliases    []string // further names
	Custom     *catalog.Field
	Operators  []string
	Types      []string // as jql/autocompletedata names them
	Suggest    bool     // values can be suggested
	Searchable bool
	compile    func(c *compiler, cl clause) frag
	order      func(c *compiler) term
	changes    string // how the history calls the field, empty when WAS and CHANGED do not know it
}

// Orderable tells whether ORDER BY takes the field.
func (f *Field) Orderable() bool { return f.order != nil }

func (f *Field) allows(op string) bool { return slices.Contains(f.Operators, op) }

var (
	opsEqual   = []string{"=", "!=", "in", "not in", "is", "is not"}
	opsCompare = append(slices.Clone(opsEqual), "<", ">", "<=", ">=")
	opsText    = []string{"~", "!~", "is", "is not"}
	opsHistory = []string{"was", "was not", "was in", "was not in", "changed"}
)

func withHistory(ops []string) []string { return append(slices.Clone(ops), opsHistory...) }

// The types that editors of queries know.
const (
	typeIssue     = "com.atlassian.jira.issue.Issue"
	typeProject   = "com.atlassian.jira.project.Project"
	typeCategory  = "com.atlassian.jira.project.ProjectCategory"
	typeType      = "com.atlassian.jira.issue.issuetype.IssueType"
	typeStatus    = "com.atlassian.jira.issue.status.Status"
	typeStatusCat = "com.atlassian.jira.issue.status.category.StatusCategory"
	typePriority  = "com.atlassian.jira.issue.priority.Priority"
	typeResol     = "com.atlassian.jira.issue.resolution.Resolution"
	typeUser      = "com.atlassian.jira.user.ApplicationUser"
	typeDate      = "java.util.Date"
	typeText      = "java.lang.String"
	typeNumber    = "java.lang.Number"
	typeVersion   = "com.atlassian.jira.project.version.Version"
	typeComponent = "com.atlassian.jira.bc.project.component.ProjectComponent"
	typeOption    = "com.atlassian.jira.issue.customfields.option.Option"
	typeLabel     = "com.atlassian.jira.issue.label.Label"
	typeFilter    = "com.atlassian.jira.issue.search.SearchRequest"
	typeLinkType  = "com.atlassian.jira.issue.link.IssueLinkType"
	typeDuration  = "com.atlassian.jira.jql.util.Duration"
)

var systemFields []*Field
var byName = map[string]*Field{}

func init() {
	systemFields = []*Field{
		{Name: "affectedVersion", Operators: opsCompare, Types: []string{typeVersion}, Suggest: true, compile: versionClause("affects", "affects_version_ids"), order: firstOf("version", "issue_version", "version_id", "x.role = 'affects'", "v.position")},
		{Name: "assignee", Operators: withHistory(opsEqual), Types: []string{typeUser}, Suggest: true, compile: userClause("assignee"), order: person("assignee"), changes: "assignee"},
		{Name: "attachments", Operators: []string{"is", "is not"}, Types: []string{"com.atlassian.jira.issue.attachment.Attachment"}, compile: anyClause("attachments")},
		{Name: "category", Operators: opsEqual, Types: []string{typeCategory}, Suggest: true, compile: categoryClause},
		{Name: "comment", Operators: []string{"~", "!~", "is", "is not"}, Types: []string{typeText}, compile: commentClause},
		{Name: "component", Operators: opsEqual, Types: []string{typeComponent}, Suggest: true, compile: componentClause, order: firstOf("component", "issue_component", "component_id", "1 = 1", "v.name_key")},
		{Name: "created", Aliases: []string{"createdDate"}, Operators: opsCompare, Types: []string{typeDate}, compile: instantClause("created_us"), order: column1("created_us")},
		{Name: "creator", Operators: opsEqual, Types: []string{typeUser}, Suggest: true, compile: userClause("creator"), order: person("creator")},
		{Name: "description", Operators: opsText, Types: []string{typeText}, compile: textClause("description"), order: textOf("description_text")},
		{Name: "due", Aliases: []string{"duedate"}, Operators: opsCompare, Types: []string{typeDate}, compile: dayClause, order: maybe("due_day")},
		{Name: "environment", Operators: opsText, Types: []string{typeText}, compile: textClause("environment"), order: textOf("environment_text")},
		{Name: "filter", Aliases: []string{"request", "savedfilter", "searchrequest"}, Operators: []string{"=", "!=", "in", "not in"}, Types: []string{typeFilter}, Suggest: true, compile: filterClause},
		{Name: "fixVersion", Operators: withHistory(opsCompare), Types: []string{typeVersion}, Suggest: true, compile: versionClause("fix", "fix_version_ids"), order: firstOf("version", "issue_version", "version_id", "x.role = 'fix'", "v.position"), changes: "fixVersions"},
		{Name: "hierarchyLevel", Operators: []string{"=", "!=", "in", "not in", "<", ">", "<=", ">="}, Types: []string{typeNumber}, compile: levelClause},
		{Name: "issueLinkType", Operators: opsEqual, Types: []string{typeLinkType}, Suggest: true, compile: linkTypeClause},
		{Name: "issuekey", Aliases: []string{"id", "issue", "key"}, Operators: []string{"=", "!=", "in", "not in", "is", "is not", "<", ">", "<=", ">="}, Types: []string{typeIssue}, compile: keyClause, order: byKey},
		{Name: "issuetype", Aliases: []string{"type", "workType"}, Operators: opsEqual, Types: []string{typeType}, Suggest: true, compile: typeClause, order: byType},
		{Name: "labels", Operators: opsEqual, Types: []string{typeLabel}, Suggest: true, compile: labelClause, order: column1("labels")},
		{Name: "lastViewed", Operators: opsCompare, Types: []string{typeDate}, compile: instantClause("viewed_us"), order: maybe("viewed_us")},
		{Name: "level", Operators: opsEqual, Types: []string{"com.atlassian.jira.issue.security.IssueSecurityLevel"}, compile: securityClause, order: maybe("security_level")},
		{Name: "originalEstimate", Aliases: []string{"timeoriginalestimate"}, Operators: opsCompare, Types: []string{typeDuration}, compile: durationClause("original_estimate"), order: maybe("original_estimate")},
		{Name: "parent", Operators: opsEqual, Types: []string{typeIssue}, compile: parentClause, order: maybe("parent_id")},
		{Name: "priority", Operators: withHistory(opsCompare), Types: []string{typePriority}, Suggest: true, compile: priorityClause, order: byPriority, changes: "priority"},
		{Name: "project", Aliases: []string{"space"}, Operators: opsEqual, Types: []string{typeProject}, Suggest: true, compile: projectClause, order: byProject},
		{Name: "projectType", Aliases: []string{"spaceType"}, Operators: []string{"=", "!=", "in", "not in"}, Types: []string{"com.atlassian.jira.project.type.ProjectType"}, Suggest: true, compile: projectTypeClause},
		{Name: "Rank", Operators: nil, compile: nil, order: column1("rank")},
		{Name: "remainingEstimate", Aliases: []string{"timeestimate"}, Operators: opsCompare, Types: []string{typeDuration}, compile: durationClause("remaining_estimate"), order: maybe("remaining_estimate")},
		{Name: "reporter", Operators: withHistory(opsEqual), Types: []string{typeUser}, Suggest: true, compile: userClause("reporter"), order: person("reporter"), changes: "reporter"},
		{Name: "resolution", Operators: withHistory(opsCompare), Types: []string{typeResol}, Suggest: true, compile: resolutionClause, order: byResolution, changes: "resolution"},
		{Name: "resolved", Aliases: []string{"resolutiondate"}, Operators: opsCompare, Types: []string{typeDate}, compile: instantClause("resolved_us"), order: maybe("resolved_us")},
		{Name: "status", Operators: withHistory(opsEqual), Types: []string{typeStatus}, Suggest: true, compile: statusClause, order: byStatus, changes: "status"},
		{Name: "statusCategory", Operators: opsEqual, Types: []string{typeStatusCat}, Suggest: true, compile: statusCategoryClause, order: byStatusCategory},
		{Name: "statusCategoryChangedDate", Operators: opsCompare, Types: []string{typeDate}, compile: instantClause("status_us"), order: column1("status_us")},
		{Name: "summary", Operators: opsText, Types: []string{typeText}, compile: textClause("summary"), order: column1("summary")},
		{Name: "text", Operators: []string{"~", "!~"}, Types: []string{typeText}, compile: anyTextClause},
		{Name: "timespent", Operators: opsCompare, Types: []string{typeDuration}, compile: durationClause("time_spent"), order: maybe("time_spent")},
		{Name: "updated", Aliases: []string{"updatedDate"}, Operators: opsCompare, Types: []string{typeDate}, compile: instantClause("updated_us"), order: column1("updated_us")},
		{Name: "voter", Operators: opsEqual, Types: []string{typeUser}, Suggest: true, compile: memberClause("issue_vote", "votes")},
		{Name: "votes", Operators: []string{"=", "!=", "in", "not in", "<", ">", "<=", ">="}, Types: []string{typeNumber}, compile: countClause("votes"), order: column1("votes")},
		{Name: "watcher", Operators: opsEqual, Types: []string{typeUser}, Suggest: true, compile: memberClause("issue_watcher", "watches")},
		{Name: "watchers", Operators: []string{"=", "!=", "in", "not in", "<", ">", "<=", ">="}, Types: []string{typeNumber}, compile: countClause("watches"), order: column1("watches")},
		{Name: "worklogAuthor", Operators: opsEqual, Types: []string{typeUser}, Suggest: true, compile: worklogAuthorClause},
		{Name: "worklogComment", Operators: []string{"~", "!~"}, Types: []string{typeText}, compile: worklogCommentClause},
		{Name: "worklogDate", Operators: opsCompare, Types: []string{typeDate}, compile: worklogDateClause},
		{Name: "workRatio", Operators: opsCompare, Types: []string{typeNumber}, compile: workRatioClause, order: workRatio},
	}
	for _, f := range systemFields {
		f.Searchable = f.compile != nil
		byName[strings.ToLower(f.Name)] = f
		for _, a := range f.Aliases {
			byName[strings.ToLower(a)] = f
		}
	}
	for alias, name := range map[string]string{"component/s": "component", "fix version/s": "fixVersion", "affects version/s": "affectedVersion", "due date": "due", "issue type": "issuetype",
		"epic link": "parent", "parent link": "parent", "resolution date": "resolved", "original estimate": "originalEstimate", "remaining estimate": "remainingEstimate", "time spent": "timespent",
		"status category": "statusCategory", "affects versions": "affectedVersion", "fix versions": "fixVersion", "components": "component", "fixversions": "fixVersion", "versions": "affectedVersion"} {
		byName[alias] = byName[strings.ToLower(name)]
	}
}

// Fields gives everything that queries on a site can name: the system fields by name, then the custom fields.
func Fields(cat *catalog.Catalog) []*Field {
	out := slices.Clone(systemFields)
	for _, f := range cat.Fields {
		if byName[strings.ToLower(f.Name)] == nil {
			out = append(out, customField(f))
		}
	}
	return out
}

// find gives the fields of a name; custom fields may share one, and then a match in any of them counts.
func (c *compiler) find(name string) []*Field {
	if f := byName[strings.ToLower(name)]; f != nil {
		return []*Field{f}
	}
	if id, ok := customID(name); ok {
		f := c.Catalog.Field(id)
		if f == nil {
			return nil
		}
		if known := byName[strings.ToLower(f.Name)]; known != nil {
			return []*Field{known}
		}
		return []*Field{customField(f)}
	}
	var out []*Field
	for _, f := range c.Catalog.FieldsNamed(name) {
		out = append(out, customField(f))
	}
	return out
}

// customID reads cf[10010], customfield_10010 and 10010.
func customID(name string) (int64, bool) {
	n := strings.ToLower(name)
	if rest, ok := strings.CutPrefix(n, "cf["); ok {
		n = strings.TrimSuffix(rest, "]")
	} else {
		n = strings.TrimPrefix(n, "customfield_")
	}
	id, err := strconv.ParseInt(n, 10, 64)
	return id, err == nil
}
