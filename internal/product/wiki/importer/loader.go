// Package importer takes what the vendor's wiki exported: spaces with their pages, blog posts, comments, attachments, all of them with their history and
// times, labels, restrictions, watches and templates. Identifiers are kept where they are free.
//
// It promises that an import can be stopped and run again and takes nothing twice, that an export that cannot be read leaves nothing behind, and that
// the report counts every row of the export: taken, there already, or not taken and why.
package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/archivefile"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/importer/csvexport"
	"holdfast.dev/internal/product/wiki/importer/source"
	"holdfast.dev/internal/product/wiki/importer/xmlexport"
	"holdfast.dev/internal/product/wiki/needs"
)

// Loader takes what lies at one place into one site.
type Loader struct {
	Volume    *volume.Volume
	Directory needs.Directory
	Blobs     needs.Blobs
	Clock     clock.Clock
	Batch     int // pages, versions, comments and files a commit; batchItems when 0
	// Progress is told what is done and how much of it: KiB of the export that were read, files that were stored, pages that were written. It may be nil.
	Progress func(step string, done, total int64, unit string)
}

// run is one export being taken.
type run struct {
	*Loader
	archive *archivefile.Archive
	prefix  string // of the names of the export's files
	total   int64
	batch   int
	started time.Time
	report  *Report

	m           *model
	people      *people
	knownBefore map[knownKey]mapped
	keys        map[string]bool // of spaces, taken in this run
	stored      map[*item]storedFile
	media       map[*item]string
	values      *converter
	guards      map[int64]int64
	groups      map[string]bool
	labelled    map[string]bool // labels that something got
	labelThere  map[string]bool // labels that something had from an earlier run
}

// Load takes every export that it finds at a place: a zip, a folder or an archive, of one export or of several. The report is complete also when the
// error says that the import was stopped: what it counts as taken is committed.
func (l *Loader) Load(ctx context.Context, place string) (*Report, error) {
	start := l.Clock.Now()
	report := &Report{Source: place, Exports: []string{}, Types: []*TypeReport{}, Notes: []*Reason{}}
	err := l.load(ctx, place, report, start)
	report.Finished = err == nil
	report.Seconds = l.Clock.Now().Sub(start).Seconds()
	if report.Seconds > 0 {
		report.PagesPerSecond = float64(report.Pages) / report.Seconds
	}
	report.sort()
	return report, err
}

func (l *Loader) load(ctx context.Context, place string, report *Report, start time.Time) (err error) {
	a, err := archivefile.Open(place)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	found := exports(a)
	if len(found) == 0 {
		return fault.Bad("%s holds no entities.xml, which an XML export of Confluence has, and no content.csv, which a CSV export has.", place)
	}
	total := int64(0)
	for _, e := range found {
		for _, f := range e.files {
			total += f.Size
		}
	}
	var pages []int64
	for _, e := range found {
		report.Exports = append(report.Exports, e.name())
		if kind := e.kind; report.Kind == "" || report.Kind == kind {
			report.Kind = kind
		} else {
			report.Kind = "several"
		}
		r := &run{Loader: l, archive: a, prefix: e.prefix, total: total, batch: cmp.Or(l.Batch, batchItems), started: start, report: report,
			keys: map[string]bool{}, guards: map[int64]int64{}, groups: map[string]bool{}, labelled: map[string]bool{}, labelThere: map[string]bool{}}
		if err := r.take(ctx, e); err != nil {
			return fmt.Errorf("%s: %w", e.name(), err)
		}
		pages = append(pages, r.standingPages()...)
	}
	if err := l.backlinks(ctx, pages); err != nil {
		return err
	}
	if report.Pages == 0 {
		return nil
	}
	report.sort()
	return l.Volume.Write(ctx, func(tx *volume.Tx) error {
		_, err := tx.Exec(ctx, qRun, fmt.Sprintf("%s %d", place, start.UnixMicro()), report.Kind, place, clock.Micros(start), clock.Micros(l.Clock.Now()), report.String())
		return err
	})
}

// export is one export in an archive: the files below a folder.
type export struct {
	prefix     string
	kind       string // "xml" or "csv"
	files      []*archivefile.File
	descriptor *archivefile.File
}

func (e *export) name() string {
	if e.prefix == "" {
		return "."
	}
	return strings.TrimSuffix(e.prefix, "/")
}

// exports finds the exports in an archive by their main file.
func exports(a *archivefile.Archive) []*export {
	var out []*export
	by := map[string]*export{}
	of := func(name, kind string) *export {
		prefix := strings.TrimSuffix(name, path.Base(name))
		if by[prefix] == nil {
			by[prefix] = &export{prefix: prefix, kind: kind}
			out = append(out, by[prefix])
		}
		return by[prefix]
	}
	for _, f := range a.Files {
		switch base := strings.ToLower(path.Base(f.Name)); {
		case base == "entities.xml" || base == "entities.xml.gz":
			e := of(f.Name, "xml")
			e.files = append(e.files, f)
		case base == "content.csv" || base == "content.csv.gz":
			of(f.Name, "csv")
		}
	}
	for _, f := range a.Files {
		base := path.Base(f.Name)
		e := by[strings.TrimSuffix(f.Name, base)]
		switch {
		case e == nil:
		case strings.HasPrefix(base, "exportDescriptor.properties"):
			e.descriptor = f
		case e.kind == "csv" && (strings.HasSuffix(base, ".csv") || strings.HasSuffix(base, ".csv.gz")):
			e.files = append(e.files, f)
		}
	}
	return out
}

