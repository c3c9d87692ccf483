package sipparse

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// corpus is all messages at hand: the samples, those written for the points of
// the RFCs, and the torture messages where they are present.
func corpus(t testing.TB) map[string]string {
	out := map[string]string{}
	for _, pattern := range []string{"testdata/*.sip", tortureDir + "/*/*.dat"} {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			out[filepath.Base(name)] = string(b)
		}
	}
	return out
}

// compare parses a message both ways and says where the results differ.
func compare(msg string) error {
	b := []byte(msg)
	var x Index
	e := Parse(b, &x)
	r := refParse(msg)
	if (e != OK) != r.bad {
		return fmt.Errorf("Parse gives %q, reference bad: %v", e.String(), r.bad)
	}
	if err := sound(b, &x); err != nil {
		return err
	}
	if !r.headersParsed {
		return nil
	}
	same := func(what string, got Span, want string) error {
		if string(got.Of(b)) != want {
			return fmt.Errorf("%s: %q, want %q", what, got.Of(b), want)
		}
		return nil
	}
	if x.IsRequest() != r.request || !r.request && strconv.Itoa(x.Status()) != r.status {
		return fmt.Errorf("request %v, status %d, want %v %s", x.IsRequest(), x.Status(), r.request, r.status)
	}
	for _, err := range []error{same("method", x.MethodSpan(), r.method), same("uri", x.URISpan(), r.uri), same("reason", x.ReasonSpan(), r.reason)} {
		if err != nil {
			return err
		}
	}
	if x.Len() != len(r.headers) || x.HeadersEnd() != r.end || x.BodyOff() != r.bodyOff {
		return fmt.Errorf("%d headers to %d, body at %d, want %d to %d, %d", x.Len(), x.HeadersEnd(), x.BodyOff(), len(r.headers), r.end, r.bodyOff)
	}
	for i, h := range r.headers {
		off, end := x.Line(i)
		if got := msg[off:end]; got != h.line {
			return fmt.Errorf("header %d: line %q, want %q", i, got, h.line)
		}
		if x.Type(i) != refType(h.name) {
			return fmt.Errorf("header %d: type %s for %q", i, x.Type(i), h.name)
		}
		if e != OK {
			continue
		}
		if err := same("name", x.Name(i), h.name); err != nil {
			return err
		}
		if err := same(h.name, x.Body(i), h.body); err != nil {
			return err
		}
		if x.Folded(i) != (strings.Count(h.line, "\n") > 1) {
			return fmt.Errorf("header %d: folded %v", i, x.Folded(i))
		}
		if err := compareBody(b, x.Type(i), x.Body(i)); err != nil {
			return fmt.Errorf("%s: %w", h.name, err)
		}
	}
	if x.IsRequest() && e == OK {
		if err := compareURI(b, x.URISpan()); err != nil {
			return err
		}
	}
	return nil
}

func refType(name string) HeaderType {
	for t := HdrVia; t < numHeaderTypes; t++ {
		if strings.EqualFold(name, t.String()) || len(name) == 1 && t.Compact() != 0 && strings.EqualFold(name, string(rune(t.Compact()))) {
			return t
		}
	}
	return HdrOther
}

func compareBody(b []byte, t HeaderType, s Span) error {
	switch t {
	case HdrVia:
		return compareVias(b, s)
	case HdrFrom, HdrTo, HdrContact, HdrRoute, HdrRecordRoute, HdrPAssertedIdentity:
		return compareAddrs(b, s)
	case HdrCSeq:
		var c CSeq
		e := ParseCSeq(b, int(s.Off), s.End(), &c)
		m := match(refCSeq, string(s.Of(b)))
		n := uint64(0)
		if m != nil {
			var err error
			if n, err = strconv.ParseUint(m[1], 10, 31); err != nil {
				m = nil
			}
		}
		if (e == OK) != (m != nil) {
			return fmt.Errorf("%q: %s", s.Of(b), e.String())
		}
		if m != nil && (uint64(c.Number) != n || string(c.MethodSpan.Of(b)) != m[2] || string(c.NumberSpan.Of(b)) != m[1]) {
			return fmt.Errorf("%q: %+v", s.Of(b), c)
		}
	}
	return nil
}

