// Package custom keeps what the buttons of alerts do: an alert names its actions, and an action that the site knows by that name calls an address. It
// calls nothing itself: the engine does, as a job with tries, and the alert's log says how it went.
package custom

import (
	"context"
	"errors"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/webhook"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/channel"
)

// Action is one button: the address that is called when somebody presses it on an alert that has it.
type Action struct {
	ID, Name, URL    string
	Secret           string // signs the calls, as Standard Webhooks says
	Enabled          bool
	Created, Updated time.Time
}

// maxActions bounds how many a site has.
const maxActions = 200

const columns = `id, name, url, secret, enabled, created_us, updated_us`

var (
	qAll    = storage.Register("oncall/custom_action.list", `SELECT `+columns+` FROM custom_action ORDER BY name LIMIT 200`)
	qByID   = storage.Register("oncall/custom_action.by_id", `SELECT `+columns+` FROM custom_action WHERE id = $1`)
	qByName = storage.Register("oncall/custom_action.by_name", `SELECT `+columns+` FROM custom_action WHERE name = $1`)
	qPut    = storage.Register("oncall/custom_action.put", `INSERT INTO custom_action (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url, secret = excluded.secret, enabled = excluded.enabled, updated_us = excluded.updated_us`)
	qDrop = storage.Register("oncall/custom_action.delete", `DELETE FROM custom_action WHERE id = $1`)
)

func scan(r *storage.Rows) (*Action, error) {
	a := &Action{}
	var enabled, created, updated int64
	err := r.Scan(&a.ID, &a.Name, &a.URL, &a.Secret, &enabled, &created, &updated)
	a.Enabled, a.Created, a.Updated = enabled == 1, clock.FromMicros(created), clock.FromMicros(updated)
	return a, err
}

// List gives every action by name; a site has 200 at most.
func List(ctx context.Context, tx *volume.Tx) ([]*Action, error) {
	return storage.All(ctx, tx.Tx, qAll, scan)
}

// Get gives an action by ID.
func Get(ctx context.Context, tx *volume.Tx, id string) (*Action, error) {
	a, err := storage.One(ctx, tx.Tx, qByID, scan, id)
	if errors.Is(err, storage.ErrNoRows) {
		return nil, fault.NotFound("There is no such action.")
	}
	return a, err
}

// Named gives the action of a name, nil when the site knows none.
func Named(ctx context.Context, tx *volume.Tx, name string) (*Action, error) {
	a, err := storage.One(ctx, tx.Tx, qByName, scan, name)
	if errors.Is(err, storage.ErrNoRows) {
		return nil, nil
	}
	return a, err
}

// Save makes or changes an action. One without a secret gets one.
func Save(ctx context.Context, tx *volume.Tx, a *Action) error {
	if a.Name = strings.TrimSpace(a.Name); a.Name == "" || len([]rune(a.Name)) > alert.MaxAction {
		return fault.Invalid("name", "name needs 1 to %d characters.", alert.MaxAction)
	}
	if err := webhook.CheckURL(a.URL); err != nil {
		return fault.Invalid("url", "%s", err)
	}
	if len(a.Secret) > 200 {
		return fault.Invalid("secret", "secret can have at most 200 characters.")
	}
	if a.Secret == "" {
		a.Secret = channel.NewSecret()
	}
	a.Updated = tx.Now()
	if a.ID == "" {
		all, err := List(ctx, tx)
		if err != nil {
			return err
		}
		if len(all) >= maxActions {
			return fault.Bad("A site has at most %d actions.", maxActions)
		}
		a.ID, a.Created = alert.NewID(tx.Now()), tx.Now()
	}
	enabled := 0
	if a.Enabled {
		enabled = 1
	}
	_, err := tx.Exec(ctx, qPut, a.ID, a.Name, a.URL, a.Secret, enabled, clock.Micros(a.Created), clock.Micros(a.Updated))
	if errors.Is(err, storage.ErrUnique) {
		return fault.Conflict("There is an action %q already.", a.Name)
	}
	return err
}

// Delete forgets an action. Alerts keep its name.
func Delete(ctx context.Context, tx *volume.Tx, id string) error {
	_, err := tx.Exec(ctx, qDrop, id)
	return err
}
