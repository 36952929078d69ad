// Package httpkit is the edge that every product's HTTP API shares: routes that name their permission, handlers that return
// errors, one renderer of errors per API dialect, and the ordered chain of middleware around them. It knows no product.
//
// It promises that a route without permission cannot be registered, that no body is read past its limit, that an unknown error
// shows the caller nothing but a request id, and that a response names the commits it caused (header X-Holdfast-Commit).
package httpkit
