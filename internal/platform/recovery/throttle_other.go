//go:build !linux

package recovery

// yields tells whether giveWay does something here: threads have no priorities of their own on other systems.
const yields = false

func giveWay() {}
