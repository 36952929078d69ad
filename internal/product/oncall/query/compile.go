package query

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
)

// Condition is a query as the database takes it: a boolean expression over the columns of alert and its arguments, from $1 on.
type Condition struct {
	Where string
	Args  []any
}

// Compile makes a condition of a query; an empty one holds for every alert. now is what relative times such as now-1d start from.
func Compile(text string, now time.Time) (Condition, error) {
	if strings.TrimSpace(text) == "" {
		return Condition{Where: "1 = 1"}, nil
	}
	n, err := parse(text)
	if err != nil {
		return Condition{}, err
	}
	c := &compiler{now: now}
	where, err := c.node(n)
	return Condition{where, c.args}, err
}

type compiler struct {
	now  time.Time
	args []any
}

func (c *compiler) arg(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

func (c *compiler) node(n *node) (string, error) {
	switch n.op {
	case "term":
		return c.term(n)
	case "not":
		s, err := c.node(n.nodes[0])
		return "NOT (" + s + ")", err
	}
	parts := make([]string, len(n.nodes))
	for i, child := range n.nodes {
		s, err := c.node(child)
		if err != nil {
			return "", err
		}
		parts[i] = "(" + s + ")"
	}
	return strings.Join(parts, " "+strings.ToUpper(n.op)+" "), nil
}

// shape is how a field is compared.
type shape int

const (
	exactText shape = iota // the whole value, ignoring case
	identity               // the whole value, exactly, by an index
	freeText               // a part of the value
	entry                  // one entry of a JSON list of texts
	number
	instant
	truth
	state
	priority
	special
)

type column struct {
	name  string
	shape shape
}

// fields of the language by lower-case name.
var fields = map[string]column{
	"createdat": {"created_us", instant}, "updatedat": {"updated_us", instant}, "lastoccurredat": {"last_occurred_us", instant}, "snoozeduntil": {"snoozed_until_us", instant},
	"acknowledgedat": {"acked_us", instant}, "closedat": {"closed_us", instant},
	"alertid": {"id", identity}, "id": {"id", identity}, "tinyid": {"tiny", number}, "alias": {"alias", identity}, "count": {"count", number},
	"message": {"message", freeText}, "description": {"description", freeText}, "source": {"source", exactText}, "entity": {"entity", exactText},
	"status": {"status", state}, "owner": {"owner", exactText}, "acknowledgedby": {"acked_by", exactText}, "closedby": {"closed_by", exactText},
	"report.acknowledgedby": {"acked_by", exactText}, "report.closedby": {"closed_by", exactText},
	"isseen": {"seen", truth}, "seen": {"seen", truth}, "acknowledged": {"acknowledged", truth}, "snoozed": {"snoozed", special}, "priority": {"priority", priority},
	"integration.name": {"integration_name", exactText}, "integration.type": {"integration_type", exactText}, "integration.id": {"integration_id", exactText},
	"tag": {"tags", entry}, "tags": {"tags", entry}, "actions": {"actions", entry},
	"teams": {"teams", special}, "team": {"teams", special}, "responders": {"responders", special}, "recipients": {"responders", special},
	"details.key": {"key", special}, "details.value": {"value", special}, "detailspair": {"pair", special}, "detailsparsed": {"pair", special},
}

func (c *compiler) term(n *node) (string, error) {
	if n.field == "" {
		return c.anywhere(n), nil
	}
	f, ok := fields[strings.ToLower(n.field)]
	if !ok {
		if k, found := strings.CutPrefix(n.field, "details."); found {
			return c.details(`"`+inside(k, true)+`":"`, inside(n.value, n.phrase), `"`), nil
		}
		return "", bad("there is no field %q", n.field)
	}
	if n.cmp == "!=" {
		positive := *n
		positive.cmp = ":"
		s, err := c.term(&positive)
		return "NOT (" + s + ")", err
	}
	if n.cmp != ":" && f.shape != number && f.shape != instant && f.shape != priority {
		return "", bad("%s cannot be compared by %s", n.field, n.cmp)
	}
	if n.value == "*" && !n.phrase {
		return c.exists(f), nil
	}
	switch f.shape {
	case number:
		v, err := strconv.ParseInt(n.value, 10, 64)
		if err != nil {
			return "", bad("%q is no number", n.value)
		}
		return f.name + " " + sqlOp(n.cmp) + " " + c.arg(v), nil
	case instant:
		return c.instant(f.name, n)
	case truth:
		v, err := boolean(n)
		return fmt.Sprintf("%s = %d", f.name, v), err
	case state:
		v := strings.ToLower(n.value)
		if v != "open" && v != "closed" {
			return "", bad("status is open or closed, not %q", n.value)
		}
		return "status = " + c.arg(v), nil
	case priority:
		v := strings.ToUpper(n.value)
		if len(v) != 2 || v[0] != 'P' || v[1] < '1' || v[1] > '5' {
			return "", bad("priority is P1 to P5, not %q", n.value)
		}
		// P1 is the highest: priority > P3 means P1 and P2.
		return "priority " + map[string]string{":": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}[n.cmp] + " " + c.arg(v), nil
	case identity:
		if n.phrase || !strings.Contains(n.value, "*") {
			return f.name + " = " + c.arg(n.value), nil
		}
		return c.like(f.name, pattern(n)), nil
	case exactText:
		return c.like(f.name, pattern(n)), nil
	case freeText:
		return c.like(f.name, "%"+pattern(n)+"%"), nil
	case entry:
		return c.like(f.name, `%"`+likeJSON(n.value, n.phrase)+`"%`), nil
	}
	return c.special(f.name, n)
}

func (c *compiler) special(name string, n *node) (string, error) {
	switch name {
	case "snoozed":
		v, err := boolean(n)
		s := "(status = 'open' AND snoozed_until_us > " + c.arg(clock.Micros(c.now)) + ")"
		if v == 0 {
			s = "NOT " + s
		}
		return s, err
	case "teams":
		v := likeJSON(n.value, n.phrase)
		return "(" + c.like("responders", `%{"type":"team","id":"`+v+`"%`) + " OR " + c.like("responders", `%{"type":"team","id":"`+strings.Repeat("_", 36)+`","name":"`+v+`"%`) + ")", nil
	case "responders":
		v := likeJSON(n.value, n.phrase)
		return "(" + c.like("responders", `%"id":"`+v+`"%`) + " OR " + c.like("responders", `%"name":"`+v+`"%`) + ")", nil
	case "key":
		return c.details(`"`, inside(n.value, n.phrase), `":"`), nil
	case "value":
		return c.details(`:"`, inside(n.value, n.phrase), `"`), nil
	case "pair":
		k, v, ok := strings.Cut(n.value, "\x01")
		if !ok {
			k, v, ok = strings.Cut(n.value, ":")
		}
		if !ok {
			return "", bad("detailsPair needs (key:value)")
		}
		return c.details(`"`+inside(k, true)+`":"`, inside(v, true), `"`), nil
	}
	return "", bad("there is no field %q", n.field)
}

func (c *compiler) exists(f column) string {
	switch f.shape {
	case number, instant:
		return f.name + " <> 0"
	case truth, state, priority:
		return "1 = 1"
	case special:
		switch f.name {
		case "key", "value", "pair":
			return "details <> ''"
		case "teams":
			return `responders LIKE '%{"type":"team"%'`
		case "snoozed":
			return "1 = 1"
		}
		return "responders <> ''"
	}
	return f.name + " <> ''"
}

// anywhere looks for a text in what people read of an alert first.
func (c *compiler) anywhere(n *node) string {
	text := "%" + pattern(n) + "%"
	parts := []string{c.like("message", text), c.like("description", text), c.like("alias", text), c.like("entity", text), c.like("source", text), c.like("tags", "%"+likeJSON(n.value, n.phrase)+"%")}
	if tiny, err := strconv.ParseInt(strings.TrimPrefix(n.value, "#"), 10, 64); err == nil {
		parts = append(parts, "tiny = "+c.arg(tiny))
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

func (c *compiler) like(column, lowerPattern string) string {
	return "lower(" + column + ") LIKE " + c.arg(strings.ToLower(lowerPattern)) + ` ESCAPE '\'`
}

func (c *compiler) details(before, middle, after string) string {
	return c.like("details", "%"+before+middle+after+"%")
}

// pattern makes a LIKE pattern of a value: * stands for anything unless it was quoted.
func pattern(n *node) string { return wild(n.value, n.phrase) }

func wild(s string, phrase bool) string {
	s = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
	if !phrase {
		s = strings.ReplaceAll(s, "*", "%")
	}
	return s
}

// likeJSON is wild for a value inside a JSON text.
func likeJSON(s string, phrase bool) string {
	b, err := json.Marshal(s)
	if err != nil {
		return wild(s, phrase)
	}
	return wild(string(b[1:len(b)-1]), phrase)
}

func inside(s string, phrase bool) string { return likeJSON(s, phrase) }

func boolean(n *node) (int, error) {
	switch strings.ToLower(n.value) {
	case "true", "yes", "1":
		return 1, nil
	case "false", "no", "0":
		return 0, nil
	}
	return 0, bad("%s is true or false, not %q", n.field, n.value)
}

func sqlOp(cmp string) string {
	if cmp == ":" {
		return "="
	}
	return cmp
}
