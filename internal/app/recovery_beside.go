package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access/role"
)

// A sandbox is a copy of a site as it was, beside the live one: a site of its own, with volumes and a vault history of its own, that sends nothing. It
// is for its administrators to look at, and for taking single things from.

// everlasting is longer than any job waits.
const everlasting = 100 * 365 * 24 * time.Hour

// runsJobs tells whether this process runs the jobs of a volume. Nobody runs those of a sandbox: no page, mail or webhook leaves it.
func (n *Node) runsJobs(ref volume.Ref) bool {
	if id, err := ids.Parse[ids.Site](ref.Owner); err == nil {
		if _, is := n.Fleet.SandboxOf(id); is {
			return false
		}
	}
	return n.owns(ref)
}

// Beside makes a sandbox of a site at a target.
func (n *Node) Beside(ctx context.Context, s *fleet.Site, target recovery.Target, reason string, report func(recovery.Progress)) (made *fleet.Site, err error) {
	if _, is := n.Fleet.SandboxOf(s.ID); is {
		return nil, fault.Conflict("%s is a sandbox itself.", s.Slug)
	}
	if err := n.shipSite(ctx, s); err != nil {
		return nil, err
	}
	pasts, at, err := n.pasts(ctx, s, target, report)
	defer func() {
		for _, p := range pasts {
			err = errors.Join(err, p.Close())
		}
	}()
	if err != nil {
		return nil, err
	}
	slug := sandboxSlug(s.Slug, n.Clock.Now())
	made, err = n.Fleet.CreateSandbox(ctx, s.ID, slug, fmt.Sprintf("%s (sandbox, as of %s)", s.Name, at.UTC().Format("2006-01-02 15:04:05 UTC")), at, reason)
	if err != nil {
		return nil, err
	}
	if err := n.fillSandbox(identity.AsSystem(ctx, "recovery"), s, made, pasts, report); err != nil {
		return nil, errors.Join(err, n.RemoveSandbox(context.WithoutCancel(ctx), made, "it could not be filled"))
	}
	report(recovery.Progress{Step: "done", Done: len(pasts), Total: len(pasts), Unit: "volumes"})
	return n.Fleet.Site(made.ID)
}

// pasts makes the volumes of a site as they were, and gives the instant of the newest commit among them.
func (n *Node) pasts(ctx context.Context, s *fleet.Site, target recovery.Target, report func(recovery.Progress)) (out []*recovery.Past, at time.Time, err error) {
	refs := n.servedVolumes(s.ID)
	for i, ref := range refs {
		report(recovery.Progress{Step: "building", Done: i, Total: len(refs), Unit: "volumes"})
		seq, err := n.Recovery.ResolveIn(ctx, ref, target)
		if err != nil {
			return out, at, err
		}
		if seq == 0 {
			continue // it was not there yet
		}
		p, err := n.Recovery.Past(ctx, ref, seq)
		if err != nil {
			return out, at, err
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		return out, at, fault.NotFound("The site %s did not exist then.", s.Slug)
	}
	if at = target.At; at.IsZero() {
		at = n.Clock.Now()
	}
	return out, at, nil
}

func sandboxSlug(of string, now time.Time) string {
	tail := "-sandbox-" + now.UTC().Format("20060102-150405")
	return strings.TrimRight(of[:min(len(of), 63-len(tail))], "-") + tail
}

func (n *Node) fillSandbox(ctx context.Context, of, made *fleet.Site, pasts []*recovery.Past, report func(recovery.Progress)) error {
	ctx = n.siteContext(ctx, made)
	for i, p := range pasts {
		report(recovery.Progress{Step: "copying", Done: i, Total: len(pasts), Unit: "volumes"})
		ref := volume.Ref{Kind: p.Ref.Kind, Owner: made.ID.String()}
		if err := n.createVolumes(ctx, ref.Owner, ref.Kind); err != nil {
			return err
		}
		var blobs []string
		rows, err := n.describe(ctx, ref.Kind, p.Path, &blobs)
		if err != nil {
			return err
		}
		if err := n.copyBlobs(ctx, of, made, unique(blobs)); err != nil {
			return err
		}
		if err := n.fillVolume(ctx, ref, p.Path, rows); err != nil {
			return err
		}
		if err := n.holdPast(ctx, n.Pool.Volume(ref), -everlasting); err != nil {
			return err
		}
	}
	var products []string
	for _, product := range n.Fleet.Products(of.ID) {
		if slices.ContainsFunc(pasts, func(p *recovery.Past) bool { return p.Ref.Kind == kindOf(product) }) {
			products = append(products, product)
		}
	}
	if err := n.Fleet.SetProducts(ctx, made.ID, products, true); err != nil {
		return err
	}
	return n.admitAdmins(ctx, of, made)
}

// copyBlobs gives a sandbox file contents of its own.
func (n *Node) copyBlobs(ctx context.Context, of, made *fleet.Site, hashes []string) error {
	from, to := n.Blobs(of.ID.String()), n.Blobs(made.ID.String())
	for _, hash := range hashes {
		b, err := from.Open(ctx, hash)
		if err != nil {
			return fmt.Errorf("attachment %s: %w", hash, err)
		}
		size, err := b.Seek(0, io.SeekEnd)
		if err == nil {
			_, err = b.Seek(0, io.SeekStart)
		}
		if err == nil {
			_, _, err = to.Put(ctx, b, size)
		}
		if err = errors.Join(err, b.Close()); err != nil {
			return fmt.Errorf("attachment %s: %w", hash, err)
		}
	}
	return nil
}

// admitAdmins lets the administrators of a site into its sandbox, and nobody else.
func (n *Node) admitAdmins(ctx context.Context, of, made *fleet.Site) error {
	members, err := n.products.access.Members(ctx, of.Org, of.ID)
	if err != nil {
		return err
	}
	for _, m := range members {
		if !m.Admin {
			continue
		}
		if err := n.products.access.SetRole(ctx, of.Org, made.ID, m.ID, role.Admin); err != nil {
			return err
		}
	}
	return nil
}

// RemoveSandbox removes a sandbox's databases and takes it out of the fleet. Nothing of the site that it is a copy of is touched, and what the vault has
// of the sandbox stays there like everything in it.
func (n *Node) RemoveSandbox(ctx context.Context, s *fleet.Site, reason string) error {
	if err := n.Shipper.Flush(ctx); err != nil {
		return err
	}
	had, err := n.Fleet.EndSandbox(ctx, s.ID, reason)
	if err != nil {
		return err
	}
	var errs []error
	for ref, generation := range had {
		if err := n.Pool.Evict(ctx, ref); err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, n.Engine.Remove(ctx, ref.Name(generation)))
	}
	return errors.Join(errs...)
}
