package rest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/attachment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/property"
	"holdfast.dev/internal/product/wiki/restriction"
)

type labelInput struct {
	Prefix string `json:"prefix"`
	Name   string `json:"name"`
}

func (c *call) addLabels(x *content.Content, labels []labelInput) error {
	for _, in := range labels {
		l, err := label.Make(c.actor, in.Prefix, in.Name)
		if err != nil {
			return err
		}
		if _, err := label.Add(c.ctx, c.tx, c.actor, x.ID, l); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) labelsOfV1(target int64) (object, error) {
	start, n, err := window(c.r, 200, 200)
	if err != nil {
		return nil, err
	}
	all, err := label.Of(c.ctx, c.tx, target, c.actor)
	if p := c.r.URL.Query().Get("prefix"); p != "" {
		var some []label.Label
		for _, l := range all {
			if l.Prefix == p {
				some = append(some, l)
			}
		}
		all = some
	}
	return v1Slice(c, labelsV1(all), start, n), err
}

func (h *handler) v1Labels(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		return c.labelsOfV1(x.ID)
	})
}

// readLabels reads one label or a list of them.
func readLabels(r *http.Request) ([]labelInput, error) {
	raw, err := httpkit.DecodeLoose[json.RawMessage](r)
	if err != nil {
		return nil, err
	}
	var many []labelInput
	if json.Unmarshal(raw, &many) == nil {
		return many, nil
	}
	var one labelInput
	if err := json.Unmarshal(raw, &one); err != nil {
		return nil, fault.Bad("Labels are a list of {prefix, name}.")
	}
	return []labelInput{one}, nil
}

func (h *handler) v1AddLabels(w http.ResponseWriter, r *http.Request) error {
	labels, err := readLabels(r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		if err := c.mayKeep(x); err != nil {
			return nil, err
		}
		if err := c.addLabels(x, labels); err != nil {
			return nil, err
		}
		return c.labelsOfV1(x.ID)
	})
}

func (h *handler) v1RemoveLabel(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("label")
	if name == "" {
		name = r.URL.Query().Get("name")
	}
	return h.change(w, r, func(c *call) error {
		x, err := c.see("id")
		if err != nil {
			return err
		}
		if err := c.mayKeep(x); err != nil {
			return err
		}
		l, err := label.Parse(c.actor, name)
		if err != nil {
			return err
		}
		return label.Remove(c.ctx, c.tx, x.ID, l)
	})
}

func (h *handler) v1LabelContents(w http.ResponseWriter, r *http.Request) error {
	start, n, err := window(r, 200, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		l, err := label.Parse(c.actor, r.URL.Query().Get("name"))
		if err != nil {
			return nil, err
		}
		found, err := label.Find(c.ctx, c.tx, l)
		if err != nil {
			return nil, err
		}
		if found == nil {
			return nil, fault.NotFound("There is no label '%.60s'.", l.Name)
		}
		q := list.Query{Label: found.ID}
		if t := r.URL.Query().Get("type"); t != "" {
			q.Kinds = []string{t}
		}
		rows, err := list.Raw(c.ctx, c.tx, c.v, q, "wiki_content c", []string{"c.id"}, nil, start, n+1)
		if err != nil {
			return nil, err
		}
		more := len(rows) > n
		rows = rows[:min(len(rows), n)]
		out := []object{}
		for _, x := range rows {
			out = append(out, object{"contentType": x.Kind, "contentId": x.ID, "title": x.Title})
		}
		return object{"label": labelsV1([]label.Label{*found})[0], "associatedContents": c.v1List(out, len(out), start, n, more)}, nil
	})
}

func (h *handler) v1Properties(w http.ResponseWriter, r *http.Request) error {
	start, n, err := window(r, 10, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		ps, err := property.List(c.ctx, c.tx, x.ID, "", 1000)
		out := []object{}
		for _, p := range ps {
			out = append(out, c.propertyV1(x, p))
		}
		return v1Slice(c, out, start, n), err
	})
}

