package app

import (
	"context"
	"net/http"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/recovery"
)

func (s *Server) recoveryOperations() []operation {
	return append([]operation{
		operate("GET", "/sites/{site}/history", "siteHistory", "When the volumes of a site were written to, as the vault has it", s.siteHistory),
		operate("POST", "/sites/{site}/preview", "previewRestore", "What a restore would bring back, change and lose, in counts and items", s.previewSite),
		operate("GET", "/sites/{site}/diff", "compareSite", "What differs between two instants of a site, by the vault alone", s.compareSite).takes(queryParam{"from", "The earlier instant", "string"},
			queryParam{"to", "The later instant", "string"}, queryParam{"type", "Only items of this type", "string"}, queryParam{"offset", "How many items to pass over", "integer"},
			queryParam{"limit", "How many items at most", "integer"}),
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

// volumePresence tells whether a volume's database is there; one that is gone comes back whole.
type volumePresence struct {
	Kind    string `json:"kind"`
	Present bool   `json:"present"`
}

// sitePreview is what a restore would do. Of the difference, what is added comes back, what is removed would be lost.
type sitePreview struct {
	Presence []volumePresence `json:"presence"`
	RestorePlan
}

// itemsShown bounds the items of a preview or a comparison; the counts are always complete.
const itemsShown = 500

// previewSite measures a restore before it is begun, by the vault alone, so that a site that is gone can be measured too.
func (s *Server) previewSite(c *call, in restoreTarget) (out sitePreview, err error) {
	out.Presence = []volumePresence{}
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return out, err
	}
	target, err := in.target()
	if err != nil {
		return out, err
	}
	there, err := s.node.present(c.Context())
	if err != nil {
		return out, err
	}
	for _, ref := range s.node.servedVolumes(site.ID) {
		out.Presence = append(out.Presence, volumePresence{ref.Kind, there[ref.Name(s.node.Fleet.Generation(ref))]})
	}
	out.RestorePlan, err = s.node.PlanRestore(s.node.siteContext(c.Context(), site), site, target, DiffOptions{Limit: itemsShown})
	return out, err
}

// compareSite tells what differs between two instants of a site.
func (s *Server) compareSite(c *call, _ none) (out SiteDiff, err error) {
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return out, err
	}
	q := c.URL.Query()
	var from, to time.Time
	for name, at := range map[string]*time.Time{"from": &from, "to": &to} {
		if *at, err = time.Parse(time.RFC3339Nano, q.Get(name)); err != nil {
			return out, fault.Bad("The parameter %s takes an instant such as 2026-04-05T07:38:00Z.", name)
		}
	}
	o := DiffOptions{Type: q.Get("type")}
	if o.Limit, err = c.limitOf(100, itemsShown); err != nil {
		return out, err
	}
	if o.Offset, err = httpkit.IntParam(c.Request, "offset", 0, 0, 1<<30); err != nil {
		return out, err
	}
	return s.node.DiffSite(s.node.siteContext(c.Context(), site), site, from, to, o)
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
