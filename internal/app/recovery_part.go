package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall"
	"holdfast.dev/internal/product/status"
	"holdfast.dev/internal/product/tracker"
	"holdfast.dev/internal/product/wiki"
)

// partKind is the kind of the ledger's entries for restores of parts.
const partKind = "restore part"

// productTables are the tables of each product: what goes back with it.
var productTables = map[string][]storage.Table{"tracker": tracker.Tables(), "wiki": wiki.Tables(), "oncall": oncall.Tables(), "status": status.Tables()}

// owners names, for columns of each kind of volume, the table whose identifier they hold: along these a row belongs to an issue, a project, a space.
// Columns that only mention something (a status, a priority, a person) are not here.
var owners = map[string]map[string]string{
	"work": {
		"project_id": "project", "issue_id": "issue", "comment_id": "issue_comment", "worklog_id": "issue_worklog", "filter_id": "filter",
		"issue_link.source_id": "issue", "issue_link.target_id": "issue",
		"space_id": "wiki_space", "content_id": "wiki_content", "wiki_labelling.target_id": "wiki_content", "wiki_labelling.label_id": "wiki_label",
	},
	"oncall": {
		"alert_id": "alert", "schedule_id": "schedule", "integration_key.integration_id": "integration", "contact.person_id": "person",
		"notification_rule.person_id": "person", "team_member.team_id": "team", "team_role.team_id": "team", "routing_rule.team_id": "team",
	},
	"access": {"grp_member.grp": "grp", "account": "account"},
	"status": {
		"incident_id": "incident", "component_state.component_id": "component", "incident_component.component_id": "component", "metric_point.metric_id": "metric",
		"component.page_id": "page", "incident.page_id": "page", "metric.page_id": "page", "incident_template.page_id": "page",
	},
}

// recordTypes are the things that can be brought back alone: what people call them, and the table that they are rows of.
var recordTypes = map[string]struct{ product, table string }{
	"project": {"tracker", "project"}, "issue": {"tracker", "issue"},
	"space": {"wiki", "wiki_space"}, "page": {"wiki", "wiki_content"},
	"schedule": {"oncall", "schedule"}, "escalation": {"oncall", "escalation"}, "team": {"oncall", "team"}, "alert": {"oncall", "alert"}, "integration": {"oncall", "integration"},
	"component": {"status", "component"}, "incident": {"status", "incident"},
}

// PartOrder is a restore of a part, as asked for and as the ledger keeps it.
type PartOrder struct {
	Product string              `json:"product"`
	Record  string              `json:"record,omitempty"` // TYPE:NAME; empty for the whole product
	Asked   string              `json:"asked"`
	Result  recovery.PartResult `json:"result"`
}

// RestorePart brings back one product that shares its volume, or one thing of any product, in the live site as one commit. The zero Target is refused:
// the live site is in its newest state.
func (n *Node) RestorePart(ctx context.Context, s *fleet.Site, product, record string, target recovery.Target, reason string) (PartOrder, error) {
	o := PartOrder{Product: product, Record: record, Asked: "to commit " + strconv.FormatInt(target.Commit, 10)}
	if target.Commit == 0 {
		if target.At.IsZero() {
			return o, fault.Bad("A part goes back to an instant or a commit: say which.")
		}
		o.Asked = "to " + target.At.UTC().Format(time.RFC3339Nano)
	}
	if record != "" {
		kind, _, _ := strings.Cut(record, ":")
		t, ok := recordTypes[kind]
		if !ok {
			return o, fault.Bad("A record is TYPE:NAME with one of the types project, issue, space, page, schedule, escalation, team, alert, integration, component, incident; %.80q is not.", record)
		}
		if product != "" && product != t.product {
			return o, fault.Bad("%s is nothing of the product %s.", record, product)
		}
		o.Product = t.product
	}
	if _, ok := productTables[o.Product]; !ok {
		return o, fault.Bad("There is no product %q; there are %v.", o.Product, SiteProducts)
	}
	if err := n.shipSite(ctx, s); err != nil {
		return o, err
	}
	ref := volume.Ref{Kind: kindOf(o.Product), Owner: s.ID.String()}
	seq, err := n.Recovery.ResolveIn(ctx, ref, target)
	if err != nil {
		return o, err
	}
	if seq == 0 {
		return o, fault.Bad("The product %s did not exist then.", o.Product)
	}
	return o, n.runPart(ctx, s, ref, seq, &o, reason)
}

// runPart restores a part under an entry of the ledger.
func (n *Node) runPart(ctx context.Context, s *fleet.Site, ref volume.Ref, seq int64, o *PartOrder, reason string) error {
	if err := n.restores.begin(s.ID); err != nil {
		return err
	}
	defer n.restores.end(s.ID)
	op, err := n.Fleet.Begin(ctx, partKind, s.ID.String(), reason, o.detail())
	if err != nil {
		return err
	}
	part, err := n.part(ctx, ref, o.Product, o.Record)
	if err == nil {
		o.Result, err = n.Recovery.RestorePart(ctx, ref, seq, part, op.String(), reason)
	}
	state, detail := "done", o.detail()
	if err != nil {
		state, detail = "failed", err.Error()
	}
	return errors.Join(err, n.Fleet.Finish(context.WithoutCancel(ctx), op, state, detail))
}

