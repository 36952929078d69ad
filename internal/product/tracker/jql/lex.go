package jql

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxLength is the longest query that is read, in bytes.
const MaxLength = 100_000

type tokenKind int

const (
	tokEOF tokenKind = iota
	tokWord
	tokString
	tokOp    // = != ~ !~ < > <= >=
	tokPunct // ( ) , [ ]
)

type token struct {
	kind tokenKind
	text string
	pos  Pos
}

// is tells whether a token is a keyword; strings in quotes never are.
func (t token) is(words ...string) bool {
	if t.kind != tokWord {
		return false
	}
	for _, w := range words {
		if strings.EqualFold(t.text, w) {
			return true
		}
	}
	return false
}

// reserved words must be in quotation marks to be used as text; the list is Jira's.
var reserved = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`a an abort access add after alias all alter and any are as asc at audit avg be before begin between boolean break but by byte catch cf char character
		check checkpoint collate collation column commit connect continue count create current date decimal declare decrement default defaults define delete delimiter desc difference
		distinct divide do double drop else empty encoding end equals escape exclusive exec execute exists explain false fetch file field first float for from function go goto grant
		greater group having identified if immediate in increment index initial inner inout input insert int integer intersect intersection into is isempty isnull it join last left
		less like limit lock long max min minus mode modify modulo more multiply next no noaudit not notin nowait null number object of on option or order outer output power previous
		prior privileges public raise raw remainder rename resource return returns revoke right row rowid rownum rows select session set share size sqrt start strict string subtract
		such sum synonym table that the their then there these they this to trans transaction trigger true uid union unique update user validate values view was when whenever where
		while will with changed during`) {
		m[w] = true
	}
	return m
}()

// Reserved lists the reserved words.
func Reserved() []string {
	var out []string
	for w := range reserved {
		out = append(out, w)
	}
	return out
}

// plain tells whether a rune may stand in a word without quotation marks.
func plain(r rune) bool {
	return !unicode.IsSpace(r) && !unicode.IsControl(r) && !strings.ContainsRune(`=!<>~,()&|"'[]\{}*/%+^$#@?;`, r)
}

const reservedRunes = "{}*/%+^$#@?;"

type lexer struct {
	src  string
	off  int
	line int
	bol  int // offset of the line's beginning
	toks []token

	counted, column int // how far columns of the line were counted, so that each rune is counted once
}

func (l *lexer) pos() Pos {
	if l.counted < l.bol {
		l.counted, l.column = l.bol, 0
	}
	l.column += utf8.RuneCountInString(l.src[l.counted:l.off])
	l.counted = l.off
	return Pos{l.line, l.column + 1}
}

// lex cuts a query into tokens.
func lex(src string) ([]token, error) {
	if len(src) > MaxLength {
		return nil, &Error{Message: fmt.Sprintf("The query is longer than %d characters.", MaxLength)}
	}
	if !utf8.ValidString(src) || strings.IndexByte(src, 0) >= 0 {
		return nil, &Error{Message: "The query contains characters that are no text."}
	}
	l := &lexer{src: src, line: 1}
	for l.off < len(src) {
		if err := l.next(); err != nil {
			return nil, err
		}
	}
	return append(l.toks, token{tokEOF, "", l.pos()}), nil
}

func (l *lexer) emit(kind tokenKind, text string, size int) {
	l.toks = append(l.toks, token{kind, text, l.pos()})
	l.off += size
}

func (l *lexer) next() error {
	r, size := utf8.DecodeRuneInString(l.src[l.off:])
	rest := l.src[l.off:]
	switch {
	case r == '\n':
		l.off++
		l.line, l.bol = l.line+1, l.off
	case unicode.IsSpace(r):
		l.off += size
	case strings.ContainsRune("(),[]", r):
		l.emit(tokPunct, string(r), 1)
	case r == '&':
		l.emit(tokWord, "AND", twice(rest))
	case r == '|':
		l.emit(tokWord, "OR", twice(rest))
	case strings.HasPrefix(rest, "!="), strings.HasPrefix(rest, "!~"), strings.HasPrefix(rest, "<="), strings.HasPrefix(rest, ">="):
		l.emit(tokOp, rest[:2], 2)
	case r == '!':
		l.emit(tokWord, "NOT", 1)
	case strings.ContainsRune("=~<>", r):
		l.emit(tokOp, string(r), 1)
	case r == '"' || r == '\'':
		return l.quoted(byte(r))
	case strings.ContainsRune(reservedRunes, r):
		return &Error{fmt.Sprintf("The character '%c' is a reserved JQL character. You must enclose it in a string or use the escape '\\u%04x' instead.", r, r), l.pos()}
	case r == '\\' || plain(r):
		return l.word()
	default:
		return &Error{fmt.Sprintf("The character '%c' (code %d) cannot be used here.", r, r), l.pos()}
	}
	return nil
}

// twice gives 2 when the first character stands doubled, as in && and ||, else 1.
func twice(s string) int {
	if len(s) > 1 && s[1] == s[0] {
		return 2
	}
	return 1
}

func (l *lexer) word() error {
	pos := l.pos()
	start := l.off
	var b strings.Builder
	for l.off < len(l.src) {
		r, size := utf8.DecodeRuneInString(l.src[l.off:])
		if r == '\\' {
			if err := l.escape(&b); err != nil {
				return err
			}
			continue
		}
		if !plain(r) {
			break
		}
		b.WriteRune(r)
		l.off += size
	}
	if l.off == start {
		return &Error{"The query cannot be read here.", pos}
	}
	l.toks = append(l.toks, token{tokWord, b.String(), pos})
	return nil
}

func (l *lexer) quoted(mark byte) error {
	pos := l.pos()
	l.off++
	var b strings.Builder
	for l.off < len(l.src) {
		switch c := l.src[l.off]; {
		case c == mark:
			l.off++
			l.toks = append(l.toks, token{tokString, b.String(), pos})
			return nil
		case c == '\\':
			if err := l.escape(&b); err != nil {
				return err
			}
		case c == '\n':
			b.WriteByte(c)
			l.off++
			l.line, l.bol = l.line+1, l.off
		default:
			b.WriteByte(c)
			l.off++
		}
	}
	return &Error{fmt.Sprintf("The quoted string '%.60s' has not been completed.", b.String()), pos}
}

// escape reads \t \n \r \" \' \\ \space and \uXXXX.
func (l *lexer) escape(b *strings.Builder) error {
	rest := l.src[l.off:]
	if len(rest) >= 2 {
		if i := strings.IndexByte(`tnr"'\ `, rest[1]); i >= 0 {
			b.WriteByte("\t\n\r\"'\\ "[i])
			l.off += 2
			return nil
		}
		if rest[1] == 'u' && len(rest) >= 6 {
			if n, err := strconv.ParseUint(rest[2:6], 16, 16); err == nil && n != 0 {
				b.WriteRune(rune(n))
				l.off += 6
				return nil
			}
		}
	}
	return &Error{fmt.Sprintf("'%.6s' is an illegal JQL escape sequence. The valid escape sequences are \\', \\\", \\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX.", rest[:min(6, len(rest))]), l.pos()}
}
