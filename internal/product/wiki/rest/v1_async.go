package rest

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
)

// Conversions that were asked for "later" are done at once; their results wait in memory for five minutes, as the API says. They are for whoever asked.
const (
	keptConversion   = 5 * time.Minute
	maxConversions   = 1000
	maxConversionSum = 64 << 20 // bytes of all results
)

type conversion struct {
	site, account, to, value string
	at                       time.Time
}

// conversions are the results that wait, in the order of their making.
type conversions struct {
	mu    sync.Mutex
	of    map[string]conversion
	order []string
	bytes int
}

// put keeps a result and gives its name. What is too old, or too much, goes.
func (s *conversions) put(v conversion) string {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		panic(err) // crypto/rand does not fail on supported systems
	}
	id := hex.EncodeToString(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[string]conversion{}
	}
	for len(s.order) > 0 && (len(s.order) >= maxConversions || s.bytes+len(v.value) > maxConversionSum || v.at.Sub(s.of[s.order[0]].at) > keptConversion) {
		s.bytes -= len(s.of[s.order[0]].value)
		delete(s.of, s.order[0])
		s.order = s.order[1:]
	}
	s.of[id], s.order, s.bytes = v, append(s.order, id), s.bytes+len(v.value)
	return id
}

func (s *conversions) get(id string, now time.Time) (conversion, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.of[id]
	return v, ok && now.Sub(v.at) <= keptConversion
}

func siteOf(r *http.Request) string {
	if s := httpkit.SiteFrom(r.Context()); s != nil {
		return s.ID.String()
	}
	return ""
}

func (h *handler) v1ConvertLater(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[convertInput](r)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		value, err := c.converted(in)
		if err != nil {
			return nil, err
		}
		return object{"asyncId": h.later.put(conversion{siteOf(r), c.actor, r.PathValue("to"), value, h.Clock.Now()})}, nil
	})
}

func (h *handler) v1Converted(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		v, ok := h.later.get(r.PathValue("id"), h.Clock.Now())
		if !ok || v.site != siteOf(r) {
			return nil, fault.NotFound("There is no conversion %.60s, or it is older than five minutes.", r.PathValue("id"))
		}
		if v.account != c.actor {
			return nil, fault.Forbidden("The conversion is for who asked for it.")
		}
		return object{"value": v.value, "representation": v.to, "renderTaskId": r.PathValue("id"), "status": "COMPLETED", "embeddedContent": []any{}, "_expandable": object{"content": "", "embeddedContent": "", "webresource": "", "mediaToken": ""}, "_links": object{"base": c.base + "/wiki"}}, nil
	})
}