func compareVias(b []byte, s Span) error {
	for i, end := int(s.Off), s.End(); ; {
		var v Via
		next, e := ParseVia(b, i, end, &v)
		r := refParseVia(string(b[i:end]))
		if (e == OK) != (r != nil) {
			return fmt.Errorf("%q: %s", b[i:end], e.String())
		}
		if r == nil {
			return nil
		}
		host := strings.Trim(r.host, "[]")
		if string(v.Whole.Of(b)) != r.whole || string(v.Transport.Of(b)) != r.transport || string(v.Host.Of(b)) != host ||
			string(v.HostRef.Of(b)) != r.host || string(v.Port.Of(b)) != r.port || v.Next != r.more || next != i+r.next {
			return fmt.Errorf("%q: %+v, want %+v", b[i:end], v, r)
		}
		if n, _ := strconv.Atoi(r.port); int(v.PortNum) != n {
			return fmt.Errorf("%q: port %d", b[i:end], v.PortNum)
		}
		for name, got := range map[string]Span{"branch": v.Branch, "received": v.Received, "rport": v.RPort, "maddr": v.MAddr, "ttl": v.TTL} {
			if string(got.Of(b)) != r.params[name] {
				return fmt.Errorf("%q: %s %q", b[i:end], name, got.Of(b))
			}
		}
		for name, want := range r.params {
			if got, ok := v.Param(b, name); !ok || string(got.Of(b)) != want {
				return fmt.Errorf("%q: parameter %s %q", b[i:end], name, got.Of(b))
			}
		}
		if _, there := r.params["rport"]; there != v.HasRPort {
			return fmt.Errorf("%q: rport %v", b[i:end], v.HasRPort)
		}
		if i = next; i == end {
			return nil
		}
	}
}

func compareAddrs(b []byte, s Span) error {
	for i, end := int(s.Off), s.End(); ; {
		var n NameAddr
		next, e := ParseNameAddr(b, i, end, &n)
		r := refParseAddr(string(b[i:end]))
		if (e == OK) != (r != nil) {
			return fmt.Errorf("%q: %s", b[i:end], e.String())
		}
		if r == nil {
			return nil
		}
		if string(n.Whole.Of(b)) != r.whole || string(n.Display.Of(b)) != r.display || string(n.URI.Of(b)) != r.uri ||
			n.Bracketed != r.bracketed || n.Star != r.star || next != i+r.next {
			return fmt.Errorf("%q: %+v, want %+v", b[i:end], n, r)
		}
		for name, got := range map[string]Span{"tag": n.Tag, "q": n.Q, "expires": n.Expires} {
			if string(got.Of(b)) != r.params[name] {
				return fmt.Errorf("%q: %s %q", b[i:end], name, got.Of(b))
			}
		}
		for name, want := range r.params {
			if got, ok := n.Param(b, name); !ok || string(got.Of(b)) != want {
				return fmt.Errorf("%q: parameter %s %q", b[i:end], name, got.Of(b))
			}
		}
		if !n.Star {
			if err := compareURI(b, n.URI); err != nil {
				return err
			}
		}
		if i = next; i == end {
			return nil
		}
	}
}

func compareURI(b []byte, s Span) error {
	text := string(s.Of(b))
	if l := strings.ToLower(text); !strings.HasPrefix(l, "sip:") && !strings.HasPrefix(l, "sips:") {
		return nil
	}
	var u URI
	e := ParseURI(b, int(s.Off), s.End(), &u)
	r := refParseURI(text)
	if (e == OK) != (r != nil) {
		return fmt.Errorf("URI %q: %s", text, e.String())
	}
	if r == nil {
		return nil
	}
	got := [...]string{strings.ToLower(string(u.SchemeSpan.Of(b))), string(u.User.Of(b)), string(u.Password.Of(b)), string(u.HostRef.Of(b)),
		string(u.Port.Of(b)), string(u.Params.Of(b)), string(u.Headers.Of(b)), string(u.Host.Of(b))}
	if want := [...]string{r.scheme, r.user, r.password, r.host, r.port, r.params, r.headers, strings.Trim(r.host, "[]")}; got != want {
		return fmt.Errorf("URI %q: %q, want %q", text, got, want)
	}
	for name, got := range map[string]Span{"transport": u.Transport, "maddr": u.MAddr, "ttl": u.TTL, "user": u.UserParam, "method": u.Method} {
		if string(got.Of(b)) != r.known[name] {
			return fmt.Errorf("URI %q: %s %q", text, name, got.Of(b))
		}
	}
	for name, want := range r.known {
		if got, ok := u.Param(b, name); !ok || string(got.Of(b)) != want {
			return fmt.Errorf("URI %q: parameter %s %q", text, name, got.Of(b))
		}
	}
	if _, lr := r.known["lr"]; lr != u.LR {
		return fmt.Errorf("URI %q: lr %v", text, u.LR)
	}
	return nil
}

