package public

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"strings"
	"time"

	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/incident"
)

//go:embed templates/*.html
var templateFiles embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{"rich": Rich, "join": strings.Join}).ParseFS(templateFiles, "templates/*.html"))

// frame is what every page has around its content.
type frame struct {
	Root     string // relative path to the page's root, such as "../../"; empty at the root
	Title    string
	Name     string
	Headline string
	About    string
	Footer   string
	Support  string
	Home     string // where the company lives
	Styles   []string
	Logo     string
	LogoAlt  string
	Favicon  string
	NoIndex  bool
	Feeds    bool
	Sub      bool // subscribing is offered
	SubOne   bool // following one incident by mail is
	Wide     bool
	Content  any
	Here     string // the entry of the navigation that this page is
}

func (s *Site) frame(path, title string, content any) (frame, error) {
	set := s.Page.Settings
	f := frame{Root: strings.Repeat("../", depth(path)), Title: title, Name: s.Page.Name, Headline: set.Headline, About: set.Description, Footer: set.Design.Footer,
		Support: set.SupportURL, Home: set.URL, NoIndex: set.HideSearch, Feeds: !set.NoFeeds, Sub: !set.NoSubscribers && (!set.NoEmail || !set.NoWebhooks), Content: content,
		Wide: set.Design.Layout == "wide"}
	f.SubOne = f.Sub && !set.NoEmail && !set.NoIncidents
	if f.Root == "" {
		f.Root = "./"
	}
	for _, a := range s.styles() {
		f.Styles = append(f.Styles, a.path)
	}
	f.Here, _, _ = strings.Cut(path, "/")
	var err error
	if f.Logo, err = s.imagePath("logo", set.Design.Logo); err != nil {
		return f, err
	}
	if f.LogoAlt = set.Design.LogoAlt; f.LogoAlt == "" {
		f.LogoAlt = s.Page.Name
	}
	f.Favicon, err = s.imagePath("favicon", set.Design.Favicon)
	return f, err
}

// depth counts the folders of a page's path: each page is an index.html in a folder of its own.
func depth(path string) int {
	if path == "" {
		return 0
	}
	return strings.Count(path, "/") + 1
}

// html renders a template around the frame.
func (s *Site) html(path, name, title string, content any) ([]byte, error) {
	f, err := s.frame(path, title, content)
	if err != nil {
		return nil, err
	}
	return execute(name, f)
}

func execute(name string, f any) ([]byte, error) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, f); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// moment is an instant for people: the text in the page's zone, and the exact one for machines.
type moment struct{ Text, ISO string }

func (s *Site) moment(t time.Time) moment {
	t = t.In(s.Page.Location())
	return moment{t.Format("2 Jan 2006, 15:04 MST"), t.UTC().Format(time.RFC3339)}
}

// updateView is a message as pages show it.
type updateView struct {
	ID, Status, Label string
	Body              template.HTML
	At                moment
	Changes           []string
}

// incidentView is an incident as pages show it.
type incidentView struct {
	ID, Name, Impact, ImpactLabel, Status, Label string
	Scheduled, Over                              bool
	Started, Ended, From, Until                  moment
	Duration                                     string
	Affected                                     string
	Updates                                      []updateView
	Post                                         template.HTML
	PostAt                                       moment
}

var impactLabels = map[incident.Impact]string{incident.None: "No impact", incident.Maintenance: "Maintenance", incident.Minor: "Minor impact", incident.Major: "Major impact", incident.Critical: "Critical impact"}

func (s *Site) incident(i *incident.Incident) incidentView {
	impact := i.EffectiveImpact()
	v := incidentView{ID: i.ID, Name: i.Name, Impact: string(impact), ImpactLabel: impactLabels[impact], Status: string(i.Status), Label: i.Status.Label(), Scheduled: i.Scheduled,
		Over: i.Status.Over(), Started: s.moment(i.Started), Affected: s.affectedNames(i)}
	if !i.ResolvedAt.IsZero() {
		v.Ended = s.moment(i.ResolvedAt)
		if d := i.ResolvedAt.Sub(i.Started); d >= time.Minute {
			v.Duration = span(int64(d.Seconds()))
		}
	}
	if i.Scheduled {
		v.From, v.Until = s.moment(i.ScheduledFor), s.moment(i.ScheduledUntil)
	}
	for _, u := range i.Updates {
		v.Updates = append(v.Updates, s.update(u))
	}
	if !i.Post.Published.IsZero() {
		v.Post, v.PostAt = Rich(i.Post.Body), s.moment(i.Post.Published)
	}
	return v
}

