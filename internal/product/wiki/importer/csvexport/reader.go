// Package csvexport reads the tables of a CSV export of the vendor's cloud, one file a table of its database, as the objects that the XML export of the
// same would have.
package csvexport

import (
	"encoding/csv"
	"errors"
	"io"
	"path"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/wiki/importer/source"
)

// column says what a column becomes: a text, or a reference to an object of a class.
type column struct{ name, class string }

type table struct {
	class   string // of its rows
	id      string // column
	columns map[string]column
}

func text(name string) column      { return column{name: name} }
func to(name, class string) column { return column{name, class} }

const (
	user     = "ConfluenceUserImpl"
	anyClass = "*" // of a reference to whatever has the identifier
)

// with adds the columns that most tables have.
func with(own map[string]column) map[string]column {
	for from, c := range map[string]column{"creator": to("creator", user), "creationdate": text("creationDate"), "lastmodifier": to("lastModifier", user), "lastmoddate": text("lastModificationDate")} {
		if _, has := own[from]; !has {
			own[from] = c
		}
	}
	return own
}

var tables = map[string]table{
	"spaces": {"Space", "spaceid", with(map[string]column{"spacename": text("name"), "spacekey": text("key"), "spacetype": text("spaceType"), "spacestatus": text("spaceStatus"), "homepage": to("homePage", "Page"), "spacedescid": to("description", "SpaceDescription")})},
	"content": {"", "contentid", with(map[string]column{"title": text("title"), "version": text("version"), "versioncomment": text("versionComment"), "content_status": text("contentStatus"), "spaceid": to("space", "Space"),
		"child_position": text("position"), "parentid": to("parent", "Page"), "parentcommentid": to("parent", "Comment"), "pageid": to("containerContent", "Page"), "prevver": to("originalVersion", anyClass), "pluginkey": text("pluginModuleKey")})},
	"bodycontent":          {"BodyContent", "bodycontentid", map[string]column{"body": text("body"), "bodytypeid": text("bodyType"), "contentid": to("content", anyClass)}},
	"contentproperties":    {"ContentProperty", "propertyid", map[string]column{"propertyname": text("name"), "stringval": text("stringValue"), "longval": text("longValue"), "dateval": text("dateValue"), "contentid": to("content", anyClass)}},
	"spacepermissions":     {"SpacePermission", "permid", map[string]column{"permtype": text("type"), "permgroupname": text("group"), "permusername": to("userSubject", user), "permalluserssubject": text("allUsersSubject"), "spaceid": to("space", "Space")}},
	"pagetemplates":        {"PageTemplate", "templateid", with(map[string]column{"templatename": text("name"), "templatedesc": text("description"), "content": text("content"), "spaceid": to("space", "Space"), "prevver": to("previousVersion", "PageTemplate"), "bodytypeid": text("bodyType")})},
	"likes":                {"LikeEntity", "id", map[string]column{"contentid": to("content", anyClass), "username": to("user", user), "creationdate": text("creationDate")}},
	"links":                {"OutgoingLink", "linkid", nil},
	"trackbacklinks":       {"TrackbackLink", "linkid", nil},
	"extrnlnks":            {"ExternalLink", "linkid", nil},
	"usercontent_relation": {"User2ContentRelationEntity", "relationid", map[string]column{"targetcontentid": to("targetContent", anyClass), "sourceuser": to("sourceContent", user), "relationname": text("relationName"), "creationdate": text("creationDate")}},
	"content_relation":     {"Content2ContentRelationEntity", "relationid", nil},
	"content_perm_set":     {"ContentPermissionSet", "id", map[string]column{"cont_perm_type": text("type"), "content_id": to("owningContent", "Page")}},
	"content_perm":         {"ContentPermission", "id", map[string]column{"cp_type": text("type"), "username": to("userSubject", user), "groupname": text("groupName"), "cps_id": to("owningSet", "ContentPermissionSet")}},
	"content_label":        {"Labelling", "id", map[string]column{"labelid": to("label", "Label"), "contentid": to("content", anyClass), "pagetemplateid": to("pageTemplate", "PageTemplate"), "owner": to("owningUser", user), "creationdate": text("creationDate"), "labelableid": text("labelableId"), "labelabletype": text("labelableType")}},
	"label":                {"Label", "labelid", map[string]column{"name": text("name"), "namespace": text("namespace"), "owner": text("owner")}},
	"notifications":        {"Notification", "notificationid", map[string]column{"contentid": to("content", anyClass), "spaceid": to("space", "Space"), "username": to("receiver", user), "contenttype": text("type"), "creationdate": text("creationDate")}},
	"user_mapping":         {user, "user_key", map[string]column{"username": text("name"), "lower_username": text("lowerName"), "aaid": text("atlassianAccountId")}},
	"bandana":              {"ConfluenceBandanaRecord", "bandanaid", nil},
	"os_propertyentry":     {"BucketPropertySetItem", "", nil},
	"space_export_counts":  {"SpaceExportCount", "", nil},
}

