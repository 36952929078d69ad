// Package smoke runs the real binary, in several processes where a requirement speaks of them, against a fake outside world on loopback: what must
// still work when a part of an installation is gone.
package smoke
