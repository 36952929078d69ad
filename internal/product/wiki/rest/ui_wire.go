package rest

import (
	"encoding/json"
	"time"
)

// The wire types of /api/wiki. Identifiers are strings, instants RFC 3339, rich text is an ADF document.

// uiPerson is somebody as names are shown.
type uiPerson struct {
	AccountID string `json:"accountId"`
	Name      string `json:"displayName"`
	Active    bool   `json:"active"`
	Avatar    string `json:"avatar"` // path below the site
}

// uiSpace is a space of the directory.
type uiSpace struct {
	ID          string    `json:"id"`
	Key         string    `json:"key"`
	Name        string    `json:"name"`
	Type        string    `json:"type"`
	Status      string    `json:"status"`
	Description string    `json:"description"`
	Icon        string    `json:"icon"`
	HomepageID  string    `json:"homepageId,omitempty"`
	Owner       *uiPerson `json:"owner,omitempty"`
	Favourite   bool      `json:"favourite"`
	Watching    bool      `json:"watching"`
	Can         uiRights  `json:"can"`
	Created     time.Time `json:"createdAt"`
}

// uiRights is what the asker may do in a space or with a page.
type uiRights struct {
	CreatePage bool `json:"createPage"`
	CreateBlog bool `json:"createBlogPost"`
	Comment    bool `json:"comment"`
	Attach     bool `json:"attach"`
	Edit       bool `json:"edit"`
	Delete     bool `json:"delete"`
	Restrict   bool `json:"restrict"`
	Administer bool `json:"administer"`
}

// uiNode is a page in the tree.
type uiNode struct {
	ID         string `json:"id"`
	Title      string `json:"title"`
	ParentID   string `json:"parentId,omitempty"`
	Position   int64  `json:"position"`
	Children   int    `json:"children"` // how many the asker sees
	Restricted bool   `json:"restricted"`
	Status     string `json:"status"`
	Emoji      string `json:"emoji,omitempty"`
}

// uiTree is a page of children; next is empty at the end.
type uiTree struct {
	Nodes []uiNode `json:"nodes"`
	Next  string   `json:"next,omitempty"`
}

// uiCrumb is a page above.
type uiCrumb struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// uiRef names a page in a list.
type uiRef struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"` // page, blogpost, comment, attachment
	Title     string    `json:"title"`
	SpaceKey  string    `json:"spaceKey"`
	SpaceName string    `json:"spaceName"`
	URL       string    `json:"url"` // path below the site, starting with /wiki/
	Updated   time.Time `json:"updatedAt"`
	By        *uiPerson `json:"updatedBy,omitempty"`
	Excerpt   []uiSpan  `json:"excerpt,omitempty"`
}

// uiSpan is a piece of an excerpt; hit pieces are what was searched.
type uiSpan struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit,omitempty"`
}

// uiPage is a page view: everything that the page shows, in one answer.
type uiPage struct {
	ID          string          `json:"id"`
	Type        string          `json:"type"`
	Status      string          `json:"status"`
	Title       string          `json:"title"`
	Space       uiSpace         `json:"space"`
	ParentID    string          `json:"parentId,omitempty"`
	Breadcrumb  []uiCrumb       `json:"breadcrumb"` // from the root of the tree, without the page
	Version     int64           `json:"version"`
	Message     string          `json:"versionMessage,omitempty"`
	Author      *uiPerson       `json:"author"`
	Editor      *uiPerson       `json:"editor"`
	Created     time.Time       `json:"createdAt"`
	Updated     time.Time       `json:"updatedAt"`
	Body        json.RawMessage `json:"body"`
	Macros      []uiMacro       `json:"macros"`
	Labels      []uiLabel       `json:"labels"`
	Restricted  uiRestricted    `json:"restrictions"`
	Comments    uiCounts        `json:"comments"`
	Attachments int             `json:"attachments"`
	Media       []uiMedia       `json:"media"` // the files of the page, 200 at most
	Children    int             `json:"children"`
	Likes       uiLikes         `json:"likes"`
	Watch       uiWatch         `json:"watch"`
	Favourite   bool            `json:"favourite"`
	Can         uiRights        `json:"can"`
	Draft       *uiDraft        `json:"draft,omitempty"` // the asker's own, when there is one
	Emoji       string          `json:"emoji,omitempty"`
	FullWidth   bool            `json:"fullWidth"`
	Links       uiPageLinks     `json:"links"`
	References  []uiReference   `json:"references"` // what hrefs of the scheme "wiki:" in the body lead to
}

