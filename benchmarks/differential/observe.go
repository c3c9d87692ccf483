package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// observation is what a server made of one script.
type observation struct {
	Verdict verdict
	// Lines are the log lines of the script in their order, then "returned N" where it came back, then "answered …" for a
	// reply and "sent …" for what arrived at the sink.
	Lines []string
}

// sameAs says whether two servers made the same of a script. Two that refuse it are the same, whatever they say about it.
func (o observation) sameAs(p observation) bool {
	if o.Verdict.Accepts != p.Verdict.Accepts || len(o.Lines) != len(p.Lines) {
		return false
	}
	for i := range o.Lines {
		if o.Lines[i] != p.Lines[i] {
			return false
		}
	}
	return true
}

// through is the line by which a server says that it has run all scripts before message n, and logged what they log.
func through(n int) string { return ": <<" + callID(n) + "|through|>>" }

// callID names the message that asks for that line.
func callID(n int) string { return "through-" + strconv.Itoa(n) }

// logged finds the lines of all scripts in a server's log: <<TAG|text|>>, where the text may hold line breaks.
func logged(log string) map[string][]string {
	lines := make(map[string][]string)
	for {
		_, rest, ok := strings.Cut(log, ": <<C") // a diagnostic that shows the script's text has no colon there
		if !ok {
			return lines
		}
		tag, rest, _ := strings.Cut(rest, "|")
		text, after, ok := strings.Cut(rest, "|>>")
		if !ok {
			return lines
		}
		lines["C"+tag] = append(lines["C"+tag], escaped(text))
		log = after
	}
}

// escaped writes control characters as sipedge's log does, which is one of the things that its lines differ in: Kamailio writes
// them as they are.
func escaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case s[i] == '\n':
			b.WriteString(`\n`)
		case s[i] == '\r':
			b.WriteString(`\r`)
		case s[i] == '\t':
			b.WriteString(`\t`)
		case s[i] < 0x20 || s[i] == 0x7f, r == utf8.RuneError && n == 1 && s[i] < 0xa0:
			hex(&b, s[i])
		case r >= 0x80 && r < 0xa0:
			hex(&b, byte(r))
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

func hex(b *strings.Builder, c byte) {
	const digits = "0123456789abcdef"
	b.WriteString(`\x`)
	b.WriteByte(digits[c>>4])
	b.WriteByte(digits[c&15])
}

var topBranch = regexp.MustCompile(`^(Via: SIP/2.0/UDP [^;]*;branch=z9hG4bK)[^;]*`)

// comparable is a message without what servers may do as they like: the branch of their own Via, the order of a Via's parameters,
// and the place of Record-Route among headers of other names.
func comparable(message string) string {
	head, body, _ := strings.Cut(message, "\r\n\r\n")
	headers := strings.Split(head, "\r\n")
	headers, start := headers[1:], headers[0]
	own := true
	for i, h := range headers {
		if !strings.HasPrefix(h, "Via: ") {
			continue
		}
		if own {
			h, own = topBranch.ReplaceAllString(h, "${1}…"), false
		}
		params := strings.Split(h, ";")
		slices.Sort(params[1:])
		headers[i] = strings.Join(params, ";")
	}
	slices.SortStableFunc(headers, func(a, b string) int { return routing(a) - routing(b) })
	return strings.Join(append([]string{start}, headers...), "\r\n") + "\r\n\r\n" + body
}

// routing is where a header goes in comparable.
func routing(header string) int {
	switch {
	case strings.HasPrefix(header, "Via: "):
		return 0
	case strings.HasPrefix(header, "Record-Route: "):
		return 1
	}
	return 2
}
