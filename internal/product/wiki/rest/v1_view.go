package rest

import (
	"holdfast.dev/internal/product/wiki/attachment"
	"holdfast.dev/internal/product/wiki/comment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/link"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/property"
	"holdfast.dev/internal/product/wiki/restriction"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/watch"
)

// contentID writes the identifier of a content as v1 does.
func contentID(x *content.Content) string {
	if x.Kind == content.Attachment {
		return "att" + itoa(x.ID)
	}
	return itoa(x.ID)
}

// contentV1 gives a content with what is to be expanded.
func (c *call) contentV1(x *content.Content, e expansion) (object, error) {
	return c.versionOfV1(x, nil, e)
}

// versionOfV1 gives a content as of a version; nil for the newest.
func (c *call) versionOfV1(x *content.Content, v *content.Version, e expansion) (object, error) {
	self := "/rest/api/content/" + contentID(x)
	s := c.v.Spaces.Get(x.SpaceID)
	out := object{"id": contentID(x), "type": x.Kind, "status": x.Status, "title": x.Title, "macroRenderedOutput": object{}}
	links := object{"self": c.base + "/wiki" + self, "webui": link.WebUI(s, x), "base": c.base + "/wiki", "context": "/wiki", "tinyui": "/x/" + itoa(x.ID)}
	if x.Kind == content.Page || x.Kind == content.BlogPost {
		links["editui"] = "/pages/resumedraft.action?draftId=" + itoa(x.ID)
	}
	if v != nil && v.Number != x.Version {
		out["title"], out["status"] = v.Title, "historical"
	}
	expandable := object{}
	for name, at := range map[string]string{"space": "/rest/api/space/" + escaped(s.Key), "history": self + "/history", "version": "", "ancestors": "", "operations": "", "children": self + "/child", "childTypes": "", "descendants": self + "/descendant",
		"container": "", "body": "", "restrictions": self + "/restriction/byOperation", "metadata": "", "extensions": ""} {
		if !e.has(name) {
			expandable[name] = at
		}
	}
	if err := c.kindV1(out, links, x, e); err != nil {
		return nil, err
	}
	if e.has("space") {
		wire, err := c.spaceV1(s, e["space"])
		if err != nil {
			return nil, err
		}
		out["space"] = wire
	}
	for _, part := range []func(object, *content.Content, *content.Version, expansion) error{c.versionsV1, c.treeV1, c.bodiesV1, c.belongingsV1} {
		if err := part(out, x, v, e); err != nil {
			return nil, err
		}
	}
	out["_expandable"], out["_links"] = expandable, links
	return out, nil
}

// kindV1 adds what only comments or attachments have.
func (c *call) kindV1(out, links object, x *content.Content, e expansion) error {
	switch x.Kind {
	case content.Comment:
		owner, err := content.Get(c.ctx, c.tx, x.OwnerID)
		if err != nil {
			return err
		}
		full, err := comment.Get(c.ctx, c.tx, x.ID)
		if err != nil {
			return err
		}
		out["title"] = "Re: " + owner.Title
		ext := object{"location": full.Location, "_expandable": object{}}
		if full.Location == comment.Inline && x.ParentID == 0 {
			ext["inlineProperties"] = object{"markerRef": full.Marker, "originalSelection": full.Anchor}
			ext["resolution"] = object{"status": full.Resolution}
		}
		out["extensions"] = ext
	case content.Attachment:
		a, err := attachment.With(c.ctx, c.tx, x)
		if err != nil {
			return err
		}
		links["download"] = link.Download(x.OwnerID, x.Title, x.Version)
		out["extensions"] = object{"mediaType": a.MIME, "fileSize": a.Size, "comment": a.File.Comment, "fileId": a.MediaID, "mediaTypeDescription": describe(a.MIME), "collectionName": "contentId-" + itoa(x.OwnerID)}
	default:
		out["extensions"] = object{"position": x.Position}
	}
	if e.has("container") && x.OwnerID != x.ID {
		owner, err := content.Get(c.ctx, c.tx, x.OwnerID)
		if err != nil {
			return err
		}
		wire, err := c.contentV1(owner, e["container"])
		if err != nil {
			return err
		}
		out["container"] = wire
	} else if e.has("container") {
		wire, err := c.spaceV1(c.v.Spaces.Get(x.SpaceID), nil)
		if err != nil {
			return err
		}
		out["container"] = wire
	}
	return nil
}

