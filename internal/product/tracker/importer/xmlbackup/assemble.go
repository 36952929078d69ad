package xmlbackup

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/importer/source"
)

// database is the backup with its rows by identifier.
type database struct {
	*Reader
	people   map[string]*source.Person // by key
	projects map[string]*source.Project
	issues   map[string]*source.Issue
	fields   map[string]row
	options  map[string]row
	named    map[string]map[string]source.Named
}

func (r *Reader) assemble() {
	db := &database{Reader: r, people: map[string]*source.Person{}, projects: map[string]*source.Project{}, issues: map[string]*source.Issue{}, fields: map[string]row{}, options: map[string]row{},
		named: map[string]map[string]source.Named{}}
	for _, step := range []func(){db.persons, db.names, db.makeProjects, db.makeIssues, db.histories, db.comments, db.worklogs, db.attachments, db.associations, db.links, db.remoteLinks, db.values, db.others} {
		step()
	}
	ids := make([]*source.Issue, 0, len(db.issues))
	for _, i := range db.issues {
		ids = append(ids, i)
	}
	slices.SortFunc(ids, func(a, b *source.Issue) int { return cmp.Or(len(a.ID)-len(b.ID), cmp.Compare(a.ID, b.ID)) })
	for _, i := range ids {
		r.records = append(r.records, &source.Record{Issue: i})
	}
}

