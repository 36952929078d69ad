package rest

import (
	"net/http"
	"slices"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/notice"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/public"
	"holdfast.dev/internal/product/status/subscriber"
)

// subscriberOut is a subscriber as the manage API writes it. components is null for everything.
type subscriberOut struct {
	ID               string       `json:"id"`
	SkipConfirmation bool         `json:"skip_confirmation_notification"`
	Mode             string       `json:"mode"`
	Email            *string      `json:"email,omitempty"`
	Endpoint         *string      `json:"endpoint,omitempty"`
	Obfuscated       string       `json:"obfuscated_channel_name"`
	State            string       `json:"state"`
	QuarantinedAt    public.Stamp `json:"quarantined_at"`
	PurgeAt          public.Stamp `json:"purge_at"`
	Components       []string     `json:"components"`
	PageAccessUser   *string      `json:"page_access_user_id"`
	CreatedAt        public.Stamp `json:"created_at"`
}

func subscriberJSON(zone *time.Location, s *subscriber.Subscriber) subscriberOut {
	out := subscriberOut{ID: s.ID, Mode: string(s.Mode), State: string(s.State), Obfuscated: s.Address, QuarantinedAt: public.In(zone, s.Quarantined), PurgeAt: public.In(zone, s.Purge),
		Components: s.ComponentIDs, CreatedAt: public.In(zone, s.Created)}
	if s.Mode == subscriber.Email {
		out.Email = &s.Address
	} else {
		out.Endpoint = &s.Address
	}
	return out
}

// incidentOf gives the incident of the path, for the subscribers of one; empty for those of the page.
func incidentOf(c *call, r *http.Request) (string, error) {
	id := r.PathValue("incident")
	if id == "" {
		return "", nil
	}
	_, err := incident.Get(c.ctx, c.tx, c.page.ID, id)
	return id, err
}

// states reads the parameter state of a list: active where it is not given.
func states(r *http.Request) ([]subscriber.State, error) {
	switch s := subscriber.State(r.URL.Query().Get("state")); s {
	case "":
		return []subscriber.State{subscriber.Active}, nil
	case "all":
		return []subscriber.State{subscriber.Active, subscriber.Unconfirmed, subscriber.Quarantined}, nil
	case subscriber.Active, subscriber.Unconfirmed, subscriber.Quarantined:
		return []subscriber.State{s}, nil
	}
	return nil, fault.Invalid("state", "State does not have a valid value")
}

// modes reads the parameter type. Types that this site has no subscribers of give an empty list.
func modes(r *http.Request) (m subscriber.Mode, empty bool, err error) {
	switch t := r.URL.Query().Get("type"); t {
	case "":
		return "", false, nil
	case "email", "webhook":
		return subscriber.Mode(t), false, nil
	case "sms", "slack", "teams", "integration_partner":
		return "", true, nil
	}
	return "", false, fault.Invalid("type", "Type does not have a valid value")
}

