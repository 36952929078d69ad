package markdown

import (
	"regexp"
	"strings"
)

// maxSigns is how many signs of Markdown a block may have. The time that a parser takes grows with the square of their number.
const maxSigns = 4000

var (
	delimiterRow = regexp.MustCompile(`^[ ]{0,3}\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?[ ]*$`)
	fenceLine    = regexp.MustCompile("^[ ]{0,3}(?:```|~~~)")
)

// dense tells whether some block has more signs than that. Rows of tables are blocks of their own; code counts only where HTML could make
// it look like code that is none.
func dense(src string) bool {
	html := strings.HasPrefix(src, "<") || strings.Contains(src, "\n<") || strings.Contains(src, " <")
	signs, line, table, code := 0, 0, false, false
	previous := ""
	for l := range strings.SplitSeq(src, "\n") {
		if strings.TrimSpace(l) == "" {
			signs, line, table = 0, 0, false
			continue
		}
		if line++; line == 2 && strings.Contains(previous, "|") && delimiterRow.MatchString(l) {
			table = true
		}
		previous = l
		if fenceLine.MatchString(l) {
			code = !code
		}
		if table {
			signs = 0
		}
		if code && !html {
			continue
		}
		for i := range len(l) {
			if strings.IndexByte("*_~[]!`<&(", l[i]) >= 0 {
				signs++
			}
		}
		if signs > maxSigns {
			return true
		}
	}
	return false
}

// nesting bounds how deep quotes and lists can be, from the longest run of their signs at the start of a line.
func nesting(src string) int {
	deepest := 0
	for line := range strings.SplitSeq(src, "\n") {
		n := 0
		for i := 0; i < len(line) && strings.IndexByte(" \t>-+*.)0123456789", line[i]) >= 0; i++ {
			if strings.IndexByte(">-+*.)", line[i]) >= 0 {
				n++
			}
		}
		if n < len(strings.TrimRight(line, " \t")) || strings.Contains(line, ">") {
			deepest = max(deepest, n)
		}
	}
	return deepest
}
