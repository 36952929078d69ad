// Package lossreport writes down what a restore brought back and what it did not, so that the customer can check it without trusting the operator
// and without a network.
//
// A report carries, for every volume, the links of the hash chain from a root that the customer was handed beforehand to the newest commit before
// the failure, and the whole content of every commit that is gone. A commit that is left out, added or altered breaks the chain; a count that is
// made prettier differs from what the commits add up to; a report that is altered does not fit its signature. Verify needs nothing but the
// report and, to be sure of the key, the root.
package lossreport

import (
	"time"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/journal"
)

// Formats of the files.
const (
	RootsFormat  = "holdfast-roots/1"
	ReportFormat = "holdfast-loss-report/1"
)

// Root is where the chain of a volume stood at an instant.
type Root struct {
	Seq    int64     `json:"seq"` // newest commit
	At     time.Time `json:"at"`  // of that commit
	Chain  string    `json:"chain"`
	Digest string    `json:"digest"` // of the state
	Rows   int64     `json:"rows"`
}

// Roots is what a customer is handed beforehand, signed.
type Roots struct {
	Format    string          `json:"format"`
	Site      ids.Site        `json:"site"`
	Slug      string          `json:"slug"`
	At        time.Time       `json:"at"`
	Volumes   map[string]Root `json:"volumes"` // by kind
	PublicKey string          `json:"public_key"`
	Signature string          `json:"signature,omitempty"`
}

// Report is the record of a restore.
type Report struct {
	Format    string    `json:"format"`
	Site      ids.Site  `json:"site"`
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	Customer  string    `json:"customer"`
	Created   time.Time `json:"created"`
	Restore   Restore   `json:"restore"`
	Volumes   []Volume  `json:"volumes"`
	Totals    Totals    `json:"totals"`
	PublicKey string    `json:"public_key"`
	Signature string    `json:"signature,omitempty"`
}

// Restore says which restore a report is about, as the ledger has it.
type Restore struct {
	Operation ids.Operation `json:"operation"`
	By        string        `json:"by"`
	Reason    string        `json:"reason"`
	Asked     string        `json:"asked"` // "to commit 17", "to 2026-04-05T07:38:00Z", …
	Started   time.Time     `json:"started"`
	Finished  *time.Time    `json:"finished"`
}

// Volume is one volume's part.
type Volume struct {
	Kind   string `json:"kind"`
	Root   Root   `json:"root"`   // from where the chain is followed
	Target int64  `json:"target"` // the commit whose state is back
	Head   int64  `json:"head"`   // the newest commit before the restore
	Digest string `json:"digest"` // of the state that is back
	Rows   int64  `json:"rows"`
	Chain  string `json:"chain"` // after Head
	// Kept are the commits after the root that are back, by their hashes; Gone those after the target, whole.
	Kept []Link `json:"kept"`
	Gone []Lost `json:"gone"`
	// Unknown are commits of which nothing is known, since the vault's objects that held them are damaged.
	Unknown []Unknown `json:"unknown,omitempty"`
}

// Unknown are commits that cannot be read any more, those of them before the target of a restore as well as those after it.
type Unknown struct {
	From    int64    `json:"from"`
	To      int64    `json:"to"` // 0 where nobody knows whether there were any
	Objects []string `json:"objects"`
}

// Link is a commit that is back: enough to follow the chain over it.
type Link struct {
	Commit  journal.Commit `json:"commit"`
	Changes string         `json:"changes"` // their hash
}

// Lost is a commit that is not back, with everything it did.
type Lost struct {
	Commit  journal.Commit `json:"commit"`
	Changes []Change       `json:"changes"`
	Items   []Item         `json:"items"` // the same for people
}

// Change is a row that a lost commit changed.
type Change struct {
	Table  string  `json:"table"`
	Op     string  `json:"op"`
	Before *string `json:"before"`
	After  *string `json:"after"`
}

// Item is a thing that a lost commit touched, as people know it.
type Item struct {
	Type  string `json:"type"`
	Op    string `json:"op"`
	ID    string `json:"id"`
	Title string `json:"title,omitempty"`
}

// Totals add up what the volumes say.
type Totals struct {
	CommitsKept int   `json:"commits_kept"` // after the roots
	CommitsGone int   `json:"commits_gone"`
	RowsBack    int64 `json:"rows_back"`
	// CommitsUnknown are those of which nothing is known; more may have been lost where a volume's part says so.
	CommitsUnknown int64          `json:"commits_unknown,omitempty"`
	RowsGone       int            `json:"rows_gone"`  // changed rows of the commits that are gone
	ItemsGone      map[string]int `json:"items_gone"` // by type
}

func (r *Report) add() {
	t := Totals{ItemsGone: map[string]int{}}
	for _, v := range r.Volumes {
		t.CommitsKept += len(v.Kept)
		t.CommitsGone += len(v.Gone)
		t.RowsBack += v.Rows
		for _, u := range v.Unknown {
			t.CommitsUnknown += max(0, u.To-u.From+1)
		}
		for _, g := range v.Gone {
			t.RowsGone += len(g.Changes)
			for _, i := range g.Items {
				t.ItemsGone[i.Type]++
			}
		}
	}
	r.Totals = t
}
