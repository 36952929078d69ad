// Package purge destroys a site for good: the only code that can. It runs in a program of its own (cmd/holdfast-purge) with a credential of its own,
// reads nothing but the queue of the control database, and is in the dependency graph of nothing that serves or operates sites (R3).
//
// It takes one request at a time and does nothing while a single condition is missing (R4). What the vault holds is not destroyed but marked: it may go
// once the retention floor of the vault has passed, and never before (R6).
package purge
