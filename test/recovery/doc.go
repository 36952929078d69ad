// Package recovery tests what the survival of customers' data promises on a whole node: every product, the vault, and the disk under them.
package recovery
