package rest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/comment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/property"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/task"
	"holdfast.dev/internal/product/wiki/watch"
)

func (h *handler) v2Labels(w http.ResponseWriter, r *http.Request) error {
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		p, err := c.pathID(content.Page, content.BlogPost, content.Attachment)
		if err != nil {
			return nil, "", err
		}
		return c.labelPage(p.ID, n, cursor)
	})
}

func (h *handler) v2AllLabels(w http.ResponseWriter, r *http.Request) error {
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		after, err := optionalID("cursor", cursor)
		if err != nil {
			return nil, "", err
		}
		all, err := label.All(c.ctx, c.tx, c.v.Where("c"), after, c.actor, n+1)
		next := ""
		if len(all) > n {
			all = all[:n]
			next = itoa(all[n-1].ID)
		}
		return wireLabels(all), next, err
	})
}

func (h *handler) v2LikeCount(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (any, error) {
		p, err := c.pathID(content.Page, content.BlogPost, content.Comment)
		if err != nil {
			return nil, err
		}
		n, _, err := watch.CountLikes(c.ctx, c.tx, p.ID, "")
		return map[string]int{"count": n}, err
	})
}

func likesV2(who []string) []map[string]string {
	out := []map[string]string{}
	for _, a := range who {
		out = append(out, map[string]string{"accountId": a})
	}
	return out
}

func (h *handler) v2LikeUsers(w http.ResponseWriter, r *http.Request) error {
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		p, err := c.pathID(content.Page, content.BlogPost, content.Comment)
		if err != nil {
			return nil, "", err
		}
		who, err := watch.Likes(c.ctx, c.tx, p.ID, cursor, n+1)
		next := ""
		if len(who) > n {
			who = who[:n]
			next = who[n-1]
		}
		return likesV2(who), next, err
	})
}

// operations lists what the asker may do with a content.
func (c *call) operations(p *content.Content) []v2Operation {
	out := []v2Operation{{"read", p.Kind}}
	s := c.v.Spaces.Get(p.SpaceID)
	add := func(may bool, operation string) {
		if may {
			out = append(out, v2Operation{operation, p.Kind})
		}
	}
	switch p.Kind {
	case content.Comment:
		add(c.editsComment(p) == nil, "update")
		add(c.deletesComment(p) == nil, "delete")
	case content.Attachment:
		add(c.v.Can(s, space.CreateAttachment), "update")
		add(c.v.Can(s, space.DeleteAttachment), "delete")
	default:
		add(c.v.Edits(p), "update")
		add(c.mayDelete(p) == nil, "delete")
		add(c.mayRestrict(p) == nil, "restrict_content")
		add(c.v.Can(s, space.CreateComment), "create")
	}
	return out
}

func (h *handler) v2Operations(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (any, error) {
		p, err := c.pathID()
		if err != nil {
			return nil, err
		}
		return map[string]any{"operations": c.operations(p)}, nil
	})
}

// v2Versions lists the versions of a page, post or comment.
func (h *handler) v2Versions(w http.ResponseWriter, r *http.Request) error {
	format, err := bodyFormat(r)
	if err != nil {
		return err
	}
	oldest := r.URL.Query().Get("sort") == "modified-date"
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		p, err := c.pathID(content.Page, content.BlogPost, content.Comment)
		if err != nil {
			return nil, "", err
		}
		from, err := optionalID("cursor", cursor)
		if err != nil {
			return nil, "", err
		}
		vs, err := content.Versions(c.ctx, c.tx, p.ID, from, oldest, n+1)
		if err != nil {
			return nil, "", err
		}
		next := ""
		if len(vs) > n {
			vs = vs[:n]
			next = itoa(vs[n-1].Number)
		}
		name := map[string]string{content.Page: "page", content.BlogPost: "blogpost", content.Comment: "comment"}[p.Kind]
		out := []map[string]any{}
		for _, v := range vs {
			entity := map[string]any{"id": itoa(p.ID), "title": v.Title}
			if format != "" {
				full, err := content.VersionOf(c.ctx, c.tx, p.ID, v.Number)
				if err != nil {
					return nil, "", err
				}
				if entity["body"], err = c.bodyV2(p, full.Body, format); err != nil {
					return nil, "", err
				}
			}
			out = append(out, map[string]any{"createdAt": instant(v.Created), "message": v.Message, "number": v.Number, "minorEdit": v.Minor, "authorId": v.Author, name: entity})
		}
		return out, next, nil
	})
}

