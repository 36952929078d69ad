package volume

import "context"

// At names the state that the transaction surely sees: the newest commit, and the generation of the volume that it is a commit of.
func (t *Tx) At() (seq, generation int64) { return t.seq, t.hot.place.Generation }

// Known gives the newest commit of the volume that this process knows of, without a transaction and without opening anything: what was computed from the
// state that At named is as good as new while Known names the same one. ok is false while the volume is not open. On PostgreSQL other nodes
// commit, too; Memo asks for their commits.
func (v *Volume) Known(ctx context.Context) (seq, generation int64, ok bool) {
	place, err := v.pool.locate(ctx, v.ref)
	if err != nil {
		return 0, 0, false
	}
	v.pool.mu.Lock()
	slot := v.pool.byRef[v.ref]
	v.pool.mu.Unlock()
	if slot == nil {
		return 0, 0, false
	}
	select {
	case <-slot.ready:
	default:
		return 0, 0, false
	}
	if slot.opened == nil || slot.opened.place != place {
		return 0, 0, false
	}
	return slot.opened.known(), place.Generation, true
}
