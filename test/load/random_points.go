package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/clock"
)

// randomPoints restores a site of all products to random points of its life and compares the digest of every volume (R14). The points are those of
// the test TestR14RandomPoints, of which the suite does a few; here are all that the requirement asks for.
func randomPoints(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("random-points", flag.ExitOnError)
	points := f.Int("points", 1000, "how many points")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *points < 1 {
		return errors.New("at least one point")
	}
	began := clock.System.Now()
	cmd := exec.CommandContext(ctx, "go", "test", "-tags", "slow", "-count=1", "-timeout", "12h", "-run", "^TestR14RandomPoints$", "-v", "./test/recovery", "-points", strconv.Itoa(*points))
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	err := cmd.Run()
	if err != nil || !strings.Contains(out.String(), "--- PASS: TestR14RandomPoints") {
		fmt.Print(out.String())
		return errors.Join(errors.New("not every digest is equal"), err)
	}
	figure("random points whose digests are equal", float64(*points), "")
	figure("each, with the writes between", clock.System.Now().Sub(began).Seconds()*1000/float64(*points), "ms")
	return nil
}
