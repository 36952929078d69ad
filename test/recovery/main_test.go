//go:build slow

package recovery

import (
	"testing"

	"holdfast.dev/internal/platform/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }
