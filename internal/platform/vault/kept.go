package vault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Kept is what of a volume can be brought back: everything, or stretches with damage between them and behind them.
type Kept struct {
	Ref       string
	Stretches []Stretch // in the order of their commits; none where the vault has nothing of the volume
	Snapshots []int64   // their commits, oldest first
}

// Stretch is a run of commits of a volume, each of which can be brought back.
type Stretch struct {
	First  int64   // the first commit whose state can be had
	Why    string  // why that is not the very first one; "" where it is
	Joined bool    // it goes on from the state at the end of the stretch before that is not aside: a restore gave up what lay between
	Aside  bool    // it was given up by a restore when it was damaged, and is whole again
	Frames []Frame // none where only a snapshot is left
	Last   int64   // the last commit, 0 where the stretch is empty
	Lost   *Gap    // what follows and cannot be read; nil where nothing is known to be missing
}

// Gap says that commits of a volume are in no segment that can be read.
type Gap struct {
	Ref      string    `json:"volume"`
	From     int64     `json:"from"`    // the first commit of which nothing is known
	To       int64     `json:"to"`      // the last one; 0 where the vault does not say whether there are any
	Damaged  []string  `json:"objects"` // damaged or missing objects that hold them, where that is known
	Earliest time.Time `json:"earliest"`
}

// Error implements error.
func (g *Gap) Error() string {
	text := fmt.Sprintf("the vault lacks commits %d to %d of %s", g.From, g.To, g.Ref)
	if g.To == 0 {
		text = fmt.Sprintf("nothing is known of %s from commit %d on", g.Ref, g.From)
	}
	if len(g.Damaged) > 0 {
		text += "; damaged are: " + strings.Join(g.Damaged, ", ")
	}
	return text
}

// Head gives the number of the newest commit that the volume is known to have had, also where that one is lost; 0 for none.
func (k Kept) Head() int64 {
	if len(k.Stretches) == 0 {
		return 0
	}
	last := k.Stretches[len(k.Stretches)-1]
	if last.Lost != nil {
		return max(last.Last, last.Lost.To)
	}
	return last.Last
}

// Lost gives what is missing behind everything that can be brought back, nil where nothing is known to be.
func (k Kept) Lost() *Gap {
	if len(k.Stretches) == 0 {
		return nil
	}
	return k.Stretches[len(k.Stretches)-1].Lost
}

// Run is a chain of commits that can be followed from one end to the other.
type Run struct {
	Frames []Frame
	Bases  []int64 // commits of the snapshots that lie on it, oldest first
	Empty  bool    // it begins with an empty volume
	Last   int64
	Newest bool // nothing that can be brought back is newer
}

// Run gives the chain on which a commit lies. Where it lies on none, the error names what is missing.
func (k Kept) Run(seq int64) (Run, error) {
	var r Run
	at := slices.IndexFunc(k.Stretches, func(s Stretch) bool { return s.First <= seq && seq <= s.Last })
	if at < 0 {
		return r, k.missing(seq)
	}
	run := []Stretch{k.Stretches[at]}
	for i := at; run[0].Joined; {
		if i--; !k.Stretches[i].Aside {
			run = slices.Insert(run, 0, k.Stretches[i])
		}
	}
	r.Newest = !run[len(run)-1].Aside
	for _, s := range k.Stretches[at+1:] {
		switch {
		case s.Aside: // it leads nowhere
		case s.Joined && r.Newest:
			run = append(run, s)
		default:
			r.Newest = false
		}
	}
	r.Empty, r.Last = run[0].Why == "", run[len(run)-1].Last
	for _, s := range run {
		r.Frames = append(r.Frames, s.Frames...)
	}
	for _, seq := range k.Snapshots {
		if slices.ContainsFunc(run, func(s Stretch) bool { return s.First <= seq && seq <= s.Last }) {
			r.Bases = append(r.Bases, seq)
		}
	}
	return r, nil
}

