package archivefile

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast.dev/internal/base/fault"
)

func zipOf(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarball(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	g := gzip.NewWriter(&b)
	w := tar.NewWriter(g)
	for i := 0; i < len(files); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: files[i], Size: int64(len(files[i+1])), Mode: 0o600, Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.WriteHeader(&tar.Header{Name: "link", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func put(t *testing.T, name string, b []byte) string {
	t.Helper()
	place := filepath.Join(t.TempDir(), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(place), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(place, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return place
}

// listed opens a place and gives "name=content" of every file, read both ways.
func listed(t *testing.T, place string) string {
	t.Helper()
	a, err := Open(place)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	var out []string
	swept := map[string]string{}
	err = a.Each(func(*File) bool { return true }, func(f *File, r io.Reader) error {
		b, err := io.ReadAll(r)
		swept[f.Name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if swept[f.Name] != string(b) {
			t.Errorf("%s is %q when all are read, and %q alone", f.Name, swept[f.Name], b)
		}
		out = append(out, f.Name+"="+string(b))
	}
	return strings.Join(out, " ")
}

func TestFilesAreFoundInFoldersAndArchives(t *testing.T) {
	inner := zipOf(t, "entities.xml", "E", "attachments/1/2/3", "A")
	dir := filepath.Dir(put(t, "top/b.txt", []byte("B")))
	if err := os.WriteFile(filepath.Join(dir, "in.zip"), inner, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "no.zip"), []byte("no zip"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ place, want string }{
		{put(t, "x.zip", inner), "attachments/1/2/3=A entities.xml=E"},
		{put(t, "x.tar.gz", tarball(t, "b/2", "two", "a/1", "one")), "a/1=one b/2=two"},
		{put(t, "x.tgz", tarball(t, "a/1", "one", "set/in.zip", string(inner))), "a/1=one set/in.zip/attachments/1/2/3=A set/in.zip/entities.xml=E"},
		{dir, "b.txt=B in.zip/attachments/1/2/3=A in.zip/entities.xml=E no.zip=no zip"},
		{put(t, "plain.csv.gz", []byte("a,b")), "plain.csv.gz=a,b"},
	} {
		if got := listed(t, c.place); got != c.want {
			t.Errorf("%s holds %s, not %s", c.place, got, c.want)
		}
	}
}

func TestHostileArchivesAreRefused(t *testing.T) {
	for n, c := range []struct {
		place []byte
		name  string
		says  string
	}{
		{zipOf(t, "../x", ""), "a.zip", "leads out"}, {zipOf(t, `..\x`, ""), "a.zip", "leads out"}, {zipOf(t, "/x", ""), "a.zip", "leads out"}, {zipOf(t, `C:\x`, ""), "a.zip", "leads out"},
		{tarball(t, "a/../../x", ""), "a.tgz", "leads out"}, {[]byte("PK"), "a.zip", "no zip"}, {[]byte{0x1f, 0x8b, 0}, "a.tar.gz", "gzip"},
		{zipOf(t, "big", strings.Repeat("x", RatioFrom+1)), "a.zip", "grows to"},
	} {
		_, err := Open(put(t, fmt.Sprint(n, "/", c.name), c.place))
		if !fault.Is(err, fault.KindInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%d: %v", n, err)
		}
	}
}

func TestAStreamThatGrowsWithoutEndStops(t *testing.T) {
	var b bytes.Buffer
	g := gzip.NewWriter(&b)
	chunk := make([]byte, 1<<20)
	for range 80 {
		if _, err := g.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := Open(put(t, "bomb.xml.gz", b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	r, err := a.Files[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.Copy(io.Discard, r); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("it ends with %v", err)
	}
}
