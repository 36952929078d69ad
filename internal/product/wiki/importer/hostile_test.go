package importer_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
)

func tarOf(t *testing.T, name, content string) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(content)), Typeflag: tar.TypeReg}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	place := filepath.Join(t.TempDir(), "export.tar")
	if err := os.WriteFile(place, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return place
}

// bomb is a zip whose main file grows to more than a thousand times its size.
func bomb(t *testing.T) string {
	t.Helper()
	place := filepath.Join(t.TempDir(), "bomb.zip")
	f, err := os.Create(place)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	w, err := z.Create("entities.xml")
	if err != nil {
		t.Fatal(err)
	}
	zeros := bytes.Repeat([]byte(" "), 1<<20)
	for range 200 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return place
}

func TestWhatIsNoExportIsRefusedAndLeavesNothing(t *testing.T) {
	good := newExport().space("100", "DOC").content("Page", "101", "Start", "<p>mine</p>", "space->Space:100").xml()
	inside := func(s string) string {
		return strings.Replace(good, "<hibernate-generic", s+"<hibernate-generic", 1)
	}
	for _, c := range []struct{ name, place, says string }{
		{"nothing there", filepath.Join(t.TempDir(), "none.zip"), "There is nothing at"},
		{"something else", zipOf(t, map[string]string{"readme.txt": "hello"}), "holds no entities.xml"},
		{"no zip", filepath.Join(folderOf(t, "x.zip", "this is no zip"), "x.zip"), "is no zip file"},
		{"a zip bomb", bomb(t), "grows to"},
		{"a name that leads out", zipOf(t, map[string]string{"entities.xml": good, "../../etc/cron.d/x": "x"}), "leads out of it"},
		{"an absolute name", tarOf(t, "/etc/entities.xml", good), "leads out of it"},
		{"archives without end", zipOf(t, map[string]string{"a.zip": nestedZip(t, 4)}), "archives within archives"},
		{"a document type", folderOf(t, "entities.xml", inside(`<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>`)), "document type"},
		{"an entity of nobody", folderOf(t, "entities.xml", strings.Replace(good, "<![CDATA[The DOC]]>", "&lots;", 1)), "cannot be read beyond line"},
		{"half a file", folderOf(t, "entities.xml", good[:len(good)*2/3]), "cannot be read beyond line"},
		{"an object too deep", folderOf(t, "entities.xml", strings.Replace(good, "</object>", strings.Repeat("<collection>", 100)+strings.Repeat("</collection>", 100)+"</object>", 1)), "nested more than"},
		{"an encoding of nobody", folderOf(t, "entities.xml", strings.Replace(good, "UTF-8", "KLINGON-1", 1)), "is not known"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openSite(t, storagetest.SQLite(t))
			before := s.digest()
			r, err := s.loader().Load(ctx, c.place)
			if err == nil || !strings.Contains(err.Error(), c.says) || !fault.Is(err, fault.KindInvalid) && !fault.Is(err, fault.KindNotFound) {
				t.Errorf("it says: %v", err)
			}
			if r == nil || r.Finished || s.digest() != before {
				t.Errorf("something is left: %+v", r)
			}
		})
	}
}

func nestedZip(t *testing.T, depth int) string {
	t.Helper()
	files := map[string]string{"entities.xml": "<x/>"}
	if depth > 0 {
		files = map[string]string{"a.zip": nestedZip(t, depth-1)}
	}
	b, err := os.ReadFile(zipOf(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestExportsThatAreNotWellFormedAreMended(t *testing.T) {
	title := func(declared, title string) string {
		x := newExport().space("100", "DOC").content("Page", "101", title, "<p>body</p>", "space->Space:100").xml()
		return strings.Replace(x, "UTF-8", declared, 1)
	}
	for _, c := range []struct{ name, xml, title string }{
		{"control characters", title("UTF-8", "A\x1cB\x02C"), "ABC"},
		{"bytes of Windows", title("UTF-8", "Caf\xe9 \x80"), "Café €"},
		{"both", title("UTF-8", "Café and Caf\xe9"), "Café and Café"},
		{"declared Latin-1", title("ISO-8859-1", "Caf\xe9"), "Café"},
		{"a mark of the byte order", "\xef\xbb\xbf" + title("UTF-8", "Café"), "Café"},
		{"UTF-16", utf16(title("UTF-16", "Café")), "Café"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openSite(t, storagetest.SQLite(t))
			s.load(folderOf(t, "entities.xml", c.xml))
			s.read(func(tx *volume.Tx) { equal(t, "the title", must(content.Get(ctx, tx, 101))(t).Title, c.title) })
		})
	}
}

func utf16(s string) string {
	out := []byte{0xff, 0xfe}
	for _, r := range s {
		out = append(out, byte(r), byte(r>>8))
	}
	return string(out)
}

func TestBrokenTreesAndHistoriesLoseNoPage(t *testing.T) {
	e := newExport().space("100", "DOC")
	e.content("Page", "101", "A", "<p>a</p>", "space->Space:100", "parent->Page:102").content("Page", "102", "B", "<p>b</p>", "space->Space:100", "parent->Page:101")
	e.content("Page", "103", "Lost parent", "<p>c</p>", "space->Space:100", "parent->Page:999").content("Page", "104", "a", "<p>same title</p>", "space->Space:100")
	e.content("Page", "105", "X", "<p>v</p>", "space->Space:100", "originalVersion->Page:106").content("Page", "106", "X", "<p>v</p>", "space->Space:100", "originalVersion->Page:105")
	e.content("Page", "107", "Unclosed", "<p>a<b>c</p><ac:structured-macro>", "space->Space:100").content("Page", "108", "No space", "<p>x</p>")
	e.content("Page", "109", strings.Repeat("long ", 100), "<p>x</p>", "space->Space:100").content("Page", "110", "Old", "", "space->Space:100")
	e.row("BodyContent", "1", "body=h1. Old\n* [~ann] {unknown:x=1}", "bodyType=0", "content->Page:111").row("Page", "111", "title=Markup", "space->Space:100")
	s := openSite(t, storagetest.SQLite(t))
	r := s.load(e.zip(t))
	s.read(func(tx *volume.Tx) {
		for id, want := range map[int64]string{101: "A", 102: "B", 103: "Lost parent", 104: "a (104)", 107: "Unclosed", 108: "No space", 110: "Old", 111: "Markup"} {
			equal(t, "a title", must(content.Get(ctx, tx, id))(t).Title, want)
		}
		a, b := must(content.Get(ctx, tx, 101))(t), must(content.Get(ctx, tx, 102))(t)
		if (a.ParentID == 0) == (b.ParentID == 0) {
			t.Errorf("the circle is not cut once: %d %d", a.ParentID, b.ParentID)
		}
	})
	for _, x := range r.Types {
		if x.Type == "page version" && (x.NotTaken != 2 || x.Reasons[0].Count != 2) {
			t.Errorf("of histories in a circle it says %+v", x)
		}
	}
	equal(t, "what was mended", fmt.Sprint(strings.Contains(r.String(), "mended as browsers do"), strings.Contains(r.String(), "wiki markup of before 2011")), "true true")
}
