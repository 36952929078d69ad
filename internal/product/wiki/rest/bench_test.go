package rest_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/richtext/adf"
)

const benchPages = 50_000

var words = strings.Fields("release notes of the engine that keeps every page safe while people write plans and decisions about payment search index tree space macro build deploy review incident")

// dense makes the document of a usual page: headings, paragraphs, a list and a macro.
func dense(seed int) *adf.Node {
	doc := adf.Doc(adf.Block("extension", map[string]any{"extensionType": "com.atlassian.confluence.macro.core", "extensionKey": "children", "parameters": map[string]any{"macroParams": map[string]any{}}}))
	for i := range 12 {
		var b strings.Builder
		for j := range 40 {
			b.WriteString(words[(seed*7+i*13+j*j)%len(words)] + " ")
		}
		if i%4 == 0 {
			doc.Content = append(doc.Content, adf.Block("heading", map[string]any{"level": 2}, adf.Text(fmt.Sprintf("Part %d", i))))
		}
		doc.Content = append(doc.Content, adf.Paragraph(adf.Text(b.String())))
	}
	return doc
}

// bigSite is a wiki of 50,000 pages in ten spaces, three levels deep.
func bigSite(b *testing.B, e storage.Engine) (*site, []int64) {
	b.Helper()
	s := newSite(b, e)
	var all []int64
	for n := range 10 {
		s.must("ann", "POST", "/api/wiki/spaces", fmt.Sprintf(`{"key":"S%d","name":"Space %d"}`, n, n))
	}
	var spaces *space.Spaces
	ctx := context.Background()
	if err := s.v.Read(ctx, func(tx *volume.Tx) (err error) { spaces, err = space.Read(ctx, tx); return err }); err != nil {
		b.Fatal(err)
	}
	for from := 0; from < benchPages; from += 1000 {
		err := s.v.Write(ctx, func(tx *volume.Tx) error {
			first, err := content.NextID(ctx, tx, 1000)
			if err != nil {
				return err
			}
			sp := spaces.All[from/5000]
			for i := range int64(1000) {
				parent := sp.HomepageID
				if i%30 != 0 {
					parent = first + i - i%30
				}
				c := &content.Content{ID: first + i, Kind: content.Page, SpaceID: sp.ID, ParentID: parent, Position: (i + 1) << 16, Title: fmt.Sprintf("%s page %s %d", words[int(i)%len(words)], words[int(i*7)%len(words)], from+int(i)), Status: content.Current, Version: 1, Author: s.account("ann"), Editor: s.account("ann"), Created: start, Updated: start.Add(time.Duration(from+int(i)) * time.Second)}
				doc := dense(from + int(i))
				if err := content.Insert(ctx, tx, c); err != nil {
					return err
				}
				if err := content.InsertVersion(ctx, tx, &content.Version{ContentID: c.ID, Number: 1, Title: c.Title, Body: string(doc.JSON()), Author: c.Author, Created: start}); err != nil {
					return err
				}
				if err := content.Index(ctx, tx, c.ID, c.Title, doc); err != nil {
					return err
				}
				all = append(all, c.ID)
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return s, all
}

// timed runs something again and again and reports the median and the 99th percentile in milliseconds.
func timed(b *testing.B, f func(i int)) {
	b.Helper()
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		f(i)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkWiki measures what people wait for, through the router, on 50,000 pages:
//
//	go test ./internal/product/wiki/rest -run '^$' -bench Wiki -benchtime 1000x
func BenchmarkWiki(b *testing.B) {
	s, all := bigSite(b, sqliteEngine(b))
	get := s.getting
	page := func(i int) int64 { return all[(i*7919)%len(all)] }
	b.Run("page view", func(b *testing.B) {
		get(b, func(i int) string { return fmt.Sprintf("/api/wiki/pages/%d", page(i)) })
	})
	b.Run("page view v1 html", func(b *testing.B) {
		get(b, func(i int) string {
			return fmt.Sprintf("/wiki/rest/api/content/%d?expand=body.view,version,ancestors", page(i))
		})
	})
	b.Run("tree", func(b *testing.B) {
		get(b, func(i int) string {
			return fmt.Sprintf("/api/wiki/spaces/S%d/tree/path?page=%d", i%10, all[i%10*5000+i%5000])
		})
	})
	b.Run("suggest", func(b *testing.B) {
		get(b, func(i int) string { return "/api/wiki/suggest?q=" + words[i%len(words)] + fmt.Sprintf("+%d", i%500) })
	})
	b.Run("search", func(b *testing.B) {
		get(b, func(i int) string {
			return fmt.Sprintf("/api/wiki/search?q=%s+%d", words[i%len(words)], i*37%benchPages)
		})
	})
	broad(b, get)
	b.Run("publish", func(b *testing.B) {
		bodies := []string{string(dense(1).JSON()), string(dense(2).JSON())}
		timed(b, func(i int) {
			if code, body := s.do("bob", http.MethodPost, fmt.Sprintf("/api/wiki/pages/%d/publish", page(i)), `{"body":`+bodies[i%2]+`}`); code != 200 {
				b.Fatalf("%d %s", code, body)
			}
		})
	})
}

// BenchmarkWikiPostgres is what search costs on the other engine. The server has its statistics by then, as a site that grew has them.
func BenchmarkWikiPostgres(b *testing.B) {
	s, _ := bigSite(b, storagetest.Postgres(b))
	err := s.v.Write(context.Background(), func(tx *volume.Tx) error {
		_, err := tx.ExecText(context.Background(), "ANALYZE")
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("search", func(b *testing.B) {
		s.getting(b, func(i int) string {
			return fmt.Sprintf("/api/wiki/search?q=%s+%d", words[i%len(words)], i*37%benchPages)
		})
	})
	broad(b, s.getting)
}

// getting measures answers to somebody who is no administrator.
func (s *site) getting(b *testing.B, path func(i int) string) {
	timed(b, func(i int) {
		if w := s.raw("bob", http.MethodGet, path(i)); w.Code != 200 {
			b.Fatalf("%d %s", w.Code, w.Body)
		}
	})
}

// broad measures searches that nearly every page fits.
func broad(b *testing.B, get func(*testing.B, func(int) string)) {
	b.Run("suggest two letters on most titles", func(b *testing.B) {
		get(b, func(i int) string { return "/api/wiki/suggest?q=" + []string{"pa", "re", "ma"}[i%3] })
	})
	b.Run("search words that all pages have", func(b *testing.B) {
		get(b, func(i int) string {
			return "/api/wiki/search?q=" + strings.Join([]string{words[i%len(words)], words[i*3%len(words)], words[i*5%len(words)]}[:1+i%3], "+")
		})
	})
	b.Run("cql of words that all pages have in a space", func(b *testing.B) {
		get(b, func(i int) string {
			return fmt.Sprintf("/wiki/rest/api/search?cql=text~%%22%s+%s%%22+and+space=S%d+and+type=page", words[i*3%len(words)], words[1], i%10)
		})
	})
	b.Run("cql by date in a space", func(b *testing.B) {
		get(b, func(i int) string {
			return fmt.Sprintf("/wiki/rest/api/content/search?cql=space=S%d+and+created>=%%222026-01-01%%22+order+by+created", i%10)
		})
	})
	b.Run("cql of words that all pages have by date", func(b *testing.B) {
		get(b, func(i int) string {
			return fmt.Sprintf("/wiki/rest/api/content/search?cql=text~%%22%s+%s%%22+order+by+lastmodified+desc", words[0], words[i*3%len(words)])
		})
	})
}
