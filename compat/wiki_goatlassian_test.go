//go:build slow

package compat

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"
	"testing"

	confluence "github.com/ctreminiom/go-atlassian/v2/confluence"
	confluence2 "github.com/ctreminiom/go-atlassian/v2/confluence/v2"
	"github.com/ctreminiom/go-atlassian/v2/pkg/infra/models"
)

func goConfluence(t *testing.T) (*confluence.Client, *confluence2.Client, *atlassian) {
	t.Helper()
	one, err := confluence.New(nil, running.base)
	if err != nil {
		t.Fatal(err)
	}
	two, err := confluence2.New(nil, running.base)
	if err != nil {
		t.Fatal(err)
	}
	one.Auth.SetBasicAuth(email, running.token)
	two.Auth.SetBasicAuth(email, running.token)
	return one, two, &atlassian{t: t}
}

// refused gives the status of a call that has to fail.
func (a *atlassian) refused(what string, status int) func(*models.ResponseScheme, error) {
	return func(r *models.ResponseScheme, err error) {
		a.t.Helper()
		if err == nil || r == nil || r.Code != status {
			a.t.Errorf("%s: %v, want an error of status %d", what, err, status)
		}
	}
}

func storage(text string) *models.BodyScheme {
	return &models.BodyScheme{Storage: &models.BodyNodeScheme{Value: text, Representation: "storage"}}
}

