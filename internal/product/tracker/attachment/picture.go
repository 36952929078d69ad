package attachment

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
	"strconv"
	"strings"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // for image.Decode
)

// maxPixels bounds the pictures that are decoded: a small file can claim a huge picture.
const maxPixels = 40_000_000

// thumbnailSide is the longer side of a thumbnail in pixels.
const thumbnailSide = 320

var errNoPicture = errors.New("no picture of a known kind")

// Thumbnail makes a small PNG of a picture and gives the size of the original; errNoPicture for what is none.
func Thumbnail(content io.ReadSeeker) (thumbnail []byte, width, height int, err error) {
	config, _, err := image.DecodeConfig(content)
	if err != nil || config.Width < 1 || config.Height < 1 {
		return nil, 0, 0, errNoPicture
	}
	if config.Width > maxPixels/config.Height {
		return nil, config.Width, config.Height, errNoPicture
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return nil, 0, 0, err
	}
	full, _, err := image.Decode(content)
	if err != nil {
		return nil, 0, 0, errNoPicture
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

// IsNoPicture tells whether Thumbnail refused because there is no picture.
func IsNoPicture(err error) bool { return errors.Is(err, errNoPicture) }

// TypeOf gives the MIME type of a file by its name, and by its first bytes when the name says nothing.
func TypeOf(name string, head []byte) string {
	t := mime.TypeByExtension(strings.ToLower(path.Ext(name)))
	if t == "" {
		t = http.DetectContentType(head)
	}
	t, _, _ = strings.Cut(t, ";")
	return t
}

// Inline tells whether a browser may show a file inside a page of ours: real pictures of pixels only, nothing that can hold a script.
func (f *File) Inline() bool {
	switch f.MIME {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return f.Width > 0
	}
	return false
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func number(n int) any {
	if n == 0 {
		return nil
	}
	return n
}
