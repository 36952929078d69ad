package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/incidentnotice"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/watch"
)

// What customers hear of the loss of a site (R23): the watcher's finding opens an incident for the customer, whose contacts are told within a minute, and
// nobody else's. Each mail and the page behind its link tell that customer's own state.

// lossFoundText open an incident by themselves.
const lossFoundText = `We have found that data of your site is missing on our machines, and have begun to bring it back from its copy.
What was saved up to some seconds before is in that copy. You need to do nothing. We write again as soon as we know more.`

const lossOverText = `Everything of yours is back, and every row of it was compared with what was recorded when it was saved.`

// lost opens an incident for the customer of a site, or adds the site to the open one.
func (n *Node) lost(ctx context.Context, id ids.Site, f watch.Finding) {
	ctx = identity.AsSystem(ctx, "watcher")
	s, err := n.Fleet.Site(id)
	if err == nil {
		err = n.openIncident(ctx, s)
	}
	if err != nil {
		n.Log.Error("the customer's incident could not be opened", "site", f.Site, "error", err)
	}
}

func (n *Node) openIncident(ctx context.Context, s *fleet.Site) error {
	return n.control().Write(ctx, func(tx *volume.Tx) error {
		i, fresh, err := incidentnotice.Open(ctx, tx, s.Org, s.ID)
		if err != nil || !fresh {
			return err
		}
		return n.say(ctx, tx, i, lossFoundText)
	})
}

// say adds an update to an incident, with a mail to each contact of the affected sites.
func (n *Node) say(ctx context.Context, tx *volume.Tx, i incidentnotice.Incident, text string) error {
	update, err := incidentnotice.Say(ctx, tx, i.ID, text)
	if err != nil {
		return err
	}
	all, err := fleet.ContactsIn(ctx, tx, i.Org)
	if err != nil {
		return err
	}
	told := slices.DeleteFunc(all, func(c fleet.Contact) bool {
		return !c.Site.IsZero() && !slices.ContainsFunc(i.Sites, func(s incidentnotice.Site) bool { return s.ID == c.Site })
	})
	return incidentnotice.Address(ctx, tx, update, told)
}

// UpdateIncidents says something to exactly those who are affected: the customer org, or with the zero identifier all who have an open incident. It gives
// how many customers that are.
func (n *Node) UpdateIncidents(ctx context.Context, org ids.Org, text string) (told int, err error) {
	if identity.From(ctx).Kind != identity.Operator {
		return 0, fault.Forbidden("Updates are an operator's.")
	}
	err = n.control().Write(ctx, func(tx *volume.Tx) error {
		told = 0
		open, err := incidentnotice.OpenOnes(ctx, tx)
		if err != nil {
			return err
		}
		for _, i := range open {
			if !org.IsZero() && i.Org != org {
				continue
			}
			if err := n.say(ctx, tx, i, text); err != nil {
				return err
			}
			told++
		}
		if told == 0 {
			return fault.NotFound("No customer is affected: nobody was written to.")
		}
		return nil
	})
	return told, err
}

// CareForIncidents notes which sites are back, ends the incidents whose sites all are, and hands over the mails that are due.
func (n *Node) CareForIncidents(ctx context.Context) error {
	var open []incidentnotice.Incident
	err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		open, err = incidentnotice.OpenOnes(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, i := range open {
		if err := n.settleIncident(ctx, i); err != nil {
			return err
		}
	}
	return n.sendIncidentMails(ctx)
}

func (n *Node) settleIncident(ctx context.Context, i incidentnotice.Incident) error {
	var back []ids.Site
	left := 0
	w := n.watcher.Load()
	for _, s := range i.Sites {
		if s.Back != nil && w != nil && !w.Wrong(s.ID.String()) { // it would know of a second loss
			continue
		}
		switch whole, err := n.siteWhole(ctx, s.ID); {
		case err != nil:
			return err
		case s.Back != nil && whole:
		case whole:
			back = append(back, s.ID)
		default:
			left++
		}
	}
	if len(back) == 0 {
		return nil
	}
	return n.control().Write(ctx, func(tx *volume.Tx) error {
		for _, id := range back {
			if err := incidentnotice.Back(ctx, tx, i.ID, id); err != nil {
				return err
			}
		}
		if left > 0 {
			return nil
		}
		if err := n.say(ctx, tx, i, lossOverText); err != nil {
			return err
		}
		return incidentnotice.Close(ctx, tx, i.ID)
	})
}

// siteWhole tells whether a site is in use, every volume of it is there, and the watcher finds nothing wrong with it any more.
func (n *Node) siteWhole(ctx context.Context, id ids.Site) (bool, error) {
	s, err := n.Fleet.Site(id)
	if err != nil || s.State != fleet.Active {
		return false, nil //nolint:nilerr // a site that nobody knows is not whole
	}
	there, err := n.volumesThere(ctx, id)
	w := n.watcher.Load() // it also knows of databases that are there and empty
	return there && (w == nil || !w.Wrong(id.String())), err
}

// volumesThere tells whether a site lacks no volume.
func (n *Node) volumesThere(ctx context.Context, id ids.Site) (bool, error) {
	for _, ref := range n.Fleet.VolumesOf(id.String()) {
		gone, err := n.Recovery.Gone(ctx, ref)
		if err != nil || gone {
			return false, err
		}
	}
	return true, nil
}

func (n *Node) sendIncidentMails(ctx context.Context) error {
	var due []incidentnotice.Mail
	var incidents []incidentnotice.Incident
	err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		if due, err = incidentnotice.Due(ctx, tx, n.Clock.Now(), 2000); err == nil && len(due) > 0 {
			incidents, err = incidentnotice.Newest(ctx, tx, 5000)
		}
		return err
	})
	if err != nil {
		return err
	}
	by := map[ids.Operation]incidentnotice.Incident{}
	for _, i := range incidents {
		by[i.ID] = i
	}
	for _, m := range due {
		failed := n.sendMail(ctx, n.incidentMail(ctx, by[m.Incident], m))
		if err := n.control().Write(ctx, func(tx *volume.Tx) error { return incidentnotice.Tried(ctx, tx, m, failed) }); err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) incidentMail(ctx context.Context, i incidentnotice.Incident, m incidentnotice.Mail) notify.Mail {
	var b strings.Builder
	b.WriteString(m.Text + "\n\n")
	var names []string
	for _, s := range n.affected(ctx, i) {
		names = append(names, s.Name)
		fmt.Fprintf(&b, "%s: %s\n", s.Name, s.State)
		if s.Estimate != "" {
			fmt.Fprintf(&b, "  %s\n", s.Estimate)
		}
	}
	fmt.Fprintf(&b, "\nHow it stands now, without a login: %s\nAnswer this mail to reach us.\n", n.incidentLink(i))
	return notify.Mail{To: m.Email, Subject: "Your site " + strings.Join(names, ", "), Text: b.String(), MessageID: m.Update.String() + "." + m.Contact.String() + "@holdfast"}
}

