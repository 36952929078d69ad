// Command load measures what only the whole binary shows: what idle sites cost, for instance. Each subcommand prints one figure a line as
// "name value unit", for docs/performance.md. It starts servers of its own on loopback, in folders of its own, and ends them.
//
//	go run ./test/load idle --sites 1000
package main
