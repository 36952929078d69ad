package app

import (
	"context"
	"net/http"
	"slices"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/needs"
)

func (s *Server) recoveryOperations() []operation {
	return append([]operation{
		operate("GET", "/sites/{site}/history", "siteHistory", "When the volumes of a site were written to, as the vault has it", s.siteHistory),
		operate("POST", "/sites/{site}/preview", "previewRestore", "What a restore would bring back, change and lose, in counts and items", s.previewSite),
		operate("GET", "/sites/{site}/restores", "listRestores", "The restores of a site, newest first", s.consoleRestores),
		operate("POST", "/sites/{site}/restores", "startRestore", "Begin to restore a site", s.startSiteRestore).answers(http.StatusAccepted),
		operate("GET", "/sites/{site}/restores/{operation}", "getRestore", "A restore: how far it is, or what it did", s.consoleRestore),
		operate("POST", "/sites/{site}/restores/{operation}/undo", "undoRestore", "Bring back the state before the newest restore that changed something", s.undoSiteRestore).answers(http.StatusAccepted),
	}, s.reportOperations()...)
}

// restoreTarget says where a restore goes: exactly one of the three. A target that is not given is not "the newest".
type restoreTarget struct {
	Commit int64  `json:"commit,omitempty" doc:"A commit of the work volume; the others go to its instant"`
	At     string `json:"at,omitempty" doc:"An instant such as 2026-04-05T07:38:00Z"`
	Newest bool   `json:"newest,omitempty" doc:"The newest state that the vault has: what a site whose databases are gone needs"`
}

func (t restoreTarget) target() (recovery.Target, error) {
	given := 0
	for _, is := range []bool{t.Commit != 0, t.At != "", t.Newest} {
		if is {
			given++
		}
	}
	if given != 1 {
		return recovery.Target{}, fault.Bad("Give exactly one of commit, at and newest.")
	}
	if t.Newest {
		return recovery.Target{}, nil
	}
	return previewRequest{Commit: t.Commit, At: t.At}.target()
}

type historySpan struct {
	From   int64     `json:"from" doc:"First commit"`
	To     int64     `json:"to" doc:"Last commit"`
	FromAt time.Time `json:"from_at"`
	ToAt   time.Time `json:"to_at"`
}

type volumeHistory struct {
	Kind    string        `json:"kind"`
	Commits int64         `json:"commits"`
	Spans   []historySpan `json:"spans" doc:"Oldest first, at most 400; neighbours are joined where there are more"`
}

type historyInfo struct {
	Volumes []volumeHistory `json:"volumes"`
}

// spansShown bounds the spans of a volume's history.
const spansShown = 400

func (s *Server) siteHistory(c *call, _ none) (out historyInfo, err error) {
	out.Volumes = []volumeHistory{}
	if _, err := s.node.Fleet.Site(c.site); err != nil {
		return out, err
	}
	for _, ref := range s.node.servedVolumes(c.site) {
		frames, err := s.node.Vault.History(c.Context(), ref.String())
		if err != nil {
			return out, err
		}
		v := volumeHistory{Kind: ref.Kind, Spans: []historySpan{}}
		each := (len(frames) + spansShown - 1) / spansShown
		for i, f := range frames {
			v.Commits = f.To
			if i%each == 0 {
				v.Spans = append(v.Spans, historySpan{f.From, f.To, f.FromAt.UTC(), f.ToAt.UTC()})
				continue
			}
			last := &v.Spans[len(v.Spans)-1]
			last.To, last.ToAt = f.To, f.ToAt.UTC()
		}
		out.Volumes = append(out.Volumes, v)
	}
	return out, nil
}

// volumePlan is what a restore would do to one volume.
type volumePlan struct {
	Kind    string     `json:"kind"`
	Present bool       `json:"present" doc:"Whether its database is there; one that is gone comes back whole"`
	Commit  int64      `json:"commit" doc:"The commit whose state would come back; 0 when the volume is younger and stays as it is"`
	At      *time.Time `json:"at"`
	Head    int64      `json:"head" doc:"The newest commit that the vault has"`
	Lost    int64      `json:"lost_commits" doc:"Commits after it"`
}

type sitePreview struct {
	Volumes []volumePlan `json:"volumes"`
	previewBody
}

// previewSite measures a restore before it is begun. A volume that is gone cannot be compared with what it was: there the vault's newest commit is
// what people had.
func (s *Server) previewSite(c *call, in restoreTarget) (out sitePreview, err error) {
	out = sitePreview{Volumes: []volumePlan{}, previewBody: previewBody{ByType: []*previewCount{}, Items: []previewItem{}}}
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return out, err
	}
	target, err := in.target()
	if err != nil {
		return out, err
	}
	ctx := s.node.siteContext(c.Context(), site)
	commits, err := s.node.Recovery.Resolve(ctx, site.ID, target)
	if err != nil {
		return out, err
	}
	people, err := s.people(ctx)
	if err != nil {
		people = map[string]needs.Person{} // what is lost can be told without their names
	}
	there, err := s.node.present(ctx)
	if err != nil {
		return out, err
	}
	for _, ref := range s.node.servedVolumes(site.ID) {
		plan := volumePlan{Kind: ref.Kind, Present: there[ref.Name(s.node.Fleet.Generation(ref))]}
		if err := s.previewVolume(ctx, ref, commits, people, &plan, &out.previewBody); err != nil {
			return out, err
		}
		out.Volumes = append(out.Volumes, plan)
	}
	return out, nil
}

