package query

import "strings"

type tokenKind int

const (
	end tokenKind = iota
	wordToken
	phraseToken
	compare
	opening
	closing
)

type token struct {
	kind tokenKind
	text string
}

// lex cuts a query into tokens. A word ends at space, parenthesis, quote or comparison; a colon inside a value that follows a comparison belongs to the value, so
// that times and addresses need no quotes.
func lex(s string) ([]token, error) {
	var out []token
	afterCompare := false
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case c == '(':
			out = append(out, token{opening, "("})
			i++
		case c == ')':
			out = append(out, token{closing, ")"})
			i++
			afterCompare = false
			continue
		case c == '"':
			text, n, err := quoted(s[i:])
			if err != nil {
				return nil, err
			}
			out = append(out, token{phraseToken, text})
			i += n
			afterCompare = false
			continue
		case strings.IndexByte(":=<>!", c) >= 0 && !afterCompare:
			op := s[i : i+1]
			if i+1 < len(s) && s[i+1] == '=' && c != ':' && c != '=' {
				op = s[i : i+2]
			}
			if op == "!" {
				return nil, bad("%q is no comparison", op)
			}
			out = append(out, token{compare, op})
			i += len(op)
			afterCompare = true
			continue
		default:
			stop := " \t\r\n()\""
			if !afterCompare {
				stop += ":=<>!"
			}
			n := strings.IndexAny(s[i:], stop)
			if n < 0 {
				n = len(s) - i
			}
			if n == 0 {
				return nil, bad("there is %q where a value should be", s[i:i+1])
			}
			out = append(out, token{wordToken, s[i : i+n]})
			i += n
			afterCompare = false
			continue
		}
	}
	return append(out, token{end, "the end"}), nil
}

// quoted reads a phrase, in which a backslash keeps the next character as it is. It gives the phrase and how many bytes it took.
func quoted(s string) (string, int, error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), i + 1, nil
		case '\\':
			if i++; i == len(s) {
				return "", 0, bad("a quote is not closed")
			}
		}
		b.WriteByte(s[i])
	}
	return "", 0, bad("a quote is not closed")
}