type v2Detailed struct {
	Number        int64    `json:"number"`
	Author        string   `json:"authorId"`
	Message       string   `json:"message"`
	Created       instant  `json:"createdAt"`
	Minor         bool     `json:"minorEdit"`
	Modified      bool     `json:"contentTypeModified"`
	Collaborators []string `json:"collaborators"`
	Prev          *int64   `json:"prevVersion,omitempty"`
	Next          *int64   `json:"nextVersion,omitempty"`
}

func detailed(v v2Version, newest int64) v2Detailed {
	out := v2Detailed{Number: v.Number, Author: v.Author, Message: v.Message, Created: v.Created, Minor: v.Minor, Collaborators: []string{}}
	if v.Author != "" {
		out.Collaborators = append(out.Collaborators, v.Author)
	}
	if v.Number > 1 {
		n := v.Number - 1
		out.Prev = &n
	}
	if v.Number < newest {
		n := v.Number + 1
		out.Next = &n
	}
	return out
}

func (h *handler) v2VersionOf(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (out v2Detailed, err error) {
		p, err := c.pathID(content.Page, content.BlogPost, content.Comment)
		if err != nil {
			return out, err
		}
		n, err := number("version", r.PathValue("version-number"))
		if err != nil {
			return out, err
		}
		v, err := content.VersionHead(c.ctx, c.tx, p.ID, n)
		if err != nil {
			return out, err
		}
		return detailed(versionV2(v), p.Version), nil
	})
}

type v2Property struct {
	ID      string          `json:"id"`
	Key     string          `json:"key"`
	Value   json.RawMessage `json:"value"`
	Version v2Version       `json:"version"`
}

type v2PropertyInput struct {
	Key     string          `json:"key"`
	Value   json.RawMessage `json:"value"`
	Version struct {
		Number  int64  `json:"number"`
		Message string `json:"message"`
	} `json:"version"`
}

func propertiesV2(ps []*property.Property) []v2Property {
	out := []v2Property{}
	for _, p := range ps {
		out = append(out, v2Property{itoa(p.ID), p.Key, p.Value, propertyVersion(p)})
	}
	return out
}

// propertyPage gives a page of the properties of a content or space, one when a key is asked for.
func (c *call) propertyPage(owner int64, n int, cursor string) ([]*property.Property, string, error) {
	if key := c.r.URL.Query().Get("key"); key != "" {
		p, err := property.Find(c.ctx, c.tx, owner, key)
		if err != nil || p == nil {
			return nil, "", err
		}
		return []*property.Property{p}, "", nil
	}
	ps, err := property.List(c.ctx, c.tx, owner, cursor, n+1)
	next := ""
	if len(ps) > n {
		ps = ps[:n]
		next = ps[n-1].Key
	}
	return ps, next, err
}

func (h *handler) v2Properties(w http.ResponseWriter, r *http.Request) error {
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		p, err := c.pathID()
		if err != nil {
			return nil, "", err
		}
		ps, next, err := c.propertyPage(p.ID, n, cursor)
		return propertiesV2(ps), next, err
	})
}

// mayKeep refuses who may not keep properties with a content: who may not change it.
func (c *call) mayKeep(p *content.Content) error {
	switch p.Kind {
	case content.Comment:
		return c.editsComment(p)
	case content.Attachment:
		owner, err := content.Get(c.ctx, c.tx, p.OwnerID)
		if err != nil {
			return err
		}
		return c.v.MustEdit(owner)
	}
	return c.v.MustEdit(p)
}

func (c *call) property(change bool) (*property.Property, error) {
	p, err := c.pathID()
	if err != nil {
		return nil, err
	}
	if change {
		if err := c.mayKeep(p); err != nil {
			return nil, err
		}
	}
	id, err := c.id("property-id")
	if err != nil {
		return nil, err
	}
	return property.Get(c.ctx, c.tx, p.ID, id)
}

