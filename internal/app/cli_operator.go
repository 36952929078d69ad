package app

import (
	"context"
	"fmt"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/operator"
	"holdfast.dev/internal/platform/volume"
)

// control gives the control database as a volume.
func (n *Node) control() *volume.Volume { return n.Pool.Volume(fleet.ControlRef) }

// asOperator names who runs a command: the operator of the token given, else the user of the operating system, who has the data folder anyway.
func (n *Node) asOperator(ctx context.Context, token string) (context.Context, error) {
	if token == "" {
		return identity.With(ctx, identity.Principal{Kind: identity.Operator, Name: systemUser()}), nil
	}
	var o operator.Operator
	err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		o, err = operator.Find(ctx, tx, token)
		return err
	})
	if err != nil {
		return nil, err
	}
	return identity.With(ctx, identity.Principal{Kind: identity.Operator, Name: o.Name, Email: o.Email}), nil
}

// systemUser names the user of the operating system so that no operator's name can be mistaken for it.
func systemUser() string {
	u, err := user.Current()
	if err != nil {
		return "cli"
	}
	return "os:" + u.Username
}

func (c *cli) operatorCommand() *cobra.Command {
	var email string
	var owner bool
	create := c.leaf("create NAME", "Add somebody who runs the installation and print their token, once", 1, func(ctx context.Context, n *Node, args []string) error {
		var token string
		err := n.control().Write(ctx, func(tx *volume.Tx) (err error) {
			token, err = operator.Create(ctx, tx, args[0], email, owner)
			return err
		})
		if err != nil {
			return err
		}
		return c.print(map[string]string{"name": args[0], "token": token}, "%s", token)
	})
	create.Flags().StringVar(&email, "email", "", "where they are told of what needs them")
	create.Flags().BoolVar(&owner, "owner", false, "answers for the installation: is told of breakglass and of vanished tenants")
	list := c.leaf("list", "List the operators", 0, func(ctx context.Context, n *Node, _ []string) error {
		var all []operator.Operator
		err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
			all, err = operator.All(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
		var lines []string
		for _, o := range all {
			state := "active"
			if !o.Active {
				state = "disabled"
			}
			lines = append(lines, fmt.Sprintf("%-20s %-10s %s", o.Name, state, o.Email))
		}
		return c.print(all, "%s", strings.Join(lines, "\n"))
	})
	disable := c.leaf("disable NAME", "End what an operator's token proves", 1, func(ctx context.Context, n *Node, args []string) error {
		err := n.control().Write(ctx, func(tx *volume.Tx) error { return operator.Disable(ctx, tx, args[0]) })
		if err != nil {
			return err
		}
		return c.print(map[string]string{"name": args[0], "state": "disabled"}, "%s is disabled", args[0])
	})
	return group("operator", "Those who run the installation; each proves themselves with HOLDFAST_OPERATOR_TOKEN", create, list, disable)
}
