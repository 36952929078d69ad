package recovery

import (
	"fmt"
	"strings"
	"time"

	"holdfast.dev/internal/platform/vault"
)

// outcome is what the ledger says of a restore that is done: what was asked, and for every volume the commit whose state it has, the
// newest commit before, and the digest that was proven.
func outcome(t Target, volumes []Built) string {
	var b strings.Builder
	b.WriteString(describe(t))
	for _, v := range volumes {
		fmt.Fprintf(&b, "; %s %d of %d %s", v.Ref.Kind, v.Target, v.Head, v.Digest)
		if v.Lost != nil {
			fmt.Fprintf(&b, "; lost of %s: from %d to %d in %s", v.Ref.Kind, v.Lost.From, v.Lost.To, strings.Join(v.Lost.Damaged, ","))
		}
	}
	return b.String()
}

// Lost reads what a restore that the ledger speaks of knew to be lost of a volume; ok is false where that was nothing.
func Lost(detail, kind string) (g vault.Gap, ok bool) {
	for part := range strings.SplitSeq(detail, "; ") {
		rest, of := strings.CutPrefix(part, "lost of "+kind+": ")
		if !of {
			continue
		}
		var objects string
		n, _ := fmt.Sscanf(rest, "from %d to %d in %s", &g.From, &g.To, &objects)
		g.Damaged = strings.FieldsFunc(objects, func(r rune) bool { return r == ',' })
		return g, n >= 2
	}
	return g, false
}

// Outcome reads one volume's part of what the ledger says of a restore; ok is false when it says nothing of the kind.
func Outcome(detail, kind string) (target, head int64, digest string, ok bool) {
	for part := range strings.SplitSeq(detail, "; ") {
		var k string
		if n, err := fmt.Sscanf(part, "%s %d of %d %s", &k, &target, &head, &digest); n == 4 && err == nil && k == kind {
			return target, head, digest, true
		}
	}
	return 0, 0, "", false
}

// Asked gives what was asked of a restore that the ledger speaks of: "to commit 17", for instance.
func Asked(detail string) string {
	asked, _, _ := strings.Cut(detail, "; ")
	return asked
}

// Changed tells whether a restore that the ledger speaks of changed any volume.
func Changed(detail string) bool {
	for part := range strings.SplitSeq(detail, "; ") {
		var kind, digest string
		var target, head int64
		if n, err := fmt.Sscanf(part, "%s %d of %d %s", &kind, &target, &head, &digest); n == 4 && err == nil && target != head {
			return true
		}
	}
	return false
}

func describe(t Target) string {
	if len(t.Kinds) > 0 {
		only := strings.Join(t.Kinds, ", ")
		t.Kinds = nil
		return describe(t) + " (" + only + " alone)"
	}
	switch {
	case !t.Undo.IsZero():
		return "undo of " + t.Undo.String()
	case t.Commit > 0:
		return fmt.Sprintf("to commit %d", t.Commit)
	case !t.At.IsZero():
		return "to " + t.At.UTC().Format(time.RFC3339Nano)
	}
	return "to the newest state in the vault"
}
