package sipparse

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// frames runs a stream through a Framer, in pieces that end at the cuts, and
// writes down what comes out.
func frames(t testing.TB, stream []byte, cuts func(at int) int) string {
	var f Framer
	var out strings.Builder
	taken, have := 0, 0
	for {
		n, st := f.Next(stream[taken:have])
		switch st {
		case FrameMore:
			if have == len(stream) {
				fmt.Fprintf(&out, "rest %d", have-taken)
				return out.String()
			}
			have = min(len(stream), cuts(have))
			continue
		case FrameBad:
			fmt.Fprintf(&out, "bad %d %s", n, f.Err().Reason())
			return out.String()
		case FrameMessage:
			fmt.Fprintf(&out, "message %d; ", n)
		case FramePing:
			fmt.Fprintf(&out, "ping; ")
		case FramePong:
			fmt.Fprintf(&out, "pong; ")
		}
		if n <= 0 || taken+n > have {
			t.Fatalf("status %d takes %d of %d bytes", st, n, have-taken)
		}
		taken += n
	}
}

func whole(at int) int { return 1 << 30 }

func TestFramerFindsTheEndOfEachMessage(t *testing.T) {
	const opt = "OPTIONS sip:a SIP/2.0\r\n"
	for _, tc := range []struct{ in, want string }{
		{"", "rest 0"},
		{opt + "\r\n", "message 25; rest 0"},
		{opt + "l: 3\r\n\r\nabc" + opt + "\r\n", "message 34; message 25; rest 0"},
		{opt + "l: 3\r\n\r\nab", "rest 33"},
		{opt + "Content-Length   :\r\n  3\r\n\r\nabcX", "message 53; rest 1"},
		{opt + "CONTENT-LENGTH: 0003\r\nl: 3\r\n\r\nabc", "message 56; rest 0"},
		{strings.ReplaceAll(opt, "\r", "") + "l: 3\nx: y\n\nabc", "message 36; rest 0"},
		{strings.ReplaceAll(opt, "\r", "") + "l: 3\r\n\r\nabc", "message 33; rest 0"},
		{opt + "l: 3\nx: y\r\n\r\nabc", "bad 36 Bad Header Line"},
		{opt + "l: 3\r\n\nabc", "bad 30 Bad Header Line"},
		{opt + "l: 3\r\nl: 4\r\n\r\nabcd", "bad 37 Differing Content-Length Headers"},
		{opt + "l: -1\r\n\r\n", "bad 32 Bad Content-Length"},
		{opt + "l: 1 1\r\n\r\n", "bad 33 Bad Content-Length"},
		{opt + "l:\r\n\r\n", "bad 29 Bad Content-Length"},
		{opt + "l: 2147483648\r\n\r\n", "bad 40 Bad Content-Length"},
		{opt + "l: 4294967296\r\n\r\n", "bad 40 Bad Content-Length"},
		{opt + "l: 9223372036854775808\r\n\r\n", "bad 49 Bad Content-Length"},
		{opt + "l: 18446744073709551616\r\n\r\n", "bad 50 Bad Content-Length"},
		{opt + "l: 65535\r\n\r\n", "bad 35 Message Too Large"},
		{opt + "x: a\rl: 3\r\n\r\nabc", "bad 36 Stray CR in Header"},
		{"\r\n\r\n" + opt + "\r\n", "ping; message 25; rest 0"},
		{"\r\n" + opt + "\r\n\r\n", "pong; message 25; pong; rest 0"},
		{"\r\n\r\n\r\n", "ping; pong; rest 0"},
		{"\n" + opt, "bad 0 Not a SIP Message"},
		{opt + strings.Repeat("a:\r\n", MaxHeaders) + "\r\n", fmt.Sprintf("message %d; rest 0", 25+4*MaxHeaders)},
		{opt + strings.Repeat("a:\r\n", MaxHeaders+1) + "\r\n", fmt.Sprintf("bad %d Too Many Headers", 23+4*MaxHeaders)},
		{opt + "a: " + strings.Repeat("b", DefaultMaxHeaderBlock), fmt.Sprintf("bad %d Header Block Too Large", DefaultMaxHeaderBlock)},
	} {
		if got := frames(t, []byte(tc.in), whole); got != tc.want {
			t.Errorf("%.60q: %s, want %s", tc.in, got, tc.want)
		}
	}
}

func TestFramerRequiresContentLengthWhenAskedTo(t *testing.T) {
	f := Framer{RequireLength: true}
	m := []byte("OPTIONS sip:a SIP/2.0\r\n\r\n")
	if n, st := f.Next(m); st != FrameBad || n != len(m) || f.Err() != ErrNoContentLength {
		t.Errorf("%d, status %d, %s", n, st, f.Err())
	}
	if n, st := f.Next(append(m, 'x')); st != FrameBad || n != len(m) {
		t.Errorf("second call: %d, status %d", n, st)
	}
}

// The same frames come out however the stream is cut.
func TestFramerDoesNotDependOnThePieces(t *testing.T) {
	stream := []byte("\r\n\r\n")
	for _, name := range samples {
		stream = append(stream, sample(t, name)...)
	}
	stream = append(stream, "\r\n\r\nBYE sip:a SIP/2.0\r\nl: 1\r\nl: 2\r\n\r\n"...)
	want := frames(t, stream, whole)
	one := func(at int) int { return at + 1 }
	if got := strings.ReplaceAll(frames(t, stream, one), "pong; ping; ", "ping; "); got != want {
		t.Errorf("a byte at a time:\n%s, want\n%s", got, want)
	}
	for k := range stream {
		got := frames(t, stream, func(at int) int {
			if at < k {
				return k
			}
			return len(stream)
		})
		if got = strings.ReplaceAll(got, "pong; ping; ", "ping; "); got != want {
			t.Fatalf("cut at %d:\n%s, want\n%s", k, got, want)
		}
	}
}

func TestFramerDoesNotAllocate(t *testing.T) {
	m := bytes.Repeat(sample(t, "invite"), 3)
	if n := testing.AllocsPerRun(100, func() {
		var f Framer
		for b := m; len(b) > 0; {
			n, st := f.Next(b)
			if st != FrameMessage {
				t.Fatal(st)
			}
			b = b[n:]
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkFrame(b *testing.B) {
	m := sample(b, "invite")
	b.Run("once", func(b *testing.B) {
		var f Framer
		for b.Loop() {
			f.Next(m)
		}
	})
	b.Run("bytewise", func(b *testing.B) {
		var f Framer
		for b.Loop() {
			for i := 1; i <= len(m); i++ {
				f.Next(m[:i])
			}
		}
	})
}
