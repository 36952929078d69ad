package importer_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"holdfast.dev/internal/product/tracker/importer/restjson"
	"holdfast.dev/internal/product/tracker/importer/source"
	"holdfast.dev/internal/product/tracker/importer/xmlbackup"
)

// readAll reads records until the end; more records than bytes would be a reader that makes them up.
func readAll(t *testing.T, r source.Reader, size int) {
	for n := 0; ; n++ {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			return // told to the one who imports
		}
		if rec == nil {
			t.Fatal("a record that is none")
		}
		if n > size+10 {
			t.Fatalf("%d bytes give more than %d records", size, n)
		}
	}
}

// FuzzJSON: a file that claims to be REST JSON is read to its end, whatever it holds.
func FuzzJSON(f *testing.F) {
	f.Add([]byte(sample))
	for _, s := range []string{"", "[", `[{"key":"A-1","fields":{}},{"issues":[{}]}]`, "{\n\"issues\": [\n{\"key\": \"A-1\", \"fields\": {\"summary\": 1}}\n]}", `{"table":"raw_jira_api_issue_changelogs","input":{"issue_id":1},"data":{"items":[{}]}}`,
		`{"key":"A-1","commentId":5,"body":"x"}`, `{"key":"A","name":"a","components":[{"id":1}],"projectTypeKey":"software"}`, `{"key":"A-1","fields":{"issuelinks":[{}],"customfield_1":{"value":"x","child":{}},"customfield_2":[1,{}],"worklog":{"total":9}},"changelog":[]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { readAll(t, restjson.New("x.json", bytes.NewReader(b)), len(b)) })
}

// FuzzXML: likewise for backups of servers.
func FuzzXML(f *testing.F) {
	for _, s := range []string{"", "<entity-engine-xml/>", `<?xml version="1.0"?><entity-engine-xml><Project id="1" key="A" name="a"/><Issue id="2" number="1" project="1" summary="s" type="3" status="4"><description><![CDATA[x]]></description></Issue>` +
		`<Action id="3" issue="2" type="comment" body="b" author="u"/><ChangeGroup id="4" issue="2"/><ChangeItem id="5" group="4" field="status"/><CustomField id="6" customfieldtypekey="k:float" name="n"/><CustomFieldValue id="7" issue="2" customfield="6" numbervalue="x"/></entity-engine-xml>`,
		`<!DOCTYPE x [<!ENTITY a "b">]><entity-engine-xml><Project name="&a;"/></entity-engine-xml>`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { readAll(t, xmlbackup.New("entities.xml", bytes.NewReader(b)), len(b)) })
}
