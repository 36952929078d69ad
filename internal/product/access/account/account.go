// Package account keeps the people of an organization.
package account

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Account is a person. A placeholder was named by an import and cannot sign in until somebody claims its address.
type Account struct {
	ID          ids.Account
	Email       string
	Name        string
	Active      bool
	Placeholder bool
	TimeZone    string
	Locale      string
	Created     time.Time
}

const columns = `id, coalesce(email, ''), name, active, placeholder, time_zone, locale, created_us`

var (
	qInsert = storage.Register("access/account.insert", `INSERT INTO account (id, email, email_key, name, name_key, active, placeholder, time_zone, locale, created_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
	qGet        = storage.Register("access/account.get", `SELECT `+columns+` FROM account WHERE id = $1`)
	qByEmail    = storage.Register("access/account.by_email", `SELECT `+columns+` FROM account WHERE email_key = $1`)
	qAll        = storage.Register("access/account.all", `SELECT `+columns+` FROM account ORDER BY name_key, id`)
	qWord       = storage.Register("access/account_word.insert", `INSERT INTO account_word (word, account) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qForeign    = storage.Register("access/account_foreign.get", `SELECT account FROM account_foreign WHERE foreign_key = $1`)
	qAddForeign = storage.Register("access/account_foreign.insert", `INSERT INTO account_foreign (foreign_key, account) VALUES ($1, $2)`)
	qSearch     = storage.Register("access/account.search", `SELECT DISTINCT a.name_key, a.id FROM account_word w JOIN account a ON a.id = w.account
		WHERE w.word >= $1 AND w.word < $2 ORDER BY a.name_key, a.id LIMIT $3 OFFSET $4`)
	qCount = storage.Register("access/account.count", `SELECT count(DISTINCT account) FROM account_word WHERE word >= $1 AND word < $2`)
)

func scan(r *storage.Rows) (*Account, error) {
	a := &Account{}
	var active, placeholder, created int64
	err := r.Scan(&a.ID, &a.Email, &a.Name, &active, &placeholder, &a.TimeZone, &a.Locale, &created)
	a.Active, a.Placeholder, a.Created = active == 1, placeholder == 1, clock.FromMicros(created)
	return a, err
}

// Create adds a person. The address is optional for placeholders only.
func Create(ctx context.Context, tx *volume.Tx, a Account) (*Account, error) {
	a.Email, a.Name = strings.TrimSpace(a.Email), strings.TrimSpace(a.Name)
	if a.Email != "" || !a.Placeholder {
		if p, err := mail.ParseAddress(a.Email); err != nil || p.Address != a.Email || len(a.Email) > 254 {
			return nil, fault.Invalid("email", "%.60q is no mail address.", a.Email)
		}
	}
	if a.Name == "" || len(a.Name) > 200 {
		return nil, fault.Invalid("name", "A person needs a name of at most 200 bytes.")
	}
	if a.ID.IsZero() {
		a.ID = ids.New[ids.Account](tx.Now())
	}
	if a.TimeZone == "" {
		a.TimeZone = "UTC"
	}
	if a.Locale == "" {
		a.Locale = "en_US"
	}
	a.Created = tx.Now()
	var email, key any
	if a.Email != "" {
		email, key = a.Email, strings.ToLower(a.Email)
	}
	_, err := tx.Exec(ctx, qInsert, a.ID, email, key, a.Name, strings.ToLower(a.Name), flag(a.Active), flag(a.Placeholder), a.TimeZone, a.Locale, clock.Micros(a.Created))
	if errors.Is(err, storage.ErrUnique) {
		return nil, fault.Wrap(err, fault.KindConflict, "Somebody has the address %s already.", a.Email)
	}
	if err != nil {
		return nil, fmt.Errorf("create account: %w", err)
	}
	for _, w := range words(a.Name + " " + a.Email) {
		if _, err := tx.Exec(ctx, qWord, w, a.ID); err != nil {
			return nil, fmt.Errorf("index account: %w", err)
		}
	}
	return &a, nil
}

// words gives what search finds a person by: every word in lower case, and the whole address.
func words(text string) []string {
	text = strings.ToLower(text)
	out := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return append(out, strings.Fields(text)...)
}

// Get gives a person, fault.KindNotFound when there is none.
func Get(ctx context.Context, tx *volume.Tx, id ids.Account) (*Account, error) {
	return one(storage.All(ctx, tx.Tx, qGet, scan, id))
}

// ByEmail gives the person with an address, whatever its case.
func ByEmail(ctx context.Context, tx *volume.Tx, email string) (*Account, error) {
	return one(storage.All(ctx, tx.Tx, qByEmail, scan, strings.ToLower(strings.TrimSpace(email))))
}

func one(as []*Account, err error) (*Account, error) {
	if err != nil {
		return nil, err
	}
	if len(as) == 0 {
		return nil, fault.NotFound("There is no such account.")
	}
	return as[0], nil
}

type everybody struct{}

// All gives everybody by identifier, remembered until somebody changes. People are few enough to be kept in memory: 20,000 take about 6 MB.
func All(ctx context.Context, tx *volume.Tx) (map[string]*Account, error) {
	return volume.Memo(ctx, tx, everybody{}, []string{"account"}, func() (map[string]*Account, error) {
		as, err := storage.All(ctx, tx.Tx, qAll, scan)
		if err != nil {
			return nil, err
		}
		m := make(map[string]*Account, len(as))
		for _, a := range as {
			m[a.ID.String()] = a
		}
		return m, nil
	})
}

// Search gives people by the start of a word of their name or address, by name; everybody for an empty query.
func Search(ctx context.Context, tx *volume.Tx, query string, startAt, limit int) (found []*Account, total int, err error) {
	q := strings.ToLower(strings.TrimSpace(query))
	first := q
	if f := strings.Fields(q); len(f) > 0 {
		first = f[0]
	}
	end := first + "\U0010ffff"
	if err := tx.Get(ctx, qCount, []any{first, end}, &total); err != nil {
		return nil, 0, err
	}
	all, err := All(ctx, tx)
	if err != nil {
		return nil, 0, err
	}
	rows, err := tx.Query(ctx, qSearch, first, end, limit, startAt)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, id string
		if err := rows.Scan(&name, &id); err != nil {
			return nil, 0, err
		}
		if a := all[id]; a != nil && matchesAll(a, q) {
			found = append(found, a)
		}
	}
	return found, total, rows.Err()
}

