package rest

import (
	"net/http"
	"slices"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/link"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/setup"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/watch"
)

func (c *call) person(account string) *uiPerson {
	if account == "" {
		return nil
	}
	p, ok := c.people[account]
	if !ok {
		return &uiPerson{AccountID: account, Name: account}
	}
	return &uiPerson{AccountID: account, Name: p.DisplayName, Active: p.Active, Avatar: "/avatar/user/" + account}
}

// rights gives what the asker may do in a space, and with a content of it when that is not nil.
func (c *call) rights(s *space.Space, of *content.Content) uiRights {
	live := s.Status == space.Current
	r := uiRights{
		CreatePage: live && c.v.Can(s, space.CreatePage), CreateBlog: live && c.v.Can(s, space.CreateBlogPost), Comment: live && c.v.Can(s, space.CreateComment),
		Attach: live && c.v.Can(s, space.CreateAttachment), Restrict: live && c.v.Can(s, space.Restrict), Administer: c.v.Can(s, space.Administer),
		Edit: live && c.v.Can(s, space.CreatePage), Delete: live && c.v.Can(s, space.DeletePage),
	}
	if of != nil {
		r.Edit = c.v.Edits(of)
		r.Delete = live && c.mayDelete(of) == nil
		r.Attach, r.Restrict = r.Attach && r.Edit, r.Restrict && r.Edit
	}
	return r
}

func (c *call) uiSpace(s *space.Space) (uiSpace, error) {
	out := uiSpace{ID: itoa(s.ID), Key: s.Key, Name: s.Name, Type: s.Type, Status: s.Status, Description: s.Description, Icon: s.Icon, HomepageID: idOrNone(s.HomepageID), Owner: c.person(s.Owner), Created: s.Created, Can: c.rights(s, nil)}
	if c.actor == "" {
		return out, nil
	}
	var err error
	if out.Favourite, err = watch.IsFavourite(c.ctx, c.tx, c.actor, watch.Space, s.ID); err != nil {
		return out, err
	}
	out.Watching, err = watch.Is(c.ctx, c.tx, c.actor, watch.Space, watch.ID(s.ID))
	return out, err
}

func (h *handler) uiSpaces(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (any, error) {
		favourites, err := watch.Favourites(c.ctx, c.tx, c.actor, watch.Space)
		if err != nil {
			return nil, err
		}
		watched, err := watch.By(c.ctx, c.tx, c.actor, watch.Space)
		if err != nil {
			return nil, err
		}
		q := r.URL.Query()
		out := []uiSpace{}
		for _, s := range c.v.Spaces.All {
			status := q.Get("status")
			if !c.v.SeesSpace(s) || q.Get("type") != "" && s.Type != q.Get("type") || status != "" && s.Status != status || status == "" && s.Status != space.Current {
				continue
			}
			out = append(out, uiSpace{ID: itoa(s.ID), Key: s.Key, Name: s.Name, Type: s.Type, Status: s.Status, Description: s.Description, Icon: s.Icon, HomepageID: idOrNone(s.HomepageID), Owner: c.person(s.Owner),
				Created: s.Created, Can: c.rights(s, nil), Favourite: slices.Contains(favourites, s.ID), Watching: slices.Contains(watched, watch.ID(s.ID))})
		}
		return map[string]any{"spaces": out}, nil
	})
}

type spaceInput struct {
	Key         string  `json:"key"`
	Name        *string `json:"name"`
	Description *string `json:"description"`
	Icon        *string `json:"icon"`
	Type        string  `json:"type"`
	Status      string  `json:"status"`
	HomepageID  string  `json:"homepageId"`
	Private     bool    `json:"private"`
}

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func (h *handler) uiCreateSpace(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[spaceInput](r)
	if err != nil {
		return err
	}
	return writeStatus(h, w, r, http.StatusCreated, func(c *call) (uiSpace, error) {
		s := &space.Space{Key: in.Key, Name: text(in.Name), Description: text(in.Description), Icon: text(in.Icon), Type: in.Type}
		if err := c.createSpace(s, setup.Private(in.Private)); err != nil {
			return uiSpace{}, err
		}
		return c.uiSpace(s)
	})
}

