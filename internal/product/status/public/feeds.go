package public

import (
	"encoding/xml"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"holdfast.dev/internal/product/status/incident"
)

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string   `xml:"id"`
	Published string   `xml:"published"`
	Updated   string   `xml:"updated"`
	Link      atomLink `xml:"link"`
	Title     string   `xml:"title"`
	Content   xmlHTML  `xml:"content"`
}

type xmlHTML struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

type rssFeed struct {
	XMLName xml.Name  `xml:"rss"`
	Version string    `xml:"version,attr"`
	Title   string    `xml:"channel>title"`
	Link    string    `xml:"channel>link"`
	About   string    `xml:"channel>description"`
	Date    string    `xml:"channel>pubDate"`
	Items   []rssItem `xml:"channel>item"`
}

type rssItem struct {
	Title       string  `xml:"title"`
	Description string  `xml:"description"`
	Date        string  `xml:"pubDate"`
	Link        string  `xml:"link"`
	GUID        rssGUID `xml:"guid"`
}

type rssGUID struct {
	Permalink bool   `xml:"isPermaLink,attr"`
	Text      string `xml:",chardata"`
}

const feedLength = 25

// feedBody is an incident with all its messages as HTML.
func (s *Site) feedBody(i *incident.Incident) string {
	var b strings.Builder
	for _, u := range i.Updates {
		b.WriteString("<p><small>" + s.moment(u.Display).Text + "</small><br><strong>" + u.Status.Label() + "</strong></p>" + string(Rich(u.Body)))
	}
	return b.String()
}

func (s *Site) link(i *incident.Incident) string {
	return s.Page.PublicURL() + "/incidents/" + i.ID + "/"
}

// feedID names something of the page for good, wherever the page lives.
func (s *Site) feedID(what string) string { return "tag:holdfast.dev,2026:status/" + s.Page.ID + what }

func (s *Site) atom() ([]byte, error) {
	list, _, err := s.history(end, "", feedLength)
	if err != nil {
		return nil, err
	}
	home := s.Page.PublicURL()
	f := atomFeed{Lang: "en", ID: s.feedID(""), Title: s.Page.Name + ": incidents and maintenance", Updated: s.Page.Updated.Format(time.RFC3339), Author: s.Page.Name,
		Links: []atomLink{{"alternate", "text/html", home + "/"}, {"self", "application/atom+xml", home + "/history.atom"}}}
	for _, i := range list {
		f.Entries = append(f.Entries, atomEntry{ID: s.feedID("/" + i.ID), Published: i.Started.Format(time.RFC3339), Updated: i.Updated.Format(time.RFC3339),
			Link: atomLink{"alternate", "text/html", s.link(i)}, Title: i.Name, Content: xmlHTML{"html", s.feedBody(i)}})
	}
	return xmlDocument(f)
}

func (s *Site) rss() ([]byte, error) {
	list, _, err := s.history(end, "", feedLength)
	if err != nil {
		return nil, err
	}
	f := rssFeed{Version: "2.0", Title: s.Page.Name + ": incidents and maintenance", Link: s.Page.PublicURL() + "/", About: "Incidents and maintenance of " + s.Page.Name,
		Date: s.Page.Updated.Format(time.RFC1123Z)}
	for _, i := range list {
		f.Items = append(f.Items, rssItem{i.Name, s.feedBody(i), i.Updated.Format(time.RFC1123Z), s.link(i), rssGUID{false, s.feedID("/" + i.ID)}})
	}
	return xmlDocument(f)
}

func xmlDocument(v any) ([]byte, error) {
	b, err := xml.MarshalIndent(v, "", " ")
	return append([]byte(xml.Header), b...), err
}

// calendar writes the maintenance of the page as iCalendar.
func (s *Site) calendar() ([]byte, error) {
	list, err := incident.OfKind(s.ctx, s.tx, s.Page.ID, true, 100, 0)
	if err != nil {
		return nil, err
	}
	if err := incident.Fill(s.ctx, s.tx, list...); err != nil {
		return nil, err
	}
	c := ics.NewCalendarFor("-//Holdfast//Status//EN")
	c.SetMethod(ics.MethodPublish)
	c.SetName(s.Page.Name + ": maintenance")
	for _, i := range list {
		e := c.AddEvent(i.ID + "@" + s.Page.ID + ".status")
		e.SetDtStampTime(i.Updated)
		e.SetStartAt(i.ScheduledFor)
		e.SetEndAt(i.ScheduledUntil)
		e.SetSummary(i.Name)
		e.SetURL(s.link(i))
		if len(i.Updates) > 0 {
			e.SetDescription(i.Updates[0].Body)
		}
		e.SetStatus(ics.ObjectStatusConfirmed)
	}
	return []byte(c.Serialize(ics.WithNewLineWindows)), nil
}
