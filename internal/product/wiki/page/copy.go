package page

import (
	"context"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/attachment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/property"
	"holdfast.dev/internal/product/wiki/restriction"
	"holdfast.dev/internal/product/wiki/space"
)

// maxCopies bounds the pages that one copy makes.
const maxCopies = 500

// maxProperties bounds the properties that are copied with a page.
const maxProperties = 1000

// Copy says what is copied where.
type Copy struct {
	Space    *space.Space
	ParentID int64
	Title    string // empty for the old one
	Prefix   string // put before the titles of pages below
	Search   string // in titles, becomes Replace; empty for nothing
	Replace  string
	Below    bool // the pages below too
	Labels   bool
	Files    bool
	// Restrictions and Properties are copied too when asked for.
	Restrictions, Properties bool
	May                      func(*content.Content) bool // which pages the asker sees; nil for all
}

// TitleOf gives the title of a copy of a page below.
func (how *Copy) TitleOf(title string) string {
	if how.Search != "" {
		title = strings.ReplaceAll(title, how.Search, how.Replace)
	}
	return how.Prefix + title
}

var qFilesOf = storage.Register("wiki/content.files", `SELECT `+content.Columns+` FROM wiki_content c WHERE c.owner_id = $1 AND c.kind = 'attachment' AND c.status = 'current' ORDER BY c.owner_id, c.kind, c.status, c.created_us, c.id`)

// Duplicate copies a page or post, with what is asked for, and gives the new one. Restrictions, comments and older versions stay behind.
func Duplicate(ctx context.Context, tx *volume.Tx, actor string, c *content.Content, how Copy) (*content.Content, error) {
	left := maxCopies
	return duplicate(ctx, tx, actor, c, how, &left)
}

func duplicate(ctx context.Context, tx *volume.Tx, actor string, c *content.Content, how Copy, left *int) (*content.Content, error) {
	if *left--; *left < 0 {
		return nil, fault.Bad("More than %d pages cannot be copied at once.", maxCopies)
	}
	_, doc, err := Body(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	title := how.Title
	if title == "" {
		title = how.TitleOf(c.Title)
	}
	var children []*content.Content // before the copy is made, which may be one of them
	if how.Below && c.Kind == content.Page {
		if children, err = storage.All(ctx, tx.Tx, qChildren, content.Scan, c.ID, content.Current); err != nil {
			return nil, err
		}
	}
	made, err := Create(ctx, tx, actor, New{Kind: c.Kind, Space: how.Space, ParentID: how.ParentID, Title: title, Body: doc})
	if err != nil {
		return nil, err
	}
	if err := copyBelongings(ctx, tx, actor, c, made, how); err != nil {
		return nil, err
	}
	for _, child := range children {
		if how.May != nil && !how.May(child) || child.ID == made.ID {
			continue
		}
		below := how
		below.ParentID, below.Title = made.ID, ""
		if below.Prefix == "" && below.Search == "" && how.Space.ID == c.SpaceID {
			below.Prefix = "Copy of "
		}
		if _, err := duplicate(ctx, tx, actor, child, below, left); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func copyBelongings(ctx context.Context, tx *volume.Tx, actor string, from, to *content.Content, how Copy) error {
	if how.Labels {
		labels, err := label.Of(ctx, tx, from.ID, actor)
		if err != nil {
			return err
		}
		for _, l := range labels {
			if _, err := label.Add(ctx, tx, actor, to.ID, l); err != nil {
				return err
			}
		}
	}
	if how.Properties {
		props, err := property.List(ctx, tx, from.ID, "", maxProperties)
		if err != nil {
			return err
		}
		for _, p := range props {
			if _, err := property.Create(ctx, tx, actor, to.ID, p.Key, p.Value); err != nil {
				return err
			}
		}
	}
	if how.Restrictions {
		own, err := restriction.Of(ctx, tx, from.ID)
		if err != nil {
			return err
		}
		for _, op := range []string{restriction.Read, restriction.Update} {
			if len(own[op]) == 0 {
				continue
			}
			if err := restriction.Set(ctx, tx, to, op, own[op]); err != nil {
				return err
			}
		}
	}
	if !how.Files {
		return nil
	}
	rows, err := storage.All(ctx, tx.Tx, qFilesOf, content.Scan, from.ID)
	if err != nil {
		return err
	}
	files, err := attachment.All(ctx, tx, rows)
	if err != nil {
		return err
	}
	for _, f := range files {
		file := f.File
		file.MediaID = ""
		if _, err := attachment.Add(ctx, tx, actor, to, f.Title, &file); err != nil {
			return err
		}
	}
	return nil
}
