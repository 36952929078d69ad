package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/clock"
)

func (c *cli) serveCommand() *cobra.Command {
	var listen, baseURL string
	cmd := &cobra.Command{Use: "serve", Short: "Serve the suite over HTTP", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		if c.env.Node != nil {
			return errUsage{fmt.Errorf("a server is running already")}
		}
		ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		return c.serve(ctx, listen, baseURL)
	}}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "address to listen on")
	cmd.Flags().StringVar(&baseURL, "base-url", "", "URL under which clients reach this server (default: what each request names)")
	return cmd
}

func (c *cli) serve(ctx context.Context, listen, baseURL string) error {
	log := slog.New(slog.NewJSONHandler(c.env.Stderr, nil))
	n, err := Open(ctx, c.options(), clock.System, log)
	if err != nil {
		return err
	}
	defer n.Close()
	s, err := NewServer(n, baseURL)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	admin := make(chan error, 1)
	go func() { admin <- n.ServeAdmin(ctx, filepath.Join(n.Options.Data, "admin.sock")) }()
	log.Info("serving", "address", l.Addr().String(), "data", n.Options.Data, "version", Version)
	if err := s.Serve(ctx, l); err != nil {
		return err
	}
	return <-admin
}
