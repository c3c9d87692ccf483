package fuzz

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sipedge/sipparse"
)

// messages are the whole messages at hand.
func messages(tb testing.TB) (all [][]byte) {
	for _, pattern := range []string{"../sipparse/testdata/*.sip", "../../shared/spec/torture/*/*.dat"} {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				tb.Fatal(err)
			}
			all = append(all, b)
		}
	}
	return all
}

// inside checks that a span lies within b[off:end].
func inside(t *testing.T, what string, s sipparse.Span, off, end int) {
	if s.IsZero() || int(s.Off) >= off && s.End() <= end {
		return
	}
	t.Fatalf("%s: %v is not within %d to %d", what, s, off, end)
}

// FuzzMessage parses bytes as one message. Every span lies inside of it, headers
// follow each other, chains are complete and in order, start line, headers,
// empty line and body make up the message byte for byte, a second parse and a
// clone give the same, and the cost does not leave the linear.
func FuzzMessage(f *testing.F) {
	for _, m := range messages(f) {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var x, y sipparse.Index
		e := sipparse.Parse(b, &x)
		start := x.StartLine()
		for _, s := range []sipparse.Span{start, x.MethodSpan(), x.URISpan(), x.VersionSpan(), x.ReasonSpan()} {
			inside(t, "start line", s, 0, len(b))
		}
		if e != sipparse.OK && e.Answerable() && !x.IsRequest() {
			t.Fatalf("%s in a reply is answerable", e)
		}
		whole := append([]byte(nil), start.Of(b)...)
		last := map[sipparse.HeaderType]int{}
		at := start.End()
		for i := range x.Len() {
			off, end := x.Line(i)
			if off < at || end < off || e == sipparse.OK && off != at {
				t.Fatalf("header %d is at %d to %d behind %d", i, off, end, at)
			}
			at = end
			whole = append(whole, b[off:end]...)
			inside(t, "name", x.Name(i), off, end)
			inside(t, "body", x.Body(i), x.Name(i).End()+1, end)
			want := x.First(x.Type(i))
			if k, ok := last[x.Type(i)]; ok {
				want = x.Next(k)
			}
			if want != i {
				t.Fatalf("header %d is not where its chain says: %d", i, want)
			}
			last[x.Type(i)] = i
		}
		for typ, i := range last {
			if x.Next(i) != -1 {
				t.Fatalf("chain of %s goes on behind its last", typ)
			}
		}
		if e == sipparse.OK {
			whole = append(whole, b[x.HeadersEnd():]...)
			if !bytes.Equal(whole, b) {
				t.Fatalf("put together again:\n%q, was\n%q", whole, b)
			}
		}
		if sipparse.Parse(b, &y) != e || y != x {
			t.Fatal("a second parse differs")
		}
		v := x.Validate(b)
		x.Full(b)
		if v == sipparse.OK {
			pieces(t, b, &x)
		}
		x.CloneTo(&y)
		if y.Validate(b) != v || y.Len() != x.Len() || y.MsgBody(b) != x.MsgBody(b) {
			t.Fatal("a clone differs")
		}
		inside(t, "message body", x.MsgBody(b), x.BodyOff(), len(b))
		if len(b) > 4096 {
			linear(t, b)
		}
	})
}

// pieces checks the typed pieces of a message that is valid.
func pieces(t *testing.T, b []byte, x *sipparse.Index) {
	via, e := x.TopVia(b)
	if e != sipparse.OK || via.Host.Len == 0 || via.Transport.Len == 0 {
		t.Fatalf("top Via: %s", e)
	}
	for _, s := range []sipparse.Span{via.Transport, via.Host, via.HostRef, via.Port, via.Params, via.Branch, via.Received, via.RPort} {
		inside(t, "top Via", s, int(via.Whole.Off), via.Whole.End())
	}
	for _, get := range []func([]byte) (*sipparse.NameAddr, sipparse.Err){x.From, x.To} {
		n, e := get(b)
		if e != sipparse.OK || n.URI.Len == 0 {
			t.Fatalf("address: %s", e)
		}
		for _, s := range []sipparse.Span{n.Display, n.URI, n.Params, n.Tag} {
			inside(t, "address", s, int(n.Whole.Off), n.Whole.End())
		}
	}
	if c, e := x.CSeq(b); e != sipparse.OK || c.Number > sipparse.MaxCSeq || c.MethodSpan.Len == 0 {
		t.Fatalf("CSeq: %s", e)
	}
	if x.CallID(b).Len == 0 {
		t.Fatal("no Call-ID in a valid message")
	}
}

// linear checks that the cost for a byte stays far below what anything but
// linear costs: the fastest of some runs, so that a busy machine does not count.
func linear(t *testing.T, b []byte) {
	var x sipparse.Index
	best := time.Hour
	for range 5 {
		begin := time.Now()
		sipparse.Parse(b, &x)
		x.Validate(b)
		x.Full(b)
		best = min(best, time.Since(begin))
	}
	if limit := time.Duration(len(b)) * 200 * time.Nanosecond; best > limit {
		t.Fatalf("%d bytes take %v", len(b), best)
	}
}
