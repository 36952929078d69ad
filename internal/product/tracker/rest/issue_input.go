package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/field"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/needs"
	"holdfast.dev/internal/product/tracker/worklog"
)

// issueInput is the body of create, edit and transition.
type issueInput struct {
	Fields     map[string]json.RawMessage              `json:"fields"`
	Update     map[string][]map[string]json.RawMessage `json:"update"`
	Transition *struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"transition"`
	Properties []wireProperty `json:"properties"`
}

type wireProperty struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// patcher turns fields and update operations into a patch, collecting what is wrong by field as the API answers it.
type patcher struct {
	h       *handler
	r       *http.Request
	c       *catalog.Catalog
	people  map[string]needs.Person
	project *catalog.Project
	create  bool
	patch   issue.Patch
	parent  string // key or identifier, resolved inside the transaction
	wrong   map[string]string
	comment json.RawMessage // update.comment[0].add
	worklog json.RawMessage // update.worklog[0].add
	links   []json.RawMessage
}

func (p *patcher) bad(name string, err error) {
	var f *fault.Error
	if errors.As(err, &f) && f.Message != "" {
		p.wrong[name] = f.Message
		return
	}
	p.wrong[name] = err.Error()
}

// read takes everything in the body.
func (p *patcher) read(in issueInput) error {
	p.wrong = map[string]string{}
	for name, raw := range in.Fields {
		p.set(name, raw)
	}
	for name, ops := range in.Update {
		if _, twice := in.Fields[name]; twice && len(ops) > 0 {
			p.wrong[name] = "Field with id '" + name + "' appears in both 'fields' and 'update'. It can be in one of them only."
			continue
		}
		for _, op := range ops {
			for verb, raw := range op {
				p.operate(name, verb, raw)
			}
		}
	}
	if len(p.wrong) > 0 {
		return fault.InvalidFields(p.wrong)
	}
	return nil
}

func isNull(raw json.RawMessage) bool {
	return len(raw) == 0 || bytes.Equal(bytes.TrimSpace(raw), null)
}

// ref is how clients name things: by id, name, key or value.
type ref struct {
	ID    json.RawMessage `json:"id"`
	Name  string          `json:"name"`
	Key   string          `json:"key"`
	Value string          `json:"value"`
}

// name gives whichever was given, the id first; ids come as text or as numbers.
func (r ref) name() string {
	if s := strings.Trim(string(r.ID), `"`); s != "" && s != "null" {
		return s
	}
	for _, s := range []string{r.Key, r.Name, r.Value} {
		if s != "" {
			return s
		}
	}
	return ""
}

func readRef(raw json.RawMessage) (string, error) {
	var v ref
	if err := json.Unmarshal(raw, &v); err != nil {
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return s, nil
		}
		return "", fault.Bad("data was not an object")
	}
	return v.name(), nil
}

// set takes one entry of "fields".
func (p *patcher) set(name string, raw json.RawMessage) {
	switch name {
	case "project", "statuscategorychangedate":
		return // read before everything else
	case "issuetype":
		p.setType(raw)
	case "summary":
		p.setSummary(raw)
	case "description", "environment":
		p.setText(name, raw)
	case "priority":
		p.setPriority(raw)
	case "resolution":
		p.setResolution(raw)
	case "assignee", "reporter":
		p.setPerson(name, raw)
	case "parent":
		p.setParent(raw)
	case "duedate":
		p.setDue(raw)
	case "labels", "components", "fixVersions", "versions":
		p.setList(name, raw)
	case "timetracking":
		p.setTime(raw)
	case "timeoriginalestimate", "timeestimate":
		var n *int64
		if json.Unmarshal(raw, &n) != nil {
			p.wrong[name] = "Operation value must be a number"
			return
		}
		if name == "timeestimate" {
			p.patch.RemainingEstimate = issue.Some(n)
		} else {
			p.patch.OriginalEstimate = issue.Some(n)
		}
	default:
		p.setCustom(name, raw)
	}
}

func (p *patcher) setSummary(raw json.RawMessage) {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		p.wrong["summary"] = "Operation value must be a string"
		return
	}
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		p.wrong["summary"] = "You must specify a summary of the issue."
	case len([]rune(s)) > 255:
		p.wrong["summary"] = "Summary can't exceed 255 characters."
	case strings.ContainsAny(s, "\n\r"):
		p.wrong["summary"] = "The summary is invalid because it contains newline characters."
	default:
		p.patch.Summary = issue.Some(s)
	}
}

func (p *patcher) setType(raw json.RawMessage) {
	name, err := readRef(raw)
	if err != nil {
		p.bad("issuetype", err)
		return
	}
	t := p.project.TypeIn(name)
	if t == nil {
		p.wrong["issuetype"] = "Specify a valid issue type"
		return
	}
	p.patch.TypeID = issue.Some(t.ID)
}

