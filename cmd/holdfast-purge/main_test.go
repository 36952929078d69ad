package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast.dev/internal/app"
	"holdfast.dev/internal/platform/s3/s3test"
	"holdfast.dev/internal/purge"
)

// output runs a command and gives what it printed.
func output(t *testing.T, args ...string) (string, error) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = w
	failed := run(context.Background(), args)
	os.Stdout = stdout
	_ = w.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), failed
}

// TestASweepNeedsTheCredentialOfThePurge sweeps the vault of an installation that is an hour old, in a folder and in a bucket: nothing goes.
func TestASweepNeedsTheCredentialOfThePurge(t *testing.T) {
	for _, kind := range []string{"folder", "bucket"} {
		t.Run(kind, func(t *testing.T) {
			data := t.TempDir()
			where := filepath.Join(data, "vault")
			if kind == "bucket" {
				where = s3test.Start(t).Bucket(s3test.Locked).String()
				t.Setenv("HOLDFAST_VAULT_ACCESS_KEY_ID", s3test.Keys.Access)
				t.Setenv("HOLDFAST_VAULT_SECRET_ACCESS_KEY", s3test.Keys.Secret)
				t.Setenv("HOLDFAST_PURGE_VAULT_ACCESS_KEY_ID", s3test.Keys.Access)
				t.Setenv("HOLDFAST_PURGE_VAULT_SECRET_ACCESS_KEY", s3test.Keys.Secret)
			}
			if code := app.Run(t.Context(), app.Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Dir: data, Args: []string{"org", "create", "Acme", "--data", data, "--vault", where}}); code != 0 {
				t.Fatalf("org create: exit %d", code)
			}
			at := []string{"--data", data, "--vault", where}
			if _, err := output(t, append(at, "sweep")...); err == nil {
				t.Error("swept without a credential")
			}
			token, err := output(t, append(at, "enroll")...)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "credential")
			if err := os.WriteFile(file, []byte("hfop_an_operators_token"), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := output(t, append(at, "sweep", "--credential", file)...); err == nil {
				t.Error("swept with an operator's token")
			}
			if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, more := range [][]string{{"--dry-run"}, {}} {
				said, err := output(t, append(append(at, "sweep", "--credential", file), more...)...)
				var done purge.Swept
				if err == nil {
					err = json.Unmarshal([]byte(said), &done)
				}
				if err != nil || len(done.Removed) != 0 {
					t.Errorf("%s %v", said, err)
				}
			}
			if _, err := output(t, append(at, "sweep", "everything", "--credential", file)...); err == nil || !strings.Contains(err.Error(), "usage") {
				t.Errorf("%v", err)
			}
		})
	}
}
