package rest

import (
	"fmt"
	"hash/fnv"
	"html"
	"net/http"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
)

// avatarRoutes are the pictures of people, projects and kinds of things. They are drawn from what the URL says and hold nothing secret.
func (h *handler) avatarRoutes() []httpkit.Route {
	return []httpkit.Route{{Method: "GET", Path: "/avatar/{kind}/{file}", Permission: httpkit.Public, Handler: h.getAvatar, Dialect: httpkit.Platform}}
}

// Shapes are drawn on a square of 16.
var avatarShapes = map[string]string{
	"issuetype/epic":       `<rect width="16" height="16" rx="3" fill="#8b5cf6"/><path d="M9 2.5 4 9h3.5L7 13.5 12 7H8.5z" fill="#fff"/>`,
	"issuetype/story":      `<rect width="16" height="16" rx="3" fill="#3f9c4b"/><path d="M4.5 3h7v10L8 10.2 4.5 13z" fill="#fff"/>`,
	"issuetype/task":       `<rect width="16" height="16" rx="3" fill="#2f7de1"/><path d="m4 8.2 2.7 2.7L12 5.4" fill="none" stroke="#fff" stroke-width="1.8"/>`,
	"issuetype/bug":        `<rect width="16" height="16" rx="3" fill="#d9412f"/><circle cx="8" cy="8" r="3.4" fill="#fff"/>`,
	"issuetype/subtask":    `<rect width="16" height="16" rx="3" fill="#4f8fd6"/><path d="M4 4h5v5H4zM8 8h4v4H8z" fill="none" stroke="#fff" stroke-width="1.4"/>`,
	"status/new":           `<circle cx="8" cy="8" r="6" fill="none" stroke="#7b8496" stroke-width="2"/>`,
	"status/indeterminate": `<circle cx="8" cy="8" r="6" fill="none" stroke="#2f7de1" stroke-width="2"/><path d="M8 4a4 4 0 0 1 0 8z" fill="#2f7de1"/>`,
	"status/done":          `<circle cx="8" cy="8" r="7" fill="#3f9c4b"/><path d="m4.6 8.2 2.3 2.3 4.5-4.6" fill="none" stroke="#fff" stroke-width="1.8"/>`,
	"priority/highest":     `<path d="m3 8.5 5-4 5 4M3 12.5l5-4 5 4" fill="none" stroke="#d04437" stroke-width="1.8"/>`,
	"priority/high":        `<path d="m3 10.5 5-4 5 4" fill="none" stroke="#e2604c" stroke-width="1.8"/>`,
	"priority/medium":      `<path d="M3 6.2h10M3 9.8h10" fill="none" stroke="#d98a1f" stroke-width="1.8"/>`,
	"priority/low":         `<path d="m3 5.5 5 4 5-4" fill="none" stroke="#4f8fd6" stroke-width="1.8"/>`,
	"priority/lowest":      `<path d="m3 3.5 5 4 5-4M3 7.5l5 4 5-4" fill="none" stroke="#7b8496" stroke-width="1.8"/>`,
}

// shapeOf gives the shape of a kind of thing; sites name their own types and priorities as they like.
func shapeOf(kind, name string) string {
	if s := avatarShapes[kind+"/"+name]; s != "" {
		return s
	}
	switch kind {
	case "issuetype":
		return avatarShapes["issuetype/task"]
	case "status":
		return avatarShapes["status/new"]
	case "priority":
		for _, word := range []struct{ is, as string }{{"block", "highest"}, {"crit", "highest"}, {"urgent", "highest"}, {"major", "high"}, {"minor", "low"}, {"trivial", "lowest"}} {
			if strings.Contains(name, word.is) {
				return avatarShapes["priority/"+word.as]
			}
		}
		return avatarShapes["priority/medium"]
	}
	return ""
}

// getAvatar draws a picture. s is its size in pixels, t the letters of a person or project.
func (h *handler) getAvatar(w http.ResponseWriter, r *http.Request) error {
	kind := r.PathValue("kind")
	name, ok := strings.CutSuffix(r.PathValue("file"), ".svg")
	size, err := httpkit.IntParam(r, "s", 16, 8, 512)
	if err != nil {
		return err
	}
	shape := shapeOf(kind, strings.ToLower(name))
	switch {
	case !ok || name == "":
		return fault.NotFound("There is no such picture.")
	case kind == "user" || kind == "project":
		shape = letters(kind, name, r.URL.Query().Get("t"))
	case shape == "":
		return fault.NotFound("There is no such picture.")
	}
	header := w.Header()
	header.Set("Content-Type", "image/svg+xml")
	header.Set("Cache-Control", "public, max-age=604800")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	px := strconv.Itoa(size)
	_, err = fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 16 16">%s</svg>`, px, px, shape)
	return err
}

// letters draws initials on a colour that follows from the seed; all colours carry white text at AA.
func letters(kind, seed, text string) string {
	sum := fnv.New32a()
	sum.Write([]byte(seed))
	fill := []string{"#1f6feb", "#6f42c1", "#b3402a", "#176f52", "#8a4b08", "#9b2c6f", "#2f5f8a", "#5a5f0f"}[sum.Sum32()%8]
	radius := "8"
	if kind == "project" {
		radius = "3"
	}
	if r := []rune(text); len(r) > 2 {
		text = string(r[:2])
	}
	return `<rect width="16" height="16" rx="` + radius + `" fill="` + fill + `"/><text x="8" y="8" dy=".36em" text-anchor="middle" font-family="system-ui,sans-serif" font-size="6.5" font-weight="600" fill="#fff">` + html.EscapeString(text) + `</text>`
}
