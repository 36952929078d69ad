package publish

import (
	"bytes"
	"compress/gzip"
	"strings"

	"github.com/andybalholm/brotli"
)

// Encoded is a document with its compressed forms; those that would not be smaller are nil.
type Encoded struct {
	Plain, Gzip, Brotli []byte
}

// minCompress is the size below which compressing is not worth a header, in bytes.
const minCompress = 860

// encode compresses a document of a type that is worth it. The levels are those that cost some milliseconds.
func encode(body []byte, contentType string) Encoded {
	e := Encoded{Plain: body}
	if len(body) < minCompress || strings.HasPrefix(contentType, "image/") && !strings.HasPrefix(contentType, "image/svg") {
		return e
	}
	var gz, br bytes.Buffer
	w, _ := gzip.NewWriterLevel(&gz, 6) // the level is valid
	_, err1 := w.Write(body)
	err2 := w.Close()
	if err1 == nil && err2 == nil && gz.Len() < len(body) {
		e.Gzip = gz.Bytes()
	}
	b := brotli.NewWriterLevel(&br, 5)
	_, err1 = b.Write(body)
	err2 = b.Close()
	if err1 == nil && err2 == nil && br.Len() < len(body) {
		e.Brotli = br.Bytes()
	}
	return e
}
