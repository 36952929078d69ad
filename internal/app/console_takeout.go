package app

import (
	"holdfast.dev/internal/platform/s3"
	"holdfast.dev/internal/platform/takeout"
)

// takeoutOperations are those of a customer's own copy.
func (s *Server) takeoutOperations() []operation {
	return []operation{
		operate("GET", "/sites/{site}/takeout", "getTakeout", "Where a site is exported to, and how far that is", s.getTakeout),
		operate("PUT", "/sites/{site}/takeout", "setTakeout", "Export a site continuously to a folder or bucket of its customer", s.putTakeout),
		operate("DELETE", "/sites/{site}/takeout", "endTakeout", "End the export; what is there is the customer's and stays", s.deleteTakeout),
	}
}

// takeoutRequest is what a customer asks for. The secret is kept sealed and never given back.
type takeoutRequest struct {
	To        string `json:"to" doc:"A folder, or s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION"`
	AccessKey string `json:"access_key,omitempty" doc:"Of the bucket"`
	SecretKey string `json:"secret_key,omitempty" doc:"Of the bucket"`
	Session   string `json:"session_token,omitempty" doc:"Of temporary credentials"`
}

func (s *Server) getTakeout(c *call, _ none) (takeout.Export, error) {
	if _, err := s.node.Fleet.Site(c.site); err != nil {
		return takeout.Export{}, err
	}
	return s.node.Takeout(c.Context(), c.site)
}

func (s *Server) putTakeout(c *call, in takeoutRequest) (takeout.Export, error) {
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return takeout.Export{}, err
	}
	return s.node.SetTakeout(c.Context(), site, in.To, s3.Keys{Access: in.AccessKey, Secret: in.SecretKey, Session: in.Session})
}

func (s *Server) deleteTakeout(c *call, _ none) (out none, err error) {
	return out, s.node.EndTakeout(c.Context(), c.site)
}
