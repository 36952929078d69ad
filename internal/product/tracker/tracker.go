package tracker

import (
	"context"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/needs"
)

// Deps is what the tracker needs from its surroundings.
type Deps struct {
	// Volume gives the work volume of the site in the context.
	Volume    func(ctx context.Context) (*volume.Volume, error)
	Directory needs.Directory
	Blobs     needs.Blobs
	Clock     clock.Clock
}
