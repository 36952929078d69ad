package extract

import (
	"strings"
	"time"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/storageformat"
)

// Task is one item of a task list.
type Task struct {
	LocalID  string // names the task within its page
	ID       string // ac:task-id of the source, empty when it has none yet
	Done     bool
	Text     string      // in plain words
	Body     []*adf.Node // inline nodes, or blocks of a blockTaskItem
	Assignee string      // the first account that is mentioned, empty for none
	Due      time.Time   // the first date, zero for none
}

// Tasks gives the tasks in the order of the document.
func Tasks(doc *adf.Node) []Task {
	var out []Task
	Walk(doc, func(n *adf.Node) bool {
		if n.Type != "taskItem" && n.Type != "blockTaskItem" {
			return true
		}
		t := Task{LocalID: n.Attr("localId"), ID: storageformat.SourceAttr(n, "#id"), Done: n.Attr("state") == "DONE", Text: Words(n), Body: n.Content}
		Walk(n, func(c *adf.Node) bool {
			switch {
			case c.Type == "mention" && t.Assignee == "":
				t.Assignee = c.Attr("id")
			case c.Type == "date" && t.Due.IsZero():
				t.Due, _ = Date(c)
			}
			return true
		})
		out = append(out, t)
		return true
	})
	return out
}

// SetTask changes the state of one task of a document. found is false when the page has no such task outside kept source.
func SetTask(doc *adf.Node, localID string, done bool) (found bool) {
	doc.Walk(func(n *adf.Node) bool {
		if (n.Type == "taskItem" || n.Type == "blockTaskItem") && n.Attr("localId") == localID {
			n.Attrs["state"] = map[bool]string{true: "DONE", false: "TODO"}[done]
			found = true
		}
		return !found
	})
	return found
}

// Words gives the words of a node without addresses.
func Words(n *adf.Node) string {
	var b strings.Builder
	Walk(n, func(c *adf.Node) bool {
		if c.Type == "text" {
			b.WriteString(c.Text)
			return true
		}
		if len(c.Content) > 0 {
			if b.Len() > 0 && c != n && c.Type != "inlineExtension" {
				b.WriteByte(' ')
			}
			return true
		}
		switch c.Type {
		case "hardBreak":
			b.WriteByte(' ')
		case "extension", "bodiedExtension", "inlineExtension":
		default:
			b.WriteString(c.PlainText())
		}
		return true
	})
	return strings.TrimSpace(b.String())
}
