package sipparse

import (
	"fmt"
	"strings"
	"testing"
)

// leaf runs a leaf parser over the whole of b[off:end] and gives what it found
// as text.
type leaf struct {
	name string
	run  func(b []byte, off, end int) string
}

// list walks a list and writes down its elements.
func list(b []byte, off, end int, next func(i int) (int, Err, string)) string {
	var out []string
	for i := off; ; {
		n, e, s := next(i)
		if n < i || n > end {
			return fmt.Sprintf("next %d of %d..%d", n, i, end)
		}
		if e != OK {
			return strings.Join(append(out, e.Reason()), " | ")
		}
		out = append(out, s)
		if i = n; i >= end {
			return strings.Join(out, " | ")
		}
	}
}

func show(e Err, b []byte, spans ...any) string {
	if e != OK {
		return e.Reason()
	}
	s := ""
	for i, v := range spans {
		if i > 0 {
			s += " "
		}
		switch v := v.(type) {
		case Span:
			if v.End() > len(b) {
				return "span outside"
			}
			s += "[" + string(v.Of(b)) + "]"
		default:
			s += fmt.Sprint(v)
		}
	}
	return s
}

var leaves = []leaf{
	{"token", func(b []byte, off, end int) string {
		var t Span
		return list(b, off, end, func(i int) (int, Err, string) {
			n, e := ParseToken(b, i, end, &t)
			return n, e, show(e, b, t)
		})
	}},
	{"type", func(b []byte, off, end int) string {
		var c ContentType
		e := ParseContentType(b, off, end, &c)
		return show(e, b, c.Type, c.Subtype, c.Params, c.Boundary)
	}},
	{"event", func(b []byte, off, end int) string {
		var c Event
		e := ParseEvent(b, off, end, &c)
		return show(e, b, c.Package, c.ID, c.Params)
	}},
	{"rack", func(b []byte, off, end int) string {
		var c RAck
		e := ParseRAck(b, off, end, &c)
		return show(e, b, c.RSeq, c.CSeq, c.MethodSpan, c.Method)
	}},
	{"rseq", func(b []byte, off, end int) string {
		var n uint32
		e := ParseRSeq(b, off, end, &n)
		return show(e, b, n)
	}},
	{"seconds", func(b []byte, off, end int) string {
		var n uint32
		e := ParseSeconds(b, off, end, &n)
		return show(e, b, n)
	}},
	{"session", func(b []byte, off, end int) string {
		var c SessionExpires
		e := ParseSessionExpires(b, off, end, &c)
		return show(e, b, c.Seconds, c.Refresher, c.Params)
	}},
	{"date", func(b []byte, off, end int) string {
		var n int64
		e := ParseDate(b, off, end, &n)
		return show(e, b, n)
	}},
	{"retry", func(b []byte, off, end int) string {
		var c RetryAfter
		e := ParseRetryAfter(b, off, end, &c)
		return show(e, b, c.Seconds, c.Comment, c.Params, c.Duration, c.HasDuration)
	}},
	{"reason", func(b []byte, off, end int) string {
		var c Reason
		return list(b, off, end, func(i int) (int, Err, string) {
			n, e := ParseReason(b, i, end, &c)
			return n, e, show(e, b, c.Protocol, c.Cause, c.Text)
		})
	}},
	{"digest", func(b []byte, off, end int) string {
		var c Digest
		e := ParseDigest(b, off, end, &c)
		return show(e, b, c.Scheme, c.Username, c.Realm, c.Nonce, c.URI, c.Response, c.Algorithm, c.QOP, c.NC, c.CNonce, c.Opaque)
	}},
	{"cseq", func(b []byte, off, end int) string {
		var c CSeq
		e := ParseCSeq(b, off, end, &c)
		return show(e, b, c.Number, c.MethodSpan, c.Method)
	}},
	{"via", func(b []byte, off, end int) string {
		var v Via
		return list(b, off, end, func(i int) (int, Err, string) {
			n, e := ParseVia(b, i, end, &v)
			return n, e, show(e, b, v.TransportKind, v.Host, v.PortNum, v.Branch, v.HasRPort, v.RPortNum, v.RPortParam, v.ReceivedParam)
		})
	}},
	{"addr", func(b []byte, off, end int) string {
		var v NameAddr
		return list(b, off, end, func(i int) (int, Err, string) {
			n, e := ParseNameAddr(b, i, end, &v)
			return n, e, show(e, b, v.Display, v.URI, v.Tag, v.Q, v.Expires, v.Star)
		})
	}},
	{"uri", func(b []byte, off, end int) string {
		var u URI
		e := ParseURI(b, off, end, &u)
		return show(e, b, u.SchemeSpan, u.User, u.Password, u.HostRef, u.PortNum, u.Params, u.Headers, u.TransportKind, u.LR)
	}},
	{"sdp", func(b []byte, off, end int) string {
		var l SDPLine
		var c SDPConnection
		var m SDPMedia
		var a SDPAttribute
		return list(b, off, end, func(i int) (int, Err, string) {
			n, e := ParseSDPLine(b, i, end, &l)
			if e != OK {
				return n, e, ""
			}
			s := string(l.Type) + show(OK, b, l.Value)
			switch off, end := int(l.Value.Off), l.Value.End(); l.Type {
			case 'c':
				s = "c=" + show(ParseSDPConnection(b, off, end, &c), b, c.NetType, c.AddrType, c.Address)
			case 'm':
				s = "m=" + show(ParseSDPMedia(b, off, end, &m), b, m.Media, m.Port, m.Ports, m.Proto, m.Formats)
			case 'a':
				s = "a=" + show(ParseSDPAttribute(b, off, end, &a), b, a.Name, a.Value)
			}
			return n, OK, s
		})
	}},
	{"parts", func(b []byte, off, end int) string {
		var p Part
		return list(b, off, end, func(i int) (int, Err, string) {
			n, e := ParsePart(b, i, end, []byte("cut"), &p)
			return n, e, show(e, b, p.Headers, p.Body, p.Last)
		})
	}},
}

