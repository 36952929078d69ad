package engine_test

import (
	"context"
	"strings"
	"testing"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/user"
)

func TestAddressesInsideAreNotCalled(t *testing.T) {
	tell(t, func(s *story) {
		const inside, outside = "http://169.254.169.254/latest/meta-data", "https://example.com/hook"
		c := user.Contact{PersonID: "ann", Method: user.Webhook, Address: inside, Secret: "x", Enabled: true}
		s.Write(func(ctx context.Context, tx *volume.Tx) error {
			if err := user.SaveContact(ctx, tx, &c); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("it is entered: %v", err)
			}
			return nil
		})
		s.contact(user.Contact{PersonID: "ann", Method: user.Webhook, Address: outside, Secret: "x"})
		s.rule("ann", notification.Rule{Body: notification.Body{Steps: []notification.Step{{Method: user.Webhook, To: inside, Enabled: true}}}})
		s.Write(func(ctx context.Context, tx *volume.Tx) error { // it was entered while the operator let customers call it
			_, err := tx.ExecText(ctx, "UPDATE contact SET address = $1 WHERE address = $2", inside, outside)
			return err
		})
		s.raise("P1", "ssrf", who("ann"))
		s.logged("addresses inside of the operator's network are not called")
	})
}

// TestAlertsInjectNoHeaders: what an alert says is a mail's text and subject, never a header or a receiver of it.
func TestAlertsInjectNoHeaders(t *testing.T) {
	tell(t, func(s *story) {
		s.raise("P2", "fire\r\nBcc: mallory@example.com\r\nX-Evil: 1\r\n\r\nbody", who("ann"))
		mails := s.Inbox.Take()
		if len(mails) != 1 || mails[0].To != "ann@acme.example" || strings.ContainsAny(mails[0].Subject, "\r\n") || !strings.Contains(mails[0].Subject, "fire") {
			t.Fatalf("%+v", mails)
		}
		for _, name := range []string{"Bcc", "X-Evil"} {
			if v := mails[0].Header.Get(name); v != "" {
				t.Errorf("the mail has a header %s: %s", name, v)
			}
		}
	})
}
