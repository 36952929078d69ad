package xmlexport

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/wiki/importer/source"
)

// cleaner gives a file as XML in UTF-8: characters that XML does not allow are left out, and bytes that are no UTF-8 are read as Windows-1252, which
// is what they are in exports of servers whose database had that encoding.
type cleaner struct {
	in      *bufio.Reader
	faults  source.Faults
	pending []byte
	err     error
}

var declared = regexp.MustCompile(`^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']`)

func newCleaner(in io.Reader) (*cleaner, error) {
	b := bufio.NewReaderSize(in, 1<<16)
	head, err := b.Peek(512)
	if len(head) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	c := &cleaner{in: b, faults: source.Faults{}}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err = b.Discard(3)
		return c, err
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		c.in = bufio.NewReaderSize(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(b), 1<<16)
		return c, nil
	}
	m := declared.FindSubmatch(head)
	if m == nil {
		return c, nil
	}
	name := strings.ToLower(string(m[1]))
	if strings.HasPrefix(name, "utf-16") { // it cannot be: the declaration was read as bytes
		return c, nil
	}
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil, fault.Bad("The encoding %.40q that the export declares is not known.", m[1])
	}
	if n, _ := htmlindex.Name(e); n != "utf-8" {
		c.in = bufio.NewReaderSize(e.NewDecoder().Reader(b), 1<<16)
	}
	return c, nil
}

// Read implements io.Reader.
func (c *cleaner) Read(p []byte) (int, error) {
	for len(c.pending) == 0 {
		if c.err != nil {
			return 0, c.err
		}
		c.fill()
	}
	n := copy(p, c.pending)
	c.pending = c.pending[n:]
	return n, nil
}

func (c *cleaner) fill() {
	chunk, err := c.in.Peek(4096)
	if len(chunk) == 0 {
		c.err = err
		return
	}
	use := len(chunk)
	if err == nil { // more follows: a character may be cut
		for cut := 1; cut < utf8.UTFMax; cut++ {
			if b := chunk[len(chunk)-cut]; utf8.RuneStart(b) {
				if b >= utf8.RuneSelf && !utf8.FullRune(chunk[len(chunk)-cut:]) {
					use = len(chunk) - cut
				}
				break
			}
		}
	}
	out := c.scrub(chunk[:use])
	c.pending = append([]byte(nil), out...)
	if _, err := c.in.Discard(use); err != nil {
		c.err = err
	}
}

func (c *cleaner) scrub(b []byte) []byte {
	if sound(b) {
		return b
	}
	out := make([]byte, 0, len(b)+16)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			c.faults["bytes that are no UTF-8, read as Windows-1252"]++
			if r = charmap.Windows1252.DecodeByte(b[0]); allowed(r) && r != utf8.RuneError {
				out = utf8.AppendRune(out, r)
			}
		case allowed(r):
			out = append(out, b[:n]...)
		default:
			c.faults["control characters, which XML does not allow, left out"]++
		}
		b = b[n:]
	}
	return out
}

func sound(b []byte) bool {
	for _, x := range b {
		if x < 0x20 && x != '\t' && x != '\n' && x != '\r' || x >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func allowed(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000
}