// createSpace makes a space; a personal one is its maker's.
func (c *call) createSpace(s *space.Space, private setup.Private) error {
	if err := c.signedIn(); err != nil {
		return err
	}
	if s.Type != "" && s.Type != space.Global && s.Type != space.Personal {
		return fault.Invalid("type", "The type '%.30s' is neither global nor personal.", s.Type)
	}
	return setup.Space(c.ctx, c.tx, c.actor, s, private)
}

func (h *handler) uiGetSpace(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (uiSpace, error) {
		s, err := c.space("key")
		if err != nil {
			return uiSpace{}, err
		}
		return c.uiSpace(s)
	})
}

// changed gives a copy of a space that may be changed: the one in memory is everybody's.
func changed(s *space.Space) *space.Space {
	out := *s
	return &out
}

func (h *handler) uiPutSpace(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[spaceInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (uiSpace, error) {
		s, err := c.space("key")
		if err != nil {
			return uiSpace{}, err
		}
		if s, err = c.updateSpace(s, in); err != nil {
			return uiSpace{}, err
		}
		return c.uiSpace(s)
	})
}

// updateSpace changes what is given.
func (c *call) updateSpace(s *space.Space, in spaceInput) (*space.Space, error) {
	if err := c.v.Must(s, space.Administer); err != nil {
		return nil, err
	}
	s = changed(s)
	if in.Name != nil {
		if s.Name = *in.Name; s.Name == "" || len(s.Name) > 255 {
			return nil, fault.Invalid("name", "The name of a space has 1 to 255 bytes.")
		}
	}
	if in.Description != nil {
		s.Description = *in.Description
	}
	if in.Icon != nil {
		s.Icon = *in.Icon
	}
	switch in.Status {
	case "":
	case space.Current, space.Archived:
		s.Status = in.Status
	default:
		return nil, fault.Invalid("status", "The status '%.30s' is neither current nor archived.", in.Status)
	}
	if in.HomepageID != "" {
		id, err := optionalID("homepageId", in.HomepageID)
		if err != nil {
			return nil, err
		}
		home, err := c.seeID(id, content.Page)
		if err != nil || home.SpaceID != s.ID || home.Status != content.Current {
			return nil, fault.Invalid("homepageId", "The page %d is not a page of this space.", id)
		}
		s.HomepageID = id
	}
	return s, space.Save(c.ctx, c.tx, s)
}

// ref names a content in a list.
func (c *call) ref(of *content.Content) uiRef {
	r := uiRef{ID: itoa(of.ID), Type: of.Kind, Title: of.Title, Updated: of.Updated, By: c.person(of.Editor)}
	if s := c.v.Spaces.Get(of.SpaceID); s != nil {
		r.SpaceKey, r.SpaceName, r.URL = s.Key, s.Name, "/wiki"+link.WebUI(s, of)
	}
	return r
}

func (c *call) refs(of []*content.Content) []uiRef {
	out := make([]uiRef, len(of))
	for i, x := range of {
		out[i] = c.ref(x)
	}
	return out
}

func (h *handler) uiSpaceHome(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (any, error) {
		s, err := c.space("key")
		if err != nil {
			return nil, err
		}
		out := struct {
			Space  uiSpace `json:"space"`
			Page   *uiPage `json:"page"`
			Recent []uiRef `json:"recent"`
			Blog   []uiRef `json:"blogposts"`
		}{}
		if out.Space, err = c.uiSpace(s); err != nil {
			return nil, err
		}
		if home, err := c.v.See(c.ctx, c.tx, s.HomepageID); err == nil && home.Status == content.Current {
			p, err := c.pageView(home)
			if err != nil {
				return nil, err
			}
			out.Page = &p
		}
		recent, _, err := list.Find(c.ctx, c.tx, c.v, list.Query{Kinds: []string{content.Page}, Spaces: []int64{s.ID}, Sort: "-updated", Limit: 10})
		if err != nil {
			return nil, err
		}
		posts, _, err := list.Find(c.ctx, c.tx, c.v, list.Query{Kinds: []string{content.BlogPost}, Spaces: []int64{s.ID}, Sort: "-created", Limit: 5})
		out.Recent, out.Blog = c.refs(recent), c.refs(posts)
		return out, err
	})
}

func (h *handler) uiBlogPosts(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r, 25, 100)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (any, error) {
		s, err := c.space("key")
		if err != nil {
			return nil, err
		}
		found, next, err := list.Find(c.ctx, c.tx, c.v, list.Query{Kinds: []string{content.BlogPost}, Spaces: []int64{s.ID}, Sort: "-created", After: r.URL.Query().Get("cursor"), Limit: n})
		return map[string]any{"results": c.refs(found), "next": next}, err
	})
}