func (s *Site) update(u *incident.Update) updateView {
	v := updateView{ID: u.ID, Status: string(u.Status), Label: u.Status.Label(), Body: Rich(u.Body), At: s.moment(u.Display)}
	for _, a := range u.Affected {
		if a.Old != a.New {
			v.Changes = append(v.Changes, a.Name+": "+a.Old.Label()+" → "+a.New.Label())
		}
	}
	return v
}

// UpdateHTML renders one message as the incident's page shows it.
func (s *Site) UpdateHTML(i *incident.Incident) (string, error) {
	b, err := execute("preview", s.incident(i))
	return string(b), err
}

// StylePaths gives the style sheets of the page, relative to its root.
func (s *Site) StylePaths() (out []string) {
	for _, a := range s.styles() {
		out = append(out, a.path)
	}
	return out
}

// span writes a length of time for people: "2 d 3 h", "54 min".
func span(seconds int64) string {
	m := (seconds + 30) / 60
	switch {
	case m < 1:
		return "less than a minute"
	case m < 60:
		return fmt.Sprintf("%d min", m)
	case m < 24*60:
		if m%60 == 0 {
			return fmt.Sprintf("%d h", m/60)
		}
		return fmt.Sprintf("%d h %d min", m/60, m%60)
	}
	if h := m % (24 * 60) / 60; h > 0 {
		return fmt.Sprintf("%d d %d h", m/(24*60), h)
	}
	return fmt.Sprintf("%d d", m/(24*60))
}

// percent writes hundredths of a percent as "99.98 %"; "100 %" only when nothing was down.
func percent(hundredths int64) string {
	if hundredths == 10_000 {
		return "100"
	}
	return fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100)
}

// barView is one day of a bar.
type barView struct {
	X     int
	Class string
	Title string
}

// partView is a component or group on the front page.
type partView struct {
	ID, Name, Description, Status, Label string
	Group                                bool
	Open                                 bool // a group that is shown unfolded
	Members                              []partView
	Bars                                 []barView
	Summary                              string // the bars in words
	Uptime                               string // "99.98"; empty where nothing is counted
}

func (s *Site) part(c *component.Component) (partView, error) {
	status := c.Status
	if c.Group {
		status = component.GroupStatus(s.Components, c.ID)
	}
	v := partView{ID: c.ID, Name: c.Name, Description: c.Description, Status: string(status), Label: status.Label(), Group: c.Group}
	if c.Group {
		v.Open = status != component.Operational
		return v, nil
	}
	if s.Page.Settings.HideUptime || !c.Showcase {
		return v, nil
	}
	return s.withBars(v, c)
}

func (s *Site) withBars(v partView, c *component.Component) (partView, error) {
	days, err := s.Days(c)
	if err != nil {
		return v, err
	}
	var total component.Time
	var bad []string
	for i, d := range days {
		total = total.Plus(d.Time)
		bar := barView{X: i * 5, Class: "none", Title: d.Date.Format("2 Jan 2006") + ": no data"}
		if d.Time.Observed > 0 {
			bar.Class, bar.Title = string(d.Time.Worst()), d.Date.Format("2 Jan 2006")+": "+dayWords(d.Time)
			if d.Time.Worst().Rank() >= component.Degraded.Rank() {
				bad = append(bad, d.Date.Format("2 Jan")+" "+dayWords(d.Time))
			}
		}
		if i == len(days)-1 && d.Time.Observed == 0 { // the day has just begun
			bar.Class, bar.Title = string(c.Status), d.Date.Format("2 Jan 2006")+": "+strings.ToLower(c.Status.Label())
		}
		v.Bars = append(v.Bars, bar)
	}
	if up, ok := total.Uptime(s.Page.Settings.PartialWeight()); ok {
		v.Uptime = percent(up)
	}
	v.Summary = fmt.Sprintf("%s, last %d days: no outages.", c.Name, BarDays)
	if n := len(bad); n > 0 {
		words := bad[max(0, n-5):]
		v.Summary = fmt.Sprintf("%s, last %d days: %d with problems; the latest: %s.", c.Name, BarDays, n, strings.Join(words, "; "))
	}
	return v, nil
}

func dayWords(t component.Time) string {
	var parts []string
	for _, x := range []struct {
		seconds int64
		what    string
	}{{t.Major, "major outage"}, {t.Partial, "partial outage"}, {t.Degraded, "degraded performance"}, {t.Maintenance, "maintenance"}} {
		if x.seconds > 0 {
			parts = append(parts, span(x.seconds)+" "+x.what)
		}
	}
	if len(parts) == 0 {
		return "no problems"
	}
	return strings.Join(parts, ", ")
}
