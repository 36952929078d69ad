// Package wiki is the wiki of the suite: spaces, pages and blog posts, drafts and versions, comments, attachments, search by CQL, and the REST
// API v1 and v2 that Confluence Cloud clients speak. It lives in a site's work volume, beside the tracker.
//
// It promises that nothing that was written is dropped: every published version is kept, unknown macros are kept, a draft survives a crash, and
// what is deleted lies in the trash first. No answer shows what a restriction hides from the asker. It never imports another product: see needs
// for what it asks of its surroundings.
package wiki
