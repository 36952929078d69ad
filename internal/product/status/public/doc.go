// Package public turns a page into what the public reads: HTML without scripts, the v2 JSON in the vendor's shapes, feeds, a calendar, a badge. Rendering is
// a pure function of the volume's state and the clock, so that the live page and its static copy are the same bytes. All links in pages are relative, so
// that the same bytes work at /status/, at the root of an own domain, and in a folder.
package public
