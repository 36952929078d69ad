package app

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/access/role"
)

const secretMail, secretName = "Bruna.Geheim@acme.example", "Bruna Geheimnis"

// traces lists where something of Bruna is in a volume.
func (w *town) traces(ref volume.Ref) (out []string) {
	w.t.Helper()
	ctx := w.t.Context()
	err := w.node.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
		names, err := storage.TableNames(ctx, tx.Tx)
		if err != nil {
			return err
		}
		for _, name := range names {
			if strings.HasPrefix(name, "journal_") || strings.Contains(name, "_search") { // the journal is the vault's; indexes follow their tables
				continue
			}
			cols, err := storage.Describe(ctx, tx.Tx, name)
			if err != nil {
				return err
			}
			for _, c := range cols.Names {
				found, err := storage.AllText(ctx, tx.Tx, fmt.Sprintf(`SELECT CAST(%[1]s AS TEXT) FROM %[2]s WHERE lower(CAST(%[1]s AS TEXT)) LIKE '%%geheim%%'`, storage.Quote(c), storage.Quote(name)),
					func(r *storage.Rows) (v string, err error) { return v, r.Scan(&v) })
				if err != nil {
					return err
				}
				for _, v := range found {
					out = append(out, fmt.Sprintf("%s.%s.%s: %s", ref.Kind, name, c, v))
				}
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *town) allTraces() (out []string) {
	for _, ref := range append(w.node.orgVolumes(w.acme.Org), fleet.ControlRef) {
		out = append(out, w.traces(ref)...)
	}
	return out
}

func (w *town) must(method, path, body, token string) string {
	w.t.Helper()
	code, out := w.call(http.DefaultClient, method, "/s/acme"+path, body, bearer(token)...)
	if code/100 != 2 {
		w.t.Fatalf("%s %s: %d %s", method, path, code, out)
	}
	return out
}

// bruna is somebody who has left traces everywhere.
func bruna(t *testing.T) *town {
	w := newTown(t)
	ctx := identity.AsSystem(context.Background(), "test")
	id, err := w.node.products.access.CreateAccount(ctx, w.acme.Org, access.NewPerson{Email: secretMail, Name: secretName, Password: testPassword})
	if err == nil {
		err = w.node.grant(ctx, w.acme.Org, "acme", id, role.Member)
	}
	if err != nil {
		t.Fatal(err)
	}
	token, err := w.node.products.access.CreateToken(ctx, w.acme.Org, secretMail, "mine", 0)
	if err != nil {
		t.Fatal(err)
	}
	ann := w.token["acme"]
	w.must("POST", "/rest/api/3/project", `{"key":"SEA","name":"Sea","projectTypeKey":"software","leadAccountId":"`+id.String()+`"}`, ann)
	for i := range 4 {
		w.must("POST", "/rest/api/2/issue", fmt.Sprintf(`{"fields":{"project":{"key":"SEA"},"issuetype":{"name":"Task"},"summary":"Sail %d","description":"Ask %s, or (%s)."}}`, i, secretMail, strings.ToUpper(secretMail)), token)
		w.must("PUT", fmt.Sprintf("/rest/api/2/issue/SEA-%d/assignee", i+1), `{"accountId":"`+id.String()+`"}`, ann)
		w.must("PUT", fmt.Sprintf("/rest/api/2/issue/SEA-%d/assignee", i+1), `{"accountId":null}`, ann)
	}
	if _, err := w.node.AddContact(ctx, "acme", "", fleet.Contact{Name: secretName, Email: secretMail, Role: "buyer"}); err != nil {
		t.Fatal(err)
	}
	if err := w.node.syncPeople(ctx, w.acme); err != nil {
		t.Fatal(err)
	}
	if found := w.allTraces(); len(found) < 12 {
		t.Fatalf("only %d traces: %q", len(found), found)
	}
	return w
}

func TestAnErasedPersonIsNowhereAndNoRestoreBringsThemBack(t *testing.T) {
	w := bruna(t)
	org, err := w.node.Fleet.Org(w.acme.Org)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.node.ErasePerson(as("ann"), org, "nobody@acme.example", "she asked for it"); !fault.Is(err, fault.KindNotFound) {
		t.Fatal(err)
	}
	if _, err := w.node.ErasePerson(as("ann"), org, secretMail, " "); !fault.Is(err, fault.KindInvalid) {
		t.Fatal(err)
	}
	erased, err := w.node.ErasePerson(as("ann"), org, strings.ToLower(secretMail), "she asked for it")
	if err != nil {
		t.Fatal(err)
	}
	if found := w.allTraces(); len(found) > 0 || len(erased.Changed) < 5 {
		t.Fatalf("after the erasure of %v there is %q", erased.Changed, found)
	}
	if err := w.node.syncPeople(as("ann"), w.acme); err != nil || len(w.allTraces()) > 0 {
		t.Fatalf("the copy of people for on-call: %v", err)
	}
	if again, err := w.node.ReplayErasures(as("ann"), org.ID); err != nil || len(again) > 0 {
		t.Fatalf("a second run changed %v, %v", again, err)
	}
	if _, err := w.node.products.access.AccountByEmail(t.Context(), org.ID, "ann@acme.example"); err != nil {
		t.Fatalf("somebody else is gone: %v", err)
	}

	file := filepath.Join(t.TempDir(), "acme.tar")
	if _, err := w.node.ExportSite(as("ann"), w.acme, file, func(Progress) {}); err != nil {
		t.Fatal(err)
	}
	if copied, err := os.ReadFile(file); err != nil || bytes.Contains(bytes.ToLower(copied), []byte(strings.ToLower(secretMail))) {
		t.Fatalf("a copy that was taken after the erasure holds the person: %v", err)
	}

	work := volume.Ref{Kind: "work", Owner: w.acme.ID.String()}
	if err := w.node.Shipper.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	frames, err := w.node.Vault.History(t.Context(), work.String())
	if err != nil {
		t.Fatal(err)
	}
	head := frames[len(frames)-1].To
	rapid.Check(t, func(rt *rapid.T) {
		seq := rapid.Int64Range(2, head).Draw(rt, "commit")
		if _, err := w.node.RestoreSite(as("ann"), w.acme, recovery.Target{Commit: seq}, "test", nil); err != nil {
			rt.Fatalf("restore to %d of %d: %v", seq, head, err)
		}
		if found := w.allTraces(); len(found) > 0 {
			rt.Fatalf("a restore to commit %d brought back %q", seq, found)
		}
	})

	// The same through a copy on disk that is older than the erasure, and through a rebuild.
	place := w.node.Fleet.Generation(work)
	if err := w.node.Pool.Evict(t.Context(), work); err != nil {
		t.Fatal(err)
	}
	if err := w.node.Engine.Remove(t.Context(), work.Name(place)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.node.Recovery.Rebuild(as("ann"), work); err != nil {
		t.Fatal(err)
	}
	if found := w.allTraces(); len(found) > 0 {
		t.Fatalf("a rebuild brought back %q", found)
	}
}
