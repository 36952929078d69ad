package volume

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
)

// Create makes a new, empty volume of its first or a later generation: schema, triggers, and a first commit that names the schema.
func (p *Pool) Create(ctx context.Context, ref Ref, place Place) error {
	name := ref.Name(place.Generation)
	kind, ok := p.kinds[ref.Kind]
	if !ok {
		return fmt.Errorf("create volume %s: no kind %q", ref, ref.Kind)
	}
	if e, ok := place.Engine.(atOnce); ok {
		db, err := e.Fresh(name)
		if err == nil {
			h := &hot{pool: p, ref: ref, kind: kind, place: place, db: db}
			err = errors.Join(h.create(ctx), db.Close())
		}
		if err != nil {
			return fmt.Errorf("create volume %s: %w", ref, err)
		}
		return nil
	}
	if err := p.createDatabase(ctx, kind, place.Engine, name); err != nil {
		return fmt.Errorf("create volume %s: %w", ref, err)
	}
	db, err := place.Engine.Open(ctx, name)
	if err != nil {
		return errors.Join(err, place.Engine.Remove(ctx, name))
	}
	h := &hot{pool: p, ref: ref, kind: kind, place: place, db: db}
	if err := errors.Join(h.create(ctx), db.Close()); err != nil {
		return errors.Join(fmt.Errorf("create volume %s: %w", ref, err), place.Engine.Remove(ctx, name))
	}
	return nil
}

// atOnce is an engine that makes a database together with what is first written to it.
type atOnce interface {
	Fresh(name string) (storage.DB, error)
}

// templating is an engine that makes a database as a copy of one made before.
type templating interface {
	Template(ctx context.Context, fill func(*storage.Tx) error) ([]byte, error)
	CreateFrom(ctx context.Context, name string, template []byte) error
}

// template is the schema of a kind as a database, made when it is needed first.
type template struct {
	once sync.Once
	data []byte
	err  error

	files  journal.FileScan // knows its triggers
	seeded []string         // see Kind.Seeded
}

func (p *Pool) template(name string) *template {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.templates[name]
	if t == nil {
		t = &template{}
		p.templates[name] = t
	}
	return t
}

// seeded is Kind.Seeded, asked once.
func (p *Pool) seeded(ctx context.Context, kind Kind) ([]string, error) {
	t := p.template("seeds of " + kind.Name)
	t.once.Do(func() { t.seeded, t.err = kind.Seeded(context.WithoutCancel(ctx)) })
	return t.seeded, t.err
}

// createDatabase makes a database that has no commit yet: with the schema where the engine can copy one, since the statements of a schema of a hundred
// tables and their triggers take some forty times as long as its bytes; without it elsewhere.
func (p *Pool) createDatabase(ctx context.Context, kind Kind, engine storage.Engine, name string) error {
	e, ok := engine.(templating)
	if !ok {
		return engine.Create(ctx, name)
	}
	t := p.template(kind.Name)
	t.once.Do(func() {
		t.data, t.err = e.Template(context.WithoutCancel(ctx), func(tx *storage.Tx) error { return kind.Install(ctx, tx) })
	})
	if t.err != nil {
		return fmt.Errorf("the schema of %s: %w", kind.Name, t.err)
	}
	return e.CreateFrom(ctx, name, t.data)
}

// Install makes the schema and the journal in an empty database.
func (k Kind) Install(ctx context.Context, tx *storage.Tx) error {
	if _, err := storage.Migrate(ctx, tx, k.Migrations); err != nil {
		return err
	}
	return journal.Install(ctx, tx, k.Tables)
}
