package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os/signal"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/product/oncall/incoming"
)

func (c *cli) serveCommand() *cobra.Command {
	var listen string
	cmd := &cobra.Command{Use: "serve", Short: "Serve the suite over HTTP", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		if c.env.Node != nil {
			return errUsage{fmt.Errorf("a server is running already")}
		}
		ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		return c.serve(ctx, listen)
	}}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "address to listen on")
	cmd.Flags().StringSliceVar(&c.opts.Only, "only", nil, "serve these products alone, beside other processes on the same data folder: tracker,wiki,access,oncall,status")
	c.serveFlags(cmd)
	return cmd
}

// serveFlags are the flags of commands that serve.
func (c *cli) serveFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.opts.BaseURL, "base-url", "", "URL under which people reach this server (default: what each request names; in messages, the address listened on)")
	cmd.Flags().StringVar(&c.opts.SMTP, "smtp", "", "mail server, smtp://[USER:PASSWORD@]HOST:PORT (default $HOLDFAST_SMTP, else no mail)")
	cmd.Flags().StringVar(&c.opts.MailListen, "mail-listen", "", "address on which mail for alerts is taken over SMTP (default: none is)")
	cmd.Flags().Func("webhooks-may-reach", "a private network, such as 10.0.0.0/8, that webhooks of customers may call (may be repeated)", func(s string) error {
		p, err := netip.ParsePrefix(s)
		c.opts.Reachable = append(c.opts.Reachable, p)
		return err
	})
}

func (c *cli) serve(ctx context.Context, listen string) error {
	log := slog.New(slog.NewJSONHandler(c.env.Stderr, nil))
	n, err := Open(ctx, c.options(), clock.System, log)
	if err != nil {
		return err
	}
	defer n.Close()
	s, err := NewServer(n)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	if n.Options.BaseURL == "" { // links in mails have no request to take an address from
		n.Options.BaseURL = "http://" + localName(l.Addr().String())
	}
	if n.Options.MailListen != "" && n.serves("oncall") {
		stopMail, err := n.takeMail(n.Options.MailListen)
		if err != nil {
			return err
		}
		defer stopMail()
	}
	if n.takes(0) {
		w, stopWatch, err := n.newWatcher(ctx)
		if err != nil {
			return err
		}
		defer stopWatch()
		watching, stop := context.WithCancel(ctx)
		var looking sync.WaitGroup
		looking.Go(func() { w.Run(watching) })
		looking.Go(func() { n.care(watching) })
		looking.Go(func() { n.exportTakeouts(watching) })
		looking.Go(func() { n.testRestores(watching) })
		looking.Go(func() { n.watchTester(watching) })
		looking.Go(func() { n.handOutRoots(watching) })
		defer func() { stop(); looking.Wait() }()
	}
	working, stopJobs := context.WithCancel(ctx)
	jobsDone := make(chan error, 1)
	go func() { jobsDone <- n.RunJobs(working) }()
	defer func() {
		stopJobs()
		if err := <-jobsDone; err != nil {
			log.Error("jobs ended", "error", err)
		}
	}()
	admin := make(chan error, 1)
	go func() { admin <- n.ServeAdmin(ctx, n.adminSocket()) }()
	log.Info("serving", "address", l.Addr().String(), "data", n.Options.Data, "version", Version)
	if err := s.Serve(ctx, l); err != nil {
		return err
	}
	return <-admin
}

// takeMail starts the server that takes mail for integrations of on-call, and gives what ends it.
func (n *Node) takeMail(address string) (stop func(), err error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	srv := incoming.MailServer(n.mailSite, n.Log)
	go func() {
		if err := srv.Serve(l); err != nil && !errors.Is(err, net.ErrClosed) {
			n.Log.Error("mail is not taken any more", "error", err)
		}
	}()
	return func() { _ = srv.Close() }, nil // what was acknowledged is durable
}

// localName writes an address that listens on every interface, or on loopback, as people type it.
func localName(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); ip != nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