// propertyAt gives the property that the path names by key; nil when there is none.
func (c *call) propertyAt(change bool) (*content.Content, *property.Property, error) {
	x, err := c.see("id")
	if err != nil {
		return nil, nil, err
	}
	if change {
		if err := c.mayKeep(x); err != nil {
			return nil, nil, err
		}
	}
	p, err := property.Find(c.ctx, c.tx, x.ID, c.r.PathValue("key"))
	return x, p, err
}

func (h *handler) v1Property(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		x, p, err := c.propertyAt(false)
		if err == nil && p == nil {
			err = fault.NotFound("There is no property '%.60s'.", r.PathValue("key"))
		}
		if err != nil {
			return nil, err
		}
		return c.propertyV1(x, p), nil
	})
}

func (h *handler) v1PostProperty(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v2PropertyInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		if err := c.mayKeep(x); err != nil {
			return nil, err
		}
		if k := r.PathValue("key"); k != "" {
			in.Key = k
		}
		p, err := property.Create(c.ctx, c.tx, c.actor, x.ID, in.Key, in.Value)
		if err != nil {
			return nil, err
		}
		return c.propertyV1(x, p), nil
	})
}

func (h *handler) v1PutProperty(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v2PropertyInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		x, p, err := c.propertyAt(true)
		if err != nil {
			return nil, err
		}
		if p == nil {
			if in.Version.Number > 1 {
				return nil, fault.NotFound("There is no property '%.60s'.", r.PathValue("key"))
			}
			p, err = property.Create(c.ctx, c.tx, c.actor, x.ID, r.PathValue("key"), in.Value)
		} else {
			err = property.Set(c.ctx, c.tx, c.actor, p, p.Key, in.Value, in.Version.Number)
		}
		if err != nil {
			return nil, err
		}
		return c.propertyV1(x, p), nil
	})
}

func (h *handler) v1DeleteProperty(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		_, p, err := c.propertyAt(true)
		if err == nil && p == nil {
			err = fault.NotFound("There is no property '%.60s'.", r.PathValue("key"))
		}
		if err != nil {
			return err
		}
		return property.Delete(c.ctx, c.tx, p)
	})
}

func (h *handler) v1RestrictionRoutes(add func(method, path string, p httpkit.Permission, f httpkit.Handler)) {
	add("GET", "/content/{id}/restriction", mayView, h.v1Restrictions)
	add("PUT", "/content/{id}/restriction", mayEdit, h.v1SetRestrictions)
	add("POST", "/content/{id}/restriction", mayEdit, h.v1SetRestrictions)
	add("DELETE", "/content/{id}/restriction", mayEdit, h.v1DropRestrictions)
	add("GET", "/content/{id}/restriction/byOperation", mayView, h.v1ByOperation)
	add("GET", "/content/{id}/restriction/byOperation/{operationKey}", mayView, h.v1OfOperation)
	for _, path := range []string{"/user", "/group/{groupName}", "/byGroupId/{groupId}"} {
		add("GET", "/content/{id}/restriction/byOperation/{operationKey}"+path, mayView, h.v1HasRestriction)
		add("PUT", "/content/{id}/restriction/byOperation/{operationKey}"+path, mayEdit, h.v1AddRestriction)
		add("DELETE", "/content/{id}/restriction/byOperation/{operationKey}"+path, mayEdit, h.v1RemoveRestriction)
	}
}

// operation reads the operation of the path.
func (c *call) operation() (string, error) {
	op := c.r.PathValue("operationKey")
	if op != restriction.Read && op != restriction.Update {
		return "", fault.Bad("The operation '%.40s' cannot be restricted: read and update can.", op)
	}
	return op, nil
}

func (c *call) restrictionListV1(x *content.Content) (object, error) {
	own, err := restriction.Of(c.ctx, c.tx, x.ID)
	if err != nil {
		return nil, err
	}
	out := c.v1List([]object{c.restrictionV1(x, restriction.Read, own[restriction.Read]), c.restrictionV1(x, restriction.Update, own[restriction.Update])}, 2, 0, 100, false)
	out["restrictionsHash"] = ""
	return out, nil
}

