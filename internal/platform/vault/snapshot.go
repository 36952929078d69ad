package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/volume"
)

// Snapshot describes a stored copy of a volume: a SQLite file, compressed with zstd, whichever engine the volume lives on. Unpacked, it
// is a volume that can be opened as it is.
type Snapshot struct {
	Ref        string         `json:"volume"`
	Seq        int64          `json:"seq"` // the commit whose state it is
	At         time.Time      `json:"at"`
	Chain      string         `json:"chain"`
	Digest     string         `json:"digest"`
	Rows       int64          `json:"rows"`
	Schema     map[string]int `json:"schema"`
	Object     string         `json:"object"`
	Bytes      int64          `json:"bytes"`          // unpacked
	SHA256     string         `json:"sha256"`         // of the packed object
	Key        string         `json:"key"`            // fingerprint of the signing key
	Prev       int64          `json:"prev,omitempty"` // commit of the snapshot before this one
	Components []Component    `json:"components"`
}

// Component is one table of a volume as the manifest lists it.
type Component struct {
	Table  string `json:"table"`
	Exempt string `json:"exempt,omitempty"` // why it is not journaled
}

func components(kind volume.Kind) []Component {
	var out []Component
	for _, t := range kind.AllTables() {
		out = append(out, Component{t.Name, t.Exempt})
	}
	return out
}

// prove makes a copied file stand on its own (no unsealed commits, no images) and proves that its rows give the digest that the
// journal gives. A difference means that something changed rows without the triggers seeing it.
func (s *Shipper) prove(ctx context.Context, kind volume.Kind, ref volume.Ref, path string) (Snapshot, error) {
	m := Snapshot{Ref: ref.String(), Components: components(kind)}
	db, err := sqlite.OpenBuild(path)
	if err != nil {
		return m, err
	}
	defer db.Close()
	scanned, rows, err := s.files.Scan(ctx, path, kind.Tables, func(fn func(*storage.Tx) error) error { return db.ReadHere(ctx, fn) })
	if err != nil {
		return m, err
	}
	err = db.Write(ctx, func(tx *storage.Tx) error {
		h, err := journal.ReadHead(ctx, tx)
		if err != nil {
			return err
		}
		for h.SealedSeq < h.Seq {
			commits, err := journal.Commits(ctx, tx, h.SealedSeq, 200)
			if err != nil {
				return err
			}
			for _, c := range commits {
				changes, err := journal.Changes(ctx, tx, c.FirstN, c.LastN)
				if err != nil {
					return err
				}
				Advance(&h, Entry{c, changes})
			}
		}
		if scanned != h.Digest || rows != h.Rows {
			return fmt.Errorf("the rows give digest %s (%d rows), the journal %s (%d rows)", scanned, rows, h.Digest, h.Rows)
		}
		c, err := journal.Get(ctx, tx, h.Seq)
		if err != nil {
			return err
		}
		if m.Schema, err = storage.SchemaVersions(ctx, tx); err != nil {
			return err
		}
		if h.SnapshotSeq < h.Seq {
			m.Prev = h.SnapshotSeq
		}
		m.Seq, m.At, m.Chain, m.Digest, m.Rows = h.Seq, c.At, h.Chain.String(), h.Digest.String(), h.Rows
		h.Bytes, h.SnapshotSeq = 0, h.Seq
		if err := journal.Restamp(ctx, tx, h, nil, nil, nil); err != nil {
			return err
		}
		return journal.Strip(ctx, tx)
	})
	return m, errors.Join(err, db.Close())
}

func snapshotKey(ref string, seq int64) string { return fmt.Sprintf("snapshots/%s/%016d", ref, seq) }

// SnapshotObject gives the key of a snapshot's description.
func SnapshotObject(ref string, seq int64) string { return snapshotKey(ref, seq) + ".json" }

// putSnapshot packs and stores the file, then its signed description; gives the unpacked size.
func (s *Shipper) putSnapshot(ctx context.Context, m Snapshot, path string) (size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	size = st.Size()
	m.Key = Fingerprint(s.signer.Public())
	if m.Object, err = s.vault.freeName(ctx, m); err != nil {
		return size, err
	}
	pr, pw := io.Pipe()
	hash := sha256.New()
	go func() {
		w, err := zstd.NewWriter(io.MultiWriter(pw, hash), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
		if err == nil {
			m.Bytes, err = io.Copy(w, f)
			err = errors.Join(err, w.Close())
		}
		pw.CloseWithError(err)
	}()
	if err := s.vault.store.Put(ctx, m.Object, pr); err != nil {
		pr.CloseWithError(err)
		return 0, err
	}
	m.SHA256 = hex.EncodeToString(hash.Sum(nil))
	desc, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return 0, err
	}
	sum := sha256.Sum256(desc)
	desc = append(desc, []byte("\n"+hex.EncodeToString(s.signer.Sign(sum[:]))+"\n")...)
	return size, s.vault.store.Put(ctx, snapshotKey(m.Ref, m.Seq)+".json", bytes.NewReader(desc))
}

