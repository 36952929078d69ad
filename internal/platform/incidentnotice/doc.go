// Package incidentnotice keeps what customers are told when a site of theirs is lost: one incident for each affected customer, its updates, and the mails that
// carry them, in the control database and so outside of every tenant. In April 2022 the contacts were deleted with the sites, support asked for the URL of a
// site that did not exist any more, and a sea of red told everybody the same.
//
// Whoever has the token of an incident sees that customer's own state and nothing else; it is random, needs no login, and is in the mails.
package incidentnotice
