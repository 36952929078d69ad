// Package compat drives the real binary with real clients of the vendor's APIs: what works with the vendor's service must work here unchanged.
package compat
