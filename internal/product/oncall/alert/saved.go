package alert

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/query"
)

// SavedSearch is a query with a name.
type SavedSearch struct {
	ID, Name, Description, Query string
	Owner                        string      // of whom; an account, empty for nobody's
	Teams                        []Responder // whom it is for
	Created, Updated             time.Time
}

const savedColumns = `id, name, description, query, owner, teams, created_us, updated_us`

// maxSaved bounds the saved searches of a site.
const maxSaved = 1000

var (
	qSaved       = storage.Register("oncall/saved_search.list", `SELECT `+savedColumns+` FROM saved_search ORDER BY name LIMIT 1000`)
	qSavedByID   = storage.Register("oncall/saved_search.by_id", `SELECT `+savedColumns+` FROM saved_search WHERE id = $1`)
	qSavedByName = storage.Register("oncall/saved_search.by_name", `SELECT `+savedColumns+` FROM saved_search WHERE name = $1`)
	qSavedInsert = storage.Register("oncall/saved_search.insert", `INSERT INTO saved_search (`+savedColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`)
	qSavedUpdate = storage.Register("oncall/saved_search.update", `UPDATE saved_search SET name = $2, description = $3, query = $4, owner = $5, teams = $6, updated_us = $7 WHERE id = $1`)
	qSavedDelete = storage.Register("oncall/saved_search.delete", `DELETE FROM saved_search WHERE id = $1`)
)

// SavedSearches lists all by name; a site has at most a thousand.
func SavedSearches(ctx context.Context, tx *volume.Tx) ([]*SavedSearch, error) {
	return storage.All(ctx, tx.Tx, qSaved, scanSaved)
}

// FindSaved gives a saved search by "id" or "name".
func FindSaved(ctx context.Context, tx *volume.Tx, identifier, identifierType string) (*SavedSearch, error) {
	q := qSavedByID
	if identifierType == "name" {
		q = qSavedByName
	}
	s, err := storage.One(ctx, tx.Tx, q, scanSaved, identifier)
	if errors.Is(err, storage.ErrNoRows) {
		return nil, fault.NotFound("Saved search does not exist")
	}
	return s, err
}

func scanSaved(r *storage.Rows) (*SavedSearch, error) {
	s := &SavedSearch{}
	var teams string
	var created, updated int64
	if err := r.Scan(&s.ID, &s.Name, &s.Description, &s.Query, &s.Owner, &teams, &created, &updated); err != nil {
		return nil, err
	}
	s.Created, s.Updated = clock.FromMicros(created), clock.FromMicros(updated)
	if teams == "" {
		return s, nil
	}
	return s, json.Unmarshal([]byte(teams), &s.Teams)
}

// PutSaved adds a saved search, or writes one back that has an ID.
func PutSaved(ctx context.Context, tx *volume.Tx, s *SavedSearch) error {
	s.Name = strings.TrimSpace(s.Name)
	switch {
	case s.Name == "" || tooLong(s.Name, 100):
		return fault.Invalid("name", "Name needs 1 to 100 characters.")
	case tooLong(s.Description, MaxDescription):
		return fault.Invalid("description", "Description can not be longer than %d characters.", MaxDescription)
	case strings.TrimSpace(s.Query) == "" || tooLong(s.Query, 1000):
		return fault.Invalid("query", "Query needs 1 to 1000 characters.")
	case len(s.Teams) > 20:
		return fault.Invalid("teams", "There can be at most 20 teams.")
	}
	if _, err := query.Compile(s.Query, tx.Now()); err != nil {
		return fault.Invalid("query", "%s", err)
	}
	same, err := storage.All(ctx, tx.Tx, qSavedByName, scanSaved, s.Name)
	if err != nil {
		return err
	}
	if len(same) > 0 && same[0].ID != s.ID {
		return fault.Conflict("A saved search with this name exists already.")
	}
	s.Updated = tx.Now()
	if s.ID != "" {
		_, err := tx.Exec(ctx, qSavedUpdate, s.ID, s.Name, s.Description, s.Query, s.Owner, list(s.Teams), clock.Micros(s.Updated))
		return err
	}
	all, err := SavedSearches(ctx, tx)
	if err != nil {
		return err
	}
	if len(all) >= maxSaved {
		return fault.Bad("A site has at most %d saved searches.", maxSaved)
	}
	s.ID, s.Created = NewID(tx.Now()), tx.Now()
	_, err = tx.Exec(ctx, qSavedInsert, s.ID, s.Name, s.Description, s.Query, s.Owner, list(s.Teams), clock.Micros(s.Created))
	return err
}

// DeleteSaved removes a saved search.
func DeleteSaved(ctx context.Context, tx *volume.Tx, id string) error {
	_, err := tx.Exec(ctx, qSavedDelete, id)
	return err
}
