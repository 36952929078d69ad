package importer_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// export is an export that a test writes.
type export struct {
	b     strings.Builder
	files map[string]string // by name in the export
}

func newExport() *export { return &export{files: map[string]string{}} }

// row adds an object: properties as "name=text" or "name->Class:id", lists as "name[]Class:id".
func (e *export) row(class, id string, properties ...string) *export {
	fmt.Fprintf(&e.b, "<object class=%q package=\"p\">\n<id name=\"id\">%s</id>\n", class, id)
	for _, p := range properties {
		if name, to, ok := strings.Cut(p, "->"); ok && !strings.Contains(name, "=") {
			c, id, _ := strings.Cut(to, ":")
			fmt.Fprintf(&e.b, "<property name=%q class=%q package=\"p\"><id name=\"id\">%s</id>\n</property>\n", name, c, id)
			continue
		}
		name, text, _ := strings.Cut(p, "=")
		fmt.Fprintf(&e.b, "<property name=%q><![CDATA[%s]]></property>\n", name, strings.ReplaceAll(text, "]]>", "]] >"))
	}
	e.b.WriteString("</object>\n")
	return e
}

func (e *export) space(id, key string) *export {
	return e.row("Space", id, "name=The "+key, "key="+key, "creator->ConfluenceUserImpl:u1", "creationDate=2020-01-02 03:04:05.678", "lastModificationDate=2020-01-02 03:04:05.678", "spaceType=global", "spaceStatus=CURRENT", "homePage->Page:101")
}

// content adds a page, post or comment with its body in storage format.
func (e *export) content(class, id, title, body string, properties ...string) *export {
	e.row(class, id, append([]string{"title=" + title, "version=1", "creator->ConfluenceUserImpl:u1", "lastModifier->ConfluenceUserImpl:u1", "creationDate=2021-02-03 04:05:06.000", "lastModificationDate=2021-02-03 04:05:06.000", "contentStatus=current"}, properties...)...)
	return e.row("BodyContent", "9"+id, "body="+body, "bodyType=2", "content->"+class+":"+id)
}

func (e *export) xml() string {
	return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<hibernate-generic datetime=\"2026-01-01 00:00:00\">\n" + e.b.String() + "</hibernate-generic>"
}

// zip writes the export as the vendor does.
func (e *export) zip(t testing.TB) string {
	t.Helper()
	files := map[string]string{"entities.xml": e.xml(), "exportDescriptor.properties": "exportType=space\ntimezoneId=UTC\n"}
	for name, content := range e.files {
		files[name] = content
	}
	return zipOf(t, files)
}