func (n *Node) incidentLink(i incidentnotice.Incident) string {
	return n.Options.BaseURL + "/incident/" + i.Token
}

// affectedSite is a site of an incident as its customer sees it.
type affectedSite struct {
	Name, State, Estimate string
	Found                 time.Time
	Done, Total           int // of a restore that runs; Total is 0 when none does
}

// affected tells how the sites of an incident stand now.
func (n *Node) affected(ctx context.Context, i incidentnotice.Incident) (out []affectedSite) {
	for _, lost := range i.Sites {
		a := affectedSite{Name: lost.ID.String(), State: "Missing. We are looking for its newest copy.", Found: lost.Found}
		s, err := n.Fleet.Site(lost.ID)
		if err == nil {
			a.Name = s.Name
			n.progressOf(ctx, s, &a)
		}
		if lost.Back != nil {
			a.State, a.Estimate = "Back since "+lost.Back.UTC().Format("2 January 2006, 15:04 UTC")+".", ""
		}
		out = append(out, a)
	}
	return out
}

func (n *Node) progressOf(ctx context.Context, s *fleet.Site, a *affectedSite) {
	switch p, running := n.restores.of(s.ID); {
	case s.State == fleet.ReadOnly:
		a.State = "Can be read as of " + n.FaceOf(ctx, s).UTC().Format("2 January 2006, 15:04:05 UTC") + "; it cannot be changed until it is restored."
	case s.State == fleet.Restoring && running && p.Total > 0:
		a.State, a.Done, a.Total = fmt.Sprintf("Being restored: %s, %d of %d %s.", p.Step, p.Done, p.Total, p.Unit), p.Done, p.Total
		if passed := n.Clock.Now().Sub(s.StateSince); p.Done > 0 && passed > 0 {
			a.Estimate = "About " + minutes(passed*time.Duration(p.Total-p.Done)/time.Duration(p.Done)) + " more."
		}
		return
	case s.State == fleet.Restoring:
		a.State = "Being restored."
	case s.State == fleet.Suspended || s.State == fleet.Tombstoned:
		a.State = "Taken out of use; its data is safe."
	default:
		if there, err := n.volumesThere(ctx, s.ID); err == nil && there { // and the watcher has not looked yet
			a.State = "Back; we are checking that all of it is there."
			return
		}
		a.State = "Its data is missing on our machines; the copy of it is whole."
	}
	if size := n.sizeInVault(ctx, s); size > 0 {
		a.Estimate = "About " + minutes(time.Minute+time.Duration(float64(size)/(1<<30)*float64(time.Minute))) + " from the moment at which its restore begins."
	}
}

// sizeInVault adds up the newest snapshots of a site.
func (n *Node) sizeInVault(ctx context.Context, s *fleet.Site) (total int64) {
	for _, ref := range n.Fleet.VolumesOf(s.ID.String()) {
		seqs, err := n.Vault.Snapshots(ctx, ref.String())
		if err != nil || len(seqs) == 0 {
			total++ // younger than its first snapshot: small
			continue
		}
		if m, err := n.Vault.Describe(ctx, ref.String(), seqs[len(seqs)-1]); err == nil {
			total += m.Bytes
		}
	}
	return total
}

func minutes(d time.Duration) string {
	if m := int(d.Round(time.Minute) / time.Minute); m > 1 {
		return fmt.Sprintf("%d minutes", m)
	}
	return "a minute"
}
