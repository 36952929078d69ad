package password

import (
	"strings"
	"testing"
)

func TestOnlyTheRightPasswordMatches(t *testing.T) {
	h, err := Hash("correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	if !Matches(h, "correct horse battery") {
		t.Fatal("the right one is refused")
	}
	for _, wrong := range []string{"", "correct horse batter", "correct horse battery ", strings.Repeat("x", 10000)} {
		if Matches(h, wrong) {
			t.Errorf("%.40q matches", wrong)
		}
	}
	if Matches("", "") || Matches("", "anything at all") || Matches("plain", "plain") || strings.Contains(h, "horse") {
		t.Fatal("a missing, malformed or readable hash")
	}
}

func TestCheck(t *testing.T) {
	for pw, ok := range map[string]bool{"short": false, "Password123": false, "a good one, really": true, strings.Repeat("x", 300): false} {
		if err := Check(pw); (err == nil) != ok {
			t.Errorf("%.20q: %v", pw, err)
		}
	}
}