func zipOf(t testing.TB, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	place := filepath.Join(t.TempDir(), "export.zip")
	if err := os.WriteFile(place, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return place
}

// folderOf writes one file into a folder of its own.
func folderOf(t testing.TB, name, content string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// whole is a space with one of everything.
func whole() *export {
	e := newExport()
	e.content("Page", "103", "Second", `<p>two</p>`, "space->Space:100", "parent->Page:101", "position=2")
	e.row("ConfluenceUserImpl", "u1", "name=ann", "lowerName=ann", "email=ann@example.com")
	e.row("ConfluenceUserImpl", "u2", "name=bob", "lowerName=bob")
	e.row("InternalUser", "1", "name=bob", "lowerName=bob", "displayName=Bob Müller", "active=true", "emailAddress=bob@example.com")
	e.space("100", "DOC")
	e.row("SpaceDescription", "99", "space->Space:100", "version=1", "contentStatus=current")
	e.content("Page", "101", "Start", `<p>See <ac:link><ri:page ri:content-title="First" /></ac:link>, <ac:link><ri:page ri:content-title="Nowhere" /></ac:link>, <a href="https://old.example.com/display/DOC/Second">second</a>, <ac:link><ri:blog-post ri:content-title="News" ri:posting-day="2021/02/03" /></ac:link> and <ac:link><ri:user ri:userkey="u2" /></ac:link>.</p>`+
		`<ac:image><ri:attachment ri:filename="a.txt" /></ac:image><ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[x < y]]></ac:plain-text-body></ac:structured-macro>`+
		`<p>This is <ac:inline-comment-marker ac:ref="m-1">marked</ac:inline-comment-marker>.</p><ac:structured-macro ac:name="never-heard-of"><ac:parameter ac:name="p">v</ac:parameter></ac:structured-macro>`+
		`<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>do it</ac:task-body></ac:task></ac:task-list>`,
		"space->Space:100", "version=3", "lastModifier->ConfluenceUserImpl:u2", "lastModificationDate=2022-02-02 02:02:02.000", "versionComment=third")
	e.content("Page", "1011", "Start as it was", `<p>one</p>`, "version=1", "originalVersion->Page:101", "versionComment=first")
	e.content("Page", "1012", "Start", `<p>two</p>`, "version=2", "originalVersion->Page:101", "versionComment=second", "lastModificationDate=2021-06-06 06:06:06.000")
	e.content("Page", "102", "First", `<p>one</p>`, "space->Space:100", "parent->Page:101", "position=1")
	e.content("Page", "104", "Below First", `<p>deep</p>`, "space->Space:100", "parent->Page:102")
	e.content("Page", "1021", "First", `<p>one, but other</p>`, "originalVersion->Page:102", "contentStatus=draft", "lastModifier->ConfluenceUserImpl:u2")
	e.content("Page", "105", "New", `<p>not yet</p>`, "space->Space:100", "parent->Page:101", "contentStatus=draft")
	e.content("Page", "106", "Gone", `<p>gone</p>`, "space->Space:100", "contentStatus=deleted")
	e.content("BlogPost", "110", "News", `<p>news</p>`, "space->Space:100")
	e.content("Comment", "120", "", `<p>well said</p>`, "containerContent->Page:101")
	e.content("Comment", "121", "", `<p>thank you</p>`, "containerContent->Page:101", "parent->Comment:120", "creator->ConfluenceUserImpl:u2", "lastModifier->ConfluenceUserImpl:u2")
	e.content("Comment", "122", "", `<p>what is marked?</p>`, "containerContent->Page:101")
	for n, p := range []string{"inline-comment=true", "inline-marker-ref=m-1", "inline-original-selection=marked", "status=resolved", "status-lastmodifier=u2", "status-lastmoddate=1600000000000"} {
		name, value, _ := strings.Cut(p, "=")
		e.row("ContentProperty", fmt.Sprint(500+n), "name="+name, "stringValue="+value, "content->Comment:122")
	}
	e.row("Attachment", "130", "title=a.txt", "version=2", "creator->ConfluenceUserImpl:u1", "lastModifier->ConfluenceUserImpl:u2", "creationDate=2021-02-03 04:05:06.000", "lastModificationDate=2021-03-03 04:05:06.000", "contentStatus=current", "versionComment=better", "containerContent->Page:101", "space->Space:100")
	e.row("Attachment", "131", "title=a.txt", "version=1", "creator->ConfluenceUserImpl:u1", "creationDate=2021-02-03 04:05:06.000", "contentStatus=current", "originalVersion->Attachment:130", "containerContent->Page:101")
	e.files["attachments/101/130/1"], e.files["attachments/101/130/2"] = "old text", "new text, longer"
	e.row("Label", "140", "name=important", "namespace=global").row("Label", "141", "name=favourite", "namespace=my", "owner=bob").row("Label", "142", "name=unused", "namespace=global")
	e.row("Labelling", "143", "label->Label:140", "content->Page:102", "owningUser->ConfluenceUserImpl:u1").row("Labelling", "144", "label->Label:141", "content->Page:102", "owningUser->ConfluenceUserImpl:u2").
		row("Labelling", "145", "label->Label:140", "content->SpaceDescription:99", "owningUser->ConfluenceUserImpl:u1")
	e.row("ContentPermissionSet", "150", "type=View", "owningContent->Page:102").row("ContentPermission", "151", "type=View", "userSubject->ConfluenceUserImpl:u2", "owningSet->ContentPermissionSet:150")
	e.row("SpacePermission", "160", "type=VIEWSPACE", "group=confluence-users", "space->Space:100").row("SpacePermission", "161", "type=EDITSPACE", "userSubject->ConfluenceUserImpl:u1", "space->Space:100").
		row("SpacePermission", "162", "type=VIEWSPACE", "space->Space:100").row("SpacePermission", "163", "type=USECONFLUENCE", "group=confluence-users")
	e.row("Notification", "170", "content->Page:101", "receiver->ConfluenceUserImpl:u2", "creationDate=2021-02-03 04:05:06.000").row("LikeEntity", "171", "content->Page:101", "user->ConfluenceUserImpl:u2", "creationDate=2021-02-03 04:05:06.000")
	e.row("CustomContentEntityObject", "180", "title=my-app", "version=4", "pluginModuleKey=com.atlassian.confluence.plugins.confluence-content-property-storage:content-property", "containerContent->Page:101", "contentStatus=current")
	e.row("BodyContent", "181", `body={"a":1}`, "bodyType=1", "content->CustomContentEntityObject:180")
	e.row("PageTemplate", "190", "name=Report", "description=How it went", `content=<at:declarations><at:string at:name="who" /></at:declarations><p>By <at:var at:name="who" /></p>`, "bodyType=2", "space->Space:100")
	e.row("OutgoingLink", "195", "sourceContent->Page:101", "destinationPageTitle=First")
	return e
}
