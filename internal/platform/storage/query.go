package storage

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Dialect names an engine.
type Dialect string

// The two engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Query is a statement known by name. Its text is the same on both engines unless a variant says otherwise.
type Query struct {
	name     string
	sqlite   string
	postgres string
}

// Variant replaces the text of a query on one engine.
type Variant func(*Query)

// On gives the text to use on one engine.
func On(d Dialect, sql string) Variant {
	return func(q *Query) {
		if d == SQLite {
			q.sqlite = sql
		} else {
			q.postgres = sql
		}
	}
}

var registry = struct {
	sync.Mutex
	byName map[string]*Query
}{byName: map[string]*Query{}}

// Register makes a statement known under a name "product/noun.verb". It panics on a second registration of a name, since
// names are how a statement is found in metrics and in the test that prepares every one on both engines.
func Register(name, sql string, variants ...Variant) *Query {
	q := &Query{name: name, sqlite: sql, postgres: sql}
	for _, v := range variants {
		v(q)
	}
	registry.Lock()
	defer registry.Unlock()
	if registry.byName[name] != nil {
		panic(fmt.Sprintf("storage: query %q registered twice", name))
	}
	registry.byName[name] = q
	return q
}

// Queries gives the registered statements whose name starts with prefix, by name.
func Queries(prefix string) []*Query {
	registry.Lock()
	defer registry.Unlock()
	var qs []*Query
	for name, q := range registry.byName {
		if strings.HasPrefix(name, prefix) {
			qs = append(qs, q)
		}
	}
	slices.SortFunc(qs, func(a, b *Query) int { return strings.Compare(a.name, b.name) })
	return qs
}

// Name gives the name under which the statement was registered.
func (q *Query) Name() string { return q.name }

// Text gives the statement for one engine.
func (q *Query) Text(d Dialect) string {
	if d == SQLite {
		return q.sqlite
	}
	return q.postgres
}
