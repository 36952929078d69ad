package app

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"
)

// demoWiki writes two spaces of the demo company.
type demoWiki struct {
	demoClient
	rng *rand.Rand
	now time.Time
}

// demoPage is a page with those under it.
type demoPage struct {
	title, body string
	labels      []string
	children    []demoPage
}

func (d demoWiki) fill() error {
	for _, s := range []struct {
		key, name, what string
		pages           []demoPage
	}{
		{"ENG", "Engineering", "How we build and run what we sell.", engineeringPages},
		{"PROD", "Product", "What we make next, and why.", append(productPages, d.meetingNotes())},
	} {
		err := d.call("POST", "/wiki/rest/api/space", map[string]any{"key": s.key, "name": s.name, "description": map[string]any{"plain": map[string]string{"value": s.what, "representation": "plain"}}}, nil)
		if err != nil {
			return err
		}
		if err := d.pages(s.key, "", s.pages); err != nil {
			return err
		}
	}
	return nil
}

func (d demoWiki) pages(space, parent string, pages []demoPage) error {
	for _, p := range pages {
		in := map[string]any{"type": "page", "title": p.title, "space": map[string]string{"key": space}, "body": map[string]any{"storage": map[string]string{"value": p.body, "representation": "storage"}}}
		if parent != "" {
			in["ancestors"] = []any{map[string]string{"id": parent}}
		}
		var made struct {
			ID string `json:"id"`
		}
		if err := d.call("POST", "/wiki/rest/api/content", in, &made); err != nil {
			return err
		}
		for _, l := range p.labels {
			if err := d.call("POST", "/wiki/rest/api/content/"+url.PathEscape(made.ID)+"/label", []any{map[string]string{"prefix": "global", "name": l}}, nil); err != nil {
				return err
			}
		}
		if err := d.pages(space, made.ID, p.children); err != nil {
			return err
		}
	}
	return nil
}

// meetingNotes are the weekly notes of half a year.
func (d demoWiki) meetingNotes() demoPage {
	topics := []string{"Offline booking", "Price of the north depot", "Photos of damage", "The fair in spring", "Six languages", "Old phones", "Kit lists", "Returns after closing time", "Support hours"}
	decided := []string{"We ship it behind a switch and look at it in two weeks.", "We wait for the numbers of this month.", "We ask three crews before we build anything.", "It moves to the next version.", "We take the smaller solution first.", "Finance checks what it costs."}
	notes := demoPage{title: "Weekly notes", body: `<p>One page a week, the newest last.</p><p><ac:structured-macro ac:name="children"><ac:parameter ac:name="sort">title</ac:parameter></ac:structured-macro></p>`, labels: []string{"meeting-notes"}}
	day := d.now.AddDate(0, -6, 0)
	for day.Before(d.now) {
		var b strings.Builder
		b.WriteString(`<p><time datetime="` + day.Format(time.DateOnly) + `" /></p><h2>Topics</h2><ul>`)
		for _, i := range d.rng.Perm(len(topics))[:3] {
			fmt.Fprintf(&b, `<li><p><strong>%s.</strong> %s</p></li>`, topics[i], decided[d.rng.IntN(len(decided))])
		}
		fmt.Fprintf(&b, `</ul><h2>To do</h2><ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>Write down what was decided</ac:task-body></ac:task><ac:task><ac:task-id>2</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>Tell support about %s</ac:task-body></ac:task></ac:task-list>`, strings.ToLower(topics[d.rng.IntN(len(topics))]))
		notes.children = append(notes.children, demoPage{title: "Notes of " + day.Format("2006-01-02"), body: b.String(), labels: []string{"meeting-notes"}})
		day = day.AddDate(0, 0, 7)
	}
	return notes
}

const tocMacro = `<p><ac:structured-macro ac:name="toc"><ac:parameter ac:name="maxLevel">3</ac:parameter></ac:structured-macro></p>`

func panel(kind, text string) string {
	return `<ac:structured-macro ac:name="` + kind + `"><ac:rich-text-body><p>` + text + `</p></ac:rich-text-body></ac:structured-macro>`
}

func codeBlock(language, text string) string {
	return `<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">` + language + `</ac:parameter><ac:plain-text-body><![CDATA[` + text + `]]></ac:plain-text-body></ac:structured-macro>`
}

func statusMark(colour, text string) string {
	return `<ac:structured-macro ac:name="status"><ac:parameter ac:name="colour">` + colour + `</ac:parameter><ac:parameter ac:name="title">` + text + `</ac:parameter></ac:structured-macro>`
}

func pageLink(title string) string {
	return `<ac:link><ri:page ri:content-title="` + title + `" /><ac:plain-text-link-body><![CDATA[` + title + `]]></ac:plain-text-link-body></ac:link>`
}

