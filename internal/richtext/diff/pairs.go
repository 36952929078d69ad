package diff

import (
	"strings"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/render"
)

const (
	// alike is the share of common words from which two blocks are one that was changed.
	alike = 0.3
	// maxCells bounds the table that pairs is worked out in; longer runs are paired from the top.
	maxCells = 40_000
)

// pairs finds which blocks of two runs are the same block, changed: the assignment in order that has most words in common.
func pairs(old, new []*adf.Node) [][2]int {
	if len(old)*len(new) > maxCells {
		var out [][2]int
		for i := 0; i < len(old) && i < len(new); i++ {
			if old[i].Type == new[i].Type {
				out = append(out, [2]int{i, i})
			}
		}
		return out
	}
	a, b := bags(old), bags(new)
	best := make([][]float64, len(old)+1)
	for i := range best {
		best[i] = make([]float64, len(new)+1)
	}
	score := func(i, j int) float64 {
		if old[i].Type != new[j].Type {
			return 0
		}
		s := similarity(a[i], b[j])
		if s < alike && !(len(old) == len(new) && len(old) == 1 && holders[old[i].Type]) && !cells(old[i]) {
			return 0
		}
		return s + 0.01
	}
	for i := len(old) - 1; i >= 0; i-- {
		for j := len(new) - 1; j >= 0; j-- {
			best[i][j] = max(best[i+1][j], best[i][j+1], best[i+1][j+1]+score(i, j))
		}
	}
	var out [][2]int
	for i, j := 0, 0; i < len(old) && j < len(new); {
		switch s := score(i, j); {
		case s > 0 && best[i][j] == best[i+1][j+1]+s:
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		case best[i][j] == best[i+1][j]:
			i++
		default:
			j++
		}
	}
	return out
}

// cells of a row and columns of a section are what their place makes them, however little they have in common.
func cells(n *adf.Node) bool {
	return n.Type == "tableCell" || n.Type == "tableHeader" || n.Type == "layoutColumn"
}

// bags counts the words of blocks.
func bags(nodes []*adf.Node) []map[string]int {
	out := make([]map[string]int, len(nodes))
	for i, n := range nodes {
		out[i] = map[string]int{}
		for _, w := range strings.Fields(render.Text(n)) {
			out[i][w]++
		}
	}
	return out
}

// similarity is the share of words that two blocks have in common, 1 for two without words.
func similarity(a, b map[string]int) float64 {
	total, common := 0, 0
	for w, n := range a {
		total += n
		common += min(n, b[w])
	}
	for _, n := range b {
		total += n
	}
	if total == 0 {
		return 1
	}
	return 2 * float64(common) / float64(total)
}
