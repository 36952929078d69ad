package recovery

import "syscall"

// yields tells whether giveWay does something here.
const yields = true

// lowPriority leaves a builder what those who serve do not use, and a third of their share when they use everything.
const lowPriority = 5

// giveWay lowers the priority of the calling thread, which ends with its goroutine; the main thread does not, so it stays as it is. Where lowering is not
// allowed the restore is louder, not wrong.
func giveWay() {
	if tid := syscall.Gettid(); tid != syscall.Getpid() {
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, tid, lowPriority)
	}
}
