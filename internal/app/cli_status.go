package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/publish"
)

// statusCommand is what the command line does with status pages.
func (c *cli) statusCommand() *cobra.Command {
	var site, name string
	create := c.leaf("create", "Make a key for the manage API and print it; it is shown once", 0, func(ctx context.Context, n *Node, _ []string) error {
		s, err := n.FindSite(site)
		if err != nil {
			return err
		}
		key, err := n.products.status.CreateKey(n.siteContext(ctx, s), n.Pool.Volume(volume.Ref{Kind: "status", Owner: s.ID.String()}), s.ID, name)
		if err != nil {
			return err
		}
		return c.print(map[string]string{"key": key}, "%s", key)
	})
	create.Flags().StringVar(&site, "site", "", "site (slug or identifier)")
	create.Flags().StringVar(&name, "name", "", "what the key is for")
	_ = create.MarkFlagRequired("site")
	return group("status", "Status pages", group("key", "Keys for the manage API", create), c.statusServeCommand())
}

// statusServeCommand serves published copies. It opens no database and needs no data folder.
func (c *cli) statusServeCommand() *cobra.Command {
	var from, listen string
	cmd := &cobra.Command{Use: "serve --from DIR", Short: "Serve the published copies of status pages from a folder, without a database",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 0 {
				return errUsage{fmt.Errorf("usage: %s", cmd.UseLine())}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir := c.path(from)
			if info, err := os.Stat(dir); err != nil || !info.IsDir() {
				return errUsage{fmt.Errorf("there is no folder %s", dir)}
			}
			l, err := net.Listen("tcp", listen)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.env.Stderr, "serving %s on http://%s\n", dir, l.Addr())
			return serveFolder(cmd.Context(), dir, l)
		}}
	cmd.Flags().StringVar(&from, "from", "", "folder of a page, of a site or of all sites (such as DATA/status-pages)")
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8081", "address to serve on")
	_ = cmd.MarkFlagRequired("from")
	return cmd
}

// serveFolder answers until ctx ends.
func serveFolder(ctx context.Context, dir string, l net.Listener) error {
	s := &http.Server{Handler: publish.NewStatic(dir, clock.System), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = s.Shutdown(grace)
	}()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
