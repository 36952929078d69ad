package httpkit

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
)

// fail renders an error in the route's dialect; what callers must not see is logged, once, here.
func (m *Mux) fail(w http.ResponseWriter, r *http.Request, d Dialect, err error) {
	Fail(m.log, w, r, d, err)
}

// Fail renders an error outside of a route.
func Fail(log *slog.Logger, w http.ResponseWriter, r *http.Request, d Dialect, err error) {
	id := RequestID(r.Context())
	f := classify(err)
	switch {
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		return // the caller went away
	case f.Kind == fault.KindInternal:
		log.Error("request failed", "request_id", id, "method", r.Method, "path", r.URL.Path, "error", err)
	}
	if f.Kind == fault.KindUnavailable && w.Header().Get("Retry-After") == "" {
		w.Header().Set("Retry-After", "5")
	}
	d.Error(w, r, f, id)
}

// classify gives every error a kind and a text that is fit to show.
func classify(err error) *fault.Error {
	var tooLarge *http.MaxBytesError
	var f *fault.Error
	switch {
	case errors.As(err, &tooLarge):
		return fault.New(fault.KindTooLarge, "The request is larger than the %d bytes allowed here.", tooLarge.Limit)
	case errors.As(err, &f):
		return f
	case errors.Is(err, storage.ErrFull):
		return fault.Wrap(err, fault.KindStorageFull, "The disk is full: nothing was changed, and nothing that was acknowledged is lost.")
	case errors.Is(err, storage.ErrText):
		return fault.Wrap(err, fault.KindInvalid, "The request contains text with a NUL character or that is not UTF-8.")
	case errors.Is(err, storage.ErrBusy):
		return fault.Wrap(err, fault.KindUnavailable, "The site is busy; try again.")
	case errors.Is(err, storage.ErrMissing):
		return fault.Wrap(err, fault.KindUnavailable, "This site's data is not there; it is being brought back.")
	}
	return fault.Wrap(err, fault.KindInternal, "Internal server error")
}

// Jira renders errors as Jira Cloud's REST API does: errorMessages and errors by field.
var Jira Dialect = jira{}

type jira struct{}

type jiraError struct {
	ErrorMessages []string          `json:"errorMessages"`
	Errors        map[string]string `json:"errors"`
}

// Error implements Dialect.
func (jira) Error(w http.ResponseWriter, r *http.Request, f *fault.Error, requestID string) {
	body := jiraError{ErrorMessages: []string{}, Errors: map[string]string{}}
	if f.Message != "" {
		body.ErrorMessages = append(append(body.ErrorMessages, f.Message), f.More...)
	}
	for k, v := range f.Fields {
		body.Errors[k] = v
	}
	if f.Kind == fault.KindInternal {
		body.ErrorMessages = []string{"Internal server error. Request id: " + requestID}
	}
	if f.Kind == fault.KindUnauthenticated {
		if r.Header.Get("X-CSRF-Token") == "" {
			w.Header().Set("WWW-Authenticate", `Basic realm="Holdfast"`)
		}
		w.Header().Set("X-Seraph-LoginReason", "AUTHENTICATED_FAILED")
	}
	writeJSON(w, f.Kind.Status(), body)
}

// Platform renders errors as RFC 9457 problem details.
var Platform Dialect = platform{}

type platform struct{}

type problem struct {
	Type      string            `json:"type"`
	Title     string            `json:"title"`
	Status    int               `json:"status"`
	Detail    string            `json:"detail,omitempty"`
	More      []string          `json:"more,omitempty"` // what else is wrong, beside the detail
	RequestID string            `json:"requestId"`
	Fields    map[string]string `json:"fields,omitempty"`
}

// Error implements Dialect.
func (platform) Error(w http.ResponseWriter, r *http.Request, f *fault.Error, requestID string) {
	status := f.Kind.Status()
	w.Header().Set("Content-Type", "application/problem+json")
	writeJSON(w, status, problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: f.Message, More: f.More, RequestID: requestID, Fields: f.Fields})
}

// JSON answers with a value.
func JSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return Bytes(w, status, b)
}

// Bytes answers with JSON that is encoded already.
func Bytes(w http.ResponseWriter, status int, b []byte) error {
	h := w.Header()
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json;charset=UTF-8")
	}
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, err := w.Write(b)
	if err != nil {
		return nil //nolint:nilerr // the caller went away while it was answered
	}
	return nil
}

// NoContent answers 204.
func NoContent(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	_ = Bytes(w, status, b)
}

// AsFault gives the classified error in a chain; ok is false for internal ones.
func AsFault(err error) (*fault.Error, bool) {
	f := classify(err)
	return f, f.Kind != fault.KindInternal
}
