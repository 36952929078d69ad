package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/changes"
	"holdfast.dev/internal/product/tracker/needs"
)

// The time machine of a site: its commits, what going back to one would change, restores and their undo. For site administrators.

func (s *Server) timeMachineRoutes() []httpkit.Route {
	routes := []httpkit.Route{
		{Method: "GET", Path: "/api/events", Permission: httpkit.Member, Handler: s.getEvents},
		{Method: "GET", Path: "/api/timemachine/commits", Permission: httpkit.Admin, Handler: s.getCommits},
		{Method: "POST", Path: "/api/timemachine/preview", Permission: httpkit.Admin, Handler: s.postPreview},
		{Method: "POST", Path: "/api/timemachine/restore", Permission: httpkit.Admin, Handler: s.postRestore},
		{Method: "GET", Path: "/api/timemachine/restores", Permission: httpkit.Admin, Handler: s.getRestores},
		{Method: "GET", Path: "/api/timemachine/restores/{id}", Permission: httpkit.Admin, Handler: s.getRestore},
		{Method: "POST", Path: "/api/timemachine/restores/{id}/undo", Permission: httpkit.Admin, Handler: s.postUndo},
	}
	for i := range routes {
		routes[i].Dialect = httpkit.Platform
	}
	return routes
}

type personInfo struct {
	AccountID   string `json:"accountId"`
	DisplayName string `json:"displayName"`
}

// actor names who made a commit: somebody, or a part of Holdfast itself.
func actor(people map[string]needs.Person, who string) personInfo {
	if p, ok := people[who]; ok {
		return personInfo{who, p.DisplayName}
	}
	kind, name, _ := strings.Cut(who, ":")
	switch kind {
	case "system":
		return personInfo{who, "Holdfast (" + name + ")"}
	case "operator":
		return personInfo{who, "Operator (" + name + ")"}
	case "direct SQL":
		return personInfo{who, "Direct SQL"}
	case "anonymous":
		return personInfo{who, "Anonymous"}
	}
	return personInfo{who, "Former user"}
}

func (s *Server) people(ctx context.Context) (map[string]needs.Person, error) {
	return people{s.node.products.access, httpkit.SiteFrom(ctx).Org}.Everybody(ctx)
}

type commitInfo struct {
	Seq     int64         `json:"seq"`
	At      string        `json:"at"`
	Actor   personInfo    `json:"actor"`
	Source  string        `json:"source"`
	Reason  string        `json:"reason"`
	Changes int64         `json:"changes"`
	Summary []touchedInfo `json:"summary"`
}

type touchedInfo struct {
	Type    string `json:"type"`
	Op      string `json:"op"`
	Count   int64  `json:"count"`
	Example string `json:"example"`
}