func (s *Server) previewVolume(ctx context.Context, ref volume.Ref, commits map[volume.Ref]int64, people map[string]needs.Person, plan *volumePlan, out *previewBody) error {
	frames, err := s.node.Vault.History(ctx, ref.String())
	if err != nil {
		return err
	}
	if len(frames) == 0 {
		return fault.NotFound("The vault has nothing of the volume %s.", ref)
	}
	plan.Head = frames[len(frames)-1].To
	commit, ok := commits[ref]
	if !ok && plan.Present {
		return nil // younger than the target: it stays as it is
	}
	if commit == 0 {
		commit = plan.Head
	}
	plan.Commit, plan.Lost = commit, plan.Head-commit
	i := slices.IndexFunc(frames, func(f vault.Frame) bool { return f.To >= commit })
	if i >= 0 {
		at := frames[i].ToAt.UTC()
		plan.At = &at
	}
	if !plan.Present {
		return nil
	}
	p, err := s.node.Recovery.Preview(ctx, ref, commit)
	if err != nil {
		return err
	}
	at := p.Target.At.UTC()
	plan.At = &at
	if ref.Kind == "work" {
		out.Commit, out.Head, out.At = commit, p.Head, at.Format(time.RFC3339Nano)
	}
	items, err := s.previewItems(ctx, ref, p, people)
	if err == nil {
		out.fill(items)
	}
	return err
}

type restoreStart struct {
	restoreTarget
	Reason string `json:"reason" doc:"Why; it stays in the ledger, in the commit and in the loss report"`
}

type restoreBegun struct {
	Operation ids.Operation `json:"operation"`
}

func (s *Server) startSiteRestore(c *call, in restoreStart) (out restoreBegun, err error) {
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return out, err
	}
	if err := given(in.Reason); err != nil {
		return out, err
	}
	target, err := in.target()
	if err != nil {
		return out, err
	}
	if _, err := s.node.Recovery.Resolve(c.Context(), site.ID, target); err != nil { // refuse before anything is begun
		return out, err
	}
	out.Operation, err = s.node.StartRestore(c.Context(), site, target, in.Reason)
	return out, err
}

func (s *Server) undoSiteRestore(c *call, in reasonOrNothing) (out restoreBegun, err error) {
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return out, err
	}
	last, err := s.node.LastRestore(c.Context(), site)
	if err != nil {
		return out, err
	}
	if last != c.operation {
		return out, fault.Conflict("Only the newest restore that changed something can be undone, which is %s; restore to an instant to go back further.", last)
	}
	why := "undo of the restore " + last.String()
	if in.Reason != "" {
		why += ": " + in.Reason
	}
	out.Operation, err = s.node.StartRestore(c.Context(), site, recovery.Target{Undo: last}, why)
	return out, err
}

// restoredVolume is what a restore did to one volume.
type restoredVolume struct {
	Kind   string `json:"kind"`
	Target int64  `json:"target" doc:"The commit whose state is back"`
	Head   int64  `json:"head" doc:"The newest commit before"`
	Digest string `json:"digest" doc:"Of the state that is back, recomputed from its rows"`
}

// restoreRow is a restore.
type restoreRow struct {
	ID       ids.Operation    `json:"id"`
	State    string           `json:"state" doc:"running, switched (the restored state is there already), done, failed or interrupted"`
	Asked    string           `json:"asked"`
	By       string           `json:"by"`
	Reason   string           `json:"reason"`
	Started  time.Time        `json:"started"`
	Finished *time.Time       `json:"finished"`
	Error    string           `json:"error,omitempty"`
	Undoable bool             `json:"undoable"`
	Volumes  []restoredVolume `json:"volumes"`
	Step     *stepInfo        `json:"step,omitempty"`
}

type restoreList struct {
	Restores []restoreRow `json:"restores"`
}

func (s *Server) consoleRestores(c *call, _ none) (out restoreList, err error) {
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return out, err
	}
	out.Restores, err = s.restoreRows(c.Context(), site)
	return out, err
}

func (s *Server) restoreRows(ctx context.Context, site *fleet.Site) ([]restoreRow, error) {
	ledger, err := s.node.Fleet.Ledger(ctx, site.ID.String(), time.Time{}, ids.Operation{}, 500)
	out := []restoreRow{}
	undoable := true
	for _, op := range ledger {
		if op.Kind != "restore" {
			continue
		}
		row := restoreRow{ID: op.ID, State: op.State, Asked: recovery.Asked(op.Detail), By: op.Actor, Reason: op.Reason, Started: op.Started, Finished: op.Finished, Volumes: []restoredVolume{}}
		for _, ref := range s.node.siteVolumes(site.ID.String()) {
			if target, head, digest, ok := recovery.Outcome(op.Detail, ref.Kind); ok {
				row.Volumes = append(row.Volumes, restoredVolume{ref.Kind, target, head, digest})
			}
		}
		switch op.State {
		case "failed":
			row.Error = op.Detail
		case "done":
			changed := recovery.Changed(op.Detail)
			row.Undoable = undoable && changed
			undoable = undoable && !changed
		default:
			if row.Step = s.restoring(site); row.Step == nil || row.Step.Operation != op.ID {
				row.Step, row.State = nil, "interrupted"
				row.Error = "No process works at it any more. Start the restore again."
			}
		}
		out = append(out, row)
	}
	return out, err
}

func (s *Server) consoleRestore(c *call, _ none) (restoreRow, error) {
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return restoreRow{}, err
	}
	rows, err := s.restoreRows(c.Context(), site)
	if err != nil {
		return restoreRow{}, err
	}
	for _, row := range rows {
		if row.ID == c.operation {
			return row, nil
		}
	}
	return restoreRow{}, fault.NotFound("The site %s has no restore %s.", site.Slug, c.operation)
}
