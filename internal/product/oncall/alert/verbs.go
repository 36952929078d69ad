package alert

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
)

// closed refuses what makes no sense on a closed alert.
func closed() error { return fault.Conflict("Alert is already closed") }

// finish writes an alert back with a line in its log and the note of the request.
func finish(ctx context.Context, tx *volume.Tx, a *Alert, by By, text string) error {
	if err := save(ctx, tx, a); err != nil {
		return err
	}
	if err := Log(ctx, tx, a.ID, LogSystem, by.Name(), text); err != nil {
		return err
	}
	if by.Note != "" {
		return addNote(ctx, tx, a.ID, by.Name(), by.Note)
	}
	return nil
}

// via says by which way somebody acted.
func (b By) via() string {
	if b.Source == "" {
		return ""
	}
	return " via " + clip(b.Source, MaxSource)
}

// Acknowledge says that somebody looks after an alert, which makes them its owner when it has none. False when somebody did already.
func Acknowledge(ctx context.Context, tx *volume.Tx, a *Alert, by By) (bool, error) {
	switch {
	case !a.Open:
		return false, closed()
	case a.Acknowledged:
		return false, nil
	}
	a.Acknowledged, a.AckedAt, a.AcknowledgedBy, a.Seen = true, tx.Now(), by.Name(), true
	a.SnoozedUntil = time.Time{}
	if a.Owner == "" && by.User != "" {
		a.Owner, a.OwnerID = by.User, by.Account
	}
	return true, finish(ctx, tx, a, by, "Alert acknowledged"+by.via())
}

// Unacknowledge takes an acknowledgement back. False when there was none.
func Unacknowledge(ctx context.Context, tx *volume.Tx, a *Alert, by By) (bool, error) {
	switch {
	case !a.Open:
		return false, closed()
	case !a.Acknowledged:
		return false, nil
	}
	a.Acknowledged, a.AckedAt, a.AcknowledgedBy = false, time.Time{}, ""
	return true, finish(ctx, tx, a, by, "Alert unacknowledged"+by.via())
}

// Close ends an alert. False when it was closed already.
func Close(ctx context.Context, tx *volume.Tx, a *Alert, by By) (bool, error) {
	if !a.Open {
		return false, nil
	}
	a.Open, a.ClosedAt, a.Closer = false, tx.Now(), by.Name()
	return true, finish(ctx, tx, a, by, "Alert closed"+by.via())
}

// Snooze keeps quiet about an alert until an instant.
func Snooze(ctx context.Context, tx *volume.Tx, a *Alert, until time.Time, by By) error {
	switch {
	case !a.Open:
		return closed()
	case !until.After(tx.Now()):
		return fault.Invalid("endTime", "End time should be in the future.")
	}
	a.SnoozedUntil = until.UTC()
	return finish(ctx, tx, a, by, "Alert snoozed until "+a.SnoozedUntil.Format(time.RFC3339)+by.via())
}

// Assign makes somebody the owner of an alert.
func Assign(ctx context.Context, tx *volume.Tx, a *Alert, owner Responder, by By) error {
	if !a.Open {
		return closed()
	}
	a.Owner, a.OwnerID = owner.Name, owner.ID
	a.Responders = with(a.Responders, owner)
	return finish(ctx, tx, a, by, "Alert assigned to "+owner.Name+by.via())
}

// AddResponder routes an alert to somebody more. False when it was routed there already.
func AddResponder(ctx context.Context, tx *volume.Tx, a *Alert, r Responder, by By) (bool, error) {
	if !a.Open {
		return false, closed()
	}
	more := with(a.Responders, r)
	if len(more) == len(a.Responders) {
		return false, nil
	}
	if len(more) > MaxResponders {
		return false, fault.Invalid("responder", "There can be at most %d responders.", MaxResponders)
	}
	a.Responders = more
	return true, finish(ctx, tx, a, by, fmt.Sprintf("Added %s %s to the responders", r.Type, r.Name)+by.via())
}

// SetResponders replaces whom an alert is routed to, as routing does when the request named nobody.
func SetResponders(ctx context.Context, tx *volume.Tx, a *Alert, rs []Responder) error {
	a.Responders = rs
	return save(ctx, tx, a)
}

func with(rs []Responder, r Responder) []Responder {
	if slices.ContainsFunc(rs, func(have Responder) bool { return have.Type == r.Type && have.ID == r.ID }) {
		return rs
	}
	return append(slices.Clip(rs), r)
}

