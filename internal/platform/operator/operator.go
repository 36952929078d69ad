// Package operator keeps those who run the installation: who they are, how they prove it, and which of them own it. Two of them have to agree on a
// run of maintenance, so each proves themselves with a token of their own, kept as a hash in the control database. It promises that a disabled
// operator proves nothing from the next call on; what operators may do is decided where it is done.
package operator

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the steps of the schema, which belongs to the control database.
func Migrations() []storage.Migration {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return storage.Migrations("operator", files)
}

// Tables of the control database that are this package's.
var Tables = []storage.Table{{Name: "operator"}, {Name: "operator_session"}}

// Operator is somebody who runs the installation.
type Operator struct {
	Name    string    `json:"name"`
	Email   string    `json:"email"`
	Owner   bool      `json:"owner"` // answers for the installation: is told of breakglass and of vanished tenants
	Created time.Time `json:"created"`
	Active  bool      `json:"active"`
}

const columns = `name, email, owner, created_us, disabled_us`

var (
	qInsert  = storage.Register("operator/insert", `INSERT INTO operator (name, email, token_hash, owner, created_us, disabled_us) VALUES ($1, $2, $3, $4, $5, NULL)`)
	qList    = storage.Register("operator/all", `SELECT `+columns+` FROM operator ORDER BY name`)
	qByHash  = storage.Register("operator/by_hash", `SELECT `+columns+` FROM operator WHERE token_hash = $1`)
	qDisable = storage.Register("operator/disable", `UPDATE operator SET disabled_us = $2 WHERE name = $1 AND disabled_us IS NULL`)
)

var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)

// prefix lets scanners for leaked secrets recognise a token.
const prefix = "hfop_"

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Create adds an operator and gives their token, which nobody can read again.
func Create(ctx context.Context, tx *volume.Tx, name, email string, owner bool) (token string, err error) {
	if !validName.MatchString(name) {
		return "", fault.Invalid("name", "An operator's name has 1 to 63 lower-case letters, digits, dots, hyphens and underscores; %.80q has not.", name)
	}
	raw := make([]byte, 25)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	token = prefix + strings.ToLower(base32.StdEncoding.EncodeToString(raw))
	flag := 0
	if owner {
		flag = 1
	}
	_, err = tx.Exec(ctx, qInsert, name, email, hash(token), flag, clock.Micros(tx.Now()))
	if errors.Is(err, storage.ErrUnique) {
		return "", fault.Wrap(err, fault.KindConflict, "There is an operator %q already.", name)
	}
	return token, err
}

// Find gives the operator of a token, fault.KindUnauthenticated when there is none or they were disabled.
func Find(ctx context.Context, tx *volume.Tx, token string) (Operator, error) {
	o, err := storage.One(ctx, tx.Tx, qByHash, scan, hash(token))
	if errors.Is(err, storage.ErrNoRows) || err == nil && !o.Active {
		return Operator{}, fault.Unauthenticated("The operator token is not valid.")
	}
	return o, err
}

// All lists the operators, by name; there are few.
func All(ctx context.Context, tx *volume.Tx) ([]Operator, error) {
	return storage.All(ctx, tx.Tx, qList, scan)
}

// Disable ends what an operator can prove.
func Disable(ctx context.Context, tx *volume.Tx, name string) error {
	n, err := tx.Exec(ctx, qDisable, name, clock.Micros(tx.Now()))
	if err == nil && n == 0 {
		return fault.NotFound("There is no active operator %q.", name)
	}
	return err
}

func scan(r *storage.Rows) (o Operator, err error) {
	var owner, created int64
	var disabled *int64
	err = r.Scan(&o.Name, &o.Email, &owner, &created, &disabled)
	o.Owner, o.Created, o.Active = owner != 0, clock.FromMicros(created), disabled == nil
	return o, err
}
