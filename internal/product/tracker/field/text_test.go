package field

import (
	"testing"

	"holdfast.dev/internal/product/tracker/catalog"
)

func TestInstantsInTheHistoryHaveTheFormOfTheAPI(t *testing.T) {
	if got := Text(nil, &catalog.Field{Type: catalog.FieldDateTime}, "1582000000123456", nil); got != "2020-02-18T04:26:40.123+0000" {
		t.Errorf("%s", got)
	}
}
