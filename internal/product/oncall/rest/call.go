package rest

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/apikey"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/integration"
	"holdfast.dev/internal/product/oncall/key"
	"holdfast.dev/internal/product/oncall/maintenance"
	"holdfast.dev/internal/product/oncall/policy"
	"holdfast.dev/internal/product/oncall/roster"
)

// right is what an operation needs of a key's integration. A person who is a member of the site reads and acts; what configures needs an administrator of the site,
// unless the operation decides by itself (see operation.own).
type right string

const (
	mayRead      right = "read"
	mayWrite     right = "write"
	mayDelete    right = "delete"
	mayConfigure right = "configure"
)

// Authenticate implements httpkit.Authenticator: programs bring the key of an integration, people the session of the interface or a token. A key's rights
// travel as the principal's groups, its integration as the e-mail, which a key has not.
func (h *handler) Authenticate(r *http.Request) (httpkit.Caller, error) {
	secret := apikey.FromRequest(r)
	if secret == "" {
		return h.Accounts.Authenticate(r)
	}
	v, err := h.Volume(r.Context())
	if err != nil {
		return httpkit.Caller{}, fault.Unauthenticated("Could not authenticate")
	}
	var i *integration.Integration
	err = v.Read(r.Context(), func(tx *volume.Tx) error {
		if i, err = key.Integration(r.Context(), tx, secret); err != nil {
			return err
		}
		off, err := maintenance.At(r.Context(), tx)
		if err != nil {
			return err
		}
		if !off.On(maintenance.Integration, i.ID, true) {
			return fault.Unauthenticated("Could not authenticate")
		}
		if _, err = policy.All(r.Context(), tx); err == nil {
			_, err = roster.Load(r.Context(), tx) // both are remembered from here on, which they would not be from a write
		}
		return err
	})
	if fault.Is(err, fault.KindNotFound) { // there is no volume
		err = fault.NotFound("This site has not switched on on-call.")
	}
	if err != nil {
		return httpkit.Caller{}, err
	}
	return httpkit.Caller{Principal: identity.Principal{Kind: identity.Key, Name: i.Name, Email: i.ID, Groups: rights(i)}, Member: true}, nil
}

func rights(i *integration.Integration) []string {
	var out []string
	for r, has := range map[right]bool{mayRead: i.Read, mayWrite: i.Write, mayDelete: i.Write && i.Delete, mayConfigure: i.Configure} {
		if has {
			out = append(out, string(r))
		}
	}
	return out
}

// call is one request being answered.
type call struct {
	*handler
	w    http.ResponseWriter
	r    *http.Request
	who  identity.Principal
	id   string // the request's, as clients of this API see it
	from time.Time
}

// serve answers one operation: headers, rate, right, then the operation itself.
func (h *handler) serve(w http.ResponseWriter, r *http.Request, op operation) error {
	c := h.newCall(w, r)
	err := c.permit(op)
	if err == nil {
		err = op.run(c)
	}
	if err != nil {
		httpkit.OpsgenieHeaders(w.Header(), c.id, c.took())
	}
	return err
}

func (h *handler) newCall(w http.ResponseWriter, r *http.Request) *call {
	c := &call{handler: h, w: w, r: r, who: identity.From(r.Context()), from: h.Clock.Now()}
	c.id = alert.NewID(c.from)
	return c
}

func (c *call) permit(op operation) error {
	if c.who.Kind != identity.Key {
		if op.right == mayConfigure && op.method != http.MethodGet && !op.own && !c.who.Admin {
			return fault.Forbidden("You need to be an administrator of this site to do that.")
		}
		return nil
	}
	if wait, ok := c.Limit.Take(c.who.Email); !ok {
		c.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		return fault.New(fault.KindRateLimited, "You are making too many requests! To avoid overload, you can make at most 5000 requests per second.")
	}
	for _, have := range c.who.Groups {
		if have == string(op.right) {
			return nil
		}
	}
	switch op.right {
	case mayConfigure:
		return fault.Forbidden("You are not authorized to access this resource: the integration has no configuration access.")
	case mayRead:
		return fault.Forbidden("You are not authorized to access this resource: the integration has no read access.")
	}
	return fault.Forbidden("You are not authorized to perform this action: the integration is restricted to read access.")
}

func (c *call) took() float64 {
	return max(math.Round(c.Clock.Now().Sub(c.from).Seconds()*1000)/1000, 0.001)
}

// integrationID is the integration whose key the request brought, empty for people.
func (c *call) integrationID() string {
	if c.who.Kind == identity.Key {
		return c.who.Email
	}
	return ""
}

// read runs fn on one instant of the site.
func (c *call) read(fn func(tx *volume.Tx) error) error {
	v, err := c.Volume(c.r.Context())
	if err != nil {
		return err
	}
	return v.Read(c.r.Context(), fn)
}

// write runs fn as one commit of the site.
func (c *call) write(fn func(tx *volume.Tx) error) error {
	v, err := c.Volume(c.r.Context())
	if err != nil {
		return err
	}
	return v.Write(c.r.Context(), fn)
}

// answer is the envelope of every answer.
type answer struct {
	Result string  `json:"result,omitempty"`
	Data   any     `json:"data,omitempty"`
	Paging any     `json:"paging,omitempty"`
	Total  *int    `json:"totalCount,omitempty"`
	Took   float64 `json:"took"`
	// Expandable says what the parameter expand may name, in the answers where the API says so.
	Expandable []string `json:"expandable,omitempty"`
	RequestID  string   `json:"requestId"`
}

func (c *call) send(status int, a answer) error {
	a.Took, a.RequestID = c.took(), c.id
	httpkit.OpsgenieHeaders(c.w.Header(), c.id, a.Took)
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	return httpkit.JSON(c.w, status, a)
}

// data answers 200 with data.
func (c *call) data(v any) error { return c.send(http.StatusOK, answer{Data: v}) }

// created answers 201 with a result and data.
func (c *call) created(v any) error {
	return c.send(http.StatusCreated, answer{Result: "Created", Data: v})
}

// accepted answers 202 as for everything that is processed later.
func (c *call) accepted() error {
	return c.send(http.StatusAccepted, answer{Result: "Request will be processed"})
}

// query gives a parameter of the request.
func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

// body reads the JSON body; unknown fields are passed over, as the API does. An empty body is an empty object when optional.
func body[T any](c *call, optional bool) (T, error) {
	v, err := httpkit.DecodeLoose[T](c.r)
	if err != nil && optional && c.r.ContentLength == 0 {
		var none T
		return none, nil
	}
	return v, err
}

// number reads a parameter between bounds; what is out of them or no number is refused.
func (c *call) number(name string, def, lo, hi int) (int, error) {
	s := c.query(name)
	if s == "" {
		return def, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < lo || n > hi {
		return 0, fault.Invalid(name, "%s should be a number from %d to %d.", name, lo, hi)
	}
	return n, nil
}

// oneOf reads a parameter that has few values.
func (c *call) oneOf(name string, values ...string) (string, error) {
	s := c.query(name)
	if s == "" {
		return values[0], nil
	}
	for _, v := range values {
		if s == v {
			return s, nil
		}
	}
	return "", fault.Invalid(name, "%s should be one of [ %s ].", name, strings.Join(values, ", "))
}

// stamp is an instant in the API's form, with milliseconds.
type stamp time.Time

// MarshalJSON implements json.Marshaler.
func (s stamp) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Time(s).UTC().Format("2006-01-02T15:04:05.000Z"))
}

// when gives nil for no instant, so that the field is left out.
func when(t time.Time) *stamp {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}
