package maintenance

import (
	"runtime"
	"strings"
	"testing"

	"holdfast.dev/internal/base/fault"
)

// TestAScriptThatTakesEverythingEndsAlone: single statements that ask for all memory or for ever end with the script's process; the one that asked lives on.
func TestAScriptThatTakesEverythingEndsAlone(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("not shown here: what a plan's script may take is limited on Linux alone")
	}
	all := []Candidate{{ID: "site_1", Name: "One", SiteSlug: "one"}, {ID: "site_2", Name: "Two", SiteSlug: "two"}}
	got, err := selectByScript(t.Context(), "def select(t):\n  return t.site == 'two'\n", all)
	if err != nil || len(got) != 1 || got[0].ID != "site_2" {
		t.Fatal(got, err)
	}
	for name, body := range map[string]string{
		"a list of a thousand million":      "  return len([1] * 1000000000) > 0\n",
		"a list of a range":                 "  return len(list(range(2000000000))) > 0\n",
		"a replacement":                     "  x = 'a' * 100000\n  return len(x.replace('', x)) > 0\n",
		"text of what holds itself twice":   "  x = [1]\n  for i in range(60):\n    x = [x, x]\n  return len(str(x)) > 0\n",
		"doubled again and again":           "  x = [1]\n  for i in range(60):\n    x += x\n  return True\n",
		"a thousand times a million":        "  for i in range(1000000000):\n    pass\n  return True\n",
		"a failure":                         "  fail('no')\n",
		"no answer":                         "  pass\n",
		"an attribute that is not there":    "  return t.slug == 'two'\n",
		"what the process was started with": "  load('os', 'environ')\n",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := selectByScript(t.Context(), "def select(t):\n"+body, all)
			if !fault.Is(err, fault.KindInvalid) || got != nil || !strings.Contains(strings.ToLower(err.Error()), "script") {
				t.Fatalf("%v, %v", got, err)
			}
			t.Log(err)
		})
	}
}
