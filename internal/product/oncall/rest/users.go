package rest

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/user"
)

func (h *handler) userOperations() []operation {
	const path = "/v2/users/{identifier}"
	return []operation{
		{method: "GET", path: "/v2/users", right: mayRead, run: listUsers},
		{method: "POST", path: "/v2/users", right: mayConfigure, run: createUser},
		{method: "GET", path: path, right: mayRead, run: getUser},
		{method: "PATCH", path: path, right: mayConfigure, run: updateUser},
		{method: "DELETE", path: path, right: mayConfigure, run: deleteUser},
		{method: "GET", path: path + "/teams", right: mayRead, run: userTeams},
		{method: "GET", path: path + "/forwarding-rules", right: mayRead, run: userForwardings},
		{method: "GET", path: path + "/escalations", right: mayRead, run: userEscalations},
		{method: "GET", path: path + "/schedules", right: mayRead, run: userSchedules},
	}
}

type wireUser struct {
	ID            string              `json:"id"`
	Username      string              `json:"username"`
	FullName      string              `json:"fullName"`
	Role          wireMeta            `json:"role"`
	SkypeUsername string              `json:"skypeUsername,omitempty"`
	TimeZone      string              `json:"timeZone"`
	Locale        string              `json:"locale"`
	UserAddress   user.Address        `json:"userAddress"`
	Tags          []string            `json:"tags,omitempty"`
	Details       map[string][]string `json:"details,omitempty"`
	Blocked       bool                `json:"blocked"`
	Verified      bool                `json:"verified"`
	CreatedAt     stamp               `json:"createdAt"`
	MutedUntil    *stamp              `json:"mutedUntil,omitempty"`
	UserContacts  []wireUserContact   `json:"userContacts,omitempty"`
}

type wireUserContact struct {
	To             string `json:"to"`
	ID             string `json:"id"`
	ContactMethod  string `json:"contactMethod"`
	DisabledReason string `json:"disabledReason,omitempty"`
	Enabled        bool   `json:"enabled"`
}

type userBody struct {
	Username      *string             `json:"username"`
	FullName      *string             `json:"fullName"`
	Role          *wireMeta           `json:"role"`
	SkypeUsername *string             `json:"skypeUsername"`
	TimeZone      *string             `json:"timeZone"`
	Locale        *string             `json:"locale"`
	UserAddress   *user.Address       `json:"userAddress"`
	Tags          []string            `json:"tags"`
	Details       map[string][]string `json:"details"`
}

// roleIDs are the names by which clients know the roles that everybody has one of.
var roleIDs = map[string]string{"owner": "Owner", "admin": "Admin", "user": "User"}

func toUser(p *user.Person) wireUser {
	out := wireUser{ID: p.ID, Username: p.Username, FullName: p.Name, Role: wireMeta{p.Role, p.Role}, SkypeUsername: p.Body.Skype, TimeZone: cmp.Or(p.Zone, "UTC"), Locale: cmp.Or(p.Locale, "en_US"),
		Tags: p.Body.Tags, Details: p.Body.Details, Blocked: !p.Active, Verified: p.AccountID != "", CreatedAt: stamp(p.Created), MutedUntil: when(p.MutedUntil)}
	if p.Body.Address != nil {
		out.UserAddress = *p.Body.Address
	}
	return out
}

func withContacts(r *roster.Roster, p *user.Person) wireUser {
	out := toUser(p)
	out.UserContacts = []wireUserContact{}
	for _, x := range r.ContactsOf[p.ID] {
		ok, reason := x.Usable()
		out.UserContacts = append(out.UserContacts, wireUserContact{x.Address, x.ID, x.Method, reason, ok})
	}
	return out
}

// person gives the person that the path names, by ID or username. Somebody who left is found too: the log names them.
func (c *call) person(r *roster.Roster) (*user.Person, error) {
	who := c.r.PathValue("identifier")
	if p := r.Person(who); p != nil {
		return p, nil
	}
	return nil, fault.NotFound("User with id or username [%.200s] does not exist.", who)
}

