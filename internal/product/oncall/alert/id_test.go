package alert

import (
	"regexp"
	"testing"
	"time"
)

func TestIdentifiersAreUUIDsThatSort(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	last := firstID(at)
	for i := range 5000 {
		id := NewID(at.Add(time.Duration(i/3000) * time.Millisecond))
		if !form.MatchString(id) || id <= last {
			t.Fatalf("%d: %s after %s", i, id, last)
		}
		last = id
	}
	if id := NewID(at.Add(-time.Second)); id >= firstID(at) {
		t.Error("a clock that went back:", id)
	}
}
