package mapping_test

import (
	"encoding/json"
	"testing"

	"holdfast.dev/internal/product/oncall/integration/mapping"
)

func fields(t testing.TB, s string) mapping.Fields {
	t.Helper()
	var f mapping.Fields
	if err := json.Unmarshal([]byte(s), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTexts(t *testing.T) {
	f := fields(t, `{"title":"Disk","labels":{"severity":"critical","a-b":"dash","a.b":"dot"},"alerts":[{"v":1.5},{"v":2000000}],"up":false,"none":null,"x.y":"flat"}`)
	for text, want := range map[string]string{
		"plain": "plain", "{{title}}!": "Disk!", "{{ labels.severity }}": "critical", "{{ $.labels.a-b }}": "dash", `{{ labels["a.b"] }}`: "dot", "{{ alerts[0].v }} {{alerts[1].v}}": "1.5 2000000",
		"{{ alerts[9].v }}{{ no.such }}{{ none }}": "", "{{ up }}": "false", "{{ x.y }}": "flat", "{{ payload.title }}": "Disk",
		`{{ upper(title) + "-" + labels.severity }}`: "DISK-critical", `{{ len(alerts) > 1 ? "many" : "one" }}`: "many", `{{ nothing.at.all + 1 }}`: "", `{{ labels.none ?? "P3" }}`: "P3", "{{ alerts }}": `[{"v":1.5},{"v":2000000}]`,
	} {
		if got := mapping.Text(text, f); got != want {
			t.Errorf("%s: %q, not %q", text, got, want)
		}
	}
	for _, bad := range []string{"{{ 1 + }}", "{{ nofunction(1) }}", `{{ "open }}`} {
		if mapping.Check(bad) == nil {
			t.Errorf("%s passed", bad)
		}
	}
	if !mapping.Holds(`labels.severity in ["critical"] and up == false`, f) || mapping.Holds("no.such > 3", f) || mapping.Holds("title", f) || !mapping.Holds("", f) {
		t.Error("conditions")
	}
}

func TestComparisons(t *testing.T) {
	f := fields(t, `{"s":" Disk full ","n":"7","list":["a","b"],"m":{"k":"v"},"e":"","z":null}`)
	for _, c := range []struct {
		field, key, op, expected string
		want                     bool
	}{
		{"s", "", "contains", "full", true}, {"list", "", "contains", "a", true}, {"list", "", "contains", "c", false}, {"s", "", "equals-ignore-whitespace", "Diskfull", true}, {"s", "", "matches", " D.*l ", true}, {"s", "", "matches", "D", false},
		{"n", "", "greater-than", "6.5", true}, {"n", "", "less-than", "x", false}, {"m", "", "contains-key", "k", true}, {"m", "", "contains-value", "v", true}, {"m", "k", "equals", "v", true}, {"e", "", "is-empty", "", true}, {"z", "", "is-empty", "", true},
		{"nothing", "", "is-empty", "", true}, {"m", "", "is-empty", "", false}, {"s", "", "starts-with", " D", true}, {"s", "", "ends-with", "l ", true},
	} {
		if got := mapping.Compare(f, c.field, c.key, c.op, c.expected); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// FuzzText: no mapping makes it panic or hang, whatever stands between the braces.
func FuzzText(f *testing.F) {
	for _, s := range []string{"{{ a.b }}", "{{ a[0] + 1 }}", "{{ repeat(\"x\", 1000000) }}", "{{ map(1..100000, #) }}", "{{{{ }} }}"} {
		f.Add(s)
	}
	payload := fields(f, `{"a":[1,2,{"b":"c"}],"t":"x"}`)
	f.Fuzz(func(t *testing.T, s string) {
		if mapping.Check(s) == nil {
			mapping.Text(s, payload)
		}
	})
}
