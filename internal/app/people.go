package app

import (
	"context"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/access/account"
	"holdfast.dev/internal/product/tracker/needs"
	wikineeds "holdfast.dev/internal/product/wiki/needs"
)

// The access product as the tracker and the wiki see it. Each product declares for itself what a person is to it; both come to the same.
type (
	people  = directory[needs.Person, needs.ForeignPerson]
	readers = directory[wikineeds.Person, wikineeds.ForeignPerson]
)

// shown is what every product shows of a person, in the order in which they declare it.
type shown struct {
	AccountID   string
	DisplayName string
	Email       string
	Active      bool
	TimeZone    string
	Locale      string
}

// aPerson is a product's own type for that.
type aPerson interface {
	~struct {
		AccountID   string
		DisplayName string
		Email       string
		Active      bool
		TimeZone    string
		Locale      string
	}
}

// aForeigner is a product's own type for somebody named in an export of another system.
type aForeigner interface {
	needs.ForeignPerson | wikineeds.ForeignPerson
}

// directory is the people of an organization in a product's own types. It implements the Directory of its needs.
type directory[P aPerson, F aForeigner] struct {
	access *access.Product
	org    ids.Org
}

func personOf[P aPerson](a *account.Account) P {
	return P(shown{AccountID: a.ID.String(), DisplayName: a.Name, Email: a.Email, Active: a.Active, TimeZone: a.TimeZone, Locale: a.Locale})
}

func foreignOf[F aForeigner](f F) account.Foreign {
	switch f := any(f).(type) {
	case needs.ForeignPerson:
		return account.Foreign{Key: f.Key, Name: f.Name, Email: f.Email, Active: f.Active}
	case wikineeds.ForeignPerson:
		return account.Foreign{Key: f.Key, Name: f.Name, Email: f.Email, Active: f.Active}
	}
	return account.Foreign{}
}

// Everybody gives all people by account. The conversion is remembered with the organization's volume.
func (d directory[P, F]) Everybody(ctx context.Context) (map[string]P, error) {
	return access.Everybody(ctx, d.access, d.org, personOf[P])
}

// Search finds people by the start of a word of their name or of their email.
func (d directory[P, F]) Search(ctx context.Context, query string, startAt, limit int) ([]P, int, error) {
	found, total, err := d.access.Directory(d.org).Search(ctx, query, startAt, limit)
	var out []P
	for _, a := range found {
		out = append(out, personOf[P](a))
	}
	return out, total, err
}

// Groups names the groups of an account.
func (d directory[P, F]) Groups(ctx context.Context, who string) ([]string, error) {
	return d.access.Directory(d.org).Groups(ctx, who)
}

// Members gives the accounts of a group.
func (d directory[P, F]) Members(ctx context.Context, group string) ([]string, error) {
	return d.access.Directory(d.org).Members(ctx, group)
}

// Ensure gives an account for each foreign person by Key, making placeholders where nobody fits.
func (d directory[P, F]) Ensure(ctx context.Context, foreign []F) (map[string]string, error) {
	in := make([]account.Foreign, len(foreign))
	for i, f := range foreign {
		in[i] = foreignOf(f)
	}
	got, err := d.access.Directory(d.org).Ensure(ctx, in)
	out := make(map[string]string, len(got))
	for k, id := range got {
		out[k] = id.String()
	}
	return out, err
}