func (h *handler) v1Restrictions(w http.ResponseWriter, r *http.Request) error {
	if _, err := expansions(r, "restriction", ""); err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		return c.restrictionListV1(x)
	})
}

type v1RestrictionInput struct {
	Operation    string `json:"operation"`
	Restrictions struct {
		User  json.RawMessage `json:"user"`
		Group json.RawMessage `json:"group"`
	} `json:"restrictions"`
}

type v1Subject struct {
	AccountID string `json:"accountId"`
	ID        string `json:"id"`
	Name      string `json:"name"`
}

// subjectsOf reads a list of subjects, given bare or as the results of a page.
func subjectsOf(raw json.RawMessage) []v1Subject {
	var bare []v1Subject
	if json.Unmarshal(raw, &bare) == nil {
		return bare
	}
	var paged struct {
		Results []v1Subject `json:"results"`
	}
	if json.Unmarshal(raw, &paged) != nil {
		return nil
	}
	return paged.Results
}

// v1SetRestrictions replaces the restrictions (PUT) or adds to them (POST).
func (h *handler) v1SetRestrictions(w http.ResponseWriter, r *http.Request) error {
	raw, err := httpkit.DecodeLoose[json.RawMessage](r)
	if err != nil {
		return err
	}
	var in []v1RestrictionInput
	if err := json.Unmarshal(raw, &in); err != nil {
		var paged struct {
			Results []v1RestrictionInput `json:"results"`
		}
		if err := json.Unmarshal(raw, &paged); err != nil {
			return fault.Bad("Restrictions are a list of {operation, restrictions}.")
		}
		in = paged.Results
	}
	return write(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return nil, err
		}
		have, err := restriction.Of(c.ctx, c.tx, x.ID)
		if err != nil {
			return nil, err
		}
		want := map[string][]restriction.Subject{}
		if r.Method == http.MethodPost {
			want = have
		}
		for _, one := range in {
			if one.Operation != restriction.Read && one.Operation != restriction.Update {
				return nil, fault.Bad("The operation '%.40s' cannot be restricted: read and update can.", one.Operation)
			}
			for _, s := range subjectsOf(one.Restrictions.User) {
				want[one.Operation] = append(want[one.Operation], restriction.Subject{Type: "user", Name: s.AccountID})
			}
			for _, s := range subjectsOf(one.Restrictions.Group) {
				name := s.Name
				if name == "" {
					name = s.ID
				}
				want[one.Operation] = append(want[one.Operation], restriction.Subject{Type: "group", Name: name})
			}
		}
		for _, op := range []string{restriction.Read, restriction.Update} {
			if err := h.restrict(c, x, op, want[op]); err != nil {
				return nil, err
			}
		}
		return c.restrictionListV1(x)
	})
}

func (h *handler) v1DropRestrictions(w http.ResponseWriter, r *http.Request) error {
	return write(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return nil, err
		}
		for _, op := range []string{restriction.Read, restriction.Update} {
			if err := h.restrict(c, x, op, nil); err != nil {
				return nil, err
			}
		}
		return c.restrictionListV1(x)
	})
}

func (h *handler) v1ByOperation(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		return c.restrictionsV1(x, nil)
	})
}

func (h *handler) v1OfOperation(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		op, err := c.operation()
		if err != nil {
			return nil, err
		}
		own, err := restriction.Of(c.ctx, c.tx, x.ID)
		if err != nil {
			return nil, err
		}
		return c.restrictionV1(x, op, own[op]), nil
	})
}

// subject gives the one that the path or query names.
func (c *call) subject() restriction.Subject {
	for _, name := range []string{"groupName", "groupId"} {
		if g := c.r.PathValue(name); g != "" {
			return restriction.Subject{Type: "group", Name: g}
		}
	}
	return restriction.Subject{Type: "user", Name: c.r.URL.Query().Get("accountId")}
}

