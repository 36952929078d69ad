//go:build !sqlite_mattn

package sqlite

import (
	"errors"

	moderncsqlite "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"holdfast.dev/internal/platform/storage"
)

const driverName = "sqlite"

// classify turns the driver's error codes into the common errors.
func classify(err error) error {
	var e *moderncsqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	return classifyCode(e.Code(), err)
}

func classifyCode(code int, err error) error {
	switch code {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY, lib.SQLITE_CONSTRAINT_ROWID:
		return storage.Common(storage.ErrUnique, err)
	case lib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return storage.Common(storage.ErrForeignKey, err)
	case lib.SQLITE_CONSTRAINT_NOTNULL:
		return storage.Common(storage.ErrNotNull, err)
	}
	switch code & 0xff {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return storage.Common(storage.ErrBusy, err)
	case lib.SQLITE_FULL:
		return storage.Common(storage.ErrFull, err)
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return storage.Common(storage.ErrCorrupt, err)
	case lib.SQLITE_READONLY:
		return storage.Common(storage.ErrReadOnly, err)
	}
	return err
}
