// Package user keeps the people whom on-call may have to reach: a copy of the site's people, kept so that nobody needs to be asked when it matters,
// and people whom the API added, who have no account. With them are their contacts, and whom they forward to.
//
// It promises that people who left are kept, inactive, so that the log of the past stays readable, and that a contact nobody verified is never used
// for anything but its verification.
package user

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/needs"
	"holdfast.dev/internal/product/oncall/rotation"
)

// Person is somebody who may be reached. ID is the account's where there was one first.
type Person struct {
	ID, AccountID string
	Username      string // the mail address by which the API knows people
	Name, Email   string
	Role          string // Owner, Admin, User or a name of the customer's
	Zone, Locale  string
	Active, Admin bool
	MutedUntil    time.Time // zero: not muted
	Body          Body
	Created       time.Time
}

// Body is what on-call keeps about a person and only hands out again, and their quiet hours.
type Body struct {
	Skype   string              `json:"skypeUsername,omitempty"`
	Tags    []string            `json:"tags,omitempty"`
	Details map[string][]string `json:"details,omitempty"`
	Address *Address            `json:"userAddress,omitempty"`
	Quiet   *Quiet              `json:"quiet,omitempty"`
}

// Address is where a person lives.
type Address struct {
	Country string `json:"country"`
	State   string `json:"state"`
	City    string `json:"city"`
	Line    string `json:"line"`
	ZipCode string `json:"zipCode"`
}

// Quiet are hours in which a person is only told of alerts of some priorities.
type Quiet struct {
	Enabled bool                  `json:"enabled"`
	Hours   *rotation.Restriction `json:"hours"`
	Except  []string              `json:"except"` // priorities that come through; P1 when nothing was chosen
}

// Location gives the person's zone, UTC when it is not known.
func (p *Person) Location() *time.Location {
	if z, err := time.LoadLocation(p.Zone); err == nil && p.Zone != "" {
		return z
	}
	return time.UTC
}

// Held tells why a person is not to be told of an alert of a priority now, "" when they are.
func (p *Person) Held(now time.Time, priority string) string {
	switch {
	case !p.Active:
		return p.Name + " has left"
	case p.MutedUntil.After(now):
		return "notifications are muted until " + p.MutedUntil.In(p.Location()).Format("2006-01-02 15:04 MST")
	}
	q := p.Body.Quiet
	if q == nil || !q.Enabled || q.Hours == nil || !q.Hours.Contains(now, p.Location()) {
		return ""
	}
	except := q.Except
	if except == nil {
		except = []string{"P1"}
	}
	for _, e := range except {
		if e == priority {
			return ""
		}
	}
	return "quiet hours"
}

var (
	qAll = storage.Register("oncall/person.all", `SELECT id, account_id, username, name, email, role, zone, locale, active, admin, muted_until_us, body, created_us FROM person`)
	qPut = storage.Register("oncall/person.put", `INSERT INTO person (id, account_id, username, name, email, role, zone, locale, active, admin, muted_until_us, body, created_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (id) DO UPDATE SET account_id = excluded.account_id, username = excluded.username, name = excluded.name,
		email = excluded.email, role = excluded.role, zone = excluded.zone, locale = excluded.locale, active = excluded.active, admin = excluded.admin, muted_until_us = excluded.muted_until_us,
		body = excluded.body`)
)

// All gives everybody, those who left too, in no order.
func All(ctx context.Context, tx *volume.Tx) ([]*Person, error) {
	return storage.All(ctx, tx.Tx, qAll, func(r *storage.Rows) (*Person, error) {
		p := &Person{}
		var active, admin, muted, created int64
		var body string
		if err := r.Scan(&p.ID, &p.AccountID, &p.Username, &p.Name, &p.Email, &p.Role, &p.Zone, &p.Locale, &active, &admin, &muted, &body, &created); err != nil {
			return nil, err
		}
		p.Active, p.Admin, p.Created = active == 1, admin == 1, clock.FromMicros(created)
		if muted > 0 {
			p.MutedUntil = clock.FromMicros(muted)
		}
		return p, json.Unmarshal([]byte(body), &p.Body)
	})
}