// TestGoAtlassianLifeOfAWikiPage goes through what a program written with go-atlassian does with contents by version 1.
func TestGoAtlassianLifeOfAWikiPage(t *testing.T) {
	c, _, a := goConfluence(t)
	ctx := context.Background()
	sp := got[*models.SpaceScheme](a, "create space")(c.Space.Create(ctx, &models.CreateSpaceScheme{Key: "GOATL", Name: "Go Atlassian", Description: &models.CreateSpaceDescriptionScheme{Plain: &models.CreateSpaceDescriptionPlainScheme{Value: "tests", Representation: "plain"}}}, false))
	a.want("key", sp.Key, "GOATL")
	made := got[*models.ContentScheme](a, "create")(c.Content.Create(ctx, &models.ContentScheme{Type: "page", Title: "Valves", Space: &models.SpaceScheme{Key: "GOATL"}, Body: storage("<p>How valves work</p>")}))
	child := got[*models.ContentScheme](a, "create child")(c.Content.Create(ctx, &models.ContentScheme{Type: "page", Title: "Small valves", Space: &models.SpaceScheme{Key: "GOATL"}, Ancestors: []*models.ContentScheme{{ID: made.ID}}, Body: storage("<p>small</p>")}))
	id := made.ID
	got[*models.ContentScheme](a, "update")(c.Content.Update(ctx, id, &models.ContentScheme{Type: "page", Title: "Valves", Body: storage("<p>How valves really work</p>"), Version: &models.ContentVersionScheme{Number: 2, Message: "really"}}))
	_, r, err := c.Content.Update(ctx, id, &models.ContentScheme{Type: "page", Title: "Valves", Body: storage("<p>x</p>"), Version: &models.ContentVersionScheme{Number: 2}})
	a.refused("update of an old version", 409)(r, err)
	page := got[*models.ContentScheme](a, "get")(c.Content.Get(ctx, id, []string{"body.storage", "version", "space", "history", "ancestors", "metadata.labels", "childTypes.all"}, 0))
	a.want("body", page.Body.Storage.Value, "<p>How valves really work</p>")
	a.want("version", page.Version.Number, 2)
	if page.Links == nil || page.Links.Webui == "" || page.Links.Base != running.base+"/wiki" {
		t.Errorf("links %+v", page.Links)
	}
	old := got[*models.ContentScheme](a, "old version")(c.Content.Get(ctx, id, []string{"body.storage"}, 1))
	a.want("old body", old.Body.Storage.Value, "<p>How valves work</p>")
	a.want("history", got[*models.ContentHistoryScheme](a, "history")(c.Content.History(ctx, id, []string{"lastUpdated", "contributors"})).Latest, true)
	a.want("versions", got[*models.ContentVersionPageScheme](a, "versions")(c.Content.Version.Gets(ctx, id, nil, 0, 50)).Size, 2)
	restored := got[*models.ContentVersionScheme](a, "restore")(c.Content.Version.Restore(ctx, id, &models.ContentRestorePayloadScheme{OperationKey: "restore", Params: &models.ContentRestoreParamsPayloadScheme{VersionNumber: 1, Message: "back", RestoreTitle: true}}, nil))
	a.want("restored", restored.Number, 3)

	a.want("labels", got[*models.ContentLabelPageScheme](a, "add labels")(c.Content.Label.Add(ctx, id, []*models.ContentLabelPayloadScheme{{Prefix: "global", Name: "water"}, {Prefix: "global", Name: "metal"}}, false)).Size, 2)
	a.done2("remove label")(c.Content.Label.Remove(ctx, id, "metal"))
	a.want("labels left", got[*models.ContentLabelPageScheme](a, "labels")(c.Content.Label.Gets(ctx, id, "global", 0, 50)).Results[0].Name, "water")
	a.want("labelled", got[*models.LabelDetailsScheme](a, "label")(c.Label.Get(ctx, "water", "page", 0, 50)).AssociatedContents.Size, 1)

	got[*models.ContentPropertyScheme](a, "create property")(c.Content.Property.Create(ctx, id, &models.ContentPropertyPayloadScheme{Key: "colour", Value: "red"}))
	a.want("property", got[*models.ContentPropertyScheme](a, "property")(c.Content.Property.Get(ctx, id, "colour")).Value, "red")
	a.want("properties", got[*models.ContentPropertyPageScheme](a, "properties")(c.Content.Property.Gets(ctx, id, []string{"version"}, 0, 50)).Size, 1)
	a.done2("delete property")(c.Content.Property.Delete(ctx, id, "colour"))

	a.want("children", got[*models.ContentPageScheme](a, "children")(c.Content.ChildrenDescendant.ChildrenByType(ctx, id, "page", 0, nil, 0, 50)).Size, 1)
	got[*models.ContentChildrenScheme](a, "all children")(c.Content.ChildrenDescendant.Children(ctx, id, []string{"page", "comment", "attachment"}, 0))
	a.want("descendants", got[*models.ContentPageScheme](a, "descendants")(c.Content.ChildrenDescendant.DescendantsByType(ctx, id, "page", "all", nil, 0, 50)).Size, 1)
	copied := got[*models.ContentScheme](a, "copy")(c.Content.ChildrenDescendant.CopyPage(ctx, child.ID, nil, &models.CopyOptionsScheme{CopyLabels: true, PageTitle: "Copied valves", Destination: &models.CopyPageDestinationScheme{Type: "parent_page", Value: id}}))
	a.want("moved", got[*models.ContentMoveScheme](a, "move")(c.Content.ChildrenDescendant.Move(ctx, copied.ID, "after", child.ID)).ID, copied.ID)
	task := got[*models.TaskScheme](a, "copy hierarchy")(c.Content.ChildrenDescendant.CopyHierarchy(ctx, child.ID, &models.CopyOptionsScheme{DestinationPageID: id, TitleOptions: &models.CopyTitleOptionScheme{Prefix: "New "}}))
	a.want("task", got[*models.LongTaskScheme](a, "task")(c.LongTask.Get(ctx, task.ID)).Successful, true)
	a.want("may", got[*models.PermissionCheckResponseScheme](a, "check")(c.Content.Permission.Check(ctx, id, &models.CheckPermissionScheme{Operation: "update", Subject: &models.PermissionSubjectScheme{Identifier: running.account, Type: "user"}})).HasPermission, true)

	archived, err := strconv.Atoi(copied.ID)
	if err != nil {
		t.Fatal(err)
	}
	got[*models.ContentArchiveResultScheme](a, "archive")(c.Content.Archive(ctx, &models.ContentArchivePayloadScheme{Pages: []*models.ContentArchiveIDPayloadScheme{{ID: archived}}}))
	a.done2("delete")(c.Content.Delete(ctx, child.ID, "current"))
	_, r, err = c.Content.Get(ctx, child.ID, nil, 0)
	a.refused("get of what is deleted", 404)(r, err)
	a.done2("purge")(c.Content.Delete(ctx, child.ID, "trashed"))
	if _, r, err = c.Analytics.Get(ctx, id, ""); !errors.Is(err, models.ErrInternal) && (r == nil || r.Code != 501) {
		t.Errorf("what is not served: %v", err)
	}
}

