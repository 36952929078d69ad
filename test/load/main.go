package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

// measures are the subcommands.
var measures = map[string]func(ctx context.Context, args []string) error{
	"idle":          idle,
	"random-points": randomPoints,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) < 2 || measures[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: load MEASURE [flags]; measures: idle, random-points")
		os.Exit(2)
	}
	if err := measures[os.Args[1]](ctx, os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// figure prints one result.
func figure(name string, value float64, unit string) {
	fmt.Printf("%-44s %12.3f %s\n", name, value, unit)
}
