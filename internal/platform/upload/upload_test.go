package upload

import (
	"errors"
	"strings"
	"testing"
)

func TestNamesOfFilesHaveNoFoldersAndNoTricks(t *testing.T) {
	for in, want := range map[string]string{
		"../../etc/passwd": "passwd", `..\..\x`: "x", "..": "file", "": "file", "a/b/c.txt": "c.txt", "a\x00b": "a_b", "<script>.html": "_script_.html",
		"\u202egpj.exe": "_gpj.exe", " .hidden. ": "hidden", strings.Repeat("x", 300) + ".pdf": strings.Repeat("x", 251) + ".pdf",
	} {
		if got := CleanName(in); got != want {
			t.Errorf("CleanName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWhatABrowserCouldRunIsSentAsBytes(t *testing.T) {
	for in, want := range map[string]string{
		"text/html": "application/octet-stream", "Text/HTML; charset=utf-8": "application/octet-stream", "image/svg+xml": "application/octet-stream",
		"application/rss+xml": "application/octet-stream", "image/png": "image/png", "application/pdf": "application/pdf", "": "application/octet-stream",
	} {
		if got := SafeType(in); got != want {
			t.Errorf("SafeType(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNoPicture(t *testing.T) {
	if _, _, _, err := Thumbnail(strings.NewReader("<svg/>")); !errors.Is(err, ErrNoPicture) {
		t.Error(err)
	}
}
