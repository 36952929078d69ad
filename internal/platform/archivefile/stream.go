package archivefile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"

	"holdfast.dev/internal/base/fault"
)

// unpack takes gzip off a stream, within limits. A file that is called .gz and is none is given as it is: some exporters name files so.
func unpack(name string, c io.Closer, r *counter) (io.ReadCloser, error) {
	if !strings.HasSuffix(strings.ToLower(name), ".gz") {
		return stream{r, c}, nil
	}
	buffered := bufio.NewReaderSize(r, 1<<16)
	if head, _ := buffered.Peek(2); !bytes.Equal(head, []byte{0x1f, 0x8b}) {
		return stream{buffered, c}, nil
	}
	z, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, errors.Join(fault.Bad("%s is no gzip file: %v", name, err), c.Close())
	}
	return stream{&bounded{r: z, packed: func() int64 { return r.n }}, c}, nil
}

type stream struct {
	io.Reader
	io.Closer
}

// counter counts what is read of the file on the disk.
type counter struct {
	r     io.Reader
	count func(int64)
	n     int64
}

// Read implements io.Reader.
func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	c.count(int64(n))
	return n, err
}

// bounded refuses streams that grow beyond measure while they are unpacked.
type bounded struct {
	r      io.Reader
	packed func() int64
	n      int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	if b.n > MaxExpanded || b.n > RatioFrom && b.n > MaxRatio*max(b.packed(), 1) {
		return n, fault.Bad("The file grows to more than %d times its size when it is unpacked; that is no export.", MaxRatio)
	}
	return n, err
}
