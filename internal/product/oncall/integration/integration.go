// Package integration is what sends alerts: its type, what its keys may do, and the ordered actions by which what it sends becomes an alert, closes one,
// acknowledges one or adds a note.
//
// It promises that a disabled integration's keys open nothing and that actions are checked when they are saved, not when somebody is waiting for the alert. It
// evaluates nothing: package incoming does.
package integration

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
)

// The types of integration, named as in Opsgenie's API. TypeIncoming is a generic webhook whose mapping is its actions.
const (
	TypeAPI        = "API"
	TypePrometheus = "Prometheus"
	TypeGrafana    = "Grafana"
	TypeEmail      = "Email"
	TypeIncoming   = "Webhook"
)

// Types lists them.
var Types = []string{TypeAPI, TypePrometheus, TypeGrafana, TypeEmail, TypeIncoming}

// Integration is one sender of alerts.
type Integration struct {
	ID, Type, Name      string
	Enabled             bool
	TeamID              string // the team that its alerts go to; empty for the site's default team
	Read, Write, Delete bool
	Configure           bool   // may also use the configuration domains of the API
	IgnoreResponders    bool   // those that requests name; its own count alone
	Suppress            bool   // nobody is told of its alerts
	Mailbox             string // local part of its mail address; only of TypeEmail
	Responders          []alert.Responder
	Actions             []Action
	Created, Updated    time.Time
}

const columns = `id, type, name, enabled, team_id, may_read, may_write, may_delete, may_configure, ignore_responders, suppress, mailbox, responders, actions, created_us, updated_us`

var (
	qInsert = storage.Register("oncall/integration.insert", `INSERT INTO integration (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)`)
	qUpdate = storage.Register("oncall/integration.update", `UPDATE integration SET name = $2, enabled = $3, team_id = $4, may_read = $5, may_write = $6, may_delete = $7, may_configure = $8, ignore_responders = $9, suppress = $10,
		mailbox = $11, responders = $12, actions = $13, updated_us = $14 WHERE id = $1`)
	qDelete     = storage.Register("oncall/integration.delete", `DELETE FROM integration WHERE id = $1`)
	qDeleteKeys = storage.Register("oncall/integration_key.delete_all", `DELETE FROM integration_key WHERE integration_id = $1`)
	qDeleteEnds = storage.Register("oncall/integration_key_end.delete_all", `DELETE FROM integration_key_end WHERE key_id IN (SELECT id FROM integration_key WHERE integration_id = $1)`)
	qAll        = storage.Register("oncall/integration.list", `SELECT `+columns+` FROM integration ORDER BY id`)
)

// MaxIntegrations bounds how many a site has, so that all are held in memory.
const MaxIntegrations = 2000

type memoKey struct{}

// All gives every integration of the site by ID. They are remembered until one changes; nobody may change what this gives.
func All(ctx context.Context, tx *volume.Tx) (map[string]*Integration, error) {
	return volume.Memo(ctx, tx, memoKey{}, []string{"integration"}, func() (map[string]*Integration, error) {
		found, err := storage.All(ctx, tx.Tx, qAll, scan)
		all := make(map[string]*Integration, len(found))
		for _, i := range found {
			all[i.ID] = i
		}
		return all, err
	})
}

// List gives the integrations of a type and team by name; empty for any.
func List(ctx context.Context, tx *volume.Tx, typ, teamID string) ([]*Integration, error) {
	all, err := All(ctx, tx)
	var out []*Integration
	for _, i := range all {
		if (typ == "" || i.Type == typ) && (teamID == "" || i.TeamID == teamID) {
			out = append(out, i)
		}
	}
	slices.SortFunc(out, func(a, b *Integration) int { return strings.Compare(a.Name+"\x01"+a.ID, b.Name+"\x01"+b.ID) })
	return out, err
}

// Get gives a copy of an integration that the caller may change and Save.
func Get(ctx context.Context, tx *volume.Tx, id string) (*Integration, error) {
	all, err := All(ctx, tx)
	if err != nil {
		return nil, err
	}
	i, ok := all[id]
	if !ok {
		return nil, fault.NotFound("No integration exists with id [%.60s]", id)
	}
	mine := *i
	return &mine, nil
}

