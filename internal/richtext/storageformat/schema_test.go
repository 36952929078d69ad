package storageformat

import (
	"archive/tar"
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"holdfast.dev/internal/richtext/adf"
)

// schema is the published one of ADF; the test is skipped when it is not there.
func schema(t *testing.T) schemas {
	t.Helper()
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("the published schema is not there: ", corpus)
	}
	tr := tar.NewReader(unzip(t, "adf-schema-and-fixtures.tar.gz"))
	for {
		h, err := tr.Next()
		if err != nil {
			t.Fatal("the published schema is not in the archive: ", err)
		}
		if strings.HasSuffix(h.Name, "/schema/full.json") {
			break
		}
	}
	doc, err := jsonschema.UnmarshalJSON(tr)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("adf.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("adf.json")
	if err != nil {
		t.Fatal(err)
	}
	return schemas{c, s}
}

type schemas struct {
	c   *jsonschema.Compiler
	doc *jsonschema.Schema
}

// culprit gives the smallest node that does not fit although all that it holds does.
func (s schemas) culprit(t *testing.T, n *adf.Node) *adf.Node {
	for _, c := range n.Content {
		if bad := s.culprit(t, c); bad != nil {
			return bad
		}
	}
	name := map[string]string{"tableRow": "table_row", "tableCell": "table_cell", "tableHeader": "table_header"}[n.Type]
	if name == "" {
		name = n.Type
	}
	if n.Type == "text" {
		name = "inline"
	}
	one, err := s.c.Compile("adf.json#/definitions/" + name + "_node")
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(n.JSON()))
	if err != nil {
		t.Fatal(err)
	}
	if one.Validate(v) != nil {
		return n
	}
	return nil
}

func TestRealPagesFitThePublishedSchema(t *testing.T) {
	s := schema(t)
	if testing.Short() {
		t.Skip("the schema takes long to check by")
	}
	fit, all := 0, 0
	seen := map[string]bool{}
	for _, p := range realPages(t) {
		if seen[p.storage] {
			continue
		}
		seen[p.storage] = true
		doc, err := Parse(p.storage)
		if err != nil {
			continue
		}
		all++
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(Public(doc).JSON()))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.doc.Validate(v); err != nil {
			if n := s.culprit(t, Public(doc)); n != nil {
				t.Errorf("%s: a %s does not fit: %.700s", p.name, n.Type, n.JSON())
			} else {
				t.Errorf("%s: %v", p.name, err)
			}
			continue
		}
		fit++
	}
	t.Logf("%d of %d pages fit", fit, all)
}
