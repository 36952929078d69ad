package importer_test

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/product/wiki/importer"
)

// unpacked lays the exports of an archive out in a folder and gives their places: folders with an entities.xml, and zip files.
func unpacked(t testing.TB, archive string) []string {
	t.Helper()
	root := t.TempDir()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		to := filepath.Join(root, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		out, err := os.Create(to)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(out, r); err != nil {
			t.Fatal(err)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		switch {
		case filepath.Base(to) == "entities.xml":
			places = append(places, filepath.Dir(to))
		case strings.HasSuffix(to, ".zip"):
			places = append(places, to)
		}
	}
	slices.Sort(places)
	return places
}

var objectTag = regexp.MustCompile(`<object\s+class="([^"]+)"`)

// recount counts the rows of an export by their class, by the words of the file alone.
func recount(t testing.TB, place string) map[string]int {
	t.Helper()
	var b []byte
	var err error
	if strings.HasSuffix(place, ".zip") {
		z, zerr := zip.OpenReader(place)
		if zerr != nil {
			t.Fatal(zerr)
		}
		defer z.Close()
		f, oerr := z.Open("entities.xml")
		if oerr != nil {
			t.Fatal(oerr)
		}
		b, err = io.ReadAll(f)
	} else {
		b, err = os.ReadFile(filepath.Join(place, "entities.xml"))
	}
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, m := range objectTag.FindAllSubmatch(b, -1) {
		out[string(m[1])]++
	}
	return out
}

func byObject(r *importer.Report) map[string]int {
	out := map[string]int{}
	for _, x := range r.Types {
		if x.Object != "" {
			out[x.Object] += x.Source
		}
	}
	return out
}

func TestEveryRowOfTheRealExportsIsAccountedFor(t *testing.T) {
	for _, archive := range []string{"xwiki-confluence-xml-exports.tar.gz", "unclear-licence/mxunit-space-export-2012.tar.gz"} {
		for _, place := range unpacked(t, shared(t, archive)) {
			t.Run(filepath.Base(place), func(t *testing.T) {
				s := openSite(t, storagetest.SQLite(t))
				r := s.load(place)
				if want, got := recount(t, place), byObject(r); !maps.Equal(want, got) {
					t.Errorf("the export has %v\nthe report counts %v", want, got)
				}
				if testing.Verbose() {
					t.Log("\n" + r.String())
				}
				before := s.digest()
				again := s.load(place)
				for _, x := range again.Types {
					if x.Taken > 0 && x.Type != "person" && x.Type != "account of a person" { // exports of people alone have no space to be known by
						t.Errorf("the second run took %d of %q", x.Taken, x.Type)
					}
				}
				if s.digest() != before {
					t.Error("the second run changed something")
				}
				if want, got := recount(t, place), byObject(again); !maps.Equal(want, got) {
					t.Errorf("the second run: the export has %v\nthe report counts %v", want, got)
				}
			})
		}
	}
}

func TestAllRealExportsAsOneArchiveIntoOneSite(t *testing.T) {
	archive := shared(t, "xwiki-confluence-xml-exports.tar.gz")
	want := map[string]int{}
	for _, place := range unpacked(t, archive) {
		for class, n := range recount(t, place) {
			want[class] += n
		}
	}
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		s := openSite(t, e)
		r := s.load(archive)
		if got := byObject(r); !maps.Equal(want, got) {
			t.Errorf("the exports have %v\nthe report counts %v", want, got)
		}
		if testing.Verbose() {
			t.Logf("%d exports, %.1f s\n%s", len(r.Exports), r.Seconds, r)
		}
		before := s.digest()
		s.load(archive)
		if s.digest() != before {
			t.Error("the second run changed something")
		}
	})
}
