package assurance

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/webhook"
)

// Settings say when an alarm is raised and where it goes, beside the mails to the owners of the installation.
type Settings struct {
	OverdueDays int `json:"overdue_days" doc:"After how many days without a proven restore an alarm is raised"`
	// HeartbeatURL is called while all is well. Whoever watches it notices silence, of this whole installation too.
	HeartbeatURL           string `json:"heartbeat_url" doc:"Called while every backup is proven; silence is the alarm"`
	HeartbeatAuthorization string `json:"heartbeat_authorization,omitempty" doc:"Sent as Authorization with it: GenieKey … of an on-call heartbeat, for instance. Never given back"`
	AlarmURL               string `json:"alarm_url" doc:"Called with every alarm, beside the mails to the owners"`
	RootsDays              int    `json:"roots_days" doc:"How often the contacts of a site are handed its roots, in days; 0 for only when asked"`
}

// Defaults are the settings of an installation that has set none.
var Defaults = Settings{OverdueDays: 8, RootsDays: 7}

// Overdue is after how long without a proven restore an alarm is raised.
func (s Settings) Overdue() time.Duration { return time.Duration(s.OverdueDays) * 24 * time.Hour }

func (s Settings) check() error {
	wrong := map[string]string{}
	if s.OverdueDays < 1 || s.OverdueDays > 90 {
		wrong["overdue_days"] = "Say 1 to 90 days. Every backup is tested at least once in seven."
	}
	if s.RootsDays < 0 || s.RootsDays > 90 {
		wrong["roots_days"] = "Say 1 to 90 days, or 0 for only when asked."
	}
	for name, url := range map[string]string{"heartbeat_url": s.HeartbeatURL, "alarm_url": s.AlarmURL} {
		if url == "" {
			continue
		}
		if err := webhook.CheckURL(url); err != nil {
			wrong[name] = err.Error()
		}
	}
	if len(s.HeartbeatAuthorization) > 500 || strings.ContainsAny(s.HeartbeatAuthorization, "\r\n") {
		wrong["heartbeat_authorization"] = "One line of at most 500 bytes."
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong)
	}
	return nil
}

var (
	qGetSetting = storage.Register("assurance/setting.get", `SELECT value FROM assurance_setting WHERE name = $1`)
	qPutSetting = storage.Register("assurance/setting.put", `INSERT INTO assurance_setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`)
)

// ReadSettings gives the settings, the defaults where none were set.
func ReadSettings(ctx context.Context, tx *volume.Tx) (s Settings, err error) {
	s = Defaults
	text, err := get(ctx, tx, "settings")
	if err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &s)
	}
	return s, err
}

// SetSettings changes the settings. Without a new authorization the old one stays, as long as the address stays too.
func SetSettings(ctx context.Context, tx *volume.Tx, s Settings) error {
	if err := s.check(); err != nil {
		return err
	}
	old, err := ReadSettings(ctx, tx)
	if err != nil {
		return err
	}
	if s.HeartbeatAuthorization == "" && s.HeartbeatURL == old.HeartbeatURL {
		s.HeartbeatAuthorization = old.HeartbeatAuthorization
	}
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return put(ctx, tx, "settings", string(b))
}

func get(ctx context.Context, tx *volume.Tx, name string) (text string, err error) {
	text, err = storage.One(ctx, tx.Tx, qGetSetting, func(r *storage.Rows) (v string, err error) { return v, r.Scan(&v) }, name)
	if errors.Is(err, storage.ErrNoRows) {
		return "", nil
	}
	return text, err
}

func put(ctx context.Context, tx *volume.Tx, name, value string) error {
	_, err := tx.Exec(ctx, qPutSetting, name, value)
	return err
}

// looked is under which the tester leaves when it looked last.
const looked = "looked"

// LastLook gives when the tester looked last; the zero time for never.
func LastLook(ctx context.Context, tx *volume.Tx) (at time.Time, err error) {
	text, err := get(ctx, tx, looked)
	if err != nil || text == "" {
		return at, err
	}
	return time.Parse(time.RFC3339Nano, text)
}

func noteLook(ctx context.Context, tx *volume.Tx, at time.Time) error {
	return put(ctx, tx, looked, at.UTC().Format(time.RFC3339Nano))
}
