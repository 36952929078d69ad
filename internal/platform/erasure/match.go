package erasure

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"holdfast.dev/internal/base/ids"
)

// Hashes recognise what was erased of one person.
type Hashes struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"` // mail addresses and telephone numbers
}

// HashesOf makes the hashes of a person's name and addresses.
func HashesOf(org ids.Org, name string, addresses []string) Hashes {
	h := Hashes{Name: hash(org, name)}
	for _, a := range addresses {
		if strings.TrimSpace(a) != "" {
			h.Addresses = append(h.Addresses, hash(org, a))
		}
	}
	return h
}

// hash is apart for each organization, so that nobody can tell that two of them erased the same person.
func hash(org ids.Org, text string) string {
	sum := sha256.Sum256([]byte("holdfast erasure\x00" + org.String() + "\x00" + strings.ToLower(strings.TrimSpace(text))))
	return hex.EncodeToString(sum[:])
}

// Name stands where a person's name was.
const Name = "Erased person"

// Set recognises everybody who was erased in an organization.
type Set struct {
	org       ids.Org
	Accounts  []ids.Account
	names     map[string]string // account to hash of the name
	addresses map[string]string // hash to what stands in its place
}

// NewSet makes a set of an organization's records.
func NewSet(org ids.Org, records []Record) *Set {
	s := &Set{org: org, names: map[string]string{}, addresses: map[string]string{}}
	for _, r := range records {
		s.Accounts = append(s.Accounts, r.Account)
		s.names[r.Account.String()] = r.Hashes.Name
		for _, a := range r.Hashes.Addresses {
			s.addresses[a] = "erased-" + r.Account.String()[len("user_"):] + "@erased.invalid"
		}
	}
	return s
}

// Empty tells whether nobody was erased.
func (s *Set) Empty() bool { return len(s.Accounts) == 0 }

var (
	mailAddress = regexp.MustCompile(`[\pL\pN._%+'-]+@[\pL\pN.-]+`)
	quoted      = regexp.MustCompile(`"((?:[^"\\]|\\.){1,400})"`)
)

// Clean gives a cell without what was erased. names are the hashes of the people whom the cell's row is about: a name alone proves nobody, since others
// have it too.
func (s *Set) Clean(cell string, names map[string]bool) string {
	if cell == "" {
		return cell
	}
	if new, ok := s.whole(cell, names); ok {
		return new
	}
	if strings.Contains(cell, "@") {
		cell = mailAddress.ReplaceAllStringFunc(cell, func(found string) string {
			bare := strings.TrimRight(strings.TrimLeft(found, "'.-"), ".-'")
			if new, ok := s.addresses[hash(s.org, bare)]; ok {
				return strings.Replace(found, bare, new, 1)
			}
			return found
		})
	}
	if strings.Contains(cell, `"`) {
		cell = quoted.ReplaceAllStringFunc(cell, func(found string) string {
			if new, ok := s.whole(found[1:len(found)-1], names); ok {
				return `"` + new + `"`
			}
			return found
		})
	}
	return cell
}

// whole recognises a text that is an address or a name and nothing else.
func (s *Set) whole(text string, names map[string]bool) (string, bool) {
	if len(text) > 400 {
		return "", false
	}
	h := hash(s.org, text)
	if new, ok := s.addresses[h]; ok {
		return new, true
	}
	if names[h] {
		return Name, true
	}
	return "", false
}

// about gives the hashes of the names of the people whose identifiers a row holds.
func (s *Set) about(cells []string) map[string]bool {
	var out map[string]bool
	for account, name := range s.names {
		for _, c := range cells {
			if strings.Contains(c, account) {
				if out == nil {
					out = map[string]bool{}
				}
				out[name] = true
				break
			}
		}
	}
	return out
}
