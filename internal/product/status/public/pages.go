package public

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/metric"
)

type frontView struct {
	Impact, Sentence          string
	Updated                   moment
	Active, Running, Upcoming []incidentView
	Parts                     []partView
	Bars                      bool
	Metrics                   []metricView
	Past                      []dayOfIncidents
}

type dayOfIncidents struct {
	Date, ISO string
	Incidents []incidentView
}

// parts gives the components as the front page lists them.
func (s *Site) parts() (out []partView, bars bool, err error) {
	for _, c := range s.Shown() {
		v, err := s.part(c)
		if err != nil {
			return nil, false, err
		}
		bars = bars || len(v.Bars) > 0
		if n := len(out); c.GroupID != "" && n > 0 && out[n-1].ID == c.GroupID {
			out[n-1].Members = append(out[n-1].Members, v)
			continue
		}
		out = append(out, v)
	}
	return out, bars, nil
}

// front renders the page itself.
func (s *Site) front() ([]byte, error) {
	v := frontView{Impact: string(s.Impact), Sentence: s.Sentence, Updated: s.moment(s.Page.Updated)}
	for _, i := range s.Active() {
		v.Active = append(v.Active, s.incident(i))
	}
	running, upcoming := s.Maintenance()
	for _, i := range running {
		v.Running = append(v.Running, s.incident(i))
	}
	for _, i := range upcoming {
		v.Upcoming = append(v.Upcoming, s.incident(i))
	}
	var err error
	if v.Parts, v.Bars, err = s.parts(); err != nil {
		return nil, err
	}
	if v.Past, err = s.past(); err != nil {
		return nil, err
	}
	if v.Metrics, err = s.metricViews(); err != nil {
		return nil, err
	}
	return s.html("", "front", s.Page.Name+" – "+s.Sentence, v)
}

// past lists the last days with what is over on each.
func (s *Site) past() ([]dayOfIncidents, error) {
	list, err := s.recent(FrontDays)
	if err != nil {
		return nil, err
	}
	zone := s.Page.Location()
	y, m, d := s.Now.In(zone).Date()
	days := make([]dayOfIncidents, FrontDays)
	for k := range days {
		date := time.Date(y, m, d-k, 0, 0, 0, 0, zone)
		days[k] = dayOfIncidents{Date: date.Format("2 January 2006"), ISO: date.Format(time.DateOnly)}
	}
	for _, i := range list {
		if !i.Status.Over() {
			continue
		}
		at := i.Started
		if i.Scheduled && !i.ResolvedAt.IsZero() {
			at = i.ResolvedAt
		}
		iso := at.In(zone).Format(time.DateOnly)
		for k := range days {
			if days[k].ISO == iso {
				days[k].Incidents = append(days[k].Incidents, s.incident(i))
			}
		}
	}
	return days, nil
}

// incidentPage renders one incident.
func (s *Site) incidentPage(id string) ([]byte, error) {
	i, err := incident.Get(s.ctx, s.tx, s.Page.ID, id)
	if err != nil {
		return nil, err
	}
	return s.incidentHTML(i)
}

func (s *Site) incidentHTML(i *incident.Incident) ([]byte, error) {
	return s.html("incidents/"+i.ID, "incident", i.Name+" – "+s.Page.Name, s.incident(i))
}

type historyView struct {
	Months       []monthOfIncidents
	Newer, Older string
}

type monthOfIncidents struct {
	Name, ID  string
	Incidents []incidentView
}

// historyPage renders page n (from 1) of all incidents.
func (s *Site) historyPage(path string) ([]byte, error) {
	n := 1
	if path != "history" {
		var err error
		if n, err = strconv.Atoi(strings.TrimPrefix(path, "history/")); err != nil || n < 2 || n > 10_000 || path != fmt.Sprintf("history/%d", n) {
			return nil, errNoDocument
		}
	}
	before, id := end, ""
	for k := 1; ; k++ {
		list, more, err := s.history(before, id, perPage)
		switch {
		case err != nil:
			return nil, err
		case k == n:
			return s.historyHTML(path, n, list, more)
		case !more:
			return nil, errNoDocument
		}
		before, id = list[len(list)-1].Started, list[len(list)-1].ID
	}
}

func (s *Site) historyHTML(path string, n int, list []*incident.Incident, more bool) ([]byte, error) {
	var v historyView
	root := strings.Repeat("../", depth(path))
	switch {
	case n == 2:
		v.Newer = root + "history/"
	case n > 2:
		v.Newer = fmt.Sprintf("%shistory/%d/", root, n-1)
	}
	if more {
		v.Older = fmt.Sprintf("%shistory/%d/", root, n+1)
	}
	for _, i := range list {
		at := i.Started.In(s.Page.Location())
		if k := len(v.Months); k == 0 || v.Months[k-1].ID != at.Format("2006-01") {
			v.Months = append(v.Months, monthOfIncidents{Name: at.Format("January 2006"), ID: at.Format("2006-01")})
		}
		m := &v.Months[len(v.Months)-1]
		m.Incidents = append(m.Incidents, s.incident(i))
	}
	return s.html(path, "history", "Incident history – "+s.Page.Name, v)
}

