// Package app is the composition root: the only package that knows every product. It opens a node over a data folder or a
// PostgreSQL database, wires products to the platform, serves HTTP, and holds the commands of the binary, which run on the data
// folder when no server has it and inside the server, through its admin socket, when one has.
package app
