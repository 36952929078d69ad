package importer_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/importer"
	"holdfast.dev/internal/product/tracker/importer/source"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/sequence"
)

// records is an export in the neutral form.
type records []*source.Record

func (r *records) Next() (*source.Record, error) {
	if len(*r) == 0 {
		return nil, io.EOF
	}
	next := (*r)[0]
	*r = (*r)[1:]
	return next, nil
}

func (r *records) Done() (int64, int64) { return 0, 0 }

// take imports records; what they hold is the loader's from then on.
func take(t *testing.T, v *volume.Volume, all records) *importer.Report {
	t.Helper()
	l := &importer.Loader{Volume: v, Directory: directory{map[string]string{}}, Clock: clock.System}
	r, err := l.Load(ctx, "records", "here", &all)
	if err != nil {
		t.Fatal(err)
	}
	check(t, r)
	return r
}

var day = time.Date(2020, 5, 1, 12, 0, 0, 0, time.UTC)

func plain(id, key string) *source.Issue {
	project, _, _ := strings.Cut(key, "-")
	return &source.Issue{ID: id, Key: key, Project: source.Project{Key: project, Name: project}, Summary: "Issue " + key, Created: day, Updated: day}
}

// full is an issue with something of everything that has an identifier.
func full(id, key string) *source.Issue {
	i := plain(id, key)
	i.Labels = []string{"wet"}
	i.Comments = []source.Comment{{ID: "81", Body: source.Text{Markup: "Said on " + key}, Created: day}}
	i.Worklogs = []source.Worklog{{ID: "82", Seconds: 60, Created: day, Started: day}}
	i.Histories = []source.History{{ID: "83", Created: day, Items: []source.Change{{Field: "summary", FieldType: "jira", FromText: "a", ToText: "b"}, {Field: "labels", FieldType: "jira", ToText: "wet"}}}}
	i.Attachments = []source.Attachment{{ID: "84", Filename: "rope.png", Size: 9, Created: day}}
	i.RemoteLinks = []source.RemoteLink{{ID: "85", URL: "https://example.org/1", Title: "One"}, {GlobalID: "two", URL: "https://example.org/2", Title: "Two"}, {URL: "https://example.org/3"}, {URL: "https://example.org/4"}}
	i.Watchers, i.WatchCount, i.VoteCount = []source.Person{{Key: "mia", Name: "Mia Holm"}}, 3, 2
	return i
}

func of(issues ...*source.Issue) (all records) {
	for _, i := range issues {
		all = append(all, &source.Record{Issue: i})
	}
	return all
}