// freeName gives the key for a snapshot's file: ErrExists when the snapshot is there already. The file alone, of a snapshot that was interrupted before it was described, stays
// beside the new one: objects are written once, and this one may have been packed otherwise.
func (v *Vault) freeName(ctx context.Context, m Snapshot) (string, error) {
	base := snapshotKey(m.Ref, m.Seq)
	keys, err := v.store.List(ctx, base)
	if err != nil {
		return "", err
	}
	if slices.Contains(keys, base+".json") {
		return "", fmt.Errorf("snapshot %s: %w", base, ErrExists)
	}
	name := base + ".db.zst"
	for i := 1; slices.Contains(keys, name); i++ {
		name = fmt.Sprintf("%s~%d.db.zst", base, i)
	}
	return name, nil
}

// Snapshots lists the snapshots of a volume, oldest first.
func (v *Vault) Snapshots(ctx context.Context, ref string) ([]int64, error) {
	keys, err := v.store.List(ctx, "snapshots/"+ref+"/")
	if err != nil {
		return nil, err
	}
	var seqs []int64
	for _, key := range keys {
		var seq int64
		name := key[strings.LastIndexByte(key, '/')+1:]
		if strings.HasSuffix(name, ".json") {
			if _, err := fmt.Sscanf(name, "%d.json", &seq); err == nil {
				seqs = append(seqs, seq)
			}
		}
	}
	slices.Sort(seqs)
	return seqs, nil
}

// Describe reads the signed description of a snapshot.
func (v *Vault) Describe(ctx context.Context, ref string, seq int64) (Snapshot, error) {
	var m Snapshot
	key := snapshotKey(ref, seq) + ".json"
	b, err := readAll(ctx, v.store, key, 1<<20)
	if err != nil {
		return m, err
	}
	desc, sig, ok := bytes.Cut(bytes.TrimSpace(b), []byte("\n}\n"))
	if !ok {
		return m, fmt.Errorf("vault object %s is damaged", key)
	}
	desc = append(desc, []byte("\n}")...)
	if err := json.Unmarshal(desc, &m); err != nil {
		return m, fmt.Errorf("vault object %s is damaged: %w", key, err)
	}
	raw, err := hex.DecodeString(string(sig))
	if err != nil {
		return m, fmt.Errorf("vault object %s is damaged: %w", key, err)
	}
	sum := sha256.Sum256(desc)
	if err := v.ring.verify(ctx, m.Key, sum[:], raw); err != nil {
		return m, fmt.Errorf("vault object %s: %w", key, err)
	}
	if m.Ref != ref || m.Seq != seq {
		return m, fmt.Errorf("vault object %s describes another snapshot", key)
	}
	return m, nil
}

// unpackers are decoders at rest: making one takes longer than unpacking a small volume.
var unpackers = sync.Pool{New: func() any {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
	if err != nil {
		panic(err) // the options above are constants
	}
	return r
}}

// Unpack writes a snapshot's SQLite file to w, checking the object's hash on the way.
func (v *Vault) Unpack(ctx context.Context, m Snapshot, w io.Writer) error {
	o, err := v.store.Open(ctx, m.Object)
	if err != nil {
		return err
	}
	defer o.Close()
	hash := sha256.New()
	packed := io.TeeReader(o, hash)
	r := unpackers.Get().(*zstd.Decoder)
	defer unpackers.Put(r)
	if err := r.Reset(packed); err != nil {
		return fmt.Errorf("vault object %s: %w", m.Object, err)
	}
	n, err := io.Copy(w, r)
	if err != nil {
		return fmt.Errorf("vault object %s: %w", m.Object, err)
	}
	if _, err := io.Copy(io.Discard, packed); err != nil {
		return fmt.Errorf("vault object %s: %w", m.Object, err)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != m.SHA256 || n != m.Bytes {
		return fmt.Errorf("vault object %s is not what was stored: hash %s, expected %s", m.Object, got, m.SHA256)
	}
	return nil
}
