package ui_test

import (
	"io/fs"
	"strings"
	"testing"

	"holdfast.dev/ui"
)

func TestFilesAgreeWithBuilt(t *testing.T) {
	page, err := fs.ReadFile(ui.Files(), "index.html")
	if !ui.Built() {
		if err == nil {
			t.Fatal("Built is false although index.html is embedded")
		}
		return
	}
	if err != nil {
		t.Fatalf("reading index.html: %v", err)
	}
	if n := strings.Count(string(page), ui.BootMarker); n != 1 {
		t.Errorf("index.html holds the boot marker %d times, want once", n)
	}
	if strings.Contains(string(page), "<script>") {
		t.Error("index.html holds an inline script, which the content security policy refuses")
	}
}
