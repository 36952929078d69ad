package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/access/role"
)

func (c *cli) orgCommand() *cobra.Command {
	create := c.leaf("create NAME", "Create an organization and print its identifier", 1, func(ctx context.Context, n *Node, args []string) error {
		o, err := n.CreateOrg(ctx, args[0])
		if err != nil {
			return err
		}
		return c.print(o, "%s", o.ID)
	})
	list := c.leaf("list", "List the organizations", 0, func(ctx context.Context, n *Node, _ []string) error {
		orgs, err := n.Fleet.Orgs(ctx)
		if err != nil {
			return err
		}
		var lines []string
		for _, o := range orgs {
			lines = append(lines, fmt.Sprintf("%s  %s", o.ID, o.Name))
		}
		return c.print(orgs, "%s", strings.Join(lines, "\n"))
	})
	return group("org", "Organizations", create, list)
}

func (c *cli) siteCommand() *cobra.Command {
	var org, name string
	var products []string
	create := c.leaf("create SLUG", "Create a site and print its identifier", 1, func(ctx context.Context, n *Node, args []string) error {
		o, err := n.FindOrg(ctx, org)
		if err != nil {
			return err
		}
		s, err := n.CreateSite(ctx, o.ID, args[0], name, products...)
		if err != nil {
			return err
		}
		if err := n.products.access.Welcome(ctx, o.ID, s.ID); err != nil {
			return err
		}
		if err := n.syncPeople(ctx, s); err != nil {
			return err
		}
		return c.print(s, "%s", s.ID)
	})
	create.Flags().StringVar(&org, "org", "", "organization (identifier or name)")
	create.Flags().StringVar(&name, "name", "", "name for people (default: the slug)")
	create.Flags().StringSliceVar(&products, "products", nil, "products to switch on (default: all: "+strings.Join(SiteProducts, ",")+")")
	_ = create.MarkFlagRequired("org")
	list := c.leaf("list", "List the sites", 0, func(ctx context.Context, n *Node, _ []string) error {
		sites, err := n.Fleet.Sites(ctx)
		if err != nil {
			return err
		}
		var lines []string
		for _, s := range sites {
			lines = append(lines, fmt.Sprintf("%s  %-10s  %s", s.ID, s.State, s.Slug))
		}
		return c.print(sites, "%s", strings.Join(lines, "\n"))
	})
	return group("site", "Sites", create, list,
		c.stateCommand("suspend SLUG", "Take a site out of use; nothing is lost and resume brings it back", fleet.Suspended),
		c.resumeCommand(),
		c.tombstoneCommand(),
		c.productCommand("switch-on SLUG PRODUCT", "Switch a product of a site on; its data is where it was", (*Node).SwitchOn),
		c.productCommand("switch-off SLUG PRODUCT", "Switch a product of a site off; its data stays", (*Node).SwitchOff),
		c.destroyCommand(), c.restoreCommand(), c.diffCommand(), c.removeSandboxCommand(), c.undoCommand())
}

func (c *cli) productCommand(use, short string, do func(*Node, context.Context, *fleet.Site, ...string) error) *cobra.Command {
	return c.leaf(use, short, 2, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		if err := do(n, ctx, s, args[1]); err != nil {
			return err
		}
		on := n.Fleet.Products(s.ID)
		return c.print(map[string]any{"site": s.ID, "products": on}, "%s has %s", s.Slug, strings.Join(on, ", "))
	})
}

