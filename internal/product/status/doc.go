// Package status tells a site's customers how its services are: pages, components, incidents, maintenance, subscribers, metrics, the manage API v1
// and the public v2 JSON that Statuspage clients speak. It lives in a volume of its own, and every change publishes a static copy that
// needs no database, so that the page answers when everything else is gone.
//
// It promises that what is published is what was written, in the exact public shapes, and that nobody is mailed who did not confirm.
// It never imports another product: see needs.
package status
