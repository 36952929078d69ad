package markdown

import (
	"strings"
	"testing"
	"time"
)

// TestHostileTextTakesNoTime: what makes naive parsers slow.
func TestHostileTextTakesNoTime(t *testing.T) {
	for name, src := range map[string]string{
		"emphasis":   strings.Repeat("*a_ ", 20_000),
		"nested":     strings.Repeat("*a **b ", 5_000),
		"brackets":   strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000),
		"images":     strings.Repeat("![a](", 10_000),
		"quotes":     strings.Repeat(strings.Repeat("> ", 100)+"x\n", 100),
		"deep quote": strings.Repeat(">", 50_000),
		"lists":      strings.Repeat("- ", 400) + "x",
		"boxes":      strings.Repeat("- [ ] a\n", 10_000),
		"code":       strings.Repeat("`a``b", 10_000),
		"html":       strings.Repeat("<b><i>", 10_000),
		"entities":   strings.Repeat("&#x", 20_000),
		"tables":     "|a|b|\n|-|-|\n" + strings.Repeat("|x|y|\n", 5_000),
		"details":    strings.Repeat("<details><summary>x</summary>\n\n", 500),
		"just below": strings.Repeat("*a_ ", 1_900),
		"many below": strings.Repeat(strings.Repeat("*a_ ", 1_900)+"\n\n", 20),
		"big table":  "|a|b|\n|-|-|\n" + strings.Repeat("|**x**|`y`|\n", 5_000),
		"links":      strings.Repeat("<http://a ", 10_000),
	} {
		start := time.Now()
		doc := Parse(src)
		Write(doc)
		if took := time.Since(start); took > 10*time.Second { // far above what it takes on a slow machine
			t.Errorf("%s: %v", name, took)
		} else {
			t.Logf("%s: %v", name, took)
		}
	}
}
