package takeout

import (
	"context"
	"errors"
	"io"
	"time"
)

// Place is where a customer wants their copies: a folder or a bucket of theirs.
type Place interface {
	// Begin gives a local folder for the databases of a new state, which nobody sees before Publish.
	Begin(at time.Time) (dir string, err error)
	// Files gives what tells whether an attachment is there already.
	Files(ctx context.Context) (has func(hash string) bool, err error)
	// Add stores an attachment, whose SHA-256 is its name.
	Add(ctx context.Context, hash string, body io.ReadSeeker) error
	// Publish makes what Begin's folder holds the current state in one step.
	Publish(ctx context.Context, dir string) error
	// Discard takes back a state that was not published; the current one stays.
	Discard(dir string) error
}

// Source is a place being read: one whole state of it.
type Source interface {
	// Manifest gives the state's manifest; ErrNone where there is no state.
	Manifest(ctx context.Context) ([]byte, error)
	// Database copies a database of the state, "work.db" for instance, to a file that is not there yet.
	Database(ctx context.Context, name, path string) error
	// File opens an attachment; ErrMissing where it is not there. size is in bytes.
	File(ctx context.Context, hash string) (body io.ReadCloser, size int64, err error)
}

var (
	// ErrNone is returned where there is no state of a takeout.
	ErrNone = errors.New("there is no copy of a site")
	// ErrMissing is returned for an attachment that is not there.
	ErrMissing = errors.New("the attachment is missing")
	// ErrChanged is returned for a content that is not what it was when it was stored.
	ErrChanged = errors.New("it was changed")
)
