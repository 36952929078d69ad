package importer

import (
	"context"
	"maps"
	"slices"
	"strings"

	"holdfast.dev/internal/product/wiki/needs"
)

// people finds the accounts of everybody whom an export names, making placeholders for those whom nobody here fits.
type people struct {
	account map[string]string // by key in the model
	name    map[string]string // to show, by account
}

// everybody lists the keys of all people that something is taken of.
func (m *model) everybody() map[string]bool {
	all := map[string]bool{}
	add := func(keys ...string) {
		for _, k := range keys {
			if k != "" {
				all[k] = true
			}
		}
	}
	for _, s := range m.spaces {
		add(s.creator, m.ownerOf(s))
	}
	for _, i := range m.items {
		add(i.creator, i.modifier, i.details["status-lastmodifier"])
	}
	for _, x := range m.permissions {
		add(x.person)
	}
	for _, x := range m.restrictions {
		add(x.person)
	}
	for _, x := range m.follows {
		add(x.person)
	}
	for _, x := range m.labellings {
		add(x.person)
	}
	for _, x := range m.templates {
		add(x.creator)
	}
	for key := range m.users {
		add(key)
	}
	return all
}

// ownerOf gives the key of the person whose personal space it is, when the export knows them.
func (m *model) ownerOf(s *space) string {
	name, personal := strings.CutPrefix(strings.ToLower(s.key), "~")
	switch {
	case !personal || name == "":
		return ""
	case m.users[name] != nil:
		return name
	case m.names[name] == nil:
		return ""
	case m.names[name].key != "":
		return m.names[name].key
	}
	return byName + name
}

// foreign says who somebody is, as the organization's directory wants to know it. The key is the account of the vendor's cloud, else the user name,
// else what the export calls them, so that one person of several exports is one person here.
func (m *model) foreign(key string) needs.ForeignPerson {
	u := m.users[key]
	name, byItsName := strings.CutPrefix(key, byName)
	if u == nil && byItsName {
		u = m.names[name]
	}
	if u == nil {
		return needs.ForeignPerson{Key: name, Name: name, Active: true}
	}
	f := needs.ForeignPerson{Key: key, Name: u.name, Email: u.email, Active: true}
	if n := m.names[u.name]; n != nil {
		f.Active = !n.inactive
		if f.Email == "" {
			f.Email = n.directory
		}
		if n.display != "" {
			f.Name = n.display
		}
	}
	switch {
	case u.account != "":
		f.Key = u.account
	case u.name != "":
		f.Key = u.name
	}
	if f.Name == "" {
		f.Name = f.Key
	}
	return f
}

func (m *model) findPeople(ctx context.Context, d needs.Directory) (*people, error) {
	p := &people{account: map[string]string{}, name: map[string]string{}}
	keys := slices.Sorted(maps.Keys(m.everybody()))
	const part = 500
	for ; len(keys) > 0; keys = keys[min(part, len(keys)):] {
		asked := map[string]needs.ForeignPerson{}
		var list []needs.ForeignPerson
		for _, k := range keys[:min(part, len(keys))] {
			f := m.foreign(k)
			if f.Key = storable(f.Key); f.Key == "" {
				continue
			}
			asked[k] = f
			list = append(list, f)
		}
		got, err := d.Ensure(ctx, list)
		if err != nil {
			return nil, err
		}
		for k, f := range asked {
			p.account[k] = got[f.Key]
			p.name[got[f.Key]] = f.Name
		}
	}
	return p, nil
}

// of gives somebody's account, "" for nobody. Bodies write people as account, userkey or user name.
func (p *people) of(key string) string { return p.account[key] }

// mention finds whom a mention of a body names.
func (m *model) mention(p *people, id string) (account, name string, ok bool) {
	kind, rest, _ := strings.Cut(id, ":")
	var key string
	switch kind {
	case "userkey":
		key = rest
	case "username":
		key = byName + strings.ToLower(rest)
		if u := m.names[strings.ToLower(rest)]; u != nil && u.key != "" {
			key = u.key
		}
	default:
		key = m.byAccount[id]
	}
	account = p.account[key]
	return account, p.name[account], account != ""
}
