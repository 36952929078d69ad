package rest

import (
	"encoding/json"
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/restriction"
)

func (h *handler) v1RestrictionRoutes(add func(method, path string, p httpkit.Permission, f httpkit.Handler)) {
	add("GET", "/content/{id}/restriction", mayView, h.v1Restrictions)
	add("PUT", "/content/{id}/restriction", mayEdit, h.v1SetRestrictions)
	add("POST", "/content/{id}/restriction", mayEdit, h.v1SetRestrictions)
	add("DELETE", "/content/{id}/restriction", mayEdit, h.v1DropRestrictions)
	add("GET", "/content/{id}/restriction/byOperation", mayView, h.v1ByOperation)
	add("GET", "/content/{id}/restriction/byOperation/{operationKey}", mayView, h.v1OfOperation)
	for _, path := range []string{"/user", "/group/{groupName}", "/byGroupId/{groupId}"} {
		add("GET", "/content/{id}/restriction/byOperation/{operationKey}"+path, mayView, h.v1HasRestriction)
		add("PUT", "/content/{id}/restriction/byOperation/{operationKey}"+path, mayEdit, h.v1AddRestriction)
		add("DELETE", "/content/{id}/restriction/byOperation/{operationKey}"+path, mayEdit, h.v1RemoveRestriction)
	}
}

// operation reads the operation of the path.
func (c *call) operation() (string, error) {
	op := c.r.PathValue("operationKey")
	if op != restriction.Read && op != restriction.Update {
		return "", fault.Bad("The operation '%.40s' cannot be restricted: read and update can.", op)
	}
	return op, nil
}

func (c *call) restrictionListV1(x *content.Content) (object, error) {
	own, err := restriction.Of(c.ctx, c.tx, x.ID)
	if err != nil {
		return nil, err
	}
	out := c.v1List([]object{c.restrictionV1(x, restriction.Read, own[restriction.Read]), c.restrictionV1(x, restriction.Update, own[restriction.Update])}, 2, 0, 100, false)
	out["restrictionsHash"] = ""
	return out, nil
}

func (h *handler) v1Restrictions(w http.ResponseWriter, r *http.Request) error {
	if _, err := expansions(r, "restriction", ""); err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		return c.restrictionListV1(x)
	})
}

type v1RestrictionInput struct {
	Operation    string `json:"operation"`
	Restrictions struct {
		User  json.RawMessage `json:"user"`
		Group json.RawMessage `json:"group"`
	} `json:"restrictions"`
}

type v1Subject struct {
	AccountID string `json:"accountId"`
	ID        string `json:"id"`
	Name      string `json:"name"`
}

// subjectsOf reads a list of subjects, given bare or as the results of a page.
func subjectsOf(raw json.RawMessage) []v1Subject {
	var bare []v1Subject
	if json.Unmarshal(raw, &bare) == nil {
		return bare
	}
	var paged struct {
		Results []v1Subject `json:"results"`
	}
	if json.Unmarshal(raw, &paged) != nil {
		return nil
	}
	return paged.Results
}

// v1SetRestrictions replaces the restrictions (PUT) or adds to them (POST).
func (h *handler) v1SetRestrictions(w http.ResponseWriter, r *http.Request) error {
	raw, err := httpkit.DecodeLoose[json.RawMessage](r)
	if err != nil {
		return err
	}
	var in []v1RestrictionInput
	if err := json.Unmarshal(raw, &in); err != nil {
		var paged struct {
			Results []v1RestrictionInput `json:"results"`
		}
		if err := json.Unmarshal(raw, &paged); err != nil {
			return fault.Bad("Restrictions are a list of {operation, restrictions}.")
		}
		in = paged.Results
	}
	return write(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return nil, err
		}
		have, err := restriction.Of(c.ctx, c.tx, x.ID)
		if err != nil {
			return nil, err
		}
		want := map[string][]restriction.Subject{}
		if r.Method == http.MethodPost {
			want = have
		}
		for _, one := range in {
			if one.Operation != restriction.Read && one.Operation != restriction.Update {
				return nil, fault.Bad("The operation '%.40s' cannot be restricted: read and update can.", one.Operation)
			}
			for _, s := range subjectsOf(one.Restrictions.User) {
				want[one.Operation] = append(want[one.Operation], restriction.Subject{Type: "user", Name: s.AccountID})
			}
			for _, s := range subjectsOf(one.Restrictions.Group) {
				name := s.Name
				if name == "" {
					name = s.ID
				}
				want[one.Operation] = append(want[one.Operation], restriction.Subject{Type: "group", Name: name})
			}
		}
		for _, op := range []string{restriction.Read, restriction.Update} {
			if err := h.restrict(c, x, op, want[op]); err != nil {
				return nil, err
			}
		}
		return c.restrictionListV1(x)
	})
}

func (h *handler) v1DropRestrictions(w http.ResponseWriter, r *http.Request) error {
	return write(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return nil, err
		}
		for _, op := range []string{restriction.Read, restriction.Update} {
			if err := h.restrict(c, x, op, nil); err != nil {
				return nil, err
			}
		}
		return c.restrictionListV1(x)
	})
}

func (h *handler) v1ByOperation(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		return c.restrictionsV1(x, nil)
	})
}

func (h *handler) v1OfOperation(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		op, err := c.operation()
		if err != nil {
			return nil, err
		}
		own, err := restriction.Of(c.ctx, c.tx, x.ID)
		if err != nil {
			return nil, err
		}
		return c.restrictionV1(x, op, own[op]), nil
	})
}

// subject gives the one that the path or query names.
func (c *call) subject() restriction.Subject {
	for _, name := range []string{"groupName", "groupId"} {
		if g := c.r.PathValue(name); g != "" {
			return restriction.Subject{Type: "group", Name: g}
		}
	}
	return restriction.Subject{Type: "user", Name: c.r.URL.Query().Get("accountId")}
}

// restrictionAt gives what an operation of the path is about: content, operation, who is in the list now, and where the subject is, -1 for not at all.
func (c *call) restrictionAt() (x *content.Content, op string, now []restriction.Subject, at int, err error) {
	if x, err = c.see("id", content.Page, content.BlogPost); err != nil {
		return
	}
	if op, err = c.operation(); err != nil {
		return
	}
	own, err := restriction.Of(c.ctx, c.tx, x.ID)
	at = -1
	now = own[op]
	for i, s := range now {
		if s == c.subject() {
			at = i
		}
	}
	return
}

func (h *handler) v1HasRestriction(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		_, _, _, at, err := c.restrictionAt()
		if err == nil && at < 0 {
			err = fault.NotFound("There is no such restriction.")
		}
		return object{}, err
	})
}

func (h *handler) v1AddRestriction(w http.ResponseWriter, r *http.Request) error {
	return write(h, w, r, func(c *call) (object, error) {
		x, op, now, at, err := c.restrictionAt()
		if err != nil || at >= 0 {
			return object{}, err
		}
		return object{}, h.restrict(c, x, op, append(now, c.subject()))
	})
}

func (h *handler) v1RemoveRestriction(w http.ResponseWriter, r *http.Request) error {
	return write(h, w, r, func(c *call) (object, error) {
		x, op, now, at, err := c.restrictionAt()
		if err != nil {
			return object{}, err
		}
		if at < 0 {
			return object{}, fault.NotFound("There is no such restriction.")
		}
		return object{}, h.restrict(c, x, op, append(now[:at:at], now[at+1:]...))
	})
}
