//go:build slow

package compat

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRestrictedCommentsAreForThoseTheyAreFor: a comment and a work log for administrators are not in what others get, alone, in lists, in the issue and by
// their identifiers, nor counted there.
func TestRestrictedCommentsAreForThoseTheyAreFor(t *testing.T) {
	makeProject(t, "HUSH", "Hushed")
	call(t, "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"HUSH"},"issuetype":{"name":"Task"},"summary":"x"}}`)
	id := func(path, body string) string {
		t.Helper()
		status, _, got := call(t, "POST", path, body)
		var made struct{ ID string }
		if err := json.Unmarshal([]byte(got), &made); err != nil || status != 201 {
			t.Fatalf("%d %s", status, got)
		}
		return made.ID
	}
	const forAdmins = `,"visibility":{"type":"role","value":"Administrators"}}`
	open := id("/rest/api/2/issue/HUSH-1/comment", `{"body":"for everybody"}`)
	secret := id("/rest/api/2/issue/HUSH-1/comment", `{"body":"hushed words"`+forAdmins)
	log := id("/rest/api/2/issue/HUSH-1/worklog", `{"timeSpent":"1h","comment":"hushed work"`+forAdmins)

	bob := otherPerson(t, "bob@example.com")
	for _, path := range []string{"/rest/api/2/issue/HUSH-1", "/rest/api/2/issue/HUSH-1/comment", "/rest/api/2/issue/HUSH-1/worklog", "/rest/api/2/search?jql=project%3DHUSH&fields=*all"} {
		if _, _, mine := call(t, "GET", path, ""); !strings.Contains(mine, "hushed") {
			t.Errorf("%s keeps what is restricted from its author: %s", path, mine)
		}
		status, _, theirs := call(t, "GET", path, "", "Authorization", "Bearer "+bob)
		if status != 200 || strings.Contains(theirs, "hushed") || strings.Contains(theirs, `"total":2,"startAt":0}`) {
			t.Errorf("%s tells somebody else: %d %s", path, status, theirs)
		}
	}
	for _, path := range []string{"/rest/api/3/issue/HUSH-1/comment/" + secret, "/rest/api/3/issue/HUSH-1/worklog/" + log, "/rest/api/3/comment/" + secret + "/properties"} {
		if status, _, got := call(t, "GET", path, "", "Authorization", "Bearer "+bob); status != 404 {
			t.Errorf("%s: %d %s", path, status, got)
		}
	}
	_, _, list := call(t, "POST", "/rest/api/2/comment/list", fmt.Sprintf(`{"ids":[%s,%s]}`, open, secret), "Authorization", "Bearer "+bob)
	if strings.Contains(list, "hushed") || !strings.Contains(list, "for everybody") {
		t.Errorf("comment/list: %s", list)
	}
	_, _, list = call(t, "POST", "/rest/api/2/worklog/list", fmt.Sprintf(`{"ids":[%s]}`, log), "Authorization", "Bearer "+bob)
	if list != "[]" {
		t.Errorf("worklog/list: %s", list)
	}
}

// otherPerson makes somebody without rights of an administrator and gives a token of theirs.
func otherPerson(t *testing.T, address string) string {
	t.Helper()
	cli := func(stdin string, args ...string) string {
		cmd := exec.Command(filepath.Join(filepath.Dir(running.data), "holdfast"), append(args, "--data", running.data)...)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
	cli(password, "user", "create", address, "--name", "Bob Stone", "--org", running.org, "--password-stdin")
	return cli("", "token", "create", "--email", address)
}
