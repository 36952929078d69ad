package volume

import (
	"context"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
)

// memo is a value computed from some tables, kept until a commit touches one of them.
type memo struct {
	tables []string
	value  any
}

// Memo gives the value that build computes from the tables named, remembered with the open volume until a commit changes one of
// them. key must be a comparable value of a type of the caller's own. The value is shared: nobody may change it.
// Within a write it shows the state before the batch, and what it builds there is not remembered.
func Memo[T any](ctx context.Context, tx *Tx, key any, tables []string, build func() (T, error)) (T, error) {
	h := tx.hot
	var zero T
	if tx.Dialect() == storage.Postgres && !tx.write { // other nodes commit too: ask the journal what happened since. A batch has asked when it began
		seq, err := h.catchUp(ctx, tx.Tx, tx.seq)
		if err != nil {
			return zero, err
		}
		tx.seq = seq
	}
	h.memoMu.Lock()
	m := h.memo[key]
	h.memoMu.Unlock()
	if m != nil {
		return m.value.(T), nil
	}
	v, err := build()
	if err != nil {
		return zero, err
	}
	h.memoMu.Lock()
	defer h.memoMu.Unlock()
	if !tx.write && h.seq == tx.seq { // else a commit came between and the value may be old already: use it once
		h.memo[key] = &memo{tables: tables, value: v}
	}
	return v, nil
}

// known gives the newest commit that memo values know of.
func (h *hot) known() int64 {
	h.memoMu.Lock()
	defer h.memoMu.Unlock()
	return h.seq
}

// invalidate forgets the values that the commits made old.
func (h *hot) invalidate(commits []journal.Commit) {
	h.memoMu.Lock()
	defer h.memoMu.Unlock()
	for _, c := range commits {
		if c.Seq > h.seq {
			h.seq, h.lastAt = c.Seq, c.At
		}
		for key, m := range h.memo {
			if c.Summary.Touches(m.tables...) {
				delete(h.memo, key)
			}
		}
	}
}

// catchUp reads the commits after one that tx sees, and gives the newest. A read begins with what was known before it: a commit that was made since may be known by
// now, and the transaction not see it.
func (h *hot) catchUp(ctx context.Context, tx *storage.Tx, seq int64) (int64, error) {
	for {
		commits, err := journal.Commits(ctx, tx, seq, 500)
		if err != nil || len(commits) == 0 {
			return seq, err
		}
		h.invalidate(commits)
		seq = commits[len(commits)-1].Seq
	}
}