// missing names what keeps a commit from being brought back; nil where nothing does and there is no such commit.
func (k Kept) missing(seq int64) error {
	for i, s := range k.Stretches {
		if seq < s.First && (i == 0 || seq > k.Stretches[i-1].Last) {
			if i > 0 && k.Stretches[i-1].Lost != nil {
				return k.Stretches[i-1].Lost
			}
			return errors.New(s.Why)
		}
	}
	if lost := k.Lost(); lost != nil && seq >= lost.From {
		return lost
	}
	return nil
}

// Kept gives what of a volume can be brought back, by what was read of the store so far.
func (v *Vault) Kept(ctx context.Context, ref string) (Kept, error) {
	snapshots, err := v.Snapshots(ctx, ref)
	if err != nil {
		return Kept{}, err
	}
	k, err := v.kept(ref, func() ([]int64, error) { return snapshots, nil })
	k.Snapshots = snapshots
	return k, err
}

// pathfinder puts together what is kept of a volume.
type pathfinder struct {
	ref     string
	damaged map[string]damage
	broken  []Frame // of the volume, with the time of the first commit
	head    int64   // that a live database knew
	out     []Stretch
	cur     Stretch
	next    int64 // the commit that would follow
}

// kept finds the stretches of a volume. snapshots is asked only where something is missing.
func (v *Vault) kept(ref string, snapshots func() ([]int64, error)) (Kept, error) {
	v.mu.Lock()
	p := pathfinder{ref: ref, damaged: maps.Clone(v.damaged), head: v.heads[ref], next: 1, cur: Stretch{First: 1}}
	var frames []Frame
	for _, f := range v.frames[ref] {
		if at := v.broken[brokenFrame{f.Segment, ref}]; !at.IsZero() {
			f.FromAt = at
			p.broken = append(p.broken, f)
		} else {
			frames = append(frames, f)
		}
	}
	if s, ok := v.swept[ref]; ok {
		p.next, p.cur = s.Seq+1, Stretch{First: s.Seq, Last: s.Seq, Why: "what is older is past the retention of the vault"}
	}
	v.mu.Unlock()
	// Of commits that were stored twice (a node died before it noted that they are, or a restore gave up a segment that was healed since) the newer segment counts.
	slices.SortStableFunc(frames, func(a, b Frame) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(b.Segment, a.Segment)) })
	out := Kept{Ref: ref}
	unreachable := int64(0)
	for _, f := range frames {
		if f.To < p.next || f.From < p.next && f.Segment < p.segment() {
			continue
		}
		if f.From >= p.next && p.join(f) {
			p.cur.Frames, p.cur.Last, p.next = append(p.cur.Frames, f), f.To, f.To+1
			continue
		}
		if f.From > p.next {
			seqs, err := snapshots()
			if err != nil {
				return out, errors.Join(p.gap(f.From-1, &f), err)
			}
			if !p.cross(f, seqs) {
				unreachable = max(unreachable, f.To)
				continue
			}
			if f.To < p.next {
				continue
			}
		}
		p.cur.Frames = append(p.cur.Frames, f)
		p.cur.Last, p.next = f.To, f.To+1
	}
	if err := p.end(unreachable, snapshots); err != nil {
		return out, err
	}
	if out.Stretches = p.out; len(p.broken) > 0 || len(p.out) > 1 || p.cur.Last > 0 || p.cur.Lost != nil {
		out.Stretches = append(p.out, p.cur)
	}
	return out, nil
}

// segment gives the key of the newest segment on the way so far.
func (p *pathfinder) segment() string {
	if n := len(p.cur.Frames); n > 0 {
		return p.cur.Frames[n-1].Segment
	}
	for _, s := range slices.Backward(p.out) {
		if n := len(s.Frames); n > 0 {
			return s.Frames[n-1].Segment
		}
	}
	return ""
}

// cross finds the way over missing commits to a frame, and tells whether there is one.
func (p *pathfinder) cross(f Frame, snapshots []int64) bool {
	for f.From > p.next {
		i, found := slices.BinarySearch(snapshots, p.next)
		if i == len(snapshots) && !found {
			return false
		}
		p.snapshot(snapshots[i], p.gap(f.From-1, &f))
	}
	return true
}

