package rest

import (
	"net/http"
	"slices"
	"strings"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/search"
	"holdfast.dev/internal/product/tracker/sequence"
)

func (h *handler) fieldRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/field", Permission: "BROWSE_PROJECTS", Handler: h.getFields},
		{Method: "GET", Path: "/field/search", Permission: "BROWSE_PROJECTS", Handler: h.searchFields},
		{Method: "POST", Path: "/field", Permission: httpkit.Admin, Handler: h.postField},
	}
}

type wireField struct {
	ID           string      `json:"id"`
	Key          string      `json:"key"`
	Name         string      `json:"name"`
	Untranslated string      `json:"untranslatedName,omitempty"`
	Custom       bool        `json:"custom"`
	Orderable    bool        `json:"orderable"`
	Navigable    bool        `json:"navigable"`
	Searchable   bool        `json:"searchable"`
	ClauseNames  []string    `json:"clauseNames"`
	Schema       *wireSchema `json:"schema,omitempty"`
}

func (c *call) fields() []wireField {
	orderable := map[string]bool{}
	for _, f := range search.Fields(c.cat) {
		orderable[strings.ToLower(f.Name)] = f.Orderable()
	}
	out := []wireField{{ID: "issuekey", Key: "issuekey", Name: "Key", Navigable: true, ClauseNames: []string{"id", "issue", "issuekey", "key"}}}
	for _, f := range systemFields {
		s := f.schema()
		w := wireField{ID: f.id, Key: f.id, Name: f.name, Navigable: !heavy[f.id], Searchable: len(f.clauses) > 0, ClauseNames: f.clauses, Schema: &s, Orderable: f.set}
		if w.ClauseNames == nil {
			w.ClauseNames = []string{}
		}
		out = append(out, w)
	}
	for _, f := range c.cat.Fields {
		out = append(out, c.customFieldInfo(f))
	}
	return out
}

func (c *call) customFieldInfo(f *catalog.Field) wireField {
	s := customSchema(f)
	return wireField{ID: f.Wire(), Key: f.Wire(), Name: f.Name, Untranslated: f.Name, Custom: true, Orderable: true, Navigable: true, Searchable: true,
		ClauseNames: []string{"cf[" + strings.TrimPrefix(f.Wire(), "customfield_") + "]", f.Name}, Schema: &s}
}

func (h *handler) getFields(w http.ResponseWriter, r *http.Request) error {
	return listed(h, w, r, (*call).fields)
}

type wireFieldFound struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Schema      *wireSchema `json:"schema,omitempty"`
	Description string      `json:"description"`
	Key         string      `json:"key"`
	IsLocked    bool        `json:"isLocked"`
}

// searchFields finds fields by type, identifier and name.
func (h *handler) searchFields(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	types, ids := httpkit.ListParam(r, "type"), httpkit.ListParam(r, "id")
	return paged(h, w, r, func(c *call) []wireFieldFound {
		var out []wireFieldFound
		for _, f := range c.fields() {
			if f.Schema == nil { // the key of an issue: no field that could be configured
				continue
			}
			kind := "system"
			if f.Custom {
				kind = "custom"
			}
			if len(types) > 0 && !slices.Contains(types, kind) || len(ids) > 0 && !slices.Contains(ids, f.ID) || !strings.Contains(strings.ToLower(f.Name), strings.ToLower(q.Get("query"))) {
				continue
			}
			found := wireFieldFound{ID: f.ID, Name: f.Name, Schema: f.Schema, Key: f.Key}
			if custom := c.cat.FindField(f.ID); f.Custom && custom != nil {
				found.Description = custom.Description
			}
			out = append(out, found)
		}
		slices.SortStableFunc(out, func(a, b wireFieldFound) int {
			return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		})
		if strings.HasPrefix(q.Get("orderBy"), "-") {
			slices.Reverse(out)
		}
		return out
	})
}

var qAddField = storage.Register("tracker/field.add", `INSERT INTO field (id, name, name_key, description, type, created_us, deleted_us) VALUES ($1, $2, $3, $4, $5, $6, NULL)`)

// postField adds a custom field of one of the types that there are.
func (h *handler) postField(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Type        string `json:"type"`
	}](r)
	if err != nil {
		return err
	}
	var typ catalog.FieldType
	for t, wire := range customTypes {
		if wire[2] == in.Type && t != catalog.FieldReadOnly {
			typ = t
		}
	}
	in.Name = strings.TrimSpace(in.Name)
	switch {
	case in.Name == "" || len(in.Name) > 255:
		return fault.Invalid("name", "A custom field needs a name of at most 255 characters.")
	case typ == "":
		return fault.Invalid("type", "The type '%.100s' of custom field is not known here.", in.Type)
	}
	var out wireField
	err = h.write(r, func(c *call) error {
		id, err := sequence.Next(c.ctx, c.tx, sequence.ID, 1)
		if err != nil {
			return err
		}
		if _, err := c.tx.Exec(c.ctx, qAddField, id, in.Name, strings.ToLower(in.Name), in.Description, string(typ), clock.Micros(c.tx.Now())); err != nil {
			return err
		}
		out = c.customFieldInfo(&catalog.Field{ID: id, Name: in.Name, Description: in.Description, Type: typ})
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusCreated, out)
}
