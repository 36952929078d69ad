package rest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/channel"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/user"
)

// sign makes a link as messages carry it.
func (w *world) sign(l channel.Link) (token string) {
	w.t.Helper()
	err := w.v.Read(w.ctx, func(tx *volume.Tx) error {
		set, err := channel.LoadSettings(w.ctx, tx)
		if err == nil {
			token = channel.Sign(set.LinkSecret, l)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

func (w *world) personID(username string) (id string) {
	w.t.Helper()
	err := w.v.Read(w.ctx, func(tx *volume.Tx) error {
		r, err := roster.Load(context.Background(), tx)
		if err == nil {
			id = r.Person(username).ID
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestAcknowledgingByLink(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e)
		id := w.async("POST", "/v2/alerts", `{"message":"<b>fire</b>","priority":"P1"}`)["alertId"].(string)
		token := w.sign(channel.Link{What: channel.LinkAck, ID: id, Person: w.personID("ann@example.com"), Until: w.clock.Now().Add(time.Hour)})
		page := w.raw("GET", "/api/oncall/link/"+token, "", "")
		if page.Code != 200 || !strings.Contains(page.Body.String(), `<form method="post"><button type="submit">Acknowledge</button>`) || strings.Contains(page.Body.String(), "<b>fire") || strings.Contains(page.Body.String(), "<script") {
			t.Fatal(page.Code, page.Body.String())
		}
		if a := w.ok(200, "GET", "/v2/alerts/"+id, ""); a["acknowledged"] != false {
			t.Fatal("following a link must not act")
		}
		if page = w.raw("POST", "/api/oncall/link/"+token, "application/x-www-form-urlencoded", ""); page.Code != 200 || !strings.Contains(page.Body.String(), "This alert is acknowledged") {
			t.Fatal(page.Code, page.Body.String())
		}
		if a := w.ok(200, "GET", "/v2/alerts/"+id, ""); a["acknowledged"] != true || a["owner"] != "ann@example.com" {
			t.Fatal(a)
		}
		shut := w.sign(channel.Link{What: channel.LinkClose, ID: id, Person: w.personID("ann@example.com"), Until: w.clock.Now().Add(time.Hour)})
		if page = w.raw("POST", "/api/oncall/link/"+shut, "", ""); page.Code != 200 {
			t.Fatal(page.Code)
		}
		if a := w.ok(200, "GET", "/v2/alerts/"+id, ""); a["status"] != "closed" {
			t.Fatal(a)
		}
	})
}

func TestForgedAndOldLinksAreRefused(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	id := w.async("POST", "/v2/alerts", `{"message":"fire"}`)["alertId"].(string)
	ann := w.personID("ann@example.com")
	token := w.sign(channel.Link{What: channel.LinkAck, ID: id, Person: ann, Until: w.clock.Now().Add(time.Hour)})
	forged := channel.Sign([]byte("another secret"), channel.Link{What: channel.LinkAck, ID: id, Person: ann, Until: w.clock.Now().Add(time.Hour)})
	for name, bad := range map[string]string{"another secret": forged, "cut": token[:len(token)-2], "nothing": "x", "changed": "A" + token[1:],
		"for something else": w.sign(channel.Link{What: channel.LinkCalendar, ID: id, Person: ann}), "for nobody": w.sign(channel.Link{What: channel.LinkAck, ID: id, Person: "nobody"}),
		"for no alert": w.sign(channel.Link{What: channel.LinkAck, ID: "nonsense", Person: ann})} {
		if rec := w.raw("POST", "/api/oncall/link/"+bad, "", ""); rec.Code != 404 {
			t.Errorf("%s: %d", name, rec.Code)
		}
	}
	w.clock.Advance(2 * time.Hour)
	if rec := w.raw("POST", "/api/oncall/link/"+token, "", ""); rec.Code != 410 {
		t.Errorf("old: %d", rec.Code)
	}
	if a := w.ok(200, "GET", "/v2/alerts/"+id, ""); a["acknowledged"] != false {
		t.Error("a refused link acknowledged")
	}
}

func FuzzOpenLink(f *testing.F) {
	secret := []byte("0123456789abcdef")
	f.Add(channel.Sign(secret, channel.Link{What: "ack", ID: "a", Person: "p", Until: time.Unix(1<<31, 0)}))
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		l, err := channel.Open(secret, token, time.Unix(1, 0))
		if err == nil && channel.Sign(secret, l) != strings.TrimRight(token, "\r\n") {
			t.Fatalf("%q opened as %+v", token, l)
		}
	})
}

func TestRepliesToTextMessages(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	w.person = w.join("boss", true)
	w.ok(200, "PUT", "/api/oncall/provider", `{"sms":{"url":"https://sms.example/"},"voice":{"url":""},"secret":"topsecret"}`)
	w.person = nil
	ann := w.personID("ann@example.com")
	contact := &user.Contact{PersonID: ann, Method: user.SMS, Address: "1-5551234567", Enabled: true, Verified: true}
	sent := func(alertID string) (message string) {
		err := w.v.Write(w.ctx, func(tx *volume.Tx) error {
			if contact.ID == "" {
				if err := user.SaveContact(w.ctx, tx, contact); err != nil {
					return err
				}
			}
			m, _, err := notification.Queue(w.ctx, tx, notification.Message{ContactID: contact.ID, PersonID: ann, Method: user.SMS, Address: contact.Address, Kind: notification.KindAlert},
				notification.Delivery{AlertID: alertID, Action: notification.CreateAlert})
			if err != nil {
				return err
			}
			m.State, message = notification.Sent, m.ID
			return notification.Settle(w.ctx, tx, m)
		})
		if err != nil {
			t.Fatal(err)
		}
		return message
	}
	reply := func(status int, path, body string, headers ...string) {
		t.Helper()
		if rec := w.raw("POST", "/api/oncall"+path, "application/json", body, headers...); rec.Code != status {
			t.Fatalf("%s: %d %s", body, rec.Code, rec.Body)
		}
	}
	first := w.async("POST", "/v2/alerts", `{"message":"one"}`)["alertId"].(string)
	m := sent(first)
	reply(401, "/gateway", `{"from":"+1 555 123 4567","reply":"ack"}`, "Authorization", "Bearer wrong")
	reply(404, "/gateway", `{"from":"+1 555 000 0000","reply":"ack"}`, "Authorization", "Bearer topsecret")
	reply(200, "/gateway", `{"id":"`+m+`","status":"delivered"}`, "Authorization", "Bearer topsecret")
	if a := w.ok(200, "GET", "/v2/alerts/"+first, ""); a["acknowledged"] != false {
		t.Fatal("a receipt is no answer")
	}
	reply(200, "/gateway", `{"from":"+1 555 123 4567","reply":" Ack please"}`, "Authorization", "Bearer topsecret")
	if a := w.ok(200, "GET", "/v2/alerts/"+first, ""); a["acknowledged"] != true || a["owner"] != "ann@example.com" {
		t.Fatal(a)
	}
	w.clock.Advance(time.Minute)
	second := w.async("POST", "/v2/alerts", `{"message":"two"}`)["alertId"].(string)
	token := w.sign(channel.Link{What: channel.LinkCallback, ID: sent(second), Person: ann, Until: w.clock.Now().Add(time.Hour)})
	reply(404, "/callback/"+token[1:], `{"digits":"6"}`)
	reply(200, "/callback/"+token, `{"digits":"6"}`)
	if a := w.ok(200, "GET", "/v2/alerts/"+second, ""); a["status"] != "closed" {
		t.Fatal(a)
	}
	if rs := w.list("/v2/alerts/" + first + "/recipients"); at(rs, "1.method") != "sms" && at(rs, "0.method") != "sms" {
		t.Fatal(rs)
	}
}
