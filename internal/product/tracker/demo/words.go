package demo

// people of many places; the first is who set the company up.
var people = []string{"Ada Lindqvist", "Tomás Herrera", "Mei-Ling Chou", "Kwame Asante", "Ingrid Solberg", "Rajesh Iyer", "Fatima Zahra Benali", "Luca Moretti", "Yuki Tanabe", "Oluwaseun Bello",
	"Hannah Weiss", "Diego Fuentes", "Siobhán Byrne", "Arjun Mehta", "Nadia Petrova", "Emre Yıldız", "Claire Dubois", "Jonas Bergström", "Thandiwe Nkosi", "Marek Nowak", "Leila Haddad", "Sam O'Connor",
	"Bùi Thị Hạnh", "Gabriela Costa", "Viktor Hansen", "אורי לוי"}

type projectPlan struct {
	key, name, description string
	issues                 int
	components             []string
	epics                  []string
	things                 []string // what issues are about
}

var plans = []projectPlan{
	{"APP", "Mobile app", "The app with which crews find, reserve and return tools.", 2600,
		[]string{"Booking", "Scanner", "Offline sync", "Sign-in", "Notifications", "Maps"},
		[]string{"Book a tool in three taps", "Scan every tool out and in", "Work without a signal", "Sign in without a password", "Tell crews what is due", "Find the nearest depot", "Faster first start", "A calmer home screen", "Photos of damage", "Accessibility to AA", "Tablet layout", "Share a kit list"},
		[]string{"booking list", "barcode scanner", "depot map", "sync queue", "return flow", "damage photo", "login screen", "push message", "kit list", "availability calendar", "search field", "profile page", "settings page", "home screen", "crew picker"}},
	{"OPS", "Platform", "What everything else runs on.", 1500,
		[]string{"Deployments", "Database", "Monitoring", "Network", "Access", "Cost"},
		[]string{"Deploy without downtime", "Restore in minutes", "Alerts that mean something", "One sign-on for all tools", "Halve the cloud bill", "Move off the old queue", "Know every certificate", "Two regions"},
		[]string{"nightly backup", "deploy pipeline", "message queue", "load balancer", "certificate of the API", "metrics store", "log shipper", "read replica", "secret rotation", "container image", "DNS zone", "alert rule", "staging cluster", "cron job", "object store"}},
	{"WEB", "Website", "The public site, the shop and the help centre.", 900,
		[]string{"Shop", "Help centre", "Landing pages", "Checkout", "Search"},
		[]string{"A shop that loads in a second", "Help people find answers", "Checkout without an account", "Speak six languages", "Replace the old CMS", "Structured product data"},
		[]string{"product page", "checkout form", "price table", "help article", "cookie banner", "search results", "footer", "contact form", "image carousel", "sitemap", "language switch", "shipping estimate", "order confirmation", "newsletter form"}},
}

// phrases of summaries by type of issue; %s is a thing.
var summaries = map[string][]string{
	"Bug": {"%s shows yesterday's data after midnight", "%s crashes when the network drops", "%s cannot be read with large text", "%s loses what was typed after a rotation", "Wrong total in the %s", "%s is empty for new crews",
		"Tapping the %s twice books twice", "%s ignores the chosen language", "%s takes eight seconds on old phones", "Error 500 from the %s for names with an apostrophe", "%s keeps spinning after a timeout", "Focus is lost in the %s"},
	"Story": {"As a crew lead I can filter the %s by depot", "Remember the last choice in the %s", "Show who has it in the %s", "Let people undo in the %s", "Add a print view of the %s", "Explain an empty %s", "Make the %s work by keyboard",
		"Let guests see the %s", "Sort the %s by distance"},
	"Task": {"Write tests for the %s", "Measure the %s under load", "Document the %s", "Rename the tables behind the %s", "Review the wording of the %s", "Remove the old %s", "Upgrade the library that draws the %s", "Add metrics to the %s", "Clean up feature flags of the %s",
		"Plan the migration of the %s"},
	"Sub-task": {"Agree on the wording", "Draw the empty state", "Write the migration", "Test on an old phone", "Update the help article", "Add the translation", "Check with support", "Measure before and after", "Remove the flag"},
}

var sentences = []string{
	"It happens about once in twenty tries, more often on slow networks.", "Support has seen this from three customers since Monday.", "The old behaviour was never written down, so we should agree on it first.",
	"A crew lead at the north depot showed it to us on the phone.", "It only shows when more than two hundred tools are booked.", "The numbers in the report and on the screen differ by one day.",
	"We talked about this in the review and everybody wants it.", "There is a workaround: sign out and in again.", "The log says that the request was cancelled, which it was not.", "This blocks the release of the next version.",
	"Nobody uses this path any more, as far as the metrics tell.", "It was fine before the last upgrade.", "The design is in the shared folder, the second page is the current one.", "We need to keep the old address working for a year.",
	"Legal wants the wording checked before it ships.", "Please keep it small: one screen, no settings.", "The deadline is the trade fair.", "On tablets the list is cut off at the right.", "It costs about forty euros a day in transfer.",
	"The fix must not change the file format.", "Somebody in finance exports this every month.", "Rolling back takes two minutes, we tried.",
}

var steps = []string{"Open the %s", "Switch the phone to flight mode", "Book any tool for tomorrow", "Go back and open it again", "Turn the phone", "Wait for the session to end", "Search for a tool with an umlaut", "Change the depot", "Press the back button twice", "Sign in as a guest"}

var replies = []string{
	"I can reproduce it on my phone, will look today.", "Same here, also on the tablet.", "Could you attach the log? The request id is at the bottom of the error page.", "Fixed on a branch, waiting for review.", "Merged. It will be in the next build.",
	"This is the same cause as the other one, I would do both together.", "Not so sure about this. Who asked for it?", "Talked to support: three customers, all on the old version.", "Moved to the next version, it is too late for this one.", "Tested on staging, works as described.",
	"The measurement says 340 ms before and 90 ms after.", "I split this: the second half is its own issue now.", "Can we close this? Nothing happened for a month.", "Reopened: it came back with yesterday's build.", "Thanks, that was quick!", "The wording is agreed, see the description.",
	"Let us keep the flag for one more release.", "We should write this down in the runbook.", "It is the time zone again.", "Works for me.",
}

var labels = []string{"customer", "regression", "quick-win", "tech-debt", "a11y", "performance", "security", "needs-design", "flaky", "docs", "i18n", "north-depot"}
