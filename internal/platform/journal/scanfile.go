package journal

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlitefile"
)

// FileScan computes digests from the files of SQLite databases. It asks each schema once where the columns of its tables lie; it is safe for
// concurrent use.
type FileScan struct {
	mu      sync.Mutex
	layouts map[[sha256.Size]byte]map[string]*fileTable // by the texts of the schema
}

// fileTable tells where the columns of a table lie in its records.
type fileTable struct {
	clustered bool
	columns   []fileColumn
	triggers  []any // as Equip enters them
}

type fileColumn struct {
	field   int    // of the record; -1: it is the row's number
	missing string // its value as JSON in rows that were written before it was added
}

// Scan is Scan over the file of a database that nobody writes and that has no log beside it. describe runs a function on the database itself, for what its
// schema means.
func (s *FileScan) Scan(ctx context.Context, path string, tables []storage.Table, describe func(func(*storage.Tx) error) error) (d Digest, rows int64, err error) {
	f, err := sqlitefile.Open(path)
	if err != nil {
		return d, 0, err
	}
	defer f.Close()
	objects, err := f.Schema()
	if err != nil {
		return d, 0, fmt.Errorf("%s: %w", path, err)
	}
	roots := map[string]uint32{}
	var texts []string
	for _, o := range objects {
		if o.Type == "table" {
			roots[o.Name] = o.Root
			texts = append(texts, o.SQL)
		}
	}
	layout, err := s.layout(ctx, schemaHash(texts), tables, describe)
	if err != nil {
		return d, 0, err
	}
	var image []byte
	for _, t := range tables {
		l := layout[t.Name]
		if t.Exempt != "" {
			continue
		}
		if l == nil {
			return d, rows, fmt.Errorf("table %s: %w", t.Name, storage.ErrMissing)
		}
		err := f.Rows(roots[t.Name], func(rowid int64, r *sqlitefile.Record) error {
			image = append(append(image[:0], t.Name...), 0)
			if image, err = l.image(image, rowid, r); err != nil {
				return err
			}
			d.addHash(sha256.Sum256(image))
			rows++
			return nil
		})
		if err != nil {
			return d, rows, fmt.Errorf("%s, table %s: %w", path, t.Name, err)
		}
	}
	return d, rows, nil
}

// schemaHash names a schema by the texts of its tables.
func schemaHash(texts []string) (h [sha256.Size]byte) {
	sum := sha256.New()
	for _, text := range texts {
		sum.Write([]byte(text))
		sum.Write([]byte{0})
	}
	return [sha256.Size]byte(sum.Sum(nil))
}

func (s *FileScan) layout(ctx context.Context, schema [sha256.Size]byte, tables []storage.Table, describe func(func(*storage.Tx) error) error) (map[string]*fileTable, error) {
	s.mu.Lock()
	known := s.layouts[schema]
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	layout := map[string]*fileTable{}
	err := describe(func(tx *storage.Tx) error {
		for _, t := range tables {
			if t.Exempt != "" {
				continue
			}
			l, err := describeFileTable(ctx, tx, t.Name)
			if err != nil {
				return fmt.Errorf("table %s: %w", t.Name, err)
			}
			layout[t.Name] = l
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.layouts == nil {
		s.layouts = map[[sha256.Size]byte]map[string]*fileTable{}
	}
	s.layouts[schema] = layout
	return layout, nil
}

// describeFileTable asks the database how a table is stored.
func describeFileTable(ctx context.Context, tx *storage.Tx, table string) (*fileTable, error) {
	cols, err := storage.Describe(ctx, tx, table)
	if err != nil {
		return nil, err
	}
	t := &fileTable{columns: make([]fileColumn, len(cols.Names)), triggers: schemaRows(cols)}
	err = tx.GetText(ctx, `SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = $1`, []any{table}, &t.clustered)
	if err != nil {
		return nil, err
	}
	defaults, err := storage.AllText(ctx, tx, `SELECT dflt_value FROM pragma_table_xinfo($1) ORDER BY cid`, func(r *storage.Rows) (s *string, err error) {
		err = r.Scan(&s)
		return s, err
	}, table)
	if err != nil {
		return nil, err
	}
	if stored := len(defaults); stored != len(cols.Names) {
		return nil, fmt.Errorf("it has %d columns, %d of them generated", stored, stored-len(cols.Names))
	}
	// The records of a clustered table have its key first.
	next := 0
	position := map[string]int{}
	if t.clustered {
		for _, k := range cols.Key {
			position[k] = next
			next++
		}
	}
	for i, name := range cols.Names {
		c := &t.columns[i]
		if p, ok := position[name]; ok {
			c.field = p
		} else {
			c.field = next
			next++
		}
		if !t.clustered && len(cols.Key) == 1 && cols.Key[0] == name && cols.Types[i] == "BIGINT" {
			c.field = -1 // the number of the row is the key; the field for it is there and empty
		}
		if c.missing, err = literal(defaults[i]); err != nil {
			return nil, fmt.Errorf("the default of %s: %w", name, err)
		}
	}
	return t, nil
}

// literal turns the default of a column, as the schema has it, into JSON.
func literal(text *string) (string, error) {
	if text == nil || strings.EqualFold(*text, "NULL") {
		return "null", nil
	}
	s := *text
	if n := len(s); n >= 2 && s[0] == '\'' && s[n-1] == '\'' {
		return string(appendJSON(nil, []byte(strings.ReplaceAll(s[1:n-1], "''", "'")))), nil
	}
	if _, err := strconv.ParseInt(s, 10, 64); err != nil {
		return "", fmt.Errorf("%q is no plain value", s)
	}
	return s, nil
}

// image appends the image of a row: byte for byte what Image gives for it.
func (t *fileTable) image(b []byte, rowid int64, r *sqlitefile.Record) ([]byte, error) {
	for i, c := range t.columns {
		b = append(b, "[,"[min(i, 1)])
		switch {
		case c.field < 0:
			b = strconv.AppendInt(b, rowid, 10)
			continue
		case c.field >= r.Len():
			b = append(b, c.missing...)
			continue
		}
		switch v := r.Value(c.field); v.Kind {
		case sqlitefile.Null:
			b = append(b, "null"...)
		case sqlitefile.Integer:
			b = strconv.AppendInt(b, v.Int, 10)
		case sqlitefile.Text:
			b = appendJSON(b, v.Text)
		default:
			return b, fmt.Errorf("column %d of a row is neither text nor a whole number", i+1)
		}
	}
	return append(b, ']'), nil
}

const hexDigits = "0123456789abcdef"

// appendJSON appends a text as SQLite's json_array writes it.
func appendJSON(b, text []byte) []byte {
	b = append(b, '"')
	from := 0
	for i, c := range text {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, text[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(b, text[from:]...), '"')
}