// join tells whether a frame was written by a restore that gave up what lies between an earlier one and it, and goes on from there. What was given up and is whole again stays
// aside.
func (p *pathfinder) join(f Frame) bool {
	j := len(p.cur.Frames) - 1
	for j >= 0 && p.cur.Frames[j].Chain != f.Before {
		j--
	}
	if last := len(p.cur.Frames) - 1; j < 0 || j == last && f.From == p.next {
		return false
	} else if j < last {
		aside := p.cur.Frames[j+1:]
		p.cur.Frames, p.cur.Last = p.cur.Frames[:j+1:j+1], p.cur.Frames[j].To
		p.out = append(p.out, p.cur)
		p.cur = Stretch{First: aside[0].From, Joined: true, Aside: true, Frames: aside, Last: aside[len(aside)-1].To}
	}
	var lost *Gap
	if f.From > p.next {
		lost = p.gap(f.From-1, &f)
	}
	p.turn(lost, Stretch{First: f.From, Joined: true})
	return true
}

// snapshot goes on with a snapshot behind what is lost.
func (p *pathfinder) snapshot(seq int64, lost *Gap) {
	if lost.To >= seq { // the rest is another gap
		lost.To = seq - 1
	}
	p.turn(lost, Stretch{First: seq, Last: seq, Why: lost.Error()})
}

// turn ends the present stretch and begins another.
func (p *pathfinder) turn(lost *Gap, then Stretch) {
	p.cur.Lost = lost
	if p.cur.Last > 0 {
		p.out = append(p.out, p.cur)
	}
	p.cur, p.next = then, then.First
	if then.Last > 0 {
		p.next = then.Last + 1
	}
}

// end looks at what is known of commits behind the last that can be read.
func (p *pathfinder) end(unreachable int64, snapshots func() ([]int64, error)) error {
	last := max(unreachable, p.head)
	doubt := false
	for _, f := range p.broken {
		last = max(last, f.To)
	}
	if p.head == 0 || p.head > p.cur.Last {
		for key := range p.damaged {
			doubt = doubt || key > p.segment()
		}
	}
	if last < p.next && !doubt {
		return nil
	}
	seqs, err := snapshots()
	if err != nil {
		return err
	}
	for _, seq := range seqs {
		if seq >= p.next {
			p.snapshot(seq, p.gap(max(last, seq), nil))
		}
	}
	if last >= p.next {
		p.cur.Lost = p.gap(last, nil)
	} else if doubt && (p.cur.Last > 0 || len(p.out) > 0) {
		p.cur.Lost = p.gap(0, nil)
	}
	return nil
}

// gap describes what is missing from the next commit on, up to one, before a frame or, without one, at the end.
func (p *pathfinder) gap(to int64, before *Frame) *Gap {
	g := &Gap{Ref: p.ref, From: p.next, To: to}
	after, end := p.segment(), "~"
	if before != nil {
		end = before.Segment
	}
	sooner := func(at time.Time) {
		if g.Earliest.IsZero() || at.Before(g.Earliest) {
			g.Earliest = at
		}
	}
	objects := map[string]bool{}
	for _, f := range p.broken {
		if f.To >= g.From && (to == 0 || f.From <= to) {
			objects[f.Segment] = true
			sooner(f.FromAt)
		}
	}
	for key, d := range p.damaged {
		if key > after && key < end {
			objects[key] = true
			sooner(d.after)
		}
	}
	if before != nil && len(objects) == 0 && before.Prev != "" && before.Prev != after {
		objects[before.Prev] = true
	}
	if n := len(p.cur.Frames); n > 0 && g.Earliest.Before(p.cur.Frames[n-1].ToAt) {
		g.Earliest = p.cur.Frames[n-1].ToAt
	}
	g.Damaged = slices.Sorted(maps.Keys(objects))
	return g
}
