package importer

import (
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/product/wiki/importer/source"
)

// model is an export without its bodies: what is needed to know what belongs to what. Keys of the maps are identifiers in the export.
type model struct {
	zone   *time.Location // of the times in the export
	common string         // the group of everybody with a licence

	spaces       []*space
	spaceByID    map[string]*space
	items        []*item
	byID         map[string]*item
	users        map[string]*user  // by user key
	names        map[string]*user  // by user name in lower case
	byAccount    map[string]string // user key by account of the vendor's cloud
	labels       map[string]*labelRow
	labellings   []*labelling
	onTemplates  map[string]bool // labels that templates have
	permissions  []*permission
	sets         map[string]*set
	restrictions []*allowed
	follows      []*follow
	properties   []*item
	templates    []*template
	details      []*detail
	bodies       *spool
	accounts     int // rows of the server's own directory
}

func newModel(bodies *spool) *model {
	return &model{zone: time.UTC, common: "confluence-users", spaceByID: map[string]*space{}, byID: map[string]*item{}, byAccount: map[string]string{}, users: map[string]*user{}, names: map[string]*user{}, labels: map[string]*labelRow{}, sets: map[string]*set{}, onTemplates: map[string]bool{}, bodies: bodies}
}

type space struct {
	id, key, name, kind, status string
	home, description           string
	creator                     string // a person's key, as all people in the model
	created, modified           time.Time
	permissions                 []*permission
	labels                      []*labelling
	follows                     []*follow
	values                      []*item
	roots, posts                []*item

	local   int64
	keyHere string // its key here
	there   bool   // from an earlier run
	gone    bool   // it was there and is no longer
}

// item is a page, a blog post, a comment, an attachment, a description of a space, or a program's property.
type item struct {
	class, id, title   string
	version            int64
	creator, modifier  string
	created, modified  time.Time
	message, status    string
	space, original    string
	parent             string // page above, or comment answered
	container          source.Ref
	position           int64                   // 0 when there is none
	lists              map[string][]source.Ref // what it names as its own, which the others may not say
	details            map[string]string       // the properties that something is made of
	detailed           int                     // how many rows of the export they are
	mime, size, plugin string

	versions []*item // of the past, oldest first
	drafts   []*item // edits that were not published
	dropped  string  // why it is not taken
	local    int64
	there    bool
	owner    *item // page or post that a comment or attachment belongs to
	at       *space
	children []*item
	comments []*item
	files    []*item
	place    int64 // among its siblings
	read     []*allowed
	update   []*allowed
	sets     int // of restrictions
	labels   []*labelling
	follows  []*follow
	values   []*item // properties
	// misplaced says that the page above it is not there.
	misplaced bool
}

type user struct {
	key, name, display, email, account string
	directory                          string // the address that the server's directory has
	inactive                           bool
}

type labelRow struct{ id, name, namespace string }

type labelling struct {
	label, person string
	target        source.Ref
	created       time.Time
}

type permission struct {
	kind, group, person, everyone, space string
}

type set struct{ kind, owner string }

// allowed is somebody whom a restriction lets through.
type allowed struct {
	set, group, person string
}

// follow is a watch, a like or a favourite.
type follow struct {
	what    what
	kind    string // watch, like, favourite
	person  string
	content string
	space   string
	created time.Time
}

type template struct {
	id, name, description, body, bodyType, space, creator, previous string
	created, modified                                               time.Time
	labels                                                          []string
	labelled                                                        int
}

// detail is a property of a content that something is made of.
type detail struct{ id, content, name, value string }

// bodyID stands before the identifiers of bodies that do not say what they belong to.
const bodyID = "body "

// details that something is made of; the other properties of contents are the vendor's own notes.
var wantedDetails = map[string]bool{"inline-comment": true, "inline-marker-ref": true, "inline-original-selection": true, "status": true, "status-lastmodifier": true, "status-lastmoddate": true,
	"MEDIA_TYPE": true, "FILESIZE": true, "MINOR_EDIT": true, "resolved": true, "resolved-user": true, "resolved-time": true, "resolved-by-dangling": true}

// when reads a time of the export; the zero time when it is none.
func (m *model) when(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range []string{"2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999Z07:00", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, s, m.zone); err == nil && t.Year() > 1 && t.Year() < 10000 {
			return t.UTC()
		}
	}
	return time.Time{}
}

func number(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// person gives the key of somebody: by a reference to a user, or by a user name as old versions write them.
func person(o *source.Object, refs, names []string) string {
	if r := o.FirstRef(refs...); r.ID != "" {
		return r.ID
	}
	if n := strings.TrimSpace(o.First(names...)); n != "" {
		return byName + strings.ToLower(n)
	}
	return ""
}

// byName marks the keys of people that are known by their user names.
const byName = "name:"

func creator(o *source.Object) string {
	return person(o, []string{"creator"}, []string{"creatorName", "creator"})
}

func modifier(o *source.Object) string {
	return person(o, []string{"lastModifier"}, []string{"lastModifierName", "lastModifier"})
}

// micros gives an instant as microseconds, 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return clock.Micros(t)
}
