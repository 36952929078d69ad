// Package upload makes files that people send safe to keep and show: plain names, types that say what a browser may do, small pictures. It keeps
// nothing and knows no product.
package upload

import (
	"bytes"
	"errors"
	"image"
	_ "image/gif" // for image.Decode
	_ "image/jpeg"
	"image/png"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"unicode"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // for image.Decode
)

// maxPixels bounds the pictures that are decoded: a small file can claim a huge picture.
const maxPixels = 40_000_000

// thumbnailSide is the longer side of a thumbnail in pixels.
const thumbnailSide = 320

// ErrNoPicture is the error of Thumbnail for what is no picture of a known kind, or too large a one.
var ErrNoPicture = errors.New("no picture of a known kind")

// CleanName reduces what a client calls a file to a plain name: no folders, no control characters, 255 bytes at most.
func CleanName(s string) string {
	s = path.Base(strings.ReplaceAll(strings.ToValidUTF8(s, "_"), `\`, "/"))
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '/' || strings.ContainsRune(`<>:"|?*`, r) || unicode.Is(unicode.Bidi_Control, r) {
			return '_'
		}
		return r
	}, s)
	s = strings.Trim(s, " .")
	if s == "" {
		return "file"
	}
	if len(s) > 255 {
		ext := path.Ext(s)
		if len(ext) > 20 {
			ext = ""
		}
		s = strings.ToValidUTF8(s[:255-len(ext)], "") + ext
	}
	return s
}

// TypeOf gives the MIME type of a file by its name, and by its first bytes when the name says nothing.
func TypeOf(name string, head []byte) string {
	t := mime.TypeByExtension(strings.ToLower(path.Ext(name)))
	if t == "" {
		t = http.DetectContentType(head)
	}
	t, _, _ = strings.Cut(t, ";")
	return t
}

// SafeType gives the type under which a content is sent: what a browser could run becomes plain bytes.
func SafeType(t string) string {
	switch base, _, _ := strings.Cut(strings.ToLower(t), ";"); strings.TrimSpace(base) {
	case "text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml", "text/javascript", "application/javascript", "application/x-javascript", "text/css", "multipart/x-mixed-replace", "":
		return "application/octet-stream"
	}
	if strings.HasSuffix(t, "+xml") {
		return "application/octet-stream"
	}
	return t
}

// Thumbnail makes a small PNG of a picture and gives the size of the original; ErrNoPicture for what is none.
func Thumbnail(content io.ReadSeeker) (thumbnail []byte, width, height int, err error) {
	config, _, err := image.DecodeConfig(content)
	if err != nil || config.Width < 1 || config.Height < 1 {
		return nil, 0, 0, ErrNoPicture
	}
	if config.Width > maxPixels/config.Height {
		return nil, config.Width, config.Height, ErrNoPicture
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return nil, 0, 0, err
	}
	full, _, err := image.Decode(content)
	if err != nil {
		return nil, 0, 0, ErrNoPicture
	}
	w, h := full.Bounds().Dx(), full.Bounds().Dy()
	tw, th := w, h
	if longer := max(w, h); longer > thumbnailSide {
		tw, th = max(1, w*thumbnailSide/longer), max(1, h*thumbnailSide/longer)
	}
	small := image.NewRGBA(image.Rect(0, 0, tw, th))
	draw.ApproxBiLinear.Scale(small, small.Bounds(), full, full.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	if err := png.Encode(&b, small); err != nil {
		return nil, 0, 0, err
	}
	return b.Bytes(), w, h, nil
}
