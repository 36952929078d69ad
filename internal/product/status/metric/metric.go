// Package metric keeps the numbers that a page shows over time. Points are kept in steps of five minutes for five weeks, as sum and count, so that
// what a metric takes is bounded however often points arrive. Values are exact to a millionth.
package metric

import (
	"context"
	"math"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/shortid"
)

// Provider is where metrics come from. Only those of type Self, whose points are pushed, get points.
type Provider struct {
	ID, PageID, Type, BaseURI string
	Created, Updated          time.Time
}

// Self is the type of a provider whose points are pushed through the API.
const Self = "Self"

// Metric is one line of numbers.
type Metric struct {
	ID, PageID, ProviderID string
	Identifier             string // at the provider
	Name, Tooltip, Suffix  string
	Display                bool
	YMin, YMax             string // decimal numbers; empty: automatic
	YHidden                bool
	Decimals               int64
	Last                   time.Time // of the newest point; zero: none yet
	Created, Updated       time.Time
}

const (
	provColumns = `id, page_id, type, base_uri, created_us, updated_us`
	columns     = `id, page_id, provider_id, identifier, name, tooltip, suffix, display, y_min, y_max, y_hidden, decimals, last_us, created_us, updated_us`
)

var (
	qProviders = storage.Register("status/metric_provider.list", `SELECT `+provColumns+` FROM metric_provider WHERE page_id = $1 ORDER BY page_id, created_us, id LIMIT 100`)
	qProvPut   = storage.Register("status/metric_provider.put", `INSERT INTO metric_provider (`+provColumns+`) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET type = excluded.type, base_uri = excluded.base_uri, updated_us = excluded.updated_us`)
	qProvDelete = storage.Register("status/metric_provider.delete", `DELETE FROM metric_provider WHERE id = $1`)
	qList       = storage.Register("status/metric.list", `SELECT `+columns+` FROM metric WHERE page_id = $1 ORDER BY page_id, created_us, id LIMIT 200`)
	qPut        = storage.Register("status/metric.put", `INSERT INTO metric (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (id) DO UPDATE SET identifier = excluded.identifier, name = excluded.name, tooltip = excluded.tooltip, suffix = excluded.suffix, display = excluded.display,
		y_min = excluded.y_min, y_max = excluded.y_max, y_hidden = excluded.y_hidden, decimals = excluded.decimals, last_us = excluded.last_us, updated_us = excluded.updated_us`)
	qDelete = storage.Register("status/metric.delete", `DELETE FROM metric WHERE id = $1`)
)

func scanProvider(r *storage.Rows) (*Provider, error) {
	var p Provider
	var created, updated int64
	err := r.Scan(&p.ID, &p.PageID, &p.Type, &p.BaseURI, &created, &updated)
	p.Created, p.Updated = clock.FromMicros(created), clock.FromMicros(updated)
	return &p, err
}

func scan(r *storage.Rows) (*Metric, error) {
	var m Metric
	var display, hidden, last, created, updated int64
	err := r.Scan(&m.ID, &m.PageID, &m.ProviderID, &m.Identifier, &m.Name, &m.Tooltip, &m.Suffix, &display, &m.YMin, &m.YMax, &hidden, &m.Decimals, &last, &created, &updated)
	m.Display, m.YHidden, m.Created, m.Updated = display == 1, hidden == 1, clock.FromMicros(created), clock.FromMicros(updated)
	if last > 0 {
		m.Last = clock.FromMicros(last)
	}
	return &m, err
}

// Providers lists the providers of a page, oldest first.
func Providers(ctx context.Context, tx *volume.Tx, pageID string) ([]*Provider, error) {
	return storage.All(ctx, tx.Tx, qProviders, scanProvider, pageID)
}

// GetProvider gives a provider of a page.
func GetProvider(ctx context.Context, tx *volume.Tx, pageID, id string) (*Provider, error) {
	all, err := Providers(ctx, tx, pageID)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if p.ID == id {
			return p, nil
		}
	}
	return nil, fault.NotFound("There is no such metrics provider.")
}

