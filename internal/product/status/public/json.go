package public

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/metric"
)

type document struct {
	Page       PageJSON         `json:"page"`
	Components *[]ComponentJSON `json:"components,omitempty"`
	Incidents  *[]IncidentJSON  `json:"incidents,omitempty"`
	Scheduled  *[]IncidentJSON  `json:"scheduled_maintenances,omitempty"`
	Status     *StatusJSON      `json:"status,omitempty"`
}

// apiPaths are the documents of the v2 JSON.
var apiPaths = []string{"summary", "status", "components", "incidents", "incidents/unresolved", "scheduled-maintenances", "scheduled-maintenances/active", "scheduled-maintenances/upcoming"}

// api writes a document of the v2 JSON by its path without ".json".
func (s *Site) api(name string) ([]byte, error) {
	d := document{Page: Page(s.Page)}
	active, upcoming := s.Maintenance()
	components := func() *[]ComponentJSON { c := Components(s.Page.Location(), s.Components); return &c }
	status := &StatusJSON{string(s.Impact), s.Sentence}
	write := func(list []*incident.Incident) *[]IncidentJSON {
		out := make([]IncidentJSON, len(list))
		for k, i := range list {
			out[k] = Incident(s.Page, i, s.Components)
		}
		return &out
	}
	ofKind := func(scheduled bool) (*[]IncidentJSON, error) {
		list, err := incident.OfKind(s.ctx, s.tx, s.Page.ID, scheduled, newest, 0)
		if err != nil {
			return nil, err
		}
		if err := incident.Fill(s.ctx, s.tx, list...); err != nil {
			return nil, err
		}
		return write(list), nil
	}
	var err error
	switch name {
	case "summary":
		d.Components, d.Incidents, d.Scheduled, d.Status = components(), write(s.Active()), write(slices.Concat(active, upcoming)), status
	case "status":
		d.Status = status
	case "components":
		d.Components = components()
	case "incidents":
		d.Incidents, err = ofKind(false)
	case "incidents/unresolved":
		d.Incidents = write(s.Active())
	case "scheduled-maintenances":
		d.Scheduled, err = ofKind(true)
	case "scheduled-maintenances/active":
		d.Scheduled = write(active)
	case "scheduled-maintenances/upcoming":
		d.Scheduled = write(upcoming)
	default:
		return nil, errNoDocument
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(d)
}

var errNoDocument = fault.NotFound("There is no such page.")

type metricsDisplay struct {
	Period  periodJSON     `json:"period"`
	Metrics []metricSeries `json:"metrics"`
	Summary summaryJSON    `json:"summary"`
}

type periodJSON struct {
	Count      int64  `json:"count"`
	Interval   int64  `json:"interval"`
	Identifier string `json:"identifier"`
}

type summaryJSON struct {
	Sum  float64  `json:"sum"`
	Mean float64  `json:"mean"`
	Last *float64 `json:"last,omitempty"`
}

type metricSeries struct {
	Metric  MetricJSON  `json:"metric"`
	Summary summaryJSON `json:"summary"`
	Data    []pointJSON `json:"data"`
}

type pointJSON struct {
	Timestamp int64   `json:"timestamp"`
	Value     float64 `json:"value"`
}

// MetricJSON is a metric as both APIs write it.
type MetricJSON struct {
	ID            string       `json:"id"`
	ProviderID    string       `json:"metrics_provider_id"`
	Identifier    Text         `json:"metric_identifier"`
	Name          string       `json:"name"`
	Display       bool         `json:"display"`
	Tooltip       Text         `json:"tooltip_description"`
	Backfilled    bool         `json:"backfilled"`
	YMin          *json.Number `json:"y_axis_min"`
	YMax          *json.Number `json:"y_axis_max"`
	YHidden       bool         `json:"y_axis_hidden"`
	Suffix        Text         `json:"suffix"`
	Decimals      int64        `json:"decimal_places"`
	MostRecent    Stamp        `json:"most_recent_data_at"`
	CreatedAt     Stamp        `json:"created_at"`
	UpdatedAt     Stamp        `json:"updated_at"`
	LastFetched   Stamp        `json:"last_fetched_at"`
	BackfillDone  int          `json:"backfill_percentage"`
	ReferenceName Text         `json:"reference_name"`
}

// Metric writes a metric.
func Metric(zone *time.Location, m *metric.Metric) MetricJSON {
	number := func(s string) *json.Number {
		if s == "" {
			return nil
		}
		n := json.Number(s)
		return &n
	}
	return MetricJSON{ID: m.ID, ProviderID: m.ProviderID, Identifier: Text(m.Identifier), Name: m.Name, Display: m.Display, Tooltip: Text(m.Tooltip), YMin: number(m.YMin), YMax: number(m.YMax),
		YHidden: m.YHidden, Suffix: Text(m.Suffix), Decimals: m.Decimals, MostRecent: In(zone, m.Last), CreatedAt: In(zone, m.Created), UpdatedAt: In(zone, m.Updated), BackfillDone: 100}
}

// metricsDisplay writes metrics-display/{metric}/{period}.json.
func (s *Site) metricsDisplay(path string) ([]byte, error) {
	id, name, ok := strings.Cut(path, "/")
	shown, err := s.metrics()
	if err != nil {
		return nil, err
	}
	k := slices.IndexFunc(shown, func(m *metric.Metric) bool { return m.ID == id })
	if k < 0 || !ok {
		return nil, errNoDocument
	}
	period, err := metric.FindPeriod(name)
	if err != nil {
		return nil, err
	}
	series, err := metric.Over(s.ctx, s.tx, id, period)
	if err != nil {
		return nil, err
	}
	sum := summaryJSON{Sum: series.Sum, Mean: series.Mean}
	data := []pointJSON{}
	for _, p := range series.Points {
		data = append(data, pointJSON{p.At.Unix(), p.Value})
	}
	d := metricsDisplay{Period: periodJSON{period.Count, int64(period.Step.Seconds()), period.Name}, Metrics: []metricSeries{{Metric(s.Page.Location(), shown[k]), sum, data}}, Summary: sum}
	if n := len(series.Points); n > 0 {
		d.Summary.Last = &series.Points[n-1].Value
	}
	return json.Marshal(d)
}