func (h *handler) v2PostProperty(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v2PropertyInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (out v2Property, err error) {
		p, err := c.pathID()
		if err != nil {
			return out, err
		}
		if err := c.mayKeep(p); err != nil {
			return out, err
		}
		made, err := property.Create(c.ctx, c.tx, c.actor, p.ID, in.Key, in.Value)
		if err != nil {
			return out, err
		}
		return propertiesV2([]*property.Property{made})[0], nil
	})
}

func (h *handler) v2Property(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (out v2Property, err error) {
		p, err := c.property(false)
		if err != nil {
			return out, err
		}
		return propertiesV2([]*property.Property{p})[0], nil
	})
}

func (h *handler) v2PutProperty(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v2PropertyInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (out v2Property, err error) {
		p, err := c.property(true)
		if err != nil {
			return out, err
		}
		if err := property.Set(c.ctx, c.tx, c.actor, p, cmp.Or(in.Key, p.Key), in.Value, in.Version.Number); err != nil {
			return out, err
		}
		return propertiesV2([]*property.Property{p})[0], nil
	})
}

func (h *handler) v2DeleteProperty(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		p, err := c.property(true)
		if err != nil {
			return err
		}
		return property.Delete(c.ctx, c.tx, p)
	})
}

type v2Task struct {
	ID          string                `json:"id"`
	LocalID     string                `json:"localId"`
	SpaceID     string                `json:"spaceId"`
	PageID      string                `json:"pageId,omitempty"`
	BlogID      string                `json:"blogPostId,omitempty"`
	Status      string                `json:"status"`
	Body        map[string]v2BodyType `json:"body"`
	CreatedBy   string                `json:"createdBy"`
	AssignedTo  string                `json:"assignedTo,omitempty"`
	CompletedBy string                `json:"completedBy,omitempty"`
	Created     instant               `json:"createdAt"`
	Updated     instant               `json:"updatedAt"`
	Due         *instant              `json:"dueAt,omitempty"`
	Completed   *instant              `json:"completedAt,omitempty"`
}

func (c *call) taskV2(t *task.Task, format string) (out v2Task, err error) {
	of, err := content.Get(c.ctx, c.tx, t.ContentID)
	if err != nil {
		return out, err
	}
	out = v2Task{ID: itoa(t.ID), LocalID: t.LocalID, SpaceID: itoa(of.SpaceID), Status: t.Status, CreatedBy: t.Creator, AssignedTo: t.Assignee, CompletedBy: t.CompletedBy, Created: instant(t.Created), Updated: instant(t.Updated)}
	if of.Kind == content.BlogPost {
		out.BlogID = itoa(of.ID)
	} else {
		out.PageID = itoa(of.ID)
	}
	if t.Due != nil {
		at := instant(*t.Due)
		out.Due = &at
	}
	if t.Completed != nil {
		at := instant(*t.Completed)
		out.Completed = &at
	}
	out.Body, err = c.bodyV2(of, t.Body, format)
	return out, err
}

// v2Time reads a bound of time: milliseconds since 1970.
func v2Time(r *http.Request, name string) (*time.Time, error) {
	s := r.URL.Query().Get(name)
	if s == "" {
		return nil, nil
	}
	ms, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil, fault.Bad("'%.40s' is no time in milliseconds (%s).", s, name)
	}
	t := time.UnixMilli(ms).UTC()
	return &t, nil
}

func taskFilter(r *http.Request) (f task.Filter, err error) {
	f.Statuses = httpkit.ListParam(r, "status")
	f.Creators, f.Assignees, f.CompletedBy = httpkit.ListParam(r, "created-by"), httpkit.ListParam(r, "assigned-to"), httpkit.ListParam(r, "completed-by")
	if f.Spaces, err = v2IDs(r, "space-id"); err != nil {
		return f, err
	}
	if f.IDs, err = v2IDs(r, "task-id"); err != nil {
		return f, err
	}
	for _, name := range []string{"page-id", "blogpost-id"} {
		ids, err := v2IDs(r, name)
		if err != nil {
			return f, err
		}
		f.Contents = append(f.Contents, ids...)
	}
	for name, to := range map[string]**time.Time{"due-at-from": &f.DueFrom, "due-at-to": &f.DueTo, "created-at-from": &f.CreatedFrom, "created-at-to": &f.CreatedTo, "completed-at-from": &f.CompletedFrom, "completed-at-to": &f.CompletedTo} {
		if *to, err = v2Time(r, name); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (h *handler) v2Tasks(w http.ResponseWriter, r *http.Request) error {
	f, err := taskFilter(r)
	if err != nil {
		return err
	}
	format, err := bodyFormat(r)
	if err != nil {
		return err
	}
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		f.Limit = n
		if f.After, err = optionalID("cursor", cursor); err != nil {
			return nil, "", err
		}
		found, next, err := task.Find(c.ctx, c.tx, c.v, f)
		if err != nil {
			return nil, "", err
		}
		out := []v2Task{}
		for _, t := range found {
			wire, err := c.taskV2(t, format)
			if err != nil {
				return nil, "", err
			}
			out = append(out, wire)
		}
		return out, idOrNone(next), nil
	})
}

