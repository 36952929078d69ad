// Package identity says who is asking: the principal that the HTTP edge, the CLI or a job puts into the context and that
// every commit names. Types only; how a principal is proven is the access product's matter.
package identity

import (
	"context"

	"holdfast.dev/internal/base/ids"
)

// Kind says what proved the principal.
type Kind string

// The kinds of principal.
const (
	Anonymous Kind = "anonymous"
	Session   Kind = "session" // a person with a browser session
	Token     Kind = "token"   // a person's API token
	System    Kind = "system"  // Holdfast itself: jobs, migrations, recovery
	Operator  Kind = "operator"
	Key       Kind = "key" // a program of the site, by a key that stands for no person
)

// Principal is who is asking.
type Principal struct {
	Kind    Kind
	Account ids.Account // zero for anonymous, system and operator
	Name    string      // display name, or the system's, operator's or key's name
	Email   string
	Org     ids.Org
	Admin   bool // administrator of the site that is asked
	Groups  []string
}

// Actor is the text by which commits name the principal: an account identifier, "system:NAME", "operator:NAME", "key:NAME" or "anonymous".
func (p Principal) Actor() string {
	switch {
	case !p.Account.IsZero():
		return p.Account.String()
	case p.Kind == System || p.Kind == Operator || p.Kind == Key:
		return string(p.Kind) + ":" + p.Name
	}
	return string(Anonymous)
}

// SignedIn tells whether an account stands behind the principal.
func (p Principal) SignedIn() bool { return !p.Account.IsZero() }

// Known tells whether the principal proved anything: an account, or a key of the site.
func (p Principal) Known() bool { return p.SignedIn() || p.Kind == Key }

type contextKey struct{}

// With puts a principal into a context.
func With(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

// From gives the principal of a context, the anonymous one when there is none.
func From(ctx context.Context) Principal {
	if p, ok := ctx.Value(contextKey{}).(Principal); ok {
		return p
	}
	return Principal{Kind: Anonymous}
}

// AsSystem marks work that Holdfast does by itself.
func AsSystem(ctx context.Context, name string) context.Context {
	return With(ctx, Principal{Kind: System, Name: name})
}

// Origin is where a write comes from; commits carry it beside the actor.
type Origin struct {
	Source  string // "rest", "ui", "cli", "import", "recovery", "job"
	Request string // request id, or the run's id
	Reason  string // a sentence for people, when there is one
}

type originKey struct{}

// WithOrigin puts an origin into a context.
func WithOrigin(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginFrom gives the origin of a context.
func OriginFrom(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}