// leafCases are bodies and what is in them; a fold may stand wherever white
// space does.
var leafCases = []struct{ leaf, in, want string }{
	{"token", "100rel , timer,\r\n path", "[100rel] | [timer] | [path]"},
	{"token", "a,", "Bad Token List"},
	{"token", "a,,b", "[a] | Bad Token List"},
	{"token", "a b", "Bad Token List"},
	{"type", "application/sdp", "[application] [sdp] [] []"},
	{"type", `multipart / mixed ; a=b;Boundary="7;x"`, `[multipart] [mixed] [ a=b;Boundary="7;x"] [7;x]`},
	{"type", "multipart/mixed;boundary=cut ", "[multipart] [mixed] [boundary=cut] [cut]"},
	{"type", "text", "Bad Content-Type"},
	{"type", "text/", "Bad Content-Type"},
	{"type", "text/a b", "Bad Content-Type"},
	{"event", "presence.winfo;id=77;x", "[presence.winfo] [77] [id=77;x]"},
	{"event", ";id=1", "Bad Event"},
	{"rack", "776656 1 INVITE", "776656 1 [INVITE] INVITE"},
	{"rack", "4294967296 1 INVITE", "Bad RAck"},
	{"rack", "1 2", "Bad RAck"},
	{"rseq", "988789", "988789"},
	{"rseq", "4294967296", "Bad Number"},
	{"seconds", "3600", "3600"},
	{"seconds", "99999999999999999999999", "4294967295"},
	{"seconds", "-1", "Bad Number"},
	{"seconds", "", "Bad Number"},
	{"session", "1800 ;refresher=UAC", "1800 [UAC] [refresher=UAC]"},
	{"session", "x", "Bad Session-Expires"},
	{"date", "Sat, 13 Nov 2010 23:29:00 GMT", "1289690940"},
	{"date", "Thu, 01 Jan 1970 00:00:00 GMT", "0"},
	{"date", "Tue, 29 Feb 2000 12:00:01 gmt", "951825601"},
	{"date", "Thu, 29 Feb 2001 12:00:01 GMT", "Bad Date"},
	{"date", "Fri, 01 Jan 2010 16:00:00 EST", "Bad Date"},
	{"retry", "18000;duration=3600", "18000 [] [duration=3600] 3600 true"},
	{"retry", `120 (I'm in \) a (long) meeting)`, `120 [(I'm in \) a (long) meeting)] [] 0 false`},
	{"retry", "120 (open", "Bad Retry-After"},
	{"retry", "99999999999", "Bad Retry-After"},
	{"reason", `SIP ;cause=600 ;text="Busy, really" , Q.850;cause=16`, `[SIP] 600 ["Busy, really"] | [Q.850] 16 []`},
	{"reason", "SIP;cause=x", "Bad Reason"},
	{"digest", `Digest username="bob", realm="a\"b", nonce="",uri="sip:a",response="0f",algorithm=MD5,qop=auth,nc=00000001,cnonce="c",opaque="o"`,
		`[Digest] [bob] [a\"b] [] [sip:a] [0f] [MD5] [auth] [00000001] [c] [o]`},
	{"digest", `DIGEST realm="first", realm="second"`, `[DIGEST] [] [first] [] [] [] [] [] [] [] []`},
	{"digest", `nextnonce="1", qop=auth`, "[] [] [] [] [] [] [] [auth] [] [] []"},
	{"digest", "NoOneKnowsThisScheme opaque-data=here", "[NoOneKnowsThisScheme] [] [] [] [] [] [] [] [] [] []"},
	{"digest", "Basic YTpi==", "[Basic] [] [] [] [] [] [] [] [] [] []"},
	{"digest", "Digest", "Bad Credentials"},
	{"digest", `Digest realm="a",`, "Bad Credentials"},
	{"digest", `Digest realm="a`, "Bad Credentials"},
	{"digest", `Digest realm`, "Bad Credentials"},
	{"cseq", "0009\r\n  INVITE", "9 [INVITE] INVITE"},
	{"cseq", "2147483647 FOO", "2147483647 [FOO] "},
	{"cseq", "2147483648 FOO", "Bad CSeq"},
	{"cseq", "1INVITE", "Bad CSeq"},
	{"cseq", "1", "Bad CSeq"},
	{"cseq", "1 INVITE x", "Bad CSeq"},
	{"via", "SIP/2.0/UDP [2001:db8::1]:5070;rport=5071 ;received=192.0.2.1;branch=z9hG4bK1", "udp [2001:db8::1] 5070 [z9hG4bK1] true 5071 [rport=5071] [received=192.0.2.1]"},
	{"via", "sip/2.0/wss a.example ; RPORT , SIP / 2.0 / TLS-SCTP b:1", "wss [a.example] 0 [] true 0 [RPORT] [] | other [b] 1 [] false 0 [] []"},
	{"via", "SIP/7.0/UDP a", "udp [a] 0 [] false 0 [] []"},
	{"via", "SIP/2.0/UDP a;;branch=b", "Bad Via"},
	{"via", "SIP/2.0/UDP a;", "Bad Via"},
	{"via", "SIP/2.0/UDP a,", "Bad Via"},
	{"via", "SIP/2.0/UDP", "Bad Via"},
	{"via", "SIP/2.0/UDP a:65536", "Bad Via"},
	{"via", "SIP/2.0/UDP a b", "Bad Via"},
	{"addr", `"A, \"B\" <x>" <sip:a@b;lr> ;tag=1;q=0.5, c d<sips:e>;expires=7`, `["A, \"B\" <x>"] [sip:a@b;lr] [1] [0.5] [] false | [c d] [sips:e] [] [] [7] false`},
	{"addr", "sip:a@b;tag=x;lr", "[] [sip:a@b] [x] [] [] false"},
	{"addr", "*", "[] [] [] [] [] true"},
	{"addr", "* <sip:a>", "[*] [sip:a] [] [] [] false"},
	{"addr", "< sip:a@b >", "[] [sip:a@b] [] [] [] false"},
	{"addr", "sip:a?x=y", "Bad Address"},
	{"addr", `"open <sip:a>`, "Bad Address"},
	{"addr", "<sip:a", "Bad Address"},
	{"addr", "<>", "Bad Address"},
	{"addr", "Bell, A <sip:a>", "Bad Address"},
	{"addr", "<sip:a>;", "Bad Address"},
	{"addr", "", "Bad Address"},
	{"uri", "sip:a:b@[::1]:5060;transport=tcp;lr?x=y&z=", "[sip] [a] [b] [[::1]] 5060 [transport=tcp;lr] [x=y&z=] tcp true"},
	{"uri", "SIPS:user;par=u%40example.net@example.com", "[SIPS] [user;par=u%40example.net] [] [example.com] 0 [] []  false"},
	{"uri", "tel:+1-(201)555;phone-context=x;lr", "[tel] [+1-(201)555] [] [] 0 [phone-context=x;lr] []  true"},
	{"uri", "urn:service:sos", "[urn] [] [] [] 0 [] []  false"},
	{"uri", "soap.beep://192.0.2.103:3002", "[soap.beep] [] [] [] 0 [] []  false"},
	{"uri", "sip:2001:db8::10", "Bad Request-URI"},
	{"uri", "sip:[2001:db8::10", "Bad Request-URI"},
	{"uri", "sip:[20]", "Bad Request-URI"},
	{"uri", "sip:@b", "Bad Request-URI"},
	{"uri", "sip:a@", "Bad Request-URI"},
	{"uri", "sip:a@b@c", "Bad Request-URI"},
	{"uri", "sip:a b@c", "Bad Request-URI"},
	{"uri", "sip:a;", "Bad Request-URI"},
	{"uri", "sip:a:", "Bad Request-URI"},
	{"uri", "sip:a:65536", "Bad Request-URI"},
	{"uri", "sip:a?", "Bad Request-URI"},
	{"uri", "<sip:a>", "Bad Request-URI"},
	{"uri", "sip:", "Bad Request-URI"},
	{"uri", "1ip:a", "Bad Request-URI"},
	{"uri", ":a", "Bad Request-URI"},
	{"uri", "", "Bad Request-URI"},
	{"sdp", "v=0\r\nc=IN IP4 224.2.1.1/127/3\nm=audio 49170/2 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=sendonly\r\n\r\n",
		"v[0] | c=[IN] [IP4] [224.2.1.1] | m=[audio] 49170 2 [RTP/AVP] [0 8] | a=[rtpmap] [0 PCMU/8000] | a=[sendonly] []"},
	{"sdp", "c=IN IP6 2001:db8::1", "c=[IN] [IP6] [2001:db8::1]"},
	{"sdp", "m=audio x RTP/AVP", "m=Bad SDP"},
	{"sdp", "x", "Bad SDP"},
	{"parts", "preamble\r\n--cut\r\nA: b\r\n\r\none\r\n--cut \r\n\r\ntwo\r\n\r\n--cut--\r\nepilogue",
		"[A: b\r\n] [one] false | [] [two\r\n] true | Not Found"},
	{"parts", "--cut\r\n\r\nnever closed", "Bad Multipart Body"},
	{"parts", "--cut--", "Not Found"},
	{"parts", "no delimiter --cut", "Not Found"},
}

