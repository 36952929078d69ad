package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/assurance"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/webhook"
)

// Every backup is restored into scratch at least weekly (R19); see package assurance, which says when, and what happens when it is not.

const (
	testEvery    = time.Minute      // between two looks of the tester
	deadManEvery = 10 * time.Minute // between two looks of its dead man's switch
)

func (n *Node) newTester() *assurance.Tester {
	return assurance.New(assurance.Config{Control: n.control(), World: backups{n}, Clock: n.Clock, Log: n.Log})
}

func (n *Node) newDeadMan() *assurance.DeadMan {
	return &assurance.DeadMan{Control: n.control(), Clock: n.Clock, Log: n.Log, Name: n.targetName, Alarm: n.alarmAssurance, Ping: n.pingHeartbeat}
}

// testRestores proves backups until ctx ends.
func (n *Node) testRestores(ctx context.Context) {
	ctx = identity.AsSystem(ctx, "restore test")
	n.sweepScratch()
	every(ctx, testEvery, func() {
		if err := n.tester.Look(ctx); err != nil && ctx.Err() == nil {
			n.Log.Error("restore tests", "error", err)
		}
	})
}

// watchTester is the dead man's switch of testRestores, on a loop of its own.
func (n *Node) watchTester(ctx context.Context) {
	ctx = identity.AsSystem(ctx, "dead man's switch")
	d := n.newDeadMan()
	every(ctx, deadManEvery, func() {
		if _, err := d.Check(ctx); err != nil && ctx.Err() == nil {
			n.Log.Error("the dead man's switch of the restore tests", "error", err)
		}
	})
}

// every does something now and again and again until ctx ends.
func every(ctx context.Context, d time.Duration, do func()) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		do()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// sweepScratch removes what tests left that ended with their process: folders that nobody touched for two days.
func (n *Node) sweepScratch() {
	left, err := filepath.Glob(filepath.Join(n.Options.Data, "tmp", "past-*"))
	if err != nil {
		return // the pattern is constant
	}
	for _, dir := range left {
		if st, err := os.Stat(dir); err == nil && n.Clock.Now().Sub(st.ModTime()) > 48*time.Hour {
			_ = os.RemoveAll(dir) // what stays harms nobody
		}
	}
}

// backups is what the tester restores.
type backups struct{ n *Node }

// controlOwner is the owner of the control database.
const controlOwner = "control"

// Targets implements assurance.World: every site but copies of others, the people of every organization, and the control database.
func (b backups) Targets(ctx context.Context) ([]assurance.Target, error) {
	orgs, err := b.n.Fleet.Orgs(ctx)
	if err != nil {
		return nil, err
	}
	out := []assurance.Target{{Owner: controlOwner, Kind: assurance.OfControl}}
	for _, o := range orgs {
		if len(b.n.Fleet.VolumesOf(o.ID.String())) > 0 {
			out = append(out, assurance.Target{Owner: o.ID.String(), Kind: assurance.OfOrg})
		}
	}
	for _, s := range b.n.Fleet.All() {
		if _, copied := b.n.Fleet.SandboxOf(s.ID); !copied && len(b.n.Fleet.VolumesOf(s.ID.String())) > 0 {
			out = append(out, assurance.Target{Owner: s.ID.String(), Kind: assurance.OfSite})
		}
	}
	return out, nil
}

// Busy implements assurance.World.
func (b backups) Busy() bool {
	b.n.restores.mu.Lock()
	defer b.n.restores.mu.Unlock()
	return len(b.n.restores.running) > 0
}

// Restore implements assurance.World.
func (b backups) Restore(ctx context.Context, t assurance.Target) (out assurance.Outcome, err error) {
	refs := b.n.Fleet.VolumesOf(t.Owner)
	if t.Kind == assurance.OfControl {
		refs = []volume.Ref{fleet.ControlRef}
	}
	if len(refs) == 0 {
		return out, errors.New("nothing of it is known any more")
	}
	for _, ref := range refs {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		v, attachments, err := b.n.proveVolume(ctx, ref)
		if err != nil {
			return out, fmt.Errorf("%s: %w", ref.Kind, err)
		}
		out.Volumes = append(out.Volumes, v)
		out.Attachments += attachments
	}
	return out, nil
}

// proveVolume restores one volume from the vault into scratch, in its newest state. The live volume is asked for nothing but what the vault should have.
func (n *Node) proveVolume(ctx context.Context, ref volume.Ref) (v assurance.Volume, attachments int64, err error) {
	sealed, err := n.shipped(ctx, ref)
	if err != nil {
		return v, 0, err
	}
	past, err := n.Recovery.Past(ctx, ref, 0)
	if err != nil {
		return v, 0, err
	}
	defer func() { err = errors.Join(err, past.Close()) }()
	v = assurance.Volume{Kind: ref.Kind, Commit: past.Target, Rows: past.Rows, Bytes: past.Bytes, Replayed: past.Replayed, Digest: past.Digest}
	if past.Head < sealed {
		return v, 0, n.Vault.Lacks(ref.String(), past.Head+1, sealed)
	}
	k, _ := n.Pool.Kind(ref.Kind)
	var hashes []string
	err = past.Volume.Read(ctx, func(tx *volume.Tx) error { return namedBlobs(ctx, tx.Tx, k.Tables, &hashes) })
	if err != nil {
		return v, 0, err
	}
	store := n.Blobs(ref.Owner)
	for _, hash := range unique(hashes) {
		if err := store.Kept(ctx, hash); err != nil {
			return v, attachments, fmt.Errorf("the attachment %s: %w", hash, err)
		}
		attachments++
	}
	return v, attachments, nil
}

