package app

import (
	"context"
	"fmt"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/search"
	"holdfast.dev/internal/product/wiki"
	wikineeds "holdfast.dev/internal/product/wiki/needs"
)

func newWiki(n *Node, a *access.Product) *wiki.Product {
	return wiki.New(wiki.Deps{
		Clock:     n.Clock,
		Volume:    n.workVolume,
		Directory: func(ctx context.Context) wikineeds.Directory { return readers{a, httpkit.SiteFrom(ctx).Org} },
		Blobs:     func(ctx context.Context) wikineeds.Blobs { return n.Blobs(httpkit.SiteFrom(ctx).ID.String()) },
		Senders:   wikineeds.Senders{Mail: n.Mailer},
		GroupNames: func(ctx context.Context) ([]string, error) {
			return a.Directory(httpkit.SiteFrom(ctx).Org).GroupNames(ctx)
		},
		Issues: func(ctx context.Context) wikineeds.Issues {
			if s := httpkit.SiteFrom(ctx); s != nil && n.Fleet.HasProduct(s.ID, "tracker") {
				return shownIssues{people{a, s.Org}}
			}
			return nil
		},
	})
}

// shownIssues is the tracker as pages that show issues see it.
type shownIssues struct{ people people }

// Find implements needs.Issues.
func (s shownIssues) Find(ctx context.Context, tx *volume.Tx, keys []string, query string, limit int) ([]wikineeds.Issue, int, error) {
	cat, err := catalog.Load(ctx, tx)
	if err != nil {
		return nil, 0, err
	}
	if len(keys) > 0 {
		var out []wikineeds.Issue
		for _, key := range keys {
			i, err := issue.Find(ctx, tx, cat, key)
			if fault.Is(err, fault.KindNotFound) {
				continue
			}
			if err != nil {
				return nil, 0, err
			}
			out = append(out, shownIssue(cat, i))
		}
		return out, len(out), nil
	}
	q, err := search.Parse(query)
	if err != nil {
		return nil, 0, err
	}
	everybody, err := s.people.Everybody(ctx)
	if err != nil {
		return nil, 0, err
	}
	scope := search.Scope{Catalog: cat, People: everybody, Members: s.people.Members, Now: tx.Now(), Zone: time.UTC}
	if who := identity.From(ctx); who.SignedIn() {
		scope.Actor = who.Account.String()
	}
	plan, err := search.Compile(ctx, tx, scope, q)
	if err != nil {
		return nil, 0, err
	}
	total, err := plan.Count(ctx, tx, 10_000)
	if err != nil {
		return nil, 0, err
	}
	ids, _, err := plan.Page(ctx, tx, search.Cursor{}, limit)
	if err != nil {
		return nil, 0, err
	}
	found, err := issue.ByIDs(ctx, tx, ids)
	out := make([]wikineeds.Issue, 0, len(found))
	for _, i := range found {
		out = append(out, shownIssue(cat, i))
	}
	return out, total, err
}

func shownIssue(cat *catalog.Catalog, i *issue.Issue) wikineeds.Issue {
	out := wikineeds.Issue{Summary: i.Summary, Assignee: i.Assignee}
	if p := cat.Project(i.ProjectID); p != nil {
		out.Key = fmt.Sprintf("%s-%d", p.Key, i.Number)
		out.URL = "/browse/" + out.Key
	}
	if st := cat.Status(i.StatusID); st != nil {
		out.Status, out.Category = st.Name, st.Category
	}
	if t := cat.Type(i.TypeID); t != nil {
		out.Type = t.Name
	}
	return out
}
