package rest

import (
	"strings"

	"holdfast.dev/internal/base/fault"
)

// named reads the subscribers that a call names: "all", a list, or texts separated by commas.
func named(v any) (ids []string, all bool, err error) {
	switch x := v.(type) {
	case string:
		if x == "all" {
			return nil, true, nil
		}
		for s := range strings.SplitSeq(x, ",") {
			if s = strings.TrimSpace(s); s != "" {
				ids = append(ids, s)
			}
		}
	case []any:
		for _, e := range x {
			s, ok := e.(string)
			if !ok {
				return nil, false, fault.Invalid("subscribers", "Subscribers must be identifiers")
			}
			ids = append(ids, s)
		}
	}
	if len(ids) == 0 || len(ids) > maxMany {
		return nil, false, fault.Invalid("subscribers", "Subscribers must be \"all\" or a list of identifiers")
	}
	return ids, false, nil
}