// head gives a version of any content without its body; files have theirs elsewhere.
func (c *call) head(x *content.Content, number int64) (*content.Version, error) {
	if x.Kind != content.Attachment {
		return content.VersionHead(c.ctx, c.tx, x.ID, number)
	}
	f, err := attachment.VersionOf(c.ctx, c.tx, x.ID, number)
	if err != nil {
		return nil, err
	}
	return &content.Version{ContentID: x.ID, Number: f.Version, Title: x.Title, Author: f.Author, Created: f.Created, Message: f.Comment, Minor: f.Minor}, nil
}

func (c *call) versionV1(x *content.Content, v *content.Version, e expansion) (object, error) {
	out := object{"by": c.user(v.Author), "when": when(v.Created), "friendlyWhen": v.Created.In(c.zone).Format("Jan 02, 2006"), "message": v.Message, "number": v.Number, "minorEdit": v.Minor, "contentTypeModified": false,
		"_expandable": object{"collaborators": "", "content": "/rest/api/content/" + contentID(x) + "?status=historical&version=" + itoa(v.Number)},
		"_links":      object{"self": c.base + "/wiki/rest/api/content/" + contentID(x) + "/version/" + itoa(v.Number)}}
	if e.has("content") {
		full := v
		if x.Kind != content.Attachment {
			var err error
			if full, err = content.VersionOf(c.ctx, c.tx, x.ID, v.Number); err != nil {
				return nil, err
			}
		}
		wire, err := c.versionOfV1(x, full, e["content"])
		if err != nil {
			return nil, err
		}
		out["content"] = wire
	}
	if e.has("collaborators") {
		out["collaborators"] = object{"users": []object{c.user(v.Author)}, "userKeys": []string{v.Author}, "userAccountIds": []string{v.Author}, "_links": object{}}
	}
	return out, nil
}

// versionsV1 adds version and history.
func (c *call) versionsV1(out object, x *content.Content, v *content.Version, e expansion) error {
	number := x.Version
	if v != nil {
		number = v.Number
	}
	if e.has("version") {
		head, err := c.head(x, number)
		if err != nil {
			return err
		}
		if out["version"], err = c.versionV1(x, head, e["version"]); err != nil {
			return err
		}
	}
	if e.has("history") {
		wire, err := c.historyV1(x, number, e["history"])
		if err != nil {
			return err
		}
		out["history"] = wire
	}
	return nil
}

func (c *call) historyV1(x *content.Content, number int64, e expansion) (object, error) {
	out := object{"latest": number == x.Version, "createdBy": c.user(x.Author), "ownedBy": c.user(x.Author), "createdDate": when(x.Created), "_links": object{"self": c.base + "/wiki/rest/api/content/" + contentID(x) + "/history"}}
	expandable := object{}
	for name, n := range map[string]int64{"lastUpdated": x.Version, "previousVersion": number - 1, "nextVersion": number + 1} {
		if !e.has(name) {
			expandable[name] = ""
			continue
		}
		if n < 1 || n > x.Version {
			continue
		}
		head, err := c.head(x, n)
		if err != nil {
			return nil, err
		}
		if out[name], err = c.versionV1(x, head, e[name]); err != nil {
			return nil, err
		}
	}
	if e.has("contributors") {
		who, err := content.Contributors(c.ctx, c.tx, x.ID)
		if err != nil {
			return nil, err
		}
		users := []object{}
		for _, a := range who {
			users = append(users, c.user(a))
		}
		out["contributors"] = object{"publishers": object{"users": users, "userKeys": who, "userAccountIds": who, "_links": object{}}}
	} else {
		expandable["contributors"] = ""
	}
	out["_expandable"] = expandable
	return out, nil
}

