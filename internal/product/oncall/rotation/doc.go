// Package rotation computes who has the watch: shifts of a rotation in its time zone, to the minute, whatever the zone's clocks do. It is pure:
// no clock, no storage, no people, only numbers of participants.
//
// It promises: handoffs follow the wall clock of the zone; a handoff at a local time that does not exist happens at the first instant after
// the gap, one at a time that comes twice happens the first time, so that whoever has the watch keeps it through the repeated hour; a restriction
// holds at exactly those instants whose wall clock is within it; shifts never overlap, never are empty, and cutting a window in two changes nothing.
package rotation
