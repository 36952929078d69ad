package ids

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestEveryOtherKindIsRefused(t *testing.T) {
	site := New[Site](time.UnixMilli(1649116800000))
	if _, err := Parse[Site](site.String()); err != nil {
		t.Fatal(err)
	}
	if _, err := Parse[App](site.String()); !errors.Is(err, ErrKind) {
		t.Fatalf("an app identifier was read from %s: %v", site, err)
	}
	// The same body under another prefix must not pass either: the check symbols cover the prefix.
	moved := "app_" + strings.TrimPrefix(site.String(), "site_")
	if _, err := Parse[App](moved); !errors.Is(err, ErrChecksum) {
		t.Fatalf("a relabelled site identifier passed: %v", err)
	}
	for _, s := range []string{"", "site_", "_", "site", " " + site.String(), site.String() + " ", strings.ToUpper(site.String())} {
		if _, err := Parse[Site](s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
}

func TestOneWrongSymbolIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := New[Org](time.UnixMilli(rapid.Int64Range(0, 1<<47).Draw(t, "ms")))
		s := []byte(id.String())
		i := rapid.IntRange(4, len(s)-1).Draw(t, "at")
		c := alphabet[rapid.IntRange(0, 31).Draw(t, "symbol")]
		if s[i] == c {
			return
		}
		s[i] = c
		if _, err := Parse[Org](string(s)); err == nil {
			t.Fatalf("%s was accepted in place of %s", s, id)
		}
	})
}

func TestIdentifiersSortByTime(t *testing.T) {
	a := New[Org](time.UnixMilli(1_000_000))
	b := New[Org](time.UnixMilli(1_000_001))
	if a.String() >= b.String() {
		t.Fatalf("%s is not before %s", a, b)
	}
}