// matchesAll tells whether every word of the query starts a word of the person.
func matchesAll(a *Account, q string) bool {
	have := words(a.Name + " " + a.Email)
	for _, w := range strings.Fields(q) {
		ok := false
		for _, h := range have {
			ok = ok || strings.HasPrefix(h, w)
		}
		if !ok {
			return false
		}
	}
	return true
}

// Foreign is somebody whom an export of another system names.
type Foreign struct {
	Key    string
	Name   string
	Email  string
	Active bool
}

// Ensure gives the account of a foreign person: the one given before, the one with the address, else a new placeholder.
func Ensure(ctx context.Context, tx *volume.Tx, f Foreign) (ids.Account, error) {
	var id ids.Account
	err := tx.Get(ctx, qForeign, []any{f.Key}, &id)
	if err == nil || !errors.Is(err, storage.ErrNoRows) {
		return id, err
	}
	if p, perr := mail.ParseAddress(f.Email); perr != nil || p.Address != f.Email {
		f.Email = "" // exports hide or mangle addresses; a person without one is still a person
	}
	if f.Email != "" {
		a, err := ByEmail(ctx, tx, f.Email)
		if err != nil && !fault.Is(err, fault.KindNotFound) {
			return id, err
		}
		if a != nil {
			id = a.ID
		}
	}
	if id.IsZero() {
		name := f.Name
		if name == "" {
			name = f.Key
		}
		if len(name) > 200 {
			name = strings.ToValidUTF8(name[:200], "")
		}
		a, err := Create(ctx, tx, Account{Name: name, Email: f.Email, Active: f.Active, Placeholder: true})
		if err != nil {
			return id, err
		}
		id = a.ID
	}
	_, err = tx.Exec(ctx, qAddForeign, f.Key, id)
	return id, err
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

var qClaim = storage.Register("access/account.claim", `UPDATE account SET placeholder = 0, active = 1, name = $2, name_key = $3 WHERE id = $1`)

// Claim makes a placeholder a person who can sign in.
func Claim(ctx context.Context, tx *volume.Tx, id ids.Account, name string) error {
	if _, err := tx.Exec(ctx, qClaim, id, name, strings.ToLower(name)); err != nil {
		return err
	}
	for _, w := range words(name) {
		if _, err := tx.Exec(ctx, qWord, w, id); err != nil {
			return err
		}
	}
	return nil
}
