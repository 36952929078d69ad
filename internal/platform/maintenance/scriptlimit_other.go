//go:build !linux

package maintenance

// limitProcess does nothing where limits are not Linux's: the script still is in a process of its own.
func limitProcess() {}