func findLeaf(name string) leaf {
	for _, l := range leaves {
		if l.name == name {
			return l
		}
	}
	panic(name)
}

func TestLeafParsersFindTheParts(t *testing.T) {
	for _, tc := range leafCases {
		l := findLeaf(tc.leaf)
		in := []byte("xx" + tc.in + "yy")
		if got := l.run(in, 2, 2+len(tc.in)); got != tc.want {
			t.Errorf("%s %q:\n got %s\nwant %s", tc.leaf, tc.in, got, tc.want)
		}
	}
}

// No leaf parser looks beyond its end, wherever that is: the result is the same
// whatever follows, and nothing lies outside of it.
func TestLeafParsersStayWithinTheirBounds(t *testing.T) {
	for _, tc := range leafCases {
		for _, l := range leaves {
			for n := 0; n <= len(tc.in); n++ {
				exact := []byte(tc.in[:n])
				want := l.run(exact, 0, n)
				if strings.Contains(want, "outside") || strings.HasPrefix(want, "next ") {
					t.Fatalf("%s %q: %s", l.name, tc.in[:n], want)
				}
				if got := l.run([]byte(tc.in+`">;,=`), 0, n); got != want {
					t.Fatalf("%s %q: %s with something behind it, %s without", l.name, tc.in[:n], got, want)
				}
			}
		}
	}
}