func (c *cli) stateCommand(use, short string, to fleet.State) *cobra.Command {
	var reason string
	cmd := c.leaf(use, short, 1, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		if err := n.Fleet.SetState(ctx, s.ID, to, reason); err != nil {
			return err
		}
		s, err = n.Fleet.Site(s.ID)
		if err != nil {
			return err
		}
		return c.print(s, "%s is %s", s.Slug, s.State)
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the ledger")
	return cmd
}

func (c *cli) userCommand() *cobra.Command {
	var name, org, site string
	var admin, stdin bool
	create := c.leaf("create EMAIL", "Create a person who can sign in, and give them a role on the organization's sites", 1, func(ctx context.Context, n *Node, args []string) error {
		if !stdin {
			return errUsage{errors.New("give the password with --password-stdin")}
		}
		pw, err := bufio.NewReader(io.LimitReader(c.env.Stdin, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		o, err := n.FindOrg(ctx, org)
		if err != nil {
			return err
		}
		if _, err := n.sitesOf(o.ID, site); err != nil { // before anything is made
			return err
		}
		id, err := n.products.access.CreateAccount(ctx, o.ID, access.NewPerson{Email: args[0], Name: name, Password: strings.TrimRight(pw, "\r\n")})
		if err != nil {
			return err
		}
		is := role.Member
		if admin {
			is = role.Admin
		}
		if err := n.grant(ctx, o.ID, site, id, is); err != nil {
			return err
		}
		return c.print(map[string]string{"id": id.String(), "email": args[0]}, "%s", id)
	})
	create.Flags().StringVar(&name, "name", "", "name for people")
	create.Flags().StringVar(&org, "org", "", "organization (identifier or name)")
	create.Flags().StringVar(&site, "site", "", "only this site (default: all of the organization's, later ones too)")
	create.Flags().BoolVar(&admin, "admin", false, "as administrator")
	create.Flags().BoolVar(&stdin, "password-stdin", false, "read the password from standard input")
	_ = create.MarkFlagRequired("org")
	_ = create.MarkFlagRequired("name")
	return group("user", "People", create, c.userGrantCommand())
}

// userGrantCommand gives somebody who has an account already a role on another site, or another role.
func (c *cli) userGrantCommand() *cobra.Command {
	var org, site string
	var admin bool
	cmd := c.leaf("grant EMAIL", "Give a person who has an account a role on a site, or on all of the organization's", 1, func(ctx context.Context, n *Node, args []string) error {
		o, err := n.orgOf(ctx, org, args[0])
		if err != nil {
			return err
		}
		who, err := n.products.access.AccountByEmail(ctx, o, args[0])
		if err != nil {
			return err
		}
		is := role.Member
		if admin {
			is = role.Admin
		}
		if err := n.grant(ctx, o, site, who.ID, is); err != nil {
			return err
		}
		where := "all sites"
		if site != "" {
			where = site
		}
		return c.print(map[string]string{"id": who.ID.String(), "role": string(is), "site": site}, "%s is %s of %s", args[0], is, where)
	})
	cmd.Flags().StringVar(&org, "org", "", "organization, when the address is known to several")
	cmd.Flags().StringVar(&site, "site", "", "only this site (default: all of the organization's, later ones too)")
	cmd.Flags().BoolVar(&admin, "admin", false, "as administrator")
	return cmd
}

// grant gives an account a role on one site, or on all of the organization's and those that it makes later.
func (n *Node) grant(ctx context.Context, org ids.Org, slug string, who ids.Account, is role.Role) error {
	sites, err := n.sitesOf(org, slug)
	if err != nil {
		return err
	}
	if slug == "" {
		if err := n.products.access.SetRoleForAll(ctx, org, who, is); err != nil {
			return err
		}
	}
	for _, s := range sites {
		if err := n.products.access.SetRole(ctx, org, s.ID, who, is); err != nil {
			return err
		}
		if err := n.syncPeople(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// sitesOf gives one site of an organization, or without a slug all that it has.
func (n *Node) sitesOf(org ids.Org, slug string) ([]*fleet.Site, error) {
	if slug == "" {
		return slices.DeleteFunc(n.Fleet.All(), func(s *fleet.Site) bool { return s.Org != org }), nil
	}
	s, err := n.FindSite(slug)
	if err != nil {
		return nil, err
	}
	if s.Org != org {
		return nil, fault.Bad("The site %s is another organization's.", s.Slug)
	}
	return []*fleet.Site{s}, nil
}

func (c *cli) tokenCommand() *cobra.Command {
	var email, label, org string
	var days int
	create := c.leaf("create", "Create an API token and print it, once", 0, func(ctx context.Context, n *Node, _ []string) error {
		if days < 0 || days > 3650 {
			return errUsage{errors.New("--days takes 1 to 3650, or 0 for never")}
		}
		o, err := n.orgOf(ctx, org, email)
		if err != nil {
			return err
		}
		secret, err := n.products.access.CreateToken(ctx, o, email, label, time.Duration(days)*24*time.Hour)
		if err != nil {
			return err
		}
		return c.print(map[string]string{"token": secret}, "%s", secret)
	})
	create.Flags().StringVar(&email, "email", "", "whose token")
	create.Flags().StringVar(&org, "org", "", "organization, when the address is known to several")
	create.Flags().StringVar(&label, "label", "command line", "what it is for")
	create.Flags().IntVar(&days, "days", 365, "days until it ends, 3650 at most; 0 for never")
	_ = create.MarkFlagRequired("email")
	return group("token", "API tokens", create)
}

// orgOf finds the one organization that knows an address.
func (n *Node) orgOf(ctx context.Context, org, email string) (ids.Org, error) {
	if org != "" {
		o, err := n.FindOrg(ctx, org)
		if err != nil {
			return ids.Org{}, err
		}
		return o.ID, nil
	}
	orgs, err := n.Fleet.Orgs(ctx)
	if err != nil {
		return ids.Org{}, err
	}
	var found []ids.Org
	for _, o := range orgs {
		_, err := n.products.access.AccountByEmail(ctx, o.ID, email)
		switch {
		case err == nil:
			found = append(found, o.ID)
		case !fault.Is(err, fault.KindNotFound):
			return ids.Org{}, err
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return ids.Org{}, fault.NotFound("nobody has the address %s", email)
	}
	return ids.Org{}, fault.Conflict("several organizations know %s: say which with --org", email)
}
