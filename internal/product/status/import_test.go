package status_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/platform/storage/storagetest"
)

// recorded opens a file of real data, gzipped JSON lines, or skips the test where there is none.
func recorded(t *testing.T, name string) *bufio.Scanner {
	t.Helper()
	f, err := os.Open(filepath.Join("../../../../shared/data/statuspage", name))
	if err != nil {
		t.Skip("skipped: the real data is not on this machine")
	}
	t.Cleanup(func() { f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	s := bufio.NewScanner(z)
	s.Buffer(nil, 16<<20)
	return s
}

type realIncident struct {
	Name, Status, Impact string
	StartedAt            time.Time  `json:"started_at"`
	ResolvedAt           *time.Time `json:"resolved_at"`
	Updates              []struct {
		Status, Body string
		DisplayAt    time.Time `json:"display_at"`
	} `json:"incident_updates"`
}

// TestRealIncidentsAreBackfilledThroughTheAPI writes real incidents of thirteen years down as incidents of the past, message by message, and finds them on
// the public page as they were.
func TestRealIncidentsAreBackfilledThroughTheAPI(t *testing.T) {
	lines := recorded(t, "github-incidents-2010-2023.jsonl.gz")
	w := newWorld(t, storagetest.SQLite(t))
	want := map[string]realIncident{}
	for n := 0; lines.Scan(); n++ {
		if n%9 != 0 {
			continue
		}
		var line struct{ Incident realIncident }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		in := line.Incident
		last := len(in.Updates) - 1 // they are newest first
		var i incidentBody
		w.v1("POST", "/incidents", obj{"incident": obj{"name": in.Name, "backfilled": true, "backfill_date": in.Updates[last].DisplayAt, "impact_override": in.Impact, "body": in.Updates[last].Body}}, 201, &i)
		for k := last - 1; k >= 0; k-- {
			w.v1("PATCH", "/incidents/"+i.ID, obj{"incident": obj{"status": in.Updates[k].Status, "body": in.Updates[k].Body, "backfill_date": in.Updates[k].DisplayAt}}, 200, nil)
		}
		want[i.ID] = in
	}
	w.run()
	if mails := w.post.take(); len(mails) != 0 {
		t.Fatalf("%d mails went out about the past", len(mails))
	}
	for id, in := range want {
		var got realIncident
		w.v1("GET", "/incidents/"+id, nil, 200, &got)
		if got.Name != in.Name || got.Impact != in.Impact || got.Status != "resolved" || len(got.Updates) != len(in.Updates) {
			t.Fatalf("%s came back as %+v", in.Name, got)
		}
		if !got.StartedAt.Equal(in.Updates[len(in.Updates)-1].DisplayAt) || got.ResolvedAt == nil {
			t.Fatalf("%s started at %s and ended at %v", in.Name, got.StartedAt, got.ResolvedAt)
		}
		bodies := map[string]int{}
		for k := range in.Updates {
			bodies[strings.TrimSpace(in.Updates[k].Body)]++
			bodies[strings.TrimSpace(got.Updates[k].Body)]--
		}
		for body, n := range bodies {
			if n != 0 {
				t.Fatalf("%s: the message %q is not as it was", in.Name, body)
			}
		}
	}
	// Every one has its page in the static copy, and the history leads to all of them.
	dir := filepath.Join(w.folder, "acme", w.page)
	for id := range want {
		if _, err := os.Stat(filepath.Join(dir, "incidents", id, "index.html")); err != nil {
			t.Fatal(err)
		}
	}
	found := 0
	for n := 1; ; n++ {
		path := "/status/history/"
		if n > 1 {
			path = fmt.Sprintf("/status/history/%d/", n)
		}
		html := w.get(path)
		found += strings.Count(html, `<article class="past`)
		if !strings.Contains(html, `rel="next"`) {
			break
		}
	}
	if found != len(want) {
		t.Fatalf("the history shows %d of %d", found, len(want))
	}
}

// TestThePublicJSONHasTheRecordedShape compares our documents with a recorded summary of a real page: every key that the vendor sends is there, nothing
// else is, and values are of the same types.
func TestThePublicJSONHasTheRecordedShape(t *testing.T) {
	lines := recorded(t, "unclear-licence/github-summary-snapshots-2020-11..2024-06.jsonl.gz")
	w := newWorld(t, storagetest.SQLite(t))
	c := w.component("API")
	w.component("Web")
	w.v1("PATCH", "/components/"+c, obj{"component": obj{"description": "x"}}, 200, nil)
	from := w.clock.Now().Add(time.Hour)
	w.v1("POST", "/incidents", obj{"incident": obj{"name": "E", "status": "monitoring", "body": "x", "components": obj{c: "major_outage"}}}, 201, nil)
	w.v1("POST", "/incidents", obj{"incident": obj{"name": "M", "scheduled_for": from, "scheduled_until": from.Add(time.Hour), "body": "x", "component_ids": []string{c}}}, 201, nil)
	var ours map[string]any
	if err := json.Unmarshal([]byte(w.get("/status/api/v2/summary.json")), &ours); err != nil {
		t.Fatal(err)
	}
	shape := map[string]map[string]bool{} // path → types seen
	snapshots := 0
	for ; lines.Scan() && snapshots < 3000; snapshots++ {
		var line struct{ Summary map[string]any }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		walk("", line.Summary, shape)
	}
	mine := map[string]map[string]bool{}
	walk("", ours, mine)
	skip := func(p string) bool { return strings.Contains(p, "reminder_intervals") } // of some pages only
	for path, types := range shape {
		if mine[path] == nil {
			if !skip(path) {
				t.Errorf("the vendor sends %s, we do not", path)
			}
			continue
		}
		for typ := range mine[path] {
			if !types[typ] && typ != "null" && !types["null"] {
				t.Errorf("%s is %s here, %v there", path, typ, types)
			}
		}
	}
	for path := range mine {
		if shape[path] == nil {
			t.Errorf("we send %s, the vendor does not", path)
		}
	}
	t.Logf("compared with %d snapshots, %d paths", snapshots, len(shape))
}

func walk(path string, v any, into map[string]map[string]bool) {
	if into[path] == nil {
		into[path] = map[string]bool{}
	}
	switch x := v.(type) {
	case nil:
		into[path]["null"] = true
	case map[string]any:
		into[path]["object"] = true
		for k, e := range x {
			walk(path+"."+k, e, into)
		}
	case []any:
		into[path]["array"] = true
		for _, e := range x {
			walk(path+"[]", e, into)
		}
	default:
		into[path][reflect.TypeOf(v).Kind().String()] = true
	}
}
