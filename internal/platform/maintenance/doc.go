// Package maintenance runs work over many sites as plans. A plan is written as YAML or a script, resolved once to an immutable list of named
// targets, hashed, approved by a second operator, applied in waves drawn from itself, watched, halted and undone by the same machinery.
//
// It promises: what is applied is, byte for byte, what was approved; an identifier of another kind, a blank, an unknown field or an empty list
// stops a plan before anything is read or touched; no run touches more than the caps allow, however many run at once; a wave that
// does not leave its targets as the plan said is taken back. It can suspend and deactivate; nothing in it deletes.
//
// DESIGN.md says why it is as it is.
package maintenance
