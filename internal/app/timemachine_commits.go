package app

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/changes"
	"holdfast.dev/internal/product/tracker/needs"
)

type commitInfo struct {
	Volume  string        `json:"volume"` // "work", "oncall", "status"
	Seq     int64         `json:"seq"`    // in its volume
	At      string        `json:"at"`
	Actor   personInfo    `json:"actor"`
	Source  string        `json:"source"`
	Reason  string        `json:"reason"`
	Changes int64         `json:"changes"`
	Summary []touchedInfo `json:"summary"`
	instant time.Time
}

type touchedInfo struct {
	Type    string `json:"type"`
	Op      string `json:"op"`
	Count   int64  `json:"count"`
	Example string `json:"example"`
}

// commitFilter reads the filter of a list of commits from a query, and the position after which the list continues.
func commitFilter(r *http.Request) (f journal.Filter, from position, err error) {
	q := r.URL.Query()
	f.Actor = q.Get("actor")
	for name, to := range map[string]*time.Time{"from": &f.From, "to": &f.To} {
		if text := q.Get(name); text != "" {
			if *to, err = time.Parse(time.RFC3339Nano, text); err != nil {
				return f, nil, fault.Bad("The parameter %s takes an instant such as 2026-04-05T07:38:00Z.", name)
			}
		}
	}
	if before := q.Get("before"); before != "" {
		var ok bool
		if from, ok = parsePosition(before); !ok {
			return f, nil, fault.Bad("The parameter before takes what an earlier answer gave as next.")
		}
	}
	return f, from, nil
}

// getCommits lists the commits of all volumes of the site, or of one (volume), newest first.
func (s *Server) getCommits(w http.ResponseWriter, r *http.Request) error {
	limit, err := httpkit.IntParam(r, "limit", 50, 1, 200)
	if err != nil {
		return err
	}
	f, from, err := commitFilter(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	people, err := s.people(ctx)
	if err != nil {
		return err
	}
	site := httpkit.SiteFrom(ctx)
	if site == nil {
		return errNoSite
	}
	only := r.URL.Query().Get("volume")
	var all []commitInfo
	for _, ref := range s.node.servedVolumes(site.ID) {
		if only != "" && only != ref.Kind {
			continue
		}
		part := f
		if from != nil {
			part.Before = max(from[ref.Kind], 1) // a volume that the position lacks has nothing older
		}
		found, err := s.commitsOf(ctx, ref, part, limit+1, people)
		if err != nil {
			return err
		}
		all = append(all, found...)
	}
	slices.SortStableFunc(all, func(a, b commitInfo) int { return b.instant.Compare(a.instant) })
	out := struct {
		Commits []commitInfo `json:"commits"`
		Next    *string      `json:"next"`
	}{Commits: []commitInfo{}}
	out.Commits = append(out.Commits, all[:min(limit, len(all))]...)
	if len(all) > limit {
		next := after(from, all, limit).String()
		out.Next = &next
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// after gives the position after the first n of some commits, newest first: of each volume, before which commit it continues.
func after(from position, all []commitInfo, n int) position {
	next := maps.Clone(from)
	if next == nil {
		next = position{}
	}
	for _, c := range all[:n] {
		next[c.Volume] = c.Seq
	}
	for _, c := range all[n:] { // a volume of which nothing was shown yet
		if _, ok := next[c.Volume]; !ok {
			next[c.Volume] = c.Seq + 1
		}
	}
	return next
}

// commitsOf reads the commits of one volume that pass a filter.
func (s *Server) commitsOf(ctx context.Context, ref volume.Ref, f journal.Filter, limit int, people map[string]needs.Person) (out []commitInfo, err error) {
	err = s.node.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
		found, err := journal.List(ctx, tx.Tx, f, limit)
		if err != nil {
			return err
		}
		words, err := s.words(ctx, tx, ref.Kind, people)
		if err != nil {
			return err
		}
		for _, c := range found {
			info := commitInfo{Volume: ref.Kind, Seq: c.Seq, At: c.At.UTC().Format(time.RFC3339Nano), Actor: actor(people, c.Actor), Source: c.Source, Reason: c.Reason,
				Changes: c.Summary.Changes(), instant: c.At}
			if info.Summary, err = s.summarize(ctx, tx, ref.Kind, words, c); err != nil {
				return err
			}
			out = append(out, info)
		}
		return nil
	})
	return out, err
}

// words gives the words for the identifiers in a volume's rows.
func (s *Server) words(ctx context.Context, tx *volume.Tx, kind string, people map[string]needs.Person) (words changes.Words, err error) {
	words.Person = func(account string) string {
		if p, ok := people[account]; ok {
			return p.DisplayName
		}
		return account
	}
	if kind == "work" {
		words.Catalog, err = catalog.Load(ctx, tx)
	}
	return words, err
}

// summarize counts what a commit did by type of thing, with an example of each while the journal still has the rows.
func (s *Server) summarize(ctx context.Context, tx *volume.Tx, kind string, words changes.Words, c journal.Commit) ([]touchedInfo, error) {
	out := []touchedInfo{}
	at := func(itemType, op string) *touchedInfo {
		for i := range out {
			if out[i].Type == itemType && out[i].Op == op {
				return &out[i]
			}
		}
		out = append(out, touchedInfo{Type: itemType, Op: op})
		return &out[len(out)-1]
	}
	few := c.Summary.Changes() <= described
	if few {
		_, migrated, err := journal.NextMigration(ctx, tx.Tx, max(c.Seq, 1)) // images from before it have other columns
		if err != nil {
			return nil, err
		}
		few = !migrated
	}
	if few {
		items, err := s.node.describeCommit(ctx, tx, kind, words, c)
		if err == nil {
			for _, i := range items {
				t := at(i.Type, i.Op)
				if t.Count++; t.Example == "" {
					t.Example = strings.TrimSpace(i.Key + " " + i.Title)
				}
			}
			return out, nil
		}
		if !gone(err) {
			return nil, err
		}
	}
	ops := map[string]string{"I": changes.Create, "U": changes.Update, "D": changes.Delete}
	for _, t := range c.Summary {
		if itemType := s.node.typeOf(kind, t.Table); itemType == t.Table || itemType != "" && itemType != "issue" {
			at(itemType, ops[t.Op]).Count += t.Count
		}
	}
	if len(out) == 0 {
		for _, t := range c.Summary {
			if itemType := s.node.typeOf(kind, t.Table); itemType != "" {
				at(itemType, changes.Update).Count += t.Count
			}
		}
	}
	return out, nil
}
