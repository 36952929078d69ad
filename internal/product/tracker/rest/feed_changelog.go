package rest

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/tracker/history"
	"holdfast.dev/internal/product/tracker/issue"
)

type changelogsInput struct {
	Issues     []string `json:"issueIdsOrKeys"`
	Fields     []string `json:"fieldIds"`
	MaxResults int      `json:"maxResults"`
	Token      string   `json:"nextPageToken"`
}

type wireIssueChangelogs struct {
	IssueID   string        `json:"issueId"`
	Histories []wireHistory `json:"changeHistories"`
}

type wireChangelogs struct {
	Issues []*wireIssueChangelogs `json:"issueChangeLogs"`
	Next   string                 `json:"nextPageToken,omitempty"`
}

// postChangelogs answers the histories of several issues, by issue and then by time, page by page.
func (h *handler) postChangelogs(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[changelogsInput](r)
	if err != nil {
		return err
	}
	switch {
	case len(in.Issues) == 0 || len(in.Issues) > maxAsked:
		return fault.Bad("The list of issueIdsOrKeys must have between 1 and %d entries.", maxAsked)
	case len(in.Fields) > 10:
		return fault.Bad("The list of fieldIds must have at most 10 entries.")
	case in.MaxResults < 0 || in.MaxResults > 10_000:
		return fault.Bad("maxResults must be between 1 and 10000.")
	}
	after, err := readChangelogToken(in.Token)
	if err != nil {
		return err
	}
	limit := cmp.Or(in.MaxResults, 1000)
	return single(h, w, r, func(c *call) (wireChangelogs, error) { return c.changelogs(in, after, limit) })
}

// changelogMark is the last entry of a page.
type changelogMark struct{ issue, entry int64 }

func (m changelogMark) token() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d", m.issue, m.entry))
}

func readChangelogToken(s string) (m changelogMark, err error) {
	if s == "" {
		return m, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		_, err = fmt.Sscanf(string(b), "%d %d", &m.issue, &m.entry)
	}
	if err != nil {
		return m, fault.Bad("The nextPageToken is invalid.")
	}
	return m, nil
}

func (c *call) changelogs(in changelogsInput, after changelogMark, limit int) (wireChangelogs, error) {
	out := wireChangelogs{Issues: []*wireIssueChangelogs{}}
	var ids []int64
	for _, key := range in.Issues {
		i, err := issue.Find(c.ctx, c.tx, c.cat, key)
		if fault.Is(err, fault.KindNotFound) {
			continue
		}
		if err != nil {
			return out, err
		}
		ids = append(ids, i.ID)
	}
	slices.Sort(ids)
	count, last := 0, after
	for _, id := range slices.Compact(ids) {
		if id < after.issue {
			continue
		}
		entries, err := history.List(c.ctx, c.tx, id)
		if err != nil {
			return out, err
		}
		if id == after.issue {
			if n := slices.IndexFunc(entries, func(e history.Entry) bool { return e.ID == after.entry }); n >= 0 {
				entries = entries[n+1:]
			}
		}
		var of *wireIssueChangelogs
		for _, e := range entries {
			if len(in.Fields) > 0 {
				e.Items = slices.DeleteFunc(slices.Clone(e.Items), func(it history.Item) bool { return !slices.Contains(in.Fields, it.FieldID) })
			}
			if len(e.Items) == 0 {
				continue
			}
			if count == limit {
				out.Next = last.token()
				return out, nil
			}
			if of == nil {
				of = &wireIssueChangelogs{IssueID: strconv.FormatInt(id, 10)}
				out.Issues = append(out.Issues, of)
			}
			of.Histories = append(of.Histories, c.history(e))
			last = changelogMark{id, e.ID}
			count++
		}
	}
	return out, nil
}
