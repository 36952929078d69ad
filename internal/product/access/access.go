package access

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/ratelimit"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access/account"
	"holdfast.dev/internal/product/access/password"
	"holdfast.dev/internal/product/access/role"
	"holdfast.dev/internal/product/access/token"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Kind is the volume that every organization has.
func Kind() volume.Kind {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	k := volume.Kind{Name: "access", Migrations: storage.Migrations("access", files)}
	for _, t := range []string{"account", "account_word", "account_foreign", "password", "session", "api_token", "api_token_use", "grp", "grp_member", "site_role"} {
		k.Tables = append(k.Tables, storage.Table{Name: t})
	}
	return k
}

// Deps is what access needs from its surroundings.
type Deps struct {
	Volume func(org ids.Org) *volume.Volume
	Clock  clock.Clock
}

// Product is access, for every organization of the process.
type Product struct {
	Deps
	logins    *ratelimit.Limiter // by account address
	addresses *ratelimit.Limiter // by where tries come from
	uses      *useLog
}

// New makes the product.
func New(d Deps) *Product {
	return &Product{Deps: d,
		logins:    ratelimit.New(5, 30*time.Second, 50_000, d.Clock),
		addresses: ratelimit.New(30, 2*time.Second, 50_000, d.Clock),
		uses:      &useLog{noted: map[ids.Token]time.Time{}},
	}
}

// NewPerson is somebody who is to sign in.
type NewPerson struct {
	Email, Name, Password string
}

// CreateAccount adds a person who can sign in. A placeholder with the same address is claimed: it keeps its identifier and with it
// everything that an import attributed to it.
func (p *Product) CreateAccount(ctx context.Context, org ids.Org, n NewPerson) (ids.Account, error) {
	if err := password.Check(n.Password); err != nil {
		return ids.Account{}, err
	}
	hash, err := password.Hash(n.Password)
	if err != nil {
		return ids.Account{}, err
	}
	var id ids.Account
	err = p.Volume(org).Write(ctx, func(tx *volume.Tx) error {
		a, err := account.ByEmail(ctx, tx, n.Email)
		switch {
		case err == nil && a.Placeholder:
			err = account.Claim(ctx, tx, a.ID, n.Name)
		case err == nil:
			return fault.Conflict("Somebody has the address %s already.", n.Email)
		case fault.Is(err, fault.KindNotFound):
			a, err = account.Create(ctx, tx, account.Account{Email: n.Email, Name: n.Name, Active: true})
		}
		if err != nil {
			return err
		}
		id = a.ID
		return password.Store(ctx, tx, a.ID, hash)
	})
	return id, err
}

// SetRole gives an account a role on a site.
func (p *Product) SetRole(ctx context.Context, org ids.Org, site ids.Site, who ids.Account, r role.Role) error {
	return p.Volume(org).Write(ctx, func(tx *volume.Tx) error { return role.Set(ctx, tx, site, who.String(), r) })
}

// SetRoleForAll gives an account a role on every site that the organization makes from now on.
func (p *Product) SetRoleForAll(ctx context.Context, org ids.Org, who ids.Account, r role.Role) error {
	return p.Volume(org).Write(ctx, func(tx *volume.Tx) error { return role.SetForAll(ctx, tx, org, who.String(), r) })
}

// Welcome gives those who have a role on all sites of the organization theirs on a new one.
func (p *Product) Welcome(ctx context.Context, org ids.Org, site ids.Site) error {
	return p.Volume(org).Write(ctx, func(tx *volume.Tx) error { return role.Welcome(ctx, tx, org, site) })
}

// CreateToken makes an API token for the person with an address.
func (p *Product) CreateToken(ctx context.Context, org ids.Org, email, label string, lifetime time.Duration) (secret string, err error) {
	err = p.Volume(org).Write(ctx, func(tx *volume.Tx) error {
		a, err := account.ByEmail(ctx, tx, email)
		if err != nil {
			return err
		}
		secret, _, err = token.Create(ctx, tx, a.ID, label, lifetime)
		return err
	})
	return secret, err
}

// AccountByEmail gives the person with an address.
func (p *Product) AccountByEmail(ctx context.Context, org ids.Org, email string) (a *account.Account, err error) {
	err = p.Volume(org).Read(ctx, func(tx *volume.Tx) error {
		a, err = account.ByEmail(ctx, tx, email)
		return err
	})
	return a, err
}

// login checks an address and a password. The answer is the same, and takes as long, whichever of them is wrong.
func (p *Product) login(ctx context.Context, org ids.Org, email, pw, from string) (*account.Account, time.Duration, error) {
	if wait, ok := p.addresses.Take(from); !ok {
		return nil, wait, fault.New(fault.KindRateLimited, "Too many tries; wait a moment.")
	}
	key := org.String() + "\x00" + email
	if wait, ok := p.logins.Take(key); !ok {
		return nil, wait, fault.New(fault.KindRateLimited, "Too many tries for this address; wait a moment.")
	}
	var a *account.Account
	var stored string
	err := p.Volume(org).Read(ctx, func(tx *volume.Tx) (err error) {
		if a, err = account.ByEmail(ctx, tx, email); err != nil {
			return err
		}
		stored, err = password.Stored(ctx, tx, a.ID)
		return err
	})
	if err != nil && !fault.Is(err, fault.KindNotFound) && !errors.Is(err, storage.ErrNoRows) {
		return nil, 0, err
	}
	if !password.Matches(stored, pw) || a == nil || !a.Active {
		return nil, 0, fault.Unauthenticated("The address or the password is wrong.")
	}
	p.logins.Reset(key)
	return a, 0, nil
}
