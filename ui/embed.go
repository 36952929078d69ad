// Package ui carries the built web interface inside the binary.
//
// The interface is built by `npm run build` into dist, which is not under
// version control. A fresh clone holds only dist/.gitkeep, so the package
// always compiles and Built reports whether there is an interface to serve.
package ui

import (
	"embed"
	"io/fs"
)

// BootMarker is the text in index.html that the server replaces by the boot
// script element (application/json, id "holdfast-boot").
const BootMarker = "<!--holdfast-boot-->"

//go:embed all:dist
var dist embed.FS

// Files returns the built interface: index.html, and under assets/ files whose
// names carry a content hash and may be cached for ever. Beside every text
// asset lie its .br and .gz forms.
func Files() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		// fs.Sub fails only on an invalid path, and the path is a constant.
		panic(err)
	}
	return sub
}

// Built reports whether the interface was built before the binary was.
func Built() bool {
	_, err := fs.Stat(dist, "dist/index.html")
	return err == nil
}
