// Package version keeps the releases of projects, in their order.
package version

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/sequence"
)

var (
	qInsert = storage.Register("tracker/version.insert", `INSERT INTO version (id, project_id, name, name_key, description, released, archived, start_day, release_day, position) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
	qUpdate = storage.Register("tracker/version.update", `UPDATE version SET name = $2, name_key = $3, description = $4, released = $5, archived = $6, start_day = $7, release_day = $8 WHERE id = $1`)
	qPlace  = storage.Register("tracker/version.place", `UPDATE version SET position = $2 WHERE id = $1`)
	qDelete = storage.Register("tracker/version.delete", `DELETE FROM version WHERE id = $1`)
	qIssues = storage.Register("tracker/issue_version.issues", `SELECT DISTINCT issue_id FROM issue_version WHERE version_id = $1 ORDER BY issue_id`)
	qCount  = storage.Register("tracker/issue_version.count", `SELECT count(*) FROM issue_version WHERE version_id = $1 AND role = $2`)
	qOpen   = storage.Register("tracker/issue_version.unresolved", `SELECT count(*) FROM issue_version v JOIN issue i ON i.id = v.issue_id WHERE v.version_id = $1 AND v.role = 'fix' AND i.resolution_id IS NULL`)
)

// Check tells what is wrong with a version, by field.
func Check(p *catalog.Project, v *catalog.Version) error {
	v.Name = strings.TrimSpace(v.Name)
	switch other := p.FindVersion(v.Name); {
	case v.Name == "":
		return fault.Invalid("name", "You must specify a valid version name")
	case len(v.Name) > 255:
		return fault.Invalid("name", "The version name must not exceed 255 characters in length.")
	case other != nil && other.ID != v.ID && strings.EqualFold(other.Name, v.Name):
		return fault.Invalid("name", "A version with this name already exists in this project.")
	}
	for field, day := range map[string]string{"startDate": v.StartDay, "releaseDate": v.ReleaseDay} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return fault.Invalid(field, "Please enter the date in the following format: yyyy-MM-dd")
		}
	}
	if v.StartDay != "" && v.ReleaseDay != "" && v.StartDay > v.ReleaseDay {
		return fault.Invalid("startDate", "The start date can't be after the release date.")
	}
	return nil
}

// Create adds a version behind the others of its project. An identifier of 0 asks for a new one.
func Create(ctx context.Context, tx *volume.Tx, p *catalog.Project, v *catalog.Version) (err error) {
	if v.ID == 0 {
		if v.ID, err = sequence.Next(ctx, tx, sequence.ID, 1); err != nil {
			return err
		}
	}
	if n := len(p.Versions); n > 0 && v.Position == 0 {
		v.Position = p.Versions[n-1].Position + 1
	}
	_, err = tx.Exec(ctx, qInsert, v.ID, v.ProjectID, v.Name, strings.ToLower(v.Name), v.Description, bit(v.Released), bit(v.Archived), orNull(v.StartDay), orNull(v.ReleaseDay), v.Position)
	if errors.Is(err, storage.ErrUnique) {
		return fault.Invalid("name", "A version with this name already exists in this project.")
	}
	return err
}

// Update writes a version back, but its position.
func Update(ctx context.Context, tx *volume.Tx, v *catalog.Version) error {
	_, err := tx.Exec(ctx, qUpdate, v.ID, v.Name, strings.ToLower(v.Name), v.Description, bit(v.Released), bit(v.Archived), orNull(v.StartDay), orNull(v.ReleaseDay))
	return err
}

// Order puts the versions of a project into an order.
func Order(ctx context.Context, tx *volume.Tx, versions []*catalog.Version) error {
	for i, v := range versions {
		if v.Position == int64(i) {
			continue
		}
		if _, err := tx.Exec(ctx, qPlace, v.ID, i); err != nil {
			return err
		}
	}
	return nil
}

// Delete removes a version. Issues that were to be fixed in it get fix, those that it affected get affects; nil takes it off them.
func Delete(ctx context.Context, tx *volume.Tx, c *catalog.Catalog, actor string, names issue.Names, v, fix, affects *catalog.Version) error {
	ids, err := storage.All(ctx, tx.Tx, qIssues, func(r *storage.Rows) (id int64, err error) { return id, r.Scan(&id) }, v.ID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		i, err := issue.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		patch := issue.Patch{FixVersions: swap(i.FixVersions, v, fix), Affects: swap(i.Affects, v, affects)}
		if err := issue.Edit(ctx, tx, c, actor, names, i, patch); err != nil {
			return fmt.Errorf("take version off issue %d: %w", id, err)
		}
	}
	_, err = tx.Exec(ctx, qDelete, v.ID)
	return err
}

func swap(has []int64, v, to *catalog.Version) (l issue.List[int64]) {
	for _, id := range has {
		if id == v.ID {
			l.Remove = []int64{v.ID}
			if to != nil {
				l.Add = []int64{to.ID}
			}
		}
	}
	return l
}

// Counts gives how many issues are to be fixed in a version, how many of them are unresolved, and how many it affects.
func Counts(ctx context.Context, tx *volume.Tx, id int64) (fixed, unresolved, affected int64, err error) {
	if err = tx.Get(ctx, qCount, []any{id, issue.RoleFix}, &fixed); err != nil {
		return 0, 0, 0, err
	}
	if err = tx.Get(ctx, qOpen, []any{id}, &unresolved); err != nil {
		return 0, 0, 0, err
	}
	err = tx.Get(ctx, qCount, []any{id, issue.RoleAffects}, &affected)
	return fixed, unresolved, affected, err
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
