package engine_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/engine"
	"holdfast.dev/internal/product/oncall/needs"
	"holdfast.dev/internal/product/oncall/oncalltest"
	"holdfast.dev/internal/product/oncall/setup"
)

// BenchmarkAlertToMail raises alerts at a steady rate (HOLDFAST_RATE a second, 500 unless set), each for another of many people so that nobody's limit bundles
// them, and measures from before the alert is written to when the mail server on loopback has the whole mail. Run it with -benchtime=5000x for ten seconds.
func BenchmarkAlertToMail(b *testing.B) {
	rate := 500
	if n, err := strconv.Atoi(os.Getenv("HOLDFAST_RATE")); err == nil {
		rate = n
	}
	w := oncalltest.NewAt(b, storagetest.SQLite(b), clock.System)
	w.Write(setup.Site)
	var people []needs.Person
	for i := range max(b.N/3, 1) {
		people = append(people, needs.Person{AccountID: fmt.Sprint("p", i), DisplayName: fmt.Sprint("Person ", i), Email: fmt.Sprintf("p%d@acme.example", i), Active: true})
	}
	w.Write(func(ctx context.Context, tx *volume.Tx) error { return setup.People(ctx, tx, people) })
	var mu sync.Mutex
	raised := map[string]time.Time{}
	var took []time.Duration
	done := make(chan struct{})
	w.Inbox.OnMail = func(m oncalltest.Mail) {
		mu.Lock()
		defer mu.Unlock()
		if at, ok := raised[m.Subject]; ok {
			took = append(took, clock.System.Now().Sub(at))
			if delete(raised, m.Subject); len(took) == b.N {
				close(done)
			}
		}
	}
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	ended := make(chan struct{})
	go func() { _ = w.Runner.Run(ctx); close(ended) }()
	b.ResetTimer()
	var raising sync.WaitGroup
	began := clock.System.Now()
	for i := range b.N {
		time.Sleep(began.Add(time.Duration(i) * time.Second / time.Duration(rate)).Sub(clock.System.Now()))
		message := fmt.Sprint("alert ", i)
		mu.Lock()
		raised["[P3] "+message] = clock.System.Now()
		mu.Unlock()
		raising.Go(func() {
			err := w.V.Write(w.Ctx, func(tx *volume.Tx) error {
				n := alert.New{Message: message, Responders: []alert.Responder{who(fmt.Sprint("p", i%len(people)))}}
				if err := n.Check(); err != nil {
					return err
				}
				id, _, _, err := alert.Create(w.Ctx, tx, n)
				if err != nil {
					return err
				}
				return engine.Raised(w.Ctx, tx, id)
			})
			if err != nil {
				b.Error(err)
			}
		})
	}
	raising.Wait()
	accepted := clock.System.Now().Sub(began)
	select {
	case <-done:
	case <-time.After(2 * time.Minute):
		mu.Lock()
		b.Fatalf("%d of %d mails after two minutes", len(took), b.N)
	}
	b.StopTimer()
	stop()
	<-ended
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/accepted.Seconds(), "alerts/s")
	b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Milliseconds()), "p99-ms")
	b.ReportMetric(float64(took[len(took)-1].Milliseconds()), "max-ms")
}
