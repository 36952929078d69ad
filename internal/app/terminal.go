package app

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// TerminalProgress shows progress on a terminal as a bar with count, rate and time left; elsewhere as a line every few seconds.
func TerminalProgress(f *os.File) (show func(Progress), done func()) {
	if st, err := f.Stat(); err != nil || st.Mode()&os.ModeCharDevice == 0 {
		l := &lines{w: f}
		return l.show, func() {}
	}
	b := &bars{container: mpb.New(mpb.WithOutput(f), mpb.WithWidth(48), mpb.WithRefreshRate(150*time.Millisecond))}
	return b.show, b.finish
}

// bars keeps one bar a step.
type bars struct {
	mu        sync.Mutex
	container *mpb.Progress
	step      string
	bar       *mpb.Bar
}

func (b *bars) show(p Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.Step != b.step {
		b.end()
		b.step = p.Step
		b.bar = b.container.New(max(p.Total, 1), mpb.BarStyle().Rbound("|"),
			mpb.PrependDecorators(decor.Name(p.Step+" ", decor.WCSyncSpaceR), decor.CountersNoUnit("%d / %d "+p.Unit)),
			mpb.AppendDecorators(decor.Percentage(), decor.Name(" "), decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO), "")))
	}
	if p.Total > 0 {
		b.bar.SetTotal(p.Total, false)
	}
	b.bar.SetCurrent(p.Done)
}

func (b *bars) end() {
	if b.bar != nil {
		b.bar.SetTotal(-1, true)
	}
}

func (b *bars) finish() {
	b.mu.Lock()
	b.end()
	b.mu.Unlock()
	b.container.Wait()
}

// lines prints where the work is, for logs and pipes.
type lines struct {
	mu   sync.Mutex
	w    io.Writer
	last Progress
	at   int64
}

func (l *lines) show(p Progress) {
	l.mu.Lock()
	defer l.mu.Unlock()
	const every = 5
	tick := p.Done * 100 / max(p.Total, 1) / every
	if p.Step == l.last.Step && tick == l.at {
		return
	}
	l.last, l.at = p, tick
	fmt.Fprintf(l.w, "%s: %d of %d %s\n", p.Step, p.Done, p.Total, p.Unit) //nolint:errcheck // progress is no result
}
