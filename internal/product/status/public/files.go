package public

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"mime"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/metric"
)

// Types of what a page consists of, by extension; everything without one is a page of HTML.
var types = map[string]string{
	"": "text/html; charset=utf-8", ".html": "text/html; charset=utf-8", ".json": "application/json; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
	".atom": "application/atom+xml; charset=utf-8", ".rss": "application/rss+xml; charset=utf-8", ".ics": "text/calendar; charset=utf-8", ".ico": "image/x-icon", ".webp": "image/webp",
}

// Type gives the content type of a path.
func Type(name string) string {
	ext := path.Ext(name)
	if t, ok := types[ext]; ok {
		return t
	}
	return mime.TypeByExtension(ext)
}

// Render makes one document by its path, which has no slash at either end: "" is the front page. fault.KindNotFound when there is none.
func (s *Site) Render(name string) ([]byte, error) {
	feeds := !s.Page.Settings.NoFeeds
	switch {
	case name == "":
		return s.front()
	case name == "uptime":
		return s.uptimePage()
	case name == "subscribe":
		return s.Subscribe("", "", nil)
	case name == "history.atom" && feeds:
		return s.atom()
	case name == "history.rss" && feeds:
		return s.rss()
	case name == "history.ics" && feeds:
		return s.calendar()
	case name == "badge.svg":
		return s.badge(), nil
	case name == "favicon.svg":
		return s.favicon(), nil
	case name == "history" || strings.HasPrefix(name, "history/"):
		return s.historyPage(name)
	case strings.HasPrefix(name, "incidents/"):
		return s.incidentPage(strings.TrimPrefix(name, "incidents/"))
	case strings.HasPrefix(name, "api/v2/") && strings.HasSuffix(name, ".json"):
		return s.api(strings.TrimSuffix(strings.TrimPrefix(name, "api/v2/"), ".json"))
	case strings.HasPrefix(name, "metrics-display/") && strings.HasSuffix(name, ".json"):
		return s.metricsDisplay(strings.TrimSuffix(strings.TrimPrefix(name, "metrics-display/"), ".json"))
	case strings.HasPrefix(name, "assets/"):
		assets, err := s.assets()
		if err != nil {
			return nil, err
		}
		for _, a := range assets {
			if a.path == name {
				return a.body, nil
			}
		}
	}
	return nil, errNoDocument
}

// Document is one document of a page. Key names what it is made of, where that is cheaper to know than the document itself: the same key is
// the same document. Empty: only rendering tells.
type Document struct {
	Name, Key string
	Render    func() ([]byte, error)
}

// Each gives every document of the page: what a static copy consists of. Those that are switched off render as fault.KindNotFound.
func (s *Site) Each(fn func(Document) error) error {
	names := []string{"", "uptime", "subscribe", "history.atom", "history.rss", "history.ics", "badge.svg", "favicon.svg"}
	for _, n := range apiPaths {
		names = append(names, "api/v2/"+n+".json")
	}
	shown, err := s.metrics()
	if err != nil {
		return err
	}
	for _, m := range shown {
		for _, p := range metric.Periods {
			names = append(names, "metrics-display/"+m.ID+"/"+p.Name+".json")
		}
	}
	for _, n := range names {
		if err := fn(Document{Name: n, Render: func() ([]byte, error) { return s.Render(n) }}); err != nil {
			return err
		}
	}
	assets, err := s.assets()
	if err != nil {
		return err
	}
	for _, a := range assets {
		if err := fn(Document{Name: a.path, Key: a.path, Render: func() ([]byte, error) { return a.body, nil }}); err != nil {
			return err
		}
	}
	return s.eachIncident(fn)
}

// eachIncident gives the history and every incident in one pass.
func (s *Site) eachIncident(fn func(Document) error) error {
	around, err := s.aroundKey()
	if err != nil {
		return err
	}
	before, id := end, ""
	for n := 1; ; n++ {
		list, more, err := s.history(before, id, perPage)
		if err != nil {
			return err
		}
		name, key := "history", around
		if n > 1 {
			name = "history/" + strconv.Itoa(n)
		}
		for _, i := range list {
			own := i.ID + strconv.FormatInt(i.Updated.UnixMicro(), 36)
			key += own
			if err := fn(Document{"incidents/" + i.ID, around + own, func() ([]byte, error) { return s.incidentHTML(i) }}); err != nil {
				return err
			}
		}
		if err := fn(Document{name, key + strconv.FormatBool(more), func() ([]byte, error) { return s.historyHTML(name, n, list, more) }}); err != nil || !more {
			return err
		}
		before, id = list[len(list)-1].Started, list[len(list)-1].ID
	}
}

// aroundKey names everything that an incident's page shows beside the incident.
func (s *Site) aroundKey() (string, error) {
	f, err := s.frame("", "", nil)
	if err != nil {
		return "", err
	}
	var names []string
	for _, c := range s.Components {
		names = append(names, c.ID, s.nameOf(c.ID))
	}
	b, err := json.Marshal([]any{f, names, s.Page.Settings.TimeZone, templatesKey})
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8]), err
}

// templatesKey names the templates of this program: another release may render the same incident in another way.
var templatesKey = func() string {
	h := sha256.New()
	for _, name := range []string{"layout.html", "pages.html"} {
		b, err := templateFiles.ReadFile("templates/" + name)
		if err != nil {
			panic(err) // they are embedded
		}
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))
}()

// Changing tells whether something is going on that makes the page change by itself: something is wrong, or a metric had points within a day.
func (s *Site) Changing() (bool, error) {
	shown, err := s.metrics()
	recent := func(m *metric.Metric) bool { return s.tx.Now().Sub(m.Last) < 25*time.Hour }
	return s.Impact != incident.None || slices.ContainsFunc(shown, recent), err
}

// Empty tells whether there is nothing on the page yet: no component, and no incident ever.
func (s *Site) Empty() (bool, error) {
	if len(s.Components) > 0 || len(s.Open) > 0 {
		return false, nil
	}
	list, _, err := s.history(end, "", 1)
	return len(list) == 0, err
}
