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
	Site            string        `json:"site"`
	Source          string        `json:"source"`
	Kind            string        `json:"kind"`
	Finished        bool          `json:"finished"`
	Seconds         float64       `json:"seconds"`
	IssuesPerSecond float64       `json:"issuesPerSecond"`
	Types           []*TypeReport `json:"types"`
}

// TypeReport counts one type: Source = Taken + AlreadyThere + NotTaken.
type TypeReport struct {
	Type         string    `json:"type"`
	Source       int       `json:"source"`
	Taken        int       `json:"taken"`
	AlreadyThere int       `json:"alreadyThere"`
	NotTaken     int       `json:"notTaken"`
	Reasons      []*Reason `json:"reasons"`
}

// Reason says why some were not taken.
type Reason struct {
	Reason   string   `json:"reason"`
	Count    int      `json:"count"`
	Examples []string `json:"examples"`
}

const examples = 5

func (r *Report) of(itemType string) *TypeReport {
	for _, t := range r.Types {
		if t.Type == itemType {
			return t
		}
	}
	t := &TypeReport{Type: itemType, Reasons: []*Reason{}}
	r.Types = append(r.Types, t)
	return t
}

func (r *Report) taken(itemType string, n int) {
	if n > 0 {
		t := r.of(itemType)
		t.Source += n
		t.Taken += n
	}
}

func (r *Report) there(itemType string, n int) {
	if n > 0 {
		t := r.of(itemType)
		t.Source += n
		t.AlreadyThere += n
	}
}

func (r *Report) notTaken(itemType, reason, example string, n int) {
	if n == 0 {
		return
	}
	t := r.of(itemType)
	t.Source += n
	t.NotTaken += n
	for _, known := range t.Reasons {
		if known.Reason == reason {
			known.Count += n
			if len(known.Examples) < examples && example != "" && !slices.Contains(known.Examples, example) {
				known.Examples = append(known.Examples, example)
			}
			return
		}
	}
	made := &Reason{Reason: reason, Count: n, Examples: []string{}}
	if example != "" {
		made.Examples = append(made.Examples, example)
	}
	t.Reasons = append(t.Reasons, made)
}

// order are the types in the order in which people read a report.
var order = []string{"project", "issue", "comment", "history item", "worklog", "link", "attachment", "label", "component", "version", "custom field value", "watcher", "vote", "person"}

func (r *Report) sort() {
	place := func(t *TypeReport) int {
		if i := slices.Index(order, t.Type); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(r.Types, func(a, b *TypeReport) int { return cmp.Or(place(a)-place(b), cmp.Compare(a.Type, b.Type)) })
	for _, t := range r.Types {
		slices.SortStableFunc(t.Reasons, func(a, b *Reason) int { return b.Count - a.Count })
	}
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
		for _, reason := range t.Reasons {
			fmt.Fprintf(&b, "\n%d × %s not taken: %s", reason.Count, t.Type, reason.Reason)
			if len(reason.Examples) > 0 {
				fmt.Fprintf(&b, "\n    for example %s", strings.Join(reason.Examples, ", "))
			}
		}
	}
	return strings.TrimRight(b.String(), "\n")
}
