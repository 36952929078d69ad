// Package journal records every change of a tenant database. Triggers that it generates from the schema write each row's before
// and after image in the transaction of the change itself, so that SQL typed into a shell is caught like any other; Begin
// and End number the commits without gaps and name who made them. On top of that it keeps a digest of the whole
// state and a hash chain over the commits, so that a state rebuilt elsewhere can be proven equal.
//
// It never decides what a change means, and nothing else in Holdfast invents a change feed. See DESIGN.md.
package journal
