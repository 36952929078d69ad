package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/archivefile"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/upload"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/attachment"
)

// storedFile is the contents of one version of an attachment, safe in the vault. why says what kept it from being there.
type storedFile struct {
	blob, thumbnail, mime string
	size                  int64
	width, height         int
	why                   string
}

// files stores the contents of all attachments that are to be taken, in the order of the archive. They lie under
// attachments/<page>/<attachment>/<version>; some exports have the attachment's own identifier for older versions, others that of the newest.
func (l *run) files(ctx context.Context) error {
	wanted := map[string]*item{}
	for _, i := range l.m.items {
		if i.class != "Attachment" || i.original != "" || i.dropped != "" || i.there {
			continue
		}
		for _, v := range append([]*item{i}, i.versions...) { // the current one first: broken histories have a number twice
			for _, id := range []string{i.id, v.id} {
				name := fmt.Sprintf("%sattachments/%s/%s/%d", l.prefix, i.container.ID, id, max(v.version, 1))
				if wanted[name] == nil {
					wanted[name] = v
				}
			}
		}
	}
	l.stored = map[*item]storedFile{}
	if len(wanted) == 0 {
		return nil
	}
	return l.archive.Each(func(f *archivefile.File) bool { return wanted[f.Name] != nil }, func(f *archivefile.File, r io.Reader) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		v := wanted[f.Name]
		if l.stored[v].blob != "" {
			return nil
		}
		s, err := l.store(ctx, v, r)
		if err != nil {
			return fmt.Errorf("attachment %s: %w", v.name(), err)
		}
		l.stored[v] = s
		l.tell("storing attachments", int64(len(l.stored)), int64(len(wanted)), "files")
		return nil
	})
}

// store keeps one file and makes its thumbnail, as an upload does.
func (l *run) store(ctx context.Context, v *item, r io.Reader) (s storedFile, err error) {
	s.blob, s.size, err = l.Blobs.Put(ctx, r, attachment.MaxSize)
	if fault.Is(err, fault.KindTooLarge) {
		return storedFile{why: fmt.Sprintf("it is larger than the %d MB that an attachment can have", attachment.MaxSize>>20)}, nil
	}
	if err != nil {
		return s, err
	}
	kept, err := l.Blobs.Open(ctx, s.blob)
	if err != nil {
		return s, err
	}
	defer kept.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(kept, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return s, err
	}
	s.mime = upload.TypeOf(v.title, head[:n])
	if _, err := kept.Seek(0, io.SeekStart); err != nil {
		return s, err
	}
	small, width, height, err := upload.Thumbnail(kept)
	if errors.Is(err, upload.ErrNoPicture) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	s.width, s.height = width, height
	s.thumbnail, _, err = l.Blobs.Put(ctx, bytes.NewReader(small), attachment.MaxSize)
	return s, err
}

// nameMedia gives every attachment its identifier in documents: the one it has, or a new one.
func (l *run) nameMedia(ctx context.Context) error {
	l.media = map[*item]string{}
	byLocal := map[int64]*item{}
	var there []int64
	for _, i := range l.m.items {
		if i.class != "Attachment" || i.original != "" || i.dropped != "" {
			continue
		}
		if i.there {
			byLocal[i.local] = i
			there = append(there, i.local)
			continue
		}
		l.media[i] = ids.New[ids.Media](l.started).String()
	}
	return l.Volume.Read(ctx, func(tx *volume.Tx) error {
		const part = 5000
		for ; len(there) > 0; there = there[min(part, len(there)):] {
			rows, err := tx.Query(ctx, qMediaOf, "["+joined(there[:min(part, len(there))])+"]")
			if err != nil {
				return err
			}
			if err := scanMedia(rows, func(id int64, media string) { l.media[byLocal[id]] = media }); err != nil {
				return err
			}
		}
		return nil
	})
}

func scanMedia(rows *storage.Rows, found func(id int64, media string)) error {
	defer rows.Close()
	for rows.Next() {
		var id int64
		var media string
		if err := rows.Scan(&id, &media); err != nil {
			return err
		}
		found(id, media)
	}
	return rows.Err()
}
