package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"holdfast.dev/internal/platform/recovery"
)

func silentBackupScenario() *scenario {
	return &scenario{
		name:     "silent-backup-job",
		happened: "31 January 2017, GitLab: the nightly dump had failed for long, since it ran with a wrong version; the mails that said so were rejected, and nobody looked.",
		does:     "lets the vault take nothing any more while clients write, and waits for somebody to be told; then lets it take again and destroys everything",
		holds:    "the owners are told by mail within minutes, and told again when it works; nothing that was acknowledged meanwhile is missing from the vault afterwards",
		sites:    3,
		run: func(ctx context.Context, d *drill) error {
			return inTurn(ctx, d.create, d.fill, d.serve, d.shippingStops, func(ctx context.Context) error { return d.restore(ctx, recovery.Target{}) }, d.proveAll)
		},
	}
}

// shippingStops puts a file where the vault makes its objects: every attempt fails, nothing that is there is touched.
func (d *drill) shippingStops(ctx context.Context) error {
	end := d.writing(ctx)
	defer end()
	incoming := filepath.Join(d.vault(), "incoming")
	if err := errors.Join(os.RemoveAll(incoming), os.WriteFile(incoming, nil, 0o400)); err != nil {
		return err
	}
	d.writeFor(d.o.Writing)
	start := d.clock.real()
	d.clock.pass(2 * backupSilence)
	told := d.within(ctx, time.Minute, func() bool { return d.mail.count(drillOwner, subjectUnshipped) > 0 })
	d.res.DetectedSeconds = d.clock.real().Sub(start).Seconds()
	d.must(told, "The owners are told that nothing reaches the vault", "%.1f s after the time that may pass without", d.res.DetectedSeconds)
	d.writeFor(d.o.Writing / 2)
	end()
	if err := errors.Join(os.Remove(incoming), os.MkdirAll(incoming, 0o700)); err != nil {
		return err
	}
	well := d.within(ctx, time.Minute, func() bool { return d.mail.count(drillOwner, subjectShipped) > 0 })
	d.must(well, "And told when it does again", "%d letters", d.mail.count(drillOwner, subjectShipped))
	if err := d.n.Shipper.Flush(ctx); err != nil {
		return err
	}
	d.must(d.n.Shipper.Waiting() == 0, "The vault has caught up", "%s behind", d.n.Shipper.Waiting())
	d.stop()
	if err := d.byFiles(ctx); err != nil {
		return err
	}
	d.destroyed = d.clock.real()
	return nil
}
