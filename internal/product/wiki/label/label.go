// Package label keeps the labels of contents and spaces: global ones, those of teams, and those that are somebody's own.
package label

import (
	"context"
	"strings"
	"unicode"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
)

// The prefixes.
const (
	Global = "global"
	My     = "my"
	Team   = "team"
)

// Label is a label. Owner is the account that a "my" label belongs to.
type Label struct {
	ID                  int64
	Prefix, Name, Owner string
}

const columns = `l.id, l.prefix, l.name, l.owner`

var (
	qFind   = storage.Register("wiki/label.find", `SELECT `+columns+` FROM wiki_label l WHERE l.name = $1 AND l.prefix = $2 AND l.owner = $3`)
	qGet    = storage.Register("wiki/label.get", `SELECT `+columns+` FROM wiki_label l WHERE l.id = $1`)
	qInsert = storage.Register("wiki/label.insert", `INSERT INTO wiki_label (id, prefix, name, owner) VALUES ($1, $2, $3, $4)`)
	qOn     = storage.Register("wiki/labelling.on", `INSERT INTO wiki_labelling (target_id, label_id, author, created_us) VALUES ($1, $2, $3, $4) ON CONFLICT (target_id, label_id) DO NOTHING`)
	qOff    = storage.Register("wiki/labelling.off", `DELETE FROM wiki_labelling WHERE target_id = $1 AND label_id = $2`)
	qOf     = storage.Register("wiki/labelling.of", `SELECT `+columns+` FROM wiki_labelling x JOIN wiki_label l ON l.id = x.label_id WHERE x.target_id = $1 AND (l.owner = '' OR l.owner = $2) ORDER BY x.target_id, x.label_id`)
	qLike   = storage.Register("wiki/label.like", `SELECT `+columns+` FROM wiki_label l WHERE l.name >= $1 AND l.name < $2 AND (l.owner = '' OR l.owner = $3) ORDER BY l.name, l.prefix, l.owner LIMIT $4`)
)

func scan(r *storage.Rows) (l Label, err error) {
	return l, r.Scan(&l.ID, &l.Prefix, &l.Name, &l.Owner)
}

// String gives the label as people write it: the name, with its prefix when that is not global.
func (l Label) String() string {
	if l.Prefix == Global {
		return l.Name
	}
	return l.Prefix + ":" + l.Name
}

// Parse reads a label as people write it; actor owns "my" ones. Names are in lower case.
func Parse(actor, s string) (Label, error) {
	l := Label{Prefix: Global, Name: strings.ToLower(strings.TrimSpace(s))}
	for _, p := range []string{My, Team, Global} {
		if rest, ok := strings.CutPrefix(l.Name, p+":"); ok {
			l.Prefix, l.Name = p, rest
			break
		}
	}
	return Make(actor, l.Prefix, l.Name)
}

// Make checks the parts of a label.
func Make(actor, prefix, name string) (Label, error) {
	l := Label{Prefix: prefix, Name: strings.ToLower(strings.TrimSpace(name))}
	switch prefix {
	case "":
		l.Prefix = Global
	case Global, Team:
	case My:
		l.Owner = actor
	default:
		return l, fault.Invalid("prefix", "The label prefix '%.40s' is none of global, my and team.", prefix)
	}
	if l.Name == "" || len(l.Name) > 255 || strings.ContainsFunc(l.Name, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(":;,.?&[]()#^*@!", r)
	}) {
		return l, fault.Invalid("name", "The label '%.60s' is empty, longer than 255 bytes, or has a space or one of : ; , . ? & [ ] ( ) # ^ * @ !", name)
	}
	return l, nil
}

