package sipparse

import (
	"regexp"
	"strings"
)

// The reference: a parser that is slow and obviously right, written with
// strings and regular expressions from the grammar of RFC 3261 section 25 and
// the tolerances that the package documents.

const (
	reToken = "[A-Za-z0-9\\-.!%*_+`'~]+"
	reLWS   = `[ \t\r\n]*`
	reHost  = `(?:\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]|[A-Za-z0-9\-._]+)`
	reQuote = `"(?:[^"\\]|(?s:\\.))*"`
	reName  = "[A-Za-z0-9\\-.!%*_+`'~\\x{80}-\\x{FF}]+"
	reValue = "[^\\x00-\\x20\\x7F;,\"<>]*"
	reParam = `;` + reLWS + reName + reLWS + `(?:=` + reLWS + `(?:` + reQuote + `|` + reValue + `)` + reLWS + `)?`
)

var (
	refRequest = regexp.MustCompile(`^(` + reToken + `) ([^ ](?s:.*)[^ ]|[^ ]) ((?i:SIP)/2\.0)$`)
	refReply   = regexp.MustCompile(`^((?i:SIP)/2\.0) ([1-6][0-9][0-9])(?: ([^\x00-\x08\x0A-\x1F\x7F]*))?$`)
	refHeader  = regexp.MustCompile(`^(` + reToken + `)[ \t]*:(?s:(.*))$`)
	refURI     = regexp.MustCompile("^(?i:(sips?)):(?:([A-Za-z0-9\\-_.!~*'()%&=+$,;?/#\\[\\]^`{|}\\x{80}-\\x{FF}]+)(?::([A-Za-z0-9\\-_.!~*'()%&=+$,]*))?@)?(" +
		reHost + `)(?::([0-9]+))?(;[^?]*)?(?:\?([A-Za-z0-9\-_.!~*'()%\[\]/?:+$=&]+))?$`)
	refURIParam = regexp.MustCompile(`^([A-Za-z0-9\-_.!~*'()%\[\]/:&+$]+)(?:=([A-Za-z0-9\-_.!~*'()%\[\]/:&+$]*))?$`)
	refVia      = regexp.MustCompile(`^` + reLWS + `(` + reToken + reLWS + `/` + reLWS + reToken + reLWS + `/` + reLWS + `(` + reToken + `)[ \t\r\n]+(` +
		reHost + `)(?:` + reLWS + `:` + reLWS + `([0-9]+))?` + reLWS + `((?:` + reParam + `)*))(?:(,)` + reLWS + `|$)`)
	refAddr = regexp.MustCompile(`^` + reLWS + `((?:(` + reQuote + `|(?:` + reName + reLWS + `)*)` + reLWS + `<` + reLWS + `([^>]*[^> \t\r\n])` + reLWS + `>|` +
		"(" + reName + ":[^\\x00-\\x20\\x7F;,\"<>?]*)" + `|(\*))` + reLWS + `((?:` + reParam + `)*))(?:(,)` + reLWS + `|$)`)
	refCSeq   = regexp.MustCompile(`^([0-9]+)[ \t\r\n]+(` + reToken + `)$`)
	refPieces = regexp.MustCompile(`^;` + reLWS + `(` + reName + `)` + reLWS + `(?:=` + reLWS + `(` + reQuote + `|` + reValue + `)` + reLWS + `)?`)
)

// latin makes a string in which every byte is a rune of its own, since regexp
// works on UTF-8.
func latin(b string) string {
	r := make([]rune, len(b))
	for i := 0; i < len(b); i++ {
		r[i] = rune(b[i])
	}
	return string(r)
}

func unlatin(s string) string {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		b = append(b, byte(r))
	}
	return string(b)
}

func match(re *regexp.Regexp, s string) []string {
	m := re.FindStringSubmatch(latin(s))
	for i := range m {
		m[i] = unlatin(m[i])
	}
	return m
}

func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

type refMessage struct {
	bad           bool // something is wrong with the start line or the header block
	request       bool
	method, uri   string
	status        string
	reason        string
	headers       []refHeaderLine
	end, bodyOff  int
	unanswerable  bool
	headersParsed bool
}