type uiPageLinks struct {
	View string `json:"view"`
	Tiny string `json:"tiny"`
}

// uiReference is a "wiki:" href of the body with the address it stands for; url is empty when its target is not there or not to be seen.
type uiReference struct {
	Href  string `json:"href"`
	URL   string `json:"url"`
	Title string `json:"title"`
}

// uiMacro is what a macro of the body shows. path is the position of its node in the body: indexes of content from the document down.
type uiMacro struct {
	Path  []int           `json:"path"`
	Key   string          `json:"key"`
	Error string          `json:"error,omitempty"` // a sentence, when it cannot be shown
	Data  json.RawMessage `json:"data,omitempty"`  // by key, see package macro
}

type uiLabel struct {
	ID     string `json:"id"`
	Prefix string `json:"prefix"`
	Name   string `json:"name"`
}

// uiRestricted is who may read and change a page. inherited are the pages above that restrict reading.
type uiRestricted struct {
	Read      []uiSubject   `json:"read"`
	Update    []uiSubject   `json:"update"`
	Inherited []uiInherited `json:"inherited"`
}

type uiInherited struct {
	ID    string      `json:"id"`
	Title string      `json:"title"`
	Read  []uiSubject `json:"read"`
}

type uiSubject struct {
	Type   string    `json:"type"` // user, group
	Name   string    `json:"name"` // account or group
	Person *uiPerson `json:"person,omitempty"`
}

type uiCounts struct {
	Footer     int `json:"footer"`
	InlineOpen int `json:"inlineOpen"`
	InlineDone int `json:"inlineResolved"`
}

type uiLikes struct {
	Count int  `json:"count"`
	Mine  bool `json:"mine"`
}

type uiWatch struct {
	Page  bool `json:"page"`
	Space bool `json:"space"`
}

// uiMedia is a file as the editor needs it: id is what media nodes name.
type uiMedia struct {
	ID           string    `json:"id"` // media id
	AttachmentID string    `json:"attachmentId"`
	Name         string    `json:"name"`
	MIME         string    `json:"mimeType"`
	Size         int64     `json:"size"`
	Width        int       `json:"width,omitempty"`
	Height       int       `json:"height,omitempty"`
	URL          string    `json:"url"`                 // content, path below the site
	Thumbnail    string    `json:"thumbnail,omitempty"` // path below the site
	Preview      string    `json:"preview,omitempty"`   // path of a sandboxed page that shows a PDF
	Version      int64     `json:"version"`
	Comment      string    `json:"comment"`
	Created      time.Time `json:"createdAt"`
	By           *uiPerson `json:"createdBy"`
}

// uiDraft is what somebody has not published yet.
type uiDraft struct {
	PageID   string          `json:"pageId"`
	SpaceID  string          `json:"spaceId"`
	ParentID string          `json:"parentId,omitempty"`
	Type     string          `json:"type"`
	Base     int64           `json:"baseVersion"`    // 0 for a page never published
	Current  int64           `json:"currentVersion"` // newest published
	Title    string          `json:"title"`
	Body     json.RawMessage `json:"body"`
	Updated  time.Time       `json:"updatedAt"`
	New      bool            `json:"new"`
}

// uiDraftInput is the body of PUT /api/wiki/drafts/{pageId}; for "new" spaceId is needed. What is not given stays.
type uiDraftInput struct {
	SpaceID  string          `json:"spaceId"`
	ParentID string          `json:"parentId"`
	Type     string          `json:"type"` // page (default), blogpost
	Base     *int64          `json:"baseVersion"`
	Title    *string         `json:"title"`
	Body     json.RawMessage `json:"body"`
}

// uiPublishInput is the body of POST /api/wiki/pages/{id}/publish. Title and body may be left out: the draft's are taken.
type uiPublishInput struct {
	Base    int64           `json:"baseVersion"`
	Title   *string         `json:"title"`
	Body    json.RawMessage `json:"body"`
	Message string          `json:"message"`
	Minor   bool            `json:"minorEdit"` // nobody is told
	Force   bool            `json:"force"`     // publish over the newer version, after the conflict was shown
}

// uiConflict is the 409 of a publish: somebody else has published. Nothing is lost: the asker's text is kept as their draft.
type uiConflict struct {
	Title   string     `json:"title"` // "Conflict"
	Status  int        `json:"status"`
	Detail  string     `json:"detail"`
	Theirs  *uiVersion `json:"theirs"`
	Mine    *uiDraft   `json:"mine"`
	Version int64      `json:"currentVersion"`
}

