package xmlexport

import (
	"errors"
	"io"
	"strings"
	"testing"

	"holdfast.dev/internal/base/fault"
)

func TestAnObjectIsReadWithAllItsParts(t *testing.T) {
	r, err := New("x", strings.NewReader(`<?xml version="1.0"?><hibernate-generic><object class="Page" package="p"><id name="id"><![CDATA[7]]></id><property name="title"><![CDATA[A <b>]]></property>`+
		`<property name="empty"/><property name="space" class="Space" package="p"><id name="id">1</id></property><collection name="historicalVersions"><element class="Page" package="p"><id name="id">8</id></element></collection></object>`+
		`<object class="BucketPropertySetItem"><composite-id><property name="key" type="string">k</property></composite-id><property name="intVal">3</property></object></hibernate-generic>`))
	if err != nil {
		t.Fatal(err)
	}
	o, err := r.Next()
	if err != nil || o.ID != "7" || o.Get("title") != "A <b>" || o.Refs["space"].ID != "1" || o.Refs["space"].Class != "Space" || len(o.Lists["historicalVersions"]) != 1 || o.Lists["historicalVersions"][0].ID != "8" {
		t.Errorf("%+v %v", o, err)
	}
	if o, err = r.Next(); err != nil || o.Get("key") != "k" || o.Get("intVal") != "3" || o.ID != "" {
		t.Errorf("%+v %v", o, err)
	}
	if _, err = r.Next(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{`<?xml version="1.0" encoding="ISO-8859-1"?><object class="Page"><id>1</id></object>`, "<object><property name=\"a\">\xff\x00\x1c</property></object>", `<!DOCTYPE x><object/>`, `<object><object></object></object>`, "\xff\xfe<\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := New("x", strings.NewReader(s))
		for n := 0; err == nil; n++ {
			if n > len(s) {
				t.Fatal("more objects than bytes")
			}
			_, err = r.Next()
		}
		if !errors.Is(err, io.EOF) && !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%v", err)
		}
	})
}
