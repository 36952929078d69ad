// Package recovery brings back what was lost or spoiled: a site to any acknowledged commit or instant, a volume whose file or
// schema is gone, everything from the vault alone. It always builds beside, verifies, then switches: the new state is made under
// the next generation, its rows are proven equal to the digest that the vault recorded, and one commit of the control database
// makes it the present one. What was there stays until then, and afterwards as an undo: a restore is a commit like
// any other, whose changes are the difference, so history goes on in one line and an undo is a restore to the commit before it.
//
// It never changes an identifier, never writes into a state that people use, and never acts on a volume of another owner than the
// declared one. See DESIGN.md.
package recovery
