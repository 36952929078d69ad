// Package fleet is the control database: organizations, sites with their lifecycle, the people to call, where every volume lives,
// and the ledger of operations. It is a volume of its own kind, journaled and shipped like any other, and no tenant's
// operation can reach it.
//
// A site is active, suspended (nobody may use it, nothing is lost), read-only, restoring (being rebuilt, reads go on where there is
// something to read) or tombstoned (waiting for the purge, which is another program's). There is no call here that deletes.
package fleet
