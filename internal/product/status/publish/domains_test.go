package publish_test

import (
	"path/filepath"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/publish"
)

// TestDomainsAreSeenByEveryProcess: one process publishes, another one knows within seconds, without a restart.
func TestDomainsAreSeenByEveryProcess(t *testing.T) {
	folder, c := t.TempDir(), clock.NewFake(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	one, two := publish.NewDomains(folder, c), publish.NewDomains(folder, c)
	index := func(site string, domains ...string) {
		t.Helper()
		var pages []*page.Page
		for i, d := range domains {
			pages = append(pages, &page.Page{ID: site + string(rune('a'+i)), Domain: d})
		}
		if err := publish.WriteIndex(filepath.Join(folder, site), pages); err != nil {
			t.Fatal(err)
		}
	}
	want := func(d *publish.Domains, host, site, id string) {
		t.Helper()
		h, ok := d.Find(host)
		if ok != (site != "") || h != (publish.Home{Site: site, Page: id}) {
			t.Errorf("%s is %+v %v, want %s %s", host, h, ok, site, id)
		}
	}
	want(two, "status.one.example", "", "")
	if err := one.Claim("status.one.example", "one", "onea"); err != nil {
		t.Fatal(err)
	}
	want(one, "STATUS.one.example", "one", "onea") // at once where it was claimed
	index("one", "status.one.example")
	c.Advance(3 * time.Second)
	want(two, "status.one.example", "one", "onea")
	want(one, "status.one.example", "one", "onea")
	if err := two.Claim("status.one.example", "two", "twoa"); err == nil {
		t.Error("a domain of another site was taken, by another process")
	}
	index("one", "new.one.example")
	index("two", "status.one.example")
	c.Advance(3 * time.Second)
	for _, d := range []*publish.Domains{one, two} {
		want(d, "new.one.example", "one", "onea")
		want(d, "status.one.example", "two", "twoa")
	}
	// What was claimed and never published is free after a while.
	if err := one.Claim("lost.example", "one", "onea"); err != nil {
		t.Fatal(err)
	}
	want(one, "lost.example", "one", "onea")
	want(one, "new.one.example", "", "")
	c.Advance(2 * time.Minute)
	want(one, "lost.example", "", "")
	want(one, "new.one.example", "one", "onea")
}
