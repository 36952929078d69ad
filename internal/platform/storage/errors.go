package storage

import (
	"database/sql"
	"errors"
)

// The errors of both engines, after their drivers' edge. Compare with errors.Is.
var (
	ErrNoRows     = sql.ErrNoRows
	ErrUnique     = errors.New("a row with this key exists")
	ErrForeignKey = errors.New("a row that this one refers to does not exist")
	ErrNotNull    = errors.New("a value that must be given is missing")
	ErrBusy       = errors.New("the database is busy")
	ErrFull       = errors.New("the disk is full")
	ErrCorrupt    = errors.New("the database is damaged")
	ErrMissing    = errors.New("the database does not exist")
	ErrExists     = errors.New("the database exists")
	ErrText       = errors.New("text contains a NUL or is not UTF-8")
	ErrReadOnly   = errors.New("the database is read-only")
)

// engineError keeps the driver's text while answering to the common error.
type engineError struct {
	common error
	cause  error
}

// Error implements error.
func (e *engineError) Error() string { return e.common.Error() + ": " + e.cause.Error() }

// Unwrap gives both sides.
func (e *engineError) Unwrap() []error { return []error{e.common, e.cause} }

// Common wraps a driver's error so that it answers to one of the errors above. Engines call it at their edge.
func Common(common, cause error) error { return &engineError{common, cause} }
