package app

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"holdfast.dev/internal/platform/s3"
	"holdfast.dev/internal/platform/s3/s3test"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
)

// inBucket gives the environment of an operator whose vault is in a bucket.
func inBucket(t *testing.T, a s3.Address) {
	t.Helper()
	t.Setenv("HOLDFAST_VAULT", a.String())
	t.Setenv("HOLDFAST_VAULT_ACCESS_KEY_ID", s3test.Keys.Access)
	t.Setenv("HOLDFAST_VAULT_SECRET_ACCESS_KEY", s3test.Keys.Secret)
}

// TestR6R18EverythingComesBackFromALockedBucketAlone works with the vault in a bucket, in synchronous mode; lets somebody with every right on the bucket loose on it; and then loses the
// machine in the middle of its work.
func TestR6R18EverythingComesBackFromALockedBucketAlone(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			server := s3test.Start(t)
			a := server.Bucket(s3test.Locked)
			inBucket(t, a)
			o := Options{Data: t.TempDir(), VaultSync: true}
			if engine == "postgres" {
				o.Database = storagetest.PostgresURL(t)
			}
			w := newTownOn(t, o)
			w.node.Log = slog.New(slog.DiscardHandler)
			sail(t, w)
			if found, err := w.node.VerifyVault(t.Context(), func(int, int) {}); err != nil || len(found) > 0 {
				t.Fatalf("%v %v", found, err)
			}
			for range 5 {
				w.must("POST", "/rest/api/2/issue", `{"fields":{"project":{"key":"SEA"},"issuetype":{"name":"Task"},"summary":"Sail on"}}`, w.token["acme"])
			}
			// From here on nothing more is shipped: what was acknowledged is in the bucket, or lost.
			refs := append(w.node.Fleet.VolumesOf(w.acme.ID.String()), volume.Ref{Kind: "access", Owner: w.acme.Org.String()})
			want := digests(t, w.node, refs)
			plunder(t, server, a)

			rebuilt := Options{Data: t.TempDir()}
			args := []string{"rebuild", "--from", a.String(), "--data", rebuilt.Data}
			if engine == "postgres" {
				rebuilt.Database = storagetest.PostgresURL(t)
				args = append(args, "--database", rebuilt.Database)
			}
			var said bytes.Buffer
			if code := Run(t.Context(), Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &said, Dir: t.TempDir(), Args: args}); code != ExitOK {
				t.Fatalf("rebuild: exit %d: %s", code, said.String())
			}
			n, err := Open(t.Context(), rebuilt, w.clock, w.node.Log)
			if err != nil {
				t.Fatal(err)
			}
			defer n.Close()
			got := digests(t, n, refs)
			for kind, digest := range want {
				if got[kind] != digest {
					t.Errorf("%s has the digest %s, it was %s", kind, got[kind], digest)
				}
			}
			found, err := n.VerifyVault(t.Context(), func(int, int) {})
			if err != nil || len(found) > 0 {
				t.Errorf("the vault after all that: %v %v", found, err)
			}
			hash := blobsNamed(t, n, volume.Ref{Kind: "work", Owner: w.acme.ID.String()})
			if len(hash) != 2 {
				t.Fatalf("%d attachments", len(hash))
			}
			for _, h := range hash {
				b, err := n.Blobs(w.acme.ID.String()).Open(t.Context(), h) // from the bucket: this machine never had it
				if err != nil {
					t.Fatal(err)
				}
				_ = b.Close()
			}
		})
	}
}

