package app

import (
	"net/netip"
	"os"
	"path/filepath"

	"holdfast.dev/internal/platform/s3"
)

// Options say where a node keeps its things. Every one is a flag; the environment gives the defaults.
type Options struct {
	Data     string // folder for keys, blobs, the local vault and, without Database, the volumes
	Database string // PostgreSQL URL; empty for SQLite files under Data
	Vault    string // folder of the vault, or the s3:// address of its bucket; empty for "vault" under Data
	SMTP     string // mail server as smtp://HOST:PORT; empty for none
	BaseURL  string // under which people reach this server, for links in messages; empty for what each request names
	// VaultKeys are the credentials of a vault in a bucket.
	VaultKeys s3.Keys
	// VaultSync makes every write wait until the vault has it: nothing acknowledged is lost with the disk (R18).
	VaultSync bool
	// MailListen is where mail for alerts is taken; empty for nowhere.
	MailListen string
	// Only names the products that this process serves, where several processes share the data folder; empty for all.
	Only []string
	// Reachable lists private networks that webhooks of customers may reach all the same.
	Reachable []netip.Prefix
	// Alone takes nothing from the environment: a drill must not meet the database or the mail server of those who run it.
	Alone bool
}

// defaults fills what was not given: HOLDFAST_DATA, HOLDFAST_DATABASE, HOLDFAST_VAULT with HOLDFAST_VAULT_ACCESS_KEY_ID, HOLDFAST_VAULT_SECRET_ACCESS_KEY,
// HOLDFAST_VAULT_SESSION_TOKEN and HOLDFAST_VAULT_SYNC, and HOLDFAST_SMTP, else the folder "data".
func (o Options) defaults() Options {
	pick := func(v *string, env, fallback string) {
		if *v == "" && !o.Alone {
			*v = os.Getenv(env)
		}
		if *v == "" {
			*v = fallback
		}
	}
	pick(&o.Data, "HOLDFAST_DATA", "data")
	pick(&o.Database, "HOLDFAST_DATABASE", "")
	pick(&o.Vault, "HOLDFAST_VAULT", filepath.Join(o.Data, "vault"))
	pick(&o.SMTP, "HOLDFAST_SMTP", "")
	if s3.IsAddress(o.Vault) && o.VaultKeys == (s3.Keys{}) && !o.Alone {
		if keys, err := keysFromEnv("HOLDFAST_VAULT"); err == nil { // who opens the vault says what is missing
			o.VaultKeys = keys
		}
	}
	if !o.Alone && os.Getenv("HOLDFAST_VAULT_SYNC") == "1" {
		o.VaultSync = true
	}
	return o
}