func (s *Server) getCommits(w http.ResponseWriter, r *http.Request) error {
	limit, err := httpkit.IntParam(r, "limit", 50, 1, 200)
	if err != nil {
		return err
	}
	before, err := httpkit.IntParam(r, "before", 0, 0, 1<<53)
	if err != nil {
		return err
	}
	f := journal.Filter{Before: int64(before), Actor: r.URL.Query().Get("actor")}
	for name, to := range map[string]*time.Time{"from": &f.From, "to": &f.To} {
		if text := r.URL.Query().Get(name); text != "" {
			if *to, err = time.Parse(time.RFC3339Nano, text); err != nil {
				return fault.Bad("The parameter %s takes an instant such as 2026-04-05T07:38:00Z.", name)
			}
		}
	}
	ctx := r.Context()
	people, err := s.people(ctx)
	if err != nil {
		return err
	}
	v, err := s.node.workVolume(ctx)
	if err != nil {
		return err
	}
	out := struct {
		Commits []commitInfo `json:"commits"`
		Next    *int64       `json:"next"`
	}{Commits: []commitInfo{}}
	err = v.Read(ctx, func(tx *volume.Tx) error {
		found, err := journal.List(ctx, tx.Tx, f, limit+1)
		if err != nil {
			return err
		}
		if len(found) > limit {
			found = found[:limit]
			out.Next = &found[limit-1].Seq
		}
		words, err := s.words(ctx, tx, people)
		if err != nil {
			return err
		}
		for _, c := range found {
			info := commitInfo{c.Seq, c.At.UTC().Format(time.RFC3339Nano), actor(people, c.Actor), c.Source, c.Reason, c.Summary.Changes(), nil}
			if info.Summary, err = summarize(ctx, tx, words, c); err != nil {
				return err
			}
			out.Commits = append(out.Commits, info)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (s *Server) words(ctx context.Context, tx *volume.Tx, people map[string]needs.Person) (changes.Words, error) {
	cat, err := catalog.Load(ctx, tx)
	return changes.Words{Catalog: cat, Person: func(account string) string {
		if p, ok := people[account]; ok {
			return p.DisplayName
		}
		return account
	}}, err
}

// summarize counts what a commit did by type of thing, with an example of each while the journal still has the rows.
func summarize(ctx context.Context, tx *volume.Tx, words changes.Words, c journal.Commit) ([]touchedInfo, error) {
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
	if c.Summary.Changes() <= described {
		items, err := changes.Commit(ctx, tx, words, c)
		if err == nil {
			for _, i := range items {
				t := at(i.Type, i.Op)
				if t.Count++; t.Example == "" {
					t.Example = strings.TrimSpace(i.Key + " " + i.Title)
				}
			}
			return out, nil
		}
		if !changes.Gone(err) {
			return nil, err
		}
	}
	ops := map[string]string{"I": changes.Create, "U": changes.Update, "D": changes.Delete}
	for _, t := range c.Summary {
		if itemType := changes.TypeOf(t.Table); itemType == t.Table || itemType != "" && itemType != "issue" {
			at(itemType, ops[t.Op]).Count += t.Count
		}
	}
	if len(out) == 0 {
		for _, t := range c.Summary {
			if itemType := changes.TypeOf(t.Table); itemType != "" {
				at(itemType, changes.Update).Count += t.Count
			}
		}
	}
	return out, nil
}

type previewRequest struct {
	Commit int64  `json:"commit"`
	At     string `json:"at"`
}

// target resolves a request to a commit of the site's work volume.
func (s *Server) target(ctx context.Context, p previewRequest) (int64, error) {
	v, err := s.node.workVolume(ctx)
	switch {
	case err != nil:
		return 0, err
	case p.Commit > 0 && p.At == "":
		return p.Commit, nil
	case p.At == "" || p.Commit != 0:
		return 0, fault.Bad("Give either a commit or an instant.")
	}
	at, err := time.Parse(time.RFC3339Nano, p.At)
	if err != nil {
		return 0, fault.Bad("An instant is written like 2026-04-05T07:38:00Z.")
	}
	if err := s.shipped(ctx, v); err != nil {
		return 0, err
	}
	return s.node.Recovery.CommitAt(ctx, v.Ref(), at)
}

// shipped waits until the vault holds everything that is committed.
func (s *Server) shipped(ctx context.Context, v *volume.Volume) error {
	s.node.Shipper.Mark(v.Ref())
	return s.node.Shipper.Flush(ctx)
}

type previewItem struct {
	Type   string          `json:"type"`
	Op     string          `json:"op"`
	ID     string          `json:"id"`
	Key    string          `json:"key"`
	Title  string          `json:"title"`
	Fields []changes.Field `json:"fields"`
}

type previewCount struct {
	Type    string `json:"type"`
	Added   int    `json:"added"`
	Changed int    `json:"changed"`
	Removed int    `json:"removed"`
}

type previewBody struct {
	Commit    int64           `json:"commit"`
	At        string          `json:"at"`
	Head      int64           `json:"head"`
	Added     int             `json:"added"`
	Changed   int             `json:"changed"`
	Removed   int             `json:"removed"`
	ByType    []*previewCount `json:"byType"`
	Items     []previewItem   `json:"items"`
	Truncated bool            `json:"truncated"`
}

// previewed bounds the items of a preview; the counts are always complete.
const previewed = 500

// postPreview tells what a restore would change in the present state.
func (s *Server) postPreview(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[previewRequest](r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	commit, err := s.target(ctx, in)
	if err != nil {
		return err
	}
	v, err := s.node.workVolume(ctx)
	if err != nil {
		return err
	}
	p, err := s.node.Recovery.Preview(ctx, v.Ref(), commit)
	if err != nil {
		return err
	}
	people, err := s.people(ctx)
	if err != nil {
		return err
	}
	rows := make([]changes.Row, len(p.Rows))
	for i, d := range p.Rows {
		rows[i] = changes.Row{Table: d.Table, Before: d.Now, After: d.Then}
	}
	var items []changes.Item
	err = v.Read(ctx, func(tx *volume.Tx) error {
		words, err := s.words(ctx, tx, people)
		if err != nil {
			return err
		}
		items, err = changes.Describe(ctx, tx, words, rows)
		return err
	})
	if err != nil {
		return err
	}
	out := previewBody{Commit: commit, At: p.Target.At.UTC().Format(time.RFC3339Nano), Head: p.Head, ByType: []*previewCount{}, Items: []previewItem{}}
	out.fill(items)
	return httpkit.JSON(w, http.StatusOK, out)
}

func (b *previewBody) fill(items []changes.Item) {
	ops := map[string]string{changes.Create: "add", changes.Update: "change", changes.Delete: "remove"}
	counts := map[string]*previewCount{}
	for _, i := range items {
		c := counts[i.Type]
		if c == nil {
			c = &previewCount{Type: i.Type}
			counts[i.Type] = c
			b.ByType = append(b.ByType, c)
		}
		switch i.Op {
		case changes.Create:
			c.Added++
			b.Added++
		case changes.Update:
			c.Changed++
			b.Changed++
		default:
			c.Removed++
			b.Removed++
		}
		if len(b.Items) == previewed {
			b.Truncated = true
			continue
		}
		if i.Fields == nil {
			i.Fields = []changes.Field{}
		}
		b.Items = append(b.Items, previewItem{i.Type, ops[i.Op], i.ID, i.Key, i.Title, i.Fields})
	}
}

func (s *Server) site(ctx context.Context) (*fleet.Site, error) {
	site := httpkit.SiteFrom(ctx)
	if site == nil {
		return nil, errNoSite
	}
	return s.node.Fleet.Site(site.ID)
}

func (s *Server) postRestore(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[struct {
		previewRequest
		Reason string `json:"reason"`
	}](r)
	if err != nil {
		return err
	}
	if len(in.Reason) > 1000 {
		return fault.Invalid("reason", "The reason is longer than 1000 characters.")
	}
	ctx := r.Context()
	commit, err := s.target(ctx, in.previewRequest)
	if err != nil {
		return err
	}
	v, err := s.node.workVolume(ctx)
	if err != nil {
		return err
	}
	var head journal.Head
	err = v.Read(ctx, func(tx *volume.Tx) (err error) {
		head, err = journal.ReadHead(ctx, tx.Tx)
		return err
	})
	if err != nil {
		return err
	}
	if commit < 1 || commit > head.Seq {
		return fault.Bad("The site has commits 1 to %d; %d is not one of them.", head.Seq, commit)
	}
	return s.startRestore(ctx, w, recovery.Target{Commit: commit}, in.Reason)
}

func (s *Server) startRestore(ctx context.Context, w http.ResponseWriter, to recovery.Target, reason string) error {
	site, err := s.site(ctx)
	if err != nil {
		return err
	}
	op, err := s.node.StartRestore(ctx, site, to, reason)
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusAccepted, map[string]string{"id": op.String()})
}

type restoreInfo struct {
	ID         string        `json:"id"`
	State      string        `json:"state"`
	Error      *string       `json:"error"`
	StartedAt  string        `json:"startedAt"`
	FinishedAt *string       `json:"finishedAt"`
	ToCommit   int64         `json:"toCommit"`
	HeadBefore int64         `json:"headBefore"`
	By         personInfo    `json:"by"`
	Reason     string        `json:"reason"`
	Undoable   bool          `json:"undoable"`
	Progress   *progressInfo `json:"progress"`
	Digest     *string       `json:"digest"`
}

type progressInfo struct {
	Done  int    `json:"done"`
	Total int    `json:"total"`
	Unit  string `json:"unit"`
}

// listRestores reads the site's restores from the ledger, newest first.
func (s *Server) listRestores(ctx context.Context) ([]restoreInfo, error) {
	site, err := s.site(ctx)
	if err != nil {
		return nil, err
	}
	people, err := s.people(ctx)
	if err != nil {
		return nil, err
	}
	ledger, err := s.node.Fleet.Ledger(ctx, site.ID.String(), time.Time{}, ids.Operation{}, 500)
	if err != nil {
		return nil, err
	}
	out := []restoreInfo{}
	undone := map[int64]bool{} // heads that a later restore went back to
	newest := true
	for _, op := range ledger {
		if op.Kind != "restore" {
			continue
		}
		info := restoreInfo{ID: op.ID.String(), State: op.State, StartedAt: op.Started.UTC().Format(time.RFC3339Nano), By: actor(people, op.Actor), Reason: op.Reason}
		if op.Finished != nil {
			at := op.Finished.UTC().Format(time.RFC3339Nano)
			info.FinishedAt = &at
		}
		switch target, head, digest, ok := recovery.Outcome(op.Detail, "work"); {
		case op.State == "failed":
			info.Error = &op.Detail
		case op.State == "running" || op.State == "switched":
			s.running(site.ID, &info, op.Detail)
		case ok:
			info.ToCommit, info.HeadBefore, info.Digest = target, head, &digest
			info.Undoable = newest && target != head
			if undone[head] {
				info.State = "undone"
			}
			undone[target] = true
			newest = false
		}
		out = append(out, info)
	}
	return out, nil
}

// running fills in how far a restore is. One that no process works at was interrupted.
func (s *Server) running(site ids.Site, info *restoreInfo, detail string) {
	_, _ = fmt.Sscanf(detail, "to commit %d", &info.ToCommit)
	p, ok := s.node.restores.of(site)
	if !ok || p.Operation.String() != info.ID {
		why := "The process that worked at this restore stopped. The site is as it was before; start the restore again."
		info.State, info.Error = "failed", &why
		return
	}
	info.State = "building"
	if p.Step == "verifying" || p.Step == "switching" {
		info.State = p.Step
	}
	info.Progress = &progressInfo{p.Done, p.Total, p.Unit}
}

func (s *Server) getRestores(w http.ResponseWriter, r *http.Request) error {
	list, err := s.listRestores(r.Context())
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"restores": list})
}

func (s *Server) findRestore(r *http.Request) (*restoreInfo, error) {
	list, err := s.listRestores(r.Context())
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].ID == r.PathValue("id") {
			return &list[i], nil
		}
	}
	return nil, fault.NotFound("This site has no restore %.60s.", r.PathValue("id"))
}

func (s *Server) getRestore(w http.ResponseWriter, r *http.Request) error {
	info, err := s.findRestore(r)
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, info)
}

// postUndo goes back to the state before a restore.
func (s *Server) postUndo(w http.ResponseWriter, r *http.Request) error {
	info, err := s.findRestore(r)
	if err != nil {
		return err
	}
	if !info.Undoable {
		return fault.Conflict("Only the newest restore that changed something can be undone; choose a commit to go back further.")
	}
	op, err := ids.Parse[ids.Operation](info.ID)
	if err != nil {
		return err
	}
	return s.startRestore(r.Context(), w, recovery.Target{Undo: op}, fmt.Sprintf("undo of the restore to commit %d", info.ToCommit))
}
