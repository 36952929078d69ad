//go:build slow

package recovery

import (
	"context"
	"crypto/sha256"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"holdfast.dev/internal/app"
	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/vault"
)

// contents reads every object of a vault.
func contents(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	out := map[string][32]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, "/incoming/") {
			return err
		}
		b, err := os.ReadFile(path)
		out[path] = sha256.Sum256(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestR6WithEveryCredentialNothingInTheVaultIsDestroyed lets a script loose that has what a process in production has: the data folder, every token, SQL on every
// database, the whole API and the command line. The vault is where an operator puts it, in a folder of another account, of which the process only has the
// store: what it can do with it, it does.
func TestR6WithEveryCredentialNothingInTheVaultIsDestroyed(t *testing.T) {
	w := newWorld(t)
	s := w.site("acme", 20)
	vaultDir := filepath.Join(w.dir, "vault")
	before := contents(t, vaultDir)
	if len(before) < 3 {
		t.Fatalf("only %d objects: this test proves nothing", len(before))
	}

	deleteByAPI(t, w.node, administrator(t, w))
	for _, ref := range w.node.Fleet.Volumes() {
		if ref != fleet.ControlRef {
			deleteBySQL(t, w, ref.Kind, ref.Owner)
		}
	}
	deleteBySQL(t, w, "control", "control")
	must(t, w.node.Shipper.Flush(w.ctx)) // what was destroyed is shipped too, behind what was there
	overwriteByStore(t, w.node.Vault.Store(), vaultDir, before)
	id := s.ID.String()
	w.node.Close()

	// The command line, with the data folder to itself.
	for _, args := range [][]string{{"site", "suspend", "acme"}, {"site", "tombstone", "acme", "--reason", "away with it"}, {"site", "destroy-for-drill", "acme", "--site-id", id},
		{"purge", "request", "acme", "--reason", "away with it at once"}, {"site", "delete", "acme"}, {"vault", "delete"}, {"vault", "prune"}} {
		app.Run(w.ctx, app.Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Dir: w.dir, Args: append(args, "--data", w.dir)})
	}

	// rm -rf of everything that is the process's own.
	entries, err := os.ReadDir(w.dir)
	must(t, err)
	for _, e := range entries {
		if e.Name() != "vault" {
			must(t, os.RemoveAll(filepath.Join(w.dir, e.Name())))
		}
	}

	after := contents(t, vaultDir)
	for path, sum := range before {
		if after[path] != sum {
			t.Errorf("%s was destroyed or changed inside the retention floor", path)
		}
	}
	found, err := vault.New(openStore(t, vaultDir)).Verify(context.Background(), func(int, int) {})
	if err != nil || len(found) > 0 {
		t.Fatalf("the vault is not whole: %v %v", found, err)
	}
}

func openStore(t *testing.T, dir string) vault.Store {
	t.Helper()
	s, err := vault.OpenFolder(dir)
	must(t, err)
	return s
}

// administrator gives the token of somebody who may do everything in the site.
func administrator(t *testing.T, w *world) string {
	t.Helper()
	var out strings.Builder
	for _, args := range [][]string{{"user", "create", "ann@acme.example", "--name", "Ann", "--org", w.org.ID.String(), "--admin", "--password-stdin"}, {"token", "create", "--email", "ann@acme.example"}} {
		out.Reset()
		if code := app.Run(w.ctx, app.Env{Stdin: strings.NewReader("a long enough password\n"), Stdout: &out, Stderr: io.Discard, Dir: w.dir, Args: args, Node: w.node}); code != 0 {
			t.Fatalf("%v: exit %d", args, code)
		}
	}
	return strings.TrimSpace(out.String())
}

// deleteByAPI calls every route that deletes, with an administrator's token.
func deleteByAPI(t *testing.T, n *app.Node, token string) {
	t.Helper()
	srv, err := app.NewServer(n)
	must(t, err)
	h := httptest.NewServer(srv)
	defer h.Close()
	tried := 0
	for _, r := range srv.Routes() {
		if r.Method != http.MethodDelete {
			continue
		}
		path := strings.NewReplacer("{", "", "}", "").Replace(r.Path)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, h.URL+"/s/acme"+path, nil)
		must(t, err)
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		must(t, err)
		_ = resp.Body.Close()
		tried++
	}
	if tried < 50 {
		t.Fatalf("only %d routes that delete were tried", tried)
	}
}

