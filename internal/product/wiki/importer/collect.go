package importer

import (
	"fmt"
	"strings"

	"holdfast.dev/internal/product/wiki/importer/source"
)

// Why whole kinds of rows are not taken.
const (
	derived     = "the wiki finds it anew in the bodies"
	bookkeeping = "it is the vendor's own note about its work, nothing that people wrote"
	ofServer    = "it belongs to the server, not to a space"
	ofPlugin    = "it belongs to an app of the vendor's that is not here"
)

// leftOut are the rows that nothing is made of, with the reason.
var leftOut = map[string]string{
	"OutgoingLink": derived, "ReferralLink": derived, "TrackbackLink": derived, "ExternalLink": derived,
	"BucketPropertySetItem": bookkeeping, "ConfluenceBandanaRecord": bookkeeping, "Content2ContentRelationEntity": bookkeeping, "ContentProperty": bookkeeping, "SpaceExportCount": bookkeeping, "ConfluenceRememberMeToken": ofServer,
	"InternalGroup": "groups of people come from the organization, not from a wiki", "DefaultHibernateGroup": "groups of people come from the organization, not from a wiki",
	"HibernateMembership": "groups of people come from the organization, not from a wiki", "DefaultHibernateUser": ofServer, "InternalUserAttribute": ofServer, "PersonalInformation": "profiles are kept with the account",
	"AliasedKey": ofServer, "ApplicationImpl": ofServer, "DirectoryImpl": ofServer, "DirectoryMapping": ofServer, "GlobalDescription": ofServer,
}

// collect takes one object into the model.
func (m *model) collect(o *source.Object, r *Report) error {
	switch o.Class {
	case "Space":
		m.space(o)
	case "Page", "BlogPost", "Comment", "Attachment", "SpaceDescription", "CustomContentEntityObject":
		m.content(o, r)
	case "BodyContent":
		// A body cannot hold the end of a CDATA section within the one that it stands in: exports write a space into it.
		body := strings.ReplaceAll(o.Get("body"), "]] >", "]]>")
		of := o.FirstRef("content").ID
		if of == "" { // the content names its bodies then
			of = bodyID + o.ID
		}
		return m.bodies.add(of, strings.TrimSpace(o.Get("bodyType")), body)
	case "ContentProperty":
		m.detail(o, r)
	case "ConfluenceUserImpl":
		m.user(o)
	case "InternalUser":
		m.account(o)
		m.accounts++
	case "Label":
		m.labels[o.ID] = &labelRow{o.ID, o.Get("name"), strings.ToLower(strings.TrimSpace(o.Get("namespace")))}
	case "Labelling":
		l := &labelling{label: o.FirstRef("label").ID, person: person(o, []string{"owningUser"}, []string{"user", "owner"}), target: o.FirstRef("content", "pageTemplate"), created: m.when(o.Get("creationDate"))}
		if l.target.ID == "" {
			l.target = source.Ref{Class: strings.TrimSpace(o.Get("labelableType")), ID: strings.TrimSpace(o.Get("labelableId"))}
		}
		m.labellings = append(m.labellings, l)
	case "SpacePermission":
		m.permissions = append(m.permissions, &permission{kind: strings.TrimSpace(o.Get("type")), group: o.Get("group"), person: person(o, []string{"userSubject"}, []string{"userName", "userSubject"}),
			everyone: strings.TrimSpace(o.Get("allUsersSubject")), space: o.FirstRef("space").ID})
	case "ContentPermissionSet":
		m.sets[o.ID] = &set{strings.ToLower(strings.TrimSpace(o.Get("type"))), o.FirstRef("owningContent").ID}
	case "ContentPermission":
		m.restrictions = append(m.restrictions, &allowed{o.FirstRef("owningSet").ID, o.First("groupName", "group"), person(o, []string{"userSubject"}, []string{"userName", "userSubject"})})
	case "Notification":
		m.follows = append(m.follows, &follow{what: aWatch, kind: "watch", person: person(o, []string{"receiver"}, []string{"userName", "receiver"}), content: o.FirstRef("content", "page").ID, space: o.FirstRef("space").ID, created: m.when(o.Get("creationDate"))})
	case "LikeEntity", "Like":
		m.follows = append(m.follows, &follow{what: what{"like", o.Class}, kind: "like", person: person(o, []string{"user", "creator"}, []string{"username", "user"}), content: o.FirstRef("content").ID, created: m.when(o.Get("creationDate"))})
	case "User2ContentRelationEntity":
		m.relation(o, r)
	case "PageTemplate":
		m.template(o)
	default:
		reason := leftOut[o.Class]
		if reason == "" {
			reason = ofPlugin
		}
		r.notTaken(what{o.Class, o.Class}, reason, "", 1)
	}
	return nil
}

func (m *model) space(o *source.Object) {
	s := &space{id: o.ID, key: strings.TrimSpace(o.Get("key")), name: o.Get("name"), kind: strings.ToLower(strings.TrimSpace(o.Get("spaceType"))), status: strings.ToLower(strings.TrimSpace(o.Get("spaceStatus"))),
		home: o.FirstRef("homePage").ID, description: o.FirstRef("description").ID, creator: creator(o), created: m.when(o.Get("creationDate")), modified: m.when(o.Get("lastModificationDate"))}
	m.spaces = append(m.spaces, s)
	if m.spaceByID[s.id] == nil {
		m.spaceByID[s.id] = s
	}
}