func (p *patcher) setText(name string, raw json.RawMessage) {
	stored, plain, err := p.h.richValue(p.r, p.people, raw)
	if err != nil {
		p.bad(name, err)
		return
	}
	if name == "description" {
		p.patch.Description, p.patch.DescriptionText = issue.Some(stored), plain
	} else {
		p.patch.Environment, p.patch.EnvironmentText = issue.Some(stored), plain
	}
}

func (p *patcher) setPriority(raw json.RawMessage) {
	if isNull(raw) {
		p.patch.PriorityID = issue.Some(int64(0))
		return
	}
	name, err := readRef(raw)
	if err != nil || name == "" {
		p.wrong["priority"] = "Specify the Priority (id or name) in string format"
		return
	}
	v := p.c.FindPriority(name)
	if v == nil {
		p.wrong["priority"] = fmt.Sprintf("Priority name '%.80s' is not valid", name)
		return
	}
	p.patch.PriorityID = issue.Some(v.ID)
}

func (p *patcher) setResolution(raw json.RawMessage) {
	if isNull(raw) {
		p.patch.ResolutionID = issue.Some(int64(0))
		return
	}
	name, err := readRef(raw)
	v := p.c.FindResolution(name)
	if err != nil || v == nil {
		p.wrong["resolution"] = fmt.Sprintf("Resolution name '%.80s' is not valid", name)
		return
	}
	p.patch.ResolutionID = issue.Some(v.ID)
}

func (p *patcher) setPerson(name string, raw json.RawMessage) {
	to := &p.patch.Assignee
	if name == "reporter" {
		to = &p.patch.Reporter
	}
	if isNull(raw) {
		*to = issue.Some("")
		return
	}
	account, err := field.AccountOf(raw)
	if err == nil {
		account, err = p.account(account)
	}
	if err != nil {
		p.bad(name, err)
		return
	}
	*to = issue.Some(account)
}

// account checks a person; "-1" is whom the project assigns by default.
func (p *patcher) account(id string) (string, error) {
	switch {
	case id == "":
		return "", nil
	case id == "-1":
		if p.project != nil && p.project.AssigneeType == "PROJECT_LEAD" {
			return p.project.Lead, nil
		}
		return "", nil
	}
	if person, ok := p.people[id]; !ok || !person.Active {
		return "", fault.Bad("User '%.80s' does not exist.", id)
	}
	return id, nil
}

// setParent remembers the parent; an empty object changes nothing, which is what some clients send with every edit.
func (p *patcher) setParent(raw json.RawMessage) {
	if isNull(raw) {
		p.patch.ParentID = issue.Some(int64(0))
		return
	}
	name, err := readRef(raw)
	if err != nil {
		p.bad("parent", err)
		return
	}
	p.parent = name
}

func (p *patcher) setDue(raw json.RawMessage) {
	var s *string
	if json.Unmarshal(raw, &s) != nil {
		p.wrong["duedate"] = "Operation value must be a string"
		return
	}
	if s == nil || *s == "" {
		p.patch.DueDay = issue.Some("")
		return
	}
	if _, err := time.Parse(time.DateOnly, *s); err != nil {
		p.wrong["duedate"] = fmt.Sprintf("Error parsing date string: %.40s", *s)
		return
	}
	p.patch.DueDay = issue.Some(*s)
}

func (p *patcher) setList(name string, raw json.RawMessage) {
	var elements []json.RawMessage
	if !isNull(raw) && json.Unmarshal(raw, &elements) != nil {
		p.wrong[name] = "data was not an array"
		return
	}
	if name == "labels" {
		labels := []string{}
		for _, e := range elements {
			if l, err := readLabel(e); err != nil {
				p.bad(name, err)
			} else {
				labels = append(labels, l)
			}
		}
		p.patch.Labels.Set = issue.Some(labels)
		return
	}
	found := []int64{}
	for _, e := range elements {
		if id, err := p.part(name, e); err != nil {
			p.bad(name, err)
		} else {
			found = append(found, id)
		}
	}
	p.list(name).Set = issue.Some(found)
}

func (p *patcher) list(name string) *issue.List[int64] {
	switch name {
	case "components":
		return &p.patch.Components
	case "fixVersions":
		return &p.patch.FixVersions
	}
	return &p.patch.Affects
}

func readLabel(raw json.RawMessage) (string, error) {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return "", fault.Bad("Operation value must be a string")
	}
	return s, field.CheckLabel(s)
}

// part finds a component or version of the project.
func (p *patcher) part(name string, raw json.RawMessage) (int64, error) {
	s, err := readRef(raw)
	if err != nil {
		return 0, err
	}
	if name == "components" {
		if c := p.project.FindComponent(s); c != nil {
			return c.ID, nil
		}
		return 0, fault.Bad("Component name '%.80s' is not valid", s)
	}
	if v := p.project.FindVersion(s); v != nil {
		return v.ID, nil
	}
	return 0, fault.Bad("Version name '%.80s' is not valid", s)
}