// on is the body of everything that is switched.
type on struct {
	On bool `json:"on"`
}

func (h *handler) switched(w http.ResponseWriter, r *http.Request, set func(c *call, on bool) error) error {
	in, err := httpkit.Decode[on](r)
	if err != nil {
		return err
	}
	return h.change(w, r, func(c *call) error {
		if err := c.signedIn(); err != nil {
			return err
		}
		return set(c, in.On)
	})
}

func (h *handler) uiWatchSpace(w http.ResponseWriter, r *http.Request) error {
	return h.switched(w, r, func(c *call, on bool) error {
		s, err := c.space("key")
		if err != nil {
			return err
		}
		return watch.Set(c.ctx, c.tx, c.actor, watch.Space, watch.ID(s.ID), on)
	})
}

func (h *handler) uiFavourSpace(w http.ResponseWriter, r *http.Request) error {
	return h.switched(w, r, func(c *call, on bool) error {
		s, err := c.space("key")
		if err != nil {
			return err
		}
		return watch.Favour(c.ctx, c.tx, c.actor, watch.Space, s.ID, on)
	})
}

func (h *handler) uiPermissions(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (any, error) {
		s, err := c.space("key")
		if err != nil {
			return nil, err
		}
		out := []uiPermission{}
		for _, p := range s.Permissions {
			out = append(out, c.uiPermission(p))
		}
		return map[string]any{"permissions": out}, nil
	})
}

func (c *call) uiPermission(p space.Permission) uiPermission {
	out := uiPermission{ID: itoa(p.ID), Subject: p.SubjectType, Name: p.Subject, Operation: p.Operation, Target: p.Target}
	if p.SubjectType == space.User {
		out.Person = c.person(p.Subject)
	}
	return out
}

// grant gives a subject a right in a space.
func (h *handler) grant(c *call, s *space.Space, p space.Permission) (space.Permission, error) {
	if err := c.v.Must(s, space.Administer); err != nil {
		return p, err
	}
	if !slices.Contains(space.Rights, space.Right{Operation: p.Operation, Target: p.Target}) {
		return p, fault.Invalid("operation", "There is no right to %.30s %.30s in a space.", p.Operation, p.Target)
	}
	switch p.SubjectType {
	case space.Everyone:
		p.Subject = ""
	case space.User:
		if _, ok := c.people[p.Subject]; !ok {
			return p, fault.Invalid("subject", "There is no account '%.80s'.", p.Subject)
		}
	case space.Group:
		if _, err := h.Directory(c.ctx).Members(c.ctx, p.Subject); err != nil {
			return p, fault.Invalid("subject", "There is no group '%.80s'.", p.Subject)
		}
	default:
		return p, fault.Invalid("subjectType", "The subject type '%.30s' is none of user, group and everyone.", p.SubjectType)
	}
	for _, have := range s.Permissions {
		if have.SubjectType == p.SubjectType && have.Subject == p.Subject && have.Operation == p.Operation && have.Target == p.Target {
			return have, nil
		}
	}
	return space.Grant(c.ctx, c.tx, s.ID, p)
}

func (h *handler) uiGrant(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[uiPermission](r)
	if err != nil {
		return err
	}
	return writeStatus(h, w, r, http.StatusCreated, func(c *call) (out uiPermission, err error) {
		s, err := c.space("key")
		if err != nil {
			return out, err
		}
		p, err := h.grant(c, s, space.Permission{SubjectType: in.Subject, Subject: in.Name, Operation: in.Operation, Target: in.Target})
		return c.uiPermission(p), err
	})
}

func (h *handler) uiRevoke(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		s, err := c.space("key")
		if err != nil {
			return err
		}
		return c.revoke(s, "id")
	})
}

func (c *call) revoke(s *space.Space, name string) error {
	if err := c.v.Must(s, space.Administer); err != nil {
		return err
	}
	id, err := c.id(name)
	if err != nil {
		return err
	}
	ok, err := space.Revoke(c.ctx, c.tx, s.ID, id)
	if err == nil && !ok {
		err = fault.NotFound("The space has no permission %d.", id)
	}
	return err
}
