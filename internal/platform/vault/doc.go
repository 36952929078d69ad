// Package vault keeps what is needed to rebuild everything, in a store that tenants' operations cannot reach: signed segments
// with the journal of many volumes, snapshots of single volumes as compressed SQLite files, blobs by their hash, and
// manifests that list every component of a site.
//
// It promises that what the Shipper has sealed can be rebuilt from the store alone, that a changed, missing or withheld
// object is named when read, and that nothing here deletes: Store has no such call. See DESIGN.md for the formats.
package vault
