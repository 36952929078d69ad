package app

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/assurance"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/lossreport"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/webhook"
)

// Roots are worth something to a customer only when they were handed over before anything happened. So the contacts of each site get them by mail every week,
// an address of the customer's can be called with them, and a link that needs no login gives them at any time.

const (
	handEvery = time.Minute // between two looks at what is to be handed over
	perHand   = 50          // sites, or deliveries, that one look takes on
	// rootsLinkLasts is how long the link of a mail leads somewhere.
	rootsLinkLasts = 400 * 24 * time.Hour
	// rootsAge is how old the roots behind a link may be before new ones are made.
	rootsAge = time.Hour
)

func (n *Node) handOutRoots(ctx context.Context) {
	ctx = identity.AsSystem(ctx, "roots")
	var planned time.Time
	every(ctx, handEvery, func() {
		if err := n.CareForRoots(ctx, &planned); err != nil && ctx.Err() == nil {
			n.Log.Error("roots for customers", "error", err)
		}
	})
}

// CareForRoots plans when the roots of new sites are handed over, once an hour, makes those that are due, and hands over what waits. planned is when it
// planned last.
func (n *Node) CareForRoots(ctx context.Context, planned *time.Time) error {
	now := n.Clock.Now()
	if planned.IsZero() || now.Sub(*planned) >= time.Hour || now.Before(*planned) {
		if err := n.planRoots(ctx); err != nil {
			return err
		}
		*planned = now
	}
	var due []lossreport.Schedule
	var s assurance.Settings
	err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		if s, err = assurance.ReadSettings(ctx, tx); err == nil {
			due, err = lossreport.Scheduled(ctx, tx, now, perHand)
		}
		return err
	})
	if err != nil {
		return err
	}
	for i := range due {
		if due[i].Due, err = n.handScheduled(ctx, due[i], s); err != nil {
			n.Log.Error("the roots of a site could not be handed over; tried again in an hour", "site", due[i].Site.String(), "error", err)
			due[i].Due = now.Add(time.Hour)
		}
	}
	if err := n.setRootsPlans(ctx, due, nil); err != nil {
		return err
	}
	return n.deliverRoots(ctx)
}

