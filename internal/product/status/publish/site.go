package publish

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

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

// WriteIndex writes the index of a site, and removes the copies of pages that it no longer has or that are private.
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
		if !p.Settings.Private {
			x.Pages = append(x.Pages, p.ID)
		}
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
		if !slices.Contains(x.Pages, id) {
			if err := os.RemoveAll(filepath.Join(dir, id)); err != nil {
				return err
			}
		}
	}
	return nil
}
