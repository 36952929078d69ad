package issue

import (
	"context"
	"fmt"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Ranks are texts of digits and lower-case letters that sort as the issues stand, in the manner of Jira's LexoRank: there is always one
// between two others. A rank at the end counts up a fixed-width number, so that ranks stay short however many issues are added.

const (
	rankDigits = "0123456789abcdefghijklmnopqrstuvwxyz"
	rankWidth  = 8
	rankStep   = 36 * 36 // room for some insertions before ranks grow
	rankEnd    = "i"     // no rank ends in 0, so that none is another with zeros behind, between which there is nothing
)

// After gives a rank behind last; the first one when there is none.
func After(last string) string {
	head := last
	if len(head) > rankWidth {
		head = head[:rankWidth]
	}
	n := uint64(0)
	for i := range rankWidth {
		d := 0
		if i < len(head) {
			d = max(0, strings.IndexByte(rankDigits, head[i]))
		}
		n = n*36 + uint64(d)
	}
	n += rankStep
	var b [rankWidth]byte
	for i := rankWidth - 1; i >= 0; i-- {
		b[i] = rankDigits[n%36]
		n /= 36
	}
	return string(b[:]) + rankEnd
}

// Between gives a rank between two; an empty one is the very beginning or end.
func Between(lo, hi string) string {
	var b strings.Builder
	open := hi == ""
	for i := 0; ; i++ {
		l, h := 0, len(rankDigits)
		if i < len(lo) {
			l = strings.IndexByte(rankDigits, lo[i])
		}
		if !open && i < len(hi) {
			h = strings.IndexByte(rankDigits, hi[i])
		} else if !open {
			h = 0
		}
		if h-l > 1 {
			b.WriteByte(rankDigits[(l+h)/2])
			return b.String()
		}
		b.WriteByte(rankDigits[l])
		if h-l == 1 {
			open = true // anything longer is below hi already
		}
	}
}

var (
	qRankBefore = storage.Register("tracker/issue.rank_before", `SELECT coalesce(max(rank), '') FROM issue WHERE rank < $1`)
	qRankAfter  = storage.Register("tracker/issue.rank_after", `SELECT coalesce(min(rank), '') FROM issue WHERE rank > $1`)
)

// Place moves issues, in their order, right before or right after another one.
func Place(ctx context.Context, tx *volume.Tx, issues []*Issue, before, after *Issue) error {
	var lo, hi string
	switch {
	case before != nil:
		hi = before.Rank
		if err := tx.Get(ctx, qRankBefore, []any{hi}, &lo); err != nil {
			return err
		}
	case after != nil:
		lo = after.Rank
		if err := tx.Get(ctx, qRankAfter, []any{lo}, &hi); err != nil {
			return err
		}
	default:
		return fault.Bad("Either rankBeforeIssue or rankAfterIssue must be given.")
	}
	for _, i := range issues {
		i.Rank = Between(lo, hi)
		lo = i.Rank
		if err := Save(ctx, tx, i); err != nil {
			return fmt.Errorf("rank issue %d: %w", i.ID, err)
		}
	}
	return nil
}
