package httpkit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/klauspost/compress/gzhttp"

	"holdfast.dev/internal/platform/volume"
)

type requestKey struct{}

// RequestID gives the identifier of the request, by which its log lines are found.
func RequestID(ctx context.Context) string {
	s, _ := ctx.Value(requestKey{}).(string)
	return s
}

// Wrap puts the chain that every request goes through around a handler, outermost first.
func Wrap(h http.Handler, log *slog.Logger) (http.Handler, error) {
	gz, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.CompressionLevel(1), gzhttp.ContentTypes([]string{
		"application/json", "application/problem+json", "text/html", "text/plain", "image/svg+xml"}))
	if err != nil {
		return nil, err
	}
	h = gz(h)                   // 4. compress what is worth it
	h = securityHeaders(h)      // 3. what browsers may do with our answers
	h = recovering(h, log)      // 2. a panic is a 500 with a request id, never a dead connection
	return requestScope(h), nil // 1. request id, receipt of commits
}

// requestScope names the request and makes its commits known in the answer.
func requestScope(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var raw [8]byte
		_, _ = rand.Read(raw[:]) // never fails
		id := hex.EncodeToString(raw[:])
		w.Header().Set("X-Request-Id", id)
		receipt := &volume.Receipt{}
		ctx := volume.WithReceipt(context.WithValue(r.Context(), requestKey{}, id), receipt)
		next.ServeHTTP(&receiptWriter{ResponseWriter: w, receipt: receipt}, r.WithContext(ctx))
	})
}

// receiptWriter adds the commits made so far when the answer starts.
type receiptWriter struct {
	http.ResponseWriter
	receipt *volume.Receipt
	started bool
}

// WriteHeader implements http.ResponseWriter.
func (w *receiptWriter) WriteHeader(status int) {
	if !w.started && len(w.receipt.Commits) > 0 {
		parts := make([]string, len(w.receipt.Commits))
		for i, c := range w.receipt.Commits {
			parts[i] = fmt.Sprintf("%s=%d", c.Ref.Kind, c.Seq)
		}
		w.Header().Set("X-Holdfast-Commit", strings.Join(parts, ","))
	}
	w.started = true
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *receiptWriter) Write(b []byte) (int, error) {
	if !w.started {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// Flush implements http.Flusher, which the compression above asks for; without it a stream would stay in its buffers.
func (w *receiptWriter) Flush() {
	_ = http.NewResponseController(w.ResponseWriter).Flush() // an error shows at the next write
}

// Unwrap lets http.ResponseController reach the connection.
func (w *receiptWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func recovering(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler { //nolint:errorlint // panics carry the value itself
				panic(p)
			}
			id := RequestID(r.Context())
			log.Error("handler panicked", "request_id", id, "method", r.Method, "path", r.URL.Path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			http.Error(w, `{"errorMessages":["Internal server error. Request id: `+id+`"],"errors":{}}`, http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}

// csp lets pages run only our own scripts. Styles may be inline, which the interface's components need.
const csp = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: https:; font-src 'self' data:; " +
	"connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

func securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		next.ServeHTTP(w, r)
	})
}

// Unbuffered keeps an answer from being gathered for compression, for streams whose first bytes must leave at once. It is called before the
// header is written.
func Unbuffered(w http.ResponseWriter) { w.Header().Set(gzhttp.HeaderNoCompression, "stream") }
