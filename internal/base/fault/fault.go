// Package fault is the one error vocabulary of Holdfast. Every layer classifies an error where it arises (NotFound,
// Invalid, …); each HTTP API turns the same value into its own dialect at one point. An error that is not a *Error is
// internal: callers see an opaque message and a request id, never its text.
package fault

import (
	"errors"
	"fmt"
	"maps"
)

// Kind says what went wrong in a way every dialect can express.
type Kind uint8

// The kinds, with the HTTP status most dialects use.
const (
	KindInternal         Kind = iota // 500, opaque to the caller
	KindInvalid                      // 400
	KindUnauthenticated              // 401
	KindForbidden                    // 403
	KindNotFound                     // 404
	KindMethodNotAllowed             // 405
	KindConflict                     // 409
	KindGone                         // 410
	KindTooLarge                     // 413
	KindUnsupportedType              // 415
	KindRateLimited                  // 429
	KindNotImplemented               // 501
	KindUnavailable                  // 503
	KindStorageFull                  // 507
)

// Error is a classified error. Message is safe to show to the caller, More holds further messages when several things are wrong. Fields
// maps a request field to what is wrong with it. Err, when set, is the cause and is only logged.
type Error struct {
	Kind    Kind
	Message string
	More    []string
	Fields  map[string]string
	Err     error
}

// Error implements error.
func (e *Error) Error() string {
	s := e.Message
	if s == "" && len(e.Fields) > 0 {
		s = fmt.Sprint(e.Fields)
	}
	if e.Err != nil {
		return s + ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of a kind with a message for the caller.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// NotFound says that what was asked for does not exist, or that the caller may not know that it does.
func NotFound(format string, args ...any) *Error { return New(KindNotFound, format, args...) }

// Forbidden says that the caller is known and may not do this.
func Forbidden(format string, args ...any) *Error { return New(KindForbidden, format, args...) }

// Unauthenticated says that the caller is not known.
func Unauthenticated(format string, args ...any) *Error {
	return New(KindUnauthenticated, format, args...)
}

// Conflict says that the state of the object does not allow this.
func Conflict(format string, args ...any) *Error { return New(KindConflict, format, args...) }

// Unavailable says that the caller may try again later.
func Unavailable(format string, args ...any) *Error { return New(KindUnavailable, format, args...) }

// Bad says that the request as a whole is wrong.
func Bad(format string, args ...any) *Error { return New(KindInvalid, format, args...) }

// BadAll says everything that is wrong with the request as a whole; there is at least one message.
func BadAll(messages []string) *Error {
	return &Error{Kind: KindInvalid, Message: messages[0], More: messages[1:]}
}

// Invalid says that one field of the request is wrong, and why.
func Invalid(field, format string, args ...any) *Error {
	return &Error{Kind: KindInvalid, Fields: map[string]string{field: fmt.Sprintf(format, args...)}}
}

// InvalidFields says what is wrong with several fields at once.
func InvalidFields(fields map[string]string) *Error {
	return &Error{Kind: KindInvalid, Fields: maps.Clone(fields)}
}

// Wrap classifies a cause: the caller sees only the message.
func Wrap(err error, kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Err: err}
}

// KindOf gives the kind of the first *Error in the chain, KindInternal when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}

// Is tells whether err is classified as kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Status gives the HTTP status that fits the kind in most dialects.
func (k Kind) Status() int {
	switch k {
	case KindInvalid:
		return 400
	case KindUnauthenticated:
		return 401
	case KindForbidden:
		return 403
	case KindNotFound:
		return 404
	case KindMethodNotAllowed:
		return 405
	case KindConflict:
		return 409
	case KindGone:
		return 410
	case KindTooLarge:
		return 413
	case KindUnsupportedType:
		return 415
	case KindRateLimited:
		return 429
	case KindNotImplemented:
		return 501
	case KindUnavailable:
		return 503
	case KindStorageFull:
		return 507
	case KindInternal:
		return 500
	}
	return 500
}
