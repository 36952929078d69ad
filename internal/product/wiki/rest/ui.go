package rest

import (
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/attachment"
)

// The permissions of the wiki's routes. What they mean for a space or page is decided by the use case.
const (
	mayView    = httpkit.Permission("WIKI_VIEW")
	mayEdit    = httpkit.Permission("WIKI_EDIT")
	mayComment = httpkit.Permission("WIKI_COMMENT")
	mayAttach  = httpkit.Permission("WIKI_ATTACH")
	mayDelete  = httpkit.Permission("WIKI_DELETE")
	mayManage  = httpkit.Permission("WIKI_ADMINISTER_SPACE")
)

// The routes of the suite's own interface, all below /api/wiki, errors as problem details. Lists take limit and cursor and give next, to be sent back
// as cursor.
//
//	GET    /spaces?type=&status=                       {spaces: [uiSpace]}
//	POST   /spaces {key, name, description, icon, type}   uiSpace, with a homepage
//	GET    /spaces/{key}                               uiSpace
//	PUT    /spaces/{key} {name, description, icon, status, homepageId}  uiSpace
//	GET    /spaces/{key}/home                          {space, page: uiPage or null, recent: [uiRef], blogposts: [uiRef]}
//	GET    /spaces/{key}/tree?parent=ID&limit=&cursor= uiTree; no parent: the roots
//	GET    /spaces/{key}/tree/path?page=ID             {levels: [{parent: id or "", nodes: [uiNode], next}]}: the levels opened down to a page
//	GET    /spaces/{key}/blogposts, /spaces/{key}/attachments    {results: [uiRef], next}, {media: [uiMedia], next}
//	GET    /spaces/{key}/trash?limit=&cursor=          {results: [uiTrash], next}
//	DELETE /spaces/{key}/trash/{id}                    purge; 204
//	GET    /spaces/{key}/permissions                   {permissions: [uiPermission]}
//	POST   /spaces/{key}/permissions {subjectType, subject, operation, target}     uiPermission
//	DELETE /spaces/{key}/permissions/{id}              204
//	GET    /spaces/{key}/templates                     {templates: [uiTemplate]} of the space and the site, without bodies
//	GET    /templates/{id} · POST /templates · PUT /templates/{id} · DELETE /templates/{id}
//	POST   /templates/{id}/use {variables: {name: value}}        {title, body}: the document with its variables filled in
//	GET    /pages/{id}                                 uiPage
//	GET    /pages/by-title?space=KEY&title=T           {id}
//	GET    /pages/{id}/backlinks?limit=&cursor=        {results: [uiRef], next}: the pages that lead there, by title
//	POST   /pages/{id}/seen                            204: it becomes one of the asker's recent pages
//	POST   /pages/{id}/move {targetId, position}       uiNode; position: before, after, append (targetId "" with spaceKey: to the roots)
//	POST   /pages/{id}/copy {title, targetId, spaceKey, descendants}        {id}
//	DELETE /pages/{id}?descendants=true                204: to the trash
//	PUT    /pages/{id}/archive {on: bool}              204: out of the tree and search, or back
//	POST   /pages/{id}/restore {parentId}              {id}: out of the trash
//	PUT    /drafts/{id} · PUT /drafts/new              uiDraft; body uiDraftInput
//	GET    /drafts · GET /drafts/{id}                  {drafts: [uiDraft without body]} · uiDraft
//	DELETE /drafts/{id}                                204: discard
//	POST   /pages/{id}/publish                         {id, version, url} or 409 uiConflict; body uiPublishInput
//	GET    /pages/{id}/versions?limit=&cursor=         {versions: [uiVersion], next}
//	GET    /pages/{id}/versions/{n}                    uiVersion with body
//	GET    /pages/{id}/diff?from=N&to=M                uiDiff
//	POST   /pages/{id}/versions/{n}/restore {message}  {id, version}
//	GET    /pages/{id}/comments?location=              {comments: [uiComment with replies]}
//	POST   /pages/{id}/comments                        uiComment; body uiCommentInput
//	PUT    /comments/{id} · DELETE /comments/{id}      uiComment · 204
//	PUT    /pages/{id}/labels {labels: ["a", "my:b"]}  {labels: [uiLabel]}
//	GET    /labels?prefix=                             {labels: [uiLabel]}
//	GET    /pages/{id}/restrictions · PUT /pages/{id}/restrictions {read: [{type, name}], update: […]}     uiRestricted
//	GET    /pages/{id}/attachments                     {media: [uiMedia], next}
//	POST   /pages/{id}/attachments (multipart "file")  {media: [uiMedia]}: a file of the same name becomes a version
//	GET    /media/{mediaId} · /media/{mediaId}/thumbnail · /media/{mediaId}/preview   the content
//	PUT    /pages/{id}/watch, /spaces/{key}/watch, /pages/{id}/like, /pages/{id}/favourite, /spaces/{key}/favourite, /comments/{id}/like {on: bool}    204
//	PUT    /pages/{id}/layout {emoji, fullWidth}       204
//	GET    /tasks?assignee=me&status=&page=            {tasks: [uiTask], next}
//	PUT    /pages/{id}/tasks/{localId} {done: bool}    {version}: changes the body too, as a minor version
//	GET    /suggest?q=&space=                          uiSuggestions
//	GET    /search?q=&cql=&space=&type=&label=&contributor=&limit=&cursor=    uiResults
//	GET    /recent · /favourites · /home               {results: [uiRef]} · the same · {recent, favourites: [uiRef], spaces: [uiSpace], drafts, updated: [uiRef]}
//	GET    /groups?q=&limit=&cursor=                   {results: [uiGroup], next}: by name; q narrows to names with a word that starts so
func (h *handler) uiRoutes() []httpkit.Route {
	routes := []httpkit.Route{
		{Method: "GET", Path: "/spaces", Permission: mayView, Handler: h.uiSpaces},
		{Method: "POST", Path: "/spaces", Permission: mayEdit, Handler: h.uiCreateSpace},
		{Method: "GET", Path: "/spaces/{key}", Permission: mayView, Handler: h.uiGetSpace},
		{Method: "PUT", Path: "/spaces/{key}", Permission: mayManage, Handler: h.uiPutSpace},
		{Method: "GET", Path: "/spaces/{key}/home", Permission: mayView, Handler: h.uiSpaceHome},
		{Method: "GET", Path: "/spaces/{key}/tree", Permission: mayView, Handler: h.uiTree},
		{Method: "GET", Path: "/spaces/{key}/tree/path", Permission: mayView, Handler: h.uiTreePath},
		{Method: "GET", Path: "/spaces/{key}/blogposts", Permission: mayView, Handler: h.uiBlogPosts},
		{Method: "GET", Path: "/spaces/{key}/attachments", Permission: mayView, Handler: h.uiSpaceFiles},
		{Method: "GET", Path: "/spaces/{key}/trash", Permission: mayView, Handler: h.uiTrash},
		{Method: "DELETE", Path: "/spaces/{key}/trash/{id}", Permission: mayManage, Handler: h.uiPurge},
		{Method: "GET", Path: "/spaces/{key}/permissions", Permission: mayView, Handler: h.uiPermissions},
		{Method: "POST", Path: "/spaces/{key}/permissions", Permission: mayManage, Handler: h.uiGrant},
		{Method: "DELETE", Path: "/spaces/{key}/permissions/{id}", Permission: mayManage, Handler: h.uiRevoke},
		{Method: "PUT", Path: "/spaces/{key}/watch", Permission: mayView, Handler: h.uiWatchSpace},
		{Method: "PUT", Path: "/spaces/{key}/favourite", Permission: mayView, Handler: h.uiFavourSpace},
		{Method: "GET", Path: "/spaces/{key}/templates", Permission: mayView, Handler: h.uiTemplates},
		{Method: "GET", Path: "/templates/{id}", Permission: mayView, Handler: h.uiGetTemplate},
		{Method: "POST", Path: "/templates", Permission: mayManage, Handler: h.uiPostTemplate, MaxBody: maxBody},
		{Method: "PUT", Path: "/templates/{id}", Permission: mayManage, Handler: h.uiPutTemplate, MaxBody: maxBody},
		{Method: "DELETE", Path: "/templates/{id}", Permission: mayManage, Handler: h.uiDeleteTemplate},
		{Method: "POST", Path: "/templates/{id}/use", Permission: mayView, Handler: h.uiUseTemplate},
		{Method: "GET", Path: "/pages/by-title", Permission: mayView, Handler: h.uiByTitle},
		{Method: "GET", Path: "/pages/{id}", Permission: mayView, Handler: h.uiPageView},
		{Method: "DELETE", Path: "/pages/{id}", Permission: mayDelete, Handler: h.uiDeletePage},
		{Method: "GET", Path: "/pages/{id}/backlinks", Permission: mayView, Handler: h.uiBacklinks},
		{Method: "POST", Path: "/pages/{id}/seen", Permission: mayView, Handler: h.uiSeen},
		{Method: "POST", Path: "/pages/{id}/move", Permission: mayEdit, Handler: h.uiMove},
		{Method: "POST", Path: "/pages/{id}/copy", Permission: mayEdit, Handler: h.uiCopy},
		{Method: "POST", Path: "/pages/{id}/restore", Permission: mayEdit, Handler: h.uiRestore},
		{Method: "PUT", Path: "/pages/{id}/archive", Permission: mayDelete, Handler: h.uiArchive},
		{Method: "PUT", Path: "/drafts/{id}", Permission: mayEdit, Handler: h.uiPutDraft, MaxBody: maxBody},
		{Method: "GET", Path: "/drafts", Permission: mayEdit, Handler: h.uiDrafts},
		{Method: "GET", Path: "/drafts/{id}", Permission: mayEdit, Handler: h.uiGetDraft},
		{Method: "DELETE", Path: "/drafts/{id}", Permission: mayEdit, Handler: h.uiDropDraft},
		{Method: "POST", Path: "/pages/{id}/publish", Permission: mayEdit, Handler: h.uiPublish, MaxBody: maxBody},
		{Method: "GET", Path: "/pages/{id}/versions", Permission: mayView, Handler: h.uiVersions},
		{Method: "GET", Path: "/pages/{id}/versions/{n}", Permission: mayView, Handler: h.uiGetVersion},
		{Method: "GET", Path: "/pages/{id}/diff", Permission: mayView, Handler: h.uiDiff},
		{Method: "POST", Path: "/pages/{id}/versions/{n}/restore", Permission: mayEdit, Handler: h.uiRestoreVersion},
		{Method: "GET", Path: "/pages/{id}/comments", Permission: mayView, Handler: h.uiComments},
		{Method: "POST", Path: "/pages/{id}/comments", Permission: mayComment, Handler: h.uiPostComment, MaxBody: maxBody},
		{Method: "PUT", Path: "/comments/{id}", Permission: mayComment, Handler: h.uiPutComment, MaxBody: maxBody},
		{Method: "DELETE", Path: "/comments/{id}", Permission: mayComment, Handler: h.uiDeleteComment},
		{Method: "PUT", Path: "/comments/{id}/like", Permission: mayView, Handler: h.uiLikeComment},
		{Method: "PUT", Path: "/pages/{id}/labels", Permission: mayEdit, Handler: h.uiPutLabels},
		{Method: "GET", Path: "/labels", Permission: mayView, Handler: h.uiLabels},
		{Method: "GET", Path: "/pages/{id}/restrictions", Permission: mayView, Handler: h.uiGetRestrictions},
		{Method: "PUT", Path: "/pages/{id}/restrictions", Permission: mayEdit, Handler: h.uiPutRestrictions},
		{Method: "GET", Path: "/pages/{id}/attachments", Permission: mayView, Handler: h.uiFiles},
		{Method: "POST", Path: "/pages/{id}/attachments", Permission: mayAttach, Handler: h.uiUpload, MaxBody: attachment.MaxSize + 1<<20},
		{Method: "GET", Path: "/media/{media}", Permission: mayView, Handler: h.uiMedia},
		{Method: "GET", Path: "/media/{media}/thumbnail", Permission: mayView, Handler: h.uiThumbnail},
		{Method: "GET", Path: "/media/{media}/preview", Permission: mayView, Handler: h.uiPreview},
		{Method: "PUT", Path: "/pages/{id}/watch", Permission: mayView, Handler: h.uiWatchPage},
		{Method: "PUT", Path: "/pages/{id}/like", Permission: mayView, Handler: h.uiLikePage},
		{Method: "PUT", Path: "/pages/{id}/favourite", Permission: mayView, Handler: h.uiFavourPage},
		{Method: "PUT", Path: "/pages/{id}/layout", Permission: mayEdit, Handler: h.uiLayout},
		{Method: "GET", Path: "/tasks", Permission: mayView, Handler: h.uiTasks},
		{Method: "PUT", Path: "/pages/{id}/tasks/{localId}", Permission: mayEdit, Handler: h.uiPutTask},
		{Method: "GET", Path: "/suggest", Permission: mayView, Handler: h.uiSuggest},
		{Method: "GET", Path: "/search", Permission: mayView, Handler: h.uiSearch},
		{Method: "GET", Path: "/recent", Permission: mayView, Handler: h.uiRecent},
		{Method: "GET", Path: "/favourites", Permission: mayView, Handler: h.uiFavourites},
		{Method: "GET", Path: "/home", Permission: mayView, Handler: h.uiHome},
		{Method: "GET", Path: "/groups", Permission: mayView, Handler: h.uiGroups},
	}
	for i := range routes {
		routes[i].Path, routes[i].Dialect = "/api/wiki"+routes[i].Path, httpkit.Platform
	}
	return routes
}