func (p *patcher) setTime(raw json.RawMessage) {
	var v struct {
		Original  *string `json:"originalEstimate"`
		Remaining *string `json:"remainingEstimate"`
	}
	if json.Unmarshal(raw, &v) != nil {
		p.wrong["timetracking"] = "data was not an object"
		return
	}
	for _, e := range []struct {
		text *string
		to   *issue.Opt[*int64]
		name string
	}{{v.Original, &p.patch.OriginalEstimate, "timetracking_originalestimate"}, {v.Remaining, &p.patch.RemainingEstimate, "timetracking_remainingestimate"}} {
		if e.text == nil {
			continue
		}
		n, err := worklog.ParseDuration(*e.text)
		if err != nil {
			p.bad(e.name, err)
			continue
		}
		*e.to = issue.Some(&n)
	}
}

func unknownField(name string) string {
	return fmt.Sprintf("Field '%.80s' cannot be set. It is not on the appropriate screen, or unknown.", name)
}

func (p *patcher) customField(name string) *catalog.Field {
	if !strings.HasPrefix(name, "customfield_") {
		return nil
	}
	id, err := strconv.ParseInt(strings.TrimPrefix(name, "customfield_"), 10, 64)
	if err != nil {
		return nil
	}
	return p.c.Field(id)
}

func (p *patcher) setCustom(name string, raw json.RawMessage) {
	f := p.customField(name)
	if f == nil {
		p.wrong[name] = unknownField(name)
		return
	}
	if f.Name == "Epic Link" { // older clients set the epic through its own field
		if isNull(raw) {
			p.patch.ParentID = issue.Some(int64(0))
		} else if s, err := readRef(raw); err == nil {
			p.parent = s
		}
		return
	}
	var elements []json.RawMessage
	switch {
	case isNull(raw):
	case field.Many(f.Type):
		if json.Unmarshal(raw, &elements) != nil {
			p.wrong[name] = "data was not an array"
			return
		}
	default:
		elements = []json.RawMessage{raw}
	}
	values := []string{}
	for _, e := range elements {
		v, err := p.customValue(f, e)
		if err != nil {
			p.bad(name, err)
			return
		}
		if v != "" {
			values = append(values, v)
		}
	}
	p.values()[f.ID] = issue.List[string]{Set: issue.Some(values)}
}

func (p *patcher) values() map[int64]issue.List[string] {
	if p.patch.Values == nil {
		p.patch.Values = map[int64]issue.List[string]{}
	}
	return p.patch.Values
}

func (p *patcher) customValue(f *catalog.Field, raw json.RawMessage) (string, error) {
	v, err := field.Parse(f, raw, func(raw json.RawMessage) (string, error) {
		stored, _, err := p.h.richValue(p.r, p.people, raw)
		return stored, err
	})
	if err == nil && (f.Type == catalog.FieldUser || f.Type == catalog.FieldMultiUser) {
		return p.account(v)
	}
	return v, err
}

// operate takes one operation of "update".
func (p *patcher) operate(name, verb string, raw json.RawMessage) {
	switch {
	case name == "comment" && verb == "add":
		p.comment = raw
	case name == "worklog" && verb == "add":
		p.worklog = raw
	case name == "issuelinks" && verb == "add":
		p.links = append(p.links, raw)
	case name == "timetracking" && (verb == "set" || verb == "edit"):
		p.setTime(raw)
	case verb == "set":
		p.set(name, raw)
	case verb == "add" || verb == "remove":
		p.addOrRemove(name, verb, raw)
	default:
		p.wrong[name] = fmt.Sprintf("Field does not support update '%.20s'", verb)
	}
}

func (p *patcher) addOrRemove(name, verb string, raw json.RawMessage) {
	switch name {
	case "labels":
		l, err := readLabel(raw)
		if err != nil {
			p.bad(name, err)
			return
		}
		into(&p.patch.Labels, verb, l)
	case "components", "fixVersions", "versions":
		id, err := p.part(name, raw)
		if err != nil {
			p.bad(name, err)
			return
		}
		into(p.list(name), verb, id)
	default:
		f := p.customField(name)
		if f == nil {
			p.wrong[name] = unknownField(name)
			return
		}
		if !field.Many(f.Type) {
			p.wrong[name] = fmt.Sprintf("Field does not support update '%.20s'", verb)
			return
		}
		v, err := p.customValue(f, raw)
		if err != nil {
			p.bad(name, err)
			return
		}
		l := p.values()[f.ID]
		into(&l, verb, v)
		p.values()[f.ID] = l
	}
}

func into[T comparable](l *issue.List[T], verb string, v T) {
	if verb == "add" {
		l.Add = append(l.Add, v)
	} else {
		l.Remove = append(l.Remove, v)
	}
}
