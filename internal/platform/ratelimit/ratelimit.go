// Package ratelimit slows down those who try too often: a bucket of tries for each key, refilled with time, in memory and
// bounded in number. It never sleeps; it says how long to wait.
package ratelimit

import (
	"sync"
	"time"

	"holdfast.dev/internal/base/clock"
)

// Limiter allows Burst tries at once and one more every Every.
type Limiter struct {
	burst   float64
	every   time.Duration
	maxKeys int
	clock   clock.Clock

	mu      sync.Mutex
	buckets map[string]bucket
}

type bucket struct {
	left float64
	at   time.Time
}

// New makes a limiter that remembers at most maxKeys keys; full buckets are forgotten first.
func New(burst int, every time.Duration, maxKeys int, c clock.Clock) *Limiter {
	return &Limiter{burst: float64(burst), every: every, maxKeys: maxKeys, clock: c, buckets: map[string]bucket{}}
}

// Take uses one try of a key. When there is none left it gives the time until there is.
func (l *Limiter) Take(key string) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	b, known := l.buckets[key]
	if !known {
		l.makeRoom(now)
		b = bucket{left: l.burst, at: now}
	}
	b = l.refill(b, now)
	if b.left < 1 {
		l.buckets[key] = b
		return time.Duration((1 - b.left) * float64(l.every)), false
	}
	b.left--
	l.buckets[key] = b
	return 0, true
}

// Reset gives a key all its tries back, for example after a success.
func (l *Limiter) Reset(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.buckets, key)
}

func (l *Limiter) refill(b bucket, now time.Time) bucket {
	if d := now.Sub(b.at); d > 0 {
		b.left = min(l.burst, b.left+float64(d)/float64(l.every))
		b.at = now
	}
	return b
}

// makeRoom forgets the keys whose buckets are full again; when all are in use, any one, so that memory stays bounded under attack.
func (l *Limiter) makeRoom(now time.Time) {
	if len(l.buckets) < l.maxKeys {
		return
	}
	for k, b := range l.buckets {
		if l.refill(b, now).left >= l.burst {
			delete(l.buckets, k)
		}
	}
	for k := range l.buckets {
		if len(l.buckets) < l.maxKeys {
			return
		}
		delete(l.buckets, k)
	}
}
