package vault

import (
	"testing"
	"time"
)

// TestKeysRiseWhateverTheClockDoes ships a day's segments while the clock is an hour behind: their names stay short, and in order.
func TestKeysRiseWhateverTheClockDoes(t *testing.T) {
	at := time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC)
	last := nextKey("", at, "node")
	for i := range 20_000 {
		now := at.Add(-time.Hour + time.Duration(i)*400*time.Millisecond)
		key := nextKey(last, now, "node-of-another-name")
		if key <= last || len(key) > 120 {
			t.Fatalf("after %s comes %s", last, key)
		}
		last = key
	}
	if want := nextKey("", at.Add(-time.Hour+19_999*400*time.Millisecond), "node-of-another-name"); last != want {
		t.Errorf("the clock is ahead again, and the key is %s", last)
	}
}
