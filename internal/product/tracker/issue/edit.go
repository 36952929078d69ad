package issue

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/field"
	"holdfast.dev/internal/product/tracker/history"
)

// Edit applies a patch to an issue and records what changed. actor is who does it.
func Edit(ctx context.Context, tx *volume.Tx, c *catalog.Catalog, actor string, names Names, i *Issue, p Patch) error {
	return change(ctx, tx, c, actor, names, i, p, nil)
}

// Transition moves an issue along a transition of its workflow, applying a patch in the same act. Entering a status that is done sets a
// resolution when none is given; leaving one clears it.
func Transition(ctx context.Context, tx *volume.Tx, c *catalog.Catalog, actor string, names Names, i *Issue, t *catalog.Transition, p Patch) error {
	return change(ctx, tx, c, actor, names, i, p, t)
}

func change(ctx context.Context, tx *volume.Tx, c *catalog.Catalog, actor string, names Names, i *Issue, p Patch, t *catalog.Transition) error {
	old := *i
	apply(i, p)
	if t != nil {
		move(c, i, t, tx, p.ResolutionID.Given)
	}
	if i.TypeID != old.TypeID || i.ParentID != old.ParentID {
		if err := checkParent(ctx, tx, c, i); err != nil {
			return err
		}
	}
	items := compare(c, names, &old, i)
	textItems, err := saveTexts(ctx, tx, i, &old, p)
	if err != nil {
		return err
	}
	items = append(items, textItems...)
	fieldItems, err := saveFields(ctx, tx, c, names, i, p.Values)
	if err != nil {
		return err
	}
	if items = append(items, fieldItems...); len(items) == 0 {
		return nil
	}
	i.Updated = tx.Now()
	if err := Save(ctx, tx, i); err != nil {
		return err
	}
	if err := syncLists(ctx, tx, i, &old); err != nil {
		return err
	}
	if i.ParentID != old.ParentID {
		if err := countChild(ctx, tx, old.ParentID, -1); err != nil {
			return err
		}
		if err := countChild(ctx, tx, i.ParentID, +1); err != nil {
			return err
		}
	}
	return history.Record(ctx, tx, i.ID, actor, tx.Now(), items)
}

func move(c *catalog.Catalog, i *Issue, t *catalog.Transition, tx *volume.Tx, resolutionGiven bool) {
	from := c.Status(i.StatusID)
	i.StatusID = t.To.ID
	if from != t.To {
		i.StatusSince = tx.Now()
	}
	done := t.To.Category == catalog.CategoryDone
	switch {
	case done && i.ResolutionID == 0 && !resolutionGiven:
		if r := c.DefaultResolution(); r != nil {
			i.ResolutionID = r.ID
		}
	case !done && !resolutionGiven:
		i.ResolutionID = 0
	}
}

// compare lists what differs between two rows, and keeps the time of resolution true.
func compare(c *catalog.Catalog, names Names, old, now *Issue) []history.Item {
	var items []history.Item
	add := func(name, id, from, fromText, to, toText string) {
		if from != to || from == "" && fromText != toText {
			items = append(items, history.System(name, id, from, fromText, to, toText))
		}
	}
	num := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	if (old.ResolutionID == 0) != (now.ResolutionID == 0) {
		now.Resolved = nil
		if now.ResolutionID != 0 {
			at := now.StatusSince
			now.Resolved = &at
		}
	}
	add("summary", "summary", "", old.Summary, "", now.Summary)
	add("issuetype", "issuetype", num(old.TypeID), typeName(c, old.TypeID), num(now.TypeID), typeName(c, now.TypeID))
	add("status", "status", num(old.StatusID), statusName(c, old.StatusID), num(now.StatusID), statusName(c, now.StatusID))
	add("resolution", "resolution", num(old.ResolutionID), resolutionName(c, old.ResolutionID), num(now.ResolutionID), resolutionName(c, now.ResolutionID))
	add("priority", "priority", num(old.PriorityID), priorityName(c, old.PriorityID), num(now.PriorityID), priorityName(c, now.PriorityID))
	add("assignee", "assignee", old.Assignee, names(old.Assignee), now.Assignee, names(now.Assignee))
	add("reporter", "reporter", old.Reporter, names(old.Reporter), now.Reporter, names(now.Reporter))
	add("duedate", "duedate", old.DueDay, old.DueDay, now.DueDay, now.DueDay)
	add("labels", "labels", "", strings.Join(old.Labels, " "), "", strings.Join(now.Labels, " "))
	add("IssueParentAssociation", "parent", num(old.ParentID), num(old.ParentID), num(now.ParentID), num(now.ParentID))
	estimate := func(name string, a, b *int64) {
		from, to := seconds(a), seconds(b)
		add(name, name, from, from, to, to)
	}
	estimate("timeoriginalestimate", old.OriginalEstimate, now.OriginalEstimate)
	estimate("timeestimate", old.RemainingEstimate, now.RemainingEstimate)
	estimate("timespent", old.TimeSpent, now.TimeSpent)
	items = append(items, listItems("Component", "components", old.Components, now.Components, func(id int64) string { return componentName(c, id) })...)
	items = append(items, listItems("Fix Version", "fixVersions", old.FixVersions, now.FixVersions, func(id int64) string { return versionName(c, id) })...)
	return append(items, listItems("Version", "versions", old.Affects, now.Affects, func(id int64) string { return versionName(c, id) })...)
}

