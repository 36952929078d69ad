package httpkit

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
)

// ConfluenceV1 renders errors as Confluence Cloud's REST API v1 does: statusCode, data and message.
var ConfluenceV1 Dialect = confluenceV1{}

// ConfluenceV2 renders errors as Confluence Cloud's REST API v2 does: a list of errors with status, code, title and detail.
var ConfluenceV2 Dialect = confluenceV2{}

type confluenceV1 struct{}

type confluenceV1Error struct {
	StatusCode int              `json:"statusCode"`
	Data       confluenceV1Data `json:"data"`
	Message    string           `json:"message"`
	Reason     string           `json:"reason"`
}

type confluenceV1Data struct {
	Authorized bool                  `json:"authorized"`
	Valid      bool                  `json:"valid"`
	Errors     []confluenceV1Problem `json:"errors"`
	Successful bool                  `json:"successful"`
}

type confluenceV1Problem struct {
	Message confluenceV1Message `json:"message"`
}

type confluenceV1Message struct {
	Key         string   `json:"key"`
	Args        []string `json:"args"`
	Translation string   `json:"translation"`
}

// problems lists what is wrong, message first, then the fields by name.
func problems(f *fault.Error, requestID string) []string {
	if f.Kind == fault.KindInternal {
		return []string{"Internal server error. Request id: " + requestID}
	}
	var out []string
	if f.Message != "" {
		out = append(append(out, f.Message), f.More...)
	}
	for _, k := range slices.Sorted(maps.Keys(f.Fields)) {
		out = append(out, k+": "+f.Fields[k])
	}
	if len(out) == 0 {
		out = append(out, http.StatusText(f.Kind.Status()))
	}
	return out
}

// Error implements Dialect.
func (confluenceV1) Error(w http.ResponseWriter, r *http.Request, f *fault.Error, requestID string) {
	status := f.Kind.Status()
	body := confluenceV1Error{StatusCode: status, Reason: http.StatusText(status)}
	body.Data = confluenceV1Data{Authorized: f.Kind != fault.KindForbidden && f.Kind != fault.KindUnauthenticated, Valid: f.Kind != fault.KindInvalid, Errors: []confluenceV1Problem{}}
	wrong := problems(f, requestID)
	body.Message = strings.Join(wrong, " ")
	if f.Kind == fault.KindInvalid {
		for _, p := range wrong {
			body.Data.Errors = append(body.Data.Errors, confluenceV1Problem{confluenceV1Message{Key: p, Args: []string{}, Translation: p}})
		}
	}
	challenge(w, r, f)
	writeJSON(w, status, body)
}

func challenge(w http.ResponseWriter, r *http.Request, f *fault.Error) {
	if f.Kind == fault.KindUnauthenticated && r.Header.Get("X-CSRF-Token") == "" {
		w.Header().Set("WWW-Authenticate", `Basic realm="Holdfast"`)
	}
}

type confluenceV2 struct{}

type confluenceV2Errors struct {
	Errors []confluenceV2Error `json:"errors"`
}

type confluenceV2Error struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
}

// Error implements Dialect.
func (confluenceV2) Error(w http.ResponseWriter, r *http.Request, f *fault.Error, requestID string) {
	status := f.Kind.Status()
	code := strings.ToUpper(strings.ReplaceAll(http.StatusText(status), " ", "_"))
	if f.Kind == fault.KindInvalid {
		code = "INVALID_REQUEST_PARAMETER"
	}
	var body confluenceV2Errors
	for _, p := range problems(f, requestID) {
		body.Errors = append(body.Errors, confluenceV2Error{Status: status, Code: code, Title: p, Detail: ""})
	}
	challenge(w, r, f)
	writeJSON(w, status, body)
}
