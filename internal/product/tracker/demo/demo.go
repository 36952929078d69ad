// Package demo makes up a company that a newcomer can look around in: people, three projects, 5,000 issues with eighteen months of history. What
// it makes follows from its seed alone, relative to the day on which it is made.
package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/importer/source"
	"holdfast.dev/internal/richtext/adf"
)

// The first person of the company: who set it up and may administer it.
const (
	AdminEmail = "ada@meridian.example"
	AdminName  = "Ada Lindqvist"
)

// addresses are those of the first people, who can be given accounts; the others are known by name alone.
var addresses = []string{AdminEmail, "tomas@meridian.example", "meiling@meridian.example", "kwame@meridian.example", "ingrid@meridian.example", "rajesh@meridian.example", "fatima@meridian.example"}

// months is how far the history of the company goes back.
const months = 18

// Company gives the records of the company one by one, as an export would.
type Company struct {
	rng     *rand.Rand
	now     time.Time
	records []*source.Record
	next    int
	people  []source.Person
	ids     int
}

// New makes a company; the same seed and day make the same one.
func New(seed uint64, now time.Time) *Company {
	c := &Company{rng: rand.New(rand.NewPCG(seed, 0x686f6c64)), now: now.UTC().Truncate(time.Hour), ids: 20_000}
	for _, name := range people {
		c.people = append(c.people, source.Person{Key: "demo/" + name, Name: name})
	}
	for i, address := range addresses {
		c.people[i].Email = address
	}
	for _, p := range plans {
		c.project(p)
	}
	return c
}

// Next implements source.Reader.
func (c *Company) Next() (*source.Record, error) {
	if c.next == len(c.records) {
		return nil, io.EOF
	}
	c.next++
	return c.records[c.next-1], nil
}

// Done implements source.Reader, in records rather than bytes.
func (c *Company) Done() (read, total int64) { return int64(c.next), int64(len(c.records)) }

