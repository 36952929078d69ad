package app

import (
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/incidentnotice"
	"holdfast.dev/internal/platform/volume"
)

func (s *Server) incidentOperations() []operation {
	return []operation{
		operate("GET", "/incidents", "listIncidents", "What customers of lost sites are told, each their own state; newest first, at most 500", s.listIncidents),
		operate("POST", "/incidents/updates", "updateIncidents", "Write to exactly the affected: one customer, or all that have an open incident", s.updateIncidents),
	}
}

type incidentSite struct {
	ID       ids.Site   `json:"id"`
	Name     string     `json:"name"`
	State    string     `json:"state" doc:"As its customer reads it"`
	Estimate string     `json:"estimate"`
	Done     int        `json:"done"`
	Total    int        `json:"total" doc:"0 when no restore runs"`
	Found    time.Time  `json:"found"`
	Back     *time.Time `json:"back"`
}

type incidentInfo struct {
	ID       ids.Operation           `json:"id"`
	Org      ids.Org                 `json:"org"`
	Customer string                  `json:"customer"`
	Opened   time.Time               `json:"opened"`
	Closed   *time.Time              `json:"closed"`
	Link     string                  `json:"link" doc:"The customer's own page, which needs no login"`
	Sites    []incidentSite          `json:"sites"`
	Updates  []incidentnotice.Update `json:"updates" doc:"Oldest first"`
	Contacts int                     `json:"contacts" doc:"Who are written to"`
	Mail     incidentMail            `json:"mail"`
}

// incidentMail counts the mails of an incident.
type incidentMail struct {
	Sent    int    `json:"sent"`
	Waiting int    `json:"waiting"`
	Error   string `json:"error,omitempty" doc:"Of one that waits"`
}

type incidentList struct {
	Incidents []incidentInfo `json:"incidents"`
	Mail      bool           `json:"mail" doc:"Whether this installation can send mail at all"`
}

// incidentsShown bounds the incidents that are listed.
const incidentsShown = 500

func (s *Server) listIncidents(c *call, _ none) (out incidentList, err error) {
	out = incidentList{Incidents: []incidentInfo{}, Mail: s.node.Mailer != nil}
	var all []incidentnotice.Incident
	mails := map[ids.Operation]incidentMail{}
	err = s.node.control().Read(c.Context(), func(tx *volume.Tx) error {
		if all, err = incidentnotice.Newest(c.Context(), tx, incidentsShown); err != nil {
			return err
		}
		for _, i := range all {
			var m incidentMail
			if m.Sent, m.Waiting, m.Error, err = incidentnotice.MailOf(c.Context(), tx, i.ID); err != nil {
				return err
			}
			mails[i.ID] = m
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	for _, i := range all {
		info := incidentInfo{ID: i.ID, Org: i.Org, Customer: i.Org.String(), Opened: i.Opened, Closed: i.Closed, Link: s.node.incidentLink(i), Sites: []incidentSite{},
			Updates: append([]incidentnotice.Update{}, i.Updates...), Mail: mails[i.ID]}
		if o, err := s.node.Fleet.Org(i.Org); err == nil {
			info.Customer = o.Name
		}
		contacts, err := s.node.Fleet.Contacts(c.Context(), i.Org)
		if err != nil {
			return out, err
		}
		for _, k := range contacts {
			for _, lost := range i.Sites {
				if k.Site.IsZero() || k.Site == lost.ID {
					info.Contacts++
					break
				}
			}
		}
		for n, a := range s.node.affected(c.Context(), i) {
			info.Sites = append(info.Sites, incidentSite{i.Sites[n].ID, a.Name, a.State, a.Estimate, a.Done, a.Total, a.Found, i.Sites[n].Back})
		}
		out.Incidents = append(out.Incidents, info)
	}
	return out, nil
}

type incidentUpdate struct {
	Text string  `json:"text" doc:"What they are told, in plain words"`
	Org  ids.Org `json:"org,omitzero" doc:"This customer alone"`
	All  bool    `json:"all,omitempty" doc:"Every customer that has an open incident"`
}

type incidentTold struct {
	Customers int `json:"customers" doc:"How many are told"`
}

func (s *Server) updateIncidents(c *call, in incidentUpdate) (out incidentTold, err error) {
	if in.All != in.Org.IsZero() {
		return out, fault.Bad("Say to whom: org for one customer, or all for every affected one.")
	}
	out.Customers, err = s.node.UpdateIncidents(c.Context(), in.Org, in.Text)
	return out, err
}