func (l *run) tell(step string, done, total int64, unit string) {
	if l.Progress != nil {
		l.Progress(step, min(done, total), total, unit)
	}
}

// take reads an export to its end before anything of it is written.
func (l *run) take(ctx context.Context, e *export) (err error) {
	bodies, err := newSpool()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bodies.Close()) }()
	l.m = newModel(bodies)
	counted := &Report{}
	if err := l.describe(e); err != nil {
		return err
	}
	for _, f := range e.files {
		if err := l.read(ctx, e, f, counted); err != nil {
			return err
		}
	}
	if err := bodies.flush(); err != nil {
		return err
	}
	l.m.link(counted)
	if l.people, err = l.m.findPeople(ctx, l.Directory); err != nil {
		return err
	}
	if err := l.plan(ctx); err != nil {
		return err
	}
	if err := l.nameMedia(ctx); err != nil {
		return err
	}
	l.values = newConverter(l.m, l.people, l.media)
	if err := l.files(ctx); err != nil {
		return err
	}
	l.countPeople(counted)
	l.report.merge(counted)
	if err := l.spaces(ctx); err != nil {
		return err
	}
	if err := l.pages(ctx); err != nil {
		return err
	}
	if err := l.homepages(ctx); err != nil {
		return err
	}
	l.dropped(l.report)
	l.labelsTaken()
	l.details()
	return nil
}

// describe reads the descriptor of an export: the zone of its times, and the group of everybody.
func (l *run) describe(e *export) error {
	if e.descriptor == nil {
		return nil
	}
	r, err := e.descriptor.Open()
	if err != nil {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err = errors.Join(err, r.Close()); err != nil {
		return err
	}
	for _, line := range strings.Split(string(b), "\n") {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch name {
		case "timezoneId":
			if z, err := time.LoadLocation(strings.ReplaceAll(value, `\`, "")); err == nil {
				l.m.zone = z
			}
		case "defaultUsersGroup":
			l.m.common = value
		}
	}
	return nil
}

func (l *run) read(ctx context.Context, e *export, f *archivefile.File, counted *Report) (err error) {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	var r source.Reader
	var faults func() source.Faults
	if e.kind == "csv" {
		table, err := csvexport.New(f.Name, in)
		if err != nil {
			return err
		}
		r, faults = table, func() source.Faults { return nil }
	} else {
		x, err := xmlexport.New(f.Name, in)
		if err != nil {
			return err
		}
		r, faults = x, x.Faults
	}
	for n := 0; ; n++ {
		o, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := l.m.collect(o, counted); err != nil {
			return err
		}
		if n%1000 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			l.tell("reading "+e.name(), l.archive.Read()>>10, max(l.total>>10, 1), "KiB")
		}
	}
	for what, n := range faults() {
		counted.note(what, f.Name, n)
	}
	return nil
}

// pages prepares in one goroutine and writes in another, so that both cores work.
func (l *run) pages(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan *batch, 1)
	failed := make(chan error, 1)
	go func() {
		defer close(batches)
		failed <- l.prepare(ctx, batches)
	}()
	total, done := int64(0), int64(0)
	for _, s := range l.m.spaces {
		total += int64(len(l.m.inTree(s)))
	}
	for b := range batches {
		if err := l.write(ctx, b); err != nil {
			stop()
			for range batches { // let the other one end
			}
			<-failed //nolint:errcheck // err came first
			return err
		}
		done += int64(len(b.units))
		l.tell("taking pages", done, total, "pages")
	}
	return <-failed
}

// labelsTaken counts the labels that something here has.
func (l *run) labelsTaken() {
	for id, is := range l.m.labels {
		switch {
		case l.labelled[id] || l.m.onTemplates[id] && !l.before():
			l.report.taken(aLabel, 1)
		case l.labelThere[id] || l.m.onTemplates[id]:
			l.report.there(aLabel, 1)
		default:
			l.report.notTaken(aLabel, "nothing that was taken has it", is.name, 1)
		}
	}
}

// before tells whether all spaces of the export came with an earlier run.
func (l *run) before() bool {
	return len(l.m.spaces) > 0 && !slices.ContainsFunc(l.m.spaces, func(s *space) bool { return !s.there })
}

func (l *run) countPeople(r *Report) {
	count := r.taken
	if l.before() {
		count = r.there
	}
	count(aPerson, len(l.m.users))
	count(anAccount, l.m.accounts)
}

// details counts the properties that something was made of.
func (l *run) details() {
	for _, i := range l.m.items {
		of := l.m.standing(i.id)
		switch {
		case of == nil || of.owner == nil:
			l.report.notTaken(aDetail, "its content was not taken", i.name(), i.detailed)
		case of.there:
			l.report.there(aDetail, i.detailed)
		default:
			l.report.taken(aDetail, i.detailed)
		}
	}
}

func joined(ids []int64) string { return strings.Join(digits(ids), ",") }