func (h *handler) listSubscribers(w http.ResponseWriter, r *http.Request) error {
	limit, offset, err := paging(r, "limit", 100)
	if err != nil {
		return err
	}
	mode, empty, err := modes(r)
	if err != nil {
		return err
	}
	in, err := states(r)
	if err != nil {
		return err
	}
	if r.PathValue("incident") != "" && r.URL.Query().Get("state") == "" {
		in = []subscriber.State{subscriber.Active, subscriber.Unconfirmed}
	}
	out := []subscriberOut{}
	err = h.read(r, func(c *call) error {
		of, err := incidentOf(c, r)
		if err != nil || empty {
			return err
		}
		for _, s := range in {
			if len(out) >= offset+limit {
				break
			}
			list, _, err := subscriber.Search(c.ctx, c.tx, c.page.ID, of, s, mode, r.URL.Query().Get("q"), "", offset+limit-len(out))
			if err != nil {
				return err
			}
			for _, x := range list {
				out = append(out, subscriberJSON(c.page.Location(), x))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, cut(out, limit, offset))
}

// subscriberIn is what clients send of a subscriber.
type subscriberIn struct {
	Email            string   `json:"email"`
	Endpoint         string   `json:"endpoint"`
	PhoneNumber      string   `json:"phone_number"`
	SkipConfirmation bool     `json:"skip_confirmation_notification"`
	ComponentIDs     []string `json:"component_ids"`
}

func (in subscriberIn) address() (subscriber.Mode, string, error) {
	switch {
	case in.PhoneNumber != "":
		return "", "", fault.New(fault.KindNotImplemented, "Subscribers by SMS are not available on this site.")
	case in.Email != "" && in.Endpoint != "" || in.Email == "" && in.Endpoint == "":
		return "", "", fault.Invalid("email", "Email or endpoint must be given, one of them")
	case in.Email != "":
		a, err := subscriber.CheckAddress(subscriber.Email, in.Email)
		return subscriber.Email, a, err
	}
	a, err := subscriber.CheckAddress(subscriber.Webhook, in.Endpoint)
	return subscriber.Webhook, a, err
}

func (h *handler) createSubscriber(w http.ResponseWriter, r *http.Request) error {
	in, err := body[subscriberIn](r, "subscriber")
	if err != nil {
		return err
	}
	mode, address, err := in.address()
	if err != nil {
		return err
	}
	var out subscriberOut
	err = h.write(r, func(c *call) error {
		of, err := incidentOf(c, r)
		if err != nil {
			return err
		}
		if _, err := subscriber.Find(c.ctx, c.tx, c.page.ID, of, mode, address); err == nil {
			return fault.Invalid("email", "This address is already subscribed")
		} else if !fault.Is(err, fault.KindNotFound) {
			return err
		}
		s := &subscriber.Subscriber{PageID: c.page.ID, IncidentID: of, Mode: mode, Address: address, State: subscriber.Unconfirmed, ComponentIDs: in.ComponentIDs}
		if err := enter(c, s, in.SkipConfirmation); err != nil {
			return err
		}
		out = subscriberJSON(c.page.Location(), s)
		return page.Note(c.ctx, c.tx, c.page.ID, "subscriber.add", address)
	})
	if err != nil {
		return err
	}
	out.SkipConfirmation = in.SkipConfirmation
	return httpkit.JSON(w, http.StatusCreated, out)
}

// enter adds a subscriber: active at once when an administrator vouches for it, else asked to confirm.
func enter(c *call, s *subscriber.Subscriber, vouched bool) error {
	if err := checkComponents(c, s.ComponentIDs); err != nil {
		return err
	}
	if vouched {
		s.State = subscriber.Active
		return subscriber.Add(c.ctx, c.tx, s)
	}
	s.State = subscriber.Unconfirmed
	if err := subscriber.Add(c.ctx, c.tx, s); err != nil {
		return err
	}
	return notice.Ask(c.ctx, c.tx, c.page, s)
}

func checkComponents(c *call, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	all, err := component.All(c.ctx, c.tx, c.page.ID)
	if err != nil {
		return err
	}
	var known []string
	for _, o := range all {
		if !o.Group {
			known = append(known, o.ID)
		}
	}
	return subscriber.CheckComponents(ids, known)
}

// oneSubscriber answers with the subscriber of the path after fn worked on it.
func (h *handler) oneSubscriber(w http.ResponseWriter, r *http.Request, run func(*http.Request, func(*call) error) error, fn func(c *call, s *subscriber.Subscriber) error) error {
	var out subscriberOut
	err := run(r, func(c *call) error {
		s, err := subscriber.Get(c.ctx, c.tx, c.page.ID, r.PathValue("subscriber"))
		if err != nil {
			return err
		}
		if of := r.PathValue("incident"); s.IncidentID != of {
			return fault.NotFound("There is no such subscriber.")
		}
		if err := fn(c, s); err != nil {
			return err
		}
		out = subscriberJSON(c.page.Location(), s)
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) getSubscriber(w http.ResponseWriter, r *http.Request) error {
	return h.oneSubscriber(w, r, h.read, func(*call, *subscriber.Subscriber) error { return nil })
}

func (h *handler) deleteSubscriber(w http.ResponseWriter, r *http.Request) error {
	return h.oneSubscriber(w, r, h.write, func(c *call, s *subscriber.Subscriber) error {
		if err := subscriber.Remove(c.ctx, c.tx, s.ID); err != nil {
			return err
		}
		return page.Note(c.ctx, c.tx, c.page.ID, "subscriber.remove", s.Address)
	})
}

func (h *handler) patchSubscriber(w http.ResponseWriter, r *http.Request) error {
	in, err := body[struct {
		ComponentIDs []string `json:"component_ids"`
	}](r, "subscriber")
	if err != nil {
		return err
	}
	return h.oneSubscriber(w, r, h.write, func(c *call, s *subscriber.Subscriber) error {
		if err := checkComponents(c, in.ComponentIDs); err != nil {
			return err
		}
		return subscriber.Choose(c.ctx, c.tx, s, in.ComponentIDs)
	})
}

// askAgain sends one unconfirmed subscriber another confirmation: somebody of the site wants it.
func askAgain(c *call, s *subscriber.Subscriber) error {
	if s.State != subscriber.Unconfirmed {
		return fault.Invalid("subscriber", "Subscriber has already been confirmed")
	}
	s.Asked, s.Purge = c.tx.Now(), c.tx.Now().Add(subscriber.KeepUnconfirmed)
	if err := subscriber.Save(c.ctx, c.tx, s); err != nil {
		return err
	}
	return notice.Ask(c.ctx, c.tx, c.page, s)
}

func (h *handler) resend(w http.ResponseWriter, r *http.Request) error {
	err := h.write(r, func(c *call) error {
		s, err := subscriber.Get(c.ctx, c.tx, c.page.ID, r.PathValue("subscriber"))
		if err != nil {
			return err
		}
		return askAgain(c, s)
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusCreated, struct{}{})
}

// manyIn names subscribers: "all", or a list of identifiers, as a JSON list or separated by commas.
type manyIn struct {
	Subscribers any    `json:"subscribers"`
	Type        string `json:"type"`
	State       string `json:"state"`
}

// maxMany bounds the subscribers of one call.
const maxMany = 20_000

// many works on the subscribers that a call names, all of them being in one of the states.
func (h *handler) many(w http.ResponseWriter, r *http.Request, defaults []subscriber.State, verb string, fn func(c *call, s *subscriber.Subscriber) error) error {
	in, err := httpkit.DecodeLoose[manyIn](r)
	if err != nil {
		return err
	}
	ids, all, err := named(in.Subscribers)
	if err != nil {
		return err
	}
	switch in.State {
	case "":
	case "all":
		defaults = []subscriber.State{subscriber.Active, subscriber.Unconfirmed, subscriber.Quarantined}
	default:
		defaults = []subscriber.State{subscriber.State(in.State)}
	}
	err = h.write(r, func(c *call) error {
		if all {
			for _, s := range defaults {
				list, _, err := subscriber.Search(c.ctx, c.tx, c.page.ID, "", s, subscriber.Mode(in.Type), "", "", maxMany)
				if err != nil {
					return err
				}
				for _, x := range list {
					ids = append(ids, x.ID)
				}
			}
		}
		for _, id := range ids {
			s, err := subscriber.Get(c.ctx, c.tx, c.page.ID, id)
			if err != nil {
				return err
			}
			if !slices.Contains(defaults, s.State) {
				continue
			}
			if err := fn(c, s); err != nil {
				return err
			}
		}
		return page.Note(c.ctx, c.tx, c.page.ID, verb, c.page.Name)
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusCreated, struct{}{})
}

func (h *handler) resendMany(w http.ResponseWriter, r *http.Request) error {
	return h.many(w, r, []subscriber.State{subscriber.Unconfirmed}, "subscriber.resend", askAgain)
}

func (h *handler) unsubscribeMany(w http.ResponseWriter, r *http.Request) error {
	return h.many(w, r, []subscriber.State{subscriber.Active}, "subscriber.remove", func(c *call, s *subscriber.Subscriber) error { return subscriber.Remove(c.ctx, c.tx, s.ID) })
}

func (h *handler) reactivateMany(w http.ResponseWriter, r *http.Request) error {
	return h.many(w, r, []subscriber.State{subscriber.Quarantined}, "subscriber.reactivate", func(c *call, s *subscriber.Subscriber) error { return subscriber.Confirm(c.ctx, c.tx, s) })
}

func (h *handler) histogram(w http.ResponseWriter, r *http.Request) error {
	out := map[string]any{}
	err := h.read(r, func(c *call) error {
		counts, err := subscriber.Counts(c.ctx, c.tx, c.page.ID, "")
		for _, t := range []string{"email", "sms", "webhook", "integration_partner", "slack", "teams"} {
			n := counts[subscriber.Mode(t)]
			out[t] = map[string]int{"active": n[subscriber.Active], "unconfirmed": n[subscriber.Unconfirmed], "quarantined": n[subscriber.Quarantined],
				"total": n[subscriber.Active] + n[subscriber.Unconfirmed] + n[subscriber.Quarantined]}
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) countSubscribers(w http.ResponseWriter, r *http.Request) error {
	only, empty, err := modes(r)
	if err != nil {
		return err
	}
	in, err := states(r)
	if err != nil {
		return err
	}
	out := map[string]int{}
	err = h.read(r, func(c *call) error {
		counts, err := subscriber.Counts(c.ctx, c.tx, c.page.ID, "")
		for _, t := range []string{"email", "sms", "webhook", "integration_partner", "slack", "teams"} {
			if only != "" && string(only) != t || empty && r.URL.Query().Get("type") != t {
				continue
			}
			for _, s := range in {
				out[t] += counts[subscriber.Mode(t)][s]
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}
