// Package setup fills the work volume of a new site: issue types, statuses and the default workflow, priorities, resolutions, link types
// and the custom fields that clients look for by name. The words are those of Jira Cloud's software projects.
package setup

import (
	"context"
	"fmt"
	"strings"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/sequence"
)

// The identifiers of what every site starts with, below the first that sequence gives out.
const (
	TypeEpic    = 1
	TypeStory   = 2
	TypeTask    = 3
	TypeBug     = 4
	TypeSubtask = 5

	StatusToDo       = 1
	StatusInProgress = 2
	StatusDone       = 3

	WorkflowDefault = 1
)

var (
	qType       = storage.Register("tracker/issue_type.insert", `INSERT INTO issue_type (id, name, name_key, description, level, icon, position) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qStatus     = storage.Register("tracker/status.insert", `INSERT INTO status (id, name, name_key, description, category, position) VALUES ($1, $2, $3, $4, $5, $6)`)
	qWorkflow   = storage.Register("tracker/workflow.insert", `INSERT INTO workflow (id, name, description, is_default) VALUES ($1, $2, $3, $4)`)
	qStep       = storage.Register("tracker/workflow_status.insert", `INSERT INTO workflow_status (workflow_id, status_id, position, is_initial) VALUES ($1, $2, $3, $4)`)
	qTransition = storage.Register("tracker/workflow_transition.insert", `INSERT INTO workflow_transition (id, workflow_id, name, from_status, to_status, position) VALUES ($1, $2, $3, $4, $5, $6)`)
	qPriority   = storage.Register("tracker/priority.insert", `INSERT INTO priority (id, name, name_key, description, color, position, is_default) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qResolution = storage.Register("tracker/resolution.insert", `INSERT INTO resolution (id, name, name_key, description, position, is_default) VALUES ($1, $2, $3, $4, $5, $6)`)
	qLinkType   = storage.Register("tracker/link_type.insert", `INSERT INTO link_type (id, name, name_key, inward, outward) VALUES ($1, $2, $3, $4, $5)`)
	qField      = storage.Register("tracker/field.insert", `INSERT INTO field (id, name, name_key, description, type, created_us, deleted_us) VALUES ($1, $2, $3, $4, $5, $6, NULL)`)
	qOption     = storage.Register("tracker/field_option.insert", `INSERT INTO field_option (id, field_id, value, position, disabled) VALUES ($1, $2, $3, $4, 0)`)
)

// Site fills an empty work volume.
func Site(ctx context.Context, tx *volume.Tx) error {
	s := &writer{ctx: ctx, tx: tx}
	types := []struct {
		name, description, icon string
		level                   int
	}{
		{"Epic", "A big piece of work that holds smaller ones.", "epic", 1},
		{"Story", "Something a user can do in the end.", "story", 0},
		{"Task", "A piece of work.", "task", 0},
		{"Bug", "Something that does not work as it should.", "bug", 0},
		{"Sub-task", "A part of another issue.", "subtask", -1},
	}
	for i, t := range types {
		s.exec(qType, i+1, t.name, strings.ToLower(t.name), t.description, t.level, t.icon, i)
	}
	for i, st := range [][2]string{{"To Do", catalog.CategoryNew}, {"In Progress", catalog.CategoryIndeterminate}, {"Done", catalog.CategoryDone}} {
		s.exec(qStatus, i+1, st[0], strings.ToLower(st[0]), "", st[1], i)
	}
	s.exec(qWorkflow, WorkflowDefault, "Software workflow", "Every move is free.", 1)
	for i, name := range []string{"To Do", "In Progress", "Done"} {
		initial := 0
		if i == 0 {
			initial = 1
		}
		s.exec(qStep, WorkflowDefault, i+1, i, initial)
		s.exec(qTransition, (i+1)*10+1, WorkflowDefault, name, nil, i+1, i)
	}
	for i, p := range [][2]string{{"Highest", "#d04437"}, {"High", "#f15C75"}, {"Medium", "#f79232"}, {"Low", "#707070"}, {"Lowest", "#999999"}} {
		isDefault := 0
		if p[0] == "Medium" {
			isDefault = 1
		}
		s.exec(qPriority, i+1, p[0], strings.ToLower(p[0]), "", strings.ToLower(p[1]), i, isDefault)
	}
	for i, r := range [][2]string{{"Done", "Work has been completed."}, {"Won't Do", "This will not be done."}, {"Duplicate", "Another issue says the same."}, {"Cannot Reproduce", "It could not be made to happen again."}} {
		isDefault := 0
		if i == 0 {
			isDefault = 1
		}
		s.exec(qResolution, 10000+i, r[0], strings.ToLower(r[0]), r[1], i, isDefault)
	}
	for i, l := range [][3]string{{"Blocks", "is blocked by", "blocks"}, {"Cloners", "is cloned by", "clones"}, {"Duplicate", "is duplicated by", "duplicates"}, {"Relates", "relates to", "relates to"}} {
		s.exec(qLinkType, 10000+i, l[0], strings.ToLower(l[0]), l[1], l[2])
	}
	s.fields()
	if s.err != nil {
		return fmt.Errorf("set up site: %w", s.err)
	}
	return sequence.Raise(ctx, tx, sequence.ID, 10100)
}

// fields are the custom fields that clients of Jira Cloud recognise by their names.
func (s *writer) fields() {
	for i, f := range []struct {
		name        string
		typ         catalog.FieldType
		description string
	}{
		{"Epic Link", catalog.FieldReadOnly, "The epic an issue belongs to; the parent field holds it."},
		{"Epic Name", catalog.FieldText, "A short name of an epic."},
		{"Story Points", catalog.FieldNumber, "How big an issue is."},
		{"Start date", catalog.FieldDate, "When work is to begin."},
		{"Flagged", catalog.FieldMultiSelect, "Marks an issue that needs attention."},
	} {
		s.exec(qField, 10010+i, f.name, strings.ToLower(f.name), f.description, string(f.typ), clock.Micros(s.tx.Now()))
	}
	s.exec(qOption, 10019, 10014, "Impediment", 0)
}

// writer keeps the first error, so that the list above reads as a list.
type writer struct {
	ctx context.Context
	tx  *volume.Tx
	err error
}

func (s *writer) exec(q *storage.Query, args ...any) {
	if s.err == nil {
		_, s.err = s.tx.Exec(s.ctx, q, args...)
	}
}
