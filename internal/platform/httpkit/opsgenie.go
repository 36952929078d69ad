package httpkit

import (
	"net/http"
	"strconv"

	"holdfast.dev/internal/base/fault"
)

// Opsgenie renders errors as Opsgenie's REST API does: message, took and requestId, for some a code, and errors by field with status 422.
var Opsgenie Dialect = opsgenie{}

type opsgenie struct{}

type opsgenieError struct {
	Message   string            `json:"message"`
	Code      int               `json:"code,omitempty"`
	Errors    map[string]string `json:"errors,omitempty"`
	Took      float64           `json:"took"`
	RequestID string            `json:"requestId"`
}

// Error implements Dialect. A handler that started the answer's headers (see OpsgenieHeaders) has its request id and time repeated in the body.
func (opsgenie) Error(w http.ResponseWriter, r *http.Request, f *fault.Error, requestID string) {
	h := w.Header()
	if h.Get("X-Response-Time") == "" {
		OpsgenieHeaders(h, requestID, 0.001)
	}
	took, err := strconv.ParseFloat(h.Get("X-Response-Time"), 64)
	if err != nil {
		took = 0.001
	}
	body := opsgenieError{Message: f.Message, Errors: f.Fields, Took: took, RequestID: h.Get("X-Request-Id")}
	status := f.Kind.Status()
	switch f.Kind {
	case fault.KindInvalid:
		if len(f.Fields) > 0 {
			status = http.StatusUnprocessableEntity
			body.Message = "Request body is not processable. Please check the errors."
		}
	case fault.KindUnauthenticated:
		body.Message = "Could not authenticate"
	case fault.KindForbidden:
		body.Code = 40301
	case fault.KindRateLimited:
		h.Set("X-RateLimit-State", "THROTTLED")
		h.Set("X-RateLimit-Reason", "ACCOUNT")
		h.Set("X-RateLimit-Period-In-Sec", "60")
	case fault.KindInternal:
		body.Message = "Internal Server Error. Request id: " + requestID
	}
	writeJSON(w, status, body)
}

// OpsgenieHeaders sets the headers that clients of Opsgenie's API read with every answer; took is in seconds and never 0, which they take for missing.
func OpsgenieHeaders(h http.Header, requestID string, took float64) {
	h.Set("X-Request-Id", requestID)
	h.Set("X-Response-Time", strconv.FormatFloat(max(took, 0.001), 'f', 3, 64))
	h.Set("X-RateLimit-State", "OK")
	h.Set("X-RateLimit-Reason", "ACCOUNT")
	h.Set("X-RateLimit-Period-In-Sec", "60")
}
