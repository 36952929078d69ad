package maintenance

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Candidate is a thing that a plan could act on, as the filter, the script and the reviewer see it.
type Candidate struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	State       string `json:"state"`
	Site        string `json:"site"`      // identifier
	SiteSlug    string `json:"site_slug"` // of an add-on, that of its site
	SiteState   string `json:"site_state"`
	Customer    string `json:"customer"`    // name of the organization
	CustomerID  string `json:"customer_id"` // its identifier
	ActiveUsers int    `json:"active_users"`
	AddonKey    string `json:"addon_key,omitempty"`
	Cell        string `json:"cell"`
}

// filterField is a field by which a filter selects.
type filterField struct {
	value func(Candidate) string
	check func(string) error
}

func oneOf(words ...string) func(string) error {
	return func(v string) error {
		if !slices.Contains(words, v) {
			return fmt.Errorf("%q is none of %s", v, strings.Join(words, ", "))
		}
		return nil
	}
}

func anyText(string) error { return nil }

var siteFields = map[string]filterField{
	"slug":     {func(c Candidate) string { return c.SiteSlug }, anyText},
	"customer": {func(c Candidate) string { return c.Customer }, anyText},
	"state":    {func(c Candidate) string { return c.State }, oneOf("active", "suspended", "read-only", "tombstoned")},
	"cell":     {func(c Candidate) string { return c.Cell }, anyText},
}

var addonFields = map[string]filterField{
	"addon":      {func(c Candidate) string { return c.AddonKey }, anyText},
	"state":      {func(c Candidate) string { return c.State }, oneOf("active", "deactivated")},
	"site":       {func(c Candidate) string { return c.SiteSlug }, anyText},
	"site_state": {func(c Candidate) string { return c.SiteState }, oneOf("active", "suspended", "read-only", "tombstoned")},
	"customer":   {func(c Candidate) string { return c.Customer }, anyText},
	"cell":       {func(c Candidate) string { return c.Cell }, anyText},
}

func fieldsOf(kind TargetKind) map[string]filterField {
	if kind == SiteTarget {
		return siteFields
	}
	return addonFields
}

// checkFilter refuses unknown fields, blanks and values that no target can have: a filter that is partly understood is not understood.
func checkFilter(kind TargetKind, name, value string) error {
	f, ok := fieldsOf(kind)[name]
	if !ok {
		return fmt.Errorf("there is no such field of a %s; there are %s", kind, strings.Join(slices.Sorted(maps.Keys(fieldsOf(kind))), ", "))
	}
	if strings.TrimSpace(value) == "" {
		return errors.New("a blank value selects nothing")
	}
	return f.check(value)
}

// matches tells whether a candidate passes every field of a checked filter. Equality only: what a wildcard takes in is not seen when it is written.
func matches(kind TargetKind, where map[string]string, c Candidate) bool {
	for name, value := range where {
		if fieldsOf(kind)[name].value(c) != value {
			return false
		}
	}
	return true
}

// attributes are what a script can ask of a candidate.
func (c Candidate) attributes() map[string]string {
	return map[string]string{"id": c.ID, "name": c.Name, "state": c.State, "site": c.SiteSlug, "site_state": c.SiteState, "customer": c.Customer,
		"addon": c.AddonKey, "cell": c.Cell, "active_users": strconv.Itoa(c.ActiveUsers)}
}
