package field

import (
	"context"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/sequence"
)

// Bounds of the options of a field.
const (
	MaxOptions     = 10_000
	maxOptionValue = 255
)

var (
	qAddOption  = storage.Register("tracker/field_option.add", `INSERT INTO field_option (id, field_id, value, position, disabled) VALUES ($1, $2, $3, (SELECT coalesce(max(position), 0) + 1 FROM field_option WHERE field_id = $2), $4)`)
	qSaveOption = storage.Register("tracker/field_option.save", `UPDATE field_option SET value = $3, disabled = $4 WHERE id = $1 AND field_id = $2`)
)

// HasOptions tells whether a field is one of those that are chosen from options.
func HasOptions(f *catalog.Field) bool {
	return f.Type == catalog.FieldSelect || f.Type == catalog.FieldMultiSelect
}

// AddOptions adds options at the end of a field's, in their order. Their identifiers are filled in. Values are one of a kind within the field.
func AddOptions(ctx context.Context, tx *volume.Tx, f *catalog.Field, options []*catalog.Option) error {
	if len(f.Options)+len(options) > MaxOptions {
		return fault.Bad("A field has at most %d options.", MaxOptions)
	}
	taken := values(f)
	first, err := sequence.Next(ctx, tx, sequence.ID, int64(len(options)))
	if err != nil {
		return err
	}
	for i, o := range options {
		if o.Value, err = optionValue(o.Value); err != nil {
			return err
		}
		if taken[strings.ToLower(o.Value)] != 0 {
			return duplicate(o.Value)
		}
		o.ID, o.FieldID = first+int64(i), f.ID
		taken[strings.ToLower(o.Value)] = o.ID
		if _, err := tx.Exec(ctx, qAddOption, o.ID, f.ID, o.Value, bit(o.Disabled)); err != nil {
			return err
		}
	}
	return nil
}

// SaveOptions renames, disables and enables options of a field. Issues keep what they have: they name options by identifier.
func SaveOptions(ctx context.Context, tx *volume.Tx, f *catalog.Field, options []*catalog.Option) (err error) {
	taken := values(f)
	for _, o := range options { // all free their old values first: two may change places
		for _, had := range f.Options {
			if had.ID == o.ID {
				delete(taken, strings.ToLower(had.Value))
			}
		}
	}
	for _, o := range options {
		if o.Value, err = optionValue(o.Value); err != nil {
			return err
		}
		if taken[strings.ToLower(o.Value)] != 0 {
			return duplicate(o.Value)
		}
		taken[strings.ToLower(o.Value)] = o.ID
		if _, err := tx.Exec(ctx, qSaveOption, o.ID, f.ID, o.Value, bit(o.Disabled)); err != nil {
			return err
		}
	}
	return nil
}

func values(f *catalog.Field) map[string]int64 {
	out := make(map[string]int64, len(f.Options))
	for _, o := range f.Options {
		out[strings.ToLower(o.Value)] = o.ID
	}
	return out
}

func optionValue(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", fault.Bad("The value of an option must not be empty.")
	}
	if len(s) > maxOptionValue {
		return "", fault.Bad("The value of an option must not be longer than %d characters.", maxOptionValue)
	}
	return s, nil
}

func duplicate(value string) error {
	return fault.Bad("The field has an option '%s' already.", value)
}

func bit(v bool) int64 {
	if v {
		return 1
	}
	return 0
}