// shipped makes sure that the vault has every commit of a volume as of now, and gives the newest of them. A backup that silently stopped growing is none: what
// cannot be shipped is named, with the reason. A volume whose database is gone has nothing more to give; its backup is tested all the same.
func (n *Node) shipped(ctx context.Context, ref volume.Ref) (sealed int64, err error) {
	gone, err := n.Recovery.Gone(ctx, ref)
	if err != nil || gone {
		return 0, err
	}
	v := n.Pool.Volume(ref)
	before, _, err := headAndOldest(ctx, v)
	if err != nil || before.SealedSeq >= before.Seq {
		return before.SealedSeq, err
	}
	n.Shipper.Mark(ref)
	failed := n.Shipper.Flush(ctx)
	after, oldest, err := headAndOldest(ctx, v)
	if err != nil {
		return 0, err
	}
	if after.SealedSeq >= before.Seq {
		return after.SealedSeq, nil
	}
	err = fmt.Errorf("the vault lacks commits %d to %d, the oldest made on %s", after.SealedSeq+1, before.Seq, oldest)
	if failed != nil {
		err = fmt.Errorf("%w: %w", err, failed)
	}
	return after.SealedSeq, err
}

// headAndOldest gives where the journal of a volume stands, and when the oldest commit was made that the vault has not.
func headAndOldest(ctx context.Context, v *volume.Volume) (h journal.Head, oldest string, err error) {
	err = v.Read(ctx, func(tx *volume.Tx) error {
		if h, err = journal.ReadHead(ctx, tx.Tx); err != nil {
			return err
		}
		at, err := commitInstant(ctx, tx, h.SealedSeq+1)
		if at != nil {
			oldest = at.Format("2 January 2006, 15:04 UTC")
		}
		return err
	})
	return h, oldest, err
}

// targetName tells whose backup it is, as people know it.
func (n *Node) targetName(_ context.Context, t assurance.Target) string {
	switch t.Kind {
	case assurance.OfSite:
		if id, err := ids.Parse[ids.Site](t.Owner); err == nil {
			if s, err := n.Fleet.Site(id); err == nil {
				return fmt.Sprintf("Site %s (%s)", s.Slug, t.Owner)
			}
		}
	case assurance.OfOrg:
		if id, err := ids.Parse[ids.Org](t.Owner); err == nil {
			if o, err := n.Fleet.Org(id); err == nil {
				return fmt.Sprintf("The people of %s (%s)", o.Name, t.Owner)
			}
		}
	case assurance.OfControl:
		return "The control database"
	}
	return t.Owner
}

// raised is the body of the call that an alarm makes.
type raised struct {
	Kind    string    `json:"kind"` // "holdfast.alarm"
	Subject string    `json:"subject"`
	Lines   []string  `json:"lines"`
	At      time.Time `json:"at"`
}

func (n *Node) alarmAssurance(ctx context.Context, s assurance.Settings, wrong []string) error {
	subject := fmt.Sprintf("Holdfast: %d backups are not proven", len(wrong))
	text := strings.Join(wrong[:min(len(wrong), 50)], "\n")
	if len(wrong) > 50 {
		text += fmt.Sprintf("\n… and %d more", len(wrong)-50)
	}
	text += "\n\n`holdfast restore-test list` shows every backup, `holdfast restore-test run --site SLUG` tries one again, `holdfast vault verify` reads the whole vault.\n"
	return n.raise(ctx, s.AlarmURL, subject, text, wrong)
}

// raise tells the owners by mail and calls the address for alarms. One of the two is enough; where there is neither, the log has it, as an error.
func (n *Node) raise(ctx context.Context, url, subject, text string, lines []string) error {
	mailed := n.tellOwners(ctx, subject, text)
	if url == "" {
		var refused *notify.Error
		if errors.Is(mailed, notify.ErrNoMail) || errors.Is(mailed, errNobodyTold) && !errors.As(mailed, &refused) {
			n.Log.Error("an alarm reached nobody: there is no mail server or no owner with an address, and no address to call", "alarm", subject)
			return nil
		}
		return mailed
	}
	called := n.callOut(ctx, webhook.Request{URL: url, ID: ids.New[ids.Operation](n.Clock.Now()).String()}, raised{"holdfast.alarm", subject, lines, n.Clock.Now().UTC()})
	switch {
	case called == nil:
		if mailed != nil {
			n.Log.Error("the owners were not told by mail", "alarm", subject, "error", mailed)
		}
		return nil
	case mailed == nil:
		n.Log.Error("the address for alarms did not answer", "alarm", subject, "error", called)
		return nil
	}
	return errors.Join(mailed, called)
}