// Find gives a label that somebody may see, nil when there is none.
func Find(ctx context.Context, tx *volume.Tx, l Label) (*Label, error) {
	found, err := storage.All(ctx, tx.Tx, qFind, scan, l.Name, l.Prefix, l.Owner)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// Get gives a label by identifier, nil when there is none.
func Get(ctx context.Context, tx *volume.Tx, id int64) (*Label, error) {
	found, err := storage.All(ctx, tx.Tx, qGet, scan, id)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// Add puts a label onto a content or space.
func Add(ctx context.Context, tx *volume.Tx, actor string, target int64, l Label) (Label, error) {
	have, err := Find(ctx, tx, l)
	if err != nil {
		return l, err
	}
	if have == nil {
		if l.ID, err = content.NextID(ctx, tx, 1); err != nil {
			return l, err
		}
		if _, err := tx.Exec(ctx, qInsert, l.ID, l.Prefix, l.Name, l.Owner); err != nil {
			return l, err
		}
		have = &l
	}
	_, err = tx.Exec(ctx, qOn, target, have.ID, content.OrNull(actor), clock.Micros(tx.Now()))
	return *have, err
}

// Remove takes a label off; none is no error.
func Remove(ctx context.Context, tx *volume.Tx, target int64, l Label) error {
	have, err := Find(ctx, tx, l)
	if err != nil || have == nil {
		return err
	}
	_, err = tx.Exec(ctx, qOff, target, have.ID)
	return err
}

// Of gives the labels of a content or space that somebody may see, in the order of their making.
func Of(ctx context.Context, tx *volume.Tx, target int64, account string) ([]Label, error) {
	return storage.All(ctx, tx.Tx, qOf, scan, target, account)
}

// Like gives labels that start with a text, by name, among those that are somewhere the asker sees: visible is the viewer's condition on "c".
func Like(ctx context.Context, tx *volume.Tx, visible, start, account string, limit int) ([]Label, error) {
	start = strings.ToLower(start)
	if visible == everything {
		return storage.All(ctx, tx.Tx, qLike, scan, start, start+"\U0010FFFF", account, limit)
	}
	return storage.AllText(ctx, tx.Tx, `SELECT `+columns+` FROM wiki_label l WHERE l.name >= $1 AND l.name < $2 AND (l.owner = '' OR l.owner = $3) AND `+onSeen(visible)+` ORDER BY l.name, l.prefix, l.owner LIMIT $4`, scan,
		start, start+"\U0010FFFF", account, limit)
}

// everything is the condition of a viewer who sees all contents.
const everything = "1 = 1"

// onSeen says that a label is on a content that a viewer's condition lets through: the name of a label can tell what a hidden page is about.
func onSeen(visible string) string {
	return `EXISTS (SELECT 1 FROM wiki_labelling x JOIN wiki_content c ON c.id = x.target_id WHERE x.label_id = l.id AND c.status = 'current' AND ` + visible + `)`
}

// Seen tells whether a label is on something that the asker sees: visible as for Like, spaces are the identifiers (a list in SQL) of the spaces that
// they see. Labels of their own are always seen.
func Seen(ctx context.Context, tx *volume.Tx, visible, spaces string, l *Label) (bool, error) {
	if l.Owner != "" {
		return true, nil
	}
	var n int
	err := tx.GetText(ctx, `SELECT count(*) FROM (SELECT 1 FROM wiki_label l WHERE l.id = $1 AND (`+onSeen(visible)+` OR EXISTS (SELECT 1 FROM wiki_labelling y WHERE y.label_id = l.id AND y.target_id IN (`+spaces+`)))) seen`, []any{l.ID}, &n)
	return n > 0, err
}

// InSpace gives the labels on the contents of a space that a viewer's condition (on the alias "c") lets through, by name.
func InSpace(ctx context.Context, tx *volume.Tx, visible string, spaceID int64, account string) ([]Label, error) {
	return storage.AllText(ctx, tx.Tx, `SELECT DISTINCT `+columns+` FROM wiki_labelling x JOIN wiki_label l ON l.id = x.label_id JOIN wiki_content c ON c.id = x.target_id
		WHERE c.space_id = $1 AND c.status = 'current' AND (l.owner = '' OR l.owner = $2) AND `+visible+` ORDER BY l.name, l.prefix, l.id LIMIT 1000`, scan, spaceID, account)
}

// All gives a page of the labels that are somewhere the asker sees, after an identifier; visible as for Like.
func All(ctx context.Context, tx *volume.Tx, visible string, after int64, account string, limit int) ([]Label, error) {
	if visible == everything {
		return storage.All(ctx, tx.Tx, qAll, scan, after, account, limit)
	}
	return storage.AllText(ctx, tx.Tx, `SELECT `+columns+` FROM wiki_label l WHERE l.id > $1 AND (l.owner = '' OR l.owner = $2) AND `+onSeen(visible)+` ORDER BY l.id LIMIT $3`, scan, after, account, limit)
}

var qAll = storage.Register("wiki/label.all", `SELECT `+columns+` FROM wiki_label l WHERE l.id > $1 AND (l.owner = '' OR l.owner = $2) ORDER BY l.id LIMIT $3`)
