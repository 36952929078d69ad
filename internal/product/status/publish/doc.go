// Package publish keeps a static copy of every page in a folder, and serves pages: live ones from memory, copies from their folder. It promises that a copy
// is the same bytes as the live page was, that a reader of the folder never sees half a file, that files that did not change are not touched, and that
// serving a copy needs nothing but the folder.
//
// The folder has one folder a site, by slug, and in it one folder a page, by identifier, with the page's documents as files (index.html, api/v2/summary.json, …),
// each with .gz and .br beside it where that is smaller, and manifest.json, which is written last. site.json of a site names its first page; domains.json of
// a site the pages' own domains.
package publish
