package archtest

import (
	"context"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"holdfast.dev/internal/app"
	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

var ctx = context.Background()

func TestEveryRouteNamesAPermission(t *testing.T) {
	n, err := app.Open(ctx, app.Options{Data: t.TempDir()}, clock.System, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	s, err := app.NewServer(n)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Routes()) < 200 {
		t.Fatalf("only %d routes are served", len(s.Routes()))
	}
	public := []string{"/readyz", "/healthz", "/api/session", "/api/setup", "/avatar/{kind}/{file}", "/rest/auth/1/session", "/wiki/unsubscribe",
		"/api/oncall/link/{token}", "/api/oncall/calendar/{token}", "/api/oncall/callback/{token}", "/api/oncall/gateway", "/incident/{token}", "/roots/{token}", "/roots/{token}/{roots}", "/contact/{token}", "/platform/v1/session"}
	for _, r := range s.Routes() {
		if r.Permission == "" {
			t.Errorf("%s %s names no permission: whoever adds a route says who may use it", r.Method, r.Path)
		}
		if r.Permission == "public" && !slices.Contains(public, r.Path) && !strings.HasSuffix(r.Path, "/serverInfo") && r.Path != "/status" && !strings.HasPrefix(r.Path, "/status/") {
			t.Errorf("%s %s is public and not among those that must be: %v", r.Method, r.Path, public)
		}
	}
}

// openAll opens a migrated volume of every kind.
func openAll(t *testing.T, e storage.Engine) map[string]*volume.Volume {
	t.Helper()
	place := volume.Place{Engine: e, Generation: 1}
	p := volume.NewPool(volume.Config{Kinds: app.Kinds(), Clock: clock.System, Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
	t.Cleanup(p.Close)
	out := map[string]*volume.Volume{}
	for _, k := range app.Kinds() {
		ref := volume.Ref{Kind: k.Name, Owner: map[string]string{"control": "control", "access": "org_test"}[k.Name]}
		if ref.Owner == "" {
			ref.Owner = "site_test"
		}
		if err := p.Create(ctx, ref, place); err != nil {
			t.Fatal(err)
		}
		out[k.Name] = p.Volume(ref)
	}
	return out
}

func TestEveryTableIsJournaledOrSaysWhyNot(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		volumes := openAll(t, e)
		for _, k := range app.Kinds() {
			listed := map[string]bool{}
			for _, table := range k.AllTables() {
				listed[table.Name] = true
			}
			for _, table := range k.Tables {
				if table.Exempt != "" && len(table.Exempt) < 15 {
					t.Errorf("%s.%s is exempt from the journal for %q: that is no reason", k.Name, table.Name, table.Exempt)
				}
			}
			err := volumes[k.Name].Read(ctx, func(tx *volume.Tx) error {
				names, err := storage.TableNames(ctx, tx.Tx)
				for _, name := range names {
					if !listed[name] {
						t.Errorf("%s.%s is in no list: what the journal does not know, no restore brings back", k.Name, name)
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// kindOf says which kind of volume a query runs on, by its name.
func kindOf(name string) string {
	product, _, _ := strings.Cut(name, "/")
	switch product {
	case "fleet", "operator", "maintenance", "addon", "watch", "erasure", "purge", "drills", "takeout", "lifecycle", "incidentnotice", "assurance", "lossreport":
		return "control"
	case "access", "oncall", "status":
		return product
	}
	return "work"
}

// unsorted are the queries whose order is not that of an index, each with the reason why that is cheap.
var unsorted = map[string]string{
	"tracker/issue_value.by_ids":         "the values of one page of issues",
	"tracker/catalog.projects":           "a site has thousands of projects at most, read once and remembered",
	"tracker/filter.list":                "the filters that somebody may see",
	"journal/change.summary":             "the changes of one commit, grouped by table",
	"tracker/search.filter_by_name":      "filters of one name",
	"tracker/search.labels":              "the labels with one beginning",
	"tracker/issue_label.names":          "distinct labels from the index of labels",
	"tracker/issue_version.issues":       "the issues of one version",
	"tracker/issue_attachment.by_issue":  "the files of one issue",
	"tracker/issue_remote_link.by_issue": "the links of one issue",
}

var usesTempSort = regexp.MustCompile(`USE TEMP B-TREE FOR (RIGHT PART OF )?ORDER BY`)

// TestEveryQueryIsPreparedOnBothEngines asks both engines for the plan of every registered statement; on SQLite the plan must not sort.
func TestEveryQueryIsPreparedOnBothEngines(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		volumes := openAll(t, e)
		queries := storage.Queries("")
		if len(queries) < 100 {
			t.Fatalf("only %d queries are registered", len(queries))
		}
		for _, q := range queries {
			if strings.HasPrefix(q.Name(), "storagetest/") || strings.HasPrefix(q.Name(), "volumetest/") {
				continue
			}
			text := q.Text(e.Dialect())
			err := volumes[kindOf(q.Name())].Read(ctx, func(tx *volume.Tx) error {
				return prepare(tx, q.Name(), text, t)
			})
			if err != nil {
				t.Errorf("%s on %s: %v", q.Name(), e.Dialect(), err)
			}
		}
	})
}

func prepare(tx *volume.Tx, name, text string, t *testing.T) error {
	if tx.Dialect() == storage.Postgres {
		_, err := tx.ExecText(ctx, `PREPARE archtest AS `+text)
		if err == nil {
			_, err = tx.ExecText(ctx, `DEALLOCATE archtest`)
		}
		return err
	}
	args := make([]any, parameters(text))
	rows, err := tx.QueryText(ctx, "EXPLAIN QUERY PLAN "+text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int64
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			return err
		}
		if usesTempSort.MatchString(detail) && unsorted[name] == "" {
			t.Errorf("%s sorts without an index (%s): every order that people can ask for has one, or stands in the list with its reason", name, detail)
		}
	}
	return rows.Err()
}

// parameters counts the arguments of a statement.
func parameters(text string) int {
	n := 0
	for _, m := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(text, -1) {
		d := 0
		for _, c := range m[1] {
			d = d*10 + int(c-'0')
		}
		n = max(n, d)
	}
	return n
}

// TestDependenciesAreExplained compares go.mod with the list of dependencies and their reasons.
func TestDependenciesAreExplained(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile("../../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	direct := regexp.MustCompile(`(?m)^\t(\S+) v\S+$`)
	for _, m := range direct.FindAllStringSubmatch(string(mod), -1) {
		if !strings.Contains(string(list), "`"+m[1]+"`") {
			t.Errorf("%s is not in docs/dependencies.md: every dependency says what it is for", m[1])
		}
	}
}
