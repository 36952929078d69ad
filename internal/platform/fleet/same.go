package fleet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// What a watcher asks again and again is whether every site and every placement is as it was: by their rows, whoever changed them and however, never by
// the number of a commit, which a stray statement does not make. The database puts the rows into one value, which costs a tenth of handing out each.

var (
	qSitesPrint = storage.Register("fleet/site.print", `SELECT coalesce(group_concat(x, char(10)), '') FROM (SELECT id || ' ' || org_id || ' ' || slug || ' ' || state || ' ' || state_us || ' ' || created_us || ' ' || name AS x FROM site ORDER BY id)`,
		storage.On(storage.Postgres, `SELECT coalesce(encode(sha256(convert_to(string_agg(x, chr(10) ORDER BY id), 'UTF8')), 'hex'), '') FROM (SELECT id, id || ' ' || org_id || ' ' || slug || ' ' || state || ' ' || state_us || ' ' || created_us || ' ' || name AS x FROM site) AS s`))
	qPlacesPrint = storage.Register("fleet/placement.print", `SELECT coalesce(group_concat(x, char(10)), '') FROM (SELECT kind || '@' || owner || ' ' || generation AS x FROM placement ORDER BY kind, owner)`,
		storage.On(storage.Postgres, `SELECT coalesce(encode(sha256(convert_to(string_agg(x, chr(10) ORDER BY kind, owner), 'UTF8')), 'hex'), '') FROM (SELECT kind, owner, kind || '@' || owner || ' ' || generation AS x FROM placement) AS p`))
)

// LoadIfDifferent reads the control database anew when a row of a site or a placement is not as it was when this read it last, and tells whether one
// was. Products and sandboxes alone do not count.
func (f *Fleet) LoadIfDifferent(ctx context.Context) (bool, error) {
	var sites, places string
	err := f.control.Read(ctx, func(tx *volume.Tx) error {
		if err := tx.Get(ctx, qSitesPrint, nil, &sites); err != nil {
			return err
		}
		return tx.Get(ctx, qPlacesPrint, nil, &places)
	})
	if err != nil {
		return false, err
	}
	sum := sha256.Sum256([]byte(sites + "\n\n" + places))
	print := hex.EncodeToString(sum[:])
	if last := f.print.Load(); last != nil && *last == print {
		return false, nil
	}
	// What changes between the two readings makes the next print another one, so that it is read then.
	if err := f.Load(ctx); err != nil {
		return false, err
	}
	f.print.Store(&print)
	return true, nil
}
