// Package setup makes what a wiki starts with: a space with its home page and permissions, and the templates of a new site.
package setup

import (
	"context"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/template"
	"holdfast.dev/internal/product/wiki/watch"
	"holdfast.dev/internal/richtext/adf"
)

// Private says that only the maker of a space may see it.
type Private bool

// Space makes a space of the given key, name, description, icon and type with a home page and the usual permissions.
func Space(ctx context.Context, tx *volume.Tx, actor string, s *space.Space, private Private) error {
	if s.Type == "" {
		s.Type = space.Global
	}
	if s.Type == space.Personal {
		if s.Owner == "" {
			s.Owner = actor
		}
		if s.Key == "" {
			s.Key = "~" + s.Owner
		}
	}
	if err := space.CheckKey(s.Key); err != nil {
		return err
	}
	if s.Name = strings.TrimSpace(s.Name); s.Name == "" || len(s.Name) > 255 {
		return fault.Invalid("name", "The name of a space has 1 to 255 bytes.")
	}
	all, err := space.Read(ctx, tx)
	if err != nil {
		return err
	}
	if all.ByKey(s.Key) != nil {
		return fault.Bad("A space already exists with key %s", s.Key)
	}
	if s.ID, err = content.NextID(ctx, tx, 1); err != nil {
		return err
	}
	if s.Alias == "" {
		s.Alias = s.Key
	}
	s.Status, s.Author, s.Created, s.Updated = space.Current, actor, tx.Now(), tx.Now()
	if err := space.Insert(ctx, tx, s); err != nil {
		return err
	}
	if err := grant(ctx, tx, actor, s, private); err != nil {
		return err
	}
	title := s.Name
	if s.Type == space.Global {
		title = s.Name + " Home"
	}
	home, err := page.Create(ctx, tx, actor, page.New{Kind: content.Page, Space: s, Title: truncate(title), Body: welcome(s)})
	if err != nil {
		return err
	}
	s.HomepageID = home.ID
	if actor != "" {
		if err := watch.Set(ctx, tx, actor, watch.Space, watch.ID(s.ID), true); err != nil {
			return err
		}
	}
	return space.Save(ctx, tx, s)
}

func truncate(s string) string {
	if r := []rune(s); len(r) > page.MaxTitle {
		return string(r[:page.MaxTitle])
	}
	return s
}

func grant(ctx context.Context, tx *volume.Tx, actor string, s *space.Space, private Private) error {
	var all []space.Permission
	if !private {
		for _, r := range space.MemberRights(s.Type) {
			all = append(all, space.Permission{SubjectType: space.Everyone, Operation: r.Operation, Target: r.Target})
		}
	}
	for _, account := range []string{actor, s.Owner} {
		if account == "" {
			continue
		}
		for _, r := range []space.Right{space.View, space.Administer} {
			all = append(all, space.Permission{SubjectType: space.User, Subject: account, Operation: r.Operation, Target: r.Target})
		}
	}
	for _, p := range all {
		granted, err := space.Grant(ctx, tx, s.ID, p)
		if err != nil {
			return err
		}
		s.Permissions = append(s.Permissions, granted)
	}
	return nil
}

func welcome(s *space.Space) *adf.Node {
	doc := adf.Doc()
	if s.Description != "" {
		doc.Content = append(doc.Content, adf.Paragraph(adf.Text(s.Description)))
	}
	return doc
}

// Site fills a site on which the wiki is switched on. It may run again: what is there already stays as it is.
func Site(ctx context.Context, tx *volume.Tx) error {
	have, err := template.Of(ctx, tx, 0)
	if err != nil || len(have) > 0 {
		return err
	}
	for _, t := range templates() {
		t.Body = string(t.doc.JSON())
		if err := template.Save(ctx, tx, &t.Template); err != nil {
			return err
		}
	}
	return nil
}

type starter struct {
	template.Template
	doc *adf.Node
}

func templates() []*starter {
	h := func(s string) *adf.Node { return adf.Block("heading", map[string]any{"level": 2}, adf.Text(s)) }
	p := func(s string) *adf.Node { return adf.Paragraph(adf.Text(s)) }
	todo := func(s string) *adf.Node {
		return adf.Block("taskList", map[string]any{"localId": "tasks"}, adf.Block("taskItem", map[string]any{"localId": "task-1", "state": "TODO"}, adf.Text(s)))
	}
	of := func(name, description string, labels []string, blocks ...*adf.Node) *starter {
		return &starter{template.Template{Name: name, Description: description, Labels: labels}, adf.Doc(blocks...)}
	}
	return []*starter{
		of("Meeting notes", "Who met, what was said, who does what.", []string{"meeting-notes"}, h("Date"), p("{{date}}"), h("Participants"), p("{{participants}}"), h("Topics"), p("What is to be talked about"), h("Action items"), todo("Who does what by when")),
		of("Decision", "What was decided, and why.", []string{"decision"}, h("Decision"), p("{{decision}}"), h("Background"), p("What led here"), h("Options considered"), p("What else there was, and why not"), h("Consequences"), p("What follows")),
		of("How-to", "Steps that lead to a result.", []string{"how-to"}, p("How to {{goal}}."), h("Before you start"), p("What is needed"), h("Steps"),
			adf.Block("orderedList", nil, adf.Block("listItem", nil, p("First step")))),
	}
}
