package importer_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/importer"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/needs"
	"holdfast.dev/internal/product/tracker/search"
	"holdfast.dev/internal/product/tracker/setup"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

var ctx = context.Background()

func openSite(t testing.TB, e storage.Engine) *volume.Volume {
	t.Helper()
	kind := volume.Kind{Name: "work", Migrations: tracker.Migrations(), Tables: tracker.Tables()}
	place := volume.Place{Engine: e, Generation: 1}
	p := volume.NewPool(volume.Config{Kinds: []volume.Kind{kind}, Clock: clock.System, Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
	t.Cleanup(p.Close)
	ref := volume.Ref{Kind: "work", Owner: "site_test"}
	if err := p.Create(ctx, ref, place); err != nil {
		t.Fatal(err)
	}
	v := p.Volume(ref)
	if err := v.Write(ctx, func(tx *volume.Tx) error { return setup.Site(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
	return v
}

// directory is the organization's people as the importer meets them: an account for every key.
type directory struct{ known map[string]string }

func (d directory) Everybody(context.Context) (map[string]needs.Person, error) { return nil, nil }
func (d directory) Search(context.Context, string, int, int) ([]needs.Person, int, error) {
	return nil, 0, nil
}
func (d directory) Groups(context.Context, string) ([]string, error)  { return nil, nil }
func (d directory) Members(context.Context, string) ([]string, error) { return nil, nil }
func (d directory) Ensure(_ context.Context, people []needs.ForeignPerson) (map[string]string, error) {
	out := map[string]string{}
	for _, p := range people {
		if d.known[p.Key] == "" {
			d.known[p.Key] = "user_" + p.Key
		}
		out[p.Key] = d.known[p.Key]
	}
	return out, nil
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
			path := filepath.Join(filepath.Dir(dir), "shared", "data", "jira", name)
			if _, err := os.Stat(path); err == nil {
				return path
			}
			break
		}
	}
	t.Skipf("skipped: the real export %s is not on this machine", name)
	return ""
}

func load(t testing.TB, v *volume.Volume, people directory, path string) *importer.Report {
	t.Helper()
	e, err := importer.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	l := &importer.Loader{Volume: v, Directory: people, Clock: clock.System}
	r, err := l.Load(ctx, e.Kind, path, e)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// digest gives the digest of everything that is journaled.
func digest(t testing.TB, v *volume.Volume) (d journal.Digest) {
	t.Helper()
	err := v.Read(ctx, func(tx *volume.Tx) (err error) {
		d, _, err = journal.Scan(ctx, tx.Tx, tracker.Tables())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// lastCommits says what the newest commits changed.
func lastCommits(t testing.TB, v *volume.Volume) (out []string) {
	t.Helper()
	err := v.Read(ctx, func(tx *volume.Tx) error {
		found, err := journal.List(ctx, tx.Tx, journal.Filter{}, 3)
		for _, c := range found {
			out = append(out, c.Summary.String())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// check holds that every count of a report adds up.
func check(t *testing.T, r *importer.Report) {
	t.Helper()
	if !r.Finished {
		t.Error("the report is of an import that did not finish")
	}
	for _, ty := range r.Types {
		reasons := 0
		for _, why := range ty.Reasons {
			reasons += why.Count
		}
		if ty.Source != ty.Taken+ty.AlreadyThere+ty.NotTaken || reasons != ty.NotTaken {
			t.Errorf("%s: %d in the export, %d taken, %d already there, %d not taken with reasons for %d", ty.Type, ty.Source, ty.Taken, ty.AlreadyThere, ty.NotTaken, reasons)
		}
	}
}

func count(r *importer.Report, itemType string) importer.TypeReport {
	for _, ty := range r.Types {
		if ty.Type == itemType {
			return *ty
		}
	}
	return importer.TypeReport{}
}

const sample = `{"id":"501","key":"ROPE-1","self":"https://jira.example.org/rest/api/2/issue/501","fields":{"project":{"id":"77","key":"ROPE","name":"Rope works"},"issuetype":{"id":"11","name":"Bug","subtask":false},"status":{"id":"5","name":"Resolved","statusCategory":{"key":"done"}},"priority":{"id":"2","name":"Critical"},"resolution":{"id":"1","name":"Fixed"},"resolutiondate":"2019-03-05T10:00:00.000+0000","summary":"Knot slips","description":"h2. Seen\n* on *wet* rope\n","created":"2019-03-01T10:00:00.000+0100","updated":"2019-03-05T10:00:00.000+0000","reporter":{"name":"mia","displayName":"Mia Holm"},"assignee":{"name":"jon","displayName":"Jon Aker"},"labels":["wet","knots"],"components":[{"id":"31","name":"Knots"}],"fixVersions":[{"id":"41","name":"1.0","released":true,"releaseDate":"2019-04-01"}],"issuelinks":[{"id":"61","type":{"name":"Blocks","inward":"is blocked by","outward":"blocks"},"outwardIssue":{"id":"502","key":"ROPE-2"}},{"id":"62","type":{"name":"Blocks","inward":"is blocked by","outward":"blocks"},"inwardIssue":{"id":"9","key":"SAIL-9"}}],"attachment":[{"id":"71","filename":"../../knot.png","size":12,"mimeType":"image/png","created":"2019-03-01T11:00:00.000+0000"}],"comment":{"comments":[{"id":"81","author":{"name":"jon","displayName":"Jon Aker"},"body":"Try a [~mia] bowline","created":"2019-03-02T10:00:00.000+0000","updated":"2019-03-02T10:00:00.000+0000"}]},"watches":{"watchCount":2},"customfield_10900":{"value":"Hemp","id":"1"},"customfield_10901":12.5,"security":{"name":"Internal"}},"changelog":{"histories":[{"id":"91","author":{"name":"jon","displayName":"Jon Aker"},"created":"2019-03-05T10:00:00.000+0000","items":[{"field":"status","fieldtype":"jira","from":"1","fromString":"Open","to":"5","toString":"Resolved"},{"field":"assignee","fieldtype":"jira","from":"mia","fromString":"Mia Holm","to":"jon","toString":"Jon Aker"}]}]}}
{"id":"502","key":"ROPE-2","fields":{"project":{"id":"77","key":"ROPE","name":"Rope works"},"issuetype":{"id":"12","name":"Sub-task","subtask":true},"parent":{"id":"501","key":"ROPE-1"},"status":{"id":"1","name":"Open"},"summary":"Test it","created":"2019-03-02T10:00:00.000+0000","updated":"2019-03-02T10:00:00.000+0000","issuelinks":[{"id":"61","type":{"name":"Blocks","inward":"is blocked by","outward":"blocks"},"inwardIssue":{"id":"501","key":"ROPE-1"}}]}}
{"id":"503","key":"ROPE-3","fields":{"project":
{"what":"is this"}
`

func TestImportKeepsWhatItTakes(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		v, people := openSite(t, e), directory{map[string]string{}}
		path := filepath.Join(t.TempDir(), "rope.jsonl")
		if err := os.WriteFile(path, []byte(sample), 0o600); err != nil {
			t.Fatal(err)
		}
		r := load(t, v, people, path)
		check(t, r)
		for itemType, want := range map[string][2]int{"issue": {2, 0}, "comment": {1, 0}, "history item": {2, 0}, "link": {1, 1}, "parent": {1, 0}, "attachment": {1, 0}, "label": {2, 0}, "watcher": {0, 2},
			"custom field value": {2, 0}, "component": {1, 0}, "version": {1, 0}, "project": {1, 0}, "line": {0, 1}, "object": {0, 1}, "field security": {0, 1}} {
			if got := count(r, itemType); got.Taken != want[0] || got.NotTaken != want[1] {
				t.Errorf("%s: %d taken, %d not; want %v", itemType, got.Taken, got.NotTaken, want)
			}
		}
		err := v.Read(ctx, func(tx *volume.Tx) error {
			c, err := catalog.Load(ctx, tx)
			if err != nil {
				return err
			}
			i, err := issue.Find(ctx, tx, c, "ROPE-1")
			if err != nil {
				return err
			}
			texts, err := issue.TextsOf(ctx, tx, i.ID)
			if err != nil {
				return err
			}
			got := []any{i.ID, i.ProjectID, c.Status(i.StatusID).Name, c.Status(i.StatusID).Category, c.Priority(i.PriorityID).Name, c.Resolution(i.ResolutionID).Name, i.Created.UTC().Format(time.RFC3339), i.Assignee, i.Reporter,
				strings.Join(i.Labels, " "), i.Comments, i.Links, i.Subtasks, i.Attachments, i.StatusSince.UTC().Format(time.RFC3339), texts.DescriptionText}
			want := []any{int64(501), int64(77), "Resolved", "done", "Critical", "Fixed", "2019-03-01T09:00:00Z", "user_jira.example.org/jon", "user_jira.example.org/mia",
				"wet knots", int64(1), int64(1), int64(1), int64(1), "2019-03-05T10:00:00Z", "Seen\non wet rope"}
			for n := range want {
				if got[n] != want[n] {
					t.Errorf("%d: got %v, want %v", n, got[n], want[n])
				}
			}
			for _, query := range []string{"summary ~ knot", "description ~ rope", "comment ~ bowline", "text ~ hemp"} {
				q, err := search.Parse(query)
				if err != nil {
					return err
				}
				plan, err := search.Compile(ctx, tx, search.Scope{Catalog: c, Now: time.Now(), Zone: time.UTC}, q)
				if err != nil {
					return err
				}
				if ids, _, err := plan.Page(ctx, tx, search.Cursor{}, 10); err != nil || len(ids) != 1 || ids[0] != 501 {
					t.Errorf("%s finds %v, %v", query, ids, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}

		before := digest(t, v)
		again := load(t, v, people, path)
		check(t, again)
		if got := count(again, "issue"); got.AlreadyThere != 2 || got.Taken != 0 {
			t.Errorf("the second run took issues: %+v", got)
		}
		if digest(t, v) != before {
			t.Error("the second run of the same export changed something")
		}
		grown := strings.Replace(sample, `"comments":[`, `"comments":[{"id":"82","author":{"name":"jon"},"body":"Later","created":"2019-04-02T10:00:00.000+0000"},`, 1)
		if err := os.WriteFile(path, []byte(grown), 0o600); err != nil {
			t.Fatal(err)
		}
		third := load(t, v, people, path)
		check(t, third)
		if got := count(third, "comment"); got.AlreadyThere != 1 || got.Taken != 1 {
			t.Errorf("a newer export adds only what is new: %+v", got)
		}
	})
}

// TestStoppedImportContinues stops an import between batches and runs it again: the result is that of a run that was not stopped.
func TestStoppedImportContinues(t *testing.T) {
	path := shared(t, "atlassian-jac-issues-changelog.jsonl.gz")
	v, people := openSite(t, storagetest.SQLite(t)), directory{map[string]string{}}
	e, err := importer.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	stopped, stop := context.WithCancel(ctx)
	l := &importer.Loader{Volume: v, Directory: people, Clock: clock.System, Batch: 7, Progress: func(_, _ int64, issues int) {
		if issues >= 14 {
			stop()
		}
	}}
	if _, err := l.Load(stopped, e.Kind, path, e); err == nil {
		t.Fatal("the stopped import reports success")
	}
	r := load(t, v, people, path)
	check(t, r)
	if got := count(r, "issue"); got.AlreadyThere < 14 || got.AlreadyThere+got.Taken != 50 {
		t.Errorf("after the stop: %+v", got)
	}
}

// TestRealExports takes every export there is, twice.
func TestRealExports(t *testing.T) {
	for name, issues := range map[string]int{"atlassian-jac-issues-changelog.jsonl.gz": 50, "devlake-jira-cloud-raw.jsonl.gz": 33, "unclear-licence/changelog-duraspace-asf-issues.jsonl.gz": 2267} {
		t.Run(filepath.Base(name), func(t *testing.T) { takeTwice(t, shared(t, name), issues) })
	}
	t.Run("XML backups", func(t *testing.T) { // each is a whole site
		dir := t.TempDir()
		if out, err := exec.Command("tar", "xzf", shared(t, "jira-xml-backup-entities.tar.gz"), "-C", dir).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".xml") {
				t.Run(filepath.Base(path), func(t *testing.T) { takeTwice(t, path, 0) })
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	for _, bundle := range []string{"jrjc-rest-json-fixtures.tar.gz", "go-jira-rest-mock.tar.gz"} {
		t.Run(bundle, func(t *testing.T) { // answers of many servers and versions: whatever they are, all of it is accounted for
			v := openSite(t, storagetest.SQLite(t))
			r := load(t, v, directory{map[string]string{}}, shared(t, bundle))
			check(t, r)
			t.Logf("\n%s", r)
		})
	}
}

// takeTwice imports an export two times: the first run adds up, the second changes nothing.
func takeTwice(t *testing.T, path string, issues int) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		v, people := openSite(t, e), directory{map[string]string{}}
		r := load(t, v, people, path)
		check(t, r)
		if got := count(r, "issue"); got.Taken != issues && issues > 0 {
			t.Errorf("%+v", got)
		}
		t.Logf("\n%s", r)
		before := digest(t, v)
		check(t, load(t, v, people, path))
		if digest(t, v) != before {
			t.Errorf("the second run of the same export changed something: %v", lastCommits(t, v))
		}
	})
}

func TestHostileFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	zipped := func(s []byte) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(s)
		_ = z.Close()
		return b.Bytes()
	}
	bomb := zipped(bytes.Repeat([]byte(" "), 100<<20))
	archive := func(name string, content []byte) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write(content)
		_ = z.Close()
		return b.Bytes()
	}
	cases := map[string]string{
		write("bomb.zip", archive("entities.json", bytes.Repeat([]byte(" "), 100<<20))): "when it is unpacked; that is no export",
		write("climber.zip", archive("../../../../climbed.jsonl", []byte(sample))):      "leads out of it", // although nothing is unpacked onto the disk
		write("bomb.jsonl.gz", bomb): "times its size",
		write("doctype.xml", []byte(`<!DOCTYPE x [<!ENTITY a "aaaa">]><entity-engine-xml><Issue id="1"/></entity-engine-xml>`)): "document type",
		write("cut.jsonl.gz", zipped([]byte(sample))[:300]):                                                                     "cannot be read further",
		write("picture.json", []byte("\x89PNG")):                                                                                "neither JSON nor XML",
	}
	for path, want := range cases {
		e, err := importer.Open(path)
		text := ""
		if err == nil {
			v := openSite(t, storagetest.SQLite(t))
			l := &importer.Loader{Volume: v, Directory: directory{map[string]string{}}, Clock: clock.System}
			var r *importer.Report
			if r, err = l.Load(ctx, e.Kind, path, e); r != nil {
				text = r.String()
			}
			e.Close()
		}
		if err != nil {
			text += err.Error()
		}
		if !strings.Contains(text, want) {
			t.Errorf("%s: %q does not say %q", filepath.Base(path), text, want)
		}
	}
	for up := dir; up != "/"; up = filepath.Dir(up) {
		if _, err := os.Stat(filepath.Join(up, "climbed.jsonl")); err == nil {
			t.Errorf("an archive wrote into %s", up)
		}
	}
	if _, err := importer.Open(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a file that is not there was opened")
	}
}

// What an export has and is not taken is in the report, with the reason.
func TestNothingIsDroppedInSilence(t *testing.T) {
	path := filepath.Join(t.TempDir(), "odd.jsonl")
	lines := []string{
		`{"key":"OAK-1","fields":{"project":{"key":"OAK"},"summary":"` + strings.Repeat("ü", 300) + `","created":"yesterday","updated":"2020-01-01T00:00:00.000+0000","duedate":"2021-02-30","labels":5,"tides":{"a":1}}}`,
		`{"key":"../../OAK-2","fields":{"project":{"key":"../../OAK"},"summary":"climbs"}}`,
		`{"id":"9","key":"A B","name":"Alone","projectTypeKey":"software","self":"https://jira.example.org/rest/api/2/project/9"}`,
		`{"key":"ÖL_2-7","fields":{"project":{"key":"ÖL_2"},"summary":"a key of a server with a pattern of its own"}}`,
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	v := openSite(t, storagetest.SQLite(t))
	r := load(t, v, directory{map[string]string{}}, path)
	check(t, r)
	for itemType, reason := range map[string]string{"end of a summary": "255 characters", "field created": "no date", "field duedate": "no date", "field labels": "its form is not known",
		"field tides": "no such field", "issue": "no key", "project": "no key"} {
		c := count(r, itemType)
		if c.NotTaken != 1 || !strings.Contains(c.Reasons[0].Reason, reason) {
			t.Errorf("%s: %+v, not one that is not taken with %q", itemType, c, reason)
		}
	}
	if c := count(r, "issue"); c.Taken != 2 {
		t.Errorf("%d issues taken, not 2", c.Taken)
	}
	err := v.Read(ctx, func(tx *volume.Tx) error {
		cat, err := catalog.Load(ctx, tx)
		if err == nil && (len(cat.Projects) != 2 || cat.ProjectByKey("OAK") == nil || cat.ProjectByKey("ÖL_2") == nil) {
			t.Errorf("%d projects, not OAK and ÖL_2", len(cat.Projects))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestABackupDropsNothingInSilence(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entities.xml")
	err := os.WriteFile(path, []byte(`<entity-engine-xml>
<Project id="20000" name="Oak" key="OAK" counter="7"/><Project id="20001" name="Bad" key="../x" counter="1"/>
<IssueType id="77" name="Bug"/><Status id="5" name="Done" statuscategory="3"/>
<Issue id="80001" number="7" project="20000" type="77" summary="s" status="5" created="2015-01-02 03:04:05.678" updated="never" duedate="2015-13-40 00:00:00.0"/>
<ChangeGroup id="1" issue="80001" created="2015-01-04 00:00:00.0"/><ChangeItem id="1" group="1" fieldtype="jira" field="status" oldstring="Open" newstring="Done"/><ChangeItem id="2" group="99" fieldtype="jira" field="status"/>
</entity-engine-xml>`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	r := load(t, openSite(t, storagetest.SQLite(t)), directory{map[string]string{}}, path)
	check(t, r)
	for itemType, reason := range map[string]string{"project": "no key", "field updated": "no date", "field duedate": "no date", "history item": "is not in the backup"} {
		c := count(r, itemType)
		if c.NotTaken != 1 || !strings.Contains(c.Reasons[0].Reason, reason) {
			t.Errorf("%s: %+v, not one that is not taken with %q", itemType, c, reason)
		}
	}
	if c := count(r, "history item"); c.Taken != 1 {
		t.Errorf("%d history items taken, not 1", c.Taken)
	}
}

// BenchmarkImport takes the real export of the Titanium project; issues/s is the figure.
func BenchmarkImport(b *testing.B) {
	path := shared(b, "tidev-TIMOB-issues.jsonl.gz")
	for b.Loop() {
		r := load(b, openSite(b, storagetest.SQLite(b)), directory{map[string]string{}}, path)
		b.ReportMetric(r.IssuesPerSecond, "issues/s")
	}
}
