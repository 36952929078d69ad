package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"holdfast.dev/internal/platform/httpkit"
)

// Server serves a node over HTTP.
type Server struct {
	node    *Node
	mux     *httpkit.Mux
	handler http.Handler
	baseURL string // configured; empty to take the request's host
	http    *http.Server
	told    told

	operators *operatorAuth
	runs      *planRuns
	heads     headCache
	rooting   sync.Mutex // roots being made for a visitor
}

// NewServer wires every route of every product.
func NewServer(n *Node) (*Server, error) {
	s := &Server{node: n, baseURL: n.Options.BaseURL, operators: newOperatorAuth(n), runs: newPlanRuns(n)}
	s.mux = httpkit.NewMux(n.products.access, n.Log)
	if n.serves("access") {
		s.mux.Handle(n.products.access.Routes()...)
	}
	for _, m := range n.products.members() {
		if n.serves(m.name) {
			s.mux.Handle(n.whenOn(m.name, m.routes)...)
		}
	}
	s.mux.Handle(s.platformRoutes()...)
	if n.takes(0) {
		s.mux.Handle(s.consoleRoutes()...)
		s.mux.Handle(s.incidentRoutes()...)
		s.mux.Handle(s.rootsRoutes()...)
		s.mux.Handle(s.contactRoutes()...)
	}
	s.mux.HandleFallback(s.pages())
	h, err := httpkit.Wrap(s.routeSite(s.mux), n.Log)
	if err != nil {
		return nil, err
	}
	s.handler = h
	return s, nil
}

// Routes lists everything that is served.
func (s *Server) Routes() []httpkit.Route { return s.mux.Routes() }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers on a listener until ctx ends, then lets running requests finish.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx }}
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		done <- s.http.Shutdown(grace)
	}()
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-done
}
