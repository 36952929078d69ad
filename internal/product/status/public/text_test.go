package public_test

import (
	"regexp"
	"strings"
	"testing"

	"holdfast.dev/internal/product/status/public"
)

var dangerous = regexp.MustCompile(`(?i)<\s*(script|style|iframe|object|embed|form|input|link|meta|base|svg|math|img)\b|<[^>]*\son[a-z]+\s*=|<[^>]*(href|src)\s*=\s*["']?\s*(javascript|data|vbscript):`)

// FuzzMessagesAreHarmless feeds messages to the renderer: whatever comes out has no element or attribute that runs or loads anything.
func FuzzMessagesAreHarmless(f *testing.F) {
	for _, s := range []string{"plain", "**b**\nline", "<script>alert(1)</script>", "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "<a href='java\nscript:alert(1)'>x</a>", "<img src=x onerror=alert(1)>",
		"<svg/onload=alert(1)>", "<<script>script>alert(1)<</script>/script>", "<a href=\"data:text/html,x\">", "![x](x)", "<p style='background:url(//e)'>", "```html\n<script>\n```", "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
		"<https://e.example/?a=<script>>", "&lt;script&gt;", "| a |\n|---|\n| <script>x</script> |", "<ul><li><strong>2010-02-07</strong> - Scheduled</li></ul>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := string(public.Rich(s))
		if m := dangerous.FindString(out); m != "" {
			t.Fatalf("%q became %q, which has %q", s, out, m)
		}
	})
}

func TestMessagesKeepWhatPeopleMean(t *testing.T) {
	for in, want := range map[string]string{
		"one\ntwo":               "one<br/>\ntwo",
		"**bold** and `code`":    "<strong>bold</strong> and <code>code</code>",
		"see https://e.example/": `<a href="https://e.example/" rel="nofollow">https://e.example/</a>`,
		"at http://127.0.0.1:8080/browse/ORC-1, now":           `at <a href="http://127.0.0.1:8080/browse/ORC-1" rel="nofollow">http://127.0.0.1:8080/browse/ORC-1</a>, now`,
		"(see https://wiki/x?a=b&c=d).":                        `(see <a href="https://wiki/x?a=b&amp;c=d" rel="nofollow">https://wiki/x?a=b&amp;c=d</a>).`,
		"<ul><li><strong>12:00</strong> - Scheduled</li></ul>": "<ul><li><strong>12:00</strong> - Scheduled</li></ul>",
		"5 < 6 & 7 > 2": "5 &lt; 6 &amp; 7 &gt; 2",
	} {
		if got := string(public.Rich(in)); !strings.Contains(strings.ReplaceAll(got, "<br>", "<br/>"), want) {
			t.Errorf("%q became %q", in, got)
		}
	}
}