// treeV1 adds ancestors, children and descendants.
func (c *call) treeV1(out object, x *content.Content, _ *content.Version, e expansion) error {
	if e.has("ancestors") {
		above, err := page.Ancestors(c.ctx, c.tx, x)
		if err != nil {
			return err
		}
		wires, err := c.contentsV1(above, e["ancestors"])
		if err != nil {
			return err
		}
		out["ancestors"] = wires
	}
	for name, deep := range map[string]bool{"children": false, "descendants": true} {
		if e.has(name) {
			wire, err := c.childrenOfV1(x, e[name], deep, 25)
			if err != nil {
				return err
			}
			out[name] = wire
		}
	}
	if e.has("childTypes") {
		types := object{}
		for _, kind := range []string{content.Page, content.Comment, content.Attachment} {
			n, err := list.Count(c.ctx, c.tx, c.v, c.childQuery(x, kind, false))
			if err != nil {
				return err
			}
			types[kind] = object{"value": n > 0, "_links": object{"self": c.base + "/wiki/rest/api/content/" + contentID(x) + "/child/" + kind}}
		}
		types["_expandable"] = object{}
		out["childTypes"] = types
	}
	return nil
}

// childQuery finds the children of a kind of a content: of a page its pages, its first comments and its files; of a comment the answers.
func (c *call) childQuery(x *content.Content, kind string, deep bool) list.Query {
	q := list.Query{Kinds: []string{kind}, Sort: "created"}
	switch {
	case kind == content.Page && deep:
		q.Beneath, q.Sort = x.ID, "id"
	case kind == content.Page:
		q.Parent, q.Sort = x.ID, "position"
	case x.Kind == content.Comment:
		q.Parent = x.ID
	default:
		q.Owner = x.ID
		if kind == content.Comment && !deep {
			q.Condition = "c.parent_id = 0"
		}
	}
	return q
}

func (c *call) childrenOfV1(x *content.Content, e expansion, deep bool, limit int) (object, error) {
	word := map[bool]string{false: "child", true: "descendant"}[deep]
	base := "/rest/api/content/" + contentID(x) + "/" + word
	out, expandable := object{"_links": object{"self": c.base + "/wiki" + base}}, object{}
	for _, kind := range []string{content.Page, content.Comment, content.Attachment} {
		if !e.has(kind) {
			expandable[kind] = base + "/" + kind
			continue
		}
		q := c.childQuery(x, kind, deep)
		q.Limit = limit
		found, next, err := list.Find(c.ctx, c.tx, c.v, q)
		if err != nil {
			return nil, err
		}
		wires, err := c.contentsV1(found, e[kind])
		if err != nil {
			return nil, err
		}
		links := object{"self": c.base + "/wiki" + base + "/" + kind}
		if next != "" {
			links["next"] = base + "/" + kind + "?start=25&limit=25"
		}
		out[kind] = object{"results": wires, "start": 0, "limit": limit, "size": len(wires), "_links": links}
	}
	out["_expandable"] = expandable
	return out, nil
}

func (c *call) contentsV1(all []*content.Content, e expansion) ([]object, error) {
	out := []object{}
	for _, x := range all {
		wire, err := c.contentV1(x, e)
		if err != nil {
			return nil, err
		}
		out = append(out, wire)
	}
	return out, nil
}

// bodiesV1 adds the representations of the body.
func (c *call) bodiesV1(out object, x *content.Content, v *content.Version, e expansion) error {
	if !e.has("body") || x.Kind == content.Attachment {
		return nil
	}
	var err error
	if v == nil || v.Body == "" {
		number := x.Version
		if v != nil {
			number = v.Number
		}
		if v, err = content.VersionOf(c.ctx, c.tx, x.ID, number); err != nil {
			return err
		}
	}
	of := x
	if x.OwnerID != x.ID {
		if of, err = content.Get(c.ctx, c.tx, x.OwnerID); err != nil {
			return err
		}
	}
	body, expandable := object{}, object{}
	for name := range formats {
		if !e["body"].has(name) {
			expandable[name] = ""
			continue
		}
		value, err := c.writeBody(of, v.Body, name)
		if err != nil {
			return err
		}
		body[name] = object{"value": value, "representation": name, "embeddedContent": []any{}, "_expandable": object{"content": "/rest/api/content/" + contentID(x)}}
	}
	body["_expandable"] = expandable
	out["body"] = body
	return nil
}

