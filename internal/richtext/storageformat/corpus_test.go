package storageformat

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast.dev/internal/richtext/adf"
)

const corpus = "../../../../shared/data/confluence"

// page is one storage format text of the corpus.
type page struct {
	name, storage string
	adf           json.RawMessage
}

// realPages reads every page of the corpus; the test is skipped when it is not there.
func realPages(t testing.TB) []page {
	t.Helper()
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("the corpus of real pages is not there: ", corpus)
	}
	var pages []page
	for _, file := range []string{"querypie-cloud-pages.jsonl.gz", "storage-snippets-xwiki.jsonl.gz"} {
		z := unzip(t, file)
		in := bufio.NewScanner(z)
		in.Buffer(nil, 64<<20)
		for in.Scan() {
			var d struct {
				ID, Name, Storage string
				ADF               json.RawMessage `json:"adf"`
			}
			if err := json.Unmarshal(in.Bytes(), &d); err != nil {
				t.Fatal(err)
			}
			pages = append(pages, page{file[:8] + " " + d.ID + d.Name, d.Storage, d.ADF})
		}
	}
	pages = append(pages, csvBodies(t)...)
	tr := tar.NewReader(unzip(t, "xwiki-confluence-xml-exports.tar.gz"))
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case strings.HasSuffix(h.Name, "/entities.xml"):
			pages = append(pages, bodies(h.Name, b)...)
		case strings.HasSuffix(h.Name, ".zip"):
			zr, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range zr.File {
				if filepath.Base(f.Name) == "entities.xml" {
					r, err := f.Open()
					if err != nil {
						t.Fatal(err)
					}
					b, _ := io.ReadAll(r)
					pages = append(pages, bodies(h.Name, b)...)
				}
			}
		}
	}
	return pages
}

