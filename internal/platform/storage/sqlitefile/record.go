package sqlitefile

import "fmt"

// Kind is the sort of a value.
type Kind byte

// The kinds of values that journaled tables hold, and those that they do not.
const (
	Null Kind = iota
	Integer
	Text
	Other // a blob or a number with a fraction
)

// Value is a field of a record.
type Value struct {
	Kind Kind
	Int  int64
	Text []byte // valid as long as the record
}

// Record is a row as it is stored. A row that was written before a column was added has fewer fields than the table has columns.
type Record struct {
	values []Value
}

// Len gives the number of fields.
func (r *Record) Len() int { return len(r.values) }

// Value gives a field, counted from 0.
func (r *Record) Value(i int) Value { return r.values[i] }

func (r *Record) parse(b []byte) error {
	r.values = r.values[:0]
	size, n := varint(b)
	if size < uint64(n) || size > uint64(len(b)) {
		return fmt.Errorf("%w: the head of a record", ErrCorrupt)
	}
	types, body := b[n:size], b[size:]
	for len(types) > 0 {
		t, n := varint(types)
		types = types[n:]
		v, length, err := field(t, body)
		if err != nil {
			return err
		}
		body = body[length:]
		r.values = append(r.values, v)
	}
	return nil
}

// intBytes are the bytes of a whole number by its serial type.
var intBytes = [...]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}

// field reads the value of a serial type from the front of body.
func field(t uint64, body []byte) (v Value, length int, err error) {
	switch {
	case t == 0:
		return Value{}, 0, nil
	case t <= 6:
		length = intBytes[t]
		v.Kind = Integer
	case t == 7:
		length = 8
		v.Kind = Other
	case t == 8, t == 9:
		return Value{Kind: Integer, Int: int64(t - 8)}, 0, nil
	case t < 12:
		return v, 0, fmt.Errorf("%w: serial type %d", ErrCorrupt, t)
	default:
		if (t-12)/2 > uint64(len(body)) {
			return v, 0, fmt.Errorf("%w: a field ends after its record", ErrCorrupt)
		}
		length = int((t - 12) / 2)
		v.Kind = Other
		if t%2 == 1 {
			v.Kind = Text
		}
	}
	if length > len(body) {
		return v, 0, fmt.Errorf("%w: a field ends after its record", ErrCorrupt)
	}
	switch v.Kind {
	case Integer:
		v.Int = int64(int8(body[0]))
		for _, b := range body[1:length] {
			v.Int = v.Int<<8 | int64(b)
		}
	case Text:
		v.Text = body[:length]
	}
	return v, length, nil
}
