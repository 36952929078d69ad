package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
)

// The products can be split over processes on one data folder, so that on-call and the status page go on when the rest is gone: each process
// locks its part of the folder, ships and works through the jobs of its own volumes, and reads the control database anew every few seconds.
// The process that serves access is the one that commands are handed to.

// part is what a process can take of a data folder.
type part struct {
	name     string // of its lock and its admin socket
	kinds    []string
	products []string
}

// parts are all of it, with the products that come with each. The first has the control database too.
var parts = []part{
	{"", []string{"control", "access"}, []string{"access"}},
	{"work", []string{"work"}, []string{"tracker", "wiki"}},
	{"oncall", []string{"oncall"}, []string{"oncall"}},
	{"status", []string{"status"}, []string{"status"}},
}

// serves tells whether this process serves a product.
func (n *Node) serves(product string) bool {
	return len(n.Options.Only) == 0 || slices.Contains(n.Options.Only, product)
}

// takes tells whether this process takes a part of the data folder.
func (n *Node) takes(part int) bool { return slices.ContainsFunc(parts[part].products, n.serves) }

// owns tells whether a volume's upkeep is this process's.
func (n *Node) owns(ref volume.Ref) bool {
	for i, p := range parts {
		if slices.Contains(p.kinds, ref.Kind) {
			return n.takes(i)
		}
	}
	return false
}

// whole tells whether this process has the whole data folder for itself.
func (n *Node) whole() bool { return len(n.Options.Only) == 0 && n.Options.Database == "" }

// lockParts takes what this process serves, all or nothing.
func (n *Node) lockParts() error {
	for _, p := range n.Options.Only {
		if !slices.ContainsFunc(parts, func(x part) bool { return slices.Contains(x.products, p) }) {
			return errUsage{fault.Invalid("only", "There is no product %q to serve.", p)}
		}
	}
	for i, p := range parts {
		if !n.takes(i) {
			continue
		}
		f, err := lockFolder(n.Options.Data, p.name)
		if err != nil {
			return err
		}
		n.locks = append(n.locks, f)
	}
	return nil
}

func (n *Node) unlock() {
	for _, f := range n.locks {
		f.Close()
	}
	n.locks = nil
}

// adminSocket is where this process takes commands.
func (n *Node) adminSocket() string {
	for i, p := range parts {
		if n.takes(i) {
			return socketPath(n.Options.Data, p.name)
		}
	}
	return socketPath(n.Options.Data, "")
}

func socketPath(dir, part string) string {
	if part == "" {
		return filepath.Join(dir, "admin.sock")
	}
	return filepath.Join(dir, "admin."+part+".sock")
}

// handOverAny hands a command to the first process that takes commands for a data folder.
func handOverAny(ctx context.Context, dir string, env Env) (handed bool, err error) {
	for _, p := range parts {
		path := socketPath(dir, p.name)
		if _, serr := os.Stat(path); serr != nil {
			continue
		}
		var one error
		if handed, one = handOver(ctx, path, env); handed {
			return true, one
		}
		err = errors.Join(err, one)
	}
	return false, err
}

// refreshEvery is how often a process that shares the control database reads it anew. Whoever changes where volumes live waits for longer than
// that, so that nobody writes to a place that is given up.
const refreshEvery = time.Second

// follow keeps what this process knows of the control database fresh, and its own copy of people where another process changes them.
func (n *Node) follow(ctx context.Context) {
	tick := time.NewTicker(refreshEvery)
	defer tick.Stop()
	ctx = identity.AsSystem(ctx, "follow")
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		changed, err := n.Fleet.Refresh(ctx)
		if err != nil {
			// With the control database out of reach nobody can move a volume either: what is known goes on being true.
			n.Log.Warn("control database cannot be read", "error", err)
			continue
		}
		if changed {
			if err := n.Jobs.Refresh(ctx); err != nil {
				n.Log.Warn("wakes cannot be read", "error", err)
			}
		}
	}
}

// awaitFollowers gives the other processes on the data folder the time to learn of a change of the control database.
func (n *Node) awaitFollowers(ctx context.Context) {
	if !slices.ContainsFunc(parts, func(p part) bool { return lockHeldByOther(n, p.name) }) {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(3 * refreshEvery):
	}
}

func lockHeldByOther(n *Node, part string) bool {
	for i, p := range parts {
		if p.name == part && n.takes(i) {
			return false
		}
	}
	return lockHeld(n.Options.Data, part)
}

// writable refuses writes to what nobody may change now, and by a process that has not looked at the control database for too long, a suspended one for instance, until it has.
func (n *Node) writable(ref volume.Ref) error {
	if !n.whole() && ref != fleet.ControlRef && n.Fleet.Age() > 2*refreshEvery {
		if _, err := n.Fleet.Refresh(context.Background()); err != nil {
			n.Log.Warn("control database cannot be read", "error", err)
		}
	}
	return n.Fleet.Writable(ref)
}