// Save makes or changes a person.
func Save(ctx context.Context, tx *volume.Tx, p *Person) error {
	if err := check(p); err != nil {
		return err
	}
	if p.ID == "" {
		p.ID = uuid.NewString()
	}
	if p.Created.IsZero() {
		p.Created = tx.Now()
	}
	body, err := json.Marshal(p.Body)
	if err != nil {
		return err
	}
	muted := int64(0)
	if !p.MutedUntil.IsZero() {
		muted = clock.Micros(p.MutedUntil)
	}
	_, err = tx.Exec(ctx, qPut, p.ID, p.AccountID, p.Username, p.Name, p.Email, p.Role, p.Zone, p.Locale, truth(p.Active), truth(p.Admin), muted, string(body), clock.Micros(p.Created))
	return err
}

func check(p *Person) error {
	switch {
	case strings.TrimSpace(p.Username) == "" || len(p.Username) > 254:
		return fault.Invalid("username", "username must be given, with at most 254 characters.")
	case strings.TrimSpace(p.Name) == "" || len(p.Name) > 512:
		return fault.Invalid("fullName", "fullName must be given, with at most 512 characters.")
	}
	if p.Zone != "" {
		if _, err := time.LoadLocation(p.Zone); err != nil {
			return fault.Invalid("timeZone", "%.60q is no time zone; write an IANA name, as Europe/London.", p.Zone)
		}
	}
	if q := p.Body.Quiet; q != nil && q.Hours != nil {
		if err := q.Hours.Check(); err != nil {
			return fault.Invalid("quiet", "%s", err)
		}
	}
	return nil
}

// Sync brings the copy of the site's people up to date and gives those who are administrators and were not known before. People whom
// the API added become the account's when they have its mail address. Those who are missing from the list are kept, inactive.
func Sync(ctx context.Context, tx *volume.Tx, people []needs.Person) (newAdmins []*Person, err error) {
	have, err := All(ctx, tx)
	if err != nil {
		return nil, err
	}
	byAccount, byName := map[string]*Person{}, map[string]*Person{}
	for _, p := range have {
		if p.AccountID != "" {
			byAccount[p.AccountID] = p
		} else {
			byName[strings.ToLower(p.Username)] = p
		}
	}
	listed := map[string]bool{}
	for _, n := range people {
		listed[n.AccountID] = true
		p := byAccount[n.AccountID]
		if p == nil {
			p = byName[strings.ToLower(n.Email)]
		}
		fresh := p == nil || !p.Admin
		changed, err := follow(ctx, tx, p, n)
		if err != nil {
			return nil, err
		}
		if fresh && n.Admin && n.Active {
			newAdmins = append(newAdmins, changed)
		}
	}
	for _, p := range have {
		if p.AccountID != "" && !listed[p.AccountID] && p.Active {
			p.Active = false
			if err := Save(ctx, tx, p); err != nil {
				return nil, err
			}
		}
	}
	return newAdmins, nil
}

// follow makes p, nil for somebody new, what the directory says, with a contact for the mail address and a first notification rule.
func follow(ctx context.Context, tx *volume.Tx, p *Person, n needs.Person) (*Person, error) {
	isNew := p == nil
	if isNew {
		p = &Person{ID: n.AccountID, Role: "User"}
	}
	before, _ := json.Marshal(p)
	oldEmail := p.Email
	p.AccountID, p.Username, p.Name, p.Email, p.Active, p.Admin = n.AccountID, n.Email, n.DisplayName, n.Email, n.Active, n.Admin
	if p.Name == "" {
		p.Name = n.Email
	}
	if isNew || p.Zone == "" || n.TimeZone != "" {
		p.Zone, p.Locale = n.TimeZone, n.Locale
	}
	if _, err := time.LoadLocation(p.Zone); err != nil {
		p.Zone = ""
	}
	if p.Admin && p.Role == "User" {
		p.Role = "Admin"
	} else if !p.Admin && p.Role == "Admin" {
		p.Role = "User"
	}
	if after, _ := json.Marshal(p); !isNew && string(before) == string(after) {
		return p, nil
	}
	if err := Save(ctx, tx, p); err != nil {
		return nil, err
	}
	if oldEmail != p.Email && p.Email != "" {
		if err := followMail(ctx, tx, p, oldEmail); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// followMail keeps the contact of the account's own mail address, which the directory vouches for.
func followMail(ctx context.Context, tx *volume.Tx, p *Person, old string) error {
	contacts, err := ContactsOf(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	var own *Contact
	for _, c := range contacts {
		switch {
		case c.Method == Email && c.Address == p.Email:
			return nil
		case c.Method == Email && c.Address == old:
			own = c
		}
	}
	if own == nil {
		own = &Contact{PersonID: p.ID, Method: Email, Enabled: true}
	}
	own.Address, own.Verified = p.Email, true
	return SaveContact(ctx, tx, own)
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
