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
	if tx.Dialect() == storage.Postgres { // other nodes commit too: ask the journal what happened since
		if err := h.catchUp(ctx, tx); err != nil {
			return zero, err
		}
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
		h.seq = max(h.seq, c.Seq)
		for key, m := range h.memo {
			if c.Summary.Touches(m.tables...) {
				delete(h.memo, key)
			}
		}
	}
}

// catchUp reads the commits that this process has not made itself. A read begins with what was known before it: one that was made since may be known by now, and this transaction not see it.
func (h *hot) catchUp(ctx context.Context, tx *Tx) error {
	seq := tx.seq
	if tx.write {
		seq = h.known()
	}
	for {
		commits, err := journal.Commits(ctx, tx.Tx, seq, 500)
		if err != nil {
			return err
		}
		if len(commits) == 0 {
			tx.seq = seq
			return nil
		}
		h.invalidate(commits)
		seq = commits[len(commits)-1].Seq
	}
}
