package catalog

import (
	"strconv"
	"strings"
)

// Live gives the projects that are not in the trash.
func (c *Catalog) Live() []*Project {
	var out []*Project
	for _, p := range c.Projects {
		if p.Deleted == nil {
			out = append(out, p)
		}
	}
	return out
}

// FindProject gives a project by identifier or key, nil when there is none or it is in the trash.
func (c *Catalog) FindProject(idOrKey string) *Project {
	p := c.projectByKey[strings.ToUpper(idOrKey)]
	if p == nil {
		if id, err := strconv.ParseInt(idOrKey, 10, 64); err == nil {
			p = c.projectByID[id]
		}
	}
	if p == nil || p.Deleted != nil {
		return nil
	}
	return p
}

// TypeIn gives the issue type of a project by identifier or name.
func (p *Project) TypeIn(idOrName string) *IssueType {
	return named(p.Types, idOrName, func(v *IssueType) int64 { return v.ID }, func(v *IssueType) string { return v.Name })
}

// named finds by identifier first, then by name whatever its case.
func named[T any](all []T, idOrName string, id func(T) int64, name func(T) string) (found T) {
	if n, ok := identifier(idOrName); ok {
		for _, v := range all {
			if id(v) == n {
				return v
			}
		}
	}
	for _, v := range all {
		if strings.EqualFold(name(v), idOrName) {
			return v
		}
	}
	return found
}

// identifier reads a number written as identifiers are: no sign, no leading zero.
func identifier(s string) (int64, bool) {
	if s == "" || s[0] < '1' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// FindType gives an issue type by identifier or name.
func (c *Catalog) FindType(s string) *IssueType {
	return named(c.Types, s, func(v *IssueType) int64 { return v.ID }, func(v *IssueType) string { return v.Name })
}

// FindStatus gives a status by identifier or name.
func (c *Catalog) FindStatus(s string) *Status {
	return named(c.Statuses, s, func(v *Status) int64 { return v.ID }, func(v *Status) string { return v.Name })
}

// FindPriority gives a priority by identifier or name.
func (c *Catalog) FindPriority(s string) *Priority {
	return named(c.Priorities, s, func(v *Priority) int64 { return v.ID }, func(v *Priority) string { return v.Name })
}

// FindResolution gives a resolution by identifier or name.
func (c *Catalog) FindResolution(s string) *Resolution {
	return named(c.Resolutions, s, func(v *Resolution) int64 { return v.ID }, func(v *Resolution) string { return v.Name })
}

// FindLinkType gives a link type by identifier or name.
func (c *Catalog) FindLinkType(s string) *LinkType {
	return named(c.LinkTypes, s, func(v *LinkType) int64 { return v.ID }, func(v *LinkType) string { return v.Name })
}

// FindComponent gives a component of a project by identifier or name.
func (p *Project) FindComponent(s string) *Component {
	return named(p.Components, s, func(v *Component) int64 { return v.ID }, func(v *Component) string { return v.Name })
}

// FindVersion gives a version of a project by identifier or name.
func (p *Project) FindVersion(s string) *Version {
	return named(p.Versions, s, func(v *Version) int64 { return v.ID }, func(v *Version) string { return v.Name })
}

// FindOption gives a choice of a field by identifier or value.
func (f *Field) FindOption(s string) *Option {
	return named(f.Options, s, func(v *Option) int64 { return v.ID }, func(v *Option) string { return v.Value })
}

// FindField gives a custom field by "customfield_N", number or name; the one of the lowest identifier when several have the name.
func (c *Catalog) FindField(s string) *Field {
	return named(c.Fields, strings.TrimPrefix(s, "customfield_"), func(v *Field) int64 { return v.ID }, func(v *Field) string { return v.Name })
}

// FieldsNamed gives all custom fields of a name: names are not unique.
func (c *Catalog) FieldsNamed(name string) []*Field {
	var out []*Field
	for _, f := range c.Fields {
		if strings.EqualFold(f.Name, name) {
			out = append(out, f)
		}
	}
	return out
}

// Wire gives the field's identifier on the wire.
func (f *Field) Wire() string { return "customfield_" + strconv.FormatInt(f.ID, 10) }

// DefaultPriority gives the priority of issues that name none.
func (c *Catalog) DefaultPriority() *Priority {
	for _, p := range c.Priorities {
		if p.Default {
			return p
		}
	}
	return nil
}

// DefaultResolution gives the resolution of issues that are done without one being named.
func (c *Catalog) DefaultResolution() *Resolution {
	for _, r := range c.Resolutions {
		if r.Default {
			return r
		}
	}
	if len(c.Resolutions) > 0 {
		return c.Resolutions[0]
	}
	return nil
}

// Moves gives the transitions that leave a status.
func (w *Workflow) Moves(from *Status) []*Transition {
	var out []*Transition
	for _, t := range w.Transitions {
		if t.From == nil || t.From == from {
			out = append(out, t)
		}
	}
	return out
}
