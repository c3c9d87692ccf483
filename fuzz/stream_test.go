package fuzz

import (
	"bytes"
	"fmt"
	"testing"

	"sipedge/sipparse"
)

// cut runs a stream through a Framer in pieces whose lengths are the bytes of
// cuts, over and over; without cuts it comes in one piece. A double CRLF that
// comes in two pieces is a pong and a ping; both are written as a ping.
func cut(t *testing.T, stream, cuts []byte) string {
	f := sipparse.Framer{MaxHeaderBlock: 2000, MaxBody: 3000}
	var out []string
	taken, have, k := 0, 0, 0
	for {
		n, st := f.Next(stream[taken:have])
		if st == sipparse.FrameBad {
			if n > have-taken {
				t.Fatalf("%d bytes of %d", n, have-taken)
			}
			return fmt.Sprint(out, "bad ", f.Err())
		}
		if st == sipparse.FrameMore {
			if have == len(stream) {
				return fmt.Sprint(out, "rest ", have-taken)
			}
			piece := len(stream)
			if len(cuts) > 0 {
				piece = 1 + int(cuts[k%len(cuts)])
				k++
			}
			have = min(len(stream), have+piece)
			continue
		}
		if n <= 0 || n > have-taken {
			t.Fatalf("status %d takes %d of %d bytes", st, n, have-taken)
		}
		taken += n
		if st == sipparse.FramePing && len(out) > 0 && n == 2 && out[len(out)-1] == "pong" {
			out = out[:len(out)-1]
		}
		out = append(out, [...]string{"", fmt.Sprint("message ", n), "ping", "pong", ""}[st])
	}
}

// FuzzFrame cuts a stream into messages; the result does not depend on the
// pieces that it comes in, and what is framed as a message has its length from
// its own Content-Length.
func FuzzFrame(f *testing.F) {
	for _, m := range messages(f) {
		f.Add(m, []byte{1})
		f.Add(append(append([]byte("\r\n\r\n"), m...), m...), []byte{7, 1, 90})
	}
	f.Fuzz(func(t *testing.T, stream, cuts []byte) {
		// An error at the very end may be seen only when more has come.
		stream = append(stream[:len(stream):len(stream)], 0, 0, 0, 0)
		want := cut(t, stream, nil)
		if got := cut(t, stream, cuts); got != want {
			t.Fatalf("in pieces %s, whole %s", got, want)
		}
		var fr sipparse.Framer
		n, st := fr.Next(stream)
		if st != sipparse.FrameMessage {
			return
		}
		m := stream[:n]
		var x sipparse.Index
		if e := sipparse.Parse(m, &x); e != sipparse.OK {
			return
		}
		length, ok := x.ContentLength(m)
		if x.First(sipparse.HdrContentLength) >= 0 && (!ok || x.BodyOff()+length != n) {
			t.Fatalf("framed as %d bytes, body at %d, Content-Length %d %v", n, x.BodyOff(), length, ok)
		}
	})
}

// FuzzEdits makes changes as its second argument says, four bytes each. Its
// result is that of a slow editor which keeps what is put in before every byte.
func FuzzEdits(f *testing.F) {
	f.Add([]byte("0123456789"), []byte{0, 1, 2, 3, 1, 4, 0, 2, 2, 4, 1, 3})
	f.Fuzz(func(t *testing.T, msg, script []byte) {
		if len(msg) > 256 {
			msg = msg[:256]
		}
		arena := []byte("abcdefghijklmnopqrstuvwxyz")
		var e sipparse.Edits
		before := make([][][]byte, len(msg)+1)
		gone := make([]bool, len(msg)+1)
		for ; len(script) >= 4; script = script[4:] {
			off, n, d := int(script[1])%(len(msg)+1), int(script[2]), int(script[3])%20
			n = min(n, len(msg)-off)
			switch script[0] % 3 {
			case 0:
				if e.Cut(off, n) {
					for i := off; i < off+n; i++ {
						gone[i] = true
					}
				}
			case 1:
				if e.InsertAt(off, d, 3, false) {
					before[off] = append(before[off], arena[d:d+3])
				}
			case 2:
				if e.InsertAt(off, d, 2, true) {
					before[off] = append([][]byte{arena[d : d+2]}, before[off]...)
				}
			}
		}
		var want []byte
		for i := range before {
			want = append(want, bytes.Join(before[i], nil)...)
			if i < len(msg) && !gone[i] {
				want = append(want, msg[i])
			}
		}
		if got := e.AppendTo(nil, msg, arena); !bytes.Equal(got, want) || e.Size(len(msg)) != len(want) {
			t.Fatalf("%q, size %d, want %q", got, e.Size(len(msg)), want)
		}
	})
}
