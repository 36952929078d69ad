package app

import (
	"context"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/schedule"
	"holdfast.dev/internal/product/oncall/team"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/viewer"
	"holdfast.dev/internal/richtext/extract"
)

// What each product says of an address. All give nil or a not-found fault for what is not there or not for the asker.

var categoryColours = map[string]string{catalog.CategoryNew: "neutral", catalog.CategoryIndeterminate: "blue", catalog.CategoryDone: "green"}

func (n *Node) issueLink(ctx context.Context, tx *volume.Tx, a address) (*smartLink, error) {
	c, err := catalog.Load(ctx, tx)
	if err != nil {
		return nil, err
	}
	if a.part(0) == "projects" {
		p := c.ProjectByKey(strings.ToUpper(a.part(1)))
		if p == nil || p.Deleted != nil {
			return nil, nil
		}
		return &smartLink{Title: p.Name, Kind: "project", Icon: "projects", Key: p.Key, Summary: p.Description}, nil
	}
	i, err := issue.Find(ctx, tx, c, a.part(1))
	if err != nil {
		return nil, err
	}
	l := &smartLink{Title: i.Summary, Kind: "issue", Icon: "issues"}
	if p := c.Project(i.ProjectID); p != nil {
		l.Key = issue.Key(p.Key, i.Number)
	}
	if st := c.Status(i.StatusID); st != nil {
		l.Status = &linkState{st.Name, categoryColours[st.Category]}
	}
	return l, nil
}

var contentIcons = map[string]string{content.Page: "page", content.BlogPost: "megaphone", content.Comment: "comment", content.Attachment: "attach"}