// SaveProvider writes a provider; one without identifier is new.
func SaveProvider(ctx context.Context, tx *volume.Tx, p *Provider) error {
	if p.Type != Self {
		return fault.Invalid("type", "Type must be Self: points are pushed through this API; nothing is fetched from %.40q", p.Type)
	}
	if len(p.BaseURI) > 2000 {
		return fault.Invalid("metric_base_uri", "Metric base URI is too long")
	}
	if p.ID == "" {
		p.ID, p.Created = shortid.New(), tx.Now()
	}
	p.Updated = tx.Now()
	_, err := tx.Exec(ctx, qProvPut, p.ID, p.PageID, p.Type, p.BaseURI, clock.Micros(p.Created), clock.Micros(p.Updated))
	return err
}

// DeleteProvider removes a provider with its metrics.
func DeleteProvider(ctx context.Context, tx *volume.Tx, p *Provider) error {
	all, err := All(ctx, tx, p.PageID)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.ProviderID == p.ID {
			if err := Delete(ctx, tx, m.ID); err != nil {
				return err
			}
		}
	}
	_, err = tx.Exec(ctx, qProvDelete, p.ID)
	return err
}

// All lists the metrics of a page, oldest first.
func All(ctx context.Context, tx *volume.Tx, pageID string) ([]*Metric, error) {
	return storage.All(ctx, tx.Tx, qList, scan, pageID)
}

// Get gives a metric of a page.
func Get(ctx context.Context, tx *volume.Tx, pageID, id string) (*Metric, error) {
	all, err := All(ctx, tx, pageID)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if m.ID == id {
			return m, nil
		}
	}
	return nil, fault.NotFound("There is no such metric.")
}

// MaxPerPage bounds the metrics of a page.
const MaxPerPage = 50

// Save checks a metric and writes it; one without identifier is new.
func Save(ctx context.Context, tx *volume.Tx, m *Metric) (err error) {
	if m.Name, err = page.CheckName("name", m.Name); err != nil {
		return err
	}
	if len(m.Suffix) > 40 || len(m.Tooltip) > 2000 || len(m.Identifier) > 500 {
		return fault.Invalid("suffix", "Suffix, tooltip or identifier is too long")
	}
	if m.Decimals < 0 || m.Decimals > 5 {
		return fault.Invalid("decimal_places", "Decimal places must be between 0 and 5")
	}
	if m.ID == "" {
		all, err := All(ctx, tx, m.PageID)
		if err != nil {
			return err
		}
		if len(all) >= MaxPerPage {
			return fault.Conflict("A page has %d metrics at most.", MaxPerPage)
		}
		m.ID, m.Created = shortid.New(), tx.Now()
	}
	m.Updated = tx.Now()
	return put(ctx, tx, m)
}

func put(ctx context.Context, tx *volume.Tx, m *Metric) error {
	last := int64(0)
	if !m.Last.IsZero() {
		last = clock.Micros(m.Last)
	}
	_, err := tx.Exec(ctx, qPut, m.ID, m.PageID, m.ProviderID, m.Identifier, m.Name, m.Tooltip, m.Suffix, bit(m.Display), m.YMin, m.YMax, bit(m.YHidden), m.Decimals, last,
		clock.Micros(m.Created), clock.Micros(m.Updated))
	return err
}

// Delete removes a metric with its points.
func Delete(ctx context.Context, tx *volume.Tx, id string) error {
	if err := Clear(ctx, tx, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qDelete, id)
	return err
}

func bit(v bool) int64 {
	if v {
		return 1
	}
	return 0
}

// Micro gives a value in millionths; what cannot be told so exactly or so large is refused.
func Micro(v float64) (int64, error) {
	if math.IsNaN(v) || math.Abs(v) > 1e9 {
		return 0, fault.Invalid("value", "Value must be a number between -1e9 and 1e9")
	}
	return int64(math.Round(v * 1e6)), nil
}
