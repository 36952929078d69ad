package lossreport

import (
	"context"
	"fmt"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
)

// Source is a restored volume, as the ledger has it.
type Source struct {
	Ref          volume.Ref
	Target, Head int64
	Digest       string
	Unknown      *Unknown // what the restore knew to be lost behind the newest commit that could be read
	From         *Root    // where the customer's knowledge begins; nil for the beginning of the volume
}

// Describe tells the rows of a commit as people know them.
type Describe func(ctx context.Context, ref volume.Ref, changes []journal.Change) ([]Item, error)

// ReadVolume reads one volume's part of a report from the vault.
func ReadVolume(ctx context.Context, v *vault.Vault, s Source, describe Describe) (Volume, error) {
	out := Volume{Kind: s.Ref.Kind, Target: s.Target, Head: s.Head, Digest: s.Digest, Kept: []Link{}, Gone: []Lost{}}
	if s.From != nil {
		out.Root, out.Rows = *s.From, s.From.Rows // the state is the root's when nothing was written after it
	} else {
		out.Root.Chain = journal.Hash{}.String()
	}
	frames, err := readable(ctx, v, s.Ref)
	if err != nil {
		return out, err
	}
	chain, err := journal.ParseHash(out.Root.Chain)
	if err != nil {
		return out, err
	}
	at := out.Root.Seq
	for _, f := range frames {
		if f.To <= at || f.From > s.Head {
			continue
		}
		if f.From > at+1 {
			if f.Before != chain.String() {
				return out, fmt.Errorf("the vault lacks commits %d to %d of %s", at+1, f.From-1, s.Ref)
			}
			out.Unknown = append(out.Unknown, Unknown{From: at + 1, To: f.From - 1, Objects: []string{}}) // given up by an earlier restore
			at = f.From - 1
		}
		if f.To == s.Target || f.To <= s.Target {
			out.Rows = f.Rows
		}
		entries, err := v.Read(ctx, f)
		if err != nil {
			return out, err
		}
		for _, e := range entries {
			if e.Commit.Seq <= at || e.Commit.Seq > s.Head {
				continue
			}
			changes := journal.HashChanges(e.Changes)
			chain, at = journal.LinkHashed(chain, e.Commit, changes), e.Commit.Seq
			if e.Commit.Seq <= s.Target {
				out.Kept = append(out.Kept, Link{e.Commit, changes.String()})
				continue
			}
			items, err := describe(ctx, s.Ref, e.Changes)
			if err != nil {
				return out, err
			}
			out.Gone = append(out.Gone, lost(e, items))
		}
	}
	if s.Unknown != nil && at == s.Unknown.From-1 {
		out.Unknown, at = append(out.Unknown, *s.Unknown), max(at, s.Unknown.To)
	}
	if at < s.Head {
		return out, fmt.Errorf("the vault has %s up to commit %d, the restore knew %d", s.Ref, at, s.Head)
	}
	out.Chain = chain.String()
	return out, nil
}

// readable gives the frames of a volume that can be read. Where a chain breaks between them, ReadVolume says so.
func readable(ctx context.Context, v *vault.Vault, ref volume.Ref) (frames []vault.Frame, err error) {
	if err := v.Refresh(ctx); err != nil {
		return nil, err
	}
	kept, err := v.Kept(ctx, ref.String())
	for _, s := range kept.Stretches {
		frames = append(frames, s.Frames...)
	}
	return frames, err
}

func lost(e vault.Entry, items []Item) Lost {
	l := Lost{Commit: e.Commit, Items: items, Changes: make([]Change, len(e.Changes))}
	if l.Items == nil {
		l.Items = []Item{}
	}
	for i, c := range e.Changes {
		l.Changes[i] = Change{c.Table, c.Op, c.Before, c.After}
	}
	return l
}

// RootOf gives where the chain of a volume stands at the end of what the vault holds.
func RootOf(ctx context.Context, v *vault.Vault, ref volume.Ref) (Root, error) {
	frames, err := v.History(ctx, ref.String())
	if err != nil {
		return Root{}, err
	}
	if len(frames) == 0 {
		return Root{Chain: journal.Hash{}.String()}, nil
	}
	f := frames[len(frames)-1]
	return Root{Seq: f.To, At: f.ToAt, Chain: f.Chain, Digest: f.Digest, Rows: f.Rows}, nil
}