// persons reads the users: of their own table since Jira 4.3, of property sets before. Password hashes are never read.
func (db *database) persons() {
	names := map[string]string{}
	if len(db.rows["OSUser"]) > 0 {
		byEntry := map[string]row{}
		for _, e := range db.rows["OSPropertyEntry"] {
			if e["entityName"] == "OSUser" {
				byEntry[e["id"]] = e
			}
		}
		for _, s := range db.rows["OSPropertyString"] {
			if e := byEntry[s["id"]]; e != nil {
				names[e["entityId"]+" "+e["propertyKey"]] = s["value"]
			}
		}
	}
	for _, u := range db.rows["OSUser"] {
		db.people[u["name"]] = &source.Person{Key: u["name"], Name: or(names[u["id"]+" fullName"], u["name"]), Email: names[u["id"]+" email"]}
	}
	keyOf := map[string]string{}
	for _, a := range db.rows["ApplicationUser"] {
		keyOf[a["lowerUserName"]] = a["userKey"]
	}
	for _, u := range db.rows["User"] {
		key := or(keyOf[strings.ToLower(u["userName"])], u["userName"])
		db.people[key] = &source.Person{Key: key, Name: or(u["displayName"], u["userName"]), Email: u["emailAddress"], Inactive: u["active"] == "0"}
	}
	keys := make([]string, 0, len(db.people))
	for key := range db.people {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		db.records = append(db.records, &source.Record{Person: db.people[key]})
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// person gives somebody by key; people whom the backup does not describe have at least a name.
func (db *database) person(key string) *source.Person {
	if key == "" || key == "-1" {
		return nil
	}
	p := db.people[key]
	if p == nil {
		p = &source.Person{Key: key, Name: key, Inactive: true}
		db.people[key] = p
	}
	return p
}

// categories of statuses by their number, and of the statuses that every server had before categories were.
var (
	categories = map[string]string{"2": catalog.CategoryNew, "3": catalog.CategoryDone, "4": catalog.CategoryIndeterminate}
	classic    = map[string]string{"1": catalog.CategoryNew, "3": catalog.CategoryIndeterminate, "4": catalog.CategoryNew, "5": catalog.CategoryDone, "6": catalog.CategoryDone}
)

func (db *database) names() {
	for _, kind := range []string{"IssueType", "Status", "Priority", "Resolution"} {
		db.named[kind] = map[string]source.Named{}
		for _, v := range db.rows[kind] {
			n := source.Named{ID: v["id"], Name: v["name"], Description: v["description"], Color: v["statusColor"]}
			n.Position, _ = strconv.Atoi(v["sequence"])
			switch kind {
			case "IssueType":
				if n.Subtask = v["style"] == "jira_subtask"; n.Subtask {
					n.Level = -1
				} else if strings.EqualFold(n.Name, "epic") {
					n.Level = 1
				}
			case "Status":
				n.Category = or(categories[v["statuscategory"]], classic[v["id"]])
			}
			db.named[kind][v["id"]] = n
		}
	}
	for _, f := range db.rows["CustomField"] {
		db.fields[f["id"]] = f
	}
	for _, o := range db.rows["CustomFieldOption"] {
		db.options[o["id"]] = o
	}
}

func (db *database) makeProjects() {
	categoryNames := map[string]string{}
	for _, c := range db.rows["ProjectCategory"] {
		categoryNames[c["id"]] = c["name"]
	}
	for _, p := range db.rows["Project"] {
		made := &source.Project{ID: p["id"], Key: p["key"], Name: p["name"], Description: p["description"], URL: p["url"], Lead: db.person(p["lead"]), Type: p["projecttype"]}
		db.projects[p["id"]] = made
	}
	for _, k := range db.rows["ProjectKey"] {
		if p := db.projects[k["projectId"]]; p != nil && k["projectKey"] != p.Key {
			p.OldKeys = append(p.OldKeys, k["projectKey"])
		}
	}
	for _, c := range db.rows["Component"] {
		if p := db.projects[c["project"]]; p != nil {
			p.Components = append(p.Components, source.Component{ID: c["id"], Name: c["name"], Description: c["description"], Lead: db.person(c["lead"])})
		}
	}
	for _, v := range db.rows["Version"] {
		if p := db.projects[v["project"]]; p != nil {
			p.Versions = append(p.Versions, version(v))
		}
	}
	for _, a := range db.rows["NodeAssociation"] {
		if p := db.projects[a["sourceNodeId"]]; p != nil && a["associationType"] == "ProjectCategory" && a["sourceNodeEntity"] == "Project" {
			p.Category = categoryNames[a["sinkNodeId"]]
		}
	}
	for _, p := range db.rows["Project"] {
		db.records = append(db.records, &source.Record{Project: db.projects[p["id"]]})
	}
}

func version(v row) source.Version {
	made := source.Version{ID: v["id"], Name: v["name"], Description: v["description"], Released: v["released"] == "true", Archived: v["archived"] == "true", StartDay: day(v["startdate"]), ReleaseDay: day(v["releasedate"])}
	made.Position, _ = strconv.Atoi(v["sequence"])
	return made
}

// instant reads "2010-07-23 12:16:56.928"; a backup says no zone, its server's is taken for UTC.
func instant(s string) time.Time {
	for _, layout := range []string{"2006-01-02 15:04:05.999999", "2006-01-02 15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func day(s string) string {
	if t := instant(s); !t.IsZero() {
		return t.Format(time.DateOnly)
	}
	return ""
}

func seconds(s string) *int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil
	}
	return &n
}

func (db *database) makeIssues() {
	for _, v := range db.rows["Issue"] {
		p := db.projects[v["project"]]
		if p == nil {
			db.tell("issue", "its project is not in the backup", 1)
			continue
		}
		i := &source.Issue{ID: v["id"], Key: or(v["key"], p.Key+"-"+v["number"]), Project: *p, Summary: v["summary"], Description: source.Text{Markup: v["description"]}, Environment: source.Text{Markup: v["environment"]},
			Reporter: db.person(v["reporter"]), Creator: db.person(or(v["creator"], v["reporter"])), Assignee: db.person(v["assignee"]), Created: instant(v["created"]), Updated: instant(v["updated"]),
			DueDay: day(v["duedate"]), OriginalEstimate: seconds(v["timeoriginalestimate"]), Remaining: seconds(v["timeestimate"]), TimeSpent: seconds(v["timespent"])}
		if number := v["number"]; number != "" && p.Key != "" { // the key of the row may be an older one
			i.Key = p.Key + "-" + number
		}
		i.Type, i.Status = db.named["IssueType"][v["type"]], db.named["Status"][v["status"]]
		if n, ok := db.named["Priority"][v["priority"]]; ok {
			i.Priority = &n
		}
		if n, ok := db.named["Resolution"][v["resolution"]]; ok {
			i.Resolution = &n
			if at := instant(v["resolutiondate"]); !at.IsZero() {
				i.Resolved = &at
			}
		}
		for _, name := range []string{"created", "updated", "resolutiondate", "duedate"} {
			if v[name] != "" && instant(v[name]).IsZero() {
				i.NotTaken = append(i.NotTaken, source.NotTaken{Type: "field " + name, Reason: "it is no date that there is", Example: i.Key, Count: 1})
			}
		}
		if v["security"] != "" {
			i.NotTaken = append(i.NotTaken, source.NotTaken{Type: "field security", Reason: "security levels are not part of the tracker yet", Example: i.Key, Count: 1})
		}
		db.issues[v["id"]] = i
	}
}

func (db *database) histories() {
	items := map[string][]source.Change{}
	for _, c := range db.rows["ChangeItem"] {
		items[c["group"]] = append(items[c["group"]], source.Change{Field: c["field"], FieldType: c["fieldtype"], From: c["oldvalue"], FromText: c["oldstring"], To: c["newvalue"], ToText: c["newstring"]})
	}
	for _, g := range db.rows["ChangeGroup"] {
		changes := items[g["id"]]
		delete(items, g["id"])
		i := db.issues[g["issue"]]
		if i == nil {
			db.lost("history item", len(changes))
			continue
		}
		i.Histories = append(i.Histories, source.History{ID: g["id"], Author: db.person(g["author"]), Created: instant(g["created"]), Items: changes})
	}
	left := 0
	for _, changes := range items {
		left += len(changes)
	}
	if left > 0 {
		db.tell("history item", "the change that it belongs to is not in the backup", left)
	}
}

func (db *database) lost(itemType string, n int) {
	if n > 0 {
		db.tell(itemType, "its issue is not in the backup", n)
	}
}

func (db *database) comments() {
	for _, a := range db.rows["Action"] {
		if a["type"] != "comment" {
			db.tell("action", "only comments are actions that are kept", 1)
			continue
		}
		i := db.issues[a["issue"]]
		if i == nil {
			db.lost("comment", 1)
			continue
		}
		c := source.Comment{ID: a["id"], Author: db.person(a["author"]), UpdateAuthor: db.person(a["updateauthor"]), Body: source.Text{Markup: a["body"]}, Created: instant(a["created"]), Updated: instant(a["updated"])}
		if a["level"] != "" {
			c.VisibilityType, c.VisibilityValue = "group", a["level"]
		} else if a["rolelevel"] != "" {
			c.VisibilityType, c.VisibilityValue = "role", a["rolelevel"]
		}
		i.Comments = append(i.Comments, c)
	}
}

func (db *database) worklogs() {
	for _, l := range db.rows["Worklog"] {
		i := db.issues[l["issue"]]
		if i == nil {
			db.lost("worklog", 1)
			continue
		}
		made := source.Worklog{ID: l["id"], Author: db.person(l["author"]), UpdateAuthor: db.person(l["updateauthor"]), Comment: source.Text{Markup: l["body"]}, Started: instant(l["startdate"]), Created: instant(l["created"]), Updated: instant(l["updated"])}
		if n := seconds(l["timeworked"]); n != nil {
			made.Seconds = *n
		}
		i.Worklogs = append(i.Worklogs, made)
	}
}

func (db *database) attachments() {
	for _, a := range db.rows["FileAttachment"] {
		i := db.issues[a["issue"]]
		if i == nil {
			db.lost("attachment", 1)
			continue
		}
		made := source.Attachment{ID: a["id"], Filename: a["filename"], MIME: a["mimetype"], Author: db.person(a["author"]), Created: instant(a["created"])}
		if n := seconds(a["filesize"]); n != nil {
			made.Size = *n
		}
		i.Attachments = append(i.Attachments, made)
	}
}

// associations are the rows that tie issues to labels, versions, components, watchers and voters.
func (db *database) associations() {
	for _, l := range db.rows["Label"] {
		switch i := db.issues[l["issue"]]; {
		case l["fieldid"] != "":
			db.tell("custom field value", "labels of custom fields are kept in another table of the backup", 1)
		case i == nil:
			db.lost("label", 1)
		default:
			i.Labels = append(i.Labels, l["label"])
		}
	}
	versions, components := map[string]row{}, map[string]row{}
	for _, v := range db.rows["Version"] {
		versions[v["id"]] = v
	}
	for _, c := range db.rows["Component"] {
		components[c["id"]] = c
	}
	for _, a := range db.rows["NodeAssociation"] {
		i := db.issues[a["sourceNodeId"]]
		if i == nil || a["sourceNodeEntity"] != "Issue" {
			continue
		}
		switch a["associationType"] {
		case "IssueFixVersion":
			i.FixVersions = append(i.FixVersions, version(versions[a["sinkNodeId"]]))
		case "IssueVersion":
			i.Affects = append(i.Affects, version(versions[a["sinkNodeId"]]))
		case "IssueComponent":
			c := components[a["sinkNodeId"]]
			i.Components = append(i.Components, source.Component{ID: c["id"], Name: c["name"], Description: c["description"], Lead: db.person(c["lead"])})
		}
	}
	for _, a := range db.rows["UserAssociation"] {
		i, who := db.issues[a["sinkNodeId"]], db.person(a["sourceName"])
		if i == nil || who == nil || a["sinkNodeEntity"] != "Issue" {
			db.lost("watcher", 1)
			continue
		}
		switch a["associationType"] {
		case "WatchIssue":
			i.Watchers = append(i.Watchers, *who)
		case "VoteIssue":
			i.Voters = append(i.Voters, *who)
		}
	}
	for _, m := range db.rows["MovedIssueKey"] {
		i := db.issues[m["issueId"]]
		if i == nil {
			db.lost("old key", 1)
			continue
		}
		i.OldKeys = append(i.OldKeys, m["oldIssueKey"])
	}
}

func (db *database) links() {
	types := map[string]row{}
	for _, t := range db.rows["IssueLinkType"] {
		types[t["id"]] = t
	}
	for _, l := range db.rows["IssueLink"] {
		from, to, t := db.issues[l["source"]], db.issues[l["destination"]], types[l["linktype"]]
		switch {
		case from == nil || to == nil || t == nil:
			db.lost("link", 1)
		case t["style"] == "jira_subtask":
			to.Parent = from.Key
		case t["linkname"] == "Epic-Story Link":
			to.Parent = from.Key
		default:
			from.Links = append(from.Links, source.Link{ID: l["id"], Type: t["linkname"], Inward: t["inward"], Outward: t["outward"], Other: to.Key, Outwards: true, Created: to.Created})
		}
	}
}

func (db *database) remoteLinks() {
	for _, l := range db.rows["RemoteIssueLink"] {
		i := db.issues[l["issueid"]]
		if i == nil {
			db.lost("remote link", 1)
			continue
		}
		i.RemoteLinks = append(i.RemoteLinks, source.RemoteLink{ID: l["id"], GlobalID: l["globalid"], Relationship: l["relationship"], URL: l["url"], Title: l["title"]})
	}
}

// fieldTypes gives the type here of a type of custom field there, by the end of its key.
var fieldTypes = map[string]catalog.FieldType{"textfield": catalog.FieldText, "textarea": catalog.FieldTextArea, "float": catalog.FieldNumber, "datepicker": catalog.FieldDate, "datetime": catalog.FieldDateTime,
	"select": catalog.FieldSelect, "radiobuttons": catalog.FieldSelect, "multiselect": catalog.FieldMultiSelect, "multicheckboxes": catalog.FieldMultiSelect, "userpicker": catalog.FieldUser,
	"multiuserpicker": catalog.FieldMultiUser, "labels": catalog.FieldLabels, "url": catalog.FieldURL}

// values gathers the rows of custom fields: one for each value of a list.
func (db *database) values() {
	type place struct{ issue, field string }
	at := map[place]int{}
	for _, v := range db.rows["CustomFieldValue"] {
		i, f := db.issues[v["issue"]], db.fields[v["customfield"]]
		switch {
		case i == nil:
			db.lost("custom field value", 1)
			continue
		case f == nil:
			db.tell("custom field value", "its field is not in the backup", 1)
			continue
		}
		key := f["customfieldtypekey"]
		typ, known := fieldTypes[key[strings.LastIndexByte(key, ':')+1:]]
		if !known {
			typ = catalog.FieldReadOnly
		}
		text := or(or(v["stringvalue"], v["textvalue"]), or(v["numbervalue"], v["datevalue"]))
		p := place{v["issue"], v["customfield"]}
		n, there := at[p]
		if !there {
			n = len(i.Values)
			at[p] = n
			i.Values = append(i.Values, source.Value{Field: "customfield_" + f["id"], Name: f["name"], Type: string(typ), Description: f["description"]})
		}
		made := &i.Values[n]
		switch typ {
		case catalog.FieldUser, catalog.FieldMultiUser:
			if who := db.person(text); who != nil {
				made.People = append(made.People, *who)
			}
			continue
		case catalog.FieldSelect, catalog.FieldMultiSelect:
			if o := db.options[text]; o != nil { // newer backups name the option by its identifier
				text = o["value"]
			}
		case catalog.FieldDate:
			text = day(text)
		case catalog.FieldDateTime:
			text = instant(text).Format(time.RFC3339Nano)
		}
		if there && typ != catalog.FieldMultiSelect && typ != catalog.FieldLabels {
			made.Values = []string{strings.Join(append(made.Values, text), "\n")}
			continue
		}
		made.Values = append(made.Values, text)
	}
}

// notTaken says, of kinds of rows that nothing is made of, why.
var notTaken = map[string]string{
	"Workflow": "issues move freely between the statuses that they had", "WorkflowScheme": "issues move freely between the statuses that they had", "PermissionScheme": "members of a site may work in all its projects",
	"SchemePermissions": "members of a site may work in all its projects", "SearchRequest": "saved filters have owners who must log in first", "PortalPage": "dashboards are not part of the tracker yet",
	"Membership": "groups belong to the organization, not to the site", "Group": "groups belong to the organization, not to the site", "FieldScreen": "every field is on every screen",
	"NotificationScheme": "notifications are not part of the tracker yet", "ProjectRole": "members of a site may work in all its projects", "IssueSecurityScheme": "security levels are not part of the tracker yet",
}

// others counts what nothing is made of.
func (db *database) others() {
	db.counts["SearchRequest"] += len(db.rows["SearchRequest"])
	kinds := make([]string, 0, len(db.counts))
	for kind := range db.counts {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		if db.counts[kind] == 0 {
			continue
		}
		reason := notTaken[kind]
		if reason == "" {
			reason = "it is configuration or state of the server itself"
		}
		db.tell(fmt.Sprintf("row %s", kind), reason, db.counts[kind])
	}
}