// Escalated notes that an alert goes to an escalation, which stands last among the responders from then on.
func Escalated(ctx context.Context, tx *volume.Tx, a *Alert, to Responder, by By) error {
	if !a.Open {
		return closed()
	}
	a.Responders = with(slices.DeleteFunc(slices.Clone(a.Responders), func(r Responder) bool { return r.Type == to.Type && r.ID == to.ID }), to)
	return finish(ctx, tx, a, by, "Alert escalated to "+to.Name+by.via())
}

// AddTags adds tags that it has not yet, up to MaxTags.
func AddTags(ctx context.Context, tx *volume.Tx, a *Alert, tags []string, by By) error {
	tags = clean(tags, MaxTags, MaxTag)
	if len(tags) == 0 {
		return fault.Invalid("tags", "Tags can not be empty.")
	}
	a.Tags = clean(append(slices.Clip(a.Tags), tags...), MaxTags, MaxTag)
	return finish(ctx, tx, a, by, "Added tags ["+strings.Join(tags, ",")+"]"+by.via())
}

// RemoveTags takes tags away; those it has not are passed over.
func RemoveTags(ctx context.Context, tx *volume.Tx, a *Alert, tags []string, by By) error {
	a.Tags = slices.DeleteFunc(slices.Clone(a.Tags), func(t string) bool { return slices.Contains(tags, t) })
	return finish(ctx, tx, a, by, "Removed tags ["+clip(strings.Join(tags, ","), 2000)+"]"+by.via())
}

// AddDetails sets custom properties.
func AddDetails(ctx context.Context, tx *volume.Tx, a *Alert, details map[string]string, by By) error {
	if len(details) == 0 {
		return fault.Invalid("details", "Details can not be empty.")
	}
	all := map[string]string{}
	var keys []string
	for k, v := range a.Details {
		all[k] = v
	}
	for k, v := range details {
		all[k] = v
		keys = append(keys, k)
	}
	slices.Sort(keys)
	a.Details = fitting(all)
	return finish(ctx, tx, a, by, "Added details ["+clip(strings.Join(keys, ","), 2000)+"]"+by.via())
}

// RemoveDetails takes custom properties away.
func RemoveDetails(ctx context.Context, tx *volume.Tx, a *Alert, keys []string, by By) error {
	for _, k := range keys {
		delete(a.Details, k)
	}
	return finish(ctx, tx, a, by, "Removed details ["+clip(strings.Join(keys, ","), 2000)+"]"+by.via())
}

// SetMessage replaces the message.
func SetMessage(ctx context.Context, tx *volume.Tx, a *Alert, message string, by By) error {
	if err := checkMessage(message); err != nil {
		return err
	}
	if message == a.Message {
		return nil
	}
	a.Message = message
	return finish(ctx, tx, a, by, "Updated alert message to ["+message+"]"+by.via())
}

// SetDescription replaces the description, cut to its limit.
func SetDescription(ctx context.Context, tx *volume.Tx, a *Alert, description string, by By) error {
	if description = clip(description, MaxDescription); description == a.Description {
		return nil
	}
	a.Description = description
	return finish(ctx, tx, a, by, "Updated alert description"+by.via())
}

// SetPriority replaces the priority.
func SetPriority(ctx context.Context, tx *volume.Tx, a *Alert, priority string, by By) error {
	if err := checkPriority(priority); err != nil {
		return err
	}
	if priority == a.Priority {
		return nil
	}
	a.Priority = priority
	return finish(ctx, tx, a, by, "Updated alert priority to ["+priority+"]"+by.via())
}

// AddNote adds a note for people.
func AddNote(ctx context.Context, tx *volume.Tx, a *Alert, by By) error {
	if strings.TrimSpace(by.Note) == "" {
		return fault.Invalid("note", "Note can not be empty.")
	}
	return finish(ctx, tx, a, by, "Added note"+by.via())
}

// Execute notes that somebody asked for a custom action, which integrations that listen to the alert carry out.
func Execute(ctx context.Context, tx *volume.Tx, a *Alert, action string, by By) error {
	if !slices.Contains(a.Actions, action) {
		return fault.Bad("Action %q is not defined for this alert", clip(action, MaxAction))
	}
	return finish(ctx, tx, a, by, "Custom action ["+action+"] executed"+by.via())
}

// See notes that somebody looked at an alert. Nothing is written when somebody did before.
func See(ctx context.Context, tx *volume.Tx, a *Alert, by By) error {
	if a.Seen {
		return nil
	}
	a.Seen = true
	if err := save(ctx, tx, a); err != nil {
		return err
	}
	return Log(ctx, tx, a.ID, LogRecipient, by.Name(), "Alert viewed"+by.via())
}
