package lossreport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"holdfast.dev/internal/platform/journal"
)

// Open and close the report inside of its page for people.
const (
	pageStart = `<script type="application/json" id="report">`
	pageEnd   = `</script>`
)

var errShows = errors.New("the page shows something else than the signed report inside of it says: what people read was altered, or another version of Holdfast wrote it; ask for the JSON, or for the page anew")

// Parse reads a report from its JSON, or from the page that carries it. People read the page and not the report inside of it, so a page is written once more
// from its report and refused when it differs.
func Parse(b []byte) (Report, error) {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
		return parse(b)
	}
	_, carried, ok := bytes.Cut(b, []byte(pageStart))
	if !ok {
		return parse(b)
	}
	if carried, _, ok = bytes.Cut(carried, []byte(pageEnd)); !ok {
		return Report{}, errors.New("the page ends inside of the report")
	}
	r, err := parse(carried)
	if err != nil {
		return r, err
	}
	if err := r.checkSigned(); err != nil {
		return r, err // of a report that was altered the page differs too, and that is not the reason
	}
	page, err := Page(r)
	if err == nil && !bytes.Equal(lines(page), lines(b)) {
		err = errShows
	}
	return r, err
}

// lines takes away what mail and editors do to the ends of lines.
func lines(b []byte) []byte {
	return bytes.TrimSpace(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")))
}

func parse(b []byte) (r Report, err error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return r, fmt.Errorf("this is no report: %w", err)
	}
	if r.Format != ReportFormat {
		return r, fmt.Errorf("this is no report of a form that is known here: %q", r.Format)
	}
	return r, nil
}

// ParseRoots reads roots from their JSON and checks their signature.
func ParseRoots(b []byte) (r Roots, err error) {
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("these are no roots: %w", err)
	}
	return r, r.Check()
}

// Verify checks a report by itself: the signature, every link of every chain, every count. With roots that the customer was handed beforehand it also
// checks that the report starts from them and is signed by the same key, so that not even the operator could have made another history up. It
// needs no network and no data of Holdfast's. The error says what is wrong.
func Verify(r Report, handed *Roots) error {
	if err := r.checkSigned(); err != nil {
		return err
	}
	for _, v := range r.Volumes {
		if err := v.verify(); err != nil {
			return fmt.Errorf("volume %s: %w", v.Kind, err)
		}
	}
	again := r
	again.add()
	if !sameTotals(again.Totals, r.Totals) {
		return fmt.Errorf("the totals are %+v and should be %+v", r.Totals, again.Totals)
	}
	if handed == nil {
		return nil
	}
	return r.against(*handed)
}

func (r Report) checkSigned() error {
	signature := r.Signature
	r.Signature = ""
	return checkSignature(&r, r.PublicKey, signature)
}

func sameTotals(a, b Totals) bool {
	return a.CommitsKept == b.CommitsKept && a.CommitsGone == b.CommitsGone && a.CommitsUnknown == b.CommitsUnknown && a.RowsBack == b.RowsBack && a.RowsGone == b.RowsGone && maps.Equal(a.ItemsGone, b.ItemsGone)
}

// verify follows the chain of one volume from its root over every commit to the newest.
func (v Volume) verify() error {
	chain, err := journal.ParseHash(v.Root.Chain)
	if err != nil {
		return fmt.Errorf("the root is damaged: %w", err)
	}
	next := v.Root.Seq + 1
	skip := func() { // over what the report itself calls unknown
		for _, u := range v.Unknown {
			if u.From == next && u.To >= u.From {
				next = u.To + 1
			}
		}
	}
	step := func(c journal.Commit, changes journal.Hash) error {
		skip()
		if c.Seq != next {
			return fmt.Errorf("commit %d is withheld: after %d comes %d", next, next-1, c.Seq)
		}
		chain = journal.LinkHashed(chain, c, changes)
		next++
		return nil
	}
	for _, k := range v.Kept {
		h, err := journal.ParseHash(k.Changes)
		if err != nil {
			return fmt.Errorf("commit %d: %w", k.Commit.Seq, err)
		}
		if k.Commit.Seq > v.Target {
			return fmt.Errorf("commit %d is said to be back and is younger than the target %d", k.Commit.Seq, v.Target)
		}
		if err := step(k.Commit, h); err != nil {
			return err
		}
	}
	for _, g := range v.Gone {
		if g.Commit.Seq <= v.Target {
			return fmt.Errorf("commit %d is said to be gone and is not younger than the target %d", g.Commit.Seq, v.Target)
		}
		if err := step(g.Commit, journal.HashChanges(g.rows())); err != nil {
			return err
		}
	}
	if skip(); next != max(v.Head, v.Root.Seq)+1 {
		return fmt.Errorf("commits %d to %d are withheld", next, v.Head)
	}
	if chain.String() != v.Chain {
		return errors.New("the chain does not end where it should: a commit was altered, added or left out")
	}
	return nil
}

func (l Lost) rows() []journal.Change {
	out := make([]journal.Change, len(l.Changes))
	for i, c := range l.Changes {
		out[i] = journal.Change{Table: c.Table, Op: c.Op, Before: c.Before, After: c.After}
	}
	return out
}

// against compares a report with roots that were handed out before.
func (r Report) against(handed Roots) error {
	if err := handed.Check(); err != nil {
		return fmt.Errorf("the roots: %w", err)
	}
	if handed.Site != r.Site {
		return fmt.Errorf("the roots are of the site %s, the report is of %s", handed.Site, r.Site)
	}
	if handed.PublicKey != r.PublicKey {
		return errors.New("the report is signed by another key than the roots")
	}
	for _, v := range r.Volumes {
		root, ok := handed.Volumes[v.Kind]
		if !ok {
			continue // switched on later
		}
		if err := v.passes(root); err != nil {
			return fmt.Errorf("volume %s: %w", v.Kind, err)
		}
	}
	return nil
}

// passes tells whether a chain goes through a root that was handed out.
func (v Volume) passes(root Root) error {
	if root.Seq < v.Root.Seq {
		return fmt.Errorf("the report begins at commit %d, after the root at %d that you hold; ask for one that begins there", v.Root.Seq, root.Seq)
	}
	chain, err := journal.ParseHash(v.Root.Chain)
	if err != nil {
		return err
	}
	at := v.Root.Seq
	for i := 0; at < root.Seq; i++ {
		switch {
		case i < len(v.Kept):
			h, err := journal.ParseHash(v.Kept[i].Changes)
			if err != nil {
				return err
			}
			chain, at = journal.LinkHashed(chain, v.Kept[i].Commit, h), v.Kept[i].Commit.Seq
		case i < len(v.Kept)+len(v.Gone):
			g := v.Gone[i-len(v.Kept)]
			chain, at = journal.LinkHashed(chain, g.Commit, journal.HashChanges(g.rows())), g.Commit.Seq
		case slices.ContainsFunc(v.Unknown, func(u Unknown) bool { return u.From == at+1 }):
			return fmt.Errorf("you hold a root at commit %d, and the report says that nothing is known from commit %d on: what you were handed was lost", root.Seq, at+1)
		default:
			return fmt.Errorf("you hold a root at commit %d, the report knows of none after %d: commits are withheld", root.Seq, at)
		}
	}
	if chain.String() != root.Chain {
		return fmt.Errorf("the history up to commit %d is another one than the root that you were handed says", root.Seq)
	}
	return nil
}
