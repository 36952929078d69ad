package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/changefeed"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/changes"
	"holdfast.dev/internal/product/tracker/needs"
)

// The time machine of a site: its commits, what going back to one would change, restores and their undo. For site administrators.

func (s *Server) timeMachineRoutes() []httpkit.Route {
	routes := []httpkit.Route{
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

type previewRequest struct {
	Commit int64  `json:"commit"` // of the work volume
	At     string `json:"at"`
}

// target reads where a request wants to go.
func (p previewRequest) target() (t recovery.Target, err error) {
	switch {
	case p.Commit > 0 && p.At == "":
		t.Commit = p.Commit
		return t, nil
	case p.At == "" || p.Commit != 0:
		return t, fault.Bad("Give either a commit or an instant.")
	}
	if t.At, err = time.Parse(time.RFC3339Nano, p.At); err != nil {
		return t, fault.Bad("An instant is written like 2026-04-05T07:38:00Z.")
	}
	return t, nil
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

// postPreview tells what a restore would change in the present state of all volumes.
func (s *Server) postPreview(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[previewRequest](r)
	if err != nil {
		return err
	}
	target, err := in.target()
	if err != nil {
		return err
	}
	ctx := r.Context()
	site, err := s.site(ctx)
	if err != nil {
		return err
	}
	people, err := s.people(ctx)
	if err != nil {
		return err
	}
	commits, err := s.node.Recovery.Resolve(ctx, site.ID, target)
	if err != nil {
		return err
	}
	out := struct {
		previewBody
		Later int64 `json:"later"` // commits of all volumes since then
	}{previewBody: previewBody{ByType: []*previewCount{}, Items: []previewItem{}}}
	for _, ref := range s.node.servedVolumes(site.ID) {
		commit, ok := commits[ref]
		if !ok {
			continue
		}
		p, err := s.node.Recovery.Preview(ctx, ref, commit)
		if err != nil {
			return err
		}
		out.Later += p.Head - commit
		if ref.Kind == "work" {
			out.Commit, out.Head, out.At = commit, p.Head, p.Target.At.UTC().Format(time.RFC3339Nano)
			if !target.At.IsZero() {
				out.At = target.At.UTC().Format(time.RFC3339Nano)
			}
		}
		items, err := s.previewItems(ctx, ref, p, people)
		if err != nil {
			return err
		}
		out.fill(items)
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// previewItems tells the rows of a preview of one volume.
func (s *Server) previewItems(ctx context.Context, ref volume.Ref, p recovery.Preview, people map[string]needs.Person) (items []changes.Item, err error) {
	rows := make([]changefeed.Row, len(p.Rows))
	for i, d := range p.Rows {
		rows[i] = changefeed.Row{Table: d.Table, Before: d.Now, After: d.Then}
	}
	err = s.node.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
		words, err := s.words(ctx, tx, ref.Kind, people)
		if err != nil {
			return err
		}
		items, err = s.node.describeRows(ctx, tx, ref.Kind, words, rows)
		return err
	})
	return items, err
}

func (b *previewBody) fill(items []changes.Item) {
	ops := map[string]string{changes.Create: "add", changes.Update: "change", changes.Delete: "remove"}
	counts := map[string]*previewCount{}
	for _, c := range b.ByType {
		counts[c.Type] = c
	}
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
	target, err := in.target()
	if err != nil {
		return err
	}
	ctx := r.Context()
	site, err := s.site(ctx)
	if err != nil {
		return err
	}
	if _, err := s.node.Recovery.Resolve(ctx, site.ID, target); err != nil { // refuse before anything is begun
		return err
	}
	return s.startRestore(ctx, w, target, in.Reason)
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
	ID    string `json:"id"`
	State string `json:"state"`
	// To says where it went in words: "to commit 17", "to the state of …".
	To         string        `json:"to"`
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
	undone := map[string]bool{} // restores that a later one took back
	newest := true
	for _, op := range ledger {
		if op.Kind != "restore" {
			continue
		}
		info := restoreInfo{ID: op.ID.String(), State: op.State, StartedAt: op.Started.UTC().Format(time.RFC3339Nano), By: actor(people, op.Actor), Reason: op.Reason, To: recovery.Asked(op.Detail)}
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
			info.Undoable = newest && recovery.Changed(op.Detail)
			if undone[info.ID] {
				info.State = "undone"
			}
			if taken, ok := strings.CutPrefix(info.To, "undo of "); ok {
				undone[taken] = true
			}
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
	return s.startRestore(r.Context(), w, recovery.Target{Undo: op}, "undo of the restore "+info.To)
}
