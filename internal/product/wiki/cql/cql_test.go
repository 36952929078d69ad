package cql

import (
	"errors"
	"strings"
	"testing"
)

func TestQueriesAreReadAsWritten(t *testing.T) {
	for in, want := range map[string]string{
		`type = page`: `type = "page"`,
		`space=DEV and (label in (a, "b c") or title ~ 'x') order by lastModified desc, title`: `space = "DEV" and (label in ("a", "b c") or title ~ "x") order by lastmodified desc, title`,
		`creator = currentUser() AND created > startOfMonth("-1M")`:                            `creator = currentuser() and created > startofmonth("-1M")`,
		`type=page and not space = ~bob`:                                                       `type = "page" and not (space = "~bob")`,
		`space=~bob`:                                                                           `space = "~bob"`,
		`label not in (x)`:                                                                     `label not in ("x")`,
		`a = 1 or b = 2 and c = 3`:                                                             `a = "1" or (b = "2" and c = "3")`,
		`created >= 2024/01/31 && text !~ "a\"b"`:                                              `created >= "2024/01/31" and text !~ "a\"b"`,
		`order by created`:                                                                     `order by created`,
		`space in favouriteSpaces()`:                                                           `space in (favouritespaces())`,
	} {
		q, err := Parse(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if q.String() != want {
			t.Errorf("%s\n got %s\nwant %s", in, q, want)
		}
		again, err := Parse(q.String())
		if err != nil || again.String() != want {
			t.Errorf("%s does not read back: %v", q, err)
		}
	}
}

func TestWhatIsWrongIsToldWithItsPlace(t *testing.T) {
	for in, want := range map[string]struct {
		pos  int
		text string
	}{
		``:                        {0, "empty"},
		`not space = A`:           {0, "first clause"},
		`type = `:                 {7, "value"},
		`type page`:               {5, "operator"},
		`type = page and`:         {15, "field"},
		`(type = page`:            {12, "')'"},
		`type = page)`:            {11, "end of the query"},
		`title ~ "abc`:            {8, "no end"},
		`label in (a, )`:          {13, "value"},
		`label not (a)`:           {10, "IN after NOT"},
		`type = page order title`: {18, "BY"},
		`created > now("-1w"`:     {19, "')'"},
		`ä = = x`:                 {4, "value"},
	} {
		_, err := Parse(in)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q is read", in)
			continue
		}
		if e.Pos != want.pos || !strings.Contains(e.Message, want.text) {
			t.Errorf("%q: %v", in, e)
		}
	}
	for _, deep := range []string{strings.Repeat("(", 20_000), strings.Repeat("a=b and not ", 2000) + "a=b", "a in (" + strings.Repeat("x,", 9000)} {
		if _, err := Parse(deep); err == nil && strings.HasPrefix(deep, "(") {
			t.Error("deep nesting is read")
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`type = page and (space in (A, "b") or title ~ 'x y') order by created desc`, `not a`, `a=~b`, "a in(f(1,2))", `"`, `a = \`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := Parse(s)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Pos < 0 || e.Pos > len([]rune(s)) && len(s) <= MaxBytes {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		text := q.String()
		if again, err := Parse(text); err == nil && again.String() != text || err != nil && len(text) <= MaxBytes && q.Where != nil {
			t.Fatalf("%q becomes %q: %v", s, text, err)
		}
	})
}
