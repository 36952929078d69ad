package app

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/addon"
	"holdfast.dev/internal/platform/volume"
)

// maxAddonObject bounds what an add-on stores under one key, in bytes.
const maxAddonObject = 1 << 20

// addonCommand installs add-ons and shows them. What takes one out of use is a plan: nothing here does.
func (c *cli) addonCommand() *cobra.Command {
	var name string
	install := c.leaf("install SLUG KEY", "Install an add-on on a site, active, and print its identifier", 2, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		var a addon.Addon
		err = n.control().Write(ctx, func(tx *volume.Tx) error {
			a, err = addon.Install(ctx, tx, s.ID, args[1], name)
			return err
		})
		if err != nil {
			return err
		}
		return c.print(a, "%s", a.ID)
	})
	install.Flags().StringVar(&name, "name", "", "name for people (default: the key)")
	list := c.leaf("list SLUG", "List the add-ons of a site", 1, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		all := []addon.Addon{}
		err = n.control().Read(ctx, func(tx *volume.Tx) error {
			found, err := addon.OfSite(ctx, tx, s.ID)
			all = append(all, found...)
			return err
		})
		if err != nil {
			return err
		}
		var lines []string
		for _, a := range all {
			lines = append(lines, fmt.Sprintf("%s  %-11s %s  %s", a.ID, a.State, a.Key, a.Name))
		}
		return c.print(all, "%s", strings.Join(lines, "\n"))
	})
	return group("addon", "Add-ons of sites; a maintenance plan takes them out of use", install, list, c.leaf("put ADDON KEY", "Store an object of an add-on in its site, from standard input", 2, c.addonPut))
}

func (c *cli) addonPut(ctx context.Context, n *Node, args []string) error {
	id, err := ids.Parse[ids.App](args[0])
	if err != nil {
		return errUsage{err}
	}
	if args[1] == "" || len(args[1]) > 200 {
		return fault.Invalid("key", "The key of an object has 1 to 200 bytes.")
	}
	value, err := io.ReadAll(io.LimitReader(c.env.Stdin, maxAddonObject+1))
	if err != nil {
		return err
	}
	if len(value) > maxAddonObject {
		return fault.Invalid("value", "An object has at most %d bytes.", maxAddonObject)
	}
	var a addon.Addon
	err = n.control().Read(ctx, func(tx *volume.Tx) error {
		a, err = addon.Get(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	var count int64
	err = n.Pool.Volume(volume.Ref{Kind: "work", Owner: a.Site.String()}).Write(ctx, func(tx *volume.Tx) error {
		if err := addon.Put(ctx, tx, id, args[1], string(value)); err != nil {
			return err
		}
		count, err = addon.Count(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	return c.print(map[string]any{"addon": id, "objects": count}, "%s has %d objects", id, count)
}