func (o PartOrder) detail() string {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err) // plain values
	}
	return string(b)
}

// part gives the rows that a product or one of its things consists of.
func (n *Node) part(ctx context.Context, ref volume.Ref, product, record string) (recovery.Part, error) {
	p := recovery.Part{Parents: owners[ref.Kind]}
	if product == Permissions {
		p.Tables = permissionTables[ref.Kind]
		return p, nil
	}
	for _, t := range productTables[product] {
		if t.Exempt == "" {
			p.Tables = append(p.Tables, t.Name)
		}
	}
	if record == "" {
		return p, nil
	}
	kind, name, _ := strings.Cut(record, ":")
	p.Tables = slices.DeleteFunc(p.Tables, func(t string) bool { return strings.HasSuffix(t, "_sequence") }) // numbers given since stay given
	p.Root.Table = recordTypes[kind].table
	var err error
	p.Root.ID, err = n.recordID(ctx, ref, kind, name)
	return p, err
}

var issueKey = regexp.MustCompile(`^([A-Z][A-Z0-9_]+)-([0-9]+)$`)

// recordID finds a thing by the name that people have for it, in the live volume or, when it is gone, in what the vault has of it.
func (n *Node) recordID(ctx context.Context, ref volume.Ref, kind, name string) (any, error) {
	text, args := "", []any{name}
	m := issueKey.FindStringSubmatch(name)
	switch {
	case name == "" || len(name) > 200:
		return nil, fault.Bad("Say which %s.", kind)
	case kind == "issue" && m != nil:
		text = `SELECT issue_id FROM issue_key WHERE key = $1`
	case kind == "project":
		text = `SELECT project_id FROM project_key WHERE key = $1`
	case kind == "space":
		text = `SELECT id FROM wiki_space WHERE key = $1`
	}
	if text == "" {
		if recordTypes[kind].product == "tracker" || recordTypes[kind].product == "wiki" {
			id, err := strconv.ParseInt(name, 10, 64)
			if err != nil {
				return nil, fault.Bad("%s is no %s.", name, kind)
			}
			return id, nil
		}
		return name, nil
	}
	var id int64
	find := func(tx *volume.Tx) error { return tx.GetText(ctx, text, args, &id) }
	err := n.Pool.Volume(ref).Read(ctx, find)
	if !errors.Is(err, storage.ErrNoRows) {
		return id, err
	}
	return n.removedID(ctx, ref, kind, name, m)
}

// removedID finds what was removed, by the newest row that had the name. Keys of issues that are gone are rows of issue_key no longer.
func (n *Node) removedID(ctx context.Context, ref volume.Ref, kind, name string, m []string) (any, error) {
	table, column := map[string]string{"issue": "issue_key", "project": "project_key", "space": "wiki_space"}[kind], "key"
	id := map[string]string{"issue": "issue_id", "project": "project_id", "space": "id"}[kind]
	found, err := n.Recovery.LastRow(ctx, ref, table, func(row map[string]any) bool { return row[column] == name })
	if err != nil {
		return nil, err
	}
	if found == nil && kind == "issue" {
		var project int64
		err := n.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
			return tx.GetText(ctx, `SELECT project_id FROM project_key WHERE key = $1`, []any{m[1]}, &project)
		})
		if errors.Is(err, storage.ErrNoRows) {
			return nil, fault.NotFound("The project %s is gone: bring it back first.", m[1])
		}
		if err != nil {
			return nil, err
		}
		number, _ := strconv.ParseInt(m[2], 10, 64)
		id = "id"
		found, err = n.Recovery.LastRow(ctx, ref, "issue", func(row map[string]any) bool { return row["project_id"] == project && row["number"] == number })
		if err != nil {
			return nil, err
		}
	}
	if found == nil {
		return nil, fault.NotFound("There is no %s %s, and the vault remembers none.", kind, name)
	}
	return found[id], nil
}

// LastPart gives the newest restore of a part that changed something, for its undo.
func (n *Node) LastPart(ctx context.Context, s *fleet.Site) (o PartOrder, err error) {
	ledger, err := n.Fleet.Ledger(ctx, s.ID.String(), time.Time{}, ids.Operation{}, 500)
	if err != nil {
		return o, err
	}
	for _, op := range ledger {
		if op.Kind != partKind || op.State != "done" {
			continue
		}
		if err := json.Unmarshal([]byte(op.Detail), &o); err != nil {
			return o, fmt.Errorf("the ledger's entry %s cannot be read: %w", op.ID, err)
		}
		if o.Result.Commit != 0 {
			return o, nil
		}
	}
	return o, fault.NotFound("No part of the site %s was restored.", s.Slug)
}

// UndoPart brings a part back to its state before its last restore.
func (n *Node) UndoPart(ctx context.Context, s *fleet.Site) (PartOrder, error) {
	last, err := n.LastPart(ctx, s)
	if err != nil {
		return last, err
	}
	o := PartOrder{Product: last.Product, Record: last.Record, Asked: fmt.Sprintf("undo of commit %d", last.Result.Commit)}
	return o, n.runPart(ctx, s, last.Result.Ref, last.Result.Before, &o, o.Asked)
}
