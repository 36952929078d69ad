package httpkit

import (
	"html"
	"maps"
	"net/http"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
)

// Statuspage renders errors as Statuspage's manage API does: error is a text, or a list when fields are wrong (then with status 422).
var Statuspage Dialect = statuspage{}

type statuspage struct{}

// Error implements Dialect.
func (statuspage) Error(w http.ResponseWriter, _ *http.Request, f *fault.Error, requestID string) {
	status := f.Kind.Status()
	message := f.Message
	if f.Kind == fault.KindInternal {
		message = "Internal server error. Request id: " + requestID
	}
	if len(f.Fields) == 0 {
		if message == "" {
			message = http.StatusText(status)
		}
		writeJSON(w, status, map[string]any{"error": message, "message": message})
		return
	}
	var list []string
	for _, field := range slices.Sorted(maps.Keys(f.Fields)) {
		list = append(list, f.Fields[field])
	}
	if f.Kind == fault.KindInvalid {
		status = http.StatusUnprocessableEntity
	}
	writeJSON(w, status, map[string]any{"error": list, "message": strings.Join(list, "; ")})
}

// StatusPublic renders errors of the public status page: a small page for people, JSON where JSON was asked for.
var StatusPublic Dialect = statusPublic{}

type statusPublic struct{}

// Error implements Dialect.
func (statusPublic) Error(w http.ResponseWriter, r *http.Request, f *fault.Error, requestID string) {
	status := f.Kind.Status()
	message := f.Message
	for _, why := range f.Fields {
		message = why
	}
	if f.Kind == fault.KindInternal {
		message = "Something went wrong here. Request id: " + requestID
	}
	if strings.HasSuffix(r.URL.Path, ".json") {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		writeJSON(w, status, map[string]any{"error": message})
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>` +
		http.StatusText(status) + `</title><main><h1>` + http.StatusText(status) + `</h1><p>` + html.EscapeString(message) + `</p></main></html>`))
}
