package rest

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
//	POST   /pages/{id}/seen                            204: it becomes one of the asker's recent pages
//	POST   /pages/{id}/move {targetId, position}       uiNode; position: before, after, append (targetId "" with spaceKey: to the roots)
//	POST   /pages/{id}/copy {title, targetId, spaceKey, descendants}        {id}
//	DELETE /pages/{id}?descendants=true                204: to the trash
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
//	GET    /resolve?url=                               uiSmartLink
