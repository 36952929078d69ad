// Package markdown turns Markdown (CommonMark with GitHub's tables, task lists, strikethrough, bare links and alerts) into ADF documents and
// back. It is a form for people: what Markdown has no words for is written so that it reads well, and comes back where it can: panels as
// alerts, expands as <details>, mentions as links of package ref, macros and other extensions as code blocks of the language "adf".
// HTML other than a few tags is text. Parsing never fails; what only an attacker writes, with thousands of signs in one block or hundreds of
// quotes in another, becomes plain text.
package markdown

// MaxBytes is the longest text that is parsed as Markdown; the rest becomes plain text.
const MaxBytes = 1 << 20

// deepest is how many containers may nest; what is deeper becomes plain text.
const deepest = 12

// extensionLanguage marks code blocks that hold a node of ADF as JSON.
const extensionLanguage = "adf"

// alerts are GitHub's words for panels.
var alerts = map[string]string{"NOTE": "info", "TIP": "success", "IMPORTANT": "note", "WARNING": "warning", "CAUTION": "error"}

var panelAlerts = map[string]string{"info": "NOTE", "success": "TIP", "tip": "TIP", "note": "IMPORTANT", "warning": "WARNING", "error": "CAUTION", "custom": "NOTE"}