// restrictionAt gives what an operation of the path is about: content, operation, who is in the list now, and where the subject is, -1 for not at all.
func (c *call) restrictionAt() (x *content.Content, op string, now []restriction.Subject, at int, err error) {
	if x, err = c.see("id", content.Page, content.BlogPost); err != nil {
		return
	}
	if op, err = c.operation(); err != nil {
		return
	}
	own, err := restriction.Of(c.ctx, c.tx, x.ID)
	at = -1
	now = own[op]
	for i, s := range now {
		if s == c.subject() {
			at = i
		}
	}
	return
}

func (h *handler) v1HasRestriction(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (object, error) {
		_, _, _, at, err := c.restrictionAt()
		if err == nil && at < 0 {
			err = fault.NotFound("There is no such restriction.")
		}
		return object{}, err
	})
}

func (h *handler) v1AddRestriction(w http.ResponseWriter, r *http.Request) error {
	return write(h, w, r, func(c *call) (object, error) {
		x, op, now, at, err := c.restrictionAt()
		if err != nil || at >= 0 {
			return object{}, err
		}
		return object{}, h.restrict(c, x, op, append(now, c.subject()))
	})
}

func (h *handler) v1RemoveRestriction(w http.ResponseWriter, r *http.Request) error {
	return write(h, w, r, func(c *call) (object, error) {
		x, op, now, at, err := c.restrictionAt()
		if err != nil {
			return object{}, err
		}
		if at < 0 {
			return object{}, fault.NotFound("There is no such restriction.")
		}
		return object{}, h.restrict(c, x, op, append(now[:at:at], now[at+1:]...))
	})
}

func (h *handler) v1UploadRoutes() []httpkit.Route {
	const big = attachment.MaxSize + 1<<20
	return []httpkit.Route{
		{Method: "POST", Path: "/content/{id}/child/attachment", Permission: mayAttach, Handler: h.v1Upload, MaxBody: big},
		{Method: "PUT", Path: "/content/{id}/child/attachment", Permission: mayAttach, Handler: h.v1Upload, MaxBody: big},
		{Method: "POST", Path: "/content/{id}/child/attachment/{attachmentId}/data", Permission: mayAttach, Handler: h.v1UploadData, MaxBody: big},
	}
}

// v1Upload puts files on a content. POST refuses a name that is there already, PUT makes it a new version.
func (h *handler) v1Upload(w http.ResponseWriter, r *http.Request) error {
	return h.uploading(w, r, func(c *call, up *uploaded) (object, error) {
		p, err := c.attachable()
		if err != nil {
			return nil, err
		}
		out := []object{}
		for _, f := range up.files {
			if r.Method == http.MethodPost {
				if same, err := attachment.Named(c.ctx, c.tx, p.ID, f.name); err != nil {
					return nil, err
				} else if same != nil {
					return nil, fault.Bad("Cannot add a new attachment with same file name as an existing attachment: %s", f.name)
				}
			}
			file := f.File
			a, err := attachment.Add(c.ctx, c.tx, c.actor, p, f.name, &file)
			if err != nil {
				return nil, err
			}
			wire, err := c.contentV1(a.Content, uploadedExpansion)
			if err != nil {
				return nil, err
			}
			out = append(out, wire)
		}
		return c.v1List(out, len(out), 0, len(out), false), nil
	})
}

var uploadedExpansion = expansion{"version": {}, "container": {}, "metadata": {}, "history": {}}

// attachable gives the page or post that files go to: the one of the path, or what a comment of the path is about.
func (c *call) attachable() (*content.Content, error) {
	p, err := c.see("id")
	if err != nil {
		return nil, err
	}
	if p.OwnerID != p.ID {
		if p, err = c.seeID(p.OwnerID); err != nil {
			return nil, err
		}
	}
	return p, c.mayAttach(p)
}

func (h *handler) uploading(w http.ResponseWriter, r *http.Request, fn func(c *call, up *uploaded) (object, error)) error {
	if err := h.with(r, volumeRead, func(c *call) error { // before the body: nobody waits for an upload to learn that there is no page
		_, err := c.attachable()
		return err
	}); err != nil {
		return err
	}
	up, err := h.receive(r)
	if err != nil {
		return err
	}
	if len(up.files) == 0 {
		return fault.Bad("No file was sent: parts must be named 'file' and have a file name.")
	}
	return write(h, w, r, func(c *call) (object, error) { return fn(c, up) })
}

