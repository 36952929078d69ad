package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// Report is what an import took and what it did not: the counts of every type add up.
type Report struct {
	Site           string        `json:"site"`
	Source         string        `json:"source"`
	Kind           string        `json:"kind"`
	Exports        []string      `json:"exports"` // in the source, each a space or a whole site
	Finished       bool          `json:"finished"`
	Seconds        float64       `json:"seconds"`
	Pages          int           `json:"pages"` // pages, posts, comments and versions of them that were written
	PagesPerSecond float64       `json:"pagesPerSecond"`
	Types          []*TypeReport `json:"types"`
	Notes          []*Reason     `json:"notes"` // what was taken, but not as it was
}

// TypeReport counts one type: Source = Taken + AlreadyThere + NotTaken. Object is the class of the rows in the export that are counted, empty for what
// is counted within bodies.
type TypeReport struct {
	Type         string    `json:"type"`
	Object       string    `json:"object"`
	Source       int       `json:"source"`
	Taken        int       `json:"taken"`
	AlreadyThere int       `json:"alreadyThere"`
	NotTaken     int       `json:"notTaken"`
	Reasons      []*Reason `json:"reasons"`
}

// Reason says why some were not taken, or what is other than it was.
type Reason struct {
	Reason   string   `json:"reason"`
	Count    int      `json:"count"`
	Examples []string `json:"examples"`
}

const examples = 5

// what names a type with the class of its rows.
type what struct{ name, object string }

// The types that something is made of.
var (
	aSpace       = what{"space", "Space"}
	aDescription = what{"space description", "SpaceDescription"}
	aPermission  = what{"space permission", "SpacePermission"}
	aPage        = what{"page", "Page"}
	aPageVersion = what{"page version", "Page"}
	aPageDraft   = what{"page draft", "Page"}
	aPost        = what{"blog post", "BlogPost"}
	aPostVersion = what{"blog post version", "BlogPost"}
	aPostDraft   = what{"blog post draft", "BlogPost"}
	aComment     = what{"comment", "Comment"}
	aCommentOld  = what{"comment version", "Comment"}
	aCommentEdit = what{"comment draft", "Comment"}
	aFile        = what{"attachment", "Attachment"}
	aFileVersion = what{"attachment version", "Attachment"}
	aBody        = what{"body", "BodyContent"}
	aLabel       = what{"label", "Label"}
	aLabelling   = what{"labelling", "Labelling"}
	aRestriction = what{"restriction", "ContentPermission"}
	aSet         = what{"set of restrictions", "ContentPermissionSet"}
	aWatch       = what{"watch", "Notification"}
	aLike        = what{"like", "LikeEntity"}
	aRelation    = what{"relation of a person to a page", "User2ContentRelationEntity"}
	aProperty    = what{"property of a program", "CustomContentEntityObject"}
	aDetail      = what{"detail", "ContentProperty"}
	aTemplate    = what{"template", "PageTemplate"}
	aPerson      = what{"person", "ConfluenceUserImpl"}
	anAccount    = what{"account of a person", "InternalUser"}
	aLink        = what{"link in a body", ""}
	anAddress    = what{"link by address that leads to the page here now", ""}
	aPicture     = what{"file shown in a body", ""}
	aMention     = what{"mention in a body", ""}
	aTask        = what{"task in a body", ""}
	aContents    = what{"contents of an attachment", ""}
)

func (r *Report) of(w what) *TypeReport {
	for _, t := range r.Types {
		if t.Type == w.name && t.Object == w.object {
			return t
		}
	}
	t := &TypeReport{Type: w.name, Object: w.object, Reasons: []*Reason{}}
	r.Types = append(r.Types, t)
	return t
}

func (r *Report) taken(w what, n int) {
	if n > 0 {
		t := r.of(w)
		t.Source += n
		t.Taken += n
	}
}

