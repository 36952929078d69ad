package importer_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki"
	"holdfast.dev/internal/product/wiki/importer"
	"holdfast.dev/internal/product/wiki/needs"
	"holdfast.dev/internal/product/wiki/setup"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

var ctx = context.Background()

// site is a wiki on a real volume, with an account for whomever an export names.
type site struct {
	t     testing.TB
	v     *volume.Volume
	mu    sync.Mutex
	known map[string]string
	blobs map[string][]byte
}

func openSite(t testing.TB, e storage.Engine) *site {
	t.Helper()
	kind := volume.Kind{Name: "work", Migrations: slices.Concat(jobs.Migrations(), wiki.Migrations()), Tables: slices.Concat(jobs.Tables, wiki.Tables())}
	place := volume.Place{Engine: e, Generation: 1}
	p := volume.NewPool(volume.Config{Kinds: []volume.Kind{kind}, Clock: clock.System, Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
	t.Cleanup(p.Close)
	ref := volume.Ref{Kind: "work", Owner: "site_test"}
	if err := p.Create(ctx, ref, place); err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, v: p.Volume(ref), known: map[string]string{}, blobs: map[string][]byte{}}
	if err := s.v.Write(ctx, func(tx *volume.Tx) error { return setup.Site(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *site) Everybody(context.Context) (map[string]needs.Person, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]needs.Person{}
	for key, id := range s.known {
		out[id] = needs.Person{AccountID: id, DisplayName: key, Active: true}
	}
	return out, nil
}
func (s *site) Search(context.Context, string, int, int) ([]needs.Person, int, error) {
	return nil, 0, nil
}
func (s *site) Groups(context.Context, string) ([]string, error) { return nil, nil }
func (s *site) Members(_ context.Context, group string) ([]string, error) {
	return nil, fault.NotFound("no group %s", group)
}
func (s *site) Ensure(_ context.Context, people []needs.ForeignPerson) (map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]string{}
	for _, p := range people {
		if s.known[p.Key] == "" {
			s.known[p.Key] = "user_" + p.Key
		}
		out[p.Key] = s.known[p.Key]
	}
	return out, nil
}

func (s *site) Put(_ context.Context, r io.Reader, limit int64) (string, int64, error) {
	all, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return "", 0, err
	}
	if int64(len(all)) > limit {
		return "", 0, fault.New(fault.KindTooLarge, "too large")
	}
	h := sha256.Sum256(all)
	s.mu.Lock()
	defer s.mu.Unlock()
	key := hex.EncodeToString(h[:])
	s.blobs[key] = all
	return key, int64(len(all)), nil
}

type reader struct{ *bytes.Reader }

func (reader) Close() error { return nil }

func (s *site) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return reader{bytes.NewReader(s.blobs[key])}, nil
}

func (s *site) loader() *importer.Loader {
	return &importer.Loader{Volume: s.v, Directory: s, Blobs: s, Clock: clock.System}
}

// load imports what lies at a place, and checks that the counts of the report add up.
func (s *site) load(place string) *importer.Report {
	s.t.Helper()
	r, err := s.loader().Load(ctx, place)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, x := range r.Types {
		reasons := 0
		for _, k := range x.Reasons {
			reasons += k.Count
		}
		if x.Source != x.Taken+x.AlreadyThere+x.NotTaken || reasons != x.NotTaken {
			s.t.Errorf("%s: the counts of %q do not add up: %+v", place, x.Type, x)
		}
	}
	return r
}

// digest gives the digest of everything that is journaled.
func (s *site) digest() (d journal.Digest) {
	s.t.Helper()
	err := s.v.Read(ctx, func(tx *volume.Tx) (err error) {
		d, _, err = journal.Scan(ctx, tx.Tx, wiki.Tables())
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// shared gives a file of the shared data beside the project.
func shared(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			path := filepath.Join(filepath.Dir(dir), "shared", "data", "confluence", name)
			if _, err := os.Stat(path); err == nil {
				return path
			}
			break
		}
	}
	t.Skipf("skipped: the real export %s is not on this machine", name)
	return ""
}
