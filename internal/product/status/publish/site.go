package publish

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/status/page"
)

// SiteIndex says which pages a site has and where they live.
type SiteIndex struct {
	First   string            `json:"first"` // the page at /status/
	Pages   []string          `json:"pages"`
	Domains map[string]string `json:"domains"` // host → page
}

const indexName = "site.json"

// ReadIndex reads the index of a site's folder; an empty one when there is none.
func ReadIndex(dir string) (SiteIndex, error) {
	x := SiteIndex{Domains: map[string]string{}}
	b, err := os.ReadFile(filepath.Join(dir, indexName))
	if errors.Is(err, fs.ErrNotExist) {
		return x, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &x)
	}
	return x, err
}

// WriteIndex writes the index of a site, and removes the copies of pages that it no longer has.
func WriteIndex(dir string, pages []*page.Page) error {
	old, err := ReadIndex(dir)
	if err != nil {
		old = SiteIndex{}
	}
	x := SiteIndex{Domains: map[string]string{}}
	for k, p := range pages {
		if k == 0 {
			x.First = p.ID
		}
		x.Pages = append(x.Pages, p.ID)
		if p.Domain != "" {
			x.Domains[p.Domain] = p.ID
		}
	}
	b, err := json.MarshalIndent(x, "", " ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, indexName)
	if now, err := os.ReadFile(path); err != nil || string(now) != string(b) {
		if err := writeFile(path, b); err != nil {
			return err
		}
	}
	for _, id := range old.Pages {
		if !strings.Contains(string(b), `"`+id+`"`) {
			if err := os.RemoveAll(filepath.Join(dir, id)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Domains knows which page of which site an own domain belongs to, from the indexes in the folder; no volume is opened for it.
type Domains struct {
	folder string
	mu     sync.Mutex
	loaded bool
	by     map[string]Home
}

// Home is where a domain's page lives.
type Home struct{ Site, Page string } // the site's slug, the page's identifier

// NewDomains makes the register of a folder.
func NewDomains(folder string) *Domains { return &Domains{folder: folder} }

func (d *Domains) load() error {
	if d.loaded {
		return nil
	}
	by := map[string]Home{}
	entries, err := os.ReadDir(d.folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		x, err := ReadIndex(filepath.Join(d.folder, e.Name()))
		if err != nil {
			continue // one site's damage does not hide the others
		}
		for host, id := range x.Domains {
			if _, taken := by[host]; !taken {
				by[host] = Home{e.Name(), id}
			}
		}
	}
	d.by, d.loaded = by, true
	return nil
}

// Find gives the page of a host name.
func (d *Domains) Find(host string) (Home, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(); err != nil {
		return Home{}, false
	}
	h, ok := d.by[strings.ToLower(host)]
	return h, ok
}

// Claim reserves a domain for a page; one that another page has is a conflict. What the page had before is free again.
func (d *Domains) Claim(host, site, pageID string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(); err != nil {
		return err
	}
	me := Home{site, pageID}
	if h, taken := d.by[host]; taken && h != me && host != "" {
		return fault.Invalid("domain", "Domain has already been taken")
	}
	for other, h := range d.by {
		if h == me {
			delete(d.by, other)
		}
	}
	if host != "" {
		d.by[host] = me
	}
	return nil
}
