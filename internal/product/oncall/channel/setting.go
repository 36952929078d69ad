package channel

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Settings are the secrets and addresses that sending needs. They live in the volume, so that links and subscriptions work after a restore.
type Settings struct {
	LinkSecret []byte `json:"linkSecret"`
	// OldLinkSecret signed links before, and counts until OldUntil; see Rotate.
	OldLinkSecret []byte    `json:"oldLinkSecret,omitempty"`
	OldUntil      time.Time `json:"oldUntil,omitzero"`
	VAPID         VAPID     `json:"vapid"`
	Provider      Provider  `json:"provider"`
}

var (
	qSetting    = storage.Register("oncall/setting.get", `SELECT value FROM oncall_setting WHERE name = $1`)
	qSettingPut = storage.Register("oncall/setting.put", `INSERT INTO oncall_setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`)
)

const settingName = "channels"

type memoKey struct{}

// LoadSettings gives the settings; those of a volume that was never set up are empty.
func LoadSettings(ctx context.Context, tx *volume.Tx) (*Settings, error) {
	return volume.Memo(ctx, tx, memoKey{}, []string{"oncall_setting"}, func() (*Settings, error) { return readSettings(ctx, tx) })
}

func readSettings(ctx context.Context, tx *volume.Tx) (*Settings, error) {
	s := &Settings{}
	var value string
	err := tx.Get(ctx, qSetting, []any{settingName}, &value)
	if errors.Is(err, storage.ErrNoRows) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	return s, json.Unmarshal([]byte(value), s)
}

// EnsureSettings makes the secrets that are missing.
func EnsureSettings(ctx context.Context, tx *volume.Tx) error {
	s, err := readSettings(ctx, tx)
	if err != nil {
		return err
	}
	if len(s.LinkSecret) == 0 {
		s.LinkSecret = make([]byte, 32)
		if _, err := rand.Read(s.LinkSecret); err != nil {
			return err
		}
	}
	if s.VAPID.Private == "" {
		if s.VAPID, err = NewVAPID(); err != nil {
			return err
		}
	}
	if s.Provider.Secret == "" {
		s.Provider.Secret = NewSecret()
	}
	return saveSettings(ctx, tx, s)
}

// SetProvider changes how text messages and calls leave. An empty secret keeps the one that is there.
func SetProvider(ctx context.Context, tx *volume.Tx, p Provider) error {
	s, err := readSettings(ctx, tx)
	if err != nil {
		return err
	}
	if p.Secret == "" {
		p.Secret = s.Provider.Secret
	}
	s.Provider = p
	return saveSettings(ctx, tx, s)
}

func saveSettings(ctx context.Context, tx *volume.Tx, s *Settings) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, qSettingPut, settingName, string(b))
	return err
}

// NewSecret makes a random secret of 192 bits in base64url.
func NewSecret() string {
	raw := make([]byte, 24)
	if _, err := rand.Read(raw); err != nil {
		panic(err) // crypto/rand does not fail on supported systems
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}
