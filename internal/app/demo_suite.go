package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"time"

	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/access/role"
	statusdemo "holdfast.dev/internal/product/status/demo"
)

// The demo company uses every product. What it holds beside its issues is written through the APIs that clients use.

// colleagues are people of the demo company who can be on call; nobody knows their passwords.
var colleagues = []struct{ name, email string }{
	{"Tomás Herrera", "tomas@meridian.example"}, {"Mei-Ling Chou", "meiling@meridian.example"}, {"Kwame Asante", "kwame@meridian.example"},
	{"Ingrid Solberg", "ingrid@meridian.example"}, {"Rajesh Iyer", "rajesh@meridian.example"}, {"Fatima Zahra Benali", "fatima@meridian.example"},
}

// demoClient calls the server in this process as a client would.
type demoClient struct {
	handler http.Handler
	auth    string
	prefix  string // of the site, such as /s/acme; empty where there is one site only
}

// call sends a request and reads the answer into out, which may be nil.
func (d demoClient) call(method, path string, body, out any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r := httptest.NewRequest(method, d.prefix+path, bytes.NewReader(b))
	r.Host = "localhost" // what is learned from it stays on this machine
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", d.auth)
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	answer, err := io.ReadAll(w.Result().Body)
	if err != nil {
		return err
	}
	if w.Code/100 != 2 {
		return &refusal{method, path, w.Code, string(answer)}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// fillSuite writes the wiki, on-call and the status page of the demo company.
func (c *cli) fillSuite(ctx context.Context, n *Node, site *fleet.Site, token string, seed uint64) error {
	if err := addColleagues(ctx, n, site); err != nil {
		return err
	}
	server, err := NewServer(n)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(seed, 0x737569746))
	steps := []struct {
		name string
		fill func() error
	}{
		{"writing the wiki", func() error {
			return demoWiki{demoClient{server, "Bearer " + token, ""}, rng, n.Clock.Now()}.fill()
		}},
		{"setting up on-call", func() error {
			key, err := n.products.oncall.CreateKey(ctx, n.Pool.Volume(volume.Ref{Kind: "oncall", Owner: site.ID.String()}), site.ID, "Demo")
			if err != nil {
				return err
			}
			return demoOncall{demoClient{server, "GenieKey " + key, ""}, rng, n.Clock.Now()}.fill()
		}},
		{"writing the status page", func() error {
			return statusdemo.Fill(n.siteContext(ctx, site), n.Pool.Volume(volume.Ref{Kind: "status", Owner: site.ID.String()}), seed)
		}},
	}
	for i, s := range steps {
		c.env.Progress(Progress{Step: s.name, Done: int64(i), Total: int64(len(steps)), Unit: "products"})
		if err := s.fill(); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	c.env.Progress(Progress{Step: "done", Done: int64(len(steps)), Total: int64(len(steps)), Unit: "products"})
	return nil
}

func addColleagues(ctx context.Context, n *Node, site *fleet.Site) error {
	for _, p := range colleagues {
		secret, err := randomPassword()
		if err != nil {
			return err
		}
		id, err := n.products.access.CreateAccount(ctx, site.Org, access.NewPerson{Email: p.email, Name: p.name, Password: secret})
		if err != nil {
			return err
		}
		if err := n.products.access.SetRole(ctx, site.Org, site.ID, id, role.Member); err != nil {
			return err
		}
	}
	return n.syncPeople(ctx, site)
}

// demoOncall sets two teams up, with schedules and escalations, and raises some alerts.
type demoOncall struct {
	demoClient
	rng *rand.Rand
	now time.Time
}

func (d demoOncall) fill() error {
	for _, t := range []struct {
		name, what string
		members    []int
		zone       string
	}{{"Platform", "Keeps what everything else runs on alive", []int{3, 4, 2}, "Europe/Oslo"}, {"Mobile", "The app of the crews", []int{0, 1, 5}, "Europe/Madrid"}} {
		if err := d.team(t.name, t.what, t.zone, t.members); err != nil {
			return err
		}
	}
	if err := d.call("POST", "/v2/heartbeats", map[string]any{"name": "nightly-backup", "description": "The backup of the platform ran", "interval": 25, "intervalUnit": "hours", "enabled": true, "ownerTeam": map[string]string{"name": "Platform"}}, nil); err != nil {
		return err
	}
	for i, a := range demoAlerts {
		alias := fmt.Sprintf("demo-%d", i)
		err := d.call("POST", "/v2/alerts", map[string]any{"message": a.message, "alias": alias, "description": a.description, "priority": a.priority, "source": a.source, "tags": a.tags, "entity": a.entity,
			"details": map[string]string{"region": "eu-north-1", "runbook": "Runbooks"}, "responders": []any{map[string]string{"type": "team", "name": a.team}}}, nil)
		for n := 0; err == nil && n < a.again; n++ {
			err = d.call("POST", "/v2/alerts", map[string]any{"message": a.message, "alias": alias}, nil)
		}
		if err == nil && a.end != "" {
			err = d.call("POST", "/v2/alerts/"+alias+"/"+a.end+"?identifierType=alias", map[string]any{"user": colleagues[d.rng.IntN(len(colleagues))].email, "note": a.note}, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d demoOncall) team(name, what, zone string, members []int) error {
	var list, participants []any
	for i, m := range members {
		is := "user"
		if i == 0 {
			is = "admin"
		}
		list = append(list, map[string]any{"user": map[string]string{"username": colleagues[m].email}, "role": is})
		participants = append(participants, map[string]string{"type": "user", "username": colleagues[m].email})
	}
	if err := d.call("POST", "/v2/teams", map[string]any{"name": name, "description": what, "members": list}, nil); err != nil {
		return err
	}
	monday := d.now.UTC().Truncate(24 * time.Hour)
	for monday.Weekday() != time.Monday {
		monday = monday.AddDate(0, 0, -1)
	}
	return d.call("POST", "/v2/schedules", map[string]any{"name": name + " follow the sun", "description": "Weekdays by day", "timezone": zone, "enabled": true, "ownerTeam": map[string]string{"name": name},
		"rotations": []any{
			map[string]any{"name": "Weekly", "startDate": monday.AddDate(0, 0, -28).Add(8 * time.Hour).Format(time.RFC3339), "type": "weekly", "length": 1, "participants": participants},
		}}, nil)
}
