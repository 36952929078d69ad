package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
)

// TestContactsAreToldThatKeysEnd rotates keys of two sites of a customer and takes that back: the contacts of who is affected are told once each time, and nobody else.
func TestContactsAreToldThatKeysEnd(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s *street) {
		office := s.openPostOffice()
		s.settle("one", "oncall")
		s.settle("two", "oncall")
		s.settle("three", "status") // it has none of these keys
		ctx := identity.AsSystem(t.Context(), "test")
		if _, err := s.node.CreateOrg(ctx, "bystander"); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ org, site, email string }{{"acme", "", "all@acme.example"}, {"acme", "one", "one@acme.example"}, {"acme", "three", "three@acme.example"}, {"bystander", "", "nobody@bystander.example"}} {
			if _, err := s.node.AddContact(ctx, c.org, c.site, fleet.Contact{Name: "Cleo", Email: c.email}); err != nil {
				t.Fatal(err)
			}
		}
		for _, site := range s.sites[:2] {
			ref := volume.Ref{Kind: "oncall", Owner: site.ID.String()}
			if _, err := s.node.products.oncall.CreateKey(s.node.siteContext(ctx, site), s.node.Pool.Volume(ref), site.ID, "monitor"); err != nil {
				t.Fatal(err)
			}
		}
		send := func() {
			t.Helper()
			if _, err := s.node.Maintenance.SendLetters(t.Context(), s.node.sendMail); err != nil {
				t.Fatal(err)
			}
		}
		got := func(what string, want map[string][]string) {
			t.Helper()
			for _, to := range []string{"all@acme.example", "one@acme.example", "three@acme.example", "nobody@bystander.example"} {
				mails := office.to(to)
				if len(mails) != len(want[to]) {
					t.Fatalf("%s: %s has %d letters, not %d: %q", what, to, len(mails), len(want[to]), mails)
				}
				for i, says := range want[to] {
					for _, part := range strings.Split(says, "|") {
						if !strings.Contains(mails[i], part) {
							t.Errorf("%s: letter %d to %s does not say %q: %s", what, i, to, part, mails[i])
						}
					}
				}
			}
		}
		until := s.clock.Now().Add(48 * time.Hour)
		p := s.plan(onShop(fmt.Sprintf("action: {kind: rotate-keys, params: {keys: oncall-api-keys, until: '%s'}}\n", until.Format(time.RFC3339))))
		s.approve(p)
		if _, err := s.node.Maintenance.Apply(as("ann"), p.ID, p.Hash, nil); err != nil {
			t.Fatal(err)
		}
		send()
		got("just now", nil)
		s.clock.Advance(2 * time.Minute)
		office.closed = true
		send()
		got("the post office is closed", nil)
		office.closed = false
		s.clock.Advance(3 * time.Minute)
		send()
		send()
		end := until.Format("2 January 2006, 15:04 UTC")
		done := map[string][]string{"all@acme.example": {"end on " + end + "|API keys of integrations|(one)|(two)"}, "one@acme.example": {"API keys of integrations|(one)"}}
		got("applied", done)
		if strings.Contains(office.to("one@acme.example")[0], "(two)") || strings.Contains(office.to("all@acme.example")[0], "(three)") {
			t.Error("a contact is told of a site that is not theirs, or of one to which nothing was done")
		}
		for range 2 {
			if _, err := s.node.Maintenance.Undo(as("bob"), p.ID, nil); err != nil {
				t.Fatal(err)
			}
		}
		s.clock.Advance(2 * time.Minute)
		send()
		send()
		for to := range done {
			done[to] = append(done[to], "do not end on|taken back|(one)")
		}
		got("taken back", done)
	})
}