func listUsers(c *call) error {
	limit, err := c.number("limit", 100, 1, 100)
	if err != nil {
		return err
	}
	offset, err := c.number("offset", 0, 0, 1<<30)
	if err != nil {
		return err
	}
	sort, err := c.oneOf("sortField", "username", "fullName", "insertedAt")
	if err != nil {
		return err
	}
	order, err := c.oneOf("order", "asc", "desc")
	if err != nil {
		return err
	}
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		var all []*user.Person
		for _, p := range r.People {
			if p.Active && userMatches(p, c.query("query")) {
				all = append(all, p)
			}
		}
		slices.SortFunc(all, func(a, b *user.Person) int {
			return cmp.Or(strings.Compare(userKey(a, sort), userKey(b, sort)), strings.Compare(a.ID, b.ID))
		})
		if order == "desc" {
			slices.Reverse(all)
		}
		out := []wireUser{}
		for _, p := range all[min(offset, len(all)):min(offset+limit, len(all))] {
			out = append(out, toUser(p))
		}
		total := len(all)
		return c.send(http.StatusOK, answer{Data: out, Paging: c.paging(offset, limit, total), Total: &total})
	})
}

func userKey(p *user.Person, field string) string {
	switch field {
	case "fullName":
		return p.Name
	case "insertedAt":
		return p.Created.Format(time.RFC3339Nano)
	}
	return p.Username
}

// userMatches reads the simple searches: "field:value" of username, fullName, role and blocked, with * at the end, or a text in name or username.
func userMatches(p *user.Person, query string) bool {
	for part := range strings.FieldsSeq(query) {
		if strings.EqualFold(part, "AND") {
			continue
		}
		field, value, ok := strings.Cut(part, ":")
		value = strings.ToLower(strings.Trim(value, `"`))
		have := ""
		switch {
		case !ok:
			have, value = p.Username+" "+p.Name, "*"+strings.ToLower(part)+"*"
		case field == "username":
			have = p.Username
		case field == "fullName":
			have = p.Name
		case field == "role":
			have = p.Role
		case field == "blocked":
			have = strconv.FormatBool(!p.Active)
		default:
			return false
		}
		if !wild(strings.ToLower(have), value) {
			return false
		}
	}
	return true
}

// wild compares with a pattern that may begin and end with a star.
func wild(s, pattern string) bool {
	core := strings.Trim(pattern, "*")
	switch before, after := strings.HasPrefix(pattern, "*"), strings.HasSuffix(pattern, "*"); {
	case before && after:
		return strings.Contains(s, core)
	case before:
		return strings.HasSuffix(s, core)
	case after:
		return strings.HasPrefix(s, core)
	}
	return s == core
}

// paging links to the pages around this one.
func (c *call) paging(offset, limit, total int) map[string]string {
	link := func(at int) string {
		q := url.Values{}
		for k, v := range c.r.URL.Query() {
			if k != "apiKey" && k != "api_key" { // a key does not belong into links
				q[k] = v
			}
		}
		q.Set("offset", strconv.Itoa(at))
		q.Set("limit", strconv.Itoa(limit))
		return httpkit.BaseURL(c.r.Context()) + c.r.URL.Path + "?" + q.Encode()
	}
	out := map[string]string{"first": link(0), "last": link(max(0, (total-1)/limit*limit))}
	if offset+limit < total {
		out["next"] = link(offset + limit)
	}
	if offset > 0 {
		out["prev"] = link(max(0, offset-limit))
	}
	return out
}

// listed answers with a list, a page of it where it is longer than limit: 1000 when the request names none.
func listed[T any](c *call, all []T, expandable ...string) error {
	limit, err := c.number("limit", 1000, 1, 1000)
	if err != nil {
		return err
	}
	offset, err := c.number("offset", 0, 0, 1<<30)
	if err != nil {
		return err
	}
	a := answer{Data: orEmpty(all[min(offset, len(all)):min(offset+limit, len(all))]), Expandable: expandable}
	if len(all) > limit {
		a.Paging = c.paging(offset, limit, len(all))
	}
	return c.send(http.StatusOK, a)
}

func getUser(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		p, err := c.person(r)
		if err != nil {
			return err
		}
		a := answer{Data: toUser(p), Expandable: []string{"contact"}}
		if c.query("expand") == "contact" {
			a.Data = withContacts(r, p)
		}
		return c.send(http.StatusOK, a)
	})
}

