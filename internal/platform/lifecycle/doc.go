// Package lifecycle ends a site slowly. A tombstone starts a countdown of thirty days; the customer's contacts are told when it starts, seven days
// and one day before it ends, and every notice is recorded and tried again until it was handed over. At any moment before the purge the site
// can be resumed.
//
// The package keeps the queue of the purge, and says which conditions are not met yet. It cannot purge: what can is another program
// (cmd/holdfast-purge), and nothing that serves or operates sites contains it.
package lifecycle
