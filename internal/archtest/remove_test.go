package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// removes are the calls of the S3 library by which objects, versions, locks or buckets go.
var removes = regexp.MustCompile(`^(Remove(Objects?|ObjectsWithResult|ObjectsWithIter|Bucket|BucketWithOptions|BucketReplication)|DeleteObjects?|SetBucketLifecycle|SuspendVersioning|SetBucketVersioning|SetObjectLockConfig|SetBucketObjectLockConfig)$`)

// TestR6NothingThatServesRemovesFromABucket reads every package of ours that holdfast is made of: the library could remove, and nobody asks it to. The purge does, which is another program.
func TestR6NothingThatServesRemovesFromABucket(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "./cmd/holdfast")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	served := strings.Fields(string(out))
	if !slices.Contains(served, "github.com/minio/minio-go/v7") || slices.Contains(served, module+"internal/purge") {
		t.Fatal("holdfast is not made of what it should be: this test proves nothing")
	}
	purges := 0
	for _, p := range packages(t) {
		for _, file := range p.GoFiles {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, file), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				if !ok || !removes.MatchString(s.Sel.Name) {
					return true
				}
				if in(p.path(), "internal/purge") {
					purges++
				} else if slices.Contains(served, p.ImportPath) {
					t.Errorf("%s calls %s: what serves sites cannot remove from a bucket", p.path(), s.Sel.Name)
				}
				return true
			})
			for _, imported := range f.Imports {
				if strings.HasPrefix(imported.Path.Value, `"github.com/minio/minio-go`) && slices.Contains(served, p.ImportPath) && p.path() != "internal/platform/s3" {
					t.Errorf("%s imports the S3 library: internal/platform/s3 is the only way to a bucket", p.path())
				}
			}
		}
	}
	if purges == 0 {
		t.Error("the purge does not remove either: this test proves nothing")
	}
}
