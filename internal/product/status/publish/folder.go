package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/public"
)

// Manifest names the files of a copy. It is written last: who reads it finds every file that it names.
type Manifest struct {
	Page      string               `json:"page"`
	Name      string               `json:"name"`
	Published time.Time            `json:"published"` // when something last changed
	Files     map[string]FileEntry `json:"files"`     // by path below the page's folder
}

// FileEntry is a file of a copy.
type FileEntry struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	Key    string `json:"key,omitempty"` // what it was rendered from
	Gzip   bool   `json:"gzip,omitempty"`
	Brotli bool   `json:"brotli,omitempty"`
}

const manifestName = "manifest.json"

// FileName gives the file of a document: pages are an index.html in a folder of their own.
func FileName(name string) string {
	switch {
	case name == "":
		return "index.html"
	case isPage(name):
		return name + "/index.html"
	}
	return name
}

// ReadManifest reads the manifest of a page's folder; an empty one when there is none.
func ReadManifest(dir string) (Manifest, error) {
	var m Manifest
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if m.Files == nil {
		m.Files = map[string]FileEntry{}
	}
	return m, err
}

// document is what a copy takes out of the transaction: rendered, or known to be unchanged.
type document struct {
	name, key string
	body      []byte // nil: as it is in the folder
}

// Result is what a copy shows.
type Result struct {
	Page     *page.Page
	At       time.Time // the instant that it shows
	Changing bool      // its numbers change by themselves
	Empty    bool      // there is nothing on the page yet
}

// turns bounds the copies that are made at once. Rendering and compressing is all work for the processors: of hundreds of pages that change together, those that are made all at once
// would be ready no sooner, and whoever is being served meanwhile would wait behind each of them.
var turns = make(chan struct{}, max(1, runtime.NumCPU()/2))

// Page brings the copy of a page in a folder up to date.
func Page(ctx context.Context, v *volume.Volume, dir, pageID string, images public.Images) (r Result, err error) {
	select {
	case turns <- struct{}{}:
		defer func() { <-turns }()
	case <-ctx.Done():
		return r, ctx.Err()
	}
	old, err := ReadManifest(dir)
	if err != nil {
		old = Manifest{Files: map[string]FileEntry{}} // a damaged one is written anew
	}
	var docs []document
	err = v.Read(ctx, func(tx *volume.Tx) error {
		docs, r.At = nil, tx.Now()
		if r.Page, err = page.Get(ctx, tx, pageID); err != nil {
			return err
		}
		s, err := public.Load(ctx, tx, r.Page, images)
		if err != nil {
			return err
		}
		if r.Changing, err = s.Changing(); err != nil {
			return err
		}
		if r.Empty, err = s.Empty(); err != nil {
			return err
		}
		return s.Each(func(d public.Document) error {
			if d.Key != "" {
				sum := sha256.Sum256([]byte(d.Key))
				d.Key = hex.EncodeToString(sum[:10])
				if e, ok := old.Files[FileName(d.Name)]; ok && e.Key == d.Key && there(dir, FileName(d.Name), e) {
					docs = append(docs, document{name: d.Name, key: d.Key})
					return nil
				}
			}
			body, err := d.Render()
			if fault.Is(err, fault.KindNotFound) {
				return nil
			}
			docs = append(docs, document{d.Name, d.Key, body})
			return err
		})
	})
	if err != nil {
		return r, err
	}
	return r, write(dir, r.Page, old, docs, r.At)
}

// there tells whether a file of the manifest is in the folder with the size that it had.
func there(dir, name string, e FileEntry) bool {
	info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
	return err == nil && info.Size() == e.Size
}

// write writes the files that changed, then the manifest, then removes what the page no longer has.
func write(dir string, p *page.Page, old Manifest, docs []document, now time.Time) error {
	m := Manifest{Page: p.ID, Name: p.Name, Published: now, Files: map[string]FileEntry{}}
	changed := false
	for _, d := range docs {
		name := FileName(d.name)
		was, had := old.Files[name]
		if d.body == nil {
			m.Files[name] = was
			continue
		}
		sum := sha256.Sum256(d.body)
		e := FileEntry{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(d.body)), Key: d.key, Gzip: was.Gzip, Brotli: was.Brotli}
		if !had || was.SHA256 != e.SHA256 || !there(dir, name, e) {
			enc := encode(d.body, public.Type(d.name))
			e.Gzip, e.Brotli = enc.Gzip != nil, enc.Brotli != nil
			if err := writeAll(filepath.Join(dir, filepath.FromSlash(name)), enc); err != nil {
				return err
			}
			changed = true
		}
		changed = changed || was != e
		m.Files[name] = e
	}
	gone := false
	for name := range old.Files {
		_, keep := m.Files[name]
		gone = gone || !keep
	}
	if !changed && !gone {
		return nil
	}
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, manifestName), b); err != nil {
		return err
	}
	for name := range old.Files {
		if _, keep := m.Files[name]; keep || strings.HasPrefix(name, "assets/") && strings.HasSuffix(name, ".css") {
			continue // a browser that just read the old page may still ask for its style
		}
		for _, suffix := range []string{"", ".gz", ".br"} {
			if err := remove(filepath.Join(dir, filepath.FromSlash(name)+suffix)); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeAll writes a document: its compressed forms first, so that a reader can tell by their times that they belong to what comes.
func writeAll(path string, e Encoded) error {
	for _, f := range []struct {
		suffix string
		body   []byte
	}{{".gz", e.Gzip}, {".br", e.Brotli}, {"", e.Plain}} {
		var err error
		if f.body == nil && f.suffix != "" {
			err = remove(path + f.suffix)
		} else {
			err = writeFile(path+f.suffix, f.body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// writeFile writes a file so that a reader sees the old one or the new one, nothing between.
func writeFile(path string, b []byte) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // it is meant for the public
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, remove(tmp.Name()))
		}
	}()
	if _, err = tmp.Write(b); err == nil {
		err = tmp.Chmod(0o644) //nolint:gosec // it is meant for the public
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
