package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/volume"
)

// heldJob is a job that waits for somebody's decision.
type heldJob struct {
	Volume    string    `json:"volume"`
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`
	State     string    `json:"state"`
	Due       time.Time `json:"due"`
	Attempts  int       `json:"attempts"`
	LastError string    `json:"last_error,omitempty"`
}

// listedJobs bounds what one call lists of each volume.
const listedJobs = 500

// waitingJobs lists the jobs of a site in a state, by due time.
func (n *Node) waitingJobs(ctx context.Context, s *fleet.Site, state string) ([]heldJob, error) {
	out := []heldJob{}
	for _, ref := range n.servedVolumes(s.ID) {
		err := n.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
			found, err := jobs.InState(ctx, tx, state, time.Time{}, listedJobs)
			for _, j := range found {
				out = append(out, heldJob{ref.Kind, j.ID, j.Kind, j.State, j.Due, j.Attempts, j.LastError})
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// releaseJob makes a held or dead job due now.
func (n *Node) releaseJob(ctx context.Context, s *fleet.Site, id string) error {
	for _, state := range []string{jobs.StateHeld, jobs.StateDead} {
		waiting, err := n.waitingJobs(ctx, s, state)
		if err != nil {
			return err
		}
		for _, j := range waiting {
			if j.ID != id {
				continue
			}
			ref := volume.Ref{Kind: j.Volume, Owner: s.ID.String()}
			return n.Pool.Volume(ref).Write(ctx, func(tx *volume.Tx) error { return jobs.Release(ctx, tx, id) })
		}
	}
	return fault.NotFound("The site %s has no held or dead job %s.", s.Slug, id)
}

func (c *cli) jobsCommand() *cobra.Command {
	var state string
	list := c.leaf("list SLUG", "List what a site would send and does not: held since a restore, or dead after its last try", 1, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		found, err := n.waitingJobs(ctx, s, state)
		if err != nil {
			return err
		}
		var lines []string
		for _, j := range found {
			lines = append(lines, fmt.Sprintf("%s  %-7s %-24s due %s  %s", j.ID, j.Volume, j.Kind, j.Due.UTC().Format(time.RFC3339), j.LastError))
		}
		return c.print(found, "%s", strings.Join(lines, "\n"))
	})
	list.Flags().StringVar(&state, "state", jobs.StateHeld, "held, dead or due")
	release := c.leaf("release SLUG JOB", "Let a held or dead job run now after all", 2, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		if err := n.releaseJob(ctx, s, args[1]); err != nil {
			return err
		}
		return c.print(map[string]string{"released": args[1]}, "%s is due now", args[1])
	})
	return group("jobs", "What sites have to send and do later", list, release)
}
