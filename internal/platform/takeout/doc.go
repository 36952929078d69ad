// Package takeout keeps a copy of a site in a folder or bucket that its customer owns, in an open form: SQLite files, attachments by their SHA-256, and a manifest
// with the digest of every database. Whoever has it can start the site elsewhere with one command, and needs nobody's leave.
//
// It always has one whole state: a new one is written beside the present one and takes its place in one step.
package takeout
