package cql

import (
	"strings"
	"unicode"
)

// The kinds of token.
type kind int

const (
	end kind = iota
	word
	quoted
	symbol // operators, parentheses, commas
)

type token struct {
	kind kind
	text string
	pos  int
}

// lexer cuts a query into tokens. Whether "~" starts a value (a personal space) or is an operator depends on what stands before it.
type lexer struct {
	in  []rune
	at  int
	err *Error
}

const operators = "=!~<>&|"

func (l *lexer) space() {
	for l.at < len(l.in) && unicode.IsSpace(l.in[l.at]) {
		l.at++
	}
}

// next gives the next token; value is true where a value is expected.
func (l *lexer) next(value bool) token {
	l.space()
	if l.at >= len(l.in) {
		return token{end, "", len(l.in)}
	}
	start := l.at
	c := l.in[l.at]
	switch {
	case c == '"' || c == '\'':
		return l.quoted(c)
	case c == '(' || c == ')' || c == ',':
		l.at++
		return token{symbol, string(c), start}
	case strings.ContainsRune(operators, c) && !(value && c == '~'):
		for l.at < len(l.in) && strings.ContainsRune(operators, l.in[l.at]) && l.at-start < 2 {
			l.at++
		}
		text := string(l.in[start:l.at])
		switch text {
		case "=", "!=", "~", "!~", ">", ">=", "<", "<=", "!", "&&", "||", "&", "|":
		default: // "=~" is "=" and a value that starts with "~"
			l.at = start + 1
			text = text[:1]
		}
		return token{symbol, text, start}
	}
	var b strings.Builder
	for l.at < len(l.in) {
		c := l.in[l.at]
		if c == '\\' && l.at+1 < len(l.in) {
			b.WriteRune(l.in[l.at+1])
			l.at += 2
			continue
		}
		if unicode.IsSpace(c) || strings.ContainsRune(`"'(),=!<>&|`, c) || c == '~' && !(value && l.at == start) {
			break
		}
		b.WriteRune(c)
		l.at++
	}
	return token{word, b.String(), start}
}

func (l *lexer) quoted(q rune) token {
	start := l.at
	l.at++
	var b strings.Builder
	for l.at < len(l.in) {
		c := l.in[l.at]
		switch {
		case c == q:
			l.at++
			return token{quoted, b.String(), start}
		case c == '\\' && l.at+1 < len(l.in):
			l.at++
			b.WriteRune(l.in[l.at])
		default:
			b.WriteRune(c)
		}
		l.at++
	}
	l.fail(start, "The quotation that starts here has no end")
	return token{end, "", len(l.in)}
}

func (l *lexer) fail(pos int, message string) {
	if l.err == nil {
		l.err = &Error{pos, message}
	}
}