func (c *Company) id() string {
	c.ids++
	return strconv.Itoa(c.ids)
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// someone picks from a team of nine people, the first ones more often.
func (c *Company) someone(team int) *source.Person {
	n := int(math.Abs(c.rng.NormFloat64()) * 3)
	return &c.people[(team*7+min(n, 8))%len(c.people)]
}

func (c *Company) project(p projectPlan) {
	team := len(c.records) % 3
	meta := source.Project{ID: c.id(), Key: p.key, Name: p.name, Description: p.description, Type: "software", Lead: &c.people[team*5]}
	for _, name := range p.components {
		meta.Components = append(meta.Components, source.Component{ID: c.id(), Name: name, Lead: c.someone(team)})
	}
	begin := c.now.AddDate(0, -months, 0)
	for v := range 8 {
		day := begin.AddDate(0, (v+1)*5/2, 0)
		made := source.Version{ID: c.id(), Name: fmt.Sprintf("%d.%d", 1+v/4, v%4), Position: v + 1, StartDay: day.AddDate(0, -2, 0).Format(time.DateOnly), ReleaseDay: day.Format(time.DateOnly), Released: day.Before(c.now)}
		meta.Versions = append(meta.Versions, made)
	}
	c.records = append(c.records, &source.Record{Project: &meta})
	plan := &projectMaker{Company: c, plan: p, meta: meta, team: team, begin: begin}
	plan.make()
}

// projectMaker makes the issues of one project.
type projectMaker struct {
	*Company
	plan   projectPlan
	meta   source.Project
	team   int
	begin  time.Time
	number int
	epics  []string
	recent []string // keys of standard issues, for links and sub-tasks
}

func (m *projectMaker) make() {
	span := m.now.Sub(m.begin)
	for n := range m.plan.issues {
		// More issues lately than long ago, as companies grow.
		at := m.begin.Add(time.Duration(float64(span) * math.Pow(float64(n)/float64(m.plan.issues), 0.8))).Add(time.Duration(m.rng.IntN(7)) * time.Hour)
		if at.After(m.now) {
			at = m.now.Add(-time.Duration(1+m.rng.IntN(120)) * time.Minute)
		}
		kind := "Task"
		switch roll := m.rng.Float64(); {
		case len(m.epics) < len(m.plan.epics) && n%(m.plan.issues/len(m.plan.epics)) == 0:
			kind = "Epic"
		case roll < 0.34:
			kind = "Bug"
		case roll < 0.58:
			kind = "Story"
		case roll < 0.68 && len(m.recent) > 0:
			kind = "Sub-task"
		}
		m.issue(kind, at)
	}
}

func (m *projectMaker) issue(kind string, created time.Time) {
	m.number++
	i := &source.Issue{ID: m.id(), Key: m.plan.key + "-" + strconv.Itoa(m.number), Project: m.meta, Type: source.Named{Name: kind}, Created: created, Updated: created, Reporter: m.someone(m.team), PeoplePrefix: "demo/"}
	i.Creator = i.Reporter
	i.Priority = &source.Named{Name: pick(m.rng, []string{"Highest", "High", "High", "Medium", "Medium", "Medium", "Medium", "Low", "Low", "Lowest"})}
	thing := pick(m.rng, m.plan.things)
	switch kind {
	case "Epic":
		i.Summary = m.plan.epics[len(m.epics)]
		m.epics = append(m.epics, i.Key)
	case "Sub-task":
		i.Summary = pick(m.rng, summaries[kind])
		i.Parent = m.recent[len(m.recent)-1-m.rng.IntN(min(len(m.recent), 40))]
	default:
		s := fmt.Sprintf(pick(m.rng, summaries[kind]), thing)
		i.Summary = strings.ToUpper(s[:1]) + s[1:]
		if len(m.epics) > 0 && m.rng.IntN(3) > 0 {
			i.Parent = m.epics[max(0, len(m.epics)-1-m.rng.IntN(3))]
		}
		m.recent = append(m.recent, i.Key)
	}
	i.Description = source.Text{ADF: m.description(kind, thing)}
	m.classify(i, kind)
	m.live(i, kind)
	m.talk(i)
	if len(m.recent) > 5 && m.rng.IntN(12) == 0 && kind != "Sub-task" {
		other := m.recent[m.rng.IntN(len(m.recent)-1)]
		if other != i.Key {
			link := pick(m.rng, [][3]string{{"Relates", "relates to", "relates to"}, {"Blocks", "is blocked by", "blocks"}, {"Duplicate", "is duplicated by", "duplicates"}})
			i.Links = append(i.Links, source.Link{ID: m.id(), Type: link[0], Inward: link[1], Outward: link[2], Other: other, Outwards: true, Created: created})
		}
	}
	m.records = append(m.records, &source.Record{Issue: i})
}

// classify gives components, labels, versions, estimates and points.
func (m *projectMaker) classify(i *source.Issue, kind string) {
	if m.rng.IntN(5) > 0 {
		i.Components = append(i.Components, pick(m.rng, m.meta.Components))
	}
	for range m.rng.IntN(3) {
		if l := pick(m.rng, labels); !contains(i.Labels, l) {
			i.Labels = append(i.Labels, l)
		}
	}
	for _, v := range m.meta.Versions {
		if v.ReleaseDay > i.Created.Format(time.DateOnly) {
			if kind != "Sub-task" && m.rng.IntN(3) > 0 {
				i.FixVersions = append(i.FixVersions, v)
			}
			break
		}
	}
	if kind == "Bug" && m.rng.IntN(2) == 0 {
		i.Affects = append(i.Affects, m.meta.Versions[m.rng.IntN(3)])
		i.Environment = source.Text{Markup: pick(m.rng, []string{"Android 14, build 2231", "iOS 18, iPhone 12", "Firefox on Debian", "staging, eu-north"})}
	}
	if kind == "Story" || kind == "Task" && m.rng.IntN(2) == 0 {
		i.Values = append(i.Values, source.Value{Field: "customfield_10012", Name: "Story Points", Type: string(catalog.FieldNumber), Values: []string{pick(m.rng, []string{"1", "2", "3", "5", "8"})}})
	}
	if m.rng.IntN(6) == 0 {
		i.DueDay = i.Created.AddDate(0, 0, 7+m.rng.IntN(60)).Format(time.DateOnly)
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// live moves the issue through its workflow with what people do on the way. Old issues are mostly done, new ones mostly not.
func (m *projectMaker) live(i *source.Issue, kind string) {
	age := m.now.Sub(i.Created).Hours() / 24
	i.Status = source.Named{Name: "To Do", Category: catalog.CategoryNew}
	at := i.Created
	step := func(mean float64) bool { // a wait, log-normal; false when it would end in the future
		at = at.Add(time.Duration(math.Exp(m.rng.NormFloat64()*0.9+math.Log(mean))*24*float64(time.Hour)) + time.Duration(m.rng.IntN(3600))*time.Second)
		return at.Before(m.now)
	}
	change := func(who *source.Person, field, from, fromText, to, toText string) {
		i.Histories = append(i.Histories, source.History{ID: m.id(), Author: who, Created: at, Items: []source.Change{{Field: field, FieldType: "jira", From: from, FromText: fromText, To: to, ToText: toText}}})
		i.Updated = at
	}
	worker := m.someone(m.team)
	if m.rng.Float64() < 0.85 && step(1.5) {
		i.Assignee = worker
		change(m.someone(m.team), "assignee", "", "", strings.TrimPrefix(worker.Key, "demo/"), worker.Name)
	}
	if i.Assignee == nil || age < 20 && m.rng.Float64() < 0.5 || !step(5) {
		return
	}
	i.Status = source.Named{Name: "In Progress", Category: catalog.CategoryIndeterminate}
	change(worker, "status", "1", "To Do", "2", "In Progress")
	if m.rng.IntN(3) == 0 {
		estimate := int64(1+m.rng.IntN(16)) * 1800
		i.OriginalEstimate, i.Remaining = &estimate, &estimate
		spent := estimate * int64(50+m.rng.IntN(100)) / 100 / 60 * 60
		i.TimeSpent = &spent
		i.Worklogs = append(i.Worklogs, source.Worklog{ID: m.id(), Author: worker, Started: at, Created: at, Updated: at, Seconds: spent})
	}
	if kind == "Epic" && age < 120 || !step(4) {
		return
	}
	i.Status = source.Named{Name: "Done", Category: catalog.CategoryDone}
	change(worker, "status", "2", "In Progress", "3", "Done")
	done := at
	i.Resolved = &done
	i.Resolution = &source.Named{Name: pick(m.rng, []string{"Done", "Done", "Done", "Done", "Done", "Done", "Won't Do", "Duplicate", "Cannot Reproduce"})}
}

// talk adds comments, few on most issues and many on some, and those who follow.
func (m *projectMaker) talk(i *source.Issue) {
	n := int(math.Exp(m.rng.NormFloat64()*0.9) * 1.4)
	at := i.Created
	for range min(n, 25) {
		at = at.Add(time.Duration(math.Exp(m.rng.NormFloat64()+1) * float64(6*time.Hour)))
		if at.After(m.now) {
			break
		}
		who := m.someone(m.team)
		doc := []*adf.Node{adf.Paragraph(adf.Text(pick(m.rng, replies)))}
		if m.rng.IntN(4) == 0 {
			doc = append(doc, adf.Paragraph(adf.Text(pick(m.rng, sentences))))
		}
		i.Comments = append(i.Comments, source.Comment{ID: m.id(), Author: who, Body: source.Text{ADF: adf.Doc(doc...).JSON()}, Created: at, Updated: at})
		if at.After(i.Updated) {
			i.Updated = at
		}
	}
	i.Watchers = append(i.Watchers, *i.Reporter)
	if i.Assignee != nil && i.Assignee.Key != i.Reporter.Key {
		i.Watchers = append(i.Watchers, *i.Assignee)
	}
	if m.rng.IntN(8) == 0 {
		i.Voters = append(i.Voters, *m.someone(m.team))
	}
}

// description writes a text of the length and form that people write for a type of issue.
func (m *projectMaker) description(kind, thing string) json.RawMessage {
	paragraph := func(n int) *adf.Node {
		var s []string
		for range n {
			s = append(s, pick(m.rng, sentences))
		}
		return adf.Paragraph(adf.Text(strings.Join(s, " ")))
	}
	list := func(typ string, items ...string) *adf.Node {
		n := adf.Block(typ, nil)
		for _, item := range items {
			n.Content = append(n.Content, adf.Block("listItem", nil, adf.Paragraph(adf.Text(item))))
		}
		return n
	}
	heading := func(s string) *adf.Node { return adf.Block("heading", map[string]any{"level": 3}, adf.Text(s)) }
	doc := []*adf.Node{paragraph(1 + m.rng.IntN(2))}
	switch kind {
	case "Bug":
		doc = append(doc, heading("Steps"), list("orderedList", fmt.Sprintf(steps[0], thing), pick(m.rng, steps[1:]), pick(m.rng, steps[1:])), heading("Expected"), paragraph(1))
		if m.rng.IntN(3) == 0 {
			doc = append(doc, adf.Block("codeBlock", map[string]any{"language": "text"}, adf.Text(fmt.Sprintf("request %08x\nGET /v2/tools?depot=%d\nerror: deadline exceeded after %d ms", m.rng.Uint32(), m.rng.IntN(40), 500+m.rng.IntN(9000)))))
		}
	case "Story":
		doc = append(doc, heading("Done when"), list("bulletList", "It works for the "+thing+".", pick(m.rng, sentences), pick(m.rng, sentences)))
	case "Epic":
		doc = append(doc, adf.Block("panel", map[string]any{"panelType": "info"}, adf.Paragraph(adf.Text("Why now: "+pick(m.rng, sentences)))), paragraph(3))
	case "Sub-task":
	default:
		if m.rng.IntN(3) == 0 {
			doc = append(doc, list("bulletList", pick(m.rng, sentences), pick(m.rng, sentences)))
		}
	}
	return adf.Doc(doc...).JSON()
}