func (r *Report) there(w what, n int) {
	if n > 0 {
		t := r.of(w)
		t.Source += n
		t.AlreadyThere += n
	}
}

func (r *Report) notTaken(w what, reason, example string, n int) {
	if n > 0 {
		t := r.of(w)
		t.Source += n
		t.NotTaken += n
		t.Reasons = because(t.Reasons, reason, example, n)
	}
}

// note tells that something was taken otherwise than it was.
func (r *Report) note(reason, example string, n int) {
	if n > 0 {
		r.Notes = because(r.Notes, reason, example, n)
	}
}

func because(list []*Reason, reason, example string, n int) []*Reason {
	i := slices.IndexFunc(list, func(k *Reason) bool { return k.Reason == reason })
	if i < 0 {
		list = append(list, &Reason{Reason: reason, Examples: []string{}})
		i = len(list) - 1
	}
	k := list[i]
	k.Count += n
	if r := []rune(example); len(r) > 120 {
		example = string(r[:120]) + "…"
	}
	if example != "" && len(k.Examples) < examples && !slices.Contains(k.Examples, example) {
		k.Examples = append(k.Examples, example)
	}
	return list
}

// merge adds the counts of another report.
func (r *Report) merge(o *Report) {
	for _, t := range o.Types {
		mine := r.of(what{t.Type, t.Object})
		mine.Source += t.Source
		mine.Taken += t.Taken
		mine.AlreadyThere += t.AlreadyThere
		mine.NotTaken += t.NotTaken
		for _, k := range t.Reasons {
			mine.Reasons = join(mine.Reasons, k)
		}
	}
	for _, k := range o.Notes {
		r.Notes = join(r.Notes, k)
	}
	r.Pages += o.Pages
}

func join(list []*Reason, k *Reason) []*Reason {
	list = because(list, k.Reason, "", k.Count)
	for _, e := range k.Examples {
		list = because(list, k.Reason, e, 0)
	}
	return list
}

// order are the types in the order in which people read a report.
var order = []what{aSpace, aDescription, aPermission, aPage, aPageVersion, aPageDraft, aPost, aPostVersion, aPostDraft, aComment, aCommentOld, aCommentEdit, aFile, aFileVersion, aContents, aBody,
	aLabel, aLabelling, aSet, aRestriction, aWatch, aLike, aRelation, aProperty, aTemplate, aPerson, anAccount, aLink, anAddress, aPicture, aMention, aTask, aDetail}

func (r *Report) sort() {
	place := func(t *TypeReport) int {
		if i := slices.Index(order, what{t.Type, t.Object}); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(r.Types, func(a, b *TypeReport) int {
		return cmp.Or(place(a)-place(b), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Object, b.Object))
	})
	most := func(a, b *Reason) int { return b.Count - a.Count }
	for _, t := range r.Types {
		slices.SortStableFunc(t.Reasons, most)
	}
	slices.SortStableFunc(r.Notes, most)
}

// String gives the report as a table.
func (r *Report) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "in the export\ttaken\talready there\tnot taken\t  \t")
	for _, t := range r.Types {
		fmt.Fprintf(w, "%d\t%d\t%d\t%d\t  %s\t\n", t.Source, t.Taken, t.AlreadyThere, t.NotTaken, t.Type)
	}
	w.Flush() //nolint:errcheck // into memory
	for _, t := range r.Types {
		for _, k := range t.Reasons {
			fmt.Fprintf(&b, "\n%d × %s not taken: %s", k.Count, t.Type, k.Reason)
			k.show(&b)
		}
	}
	for _, k := range r.Notes {
		fmt.Fprintf(&b, "\n%d × %s", k.Count, k.Reason)
		k.show(&b)
	}
	return strings.TrimRight(b.String(), "\n")
}

func (k *Reason) show(b *strings.Builder) {
	if len(k.Examples) > 0 {
		fmt.Fprintf(b, "\n    for example %s", strings.Join(k.Examples, ", "))
	}
}