// sound checks what holds for every index: spans lie inside of the message,
// headers come one after the other, chains are complete and in order, and a
// second parse gives the same.
func sound(b []byte, x *Index) error {
	for _, s := range []Span{x.MethodSpan(), x.URISpan(), x.ReasonSpan(), x.VersionSpan(), x.StartLine(), x.MsgBody(b), x.CallID(b)} {
		if s.End() > len(b) {
			return fmt.Errorf("span %v in %d bytes", s, len(b))
		}
	}
	at := 0
	seen := map[HeaderType]int{}
	for i := range x.Len() {
		off, end := x.Line(i)
		n, s := x.Name(i), x.Body(i)
		if off < at || off != int(n.Off) || n.Len == 0 && (x.parseErr == OK || x.Type(i) != HdrOther) || n.End() >= int(s.Off) || s.End() > end || end > len(b) {
			return fmt.Errorf("header %d: line %d to %d behind %d, name %v, body %v", i, off, end, at, n, s)
		}
		at = end
		t := x.Type(i)
		want := x.First(t)
		if k, ok := seen[t]; ok {
			want = x.Next(k)
		}
		if want != i {
			return fmt.Errorf("header %d (%s) is not in its chain: %d", i, t, want)
		}
		seen[t] = i
	}
	for t := range numHeaderTypes {
		k, ok := seen[t]
		if !ok && x.First(t) != -1 || ok && x.Next(k) != -1 {
			return fmt.Errorf("chain of %s does not end", t)
		}
	}
	if x.HeadersEnd() < at || x.BodyOff() < x.HeadersEnd() || x.MsgEnd() > len(b) {
		return fmt.Errorf("headers end at %d, body at %d, message at %d", x.HeadersEnd(), x.BodyOff(), x.MsgEnd())
	}
	var y, z Index
	e, f := Parse(b, &y), Parse(b, &z)
	if e != f || y != z {
		return fmt.Errorf("a second parse differs")
	}
	return nil
}

func TestParserAgreesWithTheReference(t *testing.T) {
	for name, m := range corpus(t) {
		if err := compare(m); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Cut at every byte, the parser and the reference still agree and nothing
// lies outside of what is there.
func TestParserAgreesOnMessagesCutAtEveryByte(t *testing.T) {
	for name, m := range corpus(t) {
		step := 1
		if testing.Short() || len(m) > 1100 {
			step = 7
		}
		for n := 0; n < len(m); n += step {
			if err := compare(m[:n]); err != nil {
				t.Fatalf("%s cut at %d: %v", name, n, err)
			}
		}
	}
}

// mutate changes case, folds and bytes at random.
func mutate(m string, r *rand.Rand) string {
	b := []byte(m)
	for range 1 + r.IntN(4) {
		if len(b) < 2 {
			break
		}
		i := r.IntN(len(b))
		switch r.IntN(7) {
		case 0: // the case of letters
			for k := i; k < min(len(b), i+40); k++ {
				if c := b[k] | 0x20; c >= 'a' && c <= 'z' && r.IntN(2) == 0 {
					b[k] ^= 0x20
				}
			}
		case 1: // a fold in place of a space
			if k := strings.IndexByte(string(b[i:]), ' '); k >= 0 {
				b = []byte(string(b[:i+k]) + "\r\n " + string(b[i+k:]))
			}
		case 2:
			b = append(b[:i], b[i+1:]...)
		case 3:
			const odd = " \t\r\n:;,=<>\"\\@[]/?&%*.0aA\x00\x7f\xc3(){}"
			b[i] = odd[r.IntN(len(odd))]
		case 4:
			const odd = " \t\r\n:;,=<>\"\\@[]/?&%*.0aA\x00\x7f\xc3(){}"
			b = []byte(string(b[:i]) + string(odd[r.IntN(len(odd))]) + string(b[i:]))
		case 5:
			k := min(len(b), i+r.IntN(30))
			b = append(b[:i], b[k:]...)
		case 6: // a piece twice
			k := min(len(b), i+r.IntN(60))
			b = []byte(string(b[:k]) + string(b[i:]))
		}
	}
	return string(b)
}

func seed() int { n, _ := strconv.Atoi(os.Getenv("SEED")); return n + 1 }

func TestParserAgreesOnChangedMessages(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 30
	}
	r := rand.New(rand.NewPCG(uint64(seed()), 2))
	for name, m := range corpus(t) {
		if len(m) > 1300 {
			continue
		}
		for range rounds {
			c := mutate(m, r)
			if err := compare(c); err != nil {
				t.Fatalf("%s: %v\n%q", name, err, c)
			}
		}
	}
}
