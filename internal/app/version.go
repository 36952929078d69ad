package app

// Version is the release; the build sets it.
var Version = "dev"