// listItems gives one item for each value that left or came, as Jira records them.
func listItems(name, id string, old, now []int64, word func(int64) string) []history.Item {
	var items []history.Item
	for _, v := range old {
		if !slices.Contains(now, v) {
			items = append(items, history.System(name, id, strconv.FormatInt(v, 10), word(v), "", ""))
		}
	}
	for _, v := range now {
		if !slices.Contains(old, v) {
			items = append(items, history.System(name, id, "", "", strconv.FormatInt(v, 10), word(v)))
		}
	}
	return items
}

func seconds(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

// saveTexts writes changed texts and gives their history. Texts in the history are cut: the journal has the whole.
func saveTexts(ctx context.Context, tx *volume.Tx, i, old *Issue, p Patch) ([]history.Item, error) {
	if !p.Description.Given && !p.Environment.Given && i.Summary == old.Summary {
		return nil, nil
	}
	was, err := TextsOf(ctx, tx, i.ID)
	if err != nil {
		return nil, err
	}
	now := was
	var items []history.Item
	if p.Description.Given && p.Description.Value != was.Description {
		now.Description, now.DescriptionText = p.Description.Value, p.DescriptionText
		items = append(items, history.System("description", "description", "", was.DescriptionText, "", now.DescriptionText))
	}
	if p.Environment.Given && p.Environment.Value != was.Environment {
		now.Environment, now.EnvironmentText = p.Environment.Value, p.EnvironmentText
		items = append(items, history.System("environment", "environment", "", was.EnvironmentText, "", now.EnvironmentText))
	}
	if now == was && i.Summary == old.Summary {
		return items, nil
	}
	_, err = tx.Exec(ctx, qUpdateText, i.ID, i.Summary, text(now.Description), now.DescriptionText, text(now.Environment), now.EnvironmentText)
	return items, err
}

// saveFields writes changed custom fields and gives their history.
func saveFields(ctx context.Context, tx *volume.Tx, c *catalog.Catalog, names Names, i *Issue, edits map[int64]List[string]) ([]history.Item, error) {
	if len(edits) == 0 {
		return nil, nil
	}
	have := map[int64][]string{}
	if i.FieldValues > 0 {
		var err error
		if have, err = Values(ctx, tx, i.ID); err != nil {
			return nil, err
		}
	}
	var items []history.Item
	changed := false
	for id, edit := range edits {
		f := c.Field(id)
		if f == nil {
			return nil, fault.Bad("Field 'customfield_%d' cannot be set. It is not on the appropriate screen, or unknown.", id)
		}
		was := have[id]
		now := edit.Apply(was)
		if slices.Equal(was, now) {
			continue
		}
		changed = true
		if err := writeField(ctx, tx, c, i.ID, id, len(was), now); err != nil {
			return nil, err
		}
		i.FieldValues += int64(len(now) - len(was))
		words := func(vs []string) string {
			parts := make([]string, len(vs))
			for n, v := range vs {
				parts[n] = field.Text(c, f, v, names)
			}
			return strings.Join(parts, ", ")
		}
		items = append(items, history.Item{Field: f.Name, FieldID: f.Wire(), FieldType: "custom", From: strings.Join(was, ", "), FromText: words(was), To: strings.Join(now, ", "), ToText: words(now)})
		if have[id] = now; len(now) == 0 {
			delete(have, id)
		}
	}
	if !changed {
		return nil, nil
	}
	all := map[int64]List[string]{}
	for id, v := range have {
		all[id] = List[string]{Set: Some(v)}
	}
	if _, err := tx.Exec(ctx, qFieldsText, i.ID, searchText(fieldWords(c, all))); err != nil {
		return nil, fmt.Errorf("index fields of issue %d: %w", i.ID, err)
	}
	return items, nil
}

func typeName(c *catalog.Catalog, id int64) string {
	if v := c.Type(id); v != nil {
		return v.Name
	}
	return ""
}

func statusName(c *catalog.Catalog, id int64) string {
	if v := c.Status(id); v != nil {
		return v.Name
	}
	return ""
}

func resolutionName(c *catalog.Catalog, id int64) string {
	if v := c.Resolution(id); v != nil {
		return v.Name
	}
	return ""
}

func priorityName(c *catalog.Catalog, id int64) string {
	if v := c.Priority(id); v != nil {
		return v.Name
	}
	return ""
}

func componentName(c *catalog.Catalog, id int64) string {
	if v := c.Component(id); v != nil {
		return v.Name
	}
	return ""
}

func versionName(c *catalog.Catalog, id int64) string {
	if v := c.Version(id); v != nil {
		return v.Name
	}
	return ""
}
