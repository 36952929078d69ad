//go:build slow

package compat

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opsgenie/opsgenie-go-sdk-v2/alert"
	"github.com/opsgenie/opsgenie-go-sdk-v2/client"
	"github.com/opsgenie/opsgenie-go-sdk-v2/heartbeat"
	"github.com/sirupsen/logrus"
)

// oncallKey makes an API key by the command line, as an administrator does.
func oncallKey(t *testing.T, s *server) string {
	t.Helper()
	out, err := exec.Command(filepath.Join(filepath.Dir(s.data), "holdfast"), "oncall", "key", "create", "--site", "acme", "--data", s.data).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	key := strings.TrimSpace(string(out))
	if strings.ContainsAny(key, " \n") || !strings.HasPrefix(key, "oncall-") {
		t.Fatalf("not a key alone: %q", key)
	}
	return key
}

// warnings collects what the client complains about.
type warnings struct{ said []string }

func (w *warnings) Levels() []logrus.Level {
	return []logrus.Level{logrus.WarnLevel, logrus.ErrorLevel}
}

func (w *warnings) Fire(e *logrus.Entry) error {
	w.said = append(w.said, e.Message)
	return nil
}

func opsgenieConfig(t *testing.T) *client.Config {
	t.Helper()
	log := logrus.New()
	w := &warnings{}
	log.AddHook(w)
	t.Cleanup(func() {
		if len(w.said) > 0 {
			t.Errorf("the client complains: %v", w.said)
		}
	})
	return &client.Config{ApiKey: oncallKey(t, running), OpsGenieAPIURL: client.ApiUrl(strings.TrimPrefix(running.base, "http://")), Logger: log}
}

