package search

import "holdfast.dev/internal/platform/storage"

// Matches tells whether folded columns have what a query's text asks for, without an index.
func Matches(query string, columns ...string) bool { return matches(texts(query), columns...) }

// Found is the SQL, with its argument, by which the index of an engine answers the same.
func Found(d storage.Dialect, query string, titles bool) (text, arg string) {
	return found(d, titles), match(d, texts(query))
}