type uptimePageView struct {
	Weight int64
	Zone   string
	Parts  []uptimePart
}

type uptimePart struct {
	ID, Name, Uptime string
	Part             partView
	Months           []uptimeMonth
}

type uptimeMonth struct{ Name, Uptime, Major, Partial, Degraded, Maintenance string }

// uptimePage renders the numbers of every component by month.
func (s *Site) uptimePage() ([]byte, error) {
	v := uptimePageView{Weight: s.Page.Settings.PartialWeight(), Zone: s.Page.Location().String()}
	for _, c := range s.Shown() {
		if c.Group || !c.Showcase || s.Page.Settings.HideUptime {
			continue
		}
		p, err := s.withBars(partView{ID: c.ID, Name: c.Name}, c)
		if err != nil {
			return nil, err
		}
		months, err := s.months(c, v.Weight)
		if err != nil {
			return nil, err
		}
		v.Parts = append(v.Parts, uptimePart{c.ID, s.nameOf(c.ID), p.Uptime, p, months})
	}
	return s.html("uptime", "uptime", "Uptime – "+s.Page.Name, v)
}

// months measures the months of the bars, newest first.
func (s *Site) months(c *component.Component, weight int64) ([]uptimeMonth, error) {
	days, err := s.Days(c)
	if err != nil {
		return nil, err
	}
	var out []uptimeMonth
	words := func(seconds int64) string {
		if seconds == 0 {
			return "–"
		}
		return span(seconds)
	}
	var t component.Time
	for i := len(days) - 1; i >= 0; i-- {
		t = t.Plus(days[i].Time)
		if i > 0 && days[i-1].Date.Month() == days[i].Date.Month() {
			continue
		}
		m := uptimeMonth{Name: days[i].Date.Format("January 2006"), Uptime: "no data", Major: words(t.Major), Partial: words(t.Partial), Degraded: words(t.Degraded), Maintenance: words(t.Maintenance)}
		if up, ok := t.Uptime(weight); ok {
			m.Uptime = percent(up) + " %"
			out = append(out, m)
		}
		t = component.Time{}
	}
	return out, nil
}

type metricView struct {
	Name, Tooltip, Last, Words, Line, Area string
}

// metricViews draws the last day of every metric.
func (s *Site) metricViews() ([]metricView, error) {
	list, err := s.metrics()
	if err != nil {
		return nil, err
	}
	var out []metricView
	for _, m := range list {
		series, err := metric.Over(s.ctx, s.tx, m.ID, metric.Periods[0])
		if err != nil {
			return nil, err
		}
		out = append(out, drawMetric(m, series, s.tx.Now()))
	}
	return out, nil
}

// number writes a metric's value with its decimals and suffix.
func number(m *metric.Metric, v float64) string {
	text := strconv.FormatFloat(v, 'f', int(m.Decimals), 64)
	if m.Suffix != "" {
		text += " " + m.Suffix
	}
	return text
}

// drawMetric draws points into a box of 600 × 120.
func drawMetric(m *metric.Metric, series *metric.Series, now time.Time) metricView {
	v := metricView{Name: m.Name, Tooltip: m.Tooltip}
	if len(series.Points) == 0 {
		return v
	}
	lo, hi := series.Points[0].Value, series.Points[0].Value
	for _, p := range series.Points {
		lo, hi = min(lo, p.Value), max(hi, p.Value)
	}
	v.Last = number(m, series.Points[len(series.Points)-1].Value)
	v.Words = fmt.Sprintf("%s over the last 24 hours: between %s and %s, on average %s, now %s", m.Name, number(m, lo), number(m, hi), number(m, series.Mean), v.Last)
	if y, err := strconv.ParseFloat(m.YMin, 64); err == nil {
		lo = y
	} else if lo > 0 {
		lo = 0
	}
	if y, err := strconv.ParseFloat(m.YMax, 64); err == nil {
		hi = y
	}
	if hi <= lo {
		hi = lo + 1
	}
	p := series.Period
	start := now.Truncate(p.Step).Add(-time.Duration(p.Count-1) * p.Step)
	var line, area strings.Builder
	var lastAt time.Time
	firstX, x := 0.0, 0.0
	for k, pt := range series.Points {
		x = float64(pt.At.Sub(start)) / float64(time.Duration(p.Count-1)*p.Step) * 600
		y := 116 - min(max((pt.Value-lo)/(hi-lo), 0), 1)*112
		verb := "L"
		if k == 0 || pt.At.Sub(lastAt) > 6*p.Step { // a hole of more than half an hour is shown as one
			verb = "M"
			if k > 0 {
				fmt.Fprintf(&area, "V120H%.1fZ", firstX)
			}
			firstX = x
			fmt.Fprintf(&area, "M%.1f 120L%.1f %.1f", x, x, y)
		} else {
			fmt.Fprintf(&area, "L%.1f %.1f", x, y)
		}
		fmt.Fprintf(&line, "%s%.1f %.1f", verb, x, y)
		lastAt = pt.At
	}
	fmt.Fprintf(&area, "V120H%.1fZ", firstX)
	v.Line, v.Area = line.String(), area.String()
	return v
}