func (n *Node) wikiLink(ctx context.Context, tx *volume.Tx, a address) (*smartLink, error) {
	v, err := viewer.For(ctx, tx)
	if err != nil {
		return nil, err
	}
	id, ok := a.wikiContent()
	if !ok {
		return spaceLink(v, a), nil
	}
	c, err := v.See(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	l := &smartLink{Title: c.Title, Kind: c.Kind, Icon: contentIcons[c.Kind]}
	if s := v.Spaces.Get(c.SpaceID); s != nil {
		l.Key = s.Key
	}
	switch c.Status {
	case content.Trashed:
		l.Status = &linkState{"In the trash", "red"}
	case content.Archived:
		l.Status = &linkState{"Archived", "yellow"}
	case content.Draft:
		l.Status = &linkState{"Draft", "yellow"}
	}
	if c.Kind == content.Comment {
		owner, err := v.See(ctx, tx, c.OwnerID)
		if err != nil {
			return nil, err
		}
		l.Title = "Re: " + owner.Title
	}
	if c.Kind == content.Attachment {
		return l, nil
	}
	version, err := content.VersionOf(ctx, tx, c.ID, c.Version)
	if err != nil {
		return nil, err
	}
	if doc, err := content.Document(version.Body); err == nil {
		l.Summary = extract.Summary(doc, 200)
	}
	return l, nil
}

// spaceLink is for the forms that name a space: /wiki/spaces/KEY and the old /wiki/display/KEY. A title after the latter is left to the page itself.
func spaceLink(v *viewer.Viewer, a address) *smartLink {
	if a.part(1) != "spaces" && (a.part(1) != "display" || a.part(3) != "") {
		return nil
	}
	s := v.Spaces.ByKey(a.part(2))
	if s == nil || !v.SeesSpace(s) {
		return nil
	}
	return &smartLink{Title: s.Name, Kind: "space", Icon: "book", Key: s.Key, Summary: s.Description}
}

func (n *Node) oncallLink(ctx context.Context, tx *volume.Tx, a address) (*smartLink, error) {
	id := a.part(2)
	switch a.part(1) {
	case "alerts":
		al, err := alert.Get(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		state := &linkState{"Open", "red"}
		switch {
		case !al.Open:
			state = &linkState{"Closed", "green"}
		case al.Snoozed(tx.Now()):
			state = &linkState{"Snoozed", "neutral"}
		case al.Acknowledged:
			state = &linkState{"Acknowledged", "yellow"}
		}
		return &smartLink{Title: al.Message, Kind: "alert", Icon: "bell", Key: "#" + al.TinyID(), Status: state, Summary: firstWords(al.Description)}, nil
	case "schedules":
		all, err := schedule.All(ctx, tx)
		for _, s := range all {
			if s.ID == id {
				return &smartLink{Title: s.Name, Kind: "schedule", Icon: "calendar", Summary: s.Description}, err
			}
		}
		return nil, err
	case "teams":
		all, err := team.All(ctx, tx)
		for _, t := range all {
			if t.ID == id {
				return &smartLink{Title: t.Name, Kind: "team", Icon: "members", Summary: t.Description}, err
			}
		}
		return nil, err
	}
	return nil, nil
}

// firstWords shortens a plain text to what a card shows.
func firstWords(s string) string {
	if r := []rune(strings.Join(strings.Fields(s), " ")); len(r) > 200 {
		return string(r[:199]) + "…"
	} else {
		return string(r)
	}
}

// statusLink is for incidents as the interface and the public page name them, and for the pages themselves.
func (n *Node) statusLink(ctx context.Context, tx *volume.Tx, a address) (*smartLink, error) {
	pages, err := page.All(ctx, tx)
	if err != nil || len(pages) == 0 {
		return nil, err
	}
	rest := a.parts[1:]
	if a.part(0) == "status" && a.part(1) == "p" {
		for _, p := range pages {
			if p.ID == a.part(2) {
				return linkOfPage(ctx, tx, []*page.Page{p}, rest[2:])
			}
		}
		return nil, nil
	}
	if a.part(0) == "status" {
		pages = pages[:1]
	}
	if a.part(0) == "statuspages" && len(rest) < 2 {
		return nil, nil
	}
	return linkOfPage(ctx, tx, pages, rest)
}

// linkOfPage is what a path under one of some status pages names.
func linkOfPage(ctx context.Context, tx *volume.Tx, pages []*page.Page, rest []string) (*smartLink, error) {
	if len(rest) == 0 {
		return &smartLink{Title: pages[0].Name, Kind: "statuspage", Icon: "pulse"}, nil
	}
	if rest[0] != "incidents" || len(rest) < 2 {
		return nil, nil
	}
	for _, p := range pages {
		i, err := incident.Get(ctx, tx, p.ID, rest[1])
		if fault.Is(err, fault.KindNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return incidentLink(i), nil
	}
	return nil, nil
}

func incidentLink(i *incident.Incident) *smartLink {
	l := &smartLink{Title: i.Name, Kind: "incident", Icon: "megaphone", Status: &linkState{i.Status.Label(), "yellow"}}
	switch {
	case i.Status.Over():
		l.Status.Colour = "green"
	case i.Scheduled:
		l.Status.Colour = "blue"
	case i.EffectiveImpact() == incident.Major || i.EffectiveImpact() == incident.Critical:
		l.Status.Colour = "red"
	}
	if i.Scheduled {
		l.Kind = "maintenance"
	}
	return l
}

// domainLink is for addresses on the own domain of a status page of this site.
func (n *Node) domainLink(ctx context.Context, given string, a address) (l *smartLink, err error) {
	if !n.has(ctx, "status") {
		return nil, nil
	}
	v, err := n.siteVolume(ctx, "status")
	if err != nil {
		return nil, err
	}
	err = v.Read(ctx, func(tx *volume.Tx) error {
		pages, err := page.All(ctx, tx)
		if err != nil {
			return err
		}
		for _, p := range pages {
			if p.Domain != "" && strings.EqualFold(p.Domain, a.host) {
				l, err = linkOfPage(ctx, tx, []*page.Page{p}, a.parts)
				return err
			}
		}
		return nil
	})
	if l != nil {
		l.URL, l.Product = given, "status"
	}
	return l, err
}
