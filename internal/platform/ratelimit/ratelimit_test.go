package ratelimit

import (
	"fmt"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
)

func TestTriesRunOutAndComeBack(t *testing.T) {
	c := clock.NewFake(time.Unix(0, 0))
	l := New(3, time.Minute, 100, c)
	for range 3 {
		if _, ok := l.Take("a"); !ok {
			t.Fatal("refused within the burst")
		}
	}
	wait, ok := l.Take("a")
	if ok || wait != time.Minute {
		t.Fatalf("%v %v", wait, ok)
	}
	if _, ok := l.Take("b"); !ok {
		t.Fatal("another key was refused")
	}
	c.Advance(time.Minute)
	if _, ok := l.Take("a"); !ok {
		t.Fatal("refused after the wait")
	}
	c.Advance(-time.Hour) // a clock that jumps back gives nothing and breaks nothing
	if _, ok := l.Take("a"); ok {
		t.Fatal("allowed after the clock jumped back")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	l := New(1, time.Hour, 50, clock.NewFake(time.Unix(0, 0)))
	for i := range 1000 {
		l.Take(fmt.Sprint(i))
	}
	if len(l.buckets) > 50 {
		t.Fatalf("%d keys remembered", len(l.buckets))
	}
}