// TestOpsgenieSDKLifeOfAnAlert goes through the whole life of an alert by Opsgenie's own client.
func TestOpsgenieSDKLifeOfAnAlert(t *testing.T) {
	ctx := context.Background()
	c, err := alert.NewClient(opsgenieConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	done := func(result *alert.AsyncAlertResult, err error) *alert.RequestStatusResult {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		status, err := result.RetrieveStatus(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !status.IsSuccess {
			t.Errorf("%+v", status)
		}
		return status
	}
	made := done(c.Create(ctx, &alert.CreateAlertRequest{Message: "Disk is full", Alias: "sdk-disk", Description: "98 %", Tags: []string{"a", "b"}, Details: map[string]string{"host": "db1"}, Entity: "db1", Source: "sdk", Priority: alert.P1,
		User: "Bob", Note: "look", Actions: []string{"Restart"}, Responders: []alert.Responder{{Type: alert.UserResponder, Username: email}}}))
	if made.Action != "Create" || made.AlertID == "" || made.Alias != "sdk-disk" || made.ProcessedAt.IsZero() || made.IntegrationId == "" {
		t.Errorf("%+v", made)
	}
	get := func() *alert.GetAlertResult {
		t.Helper()
		got, err := c.Get(ctx, &alert.GetAlertRequest{IdentifierType: alert.ALIAS, IdentifierValue: "sdk-disk"})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if a := get(); a.Id != made.AlertID || a.Status != "open" || a.Count != 1 || a.Priority != alert.P1 || len(a.Tags) != 2 || a.Details["host"] != "db1" || len(a.Responders) != 1 || a.Integration.Type != "API" || a.CreatedAt.IsZero() {
		t.Errorf("%+v", a)
	}
	done(c.Create(ctx, &alert.CreateAlertRequest{Message: "Disk is full", Alias: "sdk-disk"}))
	if a := get(); a.Count != 2 {
		t.Errorf("count %d", a.Count)
	}
	id := func() (alert.AlertIdentifier, string) { return alert.ALIAS, "sdk-disk" }
	kind, name := id()
	done(c.Acknowledge(ctx, &alert.AcknowledgeAlertRequest{IdentifierType: kind, IdentifierValue: name, User: "Bob", Note: "mine"}))
	if a := get(); !a.Acknowledged || a.Report.AcknowledgedBy != "Bob" {
		t.Errorf("%+v", a)
	}
	done(c.Unacknowledge(ctx, &alert.UnacknowledgeAlertRequest{IdentifierType: kind, IdentifierValue: name}))
	done(c.Snooze(ctx, &alert.SnoozeAlertRequest{IdentifierType: kind, IdentifierValue: name, EndTime: time.Now().Add(time.Hour)}))
	if a := get(); !a.Snoozed || a.SnoozedUntil.IsZero() {
		t.Errorf("%+v", a)
	}
	done(c.AddNote(ctx, &alert.AddNoteRequest{IdentifierType: kind, IdentifierValue: name, Note: "half way"}))
	done(c.AddTags(ctx, &alert.AddTagsRequest{IdentifierType: kind, IdentifierValue: name, Tags: []string{"c"}}))
	done(c.RemoveTags(ctx, &alert.RemoveTagsRequest{IdentifierType: kind, IdentifierValue: name, Tags: "a"}))
	done(c.AddDetails(ctx, &alert.AddDetailsRequest{IdentifierType: kind, IdentifierValue: name, Details: map[string]string{"k": "v"}}))
	done(c.RemoveDetails(ctx, &alert.RemoveDetailsRequest{IdentifierType: kind, IdentifierValue: name, Keys: "host"}))
	done(c.UpdateMessage(ctx, &alert.UpdateMessageRequest{IdentifierType: kind, IdentifierValue: name, Message: "Disk is very full"}))
	done(c.UpdateDescription(ctx, &alert.UpdateDescriptionRequest{IdentifierType: kind, IdentifierValue: name, Description: "99 %"}))
	done(c.UpdatePriority(ctx, &alert.UpdatePriorityRequest{IdentifierType: kind, IdentifierValue: name, Priority: alert.P2}))
	done(c.AssignAlert(ctx, &alert.AssignRequest{IdentifierType: kind, IdentifierValue: name, Owner: alert.User{Username: email}}))
	done(c.AddResponder(ctx, &alert.AddResponderRequest{IdentifierType: kind, IdentifierValue: name, Responder: alert.Responder{Type: alert.UserResponder, Username: email}}))
	done(c.ExecuteCustomAction(ctx, &alert.ExecuteCustomActionAlertRequest{IdentifierType: kind, IdentifierValue: name, Action: "Restart"}))
	if a := get(); a.Message != "Disk is very full" || a.Description != "99 %" || a.Priority != alert.P2 || strings.Join(a.Tags, "") != "bc" || a.Details["k"] != "v" || a.Details["host"] != "" || a.Owner != email {
		t.Errorf("%+v", a)
	}
	sdkReads(t, c, name)
	done(c.Close(ctx, &alert.CloseAlertRequest{IdentifierType: kind, IdentifierValue: name, Source: "sdk"}))
	if a := get(); a.Status != "closed" || a.Report.CloseTime == 0 {
		t.Errorf("%+v", a)
	}
	done(c.Delete(ctx, &alert.DeleteAlertRequest{IdentifierType: alert.ALERTID, IdentifierValue: made.AlertID}))
	unknown, err := c.Close(ctx, &alert.CloseAlertRequest{IdentifierType: kind, IdentifierValue: "nobody"})
	if err != nil {
		t.Fatal(err)
	}
	if status, err := unknown.RetrieveStatus(ctx); err != nil || status.IsSuccess || status.Status != "Alert does not exist" {
		t.Errorf("%+v %v", status, err)
	}
}

// sdkReads reads an alert in every way.
func sdkReads(t *testing.T, c *alert.Client, name string) {
	t.Helper()
	ctx := context.Background()
	logs, err := c.ListAlertLogs(ctx, &alert.ListAlertLogsRequest{IdentifierType: alert.ALIAS, IdentifierValue: name, Limit: 5, Order: alert.Asc})
	if err != nil || len(logs.AlertLog) != 5 || !strings.HasPrefix(logs.AlertLog[0].Log, "Alert created via API") || logs.Paging["next"] == "" {
		t.Errorf("%+v %v", logs, err)
	}
	notes, err := c.ListAlertNotes(ctx, &alert.ListAlertNotesRequest{IdentifierType: alert.ALIAS, IdentifierValue: name})
	if err != nil || len(notes.AlertLog) != 3 || notes.AlertLog[0].Note != "half way" {
		t.Errorf("%+v %v", notes, err)
	}
	if _, err := c.ListAlertRecipients(ctx, &alert.ListAlertRecipientRequest{IdentifierType: alert.ALIAS, IdentifierValue: name}); err != nil {
		t.Error(err)
	}
	list, err := c.List(ctx, &alert.ListAlertRequest{Query: "status: open AND tag: c", Limit: 10, Sort: alert.CreatedAt, Order: alert.Desc})
	if err != nil || len(list.Alerts) != 1 || list.Alerts[0].Alias != name {
		t.Errorf("%+v %v", list, err)
	}
	count, err := c.CountAlerts(ctx, &alert.CountAlertsRequest{Query: "alias: sdk-*"})
	if err != nil || count.Count != 1 {
		t.Errorf("%+v %v", count, err)
	}
	saved, err := c.CreateSavedSearch(ctx, &alert.CreateSavedSearchRequest{Name: "sdk", Query: "status: open", Owner: alert.User{Username: email}})
	if err != nil || saved.Id == "" {
		t.Fatal(saved, err)
	}
	if got, err := c.GetSavedSearch(ctx, &alert.GetSavedSearchRequest{IdentifierType: alert.NAME, IdentifierValue: "sdk"}); err != nil || got.Query != "status: open" {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := c.DeleteSavedSearch(ctx, &alert.DeleteSavedSearchRequest{IdentifierType: alert.ID, IdentifierValue: saved.Id}); err != nil {
		t.Error(err)
	}
	file, err := c.CreateAlertAttachments(ctx, &alert.CreateAlertAttachmentRequest{IdentifierType: alert.ALIAS, IdentifierValue: name, FileName: "compat_note.txt", FilePath: fileOf(t, "compat_note.txt", "a drawing"), User: "Bob"})
	if err != nil || file.Attachment.Id == "" {
		t.Fatalf("%+v %v", file, err)
	}
	files, err := c.ListAlertsAttachments(ctx, &alert.ListAttachmentsRequest{IdentifierType: alert.ALIAS, IdentifierValue: name})
	if err != nil || len(files.Attachment) != 1 || files.Attachment[0].Name != "compat_note.txt" {
		t.Errorf("%+v %v", files, err)
	}
	if _, err := c.DeleteAlertAttachment(ctx, &alert.DeleteAttachmentRequest{IdentifierType: alert.ALIAS, IdentifierValue: name, AttachmentId: file.Attachment.Id}); err != nil {
		t.Error(err)
	}
}

// TestOpsgenieSDKHeartbeats makes, pings, switches and removes a heartbeat.
func TestOpsgenieSDKHeartbeats(t *testing.T) {
	ctx := context.Background()
	c, err := heartbeat.NewClient(opsgenieConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	on := true
	made, err := c.Add(ctx, &heartbeat.AddRequest{Name: "sdk-backup", Interval: 10, IntervalUnit: heartbeat.Minutes, Enabled: &on, AlertTag: []string{"x"}, AlertPriority: "P2"})
	if err != nil || made.Name != "sdk-backup" || made.Interval != 10 {
		t.Fatalf("%+v %v", made, err)
	}
	pong, err := c.Ping(ctx, "sdk-backup")
	if err != nil || pong.Message != "PONG - Heartbeat received" {
		t.Errorf("%+v %v", pong, err)
	}
	if got, err := c.Get(ctx, "sdk-backup"); err != nil || got.Expired || !got.Enabled || got.AlertPriority != "P2" {
		t.Errorf("%+v %v", got, err)
	}
	if got, err := c.Update(ctx, &heartbeat.UpdateRequest{Name: "sdk-backup", Interval: 2, IntervalUnit: heartbeat.Hours, Enabled: &on}); err != nil || got.Name != "sdk-backup" {
		t.Errorf("%+v %v", got, err)
	}
	if got, err := c.Disable(ctx, "sdk-backup"); err != nil || got.Enabled {
		t.Errorf("%+v %v", got, err)
	}
	if got, err := c.Enable(ctx, "sdk-backup"); err != nil || !got.Enabled {
		t.Errorf("%+v %v", got, err)
	}
	if list, err := c.List(ctx); err != nil || len(list.Heartbeats) != 1 {
		t.Errorf("%+v %v", list, err)
	}
	if gone, err := c.Delete(ctx, "sdk-backup"); err != nil || gone.Message != "Deleted" {
		t.Errorf("%+v %v", gone, err)
	}
}

// fileOf writes a file and gives its folder's path, as the client wants it.
func fileOf(t *testing.T, name, content string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir + "/"
}
