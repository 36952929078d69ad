package recovery

import "syscall"

// yields tells whether giveWay does something here.
const yields = true

// lowPriority leaves a builder what those who serve do not use, and a small share when they use everything.
const lowPriority = 5

// giveWay lowers the priority of the calling thread. Where that is not allowed the thread stays as it is: the restore is louder, not wrong.
func giveWay() { _ = syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), lowPriority) }