// deleteBySQL empties every table of a volume, the journal's own included.
func deleteBySQL(t *testing.T, w *world, kind, owner string) {
	t.Helper()
	ref := w.node.Fleet.VolumesOf(owner)
	v := w.node.Pool.Volume(fleet.ControlRef)
	for _, r := range ref {
		if r.Kind == kind {
			v = w.node.Pool.Volume(r)
		}
	}
	err := v.Direct(w.ctx, func(tx *storage.Tx) error {
		names, err := storage.TableNames(w.ctx, tx)
		if err != nil {
			return err
		}
		return storage.WithoutForeignKeys(w.ctx, tx, func() error {
			for _, name := range names {
				if strings.HasPrefix(name, "journal_") || strings.HasPrefix(name, "schema_") || kind == "control" && name == "placement" {
					continue // without them this process cannot ship the destruction, which is what is tried here
				}
				if _, err := tx.ExecText(w.ctx, "DELETE FROM "+storage.Quote(name)); err != nil {
					return err
				}
			}
			return nil
		})
	})
	must(t, err)
}

// overwriteByStore tries everything that a process can do to objects through the store that it has.
func overwriteByStore(t *testing.T, s vault.Store, dir string, objects map[string][32]byte) {
	t.Helper()
	for path := range objects {
		key, err := filepath.Rel(dir, path)
		must(t, err)
		if err := s.Put(t.Context(), filepath.ToSlash(key), strings.NewReader("nothing")); !errors.Is(err, vault.ErrExists) {
			t.Errorf("%s could be overwritten: %v", key, err)
		}
		st, err := os.Stat(path)
		must(t, err)
		if st.Mode().Perm()&0o222 != 0 {
			t.Errorf("%s can be written: %s", key, st.Mode())
		}
	}
}

// TestR6NoStoreOfTheVaultCanDelete reads the interface and the code of the vault: nothing in them removes, renames or rewrites an object.
func TestR6NoStoreOfTheVaultCanDelete(t *testing.T) {
	store := reflect.TypeFor[vault.Store]()
	var names []string
	for i := range store.NumMethod() {
		names = append(names, store.Method(i).Name)
	}
	if got := strings.Join(names, " "); got != "List Open Put" {
		t.Errorf("a vault store can %s", got)
	}
	files, err := filepath.Glob("../../internal/platform/vault/store*.go")
	must(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		must(t, err)
		ast.Inspect(tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if pkg, isName := (*ast.Ident)(nil), false; ok {
				if pkg, isName = sel.X.(*ast.Ident); isName && pkg.Name == "os" {
					switch sel.Sel.Name {
					case "RemoveAll", "Rename", "Truncate", "WriteFile":
						t.Errorf("%s calls os.%s", file, sel.Sel.Name)
					}
				}
			}
			return true
		})
	}
}

// TestR6AfterAllThatEverythingComesBack destroys everything that runs, and brings it back from the vault alone.
func TestR6AfterAllThatEverythingComesBack(t *testing.T) {
	w := newWorld(t)
	s := w.site("acme", 20)
	deleteBySQL(t, w, "work", s.ID.String())
	must(t, w.node.Shipper.Flush(w.ctx))
	w.node.Close()
	entries, err := os.ReadDir(w.dir)
	must(t, err)
	for _, e := range entries {
		if e.Name() != "vault" {
			must(t, os.RemoveAll(filepath.Join(w.dir, e.Name())))
		}
	}
	if code := app.Run(w.ctx, app.Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Dir: w.dir, Args: []string{"rebuild", "--from", filepath.Join(w.dir, "vault"), "--data", w.dir}}); code != 0 {
		t.Fatalf("rebuild: exit %d", code)
	}
	n, err := app.Open(identity.AsSystem(context.Background(), "test"), app.Options{Data: w.dir, Vault: filepath.Join(w.dir, "vault")}, clock.System, slog.New(slog.DiscardHandler))
	must(t, err)
	defer n.Close()
	if _, err := n.Fleet.Site(s.ID); err != nil {
		t.Fatal(err)
	}
}
