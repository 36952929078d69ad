package app

import (
	"net/http"
	"reflect"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/httpkit"
)

// operation is one operation of the platform API: the route, and what its description says. Both come from the same value, so that nothing can
// be served that is not described.
type operation struct {
	method, path string // relative to consolePath
	id           string // operationId
	summary      string
	query        []queryParam
	in, out      reflect.Type // nil: no body
	status       int
	media        string // of the answer, where it is not JSON
	permission   httpkit.Permission
	maxBody      int64
	handler      func(status int) httpkit.Handler
}

// queryParam is a parameter of a query.
type queryParam struct {
	name, doc string
	kind      string // "string" or "integer"
}

// none is a request or an answer without a body.
type none struct{}

// call is a request whose identifiers were read, each as the one kind that its place in the path takes. Nothing of the request was looked at before.
type call struct {
	*http.Request
	site      ids.Site
	plan      ids.Plan
	addon     ids.App
	operation ids.Operation
	report    ids.Report
	purge     ids.Purge
	contact   ids.Contact
}

// pathKinds are the wildcards that paths may have: each takes one kind of identifier.
var pathKinds = map[string]struct {
	prefix string
	read   func(*call, string) error
}{
	"site":      {"site", func(c *call, v string) (err error) { c.site, err = ids.Parse[ids.Site](v); return err }},
	"plan":      {"plan", func(c *call, v string) (err error) { c.plan, err = ids.Parse[ids.Plan](v); return err }},
	"addon":     {"app", func(c *call, v string) (err error) { c.addon, err = ids.Parse[ids.App](v); return err }},
	"operation": {"op", func(c *call, v string) (err error) { c.operation, err = ids.Parse[ids.Operation](v); return err }},
	"report":    {"report", func(c *call, v string) (err error) { c.report, err = ids.Parse[ids.Report](v); return err }},
	"purge":     {"purge", func(c *call, v string) (err error) { c.purge, err = ids.Parse[ids.Purge](v); return err }},
	"contact":   {"contact", func(c *call, v string) (err error) { c.contact, err = ids.Parse[ids.Contact](v); return err }},
}

// wildcards names the wildcards of a path, in order.
func wildcards(path string) (names []string) {
	for segment := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(segment, "{") {
			names = append(names, strings.Trim(segment, "{}"))
		}
	}
	return names
}

func newCall(r *http.Request, names []string) (*call, error) {
	c := &call{Request: r}
	for _, name := range names {
		if err := pathKinds[name].read(c, r.PathValue(name)); err != nil {
			return nil, fault.Wrap(err, fault.KindInvalid, "%s", err)
		}
	}
	return c, nil
}

// receive reads the identifiers of a request, then its body.
func receive[In any](r *http.Request, names []string) (c *call, in In, err error) {
	if c, err = newCall(r, names); err == nil && bodyType[In]() != nil {
		in, err = httpkit.Decode[In](r)
	}
	return c, in, err
}

// plain makes a handler of an operation that writes its answer itself.
func plain(h httpkit.Handler) func(int) httpkit.Handler {
	return func(int) httpkit.Handler { return h }
}

// operate makes an operation of a function from a body to an answer. Either may be none.
func operate[In, Out any](method, path, id, summary string, do func(*call, In) (Out, error)) operation {
	op := describeOperation[In, Out](method, path, id, summary)
	names := wildcards(path)
	op.handler = func(status int) httpkit.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			c, in, err := receive[In](r, names)
			if err != nil {
				return err
			}
			out, err := do(c, in)
			switch {
			case err != nil:
				return err
			case op.out == nil:
				return httpkit.NoContent(w)
			}
			return httpkit.JSON(w, status, out)
		}
	}
	return op
}

// describeOperation fills in what follows from the types of the body and the answer.
func describeOperation[In, Out any](method, path, id, summary string) operation {
	op := operation{method: method, path: path, id: id, summary: summary, in: bodyType[In](), out: bodyType[Out](), status: http.StatusOK, permission: httpkit.Operator}
	if op.out == nil {
		op.status = http.StatusNoContent
	}
	return op
}

func bodyType[T any]() reflect.Type {
	t := reflect.TypeFor[T]()
	if t == reflect.TypeFor[none]() {
		return nil
	}
	return t
}

// download makes an operation that answers with a file.
func download[In any](method, path, id, summary, media string, do func(http.ResponseWriter, *call, In) error) operation {
	op := describeOperation[In, none](method, path, id, summary)
	op.status, op.media = http.StatusOK, media
	names := wildcards(path)
	op.handler = func(int) httpkit.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			c, in, err := receive[In](r, names)
			if err != nil {
				return err
			}
			return do(w, c, in)
		}
	}
	return op
}

// answers changes the status of success.
func (o operation) answers(status int) operation {
	o.status = status
	return o
}

// takes adds parameters of the query.
func (o operation) takes(params ...queryParam) operation {
	o.query = append(o.query, params...)
	return o
}

// upTo bounds the body of a request, in bytes.
func (o operation) upTo(bytes int64) operation {
	o.maxBody = bytes
	return o
}

func (o operation) route(auth httpkit.Authenticator) httpkit.Route {
	return httpkit.Route{Method: o.method, Path: consolePath + o.path, Permission: o.permission, Handler: o.handler(o.status), Dialect: httpkit.Platform, MaxBody: o.maxBody, Auth: auth}
}

// pageParams are those of every list.
var pageParams = []queryParam{{"limit", "How many at most", "integer"}, {"cursor", "What an earlier answer gave as next", "string"}}

// limitOf reads how many entries a list shall give.
func (c *call) limitOf(def, most int) (int, error) {
	return httpkit.IntParam(c.Request, "limit", def, 1, most)
}

func (c *call) cursor() string { return c.URL.Query().Get("cursor") }
