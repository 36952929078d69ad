package app

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/oncall"
	"holdfast.dev/internal/product/oncall/incoming"
	oncallneeds "holdfast.dev/internal/product/oncall/needs"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/link"
	"holdfast.dev/internal/richtext/adf"
)

func newOncall(n *Node, a *access.Product) *oncall.Product {
	return oncall.New(oncall.Deps{
		Clock:    n.Clock,
		Volume:   func(ctx context.Context) (*volume.Volume, error) { return n.siteVolume(ctx, "oncall") },
		Accounts: a,
		Senders:  oncallneeds.Senders{Mail: n.Mailer, Webhook: n.Webhooks},
		Issues: func(ctx context.Context) oncallneeds.Issues {
			if !n.has(ctx, "tracker") {
				return nil
			}
			return issues{n}
		},
		Status: func(ctx context.Context) oncallneeds.StatusIncidents {
			if !n.has(ctx, "status") {
				return nil
			}
			return n.products.status
		},
		Blobs: func(ctx context.Context) oncallneeds.Blobs { return n.Blobs(httpkit.SiteFrom(ctx).ID.String()) },
	})
}

// has tells whether the site of the context has a product and this process serves it.
func (n *Node) has(ctx context.Context, product string) bool {
	s := httpkit.SiteFrom(ctx)
	return s != nil && n.serves(product) && n.Fleet.HasProduct(s.ID, product)
}

// issues makes tracker issues for other products, in the name of whoever asks.
type issues struct{ node *Node }

// CreateIssue implements oncallneeds.Issues. project is a key, issueType a name; empty for Task, or the first type of the project.
func (i issues) CreateIssue(ctx context.Context, project, issueType, summary, description string, from oncallneeds.Origin) (out oncallneeds.Issue, err error) {
	who := identity.From(ctx)
	if !who.SignedIn() {
		return out, fault.Forbidden("Issues are made by people.")
	}
	v, err := i.node.workVolume(ctx)
	if err != nil {
		return out, err
	}
	err = v.Write(ctx, func(tx *volume.Tx) error {
		c, err := catalog.Load(ctx, tx)
		if err != nil {
			return err
		}
		p := c.FindProject(project)
		if p == nil {
			return fault.Invalid("project", "There is no project %q.", project)
		}
		t := typeOf(p, issueType)
		if t == nil {
			return fault.Invalid("issueType", "The project %s has no issue type %q.", p.Key, issueType)
		}
		made, err := issue.Create(ctx, tx, c, who.Account.String(), issue.Draft{ProjectID: p.ID, Patch: issue.Patch{Summary: issue.Some(summary), TypeID: issue.Some(t.ID),
			Description: issue.Some(string(adf.FromPlainText(description).JSON())), DescriptionText: description}})
		if err != nil {
			return err
		}
		out.Key = issue.Key(p.Key, made.Number)
		out.URL = httpkit.BaseURL(ctx) + "/browse/" + out.Key
		return linkBack(ctx, tx, made, from)
	})
	return out, err
}

// linkBack gives an issue a remote link to what it was made from.
func linkBack(ctx context.Context, tx *volume.Tx, i *issue.Issue, from oncallneeds.Origin) error {
	if from.URL == "" {
		return nil
	}
	object, err := json.Marshal(map[string]string{"url": from.URL, "title": from.Title})
	if err != nil {
		return err
	}
	_, _, err = link.PutRemote(ctx, tx, i, link.Remote{GlobalID: from.URL, Relationship: "created from", Application: `{"type":"holdfast.oncall","name":"On-call"}`, Object: string(object), URL: from.URL})
	return err
}

// typeOf gives a project's issue type by name, without one Task or the first that needs no parent.
func typeOf(p *catalog.Project, name string) *catalog.IssueType {
	var first *catalog.IssueType
	for _, t := range p.Types {
		switch {
		case t.Subtask():
		case name != "" && strings.EqualFold(t.Name, name), name == "" && t.Name == "Task":
			return t
		case name == "" && first == nil:
			first = t
		}
	}
	return first
}

// mailSite finds the site that a mail address names, for incoming.MailServer; without one, the only site that there is.
func (n *Node) mailSite(ctx context.Context, id ids.Site) (context.Context, *volume.Volume, error) {
	s := n.Fleet.OnlySite()
	if !id.IsZero() {
		var err error
		if s, err = n.Fleet.Site(id); err != nil {
			return nil, nil, err
		}
	}
	if s == nil {
		return nil, nil, errNoSite
	}
	ctx = n.siteContext(ctx, s)
	if !slices.Contains(n.Fleet.Products(s.ID), "oncall") || !n.serves("oncall") {
		return nil, nil, errNoSite
	}
	v, err := n.siteVolume(ctx, "oncall")
	return ctx, v, err
}

var _ incoming.Resolver = (&Node{}).mailSite
