package journal

import (
	"reflect"
	"testing"
)

// What is read the fast way is what any decoder reads.
func FuzzDecodeImage(f *testing.F) {
	for _, s := range []string{`[]`, `[1,"a",null]`, `[-9223372036854775808,0,"ü"]`, `[01]`, `[-0]`, `[1.0]`, `[1e3]`, `["a\"b"]`, `["a,b",",",""]`, `[null,]`, `[,1]`, `["a""b"]`, `[nullx]`, `[1 ]`, "[\"a\nb\"]", "[\"\xff\"]", `[`, `[]]`, `[true]`, `[[1]]`, `["]"]`, `["a"] `, `[99999999999999999999]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, image string) {
		row, ok := plainImage(image)
		if !ok {
			return
		}
		want, err := anyImage(image)
		if err != nil || len(row) != len(want) || len(row) > 0 && !reflect.DeepEqual(row, want) {
			t.Fatalf("%q is %#v, JSON says %#v, %v", image, row, want, err)
		}
	})
}

func TestMostImagesArePlain(t *testing.T) {
	for image, want := range map[string][]any{`[]`: {}, `[1,"a,b",null,""]`: {int64(1), "a,b", nil, ""}, `[-7]`: {int64(-7)}, `["null"]`: {"null"}} {
		if row, ok := plainImage(image); !ok || !reflect.DeepEqual(row, want) {
			t.Errorf("%s: %#v, %v", image, row, ok)
		}
	}
}