func (m *model) content(o *source.Object, r *Report) {
	i := &item{class: o.Class, id: o.ID, title: o.First("title", "fileName"), version: number(o.First("version", "attachmentVersion")), creator: creator(o), modifier: modifier(o),
		created: m.when(o.Get("creationDate")), modified: m.when(o.Get("lastModificationDate")), message: o.First("versionComment", "comment"), status: strings.ToLower(strings.TrimSpace(o.Get("contentStatus"))),
		space: o.FirstRef("space").ID, original: o.FirstRef("originalVersion").ID, parent: o.FirstRef("parent").ID, container: o.FirstRef("containerContent", "owner", "content"),
		position: number(o.Get("position")), mime: o.Get("contentType"), size: o.Get("fileSize"), plugin: o.Get("pluginModuleKey")}
	if i.original == "" {
		i.original = strings.TrimSpace(o.Get("originalVersionId"))
	}
	if i.modified.IsZero() {
		i.modified = i.created
	}
	if i.created.IsZero() {
		i.created = i.modified
	}
	i.lists = o.Lists
	if i.class == "CustomContentEntityObject" {
		m.properties = append(m.properties, i)
		return
	}
	if other := m.byID[i.id]; other != nil || i.id == "" {
		r.notTaken(i.what(), "the export has it twice", i.name(), 1)
		return
	}
	m.byID[i.id] = i
	m.items = append(m.items, i)
}

// what names the type of an item that is no version and no draft of another.
func (i *item) what() what {
	return map[string]what{"Page": aPage, "BlogPost": aPost, "Comment": aComment, "Attachment": aFile, "SpaceDescription": aDescription, "CustomContentEntityObject": aProperty}[i.class]
}

func (i *item) whatVersion() what {
	return map[string]what{"Page": aPageVersion, "BlogPost": aPostVersion, "Comment": aCommentOld, "Attachment": aFileVersion, "SpaceDescription": aDescription}[i.class]
}

func (i *item) whatDraft() what {
	return map[string]what{"Page": aPageDraft, "BlogPost": aPostDraft, "Comment": aCommentEdit, "Attachment": aFileVersion, "SpaceDescription": aDescription}[i.class]
}

// name is what people find an item by.
func (i *item) name() string {
	if i.title != "" {
		return fmt.Sprintf("%s (%s)", i.title, i.id)
	}
	return i.id
}

func (m *model) detail(o *source.Object, r *Report) {
	name, of := strings.TrimSpace(o.Get("name")), o.FirstRef("content").ID
	if !wantedDetails[name] {
		r.notTaken(aDetail, bookkeeping, name, 1)
		return
	}
	m.details = append(m.details, &detail{o.ID, of, name, o.First("stringValue", "longValue", "dateValue")})
}

func (m *model) user(o *source.Object) {
	u := &user{key: o.ID, name: strings.TrimSpace(o.First("lowerName", "name")), email: strings.TrimSpace(o.Get("email")), account: strings.TrimSpace(o.Get("atlassianAccountId"))}
	m.users[u.key] = u
	if u.account != "" {
		m.byAccount[u.account] = u.key
	}
	if u.name != "" {
		n := m.named(u.name)
		n.key, n.email, n.account = u.key, u.email, u.account
	}
}

// account takes what the server's own directory knows of somebody.
func (m *model) account(o *source.Object) {
	name := strings.TrimSpace(o.First("lowerName", "name"))
	if name == "" {
		return
	}
	n := m.named(name)
	n.display, n.inactive = strings.TrimSpace(o.Get("displayName")), o.Get("active") == "false"
	n.directory = strings.TrimSpace(o.Get("emailAddress"))
}

func (m *model) named(name string) *user {
	name = strings.ToLower(name)
	if m.names[name] == nil {
		m.names[name] = &user{name: name}
	}
	return m.names[name]
}

func (m *model) relation(o *source.Object, r *Report) {
	kind := strings.ToLower(strings.TrimSpace(o.Get("relationName")))
	if kind != "like" && kind != "favourite" && kind != "favorite" {
		r.notTaken(aRelation, "it says who looked at or wrote a page, which its versions say", kind, 1)
		return
	}
	if kind == "favorite" {
		kind = "favourite"
	}
	m.follows = append(m.follows, &follow{what: aRelation, kind: kind, person: person(o, []string{"sourceContent"}, nil), content: o.FirstRef("targetContent").ID, created: m.when(o.Get("creationDate"))})
}

func (m *model) template(o *source.Object) {
	m.templates = append(m.templates, &template{id: o.ID, name: o.Get("name"), description: o.Get("description"), body: strings.ReplaceAll(o.Get("content"), "]] >", "]]>"), bodyType: strings.TrimSpace(o.Get("bodyType")),
		space: o.FirstRef("space").ID, creator: creator(o), created: m.when(o.Get("creationDate")), modified: m.when(o.Get("lastModificationDate")), previous: o.FirstRef("previousVersion", "originalVersion").ID})
}
