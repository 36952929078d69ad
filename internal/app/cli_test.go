package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/identity"
)

// session runs command lines on one data folder, as a person at a terminal would.
type session struct {
	t    *testing.T
	data string
}

// run gives the exit code and what was printed.
func (s session) run(stdin string, args ...string) (code int, out, err string) {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	code = Run(context.Background(), Env{Stdin: strings.NewReader(stdin), Stdout: &stdout, Stderr: &stderr, Dir: s.t.TempDir(), Args: append(args, "--data", s.data)})
	return code, strings.TrimSpace(stdout.String()), stderr.String()
}

func (s session) ok(stdin string, args ...string) string {
	s.t.Helper()
	code, out, err := s.run(stdin, args...)
	if code != ExitOK {
		s.t.Fatalf("holdfast %s: exit %d: %s", strings.Join(args, " "), code, err)
	}
	return out
}

func TestCommandLineFromNothingToARestoredSite(t *testing.T) {
	s := session{t, t.TempDir()}
	org := s.ok("", "org", "create", "Acme Works")
	if !strings.HasPrefix(org, "org_") {
		t.Errorf("org create prints %q", org)
	}
	site := s.ok("", "site", "create", "acme", "--org", org)
	if !strings.HasPrefix(site, "site_") {
		t.Errorf("site create prints %q", site)
	}
	s.ok("a long enough password\n", "user", "create", "ann@example.com", "--name", "Ann", "--org", org, "--password-stdin", "--admin")
	if token := s.ok("", "token", "create", "--email", "ann@example.com"); !strings.HasPrefix(token, "hfat_") || strings.ContainsAny(token, " \n") {
		t.Errorf("token create prints %q, not a token alone", token)
	}
	for days, want := range map[string]int{"-1": ExitUsage, "3651": ExitUsage, "99999999": ExitUsage, "3650": ExitOK, "0": ExitOK} {
		if code, _, _ := s.run("", "token", "create", "--email", "ann@example.com", "--days", days); code != want {
			t.Errorf("token create --days %s: exit %d, not %d", days, code, want)
		}
	}
	if code, _, err := s.run("", "site", "create", "other", "--org", "org_nobody"); code != ExitRefused || !strings.Contains(err, "no organization") {
		t.Errorf("site create for an organization that is not there: exit %d, %s", code, err)
	}
	export := filepath.Join(t.TempDir(), "issues.jsonl")
	line := `{"id":"7","key":"SEA-1","fields":{"project":{"id":"5","key":"SEA","name":"Sea"},"issuetype":{"name":"Task"},"status":{"name":"To Do"},"summary":"Sail","created":"2020-01-01T00:00:00.000+0000","updated":"2020-01-01T00:00:00.000+0000"}}`
	if err := os.WriteFile(export, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	var report struct {
		Finished bool
		Types    []struct {
			Type  string
			Taken int
		}
	}
	if err := json.Unmarshal([]byte(s.ok("", "import", "jira", export, "--site", "acme", "--json")), &report); err != nil || !report.Finished || len(report.Types) == 0 {
		t.Errorf("%+v %v", report, err)
	}
	if code, _, said := s.run("", "site", "destroy-for-drill", "acme"); code != ExitUsage || !strings.Contains(said, site) {
		t.Errorf("destroying without naming the site: exit %d, %s", code, said)
	}
	s.ok("", "site", "destroy-for-drill", "acme", "--site-id", site)
	if out := s.ok("", "site", "restore", "acme"); !strings.Contains(out, "rows proven") {
		t.Errorf("restore says %q", out)
	}
	s.ok("", "vault", "verify")
	archive := filepath.Join(t.TempDir(), "acme.tar")
	s.ok("", "export", "site", "acme", archive)
	other := session{t, t.TempDir()}
	if got := other.ok("", "import", "site", archive, "--slug", "copy"); got != site {
		t.Errorf("the copy is %s, the original %s", got, site)
	}
	whole, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []int{3, 2} { // parts of it
		cut := filepath.Join(t.TempDir(), "cut.tar")
		if err := os.WriteFile(cut, whole[:len(whole)/part], 0o600); err != nil {
			t.Fatal(err)
		}
		third := session{t, t.TempDir()}
		code, _, said := third.run("", "import", "site", cut)
		if code != ExitRefused || !strings.Contains(said, "was not copied whole") {
			t.Errorf("an archive that was cut short: exit %d, %s", code, said)
		}
		if out := third.ok("", "site", "list"); out != "" {
			t.Errorf("something of it is there: %s", out)
		}
	}
}

// Whoever was given all sites of an organization has those too that come later.
func TestPeopleHaveTheSitesThatComeAfterThem(t *testing.T) {
	s := session{t, t.TempDir()}
	org := s.ok("", "org", "create", "Acme")
	user := func(name string, flags ...string) string {
		return s.ok("a long enough password\n", append([]string{"user", "create", name + "@example.com", "--name", name, "--org", org, "--password-stdin"}, flags...)...)
	}
	user("ann", "--admin")
	s.ok("", "site", "create", "first", "--org", org)
	user("bob")
	user("cid", "--site", "first", "--admin")
	s.ok("", "site", "create", "second", "--org", org)
	s.ok("", "site", "create", "third", "--org", org)
	user("dan", "--site", "first")
	s.ok("", "user", "grant", "dan@example.com", "--site", "third", "--admin")
	for args, want := range map[string]string{"nobody@example.com": "nobody has the address", "dan@example.com --site nowhere": "nowhere", "dan@example.com --org nobody": "no organization"} {
		if code, _, said := s.run("", append([]string{"user", "grant"}, strings.Fields(args)...)...); code != ExitRefused || !strings.Contains(said, want) {
			t.Errorf("user grant %s: exit %d, %s", args, code, said)
		}
	}

	ctx := identity.AsSystem(context.Background(), "test")
	n, err := Open(ctx, Options{Data: s.data}, clock.System, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	for slug, want := range map[string]string{"first": "ann:true bob:false cid:true dan:false", "second": "ann:true bob:false", "third": "ann:true bob:false dan:true"} {
		site, err := n.FindSite(slug)
		if err != nil {
			t.Fatal(err)
		}
		members, err := n.products.access.Members(ctx, site.Org, site.ID)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range members {
			got = append(got, fmt.Sprintf("%s:%t", m.Name, m.Admin))
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s has %v, not %s", slug, got, want)
		}
	}
}

// Two organizations may have one name; nobody guesses which is meant, nor gives roles on another one's sites.
func TestAnOrganizationIsNamedWithoutDoubt(t *testing.T) {
	s := session{t, t.TempDir()}
	one, other := s.ok("", "org", "create", "Acme"), s.ok("", "org", "create", "Acme")
	if code, _, said := s.run("", "site", "create", "acme", "--org", "Acme"); code != ExitRefused || !strings.Contains(said, one) || !strings.Contains(said, other) {
		t.Errorf("site create for one of two: exit %d, %s", code, said)
	}
	s.ok("", "site", "create", "acme", "--org", one)
	code, _, said := s.run("a long enough password\n", "user", "create", "eve@example.com", "--name", "Eve", "--org", other, "--site", "acme", "--password-stdin", "--admin")
	if code != ExitRefused || !strings.Contains(said, "another organization's") {
		t.Errorf("a role on another organization's site: exit %d, %s", code, said)
	}
	if code, _, said := s.run("", "token", "create", "--email", "eve@example.com"); code != ExitRefused || !strings.Contains(said, "nobody has the address") {
		t.Errorf("the account was made all the same: exit %d, %s", code, said)
	}
}

func TestExitCodesSayWhatHappened(t *testing.T) {
	s := session{t, t.TempDir()}
	org := s.ok("", "org", "create", "Acme")
	s.ok("", "site", "create", "acme", "--org", org)
	for _, c := range []struct {
		code int
		args []string
		says string
	}{
		{ExitUsage, []string{"site", "create"}, "usage"},
		{ExitUsage, []string{"site", "crate", "x"}, "crate"},
		{ExitUsage, []string{"site", "tombstone", "acme"}, `"reason" not set`},
		{ExitUsage, []string{"maintenance", "apply", "plan_x"}, `"hash" not set`},
		{ExitRefused, []string{"drill", "--scenario", "rm-rf", "--sites", "0"}, "between 1 and"},
		{ExitUsage, []string{"site", "restore", "acme", "--at", "yesterday"}, "--at takes an instant"},
		{ExitRefused, []string{"site", "create", "acme", "--org", org}, "exists"},
		{ExitRefused, []string{"site", "create", "Not A Slug", "--org", org}, "lower-case"},
		{ExitRefused, []string{"site", "restore", "nowhere"}, "nowhere"},
		{ExitRefused, []string{"site", "restore", "acme", "--commit", "999999"}, "commits 1 to"},
		{ExitRefused, []string{"import", "jira", "/nowhere.jsonl", "--site", "acme"}, "nothing at"},
		{ExitRefused, []string{"site", "create", "x", "--org", "site_01m871r2najvexcwfaghh603cmxd"}, ""},
	} {
		code, _, said := s.run("", c.args...)
		if code != c.code && !(c.says == "" && code != ExitOK) || !strings.Contains(said, c.says) {
			t.Errorf("holdfast %s: exit %d, %q; want %d with %q", strings.Join(c.args, " "), code, said, c.code, c.says)
		}
	}
}

func TestADataFolderWrittenWrongBecomesNoInstallation(t *testing.T) {
	s := session{t, filepath.Join(t.TempDir(), "typo")}
	for _, args := range [][]string{{"site", "list"}, {"vault", "verify"}, {"user", "create", "a@example.com", "--name", "A", "--org", "Acme", "--password-stdin"}} {
		if code, _, said := s.run("a long password\n", args...); code != ExitRefused || !strings.Contains(said, "no data folder") {
			t.Errorf("holdfast %s: exit %d, %s", strings.Join(args, " "), code, said)
		}
		if _, err := os.Stat(s.data); err == nil {
			t.Fatalf("holdfast %s makes a folder", strings.Join(args, " "))
		}
	}
	s.ok("", "org", "create", "Acme")
}

// Absence is never an instruction (R5): a vault that is not there, or not mounted, is no empty installation, and leaves no folder that would stand in the way of the next attempt.
func TestR5ARebuildNeedsAVaultThatKnowsMore(t *testing.T) {
	s := session{t, t.TempDir()}
	org := s.ok("", "org", "create", "Acme")
	s.ok("", "site", "create", "acme", "--org", org)
	kept := filepath.Join(s.data, "vault")
	again := session{t, filepath.Join(t.TempDir(), "new")}
	for _, from := range []string{filepath.Join(t.TempDir(), "typo"), t.TempDir()} {
		if code, _, said := again.run("", "rebuild", "--from", from); code != ExitRefused || !strings.Contains(said, "nothing was made") {
			t.Errorf("from %s: exit %d, %s", from, code, said)
		}
	}
	if _, err := os.Stat(again.data); !os.IsNotExist(err) {
		t.Errorf("a refused rebuild made %s: %v", again.data, err)
	}
	again.ok("", "rebuild", "--from", kept)
	if out := again.ok("", "site", "list"); !strings.Contains(out, "acme") {
		t.Fatal(out)
	}
	stranger := session{t, t.TempDir()}
	stranger.ok("", "org", "list") // makes an installation
	if code, _, said := stranger.run("", "rebuild", "--from", kept); code != ExitRefused || !strings.Contains(said, "another installation") {
		t.Errorf("another installation's folder: exit %d, %s", code, said)
	}
}

func TestASecondServerIsRefusedSayingWhy(t *testing.T) {
	dir := t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	started, ended := make(chan string, 1), make(chan int, 1)
	go func() {
		ended <- Run(ctx, Env{Stdin: strings.NewReader(""), Stdout: &bytes.Buffer{}, Stderr: writerFunc(func(s string) {
			if strings.Contains(s, `"serving"`) {
				started <- s
			}
		}), Args: []string{"serve", "--data", dir, "--listen", "127.0.0.1:0"}})
	}()
	select {
	case <-started:
	case code := <-ended:
		t.Fatalf("the server ended with %d", code)
	}
	s := session{t, dir}
	code, _, said := s.run("", "serve", "--listen", "127.0.0.1:0")
	if code == ExitOK || !strings.Contains(said, dir) {
		t.Errorf("a second server: exit %d, %q", code, said)
	}
	if org := s.ok("", "org", "create", "Through the socket"); !strings.HasPrefix(org, "org_") {
		t.Errorf("a command through the running server prints %q", org)
	}
	stop()
	if code := <-ended; code != ExitOK {
		t.Errorf("the server ended with %d", code)
	}
}
