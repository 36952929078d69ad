package importer_test

import (
	"archive/zip"
	"encoding/csv"
	"errors"
	"io"
	"path"
	"strings"
	"testing"

	"holdfast.dev/internal/platform/storage/storagetest"
)

// rows counts the rows of every table of a CSV export, and those of the contents by type.
func rows(t *testing.T, place string) map[string]int {
	t.Helper()
	z, err := zip.OpenReader(place)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	out := map[string]int{}
	for _, f := range z.File {
		base := strings.TrimSuffix(strings.TrimSuffix(path.Base(f.Name), ".gz"), ".csv")
		if !strings.Contains(f.Name, ".csv") {
			continue
		}
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(in)
		r.FieldsPerRecord, r.LazyQuotes = -1, true
		head, err := r.Read()
		for err == nil {
			var row []string
			if row, err = r.Read(); err != nil {
				break
			}
			name := base
			if base == "content" {
				for n, h := range head {
					if h == "contenttype" {
						name += " " + row[n]
					}
				}
			}
			out[name]++
		}
		if !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		if err := in.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestACSVExportOfTheCloudIsTaken(t *testing.T) {
	place := shared(t, "confluence-cloud-csv-export-RJTest.zip")
	s := openSite(t, storagetest.SQLite(t))
	r := s.load(place)
	if testing.Verbose() {
		t.Log("\n" + r.String())
	}
	want, got := rows(t, place), byObject(r)
	for table, class := range map[string]string{"content PAGE": "Page", "content COMMENT": "Comment", "content ATTACHMENT": "Attachment", "content CUSTOM": "CustomContentEntityObject", "bodycontent": "BodyContent",
		"spacepermissions": "SpacePermission", "user_mapping": "ConfluenceUserImpl", "contentproperties": "ContentProperty", "content_label": "Labelling", "label": "Label", "notifications": "Notification",
		"usercontent_relation": "User2ContentRelationEntity", "links": "OutgoingLink", "pagetemplates": "PageTemplate", "spaces": "Space"} {
		if want[table] != got[class] || got[class] == 0 {
			t.Errorf("the table %s has %d rows, the report counts %d", table, want[table], got[class])
		}
	}
	before := s.digest()
	s.load(place)
	if s.digest() != before {
		t.Error("the second run changed something")
	}
}
