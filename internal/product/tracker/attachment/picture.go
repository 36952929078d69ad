package attachment

import "strconv"

// Inline tells whether a browser may show a file inside a page of ours: real pictures of pixels only, nothing that can hold a script.
func (f *File) Inline() bool {
	switch f.MIME {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return f.Width > 0
	}
	return false
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func number(n int) any {
	if n == 0 {
		return nil
	}
	return n
}