// callOut sends JSON and takes nothing but success for an answer.
func (n *Node) callOut(ctx context.Context, r webhook.Request, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r.Body = b
	answer, err := n.Webhooks.Do(ctx, r)
	if err == nil && !answer.Delivered() {
		err = fmt.Errorf("%s answered %d", r.URL, answer.Status)
	}
	return err
}

func (n *Node) pingHeartbeat(ctx context.Context, s assurance.Settings) error {
	h := http.Header{}
	if s.HeartbeatAuthorization != "" {
		h.Set("Authorization", s.HeartbeatAuthorization)
	}
	err := n.callOut(ctx, webhook.Request{URL: s.HeartbeatURL, Headers: h}, map[string]string{"source": "holdfast restore test"})
	if err != nil {
		return fmt.Errorf("the heartbeat was not taken: %w", err)
	}
	return nil
}

// alarmURL gives where alarms are called out to; empty where nothing was set.
func (n *Node) alarmURL(ctx context.Context) string {
	var s assurance.Settings
	err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		s, err = assurance.ReadSettings(ctx, tx)
		return err
	})
	if err != nil { // the control database may be what is gone
		n.Log.Error("the settings of alarms cannot be read", "error", err)
	}
	return s.AlarmURL
}

// ProofRow is how the backup of something stands, with its name.
type ProofRow struct {
	assurance.Proof
	Name     string `json:"name"`
	Slug     string `json:"slug,omitempty"`
	Customer string `json:"customer"`
	State    string `json:"state" doc:"proven, failed, overdue or waiting"`
	Testing  bool   `json:"testing" doc:"It is being restored into scratch now, by this process"`
}

// Proofs tells how every backup stands, what is worst first: failed, overdue, then by the age of the last proof.
func (n *Node) Proofs(ctx context.Context) (rows []ProofRow, s assurance.Settings, looked time.Time, err error) {
	var all []assurance.Proof
	err = n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		if s, err = assurance.ReadSettings(ctx, tx); err != nil {
			return err
		}
		if looked, err = assurance.LastLook(ctx, tx); err != nil {
			return err
		}
		all, err = assurance.Proofs(ctx, tx)
		return err
	})
	testing := map[string]bool{}
	for _, owner := range n.tester.Running() {
		testing[owner] = true
	}
	now := n.Clock.Now()
	for _, p := range all {
		row := ProofRow{Proof: p, State: p.State(now, s.Overdue()), Testing: testing[p.Owner]}
		n.nameProof(&row)
		rows = append(rows, row)
	}
	return rows, s, looked, err
}

func (n *Node) nameProof(row *ProofRow) {
	row.Name = "Control database"
	switch row.Kind {
	case assurance.OfSite:
		row.Name = row.Owner
		id, err := ids.Parse[ids.Site](row.Owner)
		if err != nil {
			return
		}
		if s, err := n.Fleet.Site(id); err == nil {
			row.Name, row.Slug = s.Name, s.Slug
			if o, err := n.Fleet.Org(s.Org); err == nil {
				row.Customer = o.Name
			}
		}
	case assurance.OfOrg:
		row.Name = row.Owner
		if id, err := ids.Parse[ids.Org](row.Owner); err == nil {
			if o, err := n.Fleet.Org(id); err == nil {
				row.Name, row.Customer = "People of "+o.Name, o.Name
			}
		}
	}
}

// TestRestores restores the backups of these owners into scratch now, one after another.
func (n *Node) TestRestores(ctx context.Context, owners []string, report func(Progress)) (tests []assurance.Test, err error) {
	for i, owner := range owners {
		if err := ctx.Err(); err != nil {
			return tests, err
		}
		t, err := n.tester.Test(ctx, owner)
		if err != nil {
			return tests, err
		}
		tests = append(tests, t)
		report(Progress{Step: "restoring into scratch", Done: int64(i + 1), Total: int64(len(owners)), Unit: "backups"})
	}
	return tests, nil
}

// restoreTargets lists the owners whose backups a command names: one site, or everything.
func (n *Node) restoreTargets(ctx context.Context, site string) ([]string, error) {
	if site != "" {
		s, err := n.FindSite(site)
		if err != nil {
			return nil, err
		}
		return []string{s.ID.String()}, nil
	}
	all, err := backups{n}.Targets(ctx)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fault.NotFound("There is nothing to test.")
	}
	owners := make([]string, len(all))
	for i, t := range all {
		owners[i] = t.Owner
	}
	return owners, nil
}

// clockText writes an instant for a terminal.
func clockText(at *time.Time) string {
	if at == nil {
		return "never"
	}
	return clock.FromMicros(clock.Micros(*at)).Format("2006-01-02 15:04")
}
