package incoming

import (
	"strings"
	"testing"
	"unicode/utf8"

	"holdfast.dev/internal/product/oncall/alert"
)

func TestSubjectsOfOneMatterAreOneAlert(t *testing.T) {
	for subject, want := range map[string]string{
		"[PROBLEM] db1 disk":         "firing mail:db1 disk",
		"Re: [PROBLEM] db1 disk":     "firing mail:db1 disk",
		"[RESOLVED] db1 disk":        "resolved mail:db1 disk",
		"RECOVERY: db1 disk":         "resolved mail:db1 disk",
		"** RESOLVED ** db1 disk":    "resolved mail:db1 disk",
		"AW: OK - db1 disk":          "resolved mail:db1 disk",
		"CRITICAL: db1 disk":         "firing mail:db1 disk",
		"db1 disk":                   "firing mail:db1 disk",
		"Okay, db1 disk":             "firing mail:okay, db1 disk",
		"Upgrade of db1":             "firing mail:upgrade of db1",
		"Alerting rules were edited": "firing mail:alerting rules were edited",
	} {
		e, err := readMail([]byte("Subject: "+subject+"\r\n\r\nx\r\n"), "a@example.com")
		if err != nil || e.Status+" "+e.Alias != want {
			t.Errorf("%s: %s %s, not %s (%v)", subject, e.Status, e.Alias, want, err)
		}
	}
}

// FuzzReadMail: whatever arrives is refused or becomes something that an alert can hold.
func FuzzReadMail(f *testing.F) {
	f.Add("Subject: x\r\n\r\nx")
	f.Add("Subject: =?utf-8?q?a=00b?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n####\r\n--b--")
	f.Add("Content-Type: text/html; charset=utf-16\r\n\r\n<a>\xff\xfe")
	f.Fuzz(func(t *testing.T, s string) {
		e, err := readMail([]byte(s), "a@example.com")
		if err != nil {
			return
		}
		n := alert.New{Message: e.Message, Description: e.Description, Alias: fittingAlias(e.Alias)}
		if err := n.Check(); err != nil || !utf8.ValidString(e.Message+e.Description) || strings.Contains(e.Message+e.Description, "\x00") {
			t.Fatalf("%q: %+v %v", s, e, err)
		}
	})
}
