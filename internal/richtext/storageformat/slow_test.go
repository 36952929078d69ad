package storageformat

import (
	"strings"
	"testing"
	"time"
)

// TestHostilePagesTakeNoTime: what makes naive converters slow.
func TestHostilePagesTakeNoTime(t *testing.T) {
	for name, src := range map[string]string{
		"comments":    "<p>" + strings.Repeat("a<!-- -->", 100_000) + "</p>",
		"bold":        "<p>" + strings.Repeat("<b>a</b>", 60_000) + "</p>",
		"empty bold":  "<p>" + strings.Repeat("a<b></b>", 60_000) + "</p>",
		"links":       "<p>" + strings.Repeat("<a href='x'>a</a>", 40_000) + "</p>",
		"nested bold": "<p>" + strings.Repeat("<b>a", 200) + strings.Repeat("</b>", 200) + "</p>",
		"deep lists":  strings.Repeat("<ul><li>a", 110) + strings.Repeat("</li></ul>", 110),
		"deep divs":   strings.Repeat("<div>a", 240) + strings.Repeat("</div>", 240),
		"macros":      strings.Repeat(`<ac:structured-macro ac:name="x"><ac:rich-text-body>`, 100) + strings.Repeat(`</ac:rich-text-body></ac:structured-macro>`, 100),
		"cells":       "<table><tbody>" + strings.Repeat("<tr>"+strings.Repeat(`<td rowspan="1000" colspan="1000">a</td>`, 20)+"</tr>", 200) + "</tbody></table>",
		"paragraphs":  strings.Repeat("<p>a</p>", 80_000),
	} {
		start := time.Now()
		doc, err := Parse(src)
		if err == nil {
			_, err = Write(doc)
		}
		if took := time.Since(start); took > 30*time.Second { // far above what it takes on a slow machine
			t.Errorf("%s: %v", name, took)
		} else {
			t.Logf("%s: %v, %v", name, took, err)
		}
	}
}