// setRootsPlans enters when roots are due, all in one commit, and forgets the plans of sites that are no more.
func (n *Node) setRootsPlans(ctx context.Context, plans []lossreport.Schedule, gone []ids.Site) error {
	if len(plans)+len(gone) == 0 {
		return nil
	}
	return n.control().Write(ctx, func(tx *volume.Tx) error {
		for _, plan := range plans {
			now, _, err := lossreport.ScheduleOf(ctx, tx, plan.Site)
			if err != nil {
				return err
			}
			plan.URL, plan.Secret = now.URL, now.Secret // they may have been set meanwhile
			if err := lossreport.SetSchedule(ctx, tx, plan); err != nil {
				return err
			}
		}
		for _, id := range gone {
			if err := lossreport.DropSchedule(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// planRoots gives every site a time of its own, and forgets those that are no more.
func (n *Node) planRoots(ctx context.Context) error {
	var known []lossreport.Schedule
	err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		known, err = lossreport.Schedules(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	has := map[ids.Site]bool{}
	var gone []ids.Site
	for _, k := range known {
		has[k.Site] = true
		if _, err := n.Fleet.Site(k.Site); err != nil {
			gone = append(gone, k.Site)
		}
	}
	var fresh []lossreport.Schedule
	now := n.Clock.Now()
	for _, s := range n.Fleet.All() {
		if _, copied := n.Fleet.SandboxOf(s.ID); !copied && !has[s.ID] {
			// The first ones soon: a customer without any could prove nothing. By whole hours, so that a thousand idle sites are a commit an hour.
			fresh = append(fresh, lossreport.Schedule{Site: s.ID, Due: now.Add(spread(s.ID.String(), 24*time.Hour).Truncate(time.Hour))})
		}
	}
	return n.setRootsPlans(ctx, fresh, gone)
}

// spread gives a share of a span that is always the same for a name, and even over many names.
func spread(name string, span time.Duration) time.Duration {
	sum := sha256.Sum256([]byte(name))
	return span * time.Duration(sum[0]) / 256
}

// handScheduled hands the roots of a site over when its time has come. A site in which nothing was committed since they were handed over last gets none: the
// earlier ones are as good. It gives when they are due next.
func (n *Node) handScheduled(ctx context.Context, plan lossreport.Schedule, s assurance.Settings) (due time.Time, err error) {
	next := time.Duration(s.RootsDays) * 24 * time.Hour
	if s.RootsDays == 0 {
		next = 24 * time.Hour
	}
	due = n.Clock.Now().Add(next)
	site, err := n.Fleet.Site(plan.Site)
	if err != nil || s.RootsDays == 0 {
		return due, nil //nolint:nilerr // purged; planRoots drops it
	}
	commits, err := n.commitsInVault(ctx, site)
	if err != nil {
		return due, err
	}
	var last []lossreport.Handed
	err = n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		last, err = lossreport.HandedTo(ctx, tx, site.ID, 1)
		return err
	})
	if err != nil {
		return due, err
	}
	if len(last) == 0 || last[0].Commits != commits || len(last[0].Delivered) == 0 {
		if _, err := n.HandRoots(ctx, site, "schedule"); err != nil && !errors.Is(err, errNobodyToHand) {
			return due, err
		}
	}
	return due, nil
}

// commitsInVault tells how far the vault's history of a site reaches, without opening its volumes.
func (n *Node) commitsInVault(ctx context.Context, s *fleet.Site) (string, error) {
	r := lossreport.Roots{Volumes: map[string]lossreport.Root{}}
	for _, ref := range n.Fleet.VolumesOf(s.ID.String()) {
		root, err := lossreport.RootOf(ctx, n.Vault, ref)
		if err != nil {
			return "", err
		}
		r.Volumes[ref.Kind] = root
	}
	return lossreport.CommitsOf(r), nil
}

var errNobodyToHand = fault.New(fault.KindConflict, "Nobody could be handed anything: the site has no contact that mail reaches and no address to call.")

// HandRoots makes the roots of a site now and enters them to be handed to its contacts and to the customer's address.
func (n *Node) HandRoots(ctx context.Context, s *fleet.Site, via string) (h lossreport.Handed, err error) {
	var to []string
	var plan lossreport.Schedule
	err = n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		if plan, _, err = lossreport.ScheduleOf(ctx, tx, s.ID); err != nil {
			return err
		}
		all, err := fleet.ContactsIn(ctx, tx, s.Org)
		for _, c := range fleet.ContactsOf(all, s.ID) {
			if n.Mailer != nil {
				to = append(to, c.ID.String())
			}
		}
		return err
	})
	if err != nil {
		return h, err
	}
	if plan.URL != "" {
		to = append(to, plan.URL)
	}
	if len(to) == 0 {
		return h, errNobodyToHand
	}
	return n.keepRoots(ctx, s, via, to)
}

func (n *Node) keepRoots(ctx context.Context, s *fleet.Site, via string, to []string) (h lossreport.Handed, err error) {
	r, err := n.Roots(ctx, s)
	if err != nil {
		return h, err
	}
	err = n.control().Write(ctx, func(tx *volume.Tx) error {
		h, err = lossreport.Hand(ctx, tx, r, via, to)
		return err
	})
	return h, err
}

// SetRootsURL says which address of the customer's is called with roots; empty for none. The calls are signed with the secret (Standard Webhooks).
func (n *Node) SetRootsURL(ctx context.Context, s *fleet.Site, url, secret string) error {
	if url != "" {
		if err := webhook.CheckURL(url); err != nil {
			return fault.Invalid("url", "%s", err)
		}
	}
	if len(secret) > 200 {
		return fault.Invalid("secret", "A secret has at most 200 bytes.")
	}
	return n.control().Write(ctx, func(tx *volume.Tx) error {
		plan, ok, err := lossreport.ScheduleOf(ctx, tx, s.ID)
		if err != nil {
			return err
		}
		if !ok {
			plan.Due = tx.Now()
		}
		if url != plan.URL || secret != "" {
			plan.Secret = secret
		}
		plan.URL = url
		return lossreport.SetSchedule(ctx, tx, plan)
	})
}

// deliverRoots hands over what waits.
func (n *Node) deliverRoots(ctx context.Context) error {
	var due []lossreport.Delivery
	handed := map[ids.Operation]lossreport.Handed{}
	err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		if due, err = lossreport.DueDeliveries(ctx, tx, n.Clock.Now(), perHand); err != nil {
			return err
		}
		for _, d := range due {
			if _, ok := handed[d.Roots]; ok {
				continue
			}
			h, _, err := lossreport.HandedBy(ctx, tx, d.Roots)
			if err != nil {
				return err
			}
			handed[d.Roots] = h
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, d := range due {
		failed := n.deliver(ctx, handed[d.Roots], d)
		err := n.control().Write(ctx, func(tx *volume.Tx) error {
			if fault.Is(failed, fault.KindNotFound) { // the contact, or the site, is no more
				return lossreport.DropDelivery(ctx, tx, d)
			}
			return lossreport.Tried(ctx, tx, d, failed)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) deliver(ctx context.Context, h lossreport.Handed, d lossreport.Delivery) error {
	s, err := n.Fleet.Site(h.Site)
	if err != nil {
		return err
	}
	if strings.HasPrefix(d.Receiver, "http") {
		var plan lossreport.Schedule
		err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
			plan, _, err = lossreport.ScheduleOf(ctx, tx, s.ID)
			return err
		})
		if err != nil {
			return err
		}
		q := webhook.Request{URL: d.Receiver, ID: h.ID.String()}
		if plan.URL == d.Receiver {
			q.Secret = []byte(plan.Secret)
		}
		return n.callOut(ctx, q, h.Roots)
	}
	id, err := ids.Parse[ids.Contact](d.Receiver)
	if err != nil {
		return err
	}
	var k fleet.Contact
	err = n.control().Read(ctx, func(tx *volume.Tx) error {
		k, err = fleet.ContactIn(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	m, err := n.rootsMail(ctx, s, h, k.Email)
	if err != nil {
		return err
	}
	return n.sendMail(ctx, m)
}

func (n *Node) rootsMail(ctx context.Context, s *fleet.Site, h lossreport.Handed, to string) (notify.Mail, error) {
	b, err := json.MarshalIndent(h.Roots, "", "  ")
	if err != nil {
		return notify.Mail{}, err
	}
	var p assurance.Proof
	err = n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		p, _, err = assurance.Of(ctx, tx, s.ID.String())
		return err
	})
	if err != nil {
		return notify.Mail{}, err
	}
	proven := ""
	if p.Proven != nil {
		proven = fmt.Sprintf("\nIts backup was restored and every row of it proven on %s.\n", p.Proven.UTC().Format("2 January 2006"))
	}
	return notify.Mail{To: to, Subject: "Keep these: the roots of your site " + s.Name, MessageID: h.ID.String() + "." + strconv.FormatUint(uint64(spread(to, 1<<32)), 36) + "@holdfast",
		Files: []notify.File{{Name: fmt.Sprintf("roots-%s-%s.json", s.Slug, h.At.UTC().Format("2006-01-02")), Content: b}},
		Text: fmt.Sprintf(`Attached are the roots of your site %s as of %s: a few signed hashes that fix its whole history up to then.

Keep the file somewhere that we cannot reach. Should we ever have to restore your site, you get a report of what came back and what did not,
and with this file you can check, without trusting us and without a network, that nothing was left out of it or changed:

    holdfast report verify REPORT --roots FILE
%s
Newer and older ones are here, without a login: %s
`, s.Name, h.At.UTC().Format("2 January 2006, 15:04 UTC"), proven, n.Options.BaseURL+"/roots/"+n.rootsToken(s.ID))}, nil
}

// rootsToken makes what a link to the roots of a site ends in: the site and when the link ends, signed.
func (n *Node) rootsToken(site ids.Site) string {
	payload := site.String() + "." + strconv.FormatInt(clock.Micros(n.Clock.Now().Add(rootsLinkLasts))/1e6, 36)
	return base64.RawURLEncoding.EncodeToString([]byte(payload)) + "~" + base64.RawURLEncoding.EncodeToString(n.Signer.Sign(linkDigest(payload)))
}

// linkDigest keeps a signature of a link from being one of anything else.
func linkDigest(payload string) []byte {
	sum := sha256.Sum256([]byte("holdfast roots link\n" + payload))
	return sum[:]
}

var errNoLink = fault.NotFound("This link is not valid, or not any more. Ask us for a new one.")

// siteOfToken reads a link.
func (n *Node) siteOfToken(token string) (*fleet.Site, error) {
	left, right, ok := strings.Cut(token, "~")
	payload, err := base64.RawURLEncoding.DecodeString(left)
	if !ok || err != nil || len(token) > 500 {
		return nil, errNoLink
	}
	signature, err := base64.RawURLEncoding.DecodeString(right)
	if err != nil || !ed25519.Verify(n.Signer.Public(), linkDigest(string(payload)), signature) {
		return nil, errNoLink
	}
	site, until, _ := strings.Cut(string(payload), ".")
	end, err := strconv.ParseInt(until, 36, 64)
	if err != nil || n.Clock.Now().Unix() > end {
		return nil, errNoLink
	}
	id, err := ids.Parse[ids.Site](site)
	if err != nil {
		return nil, errNoLink
	}
	s, err := n.Fleet.Site(id)
	if err != nil {
		return nil, errNoLink
	}
	return s, nil
}
