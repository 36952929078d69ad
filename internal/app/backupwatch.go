package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"holdfast.dev/internal/platform/notify"
)

// A backup that fails in silence is found on the day on which it is needed. So whoever looks after sites also asks, again and again, whether the vault
// has what was committed.

const (
	// backupSilence is how long a commit may be missing from the vault before the owners are told; usually it is there within a second.
	backupSilence = 2 * time.Minute
	// backupAgain is after how long they are told again.
	backupAgain = 6 * time.Hour

	subjectUnshipped = "Holdfast: nothing reaches the vault"
	subjectShipped   = "Holdfast: the vault takes commits again"
)

// backupWatch remembers what the owners were told.
type backupWatch struct {
	told time.Time // zero while all is well
}

// watchBackups tells the owners when what was committed no longer reaches the vault, and when it does again.
func (n *Node) watchBackups(ctx context.Context, w *backupWatch) error {
	lag := n.Shipper.Waiting()
	now := n.Clock.Now()
	switch told := w.told; {
	case lag >= backupSilence && (told.IsZero() || now.Sub(told) >= backupAgain):
		n.Log.Error("nothing reaches the vault", "oldest", lag.String())
		err := n.tellOwners(ctx, subjectUnshipped, fmt.Sprintf("Commits have been waiting for the vault for %s. What is lost from now on on this machine is lost for good.\n\n"+
			"Look at the log for \"shipment to the vault failed\", at the disk of the vault and at its access rights. Nothing has to be restarted: what waits is shipped as soon as the vault takes it.\n", lag.Round(time.Second)))
		if err != nil && !errors.Is(err, notify.ErrNoMail) && !errors.Is(err, errNobodyTold) {
			return err
		}
		w.told = now
	case lag < backupSilence && !told.IsZero():
		w.told = time.Time{}
		err := n.tellOwners(ctx, subjectShipped, "Everything that waited has been shipped, or will be within a minute.\n")
		if err != nil && !errors.Is(err, notify.ErrNoMail) && !errors.Is(err, errNobodyTold) {
			return err
		}
	}
	return nil
}