// task gives the task that the path names with its page, when the asker may read that.
func (c *call) task() (*task.Task, *content.Content, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, nil, err
	}
	t, err := task.Get(c.ctx, c.tx, id)
	if err != nil {
		return nil, nil, err
	}
	p, err := c.seeID(t.ContentID)
	if err != nil {
		err = fault.NotFound("There is no task %d.", id)
	}
	return t, p, err
}

func (h *handler) v2Task(w http.ResponseWriter, r *http.Request) error {
	format, err := bodyFormat(r)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (out v2Task, err error) {
		t, _, err := c.task()
		if err != nil {
			return out, err
		}
		return c.taskV2(t, format)
	})
}

type taskInput struct {
	Status string `json:"status"`
}

func (h *handler) v2UpdateTask(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[taskInput](r)
	if err != nil {
		return err
	}
	if in.Status != task.Complete && in.Status != task.Incomplete {
		return fault.Bad("The status '%.30s' is neither complete nor incomplete.", in.Status)
	}
	return write(h, w, r, func(c *call) (out v2Task, err error) {
		t, p, err := c.task()
		if err != nil {
			return out, err
		}
		if err := c.v.MustEdit(p); err != nil {
			return out, err
		}
		if err := page.SetTask(c.ctx, c.tx, c.actor, p, t.LocalID, in.Status == task.Complete); err != nil {
			return out, err
		}
		if t, err = task.Get(c.ctx, c.tx, t.ID); err != nil {
			return out, err
		}
		return c.taskV2(t, "")
	})
}

type usersInput struct {
	Accounts []string `json:"accountIds"`
}

func (h *handler) v2Users(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[usersInput](r)
	if err != nil {
		return err
	}
	if len(in.Accounts) == 0 || len(in.Accounts) > 250 {
		return fault.Bad("Between 1 and 250 accountIds are needed.")
	}
	return h.listV2(w, r, 250, func(c *call, _ int, _ string) (any, string, error) {
		out := []map[string]any{}
		for _, id := range in.Accounts {
			p, ok := c.people[id]
			if !ok {
				continue
			}
			out = append(out, map[string]any{"accountId": id, "accountType": "atlassian", "accountStatus": map[bool]string{true: "active", false: "inactive"}[p.Active], "displayName": p.DisplayName, "publicName": p.DisplayName, "email": p.Email, "timeZone": p.TimeZone,
				"isExternalCollaborator": false, "profilePicture": map[string]any{"path": "/avatar/user/" + id, "isDefault": true}})
		}
		return out, "", nil
	})
}

type typesInput struct {
	IDs []ident `json:"contentIds"`
}

func (h *handler) v2Types(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[typesInput](r)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (any, error) {
		out := map[string]any{}
		for _, s := range in.IDs[:min(len(in.IDs), 250)] {
			out[string(s)] = nil
			id, err := parseID(string(s))
			if err != nil {
				continue
			}
			x, err := c.v.See(c.ctx, c.tx, id)
			if fault.Is(err, fault.KindNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			kind := x.Kind
			if kind == content.Comment {
				full, err := comment.Get(c.ctx, c.tx, id)
				if err != nil {
					return nil, err
				}
				kind = full.Location + "-comment"
			}
			out[string(s)] = kind
		}
		return map[string]any{"results": out}, nil
	})
}
