package app

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/tracker/demo"
	"holdfast.dev/internal/product/tracker/importer"
)

// demoLogin is what a second start of the demo prints again; it lies in the demo's own folder, readable for its owner only.
type demoLogin struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Token    string `json:"token"`
}

func (c *cli) demoCommand() *cobra.Command {
	var listen string
	seed := uint64(1)
	cmd := &cobra.Command{Use: "demo", Short: "Serve a made-up company that uses every product: 5,000 issues, a wiki, on-call, a status page", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		if c.env.Node != nil {
			return errUsage{errors.New("a server is running already")}
		}
		ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		login, err := c.makeDemo(ctx, seed)
		if err != nil {
			return err
		}
		url := "http://" + localName(listen)
		fmt.Fprintf(c.env.Stdout, "\n  Meridian Tools is at   %s\n  login                  %s\n  password               %s\n  API token              %s\n\n  Try: curl -u %s:%s %s/rest/api/3/myself\n\n",
			url, login.Email, login.Password, login.Token, login.Email, login.Token, url)
		return c.serve(ctx, listen)
	}}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "address to listen on")
	c.serveFlags(cmd)
	cmd.Flags().Uint64Var(&seed, "seed", seed, "what the company is made of")
	return cmd
}

// makeDemo fills an empty data folder; one that was filled before is left as it is.
func (c *cli) makeDemo(ctx context.Context, seed uint64) (login demoLogin, err error) {
	o := c.options()
	note := filepath.Join(o.Data, "demo-login.json")
	b, err := os.ReadFile(note)
	if err == nil {
		return login, json.Unmarshal(b, &login)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return login, err
	}
	n, err := Open(ctx, o, clock.System, c.logger())
	if err != nil {
		return login, err
	}
	defer n.Close()
	if !n.Fleet.Empty() {
		return login, errUsage{fmt.Errorf("%s holds something else than a demo: choose another folder with --data, or serve it with `holdfast serve`", o.Data)}
	}
	ctx = identity.AsSystem(ctx, "demo")
	login = demoLogin{Email: demo.AdminEmail}
	if login.Password, err = randomPassword(); err != nil {
		return login, err
	}
	site, _, err := n.FirstRun(ctx, FirstRun{Org: "Meridian Tools", Slug: "demo", Site: "Meridian Tools", Admin: access.NewPerson{Email: login.Email, Name: demo.AdminName, Password: login.Password}})
	if err != nil {
		return login, err
	}
	l := &importer.Loader{Volume: n.Pool.Volume(volume.Ref{Kind: "work", Owner: site.ID.String()}), Directory: people{n.products.access, site.Org}, Clock: n.Clock,
		Progress: func(read, total int64, _ int) {
			c.env.Progress(Progress{Step: "making up a company", Done: read, Total: total, Unit: "records"})
		}}
	if _, err := l.Load(ctx, "demo", "generator", demo.New(seed, n.Clock.Now())); err != nil {
		return login, err
	}
	if login.Token, err = n.products.access.CreateToken(ctx, site.Org, login.Email, "demo", 365*24*time.Hour); err != nil {
		return login, err
	}
	if err := c.fillSuite(ctx, n, site, login.Token, seed); err != nil {
		return login, err
	}
	b, err = json.Marshal(login)
	if err != nil {
		return login, err
	}
	return login, os.WriteFile(note, b, 0o600)
}

// randomPassword gives 80 random bits as text.
func randomPassword() (string, error) {
	random := make([]byte, 10)
	_, err := rand.Read(random)
	return strings.ToLower(base32.StdEncoding.EncodeToString(random)), err
}
