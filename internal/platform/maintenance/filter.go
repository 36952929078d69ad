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
	// Products are those that the site has switched on.
	Products []string `json:"products,omitempty"`
}

// filterField is a field by which a filter selects: which values it takes, and which candidates have one.
type filterField struct {
	check func(value string) error
	has   func(c Candidate, value string) bool
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

// text is a field that is equal or not.
func text(value func(Candidate) string, check func(string) error) filterField {
	return filterField{check, func(c Candidate, v string) bool { return value(c) == v }}
}

// people is a bound on the active people of a site, in plain digits.
func people(within func(have, bound int) bool) filterField {
	parse := func(v string) (int, error) {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || strconv.Itoa(n) != v {
			return 0, fmt.Errorf("%q is no number of people", v)
		}
		return n, nil
	}
	return filterField{func(v string) error { _, err := parse(v); return err }, func(c Candidate, v string) bool {
		bound, err := parse(v)
		return err == nil && within(c.ActiveUsers, bound)
	}}
}

var siteStates = oneOf("active", "suspended", "read-only", "tombstoned")

// fieldsOfBoth are those of a site and of an add-on alike.
var fieldsOfBoth = map[string]filterField{
	"customer":        text(func(c Candidate) string { return c.Customer }, anyText),
	"cell":            text(func(c Candidate) string { return c.Cell }, anyText),
	"product":         {anyText, func(c Candidate, v string) bool { return slices.Contains(c.Products, v) }},
	"people_at_least": people(func(have, bound int) bool { return have >= bound }),
	"people_at_most":  people(func(have, bound int) bool { return have <= bound }),
}

var siteFields = withBoth(map[string]filterField{
	"slug":  text(func(c Candidate) string { return c.SiteSlug }, anyText),
	"state": text(func(c Candidate) string { return c.State }, siteStates),
})

var addonFields = withBoth(map[string]filterField{
	"addon":      text(func(c Candidate) string { return c.AddonKey }, anyText),
	"state":      text(func(c Candidate) string { return c.State }, oneOf("active", "deactivated")),
	"site":       text(func(c Candidate) string { return c.SiteSlug }, anyText),
	"site_state": text(func(c Candidate) string { return c.SiteState }, siteStates),
})

func withBoth(fields map[string]filterField) map[string]filterField {
	maps.Copy(fields, fieldsOfBoth)
	return fields
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

// matches tells whether a candidate passes every field of a checked filter. Equality and bounds only: what a wildcard takes in is not seen when it is
// written.
func matches(kind TargetKind, where map[string]string, c Candidate) bool {
	for name, value := range where {
		if !fieldsOf(kind)[name].has(c, value) {
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
