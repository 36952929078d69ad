package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The admin socket lets commands run inside the server that has the data folder. It is a Unix socket that only the folder's owner can
// open; whoever can could as well read the files. A command is sent as it was typed; what it prints comes back as a stream of frames.

// adminCall is a command line handed over.
type adminCall struct {
	Args  []string `json:"args"`
	Dir   string   `json:"dir"`
	Stdin string   `json:"stdin"`
	Token string   `json:"token"` // of the operator
}

// frame is one piece of the answer.
type frame struct {
	Out      string    `json:"out,omitempty"`
	Err      string    `json:"err,omitempty"`
	Progress *Progress `json:"progress,omitempty"`
	Exit     *int      `json:"exit,omitempty"`
}

// remoteExit is the exit code of a command that ran in the server.
type remoteExit int

// Error implements error.
func (e remoteExit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// ServeAdmin answers on the admin socket until ctx ends.
func (n *Node) ServeAdmin(ctx context.Context, path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	old := syscall.Umask(0o177) // the socket must never be open to others, not even for a moment
	l, err := net.Listen("unix", path)
	syscall.Umask(old)
	if err != nil {
		return fmt.Errorf("admin socket: %w", err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(n.adminRun), ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	go func() {
		<-ctx.Done()
		srv.Close()
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (n *Node) adminRun(w http.ResponseWriter, r *http.Request) {
	var call adminCall
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<20)).Decode(&call); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var mu sync.Mutex
	enc, rc := json.NewEncoder(w), http.NewResponseController(w)
	send := func(f frame) {
		mu.Lock()
		defer mu.Unlock()
		if enc.Encode(f) == nil {
			_ = rc.Flush() // a caller who is gone is noticed by the next write
		}
	}
	code := Run(r.Context(), Env{Stdin: strings.NewReader(call.Stdin), Dir: call.Dir, Args: call.Args, Node: n, OperatorToken: call.Token,
		Stdout: writerFunc(func(s string) { send(frame{Out: s}) }), Stderr: writerFunc(func(s string) { send(frame{Err: s}) }),
		Progress: func(p Progress) { send(frame{Progress: &p}) }})
	send(frame{Exit: &code})
}

type writerFunc func(string)

// Write implements io.Writer.
func (f writerFunc) Write(b []byte) (int, error) {
	f(string(b))
	return len(b), nil
}

// handOver runs the command in the server behind the socket. handed is false when there is no such server.
func handOver(ctx context.Context, path string, env Env) (handed bool, err error) {
	call := adminCall{Args: env.Args, Dir: env.Dir, Token: env.OperatorToken}
	for _, a := range env.Args {
		if strings.HasSuffix(a, "-stdin") {
			b, err := io.ReadAll(io.LimitReader(env.Stdin, 1<<20))
			if err != nil {
				return false, err
			}
			call.Stdin = string(b)
		}
	}
	body, err := json.Marshal(call)
	if err != nil {
		return false, err
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://admin/run", bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	dec := json.NewDecoder(resp.Body)
	for {
		var f frame
		if err := dec.Decode(&f); err != nil {
			return true, fmt.Errorf("the server stopped before the command ended: %w", err)
		}
		switch {
		case f.Exit != nil && *f.Exit == 0:
			return true, nil
		case f.Exit != nil:
			return true, remoteExit(*f.Exit)
		case f.Progress != nil:
			env.Progress(*f.Progress)
		}
		io.WriteString(env.Stdout, f.Out) //nolint:errcheck // a closed terminal ends the command by itself
		io.WriteString(env.Stderr, f.Err) //nolint:errcheck // likewise
	}
}
