package app

import (
	"context"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/access/account"
	"holdfast.dev/internal/product/wiki"
	wikineeds "holdfast.dev/internal/product/wiki/needs"
)

func newWiki(n *Node, a *access.Product) *wiki.Product {
	return wiki.New(wiki.Deps{
		Clock:     n.Clock,
		Volume:    n.workVolume,
		Directory: func(ctx context.Context) wikineeds.Directory { return readers{a, httpkit.SiteFrom(ctx).Org} },
		Blobs:     func(ctx context.Context) wikineeds.Blobs { return n.Blobs(httpkit.SiteFrom(ctx).ID.String()) },
	})
}

// readers is the access product as the wiki sees it.
type readers struct {
	access *access.Product
	org    ids.Org
}

func reader(a *account.Account) wikineeds.Person {
	return wikineeds.Person{AccountID: a.ID.String(), DisplayName: a.Name, Email: a.Email, Active: a.Active, TimeZone: a.TimeZone, Locale: a.Locale}
}

// Everybody implements needs.Directory. The conversion is remembered with the organization's volume.
func (p readers) Everybody(ctx context.Context) (map[string]wikineeds.Person, error) {
	return access.Everybody(ctx, p.access, p.org, reader)
}

// Search implements needs.Directory.
func (p readers) Search(ctx context.Context, query string, startAt, limit int) ([]wikineeds.Person, int, error) {
	found, total, err := p.access.Directory(p.org).Search(ctx, query, startAt, limit)
	var out []wikineeds.Person
	for _, a := range found {
		out = append(out, reader(a))
	}
	return out, total, err
}

// Groups implements needs.Directory.
func (p readers) Groups(ctx context.Context, who string) ([]string, error) {
	return p.access.Directory(p.org).Groups(ctx, who)
}

// Members implements needs.Directory.
func (p readers) Members(ctx context.Context, group string) ([]string, error) {
	return p.access.Directory(p.org).Members(ctx, group)
}

// Ensure implements needs.Directory.
func (p readers) Ensure(ctx context.Context, foreign []wikineeds.ForeignPerson) (map[string]string, error) {
	in := make([]account.Foreign, len(foreign))
	for i, f := range foreign {
		in[i] = account.Foreign{Key: f.Key, Name: f.Name, Email: f.Email, Active: f.Active}
	}
	got, err := p.access.Directory(p.org).Ensure(ctx, in)
	out := make(map[string]string, len(got))
	for k, id := range got {
		out[k] = id.String()
	}
	return out, err
}