// TestGoAtlassianWikiFilesAndRestrictions: attachments of both versions, comments, restrictions.
func TestGoAtlassianWikiFilesAndRestrictions(t *testing.T) {
	c, c2, a := goConfluence(t)
	ctx := context.Background()
	got[*models.SpaceScheme](a, "create space")(c.Space.Create(ctx, &models.CreateSpaceScheme{Key: "GOATF", Name: "Go Atlassian files"}, false))
	id := got[*models.ContentScheme](a, "create")(c.Content.Create(ctx, &models.ContentScheme{Type: "page", Title: "Files", Space: &models.SpaceScheme{Key: "GOATF"}, Body: storage("<p>x</p>")})).ID
	file := got[*models.ContentPageScheme](a, "attach")(c.Content.Attachment.Create(ctx, id, "current", "notes.txt", strings.NewReader("first"))).Results[0]
	got[*models.ContentPageScheme](a, "attach again")(c.Content.Attachment.CreateOrUpdate(ctx, id, "current", "notes.txt", strings.NewReader("second")))
	files := got[*models.ContentPageScheme](a, "files")(c.Content.Attachment.Gets(ctx, id, 0, 50, &models.GetContentAttachmentsOptionsScheme{Expand: []string{"version"}, FileName: "notes.txt"}))
	a.want("files", files.Size, 1)
	body, err := c.Content.Attachment.Download(ctx, id, file.ID)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(body)
	body.Close() //nolint:errcheck // it was read
	if err != nil || string(b) != "second" {
		t.Errorf("download %q %v", b, err)
	}
	page, err := strconv.Atoi(id)
	if err != nil {
		t.Fatal(err)
	}
	listed := got[*models.AttachmentPageScheme](a, "files by v2")(c2.Attachment.Gets(ctx, page, "pages", &models.AttachmentParamsScheme{FileName: "notes.txt"}, "", 50))
	a.want("files by v2", len(listed.Results), 1)
	one := got[*models.AttachmentScheme](a, "file by v2")(c2.Attachment.Get(ctx, listed.Results[0].ID, 0, false))
	a.want("title", one.Title, "notes.txt")
	a.want("page", one.PageID, id)
	versions := got[*models.AttachmentVersionPageScheme](a, "versions of a file")(c2.Attachment.Version.Gets(ctx, one.ID, "", "", 50))
	a.want("versions", len(versions.Results), 2)
	got[*models.DetailedVersionScheme](a, "version of a file")(c2.Attachment.Version.Get(ctx, one.ID, 1))
	a.done2("delete file")(c2.Attachment.Delete(ctx, one.ID))

	// The client cannot say what a comment is on.
	if status, _, body := call(t, "POST", "/wiki/rest/api/content", `{"type":"comment","container":{"id":"`+id+`","type":"page"},"body":{"storage":{"representation":"storage","value":"<p>nice</p>"}}}`); status != 200 {
		t.Errorf("comment: %d %s", status, body)
	}
	a.want("comments", got[*models.ContentPageScheme](a, "comments")(c.Content.Comment.Gets(ctx, id, []string{"body.view"}, []string{"footer"}, 0, 50)).Size, 1)

	limits := got[*models.ContentRestrictionPageScheme](a, "restrict")(c.Content.Restriction.Add(ctx, id, &models.ContentRestrictionUpdatePayloadScheme{Results: []*models.ContentRestrictionUpdateScheme{{Operation: "update",
		Restrictions: &models.ContentRestrictionRestrictionUpdateScheme{Group: []*models.SpaceGroupScheme{}, User: []*models.ContentUserScheme{{AccountID: running.account, Type: "known"}}}}}}, nil))
	if len(limits.Results) == 0 {
		t.Error("no restriction")
	}
	got[*models.ContentRestrictionPageScheme](a, "restrictions")(c.Content.Restriction.Gets(ctx, id, []string{"restrictions.user"}, 0, 50))
	got[*models.ContentRestrictionByOperationScheme](a, "by operation")(c.Content.Restriction.Operation.Gets(ctx, id, nil))
	got[*models.ContentRestrictionScheme](a, "of update")(c.Content.Restriction.Operation.Get(ctx, id, "update", nil, 0, 50))
	a.done2("is restricted to")(c.Content.Restriction.Operation.User.Get(ctx, id, "update", running.account))
	got[*models.ContentRestrictionPageScheme](a, "unrestrict")(c.Content.Restriction.Delete(ctx, id, nil))
}

