package storage

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Migration is one numbered step of one product's schema.
type Migration struct {
	Product string
	Version int
	Name    string
	common  string
	engine  map[Dialect]string
}

// Migrations reads the steps of a product from files NNNN_name.sql (both engines), NNNN_name.sqlite.sql and
// NNNN_name.postgres.sql (run after the common one). It panics on a malformed set, which is a mistake of ours.
//
// Common files are written in the types both engines share: TEXT and BIGINT (an instant is BIGINT microseconds, a truth value
// BIGINT 0 or 1, JSON is TEXT). On SQLite they become STRICT tables; on PostgreSQL TEXT is compared by bytes (COLLATE "C"), as
// SQLite does. The comment "-- clustered" after a table's closing parenthesis makes it WITHOUT ROWID on SQLite.
func Migrations(product string, files fs.FS) []Migration {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		panic(err)
	}
	byVersion := map[int]*Migration{}
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".sql")
		engine := Dialect("")
		for _, d := range []Dialect{SQLite, Postgres} {
			if b, ok := strings.CutSuffix(base, "."+string(d)); ok {
				base, engine = b, d
			}
		}
		number, title, ok := strings.Cut(base, "_")
		version, err := strconv.Atoi(number)
		if !ok || err != nil {
			panic(fmt.Sprintf("storage: migration file %s is not NNNN_name.sql", name))
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			panic(err)
		}
		m := byVersion[version]
		if m == nil {
			m = &Migration{Product: product, Version: version, Name: title, engine: map[Dialect]string{}}
			byVersion[version] = m
		}
		if engine == "" {
			m.common = string(text)
		} else {
			m.engine[engine] = string(text)
		}
	}
	var out []Migration
	for _, m := range byVersion {
		out = append(out, *m)
	}
	slices.SortFunc(out, func(a, b Migration) int { return a.Version - b.Version })
	return out
}

// Statements gives the step as single statements for one engine.
func (m Migration) Statements(d Dialect) []string {
	return append(split(translate(m.common, d)), split(m.engine[d])...)
}

// Source gives the text of the step as it was written, for one engine: it tells steps apart.
func (m Migration) Source(d Dialect) string { return m.common + m.engine[d] }

var (
	wordBigint = regexp.MustCompile(`\bBIGINT\b`)
	wordText   = regexp.MustCompile(`\bTEXT\b`)
	tableEnd   = regexp.MustCompile(`(?m)^\);?[ \t]*(-- clustered)?[ \t]*$`)
)

func translate(text string, d Dialect) string {
	if d == Postgres {
		return wordText.ReplaceAllString(text, `TEXT COLLATE "C"`)
	}
	text = wordBigint.ReplaceAllString(text, "INTEGER")
	return tableEnd.ReplaceAllStringFunc(text, func(end string) string {
		if strings.Contains(end, "clustered") {
			return ") STRICT, WITHOUT ROWID;"
		}
		return ") STRICT;"
	})
}

// split cuts a script at semicolons that end a line, outside trigger bodies (BEGIN … END;) and dollar quotes.
func split(script string) []string {
	var out []string
	var cur strings.Builder
	for line := range strings.Lines(script) {
		trimmed := strings.TrimSpace(line)
		if cur.Len() == 0 && (trimmed == "" || strings.HasPrefix(trimmed, "--")) {
			continue
		}
		cur.WriteString(line)
		end := strings.HasSuffix(trimmed, ";")
		s := cur.String()
		if strings.Count(s, "$$")%2 == 1 {
			end = false
		}
		if strings.HasPrefix(strings.TrimSpace(s), "CREATE TRIGGER") && strings.Contains(s, "BEGIN") && !strings.HasSuffix(trimmed, "END;") {
			end = false
		}
		if end {
			out = append(out, strings.TrimSuffix(strings.TrimSpace(s), ";"))
			cur.Reset()
		}
	}
	if rest := strings.TrimSpace(cur.String()); rest != "" {
		out = append(out, rest)
	}
	return out
}

const createVersions = `CREATE TABLE IF NOT EXISTS schema_version (product TEXT NOT NULL, version BIGINT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (product, version))`

// Migrate applies the steps that the database has not seen, in the order given, and tells whether there were any.
func Migrate(ctx context.Context, tx *Tx, steps []Migration) (changed bool, err error) {
	if _, err := tx.ExecText(ctx, createVersions); err != nil {
		return false, fmt.Errorf("create schema_version: %w", err)
	}
	have, err := SchemaVersions(ctx, tx)
	if err != nil {
		return false, err
	}
	unseen := Unseen(steps, have)
	var texts []string
	var of []Migration // whose statement it is
	var seen [][]any
	for _, m := range unseen {
		for _, s := range m.Statements(tx.Dialect()) {
			texts, of = append(texts, s), append(of, m)
		}
		seen = append(seen, []any{m.Product, int64(m.Version), m.Name})
	}
	if done, err := tx.Script(ctx, texts); err != nil {
		m := of[min(done, len(of)-1)]
		return false, fmt.Errorf("migration %s %04d_%s: %.80q: %w", m.Product, m.Version, m.Name, texts[min(done, len(of)-1)], err)
	}
	if _, err := tx.Load(ctx, "schema_version", []string{"product", "version", "name"}, Given(seen)); err != nil {
		return false, fmt.Errorf("record migration: %w", err)
	}
	return len(seen) > 0, nil
}

// Unseen gives the steps that a database has not seen whose newest step of each product is given.
func Unseen(steps []Migration, have map[string]int) (out []Migration) {
	for _, m := range steps {
		if m.Version > have[m.Product] {
			out = append(out, m)
		}
	}
	return out
}

// UpTo gives the steps up to a version of each product; products that are not named have none.
func UpTo(steps []Migration, versions map[string]int) (out []Migration) {
	for _, m := range steps {
		if m.Version <= versions[m.Product] {
			out = append(out, m)
		}
	}
	return out
}

// Newest gives the newest version of each product among steps.
func Newest(steps []Migration) map[string]int {
	newest := map[string]int{}
	for _, m := range steps {
		newest[m.Product] = max(newest[m.Product], m.Version)
	}
	return newest
}

// SchemaVersions gives the newest step of each product that the database has seen.
func SchemaVersions(ctx context.Context, tx *Tx) (map[string]int, error) {
	rows, err := tx.QueryText(ctx, `SELECT product, max(version) FROM schema_version GROUP BY product`)
	if err != nil {
		return nil, fmt.Errorf("read schema_version: %w", err)
	}
	defer rows.Close()
	have := map[string]int{}
	for rows.Next() {
		var p string
		var v int
		if err := rows.Scan(&p, &v); err != nil {
			return nil, err
		}
		have[p] = v
	}
	return have, rows.Err()
}

// Inline makes a first step from texts in the program, for the tables that the platform itself keeps in every database.
func Inline(product, common string, engine map[Dialect]string) Migration {
	return InlineStep(product, 1, common, engine)
}

// InlineStep is Inline for a later step.
func InlineStep(product string, version int, common string, engine map[Dialect]string) Migration {
	return Migration{Product: product, Version: version, Name: "inline", common: common, engine: engine}
}
