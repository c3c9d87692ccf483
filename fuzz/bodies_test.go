package fuzz

import (
	"bytes"
	"fmt"
	"testing"

	"sipedge/sipparse"
)

// walk calls a list parser until the end of the list or an error, and gives what
// it found.
func walk(t *testing.T, off, end int, next func(i int) (int, sipparse.Err, any)) string {
	out := ""
	for i := off; ; {
		n, e, v := next(i)
		out += fmt.Sprintf("%v %v;", e, v)
		if e != sipparse.OK {
			return out
		}
		if n <= i && n < end || n > end {
			t.Fatalf("the next of %d is %d in %d to %d", i, n, off, end)
		}
		if i = n; i >= end {
			return out
		}
	}
}

// parsers are the leaf parsers by the selector byte of FuzzBody.
var parsers = []func(t *testing.T, b []byte, off, end int) string{
	func(t *testing.T, b []byte, off, end int) string {
		return walk(t, off, end, func(i int) (int, sipparse.Err, any) {
			var v sipparse.Via
			n, e := sipparse.ParseVia(b, i, end, &v)
			if e == sipparse.OK {
				inside(t, "Via", v.Whole, i, end)
			}
			return n, e, v
		})
	},
	func(t *testing.T, b []byte, off, end int) string {
		return walk(t, off, end, func(i int) (int, sipparse.Err, any) {
			var v sipparse.NameAddr
			n, e := sipparse.ParseNameAddr(b, i, end, &v)
			if e == sipparse.OK {
				inside(t, "address", v.Whole, i, end)
			}
			return n, e, v
		})
	},
	func(t *testing.T, b []byte, off, end int) string {
		return walk(t, off, end, func(i int) (int, sipparse.Err, any) {
			var v sipparse.Span
			n, e := sipparse.ParseToken(b, i, end, &v)
			return n, e, v
		})
	},
	func(t *testing.T, b []byte, off, end int) string {
		return walk(t, off, end, func(i int) (int, sipparse.Err, any) {
			var v sipparse.Reason
			n, e := sipparse.ParseReason(b, i, end, &v)
			return n, e, v
		})
	},
	func(t *testing.T, b []byte, off, end int) string {
		return walk(t, off, end, func(i int) (int, sipparse.Err, any) {
			var v sipparse.SDPLine
			n, e := sipparse.ParseSDPLine(b, i, end, &v)
			if e != sipparse.OK {
				return n, e, v
			}
			off, end := int(v.Value.Off), v.Value.End()
			var c sipparse.SDPConnection
			var m sipparse.SDPMedia
			var a sipparse.SDPAttribute
			return n, e, fmt.Sprint(v, sipparse.ParseSDPConnection(b, off, end, &c), c, sipparse.ParseSDPMedia(b, off, end, &m), m,
				sipparse.ParseSDPAttribute(b, off, end, &a), a)
		})
	},
	func(t *testing.T, b []byte, off, end int) string {
		return walk(t, off, end, func(i int) (int, sipparse.Err, any) {
			var v sipparse.Part
			n, e := sipparse.ParsePart(b, i, end, []byte("x"), &v)
			if e == sipparse.OK {
				inside(t, "part", v.Whole, i, end)
				inside(t, "part body", v.Body, int(v.Whole.Off), v.Whole.End())
			}
			return n, e, v
		})
	},
	single(sipparse.ParseCSeq), single(sipparse.ParseContentType), single(sipparse.ParseDigest),
	single(sipparse.ParseEvent), single(sipparse.ParseRAck), single(sipparse.ParseRSeq), single(sipparse.ParseSeconds),
	single(sipparse.ParseSessionExpires), single(sipparse.ParseDate), single(sipparse.ParseRetryAfter),
}

// single makes a parser of FuzzBody of one that reads a whole body.
func single[T any](parse func(b []byte, off, end int, v *T) sipparse.Err) func(t *testing.T, b []byte, off, end int) string {
	return func(t *testing.T, b []byte, off, end int) string {
		var v T
		e := parse(b, off, end, &v)
		return fmt.Sprint(e, v)
	}
}

// FuzzBody parses bytes as the body of a header; the first byte says which. The
// result does not depend on what stands before and behind the body, nor on what
// the value was used for before, and list parsers come to an end.
func FuzzBody(f *testing.F) {
	for _, m := range messages(f) {
		var x sipparse.Index
		sipparse.Parse(m, &x)
		for i := range x.Len() {
			for k := range parsers {
				if (i+k)%5 == 0 {
					f.Add(uint8(k), x.Body(i).Of(m))
				}
			}
		}
		f.Add(uint8(4), x.MsgBody(m).Of(m))
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		if len(body) > 8000 {
			return
		}
		parse := parsers[int(which)%len(parsers)]
		const before = `,<sip:a";`
		at := len(before)
		b := append([]byte(before), body...)
		end := len(b)
		want := parse(t, b, at, end)
		for _, behind := range []string{" ", `"`, ";a=b,", "\r\n 1234567890"} {
			if got := parse(t, append(b[:end:end], behind...), at, end); got != want {
				t.Fatalf("%q behind it:\n%s, without\n%s", behind, got, want)
			}
		}
	})
}

// FuzzURI parses bytes as a URI. Its parts lie in it and in order, it is the
// same whatever stands around it, and a URI is equal to itself and to what it is
// equal to in both directions.
func FuzzURI(f *testing.F) {
	for _, m := range messages(f) {
		var x sipparse.Index
		sipparse.Parse(m, &x)
		f.Add(x.URISpan().Of(m), []byte("sip:a@b;lr"))
		if n, e := x.From(m); e == sipparse.OK {
			f.Add(n.URI.Of(m), x.URISpan().Of(m))
		}
	}
	f.Add([]byte("tel:+1-2;phone-context=a"), []byte("tel:+12"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if len(a) > sipparse.MaxMessage-20 || len(b) > sipparse.MaxMessage {
			return
		}
		var u, v sipparse.URI
		e := sipparse.ParseURI(a, 0, len(a), &u)
		around := append(append([]byte("x"), a...), `>;x="@`...)
		if g := sipparse.ParseURI(around, 1, 1+len(a), &v); g != e || g == sipparse.OK && !bytes.Equal(u.User.Of(a), v.User.Of(around)) {
			t.Fatalf("%s alone, %s with something around it", e, g)
		}
		if got := sipparse.EqualURI(a, a); got != (e == sipparse.OK) {
			t.Fatalf("equal to itself: %v, %s", got, e)
		}
		if sipparse.EqualURI(a, b) != sipparse.EqualURI(b, a) {
			t.Fatal("equal in one direction only")
		}
		if e != sipparse.OK {
			return
		}
		at := 0
		for i, s := range []sipparse.Span{u.SchemeSpan, u.User, u.Password, u.HostRef, u.Port, u.Params, u.Headers} {
			if s.IsZero() {
				continue
			}
			inside(t, fmt.Sprint("part ", i), s, at, len(a))
			at = s.End()
		}
		for _, s := range []sipparse.Span{u.Transport, u.MAddr, u.TTL, u.UserParam, u.Method} {
			inside(t, "parameter", s, int(u.Params.Off), u.Params.End())
		}
		if (u.Scheme == sipparse.SchemeSIP || u.Scheme == sipparse.SchemeSIPS) && u.Host.Len == 0 {
			t.Fatal("no host")
		}
	})
}
