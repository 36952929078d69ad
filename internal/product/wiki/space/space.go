// Package space keeps the spaces of the wiki and who may do what in them. All of them are remembered in memory with the open volume, since every
// answer depends on them.
package space

import (
	"context"
	"regexp"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
)

// The types and states of a space.
const (
	Global   = "global"
	Personal = "personal"

	Current  = "current"
	Archived = "archived"
	Trashed  = "trashed"
)

// Space is a space.
type Space struct {
	ID          int64
	Key         string
	Alias       string
	Name        string
	Description string // plain text
	Icon        string // an emoji, or empty
	Type        string
	Status      string
	Owner       string // account of a personal space
	HomepageID  int64
	Author      string
	Created     time.Time
	Updated     time.Time
	Permissions []Permission
}

// Permission lets a subject do something in a space.
type Permission struct {
	ID          int64
	SubjectType string // user, group, everyone, anonymous
	Subject     string // account, group, or empty
	Operation   string // read, create, delete, administer, …
	Target      string // space, page, blogpost, comment, attachment
}

// The types of subject.
const (
	User     = "user"
	Group    = "group"
	Everyone = "everyone" // all members of the site
)

// Spaces are all spaces of a site. The value is shared: nobody may change it.
type Spaces struct {
	All   []*Space // by name
	byID  map[int64]*Space
	byKey map[string]*Space // by key in lower case
}

const columns = `id, key, alias, name, description, icon, type, status, coalesce(owner, ''), coalesce(homepage_id, 0), coalesce(author, ''), created_us, updated_us`

var (
	qAll         = storage.Register("wiki/space.all", `SELECT `+columns+` FROM wiki_space ORDER BY name_fold, id`)
	qPermissions = storage.Register("wiki/space_permission.all", `SELECT space_id, id, subject_type, subject, operation, target FROM wiki_space_permission`)
	qInsert      = storage.Register("wiki/space.insert", `INSERT INTO wiki_space (id, key, alias, name, name_fold, description, icon, type, status, owner, homepage_id, author, created_us, updated_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`)
	qSave  = storage.Register("wiki/space.save", `UPDATE wiki_space SET alias = $2, name = $3, name_fold = $4, description = $5, icon = $6, status = $7, homepage_id = $8, updated_us = $9, owner = $10 WHERE id = $1`)
	qGrant = storage.Register("wiki/space_permission.insert", `INSERT INTO wiki_space_permission (id, space_id, subject_type, subject, operation, target) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (space_id, subject_type, subject, operation, target) DO NOTHING`)
	qRevoke = storage.Register("wiki/space_permission.delete", `DELETE FROM wiki_space_permission WHERE space_id = $1 AND id = $2`)
)

type memoKey struct{}

// Load gives all spaces, remembered until one changes.
func Load(ctx context.Context, tx *volume.Tx) (*Spaces, error) {
	return volume.Memo(ctx, tx, memoKey{}, []string{"wiki_space", "wiki_space_permission"}, func() (*Spaces, error) { return Read(ctx, tx) })
}

// Read gives all spaces as the transaction sees them, past what is remembered: for what was written in it.
func Read(ctx context.Context, tx *volume.Tx) (*Spaces, error) {
	s := &Spaces{byID: map[int64]*Space{}, byKey: map[string]*Space{}}
	var err error
	if s.All, err = storage.All(ctx, tx.Tx, qAll, scan); err != nil {
		return nil, err
	}
	for _, sp := range s.All {
		s.byID[sp.ID], s.byKey[strings.ToLower(sp.Key)] = sp, sp
	}
	rows, err := tx.Query(ctx, qPermissions)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var p Permission
		if err := rows.Scan(&id, &p.ID, &p.SubjectType, &p.Subject, &p.Operation, &p.Target); err != nil {
			return nil, err
		}
		if sp := s.byID[id]; sp != nil {
			sp.Permissions = append(sp.Permissions, p)
		}
	}
	return s, rows.Err()
}

func scan(r *storage.Rows) (*Space, error) {
	s := &Space{}
	var created, updated int64
	err := r.Scan(&s.ID, &s.Key, &s.Alias, &s.Name, &s.Description, &s.Icon, &s.Type, &s.Status, &s.Owner, &s.HomepageID, &s.Author, &created, &updated)
	s.Created, s.Updated = clock.FromMicros(created), clock.FromMicros(updated)
	return s, err
}

// Get gives a space by identifier, nil when there is none.
func (s *Spaces) Get(id int64) *Space { return s.byID[id] }

// ByKey gives a space by key, whatever its case; nil when there is none.
func (s *Spaces) ByKey(key string) *Space { return s.byKey[strings.ToLower(key)] }

var keyForm = regexp.MustCompile(`^(~[A-Za-z0-9_.@:-]{1,254}|[A-Za-z0-9]{1,255})$`)

// CheckKey refuses what cannot be the key of a space: letters and digits, or ~ and an account for a personal space.
func CheckKey(key string) error {
	if !keyForm.MatchString(key) {
		return fault.Invalid("key", "The space key '%.60s' must be letters and digits only, 255 at most.", key)
	}
	return nil
}

// Insert adds a space as it is; importers and Create call it.
func Insert(ctx context.Context, tx *volume.Tx, s *Space) error {
	_, err := tx.Exec(ctx, qInsert, s.ID, s.Key, s.Alias, s.Name, content.Fold(s.Name), s.Description, s.Icon, s.Type, s.Status, content.OrNull(s.Owner), orNull(s.HomepageID), content.OrNull(s.Author),
		clock.Micros(s.Created), clock.Micros(s.Updated))
	return err
}

// Save writes a changed space back.
func Save(ctx context.Context, tx *volume.Tx, s *Space) error {
	s.Updated = tx.Now()
	_, err := tx.Exec(ctx, qSave, s.ID, s.Alias, s.Name, content.Fold(s.Name), s.Description, s.Icon, s.Status, orNull(s.HomepageID), clock.Micros(s.Updated), content.OrNull(s.Owner))
	return err
}

// Grant adds a permission; one that is there already stays as it is.
func Grant(ctx context.Context, tx *volume.Tx, spaceID int64, p Permission) (Permission, error) {
	var err error
	if p.ID, err = content.NextID(ctx, tx, 1); err != nil {
		return p, err
	}
	_, err = tx.Exec(ctx, qGrant, p.ID, spaceID, p.SubjectType, p.Subject, p.Operation, p.Target)
	return p, err
}

// Revoke takes a permission away; ok is false when the space has none of the identifier.
func Revoke(ctx context.Context, tx *volume.Tx, spaceID, id int64) (ok bool, err error) {
	n, err := tx.Exec(ctx, qRevoke, spaceID, id)
	return n > 0, err
}

func orNull(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}
