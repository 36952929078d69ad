// Package s3 keeps objects in a bucket of anything that speaks the S3 protocol. It is what the vault and customers' copies write to when that is no folder.
//
// It promises that an object is stored whole or not at all, that what Put returned from was compared with what the server says it has, that a large
// object whose upload was cut short goes on from the parts that are there, and that credentials appear in no error, address or log. It has no call that
// removes an object or a version of one: those who may do that have a program and credentials of their own.
package s3
