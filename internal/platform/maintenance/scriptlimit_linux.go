package maintenance

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

const (
	scriptMemory = 1 << 30 // bytes of addresses beyond what the process has when its script starts
	scriptCPU    = 20      // seconds
)

// limitProcess has the system end this process when it takes too much.
func limitProcess() {
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		if pages, err := strconv.ParseUint(strings.Fields(string(text))[0], 10, 64); err == nil {
			most := pages*uint64(os.Getpagesize()) + scriptMemory
			_ = syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: most, Max: most})
		}
	}
	_ = syscall.Setrlimit(syscall.RLIMIT_CPU, &syscall.Rlimit{Cur: scriptCPU, Max: scriptCPU})
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
}
