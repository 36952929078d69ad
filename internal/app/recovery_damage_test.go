package app

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/lossreport"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
)

// command runs a command line in the node's own process, as a person at a terminal would through the server.
func (w *town) command(args ...string) (code int, out, said string) {
	w.t.Helper()
	var stdout, stderr bytes.Buffer
	code = Run(w.t.Context(), Env{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Dir: w.t.TempDir(), Node: w.node, Args: args})
	return code, stdout.String(), stderr.String()
}

// onBoth runs a test with its town on each engine.
func onBoth(t *testing.T, test func(t *testing.T, w *town)) {
	t.Run("sqlite", func(t *testing.T) { test(t, newTown(t)) })
	t.Run("postgres", func(t *testing.T) {
		test(t, newTownOn(t, Options{Data: t.TempDir(), Database: storagetest.PostgresURL(t)}))
	})
}

// destroy removes the databases of acme.
func (w *town) destroy() {
	w.t.Helper()
	if code, _, said := w.command("site", "destroy-for-drill", "acme", "--site-id", w.acme.ID.String()); code != ExitOK {
		w.t.Fatal(said)
	}
}

// R14, R24: the newest segment is damaged and the site's databases are gone. The command line names the object, says from which commit on nothing is known, brings back what was
// before, alone or with all that is missing, and the loss report says the same to the customer.
func TestR14ADamagedNewestSegmentKeepsNobodyFromWhatWasBefore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *town) {
		ctx := t.Context()
		sail(t, w)
		w.clock.Advance(time.Minute)
		if err := w.node.Shipper.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		ref := volume.Ref{Kind: "work", Owner: w.acme.ID.String()}
		before, err := w.node.Vault.History(ctx, ref.String())
		if err != nil {
			t.Fatal(err)
		}
		want := digests(t, w.node, []volume.Ref{ref})
		known := before[len(before)-1].To
		w.clock.Advance(time.Minute)
		at := w.clock.Now().UTC().Format(time.RFC3339Nano)
		w.clock.Advance(time.Minute)
		w.must("POST", "/rest/api/2/issue", `{"fields":{"project":{"key":"SEA"},"issuetype":{"name":"Task"},"summary":"Lost at sea"}}`, w.token["acme"])
		if err := w.node.Shipper.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		frames, err := w.node.Vault.History(ctx, ref.String())
		if err != nil {
			t.Fatal(err)
		}
		last := frames[len(frames)-1]
		w.destroy()
		heal, err := flipAt(filepath.Join(w.node.Options.Data, "vault", filepath.FromSlash(last.Segment)), last.Offset+last.Length/2)
		if err != nil {
			t.Fatal(err)
		}
		if code, _, said := w.command("site", "restore", "acme"); code == ExitOK || !strings.Contains(said, last.Segment) {
			t.Fatalf("the newest state: exit %d, %s", code, said)
		}
		if code, _, said := w.command("site", "restore", "acme", "--at", w.clock.Now().UTC().Format(time.RFC3339Nano)); code == ExitOK || !strings.Contains(said, last.Segment) {
			t.Fatalf("an instant after it: exit %d, %s", code, said)
		}
		if gone, err := w.node.goneOf(ctx, w.acme.ID); err != nil || len(gone) != len(w.node.Fleet.VolumesOf(w.acme.ID.String())) {
			t.Fatalf("half restored: only %v are gone, %v", gone, err)
		}
		code, out, said := w.command("site", "restore", "--all-missing", "--at", at)
		if code != ExitOK || !strings.Contains(out, last.Segment) {
			t.Fatalf("what was before: exit %d, %s %s", code, out, said)
		}
		if got := digests(t, w.node, []volume.Ref{ref}); got["work"] != want["work"] {
			t.Fatalf("digest %s, want %s", got["work"], want["work"])
		}
		w.must("POST", "/rest/api/2/issue", `{"fields":{"project":{"key":"SEA"},"issuetype":{"name":"Task"},"summary":"Sail on"}}`, w.token["acme"])
		report, err := w.node.LossReport(ctx, w.acme, ids.Operation{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := lossreport.Verify(report, nil); err != nil {
			t.Fatal(err)
		}
		for _, v := range report.Volumes {
			if v.Kind == "work" && (len(v.Unknown) != 1 || v.Unknown[0].From != known+1 || v.Unknown[0].Objects[0] != last.Segment) {
				t.Errorf("the report says %+v; nothing is known from commit %d on, which %s held", v.Unknown, known+1, last.Segment)
			}
		}
		page, err := lossreport.Page(report)
		if err != nil || !bytes.Contains(page, []byte("Nothing is known")) || !bytes.Contains(page, []byte(last.Segment)) {
			t.Errorf("%v\n%s", err, page)
		}
		// What is lost cannot be left out of it.
		hidden := altered(t, report, func(r *lossreport.Report) { r.Volumes[0].Unknown = nil })
		if err := hidden.Sign(w.node.Signer); err != nil {
			t.Fatal(err)
		}
		if report.Volumes[0].Kind == "work" && lossreport.Verify(hidden, nil) == nil {
			t.Error("a report that is silent about what is lost: not noticed")
		}
		if err := heal(); err != nil {
			t.Fatal(err)
		}
		w.destroy()
		if code, _, said := w.command("site", "restore", "acme"); code != ExitOK {
			t.Fatalf("life went on, and that is what comes back: exit %d, %s", code, said)
		}
		w.must("GET", "/rest/api/2/issue/SEA-1", "", w.token["acme"])
	})
}
