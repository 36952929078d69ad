package publish

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
)

// Domains knows which page of which site an own domain belongs to, from the indexes in the folder; no volume is opened for it. Several processes may
// publish into the folder: what another one changes is seen within seconds.
type Domains struct {
	folder  string
	clock   clock.Clock
	mu      sync.Mutex
	looked  time.Time       // when the indexes were looked at last
	indexes map[string]seen // by site
	claimed map[Home]claim  // of this process, until the indexes have them
	by      map[string]Home
}

// Home is where a domain's page lives.
type Home struct{ Site, Page string } // the site's slug, the page's identifier

// seen is an index as it was read.
type seen struct {
	written time.Time
	size    int64
	domains map[string]string // host → page
}

// claim is a domain that a page has got and that may not be published yet; empty when it gave its domain up.
type claim struct {
	host string
	at   time.Time
}

const (
	lookEvery  = 2 * time.Second // how long what was read counts
	claimLives = time.Minute     // by then the page is published, or the change was undone
)

// NewDomains makes the register of a folder.
func NewDomains(folder string, c clock.Clock) *Domains {
	return &Domains{folder: folder, clock: c, indexes: map[string]seen{}, claimed: map[Home]claim{}}
}

// look reads the indexes that changed since they were read, every few seconds at most.
func (d *Domains) look() error {
	now := d.clock.Now()
	if d.by != nil && now.Sub(d.looked) < lookEvery && !now.Before(d.looked) {
		return nil
	}
	entries, err := os.ReadDir(d.folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	there := map[string]seen{}
	changed := d.by == nil || len(entries) != len(d.indexes)
	for _, e := range entries {
		dir := filepath.Join(d.folder, e.Name())
		was, known := d.indexes[e.Name()]
		info, err := os.Stat(filepath.Join(dir, indexName))
		if known && err == nil && info.ModTime().Equal(was.written) && info.Size() == was.size {
			there[e.Name()] = was
			continue
		}
		is := seen{}
		if err == nil {
			x, err := ReadIndex(dir)
			if err != nil {
				continue // one site's damage does not hide the others
			}
			is = seen{info.ModTime(), info.Size(), x.Domains}
		}
		there[e.Name()] = is
		changed = changed || !known || !maps.Equal(is.domains, was.domains)
	}
	d.looked, d.indexes = now, there
	for me, c := range d.claimed {
		if d.indexes[me.Site].domains[c.host] == me.Page || now.Sub(c.at) > claimLives {
			delete(d.claimed, me)
			changed = true
		}
	}
	if changed {
		d.gather(entries)
	}
	return nil
}

// gather makes one map of the indexes and the claims. Of two sites that say they have a domain the first counts.
func (d *Domains) gather(entries []os.DirEntry) {
	d.by = map[string]Home{}
	for _, e := range entries {
		for host, id := range d.indexes[e.Name()].domains {
			me := Home{e.Name(), id}
			if c, own := d.claimed[me]; own && c.host != host {
				continue
			}
			if _, taken := d.by[host]; !taken {
				d.by[host] = me
			}
		}
	}
	for me, c := range d.claimed {
		if _, taken := d.by[c.host]; !taken && c.host != "" {
			d.by[c.host] = me
		}
	}
}

// Find gives the page of a host name.
func (d *Domains) Find(host string) (Home, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.look(); err != nil && d.by == nil {
		return Home{}, false
	}
	h, ok := d.by[strings.ToLower(host)]
	return h, ok
}

// Claim reserves a domain for a page; one that another page has is a conflict. What the page had before is free again.
func (d *Domains) Claim(host, site, pageID string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.look(); err != nil {
		return err
	}
	me := Home{site, pageID}
	if h, taken := d.by[host]; taken && h != me && host != "" {
		return fault.Invalid("domain", "Domain has already been taken")
	}
	d.claimed[me] = claim{host, d.clock.Now()}
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
