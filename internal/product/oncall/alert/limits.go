package alert

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"holdfast.dev/internal/base/fault"
)

// Limits of the fields, in characters, as Opsgenie documents them. Message and alias are refused when too long, since they say what the alert is; of
// everything else too much is cut off, since nobody shall sleep through an alert for a long description.
const (
	MaxMessage     = 130
	MaxAlias       = 512
	MaxEntity      = 512
	MaxDescription = 15_000
	MaxTags        = 20
	MaxTag         = 50
	MaxActions     = 10
	MaxAction      = 50
	MaxResponders  = 50
	MaxDetails     = 8_000 // all keys and values together
	MaxNote        = 25_000
	MaxSource      = 100
	MaxUser        = 100
	MaxCount       = 100 // where counting and logging stop
)

// Priorities there are, the highest first.
var Priorities = []string{"P1", "P2", "P3", "P4", "P5"}

// clip cuts a text to a number of characters.
func clip(s string, limit int) string {
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		if n == limit {
			return s[:i]
		}
		n++
	}
	return s
}

func tooLong(s string, limit int) bool {
	return len(s) > limit && utf8.RuneCountInString(s) > limit
}

func checkMessage(s string) error {
	switch {
	case strings.TrimSpace(s) == "":
		return fault.Invalid("message", "Message can not be empty.")
	case tooLong(s, MaxMessage):
		return fault.Invalid("message", "Message can not be longer than %d characters.", MaxMessage)
	}
	return nil
}

func checkPriority(p string) error {
	if !slices.Contains(Priorities, p) {
		return fault.Invalid("priority", "Priority should be one of [ P1, P2, P3, P4, P5 ].")
	}
	return nil
}

// Check refuses what cannot become an alert and cuts off what is too much.
func (n *New) Check() error {
	if err := checkMessage(n.Message); err != nil {
		return err
	}
	if tooLong(n.Alias, MaxAlias) {
		return fault.Invalid("alias", "Alias can not be longer than %d characters.", MaxAlias)
	}
	if n.Priority == "" {
		n.Priority = "P3"
	}
	if err := checkPriority(n.Priority); err != nil {
		return err
	}
	if err := checkResponders("responders", n.Responders, "all", "none", "user", "team", "escalation", "schedule", "group"); err != nil {
		return err
	}
	if err := checkResponders("visibleTo", n.VisibleTo, "user", "team"); err != nil {
		return err
	}
	n.Message = strings.TrimSpace(n.Message)
	n.Description, n.Entity, n.Source = clip(n.Description, MaxDescription), clip(n.Entity, MaxEntity), clip(n.Source, MaxSource)
	n.By.User, n.By.Note = clip(n.By.User, MaxUser), clip(n.By.Note, MaxNote)
	n.Tags, n.Actions = clean(n.Tags, MaxTags, MaxTag), clean(n.Actions, MaxActions, MaxAction)
	n.Details = fitting(n.Details)
	return nil
}

func checkResponders(field string, rs []Responder, types ...string) error {
	if len(rs) > MaxResponders {
		return fault.Invalid(field, "There can be at most %d %s.", MaxResponders, field)
	}
	for i, r := range rs {
		at := fmt.Sprintf("%s[%d]", field, i)
		switch {
		case !slices.Contains(types, r.Type):
			return fault.Invalid(at+".type", "Type should be one of [ %s ].", strings.Join(types, ", "))
		case r.ID == "" && r.Name == "" && r.Type != "all" && r.Type != "none":
			return fault.Invalid(at, "Either id or name (of a user: username) must be given.")
		}
	}
	return nil
}

// clean trims, drops what is empty or there already, cuts each and drops those beyond the limit.
func clean(in []string, most, length int) []string {
	var out []string
	for _, s := range in {
		s = clip(strings.TrimSpace(s), length)
		if s != "" && len(out) < most && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// fitting keeps the details that fit into the limit, by key, cutting the one that crosses it.
func fitting(in map[string]string) map[string]string {
	left := MaxDetails
	var keys []string
	for k, v := range in {
		left -= utf8.RuneCountInString(k) + utf8.RuneCountInString(v)
		keys = append(keys, k)
	}
	if left >= 0 {
		return in
	}
	slices.Sort(keys)
	out := map[string]string{}
	left = MaxDetails
	for _, k := range keys {
		if left -= utf8.RuneCountInString(k); left <= 0 {
			break
		}
		v := clip(in[k], left)
		left -= utf8.RuneCountInString(v)
		out[k] = v
	}
	return out
}
