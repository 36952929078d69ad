package recovery

import "syscall"

// yields tells whether giveWay does something here.
const yields = true

// lowPriority leaves a builder what those who serve do not use, and a third of their share when they use everything.
const lowPriority = 5

// giveWay lowers the priority of the calling thread, which does nothing else from then on; the main thread's is the process's and stays. Where lowering is
// not allowed the restore is louder, not wrong.
func giveWay() {
	if tid := syscall.Gettid(); tid != syscall.Getpid() {
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, tid, lowPriority)
	}
}