func blobsNamed(t *testing.T, n *Node, ref volume.Ref) (hashes []string) {
	t.Helper()
	kind, _ := n.Pool.Kind(ref.Kind)
	err := n.Pool.Volume(ref).Read(t.Context(), func(tx *volume.Tx) (err error) {
		hashes, err = blobsOf(t.Context(), tx.Tx, kind.Tables)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hashes
}

// plunder has every right on a bucket, and does what it can to each object: deletes it, writes over it, removes its versions with and without the bypass that governance has.
func plunder(t *testing.T, server *s3test.Server, a s3.Address) {
	t.Helper()
	c, tried := server.Client(), 0
	for o := range c.ListObjects(t.Context(), a.Bucket, minio.ListObjectsOptions{Recursive: true, WithVersions: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		for _, bypass := range []bool{false, true} {
			if err := c.RemoveObject(t.Context(), a.Bucket, o.Key, minio.RemoveObjectOptions{VersionID: o.VersionID, GovernanceBypass: bypass}); err == nil {
				t.Errorf("%s could be removed", o.Key)
			}
		}
		switch tried++; tried % 3 {
		case 0:
			_ = c.RemoveObject(t.Context(), a.Bucket, o.Key, minio.RemoveObjectOptions{}) // a mark that it is deleted
		case 1:
			_, _ = c.PutObject(t.Context(), a.Bucket, o.Key, strings.NewReader("nothing"), 7, minio.PutObjectOptions{})
		}
	}
	if tried < 20 {
		t.Fatalf("only %d objects: this test proves nothing", tried)
	}
}

// TestAVaultInABucketShipsByItself sees a commit arrive in the bucket without anybody asking for it, and nothing while nothing happens.
func TestAVaultInABucketShipsByItself(t *testing.T) {
	server := s3test.Start(t)
	a := server.Bucket(s3test.Plain)
	inBucket(t, a)
	w := newTown(t)
	arrived := func(seq int64) bool {
		frames, err := w.node.Vault.History(t.Context(), volume.Ref{Kind: "work", Owner: w.acme.ID.String()}.String())
		if err != nil {
			t.Fatal(err)
		}
		return len(frames) > 0 && frames[len(frames)-1].To >= seq
	}
	sail(t, w)
	var receipt volume.Receipt
	err := w.node.Pool.Volume(volume.Ref{Kind: "work", Owner: w.acme.ID.String()}).Write(volume.WithReceipt(t.Context(), &receipt), func(tx *volume.Tx) error {
		_, err := tx.ExecText(t.Context(), `UPDATE issue SET summary = summary || '!'`)
		return err
	})
	if err != nil || len(receipt.Commits) != 1 {
		t.Fatal(receipt, err)
	}
	for !arrived(receipt.Commits[0].Seq) {
		if err := t.Context().Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAVaultInABucketSaysWhatIsWrong opens vaults that cannot be.
func TestAVaultInABucketSaysWhatIsWrong(t *testing.T) {
	server := s3test.Start(t)
	a := server.Bucket(s3test.Plain)
	run := func(address string) (int, string) {
		s := session{t, t.TempDir()}
		code, _, said := s.run("", "org", "list", "--vault", address)
		return code, said
	}
	t.Setenv("HOLDFAST_VAULT_ACCESS_KEY_ID", "")
	if code, said := run(a.String()); code != ExitUsage || !strings.Contains(said, "HOLDFAST_VAULT_ACCESS_KEY_ID") {
		t.Errorf("without credentials: exit %d, %s", code, said)
	}
	inBucket(t, a)
	if code, said := run(a.String()); code != ExitOK || !strings.Contains(said, "no versions") || strings.Contains(said, s3test.Keys.Secret) {
		t.Errorf("without protection: exit %d, %s", code, said)
	}
	if code, said := run("s3://b/"); code != ExitUsage {
		t.Errorf("no address: exit %d, %s", code, said)
	}
	t.Setenv("HOLDFAST_VAULT_SECRET_ACCESS_KEY", "another secret")
	if code, said := run(a.String()); code != ExitFailed || strings.Contains(said, "another secret") {
		t.Errorf("wrong credentials: exit %d, %s", code, said)
	}
	locked := server.Bucket(s3test.Locked)
	inBucket(t, locked)
	if code, said := run(locked.String()); code != ExitOK || said != "" {
		t.Errorf("with protection: exit %d, %s", code, said)
	}
}

// TestVerifyNamesWhatOnlyVolumesKnowOf takes away the newest of everything, which no other object names.
func TestVerifyNamesWhatOnlyVolumesKnowOf(t *testing.T) {
	w := newTown(t)
	sail(t, w)
	if err := w.node.Shipper.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	ref := volume.Ref{Kind: "work", Owner: w.acme.ID.String()}
	expected, err := w.node.countedOn(t.Context(), ref)
	if err != nil || len(expected) != 4 {
		t.Fatalf("%v %v", expected, err)
	}
	for _, e := range expected {
		path := filepath.Join(w.node.Options.Vault, filepath.FromSlash(e.Object))
		if err := os.Rename(path, path+".away"); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".away", filepath.Join(t.TempDir(), "away")); err != nil {
			t.Fatal(err)
		}
	}
	s := session{t, w.node.Options.Data}
	var out bytes.Buffer
	code := Run(t.Context(), Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: io.Discard, Dir: s.data, Args: []string{"vault", "verify", "--json"}, Node: w.node})
	if code != ExitUnproven {
		t.Errorf("exit %d", code)
	}
	for _, e := range expected {
		if !strings.Contains(out.String(), e.Object) {
			t.Errorf("%s is missing, and not named in %s", e.Object, out.String())
		}
	}
}

// TestQuietVolumesTakeASnapshotAllTheSame lets a fortnight pass in which hardly anything happens.
func TestQuietVolumesTakeASnapshotAllTheSame(t *testing.T) {
	w := newTown(t)
	if err := w.node.Shipper.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	sail(t, w)
	if err := w.node.Shipper.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	ref := volume.Ref{Kind: "work", Owner: w.acme.ID.String()}
	count := func() int {
		seqs, err := w.node.Vault.Snapshots(t.Context(), ref.String())
		if err != nil {
			t.Fatal(err)
		}
		return len(seqs)
	}
	before := count()
	if err := w.node.snapshotQuiet(t.Context()); err != nil || count() != before {
		t.Fatalf("at once: %d snapshots, %d before, %v", count(), before, err)
	}
	w.clock.Advance(14 * 24 * time.Hour)
	if err := w.node.snapshotQuiet(t.Context()); err != nil || count() != before+1 {
		t.Fatalf("a fortnight later: %d snapshots, %d before, %v", count(), before, err)
	}
	if err := w.node.snapshotQuiet(t.Context()); err != nil || count() != before+1 {
		t.Fatalf("again: %d snapshots, %v", count(), err)
	}
}
