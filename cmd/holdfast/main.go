// Command holdfast serves the suite and is its operator's command line.
package main

import (
	"context"
	"os"

	"holdfast.dev/internal/app"
)

func main() {
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	show, done := app.TerminalProgress(os.Stderr)
	code := app.Run(context.Background(), app.Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Dir: dir, Args: os.Args[1:], Progress: show})
	done()
	os.Exit(code)
}
