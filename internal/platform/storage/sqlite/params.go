package sqlite

import "strings"

// positional turns the numbered parameters $1, $2, … of a statement into ?, and tells which argument each of them takes. To SQLite $1 is a name: it
// keeps a list of the names and goes through it once for every parameter that is bound, which for a statement with hundreds takes longer than running it.
// order is nil where there are none.
func positional(text string) (out string, order []int) {
	if !strings.Contains(text, "$") {
		return text, nil
	}
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(text); {
		if n := skipped(text[i:]); n > 0 {
			b.WriteString(text[i : i+n])
			i += n
			continue
		}
		number, n := numbered(text[i:])
		if n == 0 {
			b.WriteByte(text[i])
			i++
			continue
		}
		order = append(order, number-1)
		b.WriteByte('?')
		i += n
	}
	return b.String(), order
}

// skipped gives the length of the quoted text or comment that a statement goes on with.
func skipped(s string) int {
	end := ""
	switch {
	case s[0] == '\'' || s[0] == '"' || s[0] == '`': // a doubled quote ends one text and begins the next
		end = s[:1]
	case s[0] == '[':
		end = "]"
	case strings.HasPrefix(s, "--"):
		end = "\n"
	case strings.HasPrefix(s, "/*"):
		end = "*/"
	default:
		return 0
	}
	from := min(len(s), 1)
	if len(end) == 2 {
		from = 2
	}
	if i := strings.Index(s[from:], end); i >= 0 {
		return from + i + len(end)
	}
	return len(s)
}

// numbered reads $1: its number, and its length, 0 where there is none.
func numbered(s string) (number, length int) {
	if s[0] != '$' {
		return 0, 0
	}
	i := 1
	for ; i < len(s) && i < 7 && s[i] >= '0' && s[i] <= '9'; i++ {
		number = number*10 + int(s[i]-'0')
	}
	if number == 0 {
		return 0, 0
	}
	return number, i
}

// arranged puts arguments in the order of the parameters; args itself where that is how they are, or where one is missing, which the driver then says.
func arranged(order []int, args []any) []any {
	if order == nil {
		return args
	}
	same := len(order) == len(args)
	for i, k := range order {
		if k >= len(args) {
			return args
		}
		same = same && k == i
	}
	if same {
		return args
	}
	out := make([]any, len(order))
	for i, k := range order {
		out[i] = args[k]
	}
	return out
}
