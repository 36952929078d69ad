package issue

import (
	"context"
	"fmt"
	"strings"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

var (
	qLabel        = storage.Register("tracker/issue_label.insert", `INSERT INTO issue_label (issue_id, label) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qUnlabel      = storage.Register("tracker/issue_label.delete", `DELETE FROM issue_label WHERE issue_id = $1 AND label = $2`)
	qComponent    = storage.Register("tracker/issue_component.insert", `INSERT INTO issue_component (issue_id, component_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qUncomponent  = storage.Register("tracker/issue_component.delete", `DELETE FROM issue_component WHERE issue_id = $1 AND component_id = $2`)
	qVersion      = storage.Register("tracker/issue_version.insert", `INSERT INTO issue_version (issue_id, role, version_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
	qUnversion    = storage.Register("tracker/issue_version.delete", `DELETE FROM issue_version WHERE issue_id = $1 AND role = $2 AND version_id = $3`)
	qValues       = storage.Register("tracker/issue_value.by_issue", `SELECT issue_id, field_id, value FROM issue_value WHERE issue_id = $1 ORDER BY field_id, position`)
	qValuesOf     = byIDs("tracker/issue_value.by_ids", `SELECT issue_id, field_id, value FROM issue_value WHERE issue_id`, `ORDER BY issue_id, field_id, position`)
	qAddValue     = storage.Register("tracker/issue_value.insert", `INSERT INTO issue_value (issue_id, field_id, position, value, sort) VALUES ($1, $2, $3, $4, $5)`)
	qDeleteValues = storage.Register("tracker/issue_value.delete", `DELETE FROM issue_value WHERE issue_id = $1 AND field_id = $2`)
)

// The roles of versions.
const (
	RoleFix     = "fix"
	RoleAffects = "affects"
)

// WriteLists adds the rows of a new issue's labels, components and versions.
func WriteLists(ctx context.Context, tx *volume.Tx, i *Issue) error {
	return syncLists(ctx, tx, i, &Issue{ID: i.ID})
}

// syncLists makes the rows of the lists follow the issue, which was old before.
func syncLists(ctx context.Context, tx *volume.Tx, i, old *Issue) error {
	err := diff(old.Labels, i.Labels,
		func(l string) error { return tx.Insert(ctx, qLabel, i.ID, l) },
		func(l string) error { _, err := tx.Exec(ctx, qUnlabel, i.ID, l); return err })
	if err != nil {
		return fmt.Errorf("labels of issue %d: %w", i.ID, err)
	}
	err = diff(old.Components, i.Components,
		func(c int64) error { return tx.Insert(ctx, qComponent, i.ID, c) },
		func(c int64) error { _, err := tx.Exec(ctx, qUncomponent, i.ID, c); return err })
	if err != nil {
		return fmt.Errorf("components of issue %d: %w", i.ID, err)
	}
	for _, v := range []struct {
		role     string
		old, now []int64
	}{{RoleFix, old.FixVersions, i.FixVersions}, {RoleAffects, old.Affects, i.Affects}} {
		err := diff(v.old, v.now,
			func(id int64) error { return tx.Insert(ctx, qVersion, i.ID, v.role, id) },
			func(id int64) error { _, err := tx.Exec(ctx, qUnversion, i.ID, v.role, id); return err })
		if err != nil {
			return fmt.Errorf("versions of issue %d: %w", i.ID, err)
		}
	}
	return nil
}

// diff calls add for what is new and remove for what is gone.
func diff[T comparable](old, now []T, add, remove func(T) error) error {
	was, is := map[T]bool{}, map[T]bool{}
	for _, v := range old {
		was[v] = true
	}
	for _, v := range now {
		is[v] = true
		if !was[v] {
			if err := add(v); err != nil {
				return err
			}
		}
	}
	for _, v := range old {
		if !is[v] {
			if err := remove(v); err != nil {
				return err
			}
		}
	}
	return nil
}

// Values gives the custom field values of an issue, by field.
func Values(ctx context.Context, tx *volume.Tx, id int64) (map[int64][]string, error) {
	all, err := values(ctx, tx, qValues, id)
	return all[id], err
}

// ValuesByIDs gives the custom field values of several issues, by issue and field.
func ValuesByIDs(ctx context.Context, tx *volume.Tx, ids []int64) (map[int64]map[int64][]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return values(ctx, tx, qValuesOf, commas(ids))
}

func values(ctx context.Context, tx *volume.Tx, q *storage.Query, arg any) (map[int64]map[int64][]string, error) {
	rows, err := tx.Query(ctx, q, arg)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]map[int64][]string{}
	for rows.Next() {
		var issue, field int64
		var v string
		if err := rows.Scan(&issue, &field, &v); err != nil {
			return nil, err
		}
		if out[issue] == nil {
			out[issue] = map[int64][]string{}
		}
		out[issue][field] = append(out[issue][field], v)
	}
	return out, rows.Err()
}

// WriteValues replaces the values of one custom field.
func WriteValues(ctx context.Context, tx *volume.Tx, issue, field int64, old int, values, sorts []string) error {
	if old > 0 {
		if _, err := tx.Exec(ctx, qDeleteValues, issue, field); err != nil {
			return fmt.Errorf("values of issue %d: %w", issue, err)
		}
	}
	for n, v := range values {
		if err := tx.Insert(ctx, qAddValue, issue, field, n, v, sorts[n]); err != nil {
			return fmt.Errorf("values of issue %d: %w", issue, err)
		}
	}
	return nil
}

// searchText gives the part of the custom values that search reads.
func searchText(parts []string) string {
	s := strings.Join(parts, "\n")
	if len(s) > 50_000 {
		s = strings.ToValidUTF8(s[:50_000], "")
	}
	return s
}
