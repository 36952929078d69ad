// Package storage is the SQL seam of Holdfast: one way to read, one way to write, the same statements on SQLite and on
// PostgreSQL. It promises that a Write is durable and alone on its database, that a Read sees one instant, and that errors of
// the engines arrive as the few errors declared here. It never hands out a connection, never composes SQL from what
// a caller typed, and knows nothing of products.
//
// Statements use $1, $2, … on both engines, times are integer microseconds UTC, JSON is text, identifiers come from the
// application. Only this package and its engines import database/sql.
package storage