// TestGoAtlassianWikiSearches: CQL, cursors of both versions, spaces.
func TestGoAtlassianWikiSearches(t *testing.T) {
	c, c2, a := goConfluence(t)
	ctx := context.Background()
	got[*models.SpaceScheme](a, "create space")(c.Space.Create(ctx, &models.CreateSpaceScheme{Key: "GOATS", Name: "Go Atlassian searches"}, false))
	space := got[*models.SpaceScheme](a, "space")(c.Space.Get(ctx, "GOATS", []string{"homepage", "description.plain", "permissions"}))
	spaceID := space.ID
	var first *models.PageScheme
	for _, title := range []string{"One", "Two", "Three"} {
		p := got[*models.PageScheme](a, "create page")(c2.Page.Create(ctx, &models.PageCreatePayloadScheme{SpaceID: strconv.Itoa(spaceID), Status: "current", Title: title, Body: &models.PageBodyRepresentationScheme{Representation: "storage", Value: "<p>quokka</p>"}}))
		if first == nil {
			first = p
		}
	}
	id, err := strconv.Atoi(first.ID)
	if err != nil {
		t.Fatal(err)
	}
	page := got[*models.PageScheme](a, "page")(c2.Page.Get(ctx, id, "atlas_doc_format", false, 0))
	if page.Body == nil || !strings.Contains(page.Body.AtlasDocFormat.Value, "quokka") {
		t.Errorf("body %+v", page.Body)
	}
	got[*models.PageScheme](a, "update page")(c2.Page.Update(ctx, id, &models.PageUpdatePayloadScheme{ID: first.ID, Status: "current", Title: "First", SpaceID: strconv.Itoa(spaceID), Body: &models.PageBodyRepresentationScheme{Representation: "storage", Value: "<p>quokka!</p>"}, Version: &models.PageUpdatePayloadVersionScheme{Number: 2, Message: "!"}}))
	count, cursor := 0, ""
	for range 10 {
		chunk := got[*models.PageChunkScheme](a, "pages of the space")(c2.Page.GetsBySpace(ctx, spaceID, cursor, 2))
		count += len(chunk.Results)
		if chunk.Links == nil || chunk.Links.Next == "" {
			break
		}
		u, err := url.Parse(chunk.Links.Next)
		if err != nil || !strings.HasPrefix(u.Path, "/wiki/api/v2/spaces/") {
			t.Fatalf("next %s %v", chunk.Links.Next, err)
		}
		cursor = u.Query().Get("cursor")
	}
	a.want("pages of the space", count, 4) // with its home page
	got[*models.PageChunkScheme](a, "pages")(c2.Page.Gets(ctx, &models.PageOptionsScheme{SpaceIDs: []int{spaceID}, Status: []string{"current"}, Title: "First", BodyFormat: "storage"}, "", 25))
	got[*models.ChildPageChunkScheme](a, "children")(c2.Page.GetsByParent(ctx, id, "", 25))
	spaces := got[*models.SpaceChunkV2Scheme](a, "spaces")(c2.Space.Bulk(ctx, &models.GetSpacesOptionSchemeV2{Keys: []string{"GOATS"}, DescriptionFormat: "plain"}, "", 25))
	a.want("spaces", len(spaces.Results), 1)
	got[*models.SpaceSchemeV2](a, "space by v2")(c2.Space.Get(ctx, spaceID, "plain"))
	got[*models.SpacePermissionPageScheme](a, "permissions")(c2.Space.Permissions(ctx, spaceID, "", 25))

	found, cursor := 0, ""
	for range 10 {
		r := got[*models.SearchPageScheme](a, "search")(c.Search.Content(ctx, `text ~ "quokka" and space = GOATS`, &models.SearchContentOptions{Cursor: cursor, Limit: 2, Excerpt: "highlight", Expand: []string{"content.space"}}))
		a.want("total", r.TotalSize, 3)
		found += len(r.Results)
		if r.Links == nil || r.Links.Next == "" {
			break
		}
		u, err := url.Parse(r.Links.Next)
		if err != nil || u.Query().Get("cursor") == "" {
			t.Fatalf("next %s %v", r.Links.Next, err)
		}
		cursor = u.Query().Get("cursor")
	}
	a.want("found", found, 3)
	a.want("contents", got[*models.ContentPageScheme](a, "content search")(c.Content.Search(ctx, `space = GOATS and type = page order by title`, "", []string{"version"}, "", 2)).Size, 2)
	_, r, err := c.Content.Search(ctx, `space == (`, "", nil, "", 2)
	a.refused("a query that is none", 400)(r, err)
	a.want("people", got[*models.SearchPageScheme](a, "people")(c.Search.Users(ctx, `user.fullname ~ "Ann"`, 0, 10, nil)).Size, 1)
	a.want("by title", got[*models.ContentPageScheme](a, "contents")(c.Content.Gets(ctx, &models.GetContentOptionsScheme{SpaceKey: "GOATS", Title: "Two", ContextType: "page", Expand: []string{"version"}}, 0, 10)).Size, 1)
	a.want("spaces by v1", got[*models.SpacePageScheme](a, "spaces")(c.Space.Gets(ctx, &models.GetSpacesOptionScheme{SpaceKeys: []string{"GOATS"}, Expand: []string{"homepage"}}, 0, 10)).Size, 1)
	got[*models.ContentChildrenScheme](a, "content of the space")(c.Space.Content(ctx, "GOATS", "all", nil, 0, 25))
	a.want("pages by type", got[*models.ContentPageScheme](a, "pages by type")(c.Space.ContentByType(ctx, "GOATS", "page", "all", nil, 0, 25)).Size, 4)
	got[*models.SpaceScheme](a, "update space")(c.Space.Update(ctx, "GOATS", &models.UpdateSpaceScheme{Name: "Renamed"}))
	a.done2("delete page")(c2.Page.Delete(ctx, id))
	task := got[*models.ContentTaskScheme](a, "delete space")(c.Space.Delete(ctx, "GOATS"))
	if task.ID == "" {
		t.Error("the deletion has no task")
	}
}
