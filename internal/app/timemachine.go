package app

import "holdfast.dev/internal/platform/httpkit"

func (s *Server) timeMachineRoutes() []httpkit.Route { return nil }
