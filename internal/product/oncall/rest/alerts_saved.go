package rest

import (
	"net/http"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
)

func (h *handler) savedSearchOperations() []operation {
	const path = "/v2/alerts/saved-searches"
	return []operation{
		{method: "GET", path: path, right: mayRead, run: listSaved},
		{method: "POST", path: path, right: mayWrite, run: createSaved},
		{method: "GET", path: path + "/{identifier}", right: mayRead, run: getSaved},
		{method: "PATCH", path: path + "/{identifier}", right: mayWrite, run: updateSaved},
		{method: "DELETE", path: path + "/{identifier}", right: mayDelete, run: deleteSaved},
	}
}

type savedBody struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Query       string          `json:"query"`
	Owner       wireResponder   `json:"owner"`
	Teams       []wireResponder `json:"teams"`
}

type savedMeta struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func listSaved(c *call) error {
	out := []savedMeta{}
	err := c.read(func(tx *volume.Tx) error {
		all, err := alert.SavedSearches(c.r.Context(), tx)
		for _, s := range all {
			out = append(out, savedMeta{s.ID, s.Name})
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.data(out)
}

// findSaved gives the saved search that the request names by id or name.
func (c *call) findSaved(tx *volume.Tx) (*alert.SavedSearch, error) {
	identifierType, err := c.oneOf("identifierType", "id", "name")
	if err != nil {
		return nil, err
	}
	return alert.FindSaved(c.r.Context(), tx, c.r.PathValue("identifier"), identifierType)
}

// fill puts a request's body into a saved search. Whoever is signed in owns what they save when the body names no owner.
func (c *call) fill(tx *volume.Tx, s *alert.SavedSearch, b savedBody) error {
	s.Name, s.Description, s.Query = b.Name, b.Description, b.Query
	owner := b.Owner.responder("user")
	owner.Type = "user"
	switch {
	case owner.ID != "" || owner.Name != "":
		found, err := c.someone(tx, owner)
		if err != nil {
			return invalid("owner", "There is no such user.")
		}
		s.Owner = found.ID
	case s.Owner == "" && c.who.SignedIn():
		s.Owner = c.who.Account.String()
	}
	s.Teams = nil
	for _, t := range b.Teams {
		found, err := c.someone(tx, t.responder("team"))
		if err != nil {
			return invalid("teams", "There is no team %.100q.", t.ID+t.Name)
		}
		s.Teams = append(s.Teams, found)
	}
	return nil
}

func createSaved(c *call) error {
	b, err := body[savedBody](c, false)
	if err != nil {
		return err
	}
	s := &alert.SavedSearch{}
	err = c.write(func(tx *volume.Tx) error {
		if err := c.fill(tx, s, b); err != nil {
			return err
		}
		return alert.PutSaved(c.r.Context(), tx, s)
	})
	if err != nil {
		return err
	}
	return c.created(savedMeta{s.ID, s.Name})
}

func getSaved(c *call) error {
	var s *alert.SavedSearch
	err := c.read(func(tx *volume.Tx) (err error) {
		s, err = c.findSaved(tx)
		return err
	})
	if err != nil {
		return err
	}
	teams := []wireID{}
	for _, t := range s.Teams {
		teams = append(teams, wireID{t.ID})
	}
	return c.data(map[string]any{"id": s.ID, "name": s.Name, "createdAt": stamp(s.Created), "updatedAt": stamp(s.Updated), "owner": wireID{s.Owner}, "teams": teams, "description": s.Description, "query": s.Query})
}

func updateSaved(c *call) error {
	b, err := body[savedBody](c, false)
	if err != nil {
		return err
	}
	var s *alert.SavedSearch
	err = c.write(func(tx *volume.Tx) (err error) {
		if s, err = c.findSaved(tx); err != nil {
			return err
		}
		if err := c.fill(tx, s, b); err != nil {
			return err
		}
		return alert.PutSaved(c.r.Context(), tx, s)
	})
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, answer{Result: "Updated", Data: savedMeta{s.ID, s.Name}})
}

func deleteSaved(c *call) error {
	err := c.write(func(tx *volume.Tx) error {
		s, err := c.findSaved(tx)
		if err != nil {
			return err
		}
		return alert.DeleteSaved(c.r.Context(), tx, s.ID)
	})
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, answer{Result: "Deleted"})
}
