package diff

import (
	"maps"
	"strings"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/render"
)

type differ struct {
	stats Stats
}

// key is equal for nodes that read the same: ids of places and what was kept of a source do not count.
func key(n *adf.Node) string { return string(stripped(n).JSON()) }

func stripped(n *adf.Node) *adf.Node {
	out := *n
	if n.Attrs != nil {
		out.Attrs = maps.Clone(n.Attrs)
		for _, k := range []string{"localId", "storage", "occurrenceKey", "diff"} {
			delete(out.Attrs, k)
		}
	}
	out.Content = nil
	for _, c := range n.Content {
		out.Content = append(out.Content, stripped(c))
	}
	return &out
}

// lines are blocks whose content is compared word by word.
var lines = map[string]bool{"paragraph": true, "heading": true, "codeBlock": true, "taskItem": true, "decisionItem": true, "caption": true}

// holders are blocks whose content is compared block by block.
var holders = map[string]bool{"bulletList": true, "orderedList": true, "listItem": true, "taskList": true, "decisionList": true, "blockTaskItem": true, "blockquote": true,
	"panel": true, "expand": true, "nestedExpand": true, "table": true, "tableRow": true, "tableCell": true, "tableHeader": true, "layoutSection": true, "layoutColumn": true,
	"bodiedExtension": true}

// blocks compares two sequences of blocks.
func (d *differ) blocks(old, new []*adf.Node) []*adf.Node {
	var out []*adf.Node
	for _, s := range sequences(keys(old), keys(new)) {
		if s.equal {
			out = append(out, new[s.newFrom:s.newTo]...)
			continue
		}
		out = append(out, d.changed(old[s.oldFrom:s.oldTo], new[s.newFrom:s.newTo])...)
	}
	return out
}

func keys(nodes []*adf.Node) []string {
	out := make([]string, len(nodes))
	for i, n := range nodes {
		out[i] = key(n)
	}
	return out
}

// changed shows a run of blocks that became another: those that resemble each other as changed, the rest as removed and added.
func (d *differ) changed(old, new []*adf.Node) []*adf.Node {
	var out []*adf.Node
	i, j := 0, 0
	for _, p := range pairs(old, new) {
		for ; i < p[0]; i++ {
			out = append(out, d.whole(old[i], "removed", "del"))
		}
		for ; j < p[1]; j++ {
			out = append(out, d.whole(new[j], "added", "ins"))
		}
		out = append(out, d.pair(old[i], new[j])...)
		i, j = i+1, j+1
	}
	for ; i < len(old); i++ {
		out = append(out, d.whole(old[i], "removed", "del"))
	}
	for ; j < len(new); j++ {
		out = append(out, d.whole(new[j], "added", "ins"))
	}
	return out
}

// pair shows one block that became another of the same type.
func (d *differ) pair(old, new *adf.Node) []*adf.Node {
	switch {
	case lines[new.Type]:
		n := *new
		n.Attrs = with(new.Attrs, "diff", "changed")
		n.Content = d.words(old.Content, new.Content)
		d.stats.Changed++
		return []*adf.Node{&n}
	case holders[new.Type]:
		n := *new
		before := d.stats
		n.Content = d.blocks(old.Content, new.Content)
		if d.stats == before { // only what the block is changed, not what it holds
			d.stats.Changed++
			n.Attrs = with(new.Attrs, "diff", "changed")
		}
		return []*adf.Node{&n}
	}
	return []*adf.Node{d.whole(old, "removed", "del"), d.whole(new, "added", "ins")}
}

func with(attrs map[string]any, name string, v any) map[string]any {
	out := maps.Clone(attrs)
	if out == nil {
		out = map[string]any{}
	}
	out[name] = v
	return out
}

// whole shows a block that came or went with all that it holds.
func (d *differ) whole(n *adf.Node, how, element string) *adf.Node {
	if how == "added" {
		d.stats.Added++
		d.stats.Inserted += len(strings.Fields(render.Text(n)))
	} else {
		d.stats.Removed++
		d.stats.Deleted += len(strings.Fields(render.Text(n)))
	}
	out := struck(n, element)
	out.Attrs = with(n.Attrs, "diff", how)
	return out
}

// struck copies a block with every word marked.
func struck(n *adf.Node, element string) *adf.Node {
	out := *n
	if n.Type == "text" {
		return marked(n, element)
	}
	out.Content = nil
	for _, c := range n.Content {
		out.Content = append(out.Content, struck(c, element))
	}
	return &out
}

func marked(n *adf.Node, element string) *adf.Node {
	out := *n
	out.Marks = append([]adf.Mark{{Type: "unsupportedMark", Attrs: map[string]any{"element": element}}}, n.Marks...)
	return &out
}
