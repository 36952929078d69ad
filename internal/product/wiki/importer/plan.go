package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	wikispace "holdfast.dev/internal/product/wiki/space"
)

var (
	qKnown    = storage.Register("wiki/import_map.of", `SELECT kind, foreign_id, local_id, signature FROM wiki_import_map WHERE scope = $1`)
	qRemember = storage.Register("wiki/import_map.set", `INSERT INTO wiki_import_map (scope, kind, foreign_id, local_id, signature) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (scope, kind, foreign_id) DO UPDATE SET local_id = excluded.local_id, signature = excluded.signature`)
	qRaise = storage.Register("wiki/import.raise_sequence", `INSERT INTO wiki_sequence (name, next) VALUES ('id', $1)
		ON CONFLICT (name) DO UPDATE SET next = CASE WHEN wiki_sequence.next < excluded.next THEN excluded.next ELSE wiki_sequence.next END`)
)

const (
	inSQLite   = `IN (SELECT value FROM json_each($1))`
	inPostgres = `IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS json)))`
)

func idsIn(name, before string) *storage.Query {
	return storage.Register(name, before+inSQLite, storage.On(storage.Postgres, before+inPostgres))
}

// inUse finds identifiers that something has already: contents and spaces may not share one, since labels and properties name either.
var inUse = []*storage.Query{
	idsIn("wiki/import.content_ids", `SELECT id FROM wiki_content WHERE id `),
	idsIn("wiki/import.space_ids", `SELECT id FROM wiki_space WHERE id `),
}

// largestID bounds the identifiers that are kept; others get new ones.
const largestID = 1_000_000_000_000

// numeric reads an identifier that can be kept, 0 for others.
func numeric(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || n > largestID {
		return 0
	}
	return n
}

// mapped is what an earlier run took.
type mapped struct {
	local     int64
	signature string
}

// scope names a space of an export, the same in every export of it.
func (s *space) scope() string {
	return fmt.Sprintf("%s/%s/%d", strings.ToLower(s.key), s.id, micros(s.created))
}

// signature tells states of an item apart, so that an export of another state is not taken for one that was imported.
func (i *item) signature() string {
	h := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%d|%d|%d|%s", i.class, i.title, i.version, micros(i.modified), len(i.versions), i.status))
	return hex.EncodeToString(h[:8])
}

// plan gives every space and content of the export its identifier here, in one transaction: kept where it is free, else a new one that is written down,
// so that a run that continues this one gives the same.
func (l *run) plan(ctx context.Context) error {
	return l.Volume.Write(ctx, func(tx *volume.Tx) error {
		known, err := l.known(ctx, tx)
		if err != nil {
			return err
		}
		l.knownBefore = known
		spaces, err := wikispace.Read(ctx, tx)
		if err != nil {
			return err
		}
		taken, err := l.occupied(ctx, tx)
		if err != nil {
			return err
		}
		return tx.Gather(ctx, func() error {
			for _, s := range l.m.spaces {
				if err := l.planSpace(ctx, tx, s, spaces, taken); err != nil {
					return err
				}
			}
			for _, i := range l.m.items {
				if i.original == "" && i.dropped == "" && i.owner != nil {
					if i.local, i.there, err = l.identify(ctx, tx, i.at, "content", i.id, taken); err != nil {
						return err
					}
				}
			}
			return nil
		})
	})
}

type knownKey struct{ scope, kind, id string }

func (l *run) known(ctx context.Context, tx *volume.Tx) (map[knownKey]mapped, error) {
	out := map[knownKey]mapped{}
	for _, s := range l.m.spaces {
		scope := s.scope()
		rows, err := tx.Query(ctx, qKnown, scope)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var k = knownKey{scope: scope}
			var v mapped
			if err := rows.Scan(&k.kind, &k.id, &v.local, &v.signature); err != nil {
				rows.Close()
				return nil, err
			}
			out[k] = v
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// occupied finds which identifiers of the export are in use here, and moves the counter behind all of them, so that new ones never meet them.
func (l *run) occupied(ctx context.Context, tx *volume.Tx) (map[int64]bool, error) {
	var all []int64
	top := int64(0)
	add := func(id string) {
		if n := numeric(id); n > 0 {
			all = append(all, n)
			top = max(top, n)
		}
	}
	for _, s := range l.m.spaces {
		add(s.id)
	}
	for _, i := range l.m.items {
		if i.owner != nil {
			add(i.id)
		}
	}
	taken := map[int64]bool{}
	const part = 5000
	for rest := all; len(rest) > 0; rest = rest[min(part, len(rest)):] {
		for _, q := range inUse {
			found, err := storage.All(ctx, tx.Tx, q, func(r *storage.Rows) (id int64, err error) { return id, r.Scan(&id) }, "["+strings.Join(digits(rest[:min(part, len(rest))]), ",")+"]")
			if err != nil {
				return nil, err
			}
			for _, id := range found {
				taken[id] = true
			}
		}
	}
	if top == 0 {
		return taken, nil
	}
	_, err := tx.Exec(ctx, qRaise, top+1)
	return taken, err
}

func digits(ids []int64) []string {
	out := make([]string, len(ids))
	for n, id := range ids {
		out[n] = strconv.FormatInt(id, 10)
	}
	return out
}

// identify gives the identifier here of something in the export. there tells that an earlier run wrote it.
func (l *run) identify(ctx context.Context, tx *volume.Tx, s *space, kind, id string, taken map[int64]bool) (local int64, there bool, err error) {
	if k, ok := l.knownBefore[knownKey{s.scope(), kind, id}]; ok {
		return k.local, k.signature != "", nil
	}
	if n := numeric(id); n > 0 && !taken[n] {
		taken[n] = true
		return n, false, nil
	}
	if local, err = content.NextID(ctx, tx, 1); err != nil {
		return 0, false, err
	}
	return local, false, tx.Insert(ctx, qRemember, s.scope(), kind, id, local, "")
}

// planSpace finds the space here, and a key for a new one.
func (l *run) planSpace(ctx context.Context, tx *volume.Tx, s *space, have *wikispace.Spaces, taken map[int64]bool) (err error) {
	if s.local, s.there, err = l.identify(ctx, tx, s, "space", s.id, taken); err != nil {
		return err
	}
	if s.there {
		if now := have.Get(s.local); now != nil {
			s.keyHere = now.Key
		} else {
			s.gone = true
		}
		return nil
	}
	s.keyHere = cleanKey(s.key, s.id)
	for n := 2; have.ByKey(s.keyHere) != nil || l.keys[strings.ToLower(s.keyHere)]; n++ {
		s.keyHere = cleanKey(s.key, s.id) + strconv.Itoa(n)
	}
	l.keys[strings.ToLower(s.keyHere)] = true
	return nil
}

// cleanKey makes a key that a space can have.
func cleanKey(key, id string) string {
	if wikispace.CheckKey(key) == nil {
		return key
	}
	tilde := ""
	if strings.HasPrefix(key, "~") {
		tilde = "~"
	}
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, key)
	if clean == "" {
		clean = "SPACE" + strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, id)
	}
	return tilde + clean[:min(len(clean), 200)]
}