// uiVersion is a version; body is there where it was asked for.
type uiVersion struct {
	Number  int64           `json:"number"`
	Title   string          `json:"title"`
	By      *uiPerson       `json:"by"`
	Created time.Time       `json:"createdAt"`
	Message string          `json:"message"`
	Minor   bool            `json:"minorEdit"`
	Body    json.RawMessage `json:"body,omitempty"`
}

// uiDiff compares two versions.
type uiDiff struct {
	From uiVersion       `json:"from"`
	To   uiVersion       `json:"to"`
	HTML string          `json:"html"`          // safe, with ins and del
	ADF  json.RawMessage `json:"adf,omitempty"` // the newer document with marks of what changed, where it can be told
}

// uiComment is a comment with its answers.
type uiComment struct {
	ID         string          `json:"id"`
	Location   string          `json:"location"` // footer, inline
	ParentID   string          `json:"parentId,omitempty"`
	Author     *uiPerson       `json:"author"`
	Created    time.Time       `json:"createdAt"`
	Updated    time.Time       `json:"updatedAt"`
	Version    int64           `json:"version"`
	Body       json.RawMessage `json:"body"`
	Marker     string          `json:"marker,omitempty"`     // id of the annotation mark
	Anchor     string          `json:"anchorText,omitempty"` // the text it is about
	Resolution string          `json:"resolution,omitempty"` // open, resolved, reopened, dangling
	ResolvedBy *uiPerson       `json:"resolvedBy,omitempty"`
	Likes      uiLikes         `json:"likes"`
	CanEdit    bool            `json:"canEdit"`
	CanDelete  bool            `json:"canDelete"`
	Replies    []uiComment     `json:"replies"`
}

// uiCommentInput makes or changes a comment. An inline comment names the text it is about and which occurrence of how many; marker is made when
// it is not given, and put into the body as an annotation in the same commit.
type uiCommentInput struct {
	Location   string          `json:"location"`
	ParentID   string          `json:"parentId"`
	Body       json.RawMessage `json:"body"`
	Marker     string          `json:"marker"`
	Anchor     string          `json:"anchorText"`
	MatchCount int64           `json:"matchCount"`
	MatchIndex int64           `json:"matchIndex"`
	Resolved   *bool           `json:"resolved"` // of a change only
	Version    int64           `json:"version"`  // of a change of the body: the version it starts from
}

// uiSuggestions is the answer of search as you type.
type uiSuggestions struct {
	Pages  []uiRef    `json:"pages"`
	Spaces []uiSpace  `json:"spaces"`
	People []uiPerson `json:"people"`
}

// uiResults is a page of a full search.
type uiResults struct {
	Results []uiRef `json:"results"`
	Total   int     `json:"total"`
	More    bool    `json:"totalIsMore,omitempty"` // counting ended at total
	Next    string  `json:"next,omitempty"`
}

// uiTemplate is a template.
type uiTemplate struct {
	ID          string          `json:"id"`
	SpaceID     string          `json:"spaceId,omitempty"` // empty for the whole site
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Body        json.RawMessage `json:"body,omitempty"`
	Variables   []string        `json:"variables"` // to be asked for before it is used
	Labels      []string        `json:"labels"`
	Updated     time.Time       `json:"updatedAt"`
}

// uiTrash is a page in the trash.
type uiTrash struct {
	ID      string    `json:"id"`
	Type    string    `json:"type"`
	Title   string    `json:"title"`
	By      *uiPerson `json:"trashedBy"`
	Trashed time.Time `json:"trashedAt"`
}

// uiPermission is a right in a space.
type uiPermission struct {
	ID        string    `json:"id"`
	Subject   string    `json:"subjectType"` // user, group, everyone
	Name      string    `json:"subject"`
	Person    *uiPerson `json:"person,omitempty"`
	Operation string    `json:"operation"`
	Target    string    `json:"target"`
}

// uiTask is a task of a page.
type uiTask struct {
	ID       string     `json:"id"`
	LocalID  string     `json:"localId"`
	PageID   string     `json:"pageId"`
	Title    string     `json:"pageTitle"`
	SpaceKey string     `json:"spaceKey"`
	Text     string     `json:"text"`
	Done     bool       `json:"done"`
	Assignee *uiPerson  `json:"assignee,omitempty"`
	Due      *time.Time `json:"dueAt,omitempty"`
	Created  time.Time  `json:"createdAt"`
}

// uiGroup is a group of the organization, whose name is its identifier.
type uiGroup struct {
	Name string `json:"name"`
}