type refHeaderLine struct{ line, name, body string }

// refParse takes a message apart. Its lines are what an LF ends; a header goes
// on while the next line begins with a space or tab.
func refParse(msg string) (r refMessage) {
	first, rest, ok := strings.Cut(msg, "\n")
	if !ok {
		r.bad, r.unanswerable = true, true
		return
	}
	first = strings.TrimSuffix(first, "\r")
	if m := match(refReply, first); m != nil {
		r.status, r.reason = m[2], m[3]
	} else if m := match(refRequest, first); m != nil {
		r.request, r.method, r.uri = true, m[1], m[2]
	} else {
		r.bad = true
		return
	}
	r.headersParsed = true
	pos := len(msg) - len(rest)
	for {
		line, _, found := strings.Cut(msg[pos:], "\n")
		if found && (line == "" || line == "\r") {
			r.end, r.bodyOff = pos, pos+len(line)+1
			return
		}
		start := pos
		pos += len(line)
		if found {
			pos++
		}
		for found && pos < len(msg) && (msg[pos] == ' ' || msg[pos] == '\t') {
			line, _, found = strings.Cut(msg[pos:], "\n")
			pos += len(line)
			if found {
				pos++
			}
		}
		text := msg[start:pos]
		if text == "" {
			r.bad, r.end, r.bodyOff = true, pos, pos
			return
		}
		m := match(refHeader, text)
		if m == nil || len(m[1]) > maxName {
			r.bad = true
			r.headers = append(r.headers, refHeaderLine{line: text})
			continue
		}
		r.headers = append(r.headers, refHeaderLine{text, m[1], strings.Trim(m[2], " \t\r\n")})
	}
}

type refURIParts struct {
	scheme, user, password, host, port, params, headers string
	hasPort, hasHeaders                                 bool
	known                                               map[string]string
}

func refParseURI(s string) *refURIParts {
	m := match(refURI, s)
	if m == nil {
		return nil
	}
	u := &refURIParts{asciiLower(m[1]), m[2], m[3], m[4], m[5], m[6], m[7], m[5] != "", m[7] != "", map[string]string{}}
	if len(strings.TrimLeft(u.port, "0")) > 5 || len(strings.TrimLeft(u.port, "0")) == 5 && strings.TrimLeft(u.port, "0") > "65535" {
		return nil
	}
	if m[6] != "" {
		u.params = m[6][1:]
		for _, p := range strings.Split(u.params, ";") {
			pm := match(refURIParam, p)
			if pm == nil {
				return nil
			}
			k := strings.ToLower(pm[1])
			if _, twice := u.known[k]; !twice {
				u.known[k] = pm[2]
			}
		}
	}
	return u
}

// refParams takes a list of header parameters apart.
func refParams(s string) map[string]string {
	out := map[string]string{}
	for s != "" {
		m := match(refPieces, s)
		if m == nil {
			return nil
		}
		s = s[len(m[0]):]
		k := asciiLower(m[1])
		if _, twice := out[k]; !twice {
			out[k] = m[2]
		}
	}
	return out
}

type refViaParts struct {
	whole, transport, host, port string
	params                       map[string]string
	more                         bool
	next                         int
}

func refParseVia(s string) *refViaParts {
	m := match(refVia, s)
	if m == nil || m[6] == "," && len(m[0]) == len(s) {
		return nil
	}
	port := strings.TrimLeft(m[4], "0")
	if len(port) > 5 || len(port) == 5 && port > "65535" {
		return nil
	}
	return &refViaParts{strings.TrimRight(m[1], " \t\r\n"), m[2], m[3], m[4], refParams(m[5]), m[6] == ",", len(m[0])}
}

type refAddrParts struct {
	whole, display, uri string
	bracketed, star     bool
	params              map[string]string
	next                int
}

func refParseAddr(s string) *refAddrParts {
	m := match(refAddr, s)
	if m == nil || m[7] == "," && len(m[0]) == len(s) {
		return nil
	}
	return &refAddrParts{strings.TrimRight(m[1], " \t\r\n"), strings.TrimRight(m[2], " \t\r\n"), m[3] + m[4], m[3] != "", m[5] != "", refParams(m[6]), len(m[0])}
}
