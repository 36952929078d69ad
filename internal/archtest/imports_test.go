package archtest

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "holdfast.dev/"

// pkg is a package of ours as the go command lists it.
type pkg struct {
	ImportPath   string
	Dir          string
	GoFiles      []string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func (p pkg) path() string { return strings.TrimPrefix(p.ImportPath, module) }

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for dec.More() {
		var p pkg
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 30 {
		t.Fatalf("only %d packages were found", len(all))
	}
	return all
}

// in tells whether a path is a folder or inside it.
func in(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

// product gives the product that a path belongs to, "" when none.
func product(path string) string {
	rest, ok := strings.CutPrefix(path, "internal/product/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

func TestImportArrows(t *testing.T) {
	for _, p := range packages(t) {
		path := p.path()
		for _, imported := range p.Imports {
			to, ours := strings.CutPrefix(imported, module)
			if ours {
				checkOurs(t, path, to)
			} else {
				checkForeign(t, path, imported)
			}
		}
	}
}

// checkOurs holds the arrows cmd → app → product → platform → richtext, base.
func checkOurs(t *testing.T, path, to string) {
	t.Helper()
	switch {
	case product(path) != "" && product(to) != "" && product(path) != product(to):
		t.Errorf("%s imports %s: products do not know each other; declare a small interface where it is needed and wire it in app", path, to)
	case in(path, "internal/platform") && in(to, "internal/product"):
		t.Errorf("%s imports %s: the platform serves every product and knows none", path, to)
	case in(path, "internal/base") && !in(to, "internal/base"):
		t.Errorf("%s imports %s: base is at the bottom, so that everything can use it", path, to)
	case in(path, "internal/richtext") && !in(to, "internal/richtext") && !in(to, "internal/base"):
		t.Errorf("%s imports %s: richtext is about documents only; it does no I/O and knows no product", path, to)
	case in(to, "internal/app") && !in(path, "internal/app") && !in(path, "cmd") && !in(path, "compat") && !in(path, "test") && !in(path, "internal/archtest"):
		t.Errorf("%s imports %s: app is where things are wired; only cmd stands above it", path, to)
	case in(to, "internal/platform/storage/sqlite") && product(path) != "", in(to, "internal/platform/storage/postgres") && product(path) != "":
		t.Errorf("%s imports %s: products work on any engine", path, to)
	}
}

func checkForeign(t *testing.T, path, imported string) {
	t.Helper()
	switch {
	case imported == "database/sql" && !in(path, "internal/platform/storage"):
		t.Errorf("%s imports database/sql: volumes are the only door to tenant data, and storage the only one behind it", path)
	case (strings.HasPrefix(imported, "modernc.org/sqlite") || strings.HasPrefix(imported, "github.com/mattn/go-sqlite3")) && !in(path, "internal/platform/storage/sqlite"):
		t.Errorf("%s imports %s: a driver belongs to its engine", path, imported)
	case strings.HasPrefix(imported, "github.com/jackc/pgx") && !in(path, "internal/platform/storage/postgres"):
		t.Errorf("%s imports %s: a driver belongs to its engine", path, imported)
	case in(path, "internal/base") && strings.Contains(strings.SplitN(imported, "/", 2)[0], "."):
		t.Errorf("%s imports %s: base needs the standard library alone", path, imported)
	}
}

// calls finds the calls pkg.name in the files of packages, but tests.
func calls(t *testing.T, pkgName, name string, visit func(path, where string)) {
	t.Helper()
	for _, p := range packages(t) {
		for _, file := range p.GoFiles {
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, file), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == name {
					if x, ok := s.X.(*ast.Ident); ok && x.Name == pkgName {
						visit(p.path(), fset.Position(n.Pos()).String())
					}
				}
				return true
			})
		}
	}
}

func TestTheClockIsAsked(t *testing.T) {
	calls(t, "time", "Now", func(path, where string) {
		if !in(path, "internal/base/clock") && !in(path, "internal/platform/storage/storagetest") {
			t.Errorf("%s: time.Now outside of base/clock: tests could not set the time", where)
		}
	})
}

func TestTheEnvironmentIsReadInOnePlace(t *testing.T) {
	for _, name := range []string{"Getenv", "LookupEnv"} {
		calls(t, "os", name, func(path, where string) {
			if !in(path, "internal/app") && !in(path, "cmd/holdfast-purge") && !in(path, "internal/platform/storage/storagetest") {
				t.Errorf("%s: os.%s outside of app: settings come through Options, where they are documented", where, name)
			}
		})
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) == 0 {
			continue
		}
		documented := false
		for _, file := range p.GoFiles {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, file), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			documented = documented || f.Doc != nil && len(f.Doc.Text()) > 20
		}
		if !documented {
			t.Errorf("%s has no package comment: a newcomer reads it first", p.path())
		}
	}
}

func TestNamesSayWhatIsInside(t *testing.T) {
	for _, p := range packages(t) {
		name := filepath.Base(p.path())
		if slices.Contains([]string{"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"}, name) {
			t.Errorf("%s: the name says nothing of what is inside", p.path())
		}
	}
}

// longest is the most lines that a file of ours has.
const longest = 600

func TestFilesAreShort(t *testing.T) {
	root := "../.."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "dist" || d.Name() == ".git" || d.Name() == "data") {
			return filepath.SkipDir
		}
		if ext := filepath.Ext(path); ext != ".go" && ext != ".ts" && ext != ".tsx" || strings.Contains(path, ".gen.") {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if n := strings.Count(string(b), "\n"); n > longest {
			t.Errorf("%s has %d lines: one idea a file, %d lines at most", path, n, longest)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
