package seal_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast.dev/internal/platform/seal"
)

func TestSecretsOpenWithTheirKeyInTheirPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "secrets.key")
	box, err := seal.LoadBox(path)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", st.Mode(), err)
	}
	sealed := box.Seal([]byte("geheim"), "takeout of acme")
	if strings.Contains(sealed, "geheim") || sealed == box.Seal([]byte("geheim"), "takeout of acme") {
		t.Errorf("%s says something", sealed)
	}
	again, err := seal.LoadBox(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open(sealed, "takeout of acme"); err != nil || string(got) != "geheim" {
		t.Errorf("%q %v", got, err)
	}
	other, err := seal.LoadBox(path + "2")
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() ([]byte, error){
		"another place": func() ([]byte, error) { return box.Open(sealed, "takeout of other") },
		"another key":   func() ([]byte, error) { return other.Open(sealed, "takeout of acme") },
		"changed":       func() ([]byte, error) { return box.Open("AA"+sealed[2:], "takeout of acme") },
		"nothing":       func() ([]byte, error) { return box.Open("", "takeout of acme") },
	} {
		if got, err := try(); !errors.Is(err, seal.ErrOtherKey) {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.LoadBox(path); err == nil {
		t.Error("a damaged key was taken")
	}
}
