// Package assurance proves, again and again and by itself, that what Holdfast would need on a bad day works today (R19). A backup that nobody restored is a
// hope: so the backup of every site, of the people of every organization and of the control database itself is restored at least once a week into a
// scratch place, checked link by link and row by row, and removed. The outcome is kept for each of them, with the exact reason where it failed.
//
// The tester is watched in turn. A dead man's switch, which runs beside it and not inside of it, raises an alarm when something has had no proven restore for
// too long, when a test failed, or when the tester itself has not looked; and while all is well it pings an address outside, whose owner
// notices silence even when this whole process is gone.
//
// The package also keeps what was practised (drills) and which contacts are known to be reachable. It changes no tenant.
package assurance
