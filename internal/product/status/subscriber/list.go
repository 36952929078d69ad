package subscriber

import (
	"context"
	"strings"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

var (
	qList = storage.Register("status/subscriber.list", `SELECT `+columns+` FROM subscriber WHERE page_id = $1 AND incident_id = $2 AND state = $3 AND id > $4
		ORDER BY page_id, incident_id, state, id LIMIT $5`)
	qCounts     = storage.Register("status/subscriber.counts", `SELECT mode, state, count(*) FROM subscriber WHERE page_id = $1 AND incident_id = $2 GROUP BY mode, state`)
	qEverything = storage.Register("status/subscriber.everything", `SELECT mode, count(*) FROM subscriber WHERE page_id = $1 AND incident_id = '' AND state = 'active' AND everything = 1 GROUP BY mode`)
	qSome       = storage.Register("status/subscriber.of-component", `SELECT s.id, s.mode FROM subscriber_component c JOIN subscriber s ON s.id = c.subscriber_id
		WHERE c.component_id = $1 AND s.page_id = $2 AND s.incident_id = '' AND s.state = 'active' AND s.everything = 0`)
)

// InState lists subscribers of a page (incidentID empty) or an incident in a state, after an identifier.
func InState(ctx context.Context, tx *volume.Tx, pageID, incidentID string, s State, after string, limit int) ([]*Subscriber, error) {
	list, err := storage.All(ctx, tx.Tx, qList, scan, pageID, incidentID, s, after, limit)
	if err != nil {
		return nil, err
	}
	for _, s := range list {
		if s.Everything {
			continue
		}
		if s.ComponentIDs, err = follows(ctx, tx, s.ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Search lists subscribers of a page in a state whose address contains a text, of one mode where it is given, after an identifier. next is
// the identifier to go on with, empty at the end.
func Search(ctx context.Context, tx *volume.Tx, pageID, incidentID string, s State, m Mode, text, after string, limit int) (found []*Subscriber, next string, err error) {
	text = strings.ToLower(text)
	for scanned := 0; scanned < 100_000; scanned += 1000 { // a search reads on until a page is full
		list, err := storage.All(ctx, tx.Tx, qList, scan, pageID, incidentID, s, after, 1000)
		if err != nil {
			return nil, "", err
		}
		for _, s := range list {
			after = s.ID
			if (m != "" && s.Mode != m) || (text != "" && !strings.Contains(strings.ToLower(s.Address), text)) {
				continue
			}
			if s.ComponentIDs, err = follows(ctx, tx, s.ID); err != nil {
				return nil, "", err
			}
			if found = append(found, s); len(found) == limit {
				return found, after, nil
			}
		}
		if len(list) < 1000 {
			return found, "", nil
		}
	}
	return found, after, nil
}

// Counts counts the subscribers of a page (incidentID empty) or an incident by mode and state.
func Counts(ctx context.Context, tx *volume.Tx, pageID, incidentID string) (map[Mode]map[State]int, error) {
	out := map[Mode]map[State]int{Email: {}, Webhook: {}}
	_, err := storage.All(ctx, tx.Tx, qCounts, func(r *storage.Rows) (none struct{}, err error) {
		var m Mode
		var s State
		var n int
		if err := r.Scan(&m, &s, &n); err != nil {
			return none, err
		}
		if out[m] != nil {
			out[m][s] = n
		}
		return none, nil
	}, pageID, incidentID)
	return out, err
}

// Recipients counts who would be told of something that concerns these components. With none, everybody who follows everything is.
func Recipients(ctx context.Context, tx *volume.Tx, pageID string, componentIDs []string) (map[Mode]int, error) {
	out := map[Mode]int{}
	add := func(r *storage.Rows) (none struct{}, err error) {
		var m Mode
		var n int
		if err := r.Scan(&m, &n); err != nil {
			return none, err
		}
		out[m] += n
		return none, nil
	}
	if _, err := storage.All(ctx, tx.Tx, qEverything, add, pageID); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, id := range componentIDs {
		_, err := storage.All(ctx, tx.Tx, qSome, func(r *storage.Rows) (none struct{}, err error) {
			var id string
			var m Mode
			if err := r.Scan(&id, &m); err != nil {
				return none, err
			}
			if !seen[id] {
				seen[id] = true
				out[m]++
			}
			return none, nil
		}, id, pageID)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