func scan(r *storage.Rows) (*Integration, error) {
	i := &Integration{}
	var enabled, read, write, del, conf, ignore, suppress, created, updated int64
	var responders, actions string
	if err := r.Scan(&i.ID, &i.Type, &i.Name, &enabled, &i.TeamID, &read, &write, &del, &conf, &ignore, &suppress, &i.Mailbox, &responders, &actions, &created, &updated); err != nil {
		return nil, err
	}
	i.Enabled, i.Read, i.Write, i.Delete, i.Configure = enabled == 1, read == 1, write == 1, del == 1, conf == 1
	i.IgnoreResponders, i.Suppress = ignore == 1, suppress == 1
	i.Created, i.Updated = clock.FromMicros(created), clock.FromMicros(updated)
	if err := json.Unmarshal([]byte(responders), &i.Responders); err != nil {
		return nil, err
	}
	return i, json.Unmarshal([]byte(actions), &i.Actions)
}

func (i *Integration) check() error {
	i.Name = strings.TrimSpace(i.Name)
	i.Mailbox = strings.ToLower(strings.TrimSpace(i.Mailbox))
	switch {
	case i.Name == "":
		return fault.Invalid("name", "Name can not be empty.")
	case len(i.Name) > 250:
		return fault.Invalid("name", "Name can not be longer than 250 characters.")
	case !slices.Contains(Types, i.Type):
		return fault.Invalid("type", "Type should be one of [ %s ].", strings.Join(Types, ", "))
	case i.Type != TypeEmail && i.Mailbox != "":
		return fault.Invalid("emailUsername", "Only Email integrations have an address.")
	case i.Type == TypeEmail && !validMailbox(i.Mailbox):
		return fault.Invalid("emailUsername", "The address needs 1 to 64 letters, digits, dots, dashes or underscores.")
	case len(i.Responders) > alert.MaxResponders:
		return fault.Invalid("responders", "There can be at most %d responders.", alert.MaxResponders)
	}
	return CheckActions(i.Actions)
}

func validMailbox(s string) bool {
	for _, c := range s {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-_", c) {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// Create adds an integration. Its ID is made here.
func Create(ctx context.Context, tx *volume.Tx, i *Integration) error {
	if err := i.check(); err != nil {
		return err
	}
	all, err := All(ctx, tx)
	if err != nil {
		return err
	}
	if len(all) >= MaxIntegrations {
		return fault.Bad("A site has at most %d integrations.", MaxIntegrations)
	}
	if err := i.unique(ctx, tx); err != nil {
		return err
	}
	i.ID, i.Created, i.Updated = alert.NewID(tx.Now()), tx.Now(), tx.Now()
	_, err = tx.Exec(ctx, qInsert, i.ID, i.Type, i.Name, truth(i.Enabled), i.TeamID, truth(i.Read), truth(i.Write), truth(i.Delete), truth(i.Configure), truth(i.IgnoreResponders), truth(i.Suppress), i.Mailbox, encode(i.Responders), encode(i.Actions), clock.Micros(tx.Now()))
	return sameName(err)
}

// unique refuses a mailbox that another integration has, and a name. It reads the table, since what is remembered may be from before the batch.
func (i *Integration) unique(ctx context.Context, tx *volume.Tx) error {
	found, err := storage.All(ctx, tx.Tx, qAll, scan)
	if err != nil {
		return err
	}
	for _, other := range found {
		switch {
		case other.ID == i.ID:
		case other.Name == i.Name:
			return fault.Invalid("name", "There is an integration with this name already.")
		case i.Mailbox != "" && other.Mailbox == i.Mailbox:
			return fault.Invalid("emailUsername", "Another integration has this address.")
		}
	}
	return nil
}

func sameName(err error) error {
	if errors.Is(err, storage.ErrUnique) {
		return fault.Invalid("name", "There is an integration with this name already.")
	}
	return err
}

// Save writes an integration back.
func Save(ctx context.Context, tx *volume.Tx, i *Integration) error {
	if err := i.check(); err != nil {
		return err
	}
	if err := i.unique(ctx, tx); err != nil {
		return err
	}
	i.Updated = tx.Now()
	_, err := tx.Exec(ctx, qUpdate, i.ID, i.Name, truth(i.Enabled), i.TeamID, truth(i.Read), truth(i.Write), truth(i.Delete), truth(i.Configure), truth(i.IgnoreResponders), truth(i.Suppress), i.Mailbox, encode(i.Responders), encode(i.Actions), clock.Micros(tx.Now()))
	return sameName(err)
}

// Delete removes an integration with its keys. Its alerts stay.
func Delete(ctx context.Context, tx *volume.Tx, id string) error {
	for _, q := range []*storage.Query{qDeleteEnds, qDeleteKeys} {
		if _, err := tx.Exec(ctx, q, id); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, qDelete, id)
	return err
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return string(b)
}
