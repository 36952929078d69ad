package maintenance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
)

// A script runs in a process of its own, which is this program under another name: one statement of Starlark can ask for sixteen gigabytes or compare a value with
// itself for ever, and no look between statements sees that in time. Such a process dies, and the server does not.

const (
	// scriptProcess is the name under which this program runs one script and ends.
	scriptProcess = "holdfast-plan-script"
	// scriptWall ends a script that waits rather than works; what it computes is bounded by steps and by processor time.
	scriptWall = 2 * time.Minute
	maxAnswer  = 4 << 20 // bytes
)

func init() {
	if len(os.Args) == 1 && os.Args[0] == scriptProcess {
		os.Exit(scriptMain(os.Stdin, os.Stdout))
	}
}

// scriptOrder is what the process reads, scriptAnswer what it writes.
type scriptOrder struct {
	Script     string      `json:"script"`
	Candidates []Candidate `json:"candidates"`
}

type scriptAnswer struct {
	Selected []bool `json:"selected"`
	Wrong    string `json:"wrong,omitempty"`
}

func scriptMain(in io.Reader, out io.Writer) int {
	var order scriptOrder
	if err := json.NewDecoder(in).Decode(&order); err != nil {
		return 3
	}
	limitProcess()
	var answer scriptAnswer
	selected, err := runScript(order.Script, order.Candidates)
	if answer.Selected = selected; err != nil {
		answer = scriptAnswer{Wrong: err.Error()}
	}
	if err := json.NewEncoder(out).Encode(answer); err != nil {
		return 3
	}
	return 0
}

// runScript asks a script about every candidate, in this process.
func runScript(script string, all []Candidate) ([]bool, error) {
	sel, err := newSelector(context.Background(), script)
	if err != nil {
		return nil, err
	}
	out := make([]bool, len(all))
	for i, c := range all {
		if out[i], err = sel.selects(c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// selectByScript gives the candidates that a script takes. fault.KindInvalid says what is wrong with it.
func selectByScript(ctx context.Context, script string, all []Candidate) (out []Candidate, err error) {
	if len(script) > maxScript {
		return nil, fault.Bad("A script has at most %d bytes.", maxScript)
	}
	order, err := json.Marshal(scriptOrder{script, all})
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if runtime.GOOS == "linux" {
		program = "/proc/self/exe" // the running one, also when its file was replaced
	}
	limited, cancel := context.WithTimeout(ctx, scriptWall)
	defer cancel()
	cmd := exec.CommandContext(limited, program)
	cmd.Args, cmd.Env, cmd.Dir = []string{scriptProcess}, []string{"GOTRACEBACK=none", "GOMAXPROCS=2"}, os.TempDir() // nothing of this process's secrets
	var said, failed cappedBuffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(order), &said, &failed
	if err := cmd.Run(); err != nil {
		return nil, scriptEnd(ctx, limited, err, failed.String())
	}
	var answer scriptAnswer
	if err := json.Unmarshal(said.Bytes(), &answer); err != nil {
		return nil, fmt.Errorf("the answer of a plan's script: %w", err)
	}
	if answer.Wrong != "" {
		return nil, fault.Bad("%s", answer.Wrong)
	}
	if len(answer.Selected) != len(all) {
		return nil, fmt.Errorf("a plan's script answered for %d of %d targets", len(answer.Selected), len(all))
	}
	for i, c := range all {
		if answer.Selected[i] {
			out = append(out, c)
		}
	}
	return out, nil
}

// scriptEnd tells why the process of a script ended without an answer.
func scriptEnd(asked, limited context.Context, err error, said string) error {
	var exit *exec.ExitError
	switch {
	case asked.Err() != nil:
		return asked.Err()
	case limited.Err() != nil:
		return fault.Bad("The script fails: it runs for too long.")
	case !errors.As(err, &exit):
		return fmt.Errorf("a plan's script could not be run: %w", err)
	case strings.Contains(said, "out of memory") || strings.Contains(said, "cannot allocate memory"):
		return fault.Bad("The script fails: it takes too much memory.")
	case exit.Exited():
		return fault.Bad("The script fails: its process ended with %s.", exit)
	}
	return fault.Bad("The script fails: it runs for too long or takes too much memory (%s).", exit)
}

// cappedBuffer keeps the first maxAnswer bytes and takes no harm from more.
type cappedBuffer struct{ bytes.Buffer }

// Write implements io.Writer.
func (c *cappedBuffer) Write(p []byte) (int, error) {
	if left := maxAnswer - c.Len(); left > 0 {
		c.Buffer.Write(p[:min(left, len(p))])
	}
	return len(p), nil
}