// belongingsV1 adds metadata, restrictions and operations.
func (c *call) belongingsV1(out object, x *content.Content, _ *content.Version, e expansion) error {
	if e.has("operations") {
		ops := []object{}
		for _, o := range c.operations(x) {
			ops = append(ops, object{"operation": o.Operation, "targetType": o.Target})
		}
		out["operations"] = ops
	}
	if e.has("restrictions") {
		wire, err := c.restrictionsV1(x, e["restrictions"])
		if err != nil {
			return err
		}
		out["restrictions"] = wire
	}
	if !e.has("metadata") {
		return nil
	}
	m, expandable := object{}, object{}
	in := e["metadata"]
	if in.has("labels") {
		ls, err := label.Of(c.ctx, c.tx, x.ID, c.actor)
		if err != nil {
			return err
		}
		m["labels"] = object{"results": labelsV1(ls), "start": 0, "limit": 200, "size": len(ls), "_links": object{"self": c.base + "/wiki/rest/api/content/" + contentID(x) + "/label"}}
	} else {
		expandable["labels"] = ""
	}
	if in.has("properties") {
		props := object{}
		for key := range in["properties"] {
			p, err := property.Find(c.ctx, c.tx, x.ID, key)
			if err != nil {
				return err
			}
			if p != nil {
				props[key] = c.propertyV1(x, p)
			}
		}
		props["_expandable"] = object{}
		m["properties"] = props
	} else {
		expandable["properties"] = ""
	}
	if in.has("currentuser") {
		is, err := watch.IsFavourite(c.ctx, c.tx, c.actor, watch.Content, x.ID)
		if err != nil {
			return err
		}
		m["currentuser"] = object{"favourited": object{"isFavourite": is}, "_expandable": object{}}
	} else {
		expandable["currentuser"] = ""
	}
	if x.Kind == content.Attachment {
		a, err := attachment.With(c.ctx, c.tx, x)
		if err != nil {
			return err
		}
		m["mediaType"], m["comment"] = a.MIME, a.File.Comment
	}
	m["_expandable"] = expandable
	out["metadata"] = m
	return nil
}

func labelsV1(all []label.Label) []object {
	out := []object{}
	for _, l := range all {
		out = append(out, object{"prefix": l.Prefix, "name": l.Name, "id": itoa(l.ID), "label": l.Name})
	}
	return out
}

func (c *call) propertyV1(x *content.Content, p *property.Property) object {
	return object{"id": itoa(p.ID), "key": p.Key, "value": p.Value, "version": object{"when": when(p.Updated), "number": p.Version, "minorEdit": false, "message": "", "by": c.user(p.Author)},
		"_expandable": object{"content": "/rest/api/content/" + contentID(x)}, "_links": object{"self": c.base + "/wiki/rest/api/content/" + contentID(x) + "/property/" + escaped(p.Key)}}
}

// restrictionsV1 gives the restrictions of a content by operation.
func (c *call) restrictionsV1(x *content.Content, e expansion) (object, error) {
	own, err := restriction.Of(c.ctx, c.tx, x.ID)
	if err != nil {
		return nil, err
	}
	out := object{"_links": object{"self": c.base + "/wiki/rest/api/content/" + contentID(x) + "/restriction/byOperation"}}
	for _, op := range []string{restriction.Read, restriction.Update} {
		if e == nil || e.has(op) || len(e) == 0 {
			out[op] = c.restrictionV1(x, op, own[op])
		}
	}
	return out, nil
}