// found gives an issue by key, nil when there is none.
func found(t *testing.T, v *volume.Volume, key string) (i *issue.Issue) {
	t.Helper()
	err := v.Read(ctx, func(tx *volume.Tx) error {
		c, err := catalog.Load(ctx, tx)
		if err != nil {
			return err
		}
		if i, err = issue.Find(ctx, tx, c, key); err != nil {
			i = nil
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func deleteHere(t *testing.T, v *volume.Volume, key string) {
	t.Helper()
	i := found(t, v, key)
	err := v.Write(ctx, func(tx *volume.Tx) error {
		return issue.Delete(ctx, tx, func(int64) bool { return false }, i, false)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Two servers give their parts the same identifiers. Those of the second are taken with new ones, once.
func TestPartsOfAnotherServerAreTaken(t *testing.T) {
	parts := []string{"comment", "worklog", "history item", "attachment", "remote link"}
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		v := openSite(t, e)
		take(t, v, of(full("501", "ROPE-1")))
		other := func() records {
			i := full("501", "SAIL-1")
			i.Comments = append(i.Comments, source.Comment{ID: "a long way from a number", Body: source.Text{Markup: "Also"}, Created: day})
			all := of(i)
			all = append(all, &source.Record{Comment: &source.Comment{ID: "81", IssueKey: "ROPE-1", Body: source.Text{Markup: "Said on ROPE-1"}, Created: day}},
				&source.Record{Worklog: &source.Worklog{ID: "81", IssueKey: "SAIL-1", Seconds: 5, Created: day, Started: day}},
				&source.Record{History: &source.History{ID: "82", IssueID: "501", Created: day, Items: []source.Change{{Field: "summary"}}}})
			return all
		}
		r := take(t, v, other())
		for itemType, want := range map[string][2]int{"comment": {2, 1}, "worklog": {2, 0}, "history item": {3, 0}, "attachment": {1, 0}, "remote link": {4, 0}} {
			if got := count(r, itemType); got.Taken != want[0] || got.AlreadyThere != want[1] {
				t.Errorf("%s of the second server: %d taken, %d there, want %v", itemType, got.Taken, got.AlreadyThere, want)
			}
		}
		i := found(t, v, "SAIL-1")
		if i.ID == 501 || i.Comments != 2 || i.Worklogs != 2 || i.Attachments != 1 || i.RemoteLinks != 4 {
			t.Errorf("%+v", i)
		}
		if i := found(t, v, "ROPE-1"); i.Comments != 1 || i.Worklogs != 1 || i.Attachments != 1 || i.RemoteLinks != 4 {
			t.Errorf("the issue of the first server has something of the second: %+v", i)
		}
		before := digest(t, v)
		r = take(t, v, other())
		for _, itemType := range parts {
			if got := count(r, itemType); got.Taken+got.NotTaken > 0 {
				t.Errorf("%s in the second run: %+v", itemType, got)
			}
		}
		take(t, v, of(full("501", "ROPE-1")))
		if digest(t, v) != before {
			t.Errorf("the second run of the same exports changed something: %v", lastCommits(t, v))
		}
	})
}

// An issue that people here have deleted stays deleted, whatever comes of it, and all of it is counted.
func TestWhatWasDeletedHereIsCounted(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		v := openSite(t, e)
		export := func() records {
			gone, stays, child := full("501", "ROPE-1"), plain("502", "ROPE-2"), plain("503", "ROPE-3")
			gone.Parent, child.Parent = "ROPE-2", "ROPE-1"
			gone.Links = []source.Link{{ID: "61", Type: "Blocks", Other: "ROPE-2", Outwards: true}}
			stays.Links = []source.Link{{ID: "61", Type: "Blocks", Other: "ROPE-1"}, {Type: "Relates", Other: "ROPE-1"}}
			all := of(gone, stays, child)
			for _, key := range []string{"ROPE-1", "ROPE-2"} {
				all = append(all, &source.Record{Comment: &source.Comment{ID: "9" + key[5:], IssueKey: key, Body: source.Text{Markup: "Apart"}, Created: day}},
					&source.Record{Worklog: &source.Worklog{ID: "9" + key[5:], IssueKey: key, Seconds: 5, Created: day}})
			}
			return append(all, &source.Record{History: &source.History{ID: "98", IssueID: "501", Created: day, Items: []source.Change{{Field: "summary"}}}},
				&source.Record{Comment: &source.Comment{ID: "99", IssueID: "501", Body: source.Text{Markup: "By number"}, Created: day}})
		}
		first := take(t, v, export())
		deleteHere(t, v, "ROPE-1")
		before := digest(t, v)
		r := take(t, v, export())
		if digest(t, v) != before {
			t.Errorf("something was attached to an issue that is not there: %v", lastCommits(t, v))
		}
		for _, of := range first.Types {
			if of.Type == "person" || of.Type == "project" || of.Type == "attachment content" { // only counted when they are made
				continue
			}
			if got := count(r, of.Type); got.Source != of.Source {
				t.Errorf("%s: %d in the export by the second run, %d by the first", of.Type, got.Source, of.Source)
			}
		}
		for itemType, want := range map[string][2]int{"issue": {2, 1}, "comment": {1, 3}, "worklog": {1, 2}, "history item": {0, 3}, "attachment": {0, 1}, "remote link": {0, 4}, "link": {0, 2}, "parent": {0, 2}, "label": {0, 1}} {
			got := count(r, itemType)
			if got.AlreadyThere != want[0] || got.NotTaken != want[1] || !strings.Contains(got.Reasons[0].Reason, "deleted here since") {
				t.Errorf("%s: %+v, want %v", itemType, got, want)
			}
		}
		// An export with the parts alone.
		r = take(t, v, records{{Comment: &source.Comment{ID: "100", IssueKey: "ROPE-1", Created: day}}, {Comment: &source.Comment{ID: "101", IssueKey: "ROPE-77", Created: day}}, {Comment: &source.Comment{ID: "102", Created: day}}})
		if c := count(r, "comment"); c.NotTaken != 3 || len(c.Reasons) != 2 || !strings.Contains(c.Reasons[0].Reason+c.Reasons[1].Reason, "deleted here since") {
			t.Errorf("comments alone: %+v", c)
		}
	})
}

// Only what is not there was deleted: an issue that cannot be read is no reason to leave its comments out.
func TestAnIssueThatCannotBeReadStopsTheImport(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		v := openSite(t, e)
		take(t, v, of(full("501", "ROPE-1")))
		err := v.Write(ctx, func(tx *volume.Tx) error {
			_, err := tx.ExecText(ctx, `ALTER TABLE issue RENAME COLUMN time_spent TO damaged`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		all := of(full("501", "ROPE-1"))
		l := &importer.Loader{Volume: v, Directory: directory{map[string]string{}}, Clock: clock.System}
		if _, err := l.Load(ctx, "records", "here", &all); err == nil || !strings.Contains(err.Error(), "time_spent") {
			t.Errorf("the import went on without the issue: %v", err)
		}
	})
}

// People work on while an import runs: what comes later for an issue that they have deleted meanwhile is not attached to anything.
func TestWhatIsDeletedMeanwhileIsCounted(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		v := openSite(t, e)
		later := plain("502", "ROPE-2")
		later.Parent = "ROPE-1"
		later.Links = []source.Link{{ID: "61", Type: "Blocks", Other: "ROPE-1", Outwards: true}, {ID: "62", Type: "Blocks", Other: "ROPE-1"}}
		all := append(of(plain("501", "ROPE-1"), later), &source.Record{Comment: &source.Comment{ID: "81", IssueKey: "ROPE-1", Created: day}},
			&source.Record{History: &source.History{ID: "83", IssueKey: "ROPE-1", Created: day, Items: []source.Change{{Field: "summary"}}}})
		l := &importer.Loader{Volume: v, Directory: directory{map[string]string{}}, Clock: clock.System, Batch: 1, Progress: func(_, _ int64, issues int) {
			if issues == 1 {
				deleteHere(t, v, "ROPE-1")
			}
		}}
		r, err := l.Load(ctx, "records", "here", &all)
		if err != nil {
			t.Fatal(err)
		}
		check(t, r)
		for itemType, want := range map[string]int{"parent": 1, "link": 2, "comment": 1, "history item": 1} {
			if got := count(r, itemType); got.NotTaken != want || got.Taken != 0 || !strings.Contains(got.Reasons[0].Reason, "deleted here since") {
				t.Errorf("%s: %+v", itemType, got)
			}
		}
		if i := found(t, v, "ROPE-2"); i.ParentID != 0 || i.Links != 0 {
			t.Errorf("it is tied to an issue that is not there: %+v", i)
		}
		err = v.Read(ctx, func(tx *volume.Tx) error {
			var n int
			err := tx.GetText(ctx, `SELECT (SELECT count(*) FROM issue_link) + (SELECT count(*) FROM issue_change WHERE issue_id = 501) + (SELECT count(*) FROM issue_comment)`, nil, &n)
			if n != 0 {
				t.Errorf("%d rows of an issue that is not there", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// What has no identifier that could be kept is known by what it is, and costs no new one in a second run.
func TestSecondRunTakesNoIdentifiers(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		v := openSite(t, e)
		export := func() records {
			a, b := full("501", "ROPE-1"), plain("", "ROPE-2")
			b.Links = []source.Link{{Type: "Relates", Other: "ROPE-1"}, {ID: "KB-9", Type: "Blocks", Other: "ROPE-1", Outwards: true}}
			return of(a, b)
		}
		r := take(t, v, export())
		if c := count(r, "remote link"); c.Taken != 4 {
			t.Errorf("%+v", c)
		}
		before := digest(t, v)
		r = take(t, v, export())
		for itemType, want := range map[string]int{"remote link": 4, "link": 2} {
			if c := count(r, itemType); c.AlreadyThere != want {
				t.Errorf("%s: %+v", itemType, c)
			}
		}
		if digest(t, v) != before {
			t.Errorf("the second run of the same export changed something: %v", lastCommits(t, v))
		}
	})
}

// breaking is an engine whose commits fail when it is told so.
type breaking struct {
	storage.Engine
	broken *atomic.Bool
}

type breakingDB struct {
	storage.DB
	broken *atomic.Bool
}

func (e breaking) Open(ctx context.Context, name string) (storage.DB, error) {
	db, err := e.Engine.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	return breakingDB{db, e.broken}, nil
}

var errBroken = errors.New("the disk is gone")

func (d breakingDB) Write(ctx context.Context, fn func(*storage.Tx) error) error {
	return d.DB.Write(ctx, func(tx *storage.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		if d.broken.Load() {
			return errBroken
		}
		return nil
	})
}

// What the report counts as taken is in the site, also when the last commit fails.
func TestWhatIsCountedIsCommitted(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		broken := &atomic.Bool{}
		v := openSite(t, breaking{e, broken})
		late := plain("501", "ROPE-1")
		late.Links = []source.Link{{ID: "61", Type: "Relates", Other: "ROPE-9"}}
		all := records{{Comment: &source.Comment{ID: "81", IssueKey: "ROPE-2", Body: source.Text{Markup: "Before its issue"}, Created: day}}, {Issue: late}, {Issue: plain("502", "ROPE-2")}}
		batches := 0 // two with an issue each and one without; what waited is taken behind them
		l := &importer.Loader{Volume: v, Directory: directory{map[string]string{}}, Clock: clock.System, Batch: 1, Progress: func(int64, int64, int) {
			batches++
			broken.Store(batches == 3)
		}}
		r, err := l.Load(ctx, "records", "here", &all)
		if !errors.Is(err, errBroken) || batches != 3 {
			t.Fatalf("got %v after %d batches", err, batches)
		}
		broken.Store(false)
		if i := found(t, v, "ROPE-2"); i == nil || i.Comments != 0 {
			t.Fatalf("%+v", i)
		}
		for _, of := range r.Types {
			if of.Type == "comment" || of.Type == "link" {
				t.Errorf("%s is counted, and not committed: %+v", of.Type, of)
			}
		}
	})
}

// A moved issue is found by its earlier keys, as links from elsewhere have them.
func TestEarlierKeysFindAnIssue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entities.xml")
	err := os.WriteFile(path, []byte(`<entity-engine-xml>
<Project id="20000" name="Oak" key="OAK" counter="7"/><Project id="20001" name="Elm" key="ELM" counter="9"/>
<IssueType id="77" name="Bug"/><Status id="5" name="Done" statuscategory="3"/>
<Issue id="80001" number="7" project="20000" type="77" summary="moved" status="5" created="2015-01-02 03:04:05.678" updated="2015-01-02 03:04:05.678"/>
<Issue id="80002" number="2" project="20001" type="77" summary="stayed" status="5" created="2015-01-02 03:04:05.678" updated="2015-01-02 03:04:05.678"/>
<MovedIssueKey id="1" oldIssueKey="ELM-9" issueId="80001"/><MovedIssueKey id="2" oldIssueKey="ASH-3" issueId="80001"/><MovedIssueKey id="3" oldIssueKey="ELM-2" issueId="80001"/>
<MovedIssueKey id="4" oldIssueKey="none" issueId="80001"/><MovedIssueKey id="5" oldIssueKey="ASH-3" issueId="80002"/><MovedIssueKey id="6" oldIssueKey="ELM-8" issueId="99"/>
</entity-engine-xml>`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		v, people := openSite(t, e), directory{map[string]string{}}
		r := load(t, v, people, path)
		check(t, r)
		if c := count(r, "old key"); c.Taken != 2 || c.NotTaken != 4 {
			t.Errorf("%+v", c)
		}
		for key, want := range map[string]int64{"OAK-7": 80001, "ELM-9": 80001, "ash-3": 80001, "ELM-2": 80002} {
			if i := found(t, v, key); i == nil || i.ID != want {
				t.Errorf("%s finds %+v, want %d", key, i, want)
			}
		}
		before := digest(t, v)
		r = load(t, v, people, path)
		check(t, r)
		if c := count(r, "old key"); c.Taken != 0 || c.AlreadyThere != 2 || c.NotTaken != 4 {
			t.Errorf("in the second run: %+v", c)
		}
		if digest(t, v) != before {
			t.Error("the second run of the same export changed something")
		}
		err := v.Write(ctx, func(tx *volume.Tx) error {
			next, err := sequence.Next(ctx, tx, sequence.Issue(20001), 1)
			if next != 10 {
				t.Errorf("the next issue of the project is ELM-%d: it would take the place of a moved one", next)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