// csvBodies gives the storage format bodies of the space export in tables.
func csvBodies(t testing.TB) []page {
	z, err := zip.OpenReader(filepath.Join(corpus, "confluence-cloud-csv-export-RJTest.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("bodycontent.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []page
	for _, r := range rows {
		if r[3] == "2" && r[1] != "" {
			out = append(out, page{name: "RJTest " + r[2], storage: r[1]})
		}
	}
	return out
}

func unzip(t testing.TB, file string) io.Reader {
	f, err := os.Open(filepath.Join(corpus, file))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// bodies gives the storage format bodies of an XML export. Exports are read leniently here: this is a test of their pages.
func bodies(name string, b []byte) []page {
	var export struct {
		Objects []struct {
			Class      string `xml:"class,attr"`
			Properties []struct {
				Name string `xml:"name,attr"`
				Text string `xml:",chardata"`
			} `xml:"property"`
		} `xml:"object"`
	}
	d := xml.NewDecoder(strings.NewReader(clean(string(b))))
	d.Strict = false
	_ = d.Decode(&export)
	var out []page
	for _, o := range export.Objects {
		body, kind := "", ""
		for _, p := range o.Properties {
			switch p.Name {
			case "body":
				body = strings.ReplaceAll(p.Text, "]] >", "]]>")
			case "bodyType":
				kind = p.Text
			}
		}
		if o.Class == "BodyContent" && strings.TrimSpace(kind) == "2" && strings.TrimSpace(body) != "" {
			out = append(out, page{name: name, storage: body})
		}
	}
	return out
}

// count counts the nodes of a document: all, and those that are kept as source.
func count(n *adf.Node, opaque map[string]int) (all int) {
	n.Walk(func(n *adf.Node) bool {
		all++
		if _, ok := opaqueSource(n); ok {
			opaque[n.Attr("extensionKey")]++
		}
		return true
	})
	return all
}

func TestRealPagesComeBackTheSame(t *testing.T) {
	pages := realPages(t)
	kept := map[string]int{}
	nodes, failed, unread := 0, 0, 0
	for _, p := range pages {
		want, err := Canonical(p.storage)
		if err != nil {
			unread++
			t.Logf("%s: no XML: %v", p.name, err)
			continue
		}
		doc, err := Parse(p.storage)
		if err != nil {
			t.Errorf("%s: %v", p.name, err)
			continue
		}
		nodes += count(doc, kept)
		doc, err = adf.Parse(doc.JSON()) // as it is stored
		if err != nil {
			t.Errorf("%s: %v", p.name, err)
			continue
		}
		again, err := Write(doc)
		if err != nil {
			t.Errorf("%s: %v", p.name, err)
			continue
		}
		got, err := Canonical(again)
		if err != nil {
			t.Errorf("%s: written form is no XML: %v\n%s", p.name, err, again)
			continue
		}
		if got != want {
			failed++
			a, b := firstDifference(want, got)
			t.Errorf("%s differs\nwant …%s\ngot  …%s", p.name, a, b)
		}
		if strings.Contains(again, jsonKey) && !strings.Contains(p.storage, jsonKey) {
			t.Errorf("%s: a block had to be written whole", p.name)
		}
	}
	t.Logf("%d pages, %d that are no XML, %d differ, %d nodes, kept as source: %v", len(pages), unread, failed, nodes, kept)
}

func firstDifference(a, b string) (string, string) {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	from := max(0, i-100)
	return strings.ToValidUTF8(a[from:min(len(a), i+200)], ""), strings.ToValidUTF8(b[from:min(len(b), i+200)], "")
}

// documents reads the ADF documents of the corpus: those of real pages and fixtures.
func documents(t *testing.T) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for _, p := range realPages(t) {
		if len(p.adf) > 0 {
			out[p.name] = p.adf
		}
	}
	tr := tar.NewReader(unzip(t, "adf-schema-and-fixtures.tar.gz"))
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := io.ReadAll(tr); bytes.Contains(b, []byte(`"doc"`)) && !strings.Contains(h.Name, "/schema/") {
			out[h.Name] = b
		}
	}
}

func TestDocumentsComeBackTheSame(t *testing.T) {
	valid, invalid, whole := 0, 0, 0
	for name, b := range documents(t) {
		doc, err := adf.Parse(b)
		if err != nil {
			invalid++
			t.Logf("%s is not valid: %v", name, err)
			continue
		}
		valid++
		storage, err := Write(doc)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n := strings.Count(storage, jsonKey); n > 0 {
			whole += n
			for _, b := range doc.Content {
				if e := newWriter().block(b); e != nil && !(&conv{}).reads(e, b) {
					root, _ := readSource(e.String())
					a, b := firstDifference(asJSON(normal(adf.Doc(b))), asJSON(normal(adf.Doc((&conv{}).blocks("doc", root.children, 0)...))))
					t.Logf("%s: a node is written whole: %s\nbut %s", name, a, b)
				}
			}
		}
		back, err := Parse(storage)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !Equal(doc, back) {
			a, b := firstDifference(asJSON(normal(doc)), asJSON(normal(back)))
			t.Errorf("%s differs\nwant …%s\ngot  …%s", name, a, b)
		}
	}
	t.Logf("%d valid documents, %d that are not, %d nodes written whole", valid, invalid, whole)
}

// likeCloud leaves out what only the server that a page comes from knows: ids of files, addresses of pages, names in its language.
func likeCloud(n *adf.Node) *adf.Node {
	out := normal(n)
	out.Walk(func(n *adf.Node) bool {
		switch n.Type {
		case "media":
			for _, k := range []string{"id", "collection"} {
				delete(n.Attrs, k)
			}
		case "inlineCard":
			delete(n.Attrs, "url")
		case "status":
			delete(n.Attrs, "style")
			delete(n.Attrs, "localId")
		case "extension":
			p, _ := n.Attrs["parameters"].(map[string]any)
			m, _ := p["macroMetadata"].(map[string]any)
			delete(m, "title")
		}
		for _, m := range n.Marks {
			if m.Type == "link" {
				m.Attrs["href"] = ""
			}
		}
		return true
	})
	return normal(out)
}

func TestADFIsTheOneOfConfluence(t *testing.T) {
	same, all := 0, 0
	for _, p := range realPages(t) {
		if len(p.adf) == 0 {
			continue
		}
		theirs, err := adf.Parse(p.adf)
		if err != nil {
			t.Logf("%s: %v", p.name, err)
			continue
		}
		ours, err := Parse(p.storage)
		if err != nil {
			t.Fatal(err)
		}
		a, b := likeCloud(theirs).Content, likeCloud(ours).Content
		for i := range a {
			all++
			if i < len(b) && asJSON(a[i]) == asJSON(b[i]) {
				same++
			} else if i < len(b) {
				x, y := firstDifference(asJSON(a[i]), asJSON(b[i]))
				t.Logf("%s block %d: theirs …%s\nours …%s", p.name, i, x, y)
			}
		}
	}
	t.Logf("%d of %d blocks are the same", same, all)
}