var engineeringPages = []demoPage{
	{title: "Start here", labels: []string{"onboarding"}, body: panel("info", "New here? Read this page, then ask the person next to you everything that it does not say.") + `<h2>Your first week</h2><ol><li><p>Get the app on your phone and book a tool.</p></li><li><p>Read ` + pageLink("How a request travels") + `.</p></li><li><p>Take the pager for an afternoon with somebody beside you: ` + pageLink("On-call handbook") + `.</p></li></ol>`},
	{title: "Architecture", body: `<p>What runs where, and why it is so.</p><p><ac:structured-macro ac:name="children" /></p>`, children: []demoPage{
		{title: "How a request travels", labels: []string{"architecture"}, body: tocMacro + `<h2>From the phone</h2><p>The app keeps what it changes in a queue and sends it when there is a network. Every change has a number of its own, so that sending it twice does no harm.</p><h2>At the edge</h2><p>The edge ends TLS, checks the token and the limits, and adds a request number that every log line carries.</p><h2>In the service</h2>` + codeBlock("go", "func (s *Booking) Reserve(ctx context.Context, in Reserve) (Reservation, error) {\n\treturn s.tx(ctx, func(tx *Tx) (Reservation, error) {\n\t\treturn tx.Reserve(in.Tool, in.From, in.To)\n\t})\n}") + `<table><tbody><tr><th><p>Step</p></th><th><p>Budget</p></th></tr><tr><td><p>Edge</p></td><td><p>5 ms</p></td></tr><tr><td><p>Service</p></td><td><p>20 ms</p></td></tr><tr><td><p>Database</p></td><td><p>10 ms</p></td></tr></tbody></table>`},
		{title: "Decisions", body: `<p><ac:structured-macro ac:name="children" /></p>`, children: []demoPage{
			{title: "Decision 1: one database a region", labels: []string{"decision"}, body: `<p>` + statusMark("Green", "ACCEPTED") + `</p><h2>Why</h2><p>Crews work in one region. What they book must be there when the other region is not.</p><h2>What it costs</h2><p>Reports over regions are a day old.</p>`},
			{title: "Decision 2: leave the old queue", labels: []string{"decision"}, body: `<p>` + statusMark("Yellow", "IN PROGRESS") + `</p><p>The old queue loses its order when a worker dies. See <ac:structured-macro ac:name="jira"><ac:parameter ac:name="key">OPS-1</ac:parameter></ac:structured-macro> for the move.</p>`},
			{title: "Decision 3: no passwords for crews", labels: []string{"decision"}, body: `<p>` + statusMark("Grey", "PROPOSED") + `</p><p>Crews share tablets. A code on the tool box signs a crew in for a shift.</p>`},
		}},
	}},
	{title: "On-call handbook", labels: []string{"on-call"}, body: tocMacro + panel("warning", "If you are paged and do not know what to do, escalate. Nobody was ever blamed for that.") + `<h2>When the pager rings</h2><ol><li><p>Acknowledge, so that the next person can sleep.</p></li><li><p>Look for the runbook: ` + pageLink("Runbooks") + `.</p></li><li><p>Write on the status page when customers notice.</p></li></ol><h2>Handing over</h2><p>Monday, ten o'clock. Five minutes are enough.</p>`},
	{title: "Runbooks", labels: []string{"runbook"}, body: `<p>One page an alert. A runbook that nobody has followed for a year is deleted.</p><p><ac:structured-macro ac:name="children" /></p>`, children: []demoPage{
		{title: "Runbook: a disk fills up", labels: []string{"runbook", "database"}, body: `<ol><li><p>See what grows:</p></li></ol>` + codeBlock("bash", "du -x /data --max-depth 2 | sort -n | tail") + panel("note", "Never delete the write-ahead log by hand.") + `<ac:structured-macro ac:name="expand"><ac:parameter ac:name="title">If it is the exports</ac:parameter><ac:rich-text-body><p>Exports older than a month can go. Finance keeps copies.</p></ac:rich-text-body></ac:structured-macro>`},
		{title: "Runbook: the push queue is slow", labels: []string{"runbook", "push"}, body: `<p>Add workers first, ask questions later. Ten more cost four euros an hour.</p>` + codeBlock("bash", "meridian scale push-worker --to 20")},
		{title: "Runbook: a certificate ends", labels: []string{"runbook"}, body: `<p>Renew it by hand, then find out why it did not renew by itself. Both. In this order.</p>`},
		{title: "Runbook: restore a backup", labels: []string{"runbook", "backup"}, body: panel("tip", "You can practise this any time: the practice database is made anew every night.") + `<p>Open the time machine, choose the moment, look at what would change, and go back. It can be undone.</p>`},
	}},
}

var productPages = []demoPage{
	{title: "Roadmap", labels: []string{"roadmap"}, body: `<table><tbody><tr><th><p>What</p></th><th><p>When</p></th><th><p>State</p></th></tr><tr><td><p>Work without a signal</p></td><td><p>This quarter</p></td><td><p>` + statusMark("Blue", "BUILDING") + `</p></td></tr><tr><td><p>Photos of damage</p></td><td><p>Next quarter</p></td><td><p>` + statusMark("Grey", "DESIGN") + `</p></td></tr><tr><td><p>Tablet layout</p></td><td><p>After that</p></td><td><p>` + statusMark("Grey", "IDEA") + `</p></td></tr></tbody></table>`},
	{title: "Who we make it for", body: `<h2>Crew leads</h2><p>They stand in the rain with one hand free. They know exactly what they need, and they need it at six in the morning.</p><h2>Depot staff</h2><p>They see what comes back, and in which state.</p>` + panel("info", "We visit a depot every month. Ask Ingrid for the next date.")},
	{title: "How we decide", body: `<p>Small things: whoever does it. Things that customers see: product and design together. Things that cannot be undone: on a page like ` + pageLink("Roadmap") + `, with a week to object.</p>`},
}
