// Package source says what a reader of an export gives: the rows of the vendor's database, one after the other in the order of the export.
package source

// Ref names another object. ID is empty for none.
type Ref struct{ Class, ID string }

// Object is one row. Names of properties are the vendor's of the XML export.
type Object struct {
	Class string // Page, Comment, BodyContent, …
	ID    string // empty for rows with a key of several parts
	Text  map[string]string
	Refs  map[string]Ref
	Lists map[string][]Ref // collections
}

// Get gives a text, empty when there is none.
func (o *Object) Get(name string) string { return o.Text[name] }

// First gives the first text of some that is not empty.
func (o *Object) First(names ...string) string {
	for _, n := range names {
		if v := o.Text[n]; v != "" {
			return v
		}
	}
	return ""
}

// FirstRef gives the first reference of some that is there.
func (o *Object) FirstRef(names ...string) Ref {
	for _, n := range names {
		if r := o.Refs[n]; r.ID != "" {
			return r
		}
	}
	return Ref{}
}

// Reader gives the objects of one export, io.EOF after the last. An error is final: what comes after it is unknown.
type Reader interface {
	Next() (*Object, error)
}

// Faults is what a reader mended in an export that is not well formed: how many, by what was wrong.
type Faults map[string]int
