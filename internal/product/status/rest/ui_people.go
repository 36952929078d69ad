package rest

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/status/notice"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/subscriber"
)

func subscriberUI(s *subscriber.Subscriber) subscriberView {
	v := subscriberView{ID: s.ID, Type: string(s.Mode), Address: s.Address, State: string(s.State), IncidentID: s.IncidentID, ComponentIDs: s.ComponentIDs, Failures: s.Failures, LastError: s.LastError, CreatedAt: s.Created}
	if v.ComponentIDs == nil {
		v.ComponentIDs = []string{}
	}
	if !s.Quarantined.IsZero() {
		v.QuarantinedAt = &s.Quarantined
	}
	if !s.Purge.IsZero() {
		v.PurgeAt = &s.Purge
	}
	return v
}

func (h *handler) uiSubscribers(w http.ResponseWriter, r *http.Request) error {
	limit, err := httpkit.IntParam(r, "limit", 50, 1, 200)
	if err != nil {
		return err
	}
	mode, _, err := modes(r)
	if err != nil {
		return err
	}
	in, err := states(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	out := subscriberList{Subscribers: []subscriberView{}, Counts: map[string]map[string]int{}}
	err = h.read(r, func(c *call) error {
		// With all states, after is STATE:ID; the states follow one another.
		after := q.Get("after")
		if s, id, ok := strings.Cut(after, ":"); ok {
			if k := slices.Index(in, subscriber.State(s)); k >= 0 {
				in, after = in[k:], id
			}
		}
		for _, s := range in {
			if len(out.Subscribers) == limit {
				out.Next = string(s) + ":"
				break
			}
			list, next, err := subscriber.Search(c.ctx, c.tx, c.page.ID, q.Get("incident"), s, mode, q.Get("q"), after, limit-len(out.Subscribers))
			if err != nil {
				return err
			}
			after = ""
			for _, x := range list {
				out.Subscribers = append(out.Subscribers, subscriberUI(x))
			}
			if next != "" {
				out.Next = string(s) + ":" + next
				break
			}
		}
		counts, err := subscriber.Counts(c.ctx, c.tx, c.page.ID, q.Get("incident"))
		for m, by := range counts {
			out.Counts[string(m)] = map[string]int{}
			for s, n := range by {
				out.Counts[string(m)][string(s)] = n
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// uiExport writes all subscribers of the page as CSV, a thousand a transaction.
func (h *handler) uiExport(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="subscribers.csv"`)
	out := csv.NewWriter(w)
	_ = out.Write([]string{"type", "address", "state", "components", "created_at", "quarantined_at"})
	for _, s := range []subscriber.State{subscriber.Active, subscriber.Unconfirmed, subscriber.Quarantined} {
		for after, more := "", true; more; {
			err := h.read(r, func(c *call) error {
				list, err := subscriber.InState(c.ctx, c.tx, c.page.ID, "", s, after, 1000)
				for _, x := range list {
					after = x.ID
					quarantined := ""
					if !x.Quarantined.IsZero() {
						quarantined = x.Quarantined.Format(time.RFC3339)
					}
					_ = out.Write([]string{string(x.Mode), harmless(x.Address), string(x.State), strings.Join(x.ComponentIDs, " "), x.Created.Format(time.RFC3339), quarantined})
				}
				more = len(list) == 1000
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	out.Flush()
	return nil
}

// harmless keeps a cell from being run as a formula by a spreadsheet.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// maxImport bounds the lines of an import.
const maxImport = 100_000

// uiImport enters the addresses of a CSV, a thousand a transaction. Addresses that are there already stay as they are.
func (h *handler) uiImport(w http.ResponseWriter, r *http.Request) error {
	out := importView{Refused: []string{}}
	reader := csv.NewReader(r.Body)
	reader.FieldsPerRecord, reader.LazyQuotes = -1, true
	var rows []*subscriber.Subscriber
	columns, first := map[string]int{"email": 0}, true
	for n := 1; ; n++ {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || n > maxImport {
			return fault.Bad("The CSV cannot be read at line %d, or has more than %d lines.", n, maxImport)
		}
		if first {
			first = false
			if c, ok := header(row); ok {
				columns = c
				continue
			}
		}
		s, why := fromRow(row, columns)
		if why != "" {
			if len(out.Refused) < 100 {
				out.Refused = append(out.Refused, fmt.Sprintf("line %d: %s", n, why))
			}
			continue
		}
		rows = append(rows, s)
	}
	vouched := r.URL.Query().Get("confirmed") == "true"
	for part := range slices.Chunk(rows, 1000) {
		var added, already int
		err := h.write(r, func(c *call) error {
			added, already = 0, 0
			for _, s := range part {
				fresh := *s
				fresh.PageID = c.page.ID
				_, err := subscriber.Find(c.ctx, c.tx, c.page.ID, "", s.Mode, s.Address)
				switch {
				case err == nil:
					already++
					continue
				case !fault.Is(err, fault.KindNotFound):
					return err
				}
				if err := enter(c, &fresh, vouched); err != nil {
					return err
				}
				added++
			}
			return page.Note(c.ctx, c.tx, c.page.ID, "subscriber.import", strconv.Itoa(added))
		})
		if err != nil {
			return err
		}
		out.Added, out.Already = out.Added+added, out.Already+already
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// header reads the first line of a CSV when it names columns.
func header(row []string) (map[string]int, bool) {
	columns := map[string]int{}
	for k, name := range row {
		columns[strings.ToLower(strings.Trim(name, " \ufeff"))] = k
	}
	_, address := columns["address"]
	_, email := columns["email"]
	_, endpoint := columns["endpoint"]
	return columns, address || email || endpoint
}

// fromRow reads one line of a CSV, or says what is wrong with it.
func fromRow(row []string, columns map[string]int) (s *subscriber.Subscriber, why string) {
	cell := func(name string) string {
		if k, ok := columns[name]; ok && k < len(row) {
			return strings.TrimPrefix(strings.TrimSpace(row[k]), "'")
		}
		return ""
	}
	in := subscriberIn{Email: cell("email"), Endpoint: cell("endpoint"), ComponentIDs: strings.Fields(cell("components"))}
	if a := cell("address"); a != "" {
		if cell("type") == string(subscriber.Webhook) {
			in.Endpoint = a
		} else {
			in.Email = a
		}
	}
	mode, address, err := in.address()
	if err != nil {
		return nil, "no mail address and no address to call"
	}
	return &subscriber.Subscriber{Mode: mode, Address: address, ComponentIDs: in.ComponentIDs}, ""
}

// place reads the parameter after of a list by time: MICROSECONDS-ID.
func place(r *http.Request) (before time.Time, id string) {
	us, id, ok := strings.Cut(r.URL.Query().Get("after"), "-")
	n, err := strconv.ParseInt(us, 10, 64)
	if !ok || err != nil {
		return latest, ""
	}
	return clock.FromMicros(n), id
}

func mark(at time.Time, id string) string { return strconv.FormatInt(clock.Micros(at), 10) + "-" + id }

func (h *handler) uiActivity(w http.ResponseWriter, r *http.Request) error {
	limit, err := httpkit.IntParam(r, "limit", 50, 1, 200)
	if err != nil {
		return err
	}
	out := activityList{Activity: []page.Activity{}}
	err = h.read(r, func(c *call) error {
		before, id := place(r)
		list, err := page.Activities(c.ctx, c.tx, c.page.ID, before, id, limit)
		out.Activity = append(out.Activity, list...)
		if len(list) == limit {
			out.Next = mark(list[limit-1].At, list[limit-1].ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) uiNotices(w http.ResponseWriter, r *http.Request) error {
	limit, err := httpkit.IntParam(r, "limit", 50, 1, 200)
	if err != nil {
		return err
	}
	out, next := []noticeView{}, ""
	err = h.read(r, func(c *call) error {
		before, id := place(r)
		list, err := notice.List(c.ctx, c.tx, c.page.ID, before, id, limit)
		if err != nil {
			return err
		}
		for _, n := range list {
			if only := r.URL.Query().Get("incident"); only != "" && n.IncidentID != only {
				continue
			}
			f, err := notice.Fares(c.ctx, c.tx, n.ID)
			if err != nil {
				return err
			}
			out = append(out, noticeView{n.ID, string(n.Kind), n.IncidentID, n.Content.Subject, n.Recipients, f[notice.Sent], f[notice.Refused], f[notice.Failed], n.Created})
		}
		if len(list) == limit {
			next = mark(list[limit-1].Created, list[limit-1].ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"notices": out, "next": next})
}