func (c *call) restrictionV1(x *content.Content, op string, subjects []restriction.Subject) object {
	users, groups := []object{}, []object{}
	for _, s := range subjects {
		if s.Type == "user" {
			users = append(users, c.user(s.Name))
		} else {
			groups = append(groups, c.groupV1(s.Name))
		}
	}
	self := "/rest/api/content/" + contentID(x) + "/restriction/byOperation/" + op
	return object{"operation": op, "restrictions": object{
		"user":        object{"results": users, "start": 0, "limit": 200, "size": len(users), "totalSize": len(users), "_links": object{}},
		"group":       object{"results": groups, "start": 0, "limit": 200, "size": len(groups), "totalSize": len(groups), "_links": object{}},
		"_expandable": object{}},
		"_expandable": object{"content": "/rest/api/content/" + contentID(x)}, "_links": object{"self": c.base + "/wiki" + self}}
}

func (c *call) groupV1(name string) object {
	return object{"type": "group", "name": name, "id": name, "_links": object{"self": c.base + "/wiki/rest/api/group/by-id?id=" + escaped(name)}}
}

// spaceV1 gives a space with what is to be expanded.
func (c *call) spaceV1(s *space.Space, e expansion) (object, error) {
	self := "/rest/api/space/" + escaped(s.Key)
	out := object{"id": s.ID, "key": s.Key, "alias": s.Alias, "name": s.Name, "type": s.Type, "status": s.Status, "_links": object{"self": c.base + "/wiki" + self, "webui": link.Space(s), "base": c.base + "/wiki", "context": "/wiki"}}
	expandable := object{}
	for name, at := range map[string]string{"icon": "", "description": "", "homepage": "/rest/api/content/" + itoa(s.HomepageID), "metadata": "", "operations": "", "permissions": "", "settings": self + "/settings", "theme": self + "/theme", "lookAndFeel": "", "history": ""} {
		if !e.has(name) {
			expandable[name] = at
		}
	}
	if e.has("icon") {
		out["icon"] = object{"path": "/avatar/space/" + itoa(s.ID), "width": 48, "height": 48, "isDefault": true}
	}
	if e.has("description") {
		plain := object{"value": s.Description, "representation": "plain", "embeddedContent": []any{}}
		out["description"] = object{"plain": plain, "_expandable": object{"view": ""}}
	}
	if e.has("homepage") && s.HomepageID != 0 {
		if home, err := c.v.See(c.ctx, c.tx, s.HomepageID); err == nil {
			wire, err := c.contentV1(home, e["homepage"])
			if err != nil {
				return nil, err
			}
			out["homepage"] = wire
		}
	}
	if e.has("metadata") {
		ls, err := label.Of(c.ctx, c.tx, s.ID, c.actor)
		if err != nil {
			return nil, err
		}
		out["metadata"] = object{"labels": object{"results": labelsV1(ls), "size": len(ls)}, "_expandable": object{}}
	}
	if e.has("history") {
		out["history"] = object{"createdDate": when(s.Created), "createdBy": c.user(s.Author)}
	}
	if e.has("operations") {
		ops := []object{}
		for _, o := range c.spaceOperations(s) {
			ops = append(ops, object{"operation": o.Operation, "targetType": o.Target})
		}
		out["operations"] = ops
	}
	if e.has("permissions") {
		out["permissions"] = c.permissionsV1(s.Permissions)
	}
	out["_expandable"] = expandable
	return out, nil
}

func (c *call) permissionsV1(all []space.Permission) []object {
	out := []object{}
	for _, p := range all {
		subjects := object{"_expandable": object{}}
		switch p.SubjectType {
		case space.User:
			subjects["user"] = object{"results": []object{c.user(p.Subject)}, "size": 1, "start": 0, "limit": 1}
		case space.Group:
			subjects["group"] = object{"results": []object{c.groupV1(p.Subject)}, "size": 1, "start": 0, "limit": 1}
		}
		out = append(out, object{"id": p.ID, "subjects": subjects, "operation": object{"operation": p.Operation, "targetType": p.Target}, "anonymousAccess": false, "unlicensedAccess": p.SubjectType == space.Everyone})
	}
	return out
}
