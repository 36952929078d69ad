package importer

import (
	"strconv"

	"holdfast.dev/internal/product/wiki/property"
)

const maxValue = property.MaxValue

// inTree lists the pages of a space, each after the page above it, then its blog posts.
func (m *model) inTree(s *space) []*item {
	out := append([]*item(nil), s.roots...)
	for n := 0; n < len(out); n++ {
		out = append(out, out[n].children...)
	}
	return append(out, s.posts...)
}

// inThreads lists the comments of a page, each after the one that it answers.
func inThreads(comments []*item) []*item {
	answers := map[string][]*item{}
	var out []*item
	for _, c := range comments {
		if c.parent == "" {
			out = append(out, c)
		} else {
			answers[c.parent] = append(answers[c.parent], c)
		}
	}
	for n := 0; n < len(out); n++ {
		out = append(out, answers[out[n].id]...)
	}
	return out
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
