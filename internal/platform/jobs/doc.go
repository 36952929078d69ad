// Package jobs is what a volume has to do later: timers and deliveries, durable in the volume itself, written in the transaction of the
// state that causes them and gone in the transaction of their effect.
//
// It promises: a job whose write was acknowledged runs at its time or, after a crash, as soon as a process runs again; a job of kind InTx
// takes effect exactly once; a job of kind Do is tried at least once, under a lease, with growing pauses, and kept as dead with its reason
// when it never succeeds. Volumes without due jobs are not opened: the control database keeps, for each volume that has any, a lower bound
// of when it must be looked at, which is made durable before the commit that needs it.
//
// It never runs a job whose time passed before a restore: those are held for somebody to look at.
package jobs