// classes are the kinds of rows in the table of contents.
var classes = map[string]string{"PAGE": "Page", "BLOGPOST": "BlogPost", "COMMENT": "Comment", "ATTACHMENT": "Attachment", "SPACEDESCRIPTION": "SpaceDescription", "CUSTOM": "CustomContentEntityObject", "DRAFT": "Page"}

// Reader reads one table.
type Reader struct {
	name    string
	table   table
	known   bool
	csv     *csv.Reader
	columns []string
}

// New reads a file; its name says which table it is. A table that is not known gives objects of its own name.
func New(name string, in io.Reader) (*Reader, error) {
	base := strings.TrimSuffix(strings.TrimSuffix(path.Base(name), ".gz"), ".csv")
	r := &Reader{name: base, csv: csv.NewReader(in)}
	r.csv.FieldsPerRecord, r.csv.LazyQuotes, r.csv.ReuseRecord = -1, true, true
	r.table, r.known = tables[strings.ToLower(base)]
	if !r.known {
		r.table.class = base
	}
	head, err := r.csv.Read()
	if errors.Is(err, io.EOF) {
		return r, nil
	}
	if err != nil {
		return nil, r.broken(err)
	}
	for _, h := range head {
		r.columns = append(r.columns, strings.ToLower(strings.TrimPrefix(h, "\ufeff")))
	}
	return r, nil
}

func (r *Reader) broken(err error) error {
	if fault.Is(err, fault.KindInvalid) {
		return err
	}
	return fault.Wrap(err, fault.KindInvalid, "The table %s cannot be read: %s. Nothing of the export was taken.", r.name, err)
}

// Next implements source.Reader.
func (r *Reader) Next() (*source.Object, error) {
	row, err := r.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err != nil {
		return nil, r.broken(err)
	}
	o := &source.Object{Class: r.table.class, Text: map[string]string{}, Refs: map[string]source.Ref{}, Lists: map[string][]source.Ref{}}
	for n, v := range row {
		if n >= len(r.columns) || v == "" {
			continue
		}
		name := r.columns[n]
		switch c := r.table.columns[name]; {
		case name == r.table.id:
			o.ID = v
		case name == "contenttype" && r.table.class == "":
			if o.Class = classes[strings.ToUpper(v)]; o.Class == "" {
				o.Class = "content of type " + v
			}
		case c.name != "" && c.class == "":
			o.Text[c.name] = strings.Clone(v)
		case c.name != "":
			o.Refs[c.name] = source.Ref{Class: c.class, ID: strings.Clone(v)}
		}
	}
	if o.Class == "CustomContentEntityObject" && o.Refs["containerContent"].ID == "" && o.Refs["space"].ID != "" {
		o.Refs["containerContent"] = source.Ref{Class: "Space", ID: o.Refs["space"].ID}
	}
	return o, nil
}
