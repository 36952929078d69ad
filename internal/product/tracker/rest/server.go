package rest

import (
	"net/http"

	"holdfast.dev/internal/platform/httpkit"
)

func (h *handler) serverRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/serverInfo", Permission: httpkit.Public, Handler: h.getServerInfo},
	}
}

// getServerInfo answers as a Jira Cloud site does. Clients stop without versionNumbers and deploymentType "Cloud".
func (h *handler) getServerInfo(w http.ResponseWriter, r *http.Request) error {
	now := h.Clock.Now()
	title := "Holdfast"
	if s := httpkit.SiteFrom(r.Context()); s != nil {
		title = s.Name
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{
		"baseUrl":        httpkit.BaseURL(r.Context()),
		"version":        "1001.0.0-SNAPSHOT",
		"versionNumbers": []int{1001, 0, 0},
		"deploymentType": "Cloud",
		"buildNumber":    100200,
		"buildDate":      httpkit.Time{Time: now.Truncate(24 * 60 * 60 * 1e9)},
		"serverTime":     httpkit.Time{Time: now},
		"scmInfo":        "holdfast",
		"serverTitle":    title,
		"defaultLocale":  map[string]string{"locale": "en_US"},
	})
}