func fillUser(p *user.Person, b userBody) error {
	if p.AccountID == "" {
		set(&p.Username, b.Username)
		set(&p.Name, b.FullName)
		if b.Username != nil {
			p.Email = *b.Username
		}
	} else if b.Username != nil && !strings.EqualFold(*b.Username, p.Username) || b.FullName != nil && *b.FullName != p.Name {
		return fault.Bad("This user has an account: name and mail address are changed there.")
	}
	set(&p.Zone, b.TimeZone)
	set(&p.Locale, b.Locale)
	set(&p.Body.Skype, b.SkypeUsername)
	if b.UserAddress != nil {
		p.Body.Address = b.UserAddress
	}
	if b.Tags != nil {
		p.Body.Tags = b.Tags
	}
	if b.Details != nil {
		p.Body.Details = b.Details
	}
	if b.Role != nil {
		name := cmp.Or(b.Role.Name, b.Role.ID)
		p.Role = cmp.Or(roleIDs[strings.ToLower(name)], name)
	}
	return nil
}

func createUser(c *call) error {
	b, err := body[userBody](c, false)
	if err != nil {
		return err
	}
	p := &user.Person{Active: true, Role: "User"}
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error {
		if err := c.permitTeam(r, ""); err != nil {
			return err
		}
		if err := fillUser(p, b); err != nil {
			return err
		}
		if err := user.CheckAddress(user.Email, p.Username); err != nil {
			return fault.Invalid("username", "username must be a mail address.")
		}
		if have := r.Person(p.Username); have != nil && have.Active {
			return fault.Conflict("User with username [%s] already exists.", p.Username)
		}
		if err := user.Save(c.r.Context(), tx, p); err != nil {
			return err
		}
		contact := &user.Contact{PersonID: p.ID, Method: user.Email, Address: p.Username, Enabled: true, Verified: true}
		return user.SaveContact(c.r.Context(), tx, contact)
	})
	if err != nil {
		return err
	}
	return c.created(wireMeta{p.ID, p.Name})
}

func updateUser(c *call) error {
	b, err := body[userBody](c, false)
	if err != nil {
		return err
	}
	var out wireMeta
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error {
		p, err := c.person(r)
		if err != nil {
			return err
		}
		if err := c.permitPerson(p); err != nil {
			return err
		}
		if b.Role != nil && p.AccountID != "" {
			b.Role = nil // follows the account's role on the site
		}
		if err := fillUser(p, b); err != nil {
			return err
		}
		out = wireMeta{p.ID, p.Name}
		return user.Save(c.r.Context(), tx, p)
	})
	if err != nil {
		return err
	}
	return c.done("Updated", out)
}

// deleteUser takes somebody off everything. The row stays, inactive, because the log names them.
func deleteUser(c *call) error {
	err := c.change(func(tx *volume.Tx, r *roster.Roster) error {
		p, err := c.person(r)
		if err != nil {
			return err
		}
		if err := c.permitTeam(r, ""); err != nil {
			return err
		}
		if p.AccountID != "" {
			return fault.Bad("This user has an account on the site: remove them there.")
		}
		if users := r.UsersOf("user", p.ID, ""); len(users) > 0 {
			return fault.Conflict("The user cannot be deleted: used by %s.", users[0])
		}
		p.Active = false
		return user.Save(c.r.Context(), tx, p)
	})
	if err != nil {
		return err
	}
	return c.done("Deleted", nil)
}

// ofUser answers with a list about the person that the path names.
func ofUser[T any](c *call, list func(r *roster.Roster, p *user.Person) []T) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		p, err := c.person(r)
		if err != nil {
			return err
		}
		return listed(c, list(r, p))
	})
}

func userTeams(c *call) error {
	return ofUser(c, func(r *roster.Roster, p *user.Person) (out []wireMeta) {
		for _, t := range roster.Sorted(r.Teams, teamName) {
			if member, _ := t.Has(p.ID); member {
				out = append(out, wireMeta{t.ID, t.Name})
			}
		}
		return out
	})
}

func userEscalations(c *call) error {
	return ofUser(c, func(r *roster.Roster, p *user.Person) (out []wireEscalation) {
		for _, e := range roster.Sorted(r.Escalations, escalationName) {
			for _, rule := range e.Rules {
				if rule.Recipient.Type == "user" && rule.Recipient.ID == p.ID {
					out = append(out, toEscalation(r, e))
					break
				}
			}
		}
		return out
	})
}

func userSchedules(c *call) error {
	return ofUser(c, func(r *roster.Roster, p *user.Person) (out []wireScheduleMeta) {
		for _, s := range roster.Sorted(r.Schedules, scheduleName) {
			for _, x := range s.Rotations {
				if r.IsParticipant(x, p) {
					out = append(out, scheduleMeta(s))
					break
				}
			}
		}
		return out
	})
}
