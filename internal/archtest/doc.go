// Package archtest holds the rules of the tree as tests: who may import whom, what every package, route, table, query and dependency owes. Each
// failure says why the rule is there.
package archtest