func (h *handler) v1UploadData(w http.ResponseWriter, r *http.Request) error {
	return h.uploading(w, r, func(c *call, up *uploaded) (object, error) {
		a, err := c.fileOfPath()
		if err != nil {
			return nil, err
		}
		file := up.files[0].File
		if err := attachment.NewVersion(c.ctx, c.tx, c.actor, a, &file); err != nil {
			return nil, err
		}
		return c.contentV1(a.Content, uploadedExpansion)
	})
}

// fileOfPath gives the file of the path, on the content of the path.
func (c *call) fileOfPath() (*attachment.Attachment, error) {
	p, err := c.attachable()
	if err != nil {
		return nil, err
	}
	row, err := c.see("attachmentId", content.Attachment)
	if err != nil {
		return nil, err
	}
	if row.OwnerID != p.ID {
		return nil, content.NotFound(row.ID)
	}
	return attachment.With(c.ctx, c.tx, row)
}

type v1FileInput struct {
	Title    string `json:"title"`
	Metadata struct {
		MediaType string  `json:"mediaType"`
		Comment   *string `json:"comment"`
	} `json:"metadata"`
}

func (h *handler) v1DescribeFile(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v1FileInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		a, err := c.fileOfPath()
		if err != nil {
			return nil, err
		}
		comment := a.File.Comment
		if in.Metadata.Comment != nil {
			comment = *in.Metadata.Comment
		}
		if err := attachment.Describe(c.ctx, c.tx, a, in.Title, in.Metadata.MediaType, comment); err != nil {
			return nil, err
		}
		return c.contentV1(a.Content, uploadedExpansion)
	})
}

// download sends a file, or its thumbnail.
func (h *handler) download(w http.ResponseWriter, r *http.Request, find func(c *call) (*attachment.Attachment, error), thumbnail bool) error {
	var a *attachment.Attachment
	var f *attachment.File
	err := h.with(r, volumeRead, func(c *call) (err error) {
		if a, err = find(c); err != nil {
			return err
		}
		f = &a.File
		if n, nerr := strconv.ParseInt(r.URL.Query().Get("version"), 10, 64); nerr == nil && n > 0 && n != f.Version {
			f, err = attachment.VersionOf(c.ctx, c.tx, a.ID, n)
		}
		return err
	})
	if err != nil {
		return err
	}
	if thumbnail {
		return h.serveFile(w, r, strings.TrimSuffix(a.Title, ".png")+".png", f.Thumbnail, "image/png", true)
	}
	return h.serveFile(w, r, a.Title, f.Blob, f.MIME, f.Inline())
}

// downloadRoutes are the addresses of files in pages.
func (h *handler) downloadRoutes() []httpkit.Route {
	named := func(c *call) (*attachment.Attachment, error) {
		p, err := c.see("id")
		if err != nil {
			return nil, err
		}
		a, err := attachment.Named(c.ctx, c.tx, p.OwnerID, c.r.PathValue("name"))
		if err == nil && (a == nil || !c.v.Sees(a.Content)) {
			err = fault.NotFound("There is no file '%.100s' here.", c.r.PathValue("name"))
		}
		return a, err
	}
	return []httpkit.Route{
		{Method: "GET", Path: "/wiki/download/attachments/{id}/{name}", Permission: mayView, Dialect: httpkit.ConfluenceV1, Handler: func(w http.ResponseWriter, r *http.Request) error {
			return h.download(w, r, named, false)
		}},
		{Method: "GET", Path: "/wiki/download/thumbnails/{id}/{name}", Permission: mayView, Dialect: httpkit.ConfluenceV1, Handler: func(w http.ResponseWriter, r *http.Request) error {
			return h.download(w, r, named, true)
		}},
	}
}
