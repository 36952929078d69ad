// Package volume is the tenant database as products see it: a handle that reads at one instant and writes alone, with every
// write journaled under the name of who asked. Volumes that are in use are open, the others cost only disk: a Pool keeps
// the hottest and closes the rest. Writers that wait at the same time share one durable transaction and are acknowledged
// together after the fsync; one that fails is undone alone.
//
// It never lets a product see another tenant's database and never composes a path: where a volume lives is the placement's answer.
package volume
