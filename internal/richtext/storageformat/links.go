package storageformat

import "holdfast.dev/internal/richtext/ref"

// refOf reads what an ac:link (or an ac:image, or a parameter) points to. The kind is empty when it is nothing that ref can say.
func refOf(link *elem) ref.Ref {
	r := ref.Ref{Anchor: link.get("ac:anchor")}
	found := 0
	for _, c := range link.elements() {
		switch c.name {
		case "ac:link-body", "ac:plain-text-link-body", "ac:caption", "ac:adf-mark":
			continue
		}
		found++
		if !targetOf(c, &r) {
			return ref.Ref{}
		}
	}
	if found == 0 && r.Anchor != "" {
		r.Kind = ref.Page
	}
	if found > 1 {
		return ref.Ref{}
	}
	return r
}

// targetOf fills r from an ri: element. ok is false when it says more than r can hold.
func targetOf(c *elem, r *ref.Ref) (ok bool) {
	fields := map[string]*string{"ri:version-at-save": &r.Version}
	switch c.name {
	case "ri:page", "ri:blog-post":
		r.Kind = ref.Kind(c.name[3:])
		fields["ri:content-title"], fields["ri:space-key"] = &r.Title, &r.Space
		if r.Kind == ref.Blog {
			fields["ri:posting-day"] = &r.Day
		}
	case "ri:attachment":
		r.Kind = ref.Attachment
		fields["ri:filename"] = &r.Filename
	case "ri:user":
		r.Kind = ref.User
		fields["ri:account-id"], fields["ri:userkey"], fields["ri:username"] = &r.Account, &r.Key, &r.Name
	case "ri:space":
		r.Kind = ref.Space
		fields["ri:space-key"] = &r.Space
	case "ri:content-entity":
		r.Kind = ref.Content
		fields["ri:content-id"] = &r.ID
	case "ri:shortcut":
		r.Kind = ref.Shortcut
		fields["ri:key"], fields["ri:parameter"] = &r.Key, &r.Value
	default:
		return false
	}
	for _, a := range c.attrs {
		at, known := fields[a.name]
		if !known || a.value == "" {
			return false
		}
		*at = a.value
	}
	for _, k := range c.children {
		switch {
		case k.isText() && blank(k.text):
		case r.Kind == ref.Attachment && (k.name == "ri:page" || k.name == "ri:blog-post") && r.Owner == "":
			owner := ref.Ref{}
			if !targetOf(k, &owner) || owner.Version != "" {
				return false
			}
			r.Owner, r.Title, r.Space, r.Day = owner.Kind, owner.Title, owner.Space, owner.Day
		default:
			return false
		}
	}
	return true
}

// target writes the ri: element of a reference, nil for an anchor on the page itself.
func target(r ref.Ref) *elem {
	e := newElem("ri:" + string(r.Kind))
	switch r.Kind {
	case ref.Page, ref.Blog:
		if r.Title == "" && r.Space == "" && r.Day == "" && r.Anchor != "" && r.Version == "" {
			return nil
		}
		e.setIf("ri:space-key", r.Space)
		e.setIf("ri:content-title", r.Title)
		e.setIf("ri:posting-day", r.Day)
	case ref.Attachment:
		e.setIf("ri:filename", r.Filename)
		if r.Owner != "" {
			e.add(target(ref.Ref{Kind: r.Owner, Title: r.Title, Space: r.Space, Day: r.Day}))
		}
	case ref.User:
		e.setIf("ri:account-id", r.Account)
		e.setIf("ri:userkey", r.Key)
		e.setIf("ri:username", r.Name)
	case ref.Space:
		e.setIf("ri:space-key", r.Space)
	case ref.Content:
		e.setIf("ri:content-id", r.ID)
	case ref.Shortcut:
		e.setIf("ri:key", r.Key)
		e.setIf("ri:parameter", r.Value)
	}
	e.setIf("ri:version-at-save", r.Version)
	return e
}
