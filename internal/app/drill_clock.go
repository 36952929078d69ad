package app

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"holdfast.dev/internal/base/clock"
)

// drillClock is the machine's clock, which a drill can put forward: a year passes while nobody waits.
type drillClock struct{ ahead atomic.Int64 }

// Now implements clock.Clock.
func (c *drillClock) Now() time.Time { return clock.System.Now().Add(time.Duration(c.ahead.Load())) }

// real gives the machine's time, for measuring.
func (c *drillClock) real() time.Time { return clock.System.Now() }

// pass puts the clock forward.
func (c *drillClock) pass(d time.Duration) { c.ahead.Add(int64(d)) }

// peakMemory gives the most memory in bytes that this process had resident, 0 where the system does not tell.
func peakMemory() int64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(b) {
		if rest, ok := strings.CutPrefix(string(line), "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err == nil {
				return kb << 10
			}
		}
	}
	return 0
}
