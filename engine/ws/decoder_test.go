package ws

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// client is a frame as a client sends it.
func client(first byte, payload string) []byte {
	return clientLen(first, len(payload), payload)
}

// clientLen says that the payload is n bytes long.
func clientLen(first byte, n int, payload string) []byte {
	b := []byte{first}
	switch {
	case n < 126:
		b = append(b, maskBit|byte(n))
	case n < 65536:
		b = append(b, maskBit|126, byte(n>>8), byte(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, maskBit|127), uint64(n))
	}
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	b = append(b, key[:]...)
	for i := range len(payload) {
		b = append(b, payload[i]^key[i%4])
	}
	return b
}

func join(frames ...[]byte) []byte { return bytes.Join(frames, nil) }

// decode runs a stream through a decoder, in pieces that end at the cuts, and writes
// down what comes out.
func decode(t testing.TB, d *Decoder, stream []byte, cuts func(at int) int) string {
	t.Helper()
	stream = bytes.Clone(stream)
	var out strings.Builder
	taken, have := 0, 0
	for {
		n, ev := d.Next(stream[taken:have])
		if n < 0 || n > have-taken || n == 0 && ev != More && ev != Bad {
			t.Fatalf("event %d takes %d of %d bytes", ev, n, have-taken)
		}
		taken += n
		b, own := d.Payload()
		switch ev {
		case More:
			if n != 0 {
				t.Fatalf("More takes %d bytes", n)
			}
			if have == len(stream) {
				fmt.Fprintf(&out, "rest %d", have-taken)
				return out.String()
			}
			have = min(len(stream), cuts(have))
		case Part:
			out.WriteString("part; ")
		case Message:
			if own {
				out.WriteString("own ")
			}
			if len(b) > 40 {
				fmt.Fprintf(&out, "message of %d; ", len(b))
			} else {
				fmt.Fprintf(&out, "message %q; ", b)
			}
		case Ping:
			fmt.Fprintf(&out, "ping %q; ", b)
		case Pong:
			fmt.Fprintf(&out, "pong %q; ", b)
		case Close:
			s, reason, _ := ParseClose(b)
			fmt.Fprintf(&out, "close %d %q", s, reason)
			return out.String()
		case Bad:
			fmt.Fprintf(&out, "bad %d %s", d.Fault().Status, d.Fault().Reason)
			return out.String()
		}
	}
}

func whole(int) int { return 1 << 30 }

func newDecoder() *Decoder {
	return &Decoder{Memory: NewMemory(1<<20, 1<<19)}
}

const (
	text, binaryOp, cont = finBit | byte(OpText), finBit | byte(OpBinary), finBit | byte(OpContinuation)
	begin, more          = byte(OpText), byte(OpContinuation)
	ping, pong, closing  = finBit | byte(OpPing), finBit | byte(OpPong), finBit | byte(OpClose)
)

// corpus is streams and what is found in them.
var corpus = []struct {
	name, want string
	stream     []byte
}{
	{"nothing", "rest 0", nil},
	{"text", `message "Hello"; rest 0`, client(text, "Hello")},
	{"binary is not looked into", `message "\xff"; rest 0`, client(binaryOp, "\xff")},
	{"empty", `message ""; rest 0`, client(text, "")},
	{"125 bytes", "message of 125; rest 0", client(text, strings.Repeat("a", 125))},
	{"126 bytes", "message of 126; rest 0", client(text, strings.Repeat("a", 126))},
	{"the longest", "message of 65535; rest 0", client(text, strings.Repeat("a", 65535))},
	{"one more", "bad 1009 Message too big", client(text, strings.Repeat("a", 65536))},
	{"two", `message "a"; message "b"; rest 0`, join(client(text, "a"), client(text, "b"))},
	{"a length without a payload", "rest 8", clientLen(text, 1000, "")},
	{"in frames", `part; part; own message "Hello"; rest 0`, join(client(begin, "Hel"), client(more, "l"), client(cont, "o"))},
	{"two in frames", `part; own message "ab"; part; own message "c"; rest 0`, join(client(begin, "a"), client(cont, "b"), client(begin, ""), client(cont, "c"))},
	{"empty frames", `part; part; own message ""; rest 0`, join(client(begin, ""), client(more, ""), client(cont, ""))},
	{"control between frames", `part; ping "p"; pong "q"; own message "ab"; rest 0`, join(client(begin, "a"), client(ping, "p"), client(pong, "q"), client(cont, "b"))},
	{"close between frames", `part; close 1000 "bye"`, join(client(begin, "a"), client(closing, "\x03\xe8bye"), client(cont, "b"))},
	{"large in frames", "part; own message of 65535; rest 0", join(client(begin, strings.Repeat("a", 40000)), client(cont, strings.Repeat("b", 25535)))},
	{"too large in frames", "part; bad 1009 Message too big", join(client(begin, strings.Repeat("a", 40000)), client(cont, strings.Repeat("b", 25536)))},
	{"a character over two frames", "part; own message \"é\"; rest 0", join(client(begin, "\xc3"), client(cont, "\xa9"))},
	{"ping of 125", "ping \"" + strings.Repeat("a", 125) + "\"; rest 0", client(ping, strings.Repeat("a", 125))},
	{"close without a status", `close 1000 ""`, client(closing, "")},
	{"close with a private status", `close 4001 ""`, client(closing, "\x0f\xa1")},
	{"behind a close nothing counts", `close 1000 ""`, join(client(closing, ""), client(text, "a"))},

	{"no mask", "bad 1002 Protocol error", []byte{text, 1, 'a'}},
	{"RSV1", "bad 1002 Protocol error", client(text|0x40, "a")},
	{"RSV2", "bad 1002 Protocol error", client(text|0x20, "a")},
	{"RSV3", "bad 1002 Protocol error", client(text|0x10, "a")},
	{"opcode 3", "bad 1008 Unsupported opcode", client(finBit|3, "a")},
	{"opcode 7", "bad 1008 Unsupported opcode", client(finBit|7, "a")},
	{"opcode 11", "bad 1008 Unsupported opcode", client(finBit|11, "a")},
	{"opcode 15", "bad 1008 Unsupported opcode", client(finBit|15, "a")},
	{"continuation of nothing", "bad 1002 Protocol error", client(cont, "a")},
	{"a message within one", "part; bad 1002 Protocol error", join(client(begin, "a"), client(text, "b"))},
	{"ping in frames", "bad 1002 Protocol error", client(byte(OpPing), "a")},
	{"ping of 126", "bad 1002 Protocol error", client(ping, strings.Repeat("a", 126))},
	{"16 bits for 125", "bad 1002 Protocol error", []byte{text, maskBit | 126, 0, 125, 0, 0, 0, 0}},
	{"64 bits for 65535", "bad 1002 Protocol error", []byte{text, maskBit | 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0}},
	{"2^63", "bad 1002 Protocol error", []byte{text, maskBit | 127, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
	{"2^63-1", "bad 1009 Message too big", []byte{text, maskBit | 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}},
	{"2^32", "bad 1009 Message too big", []byte{text, maskBit | 127, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
	{"text that is no UTF-8", "bad 1007 Invalid UTF-8", client(text, "\xff")},
	{"text cut within a character", "bad 1007 Invalid UTF-8", client(text, "\xc3")},
	{"frames that are no UTF-8", "part; bad 1007 Invalid UTF-8", join(client(begin, "a"), client(cont, "\xc3"))},
	{"close with half a status", "bad 1002 Protocol error", client(closing, "\x03")},
	{"close with status 999", "bad 1002 Protocol error", client(closing, "\x03\xe7")},
	{"close with status 1005", "bad 1002 Protocol error", client(closing, "\x03\xed")},
	{"close with status 5000", "bad 1002 Protocol error", client(closing, "\x13\x88")},
	{"close with a reason that is no UTF-8", "bad 1002 Protocol error", client(closing, "\x03\xe8\xff")},
	{"HTTP", "bad 1002 Protocol error", []byte("GET / HTTP/1.1\r\n\r\n")},
	{"SIP", "bad 1002 Protocol error", []byte("OPTIONS sip:a SIP/2.0\r\n\r\n")},
	{"line ends", "bad 1008 Unsupported opcode", []byte("\r\n\r\n")},
	{"a TLS handshake", "bad 1002 Protocol error", []byte{0x16, 3, 1, 2, 0}},
	{"frames without end", strings.Repeat("part; ", MaxFrames) + "bad 1009 Message too big",
		join(client(begin, ""), bytes.Repeat(client(more, ""), MaxFrames))},
}

// TestFrames: RFC 6455 §5.
func TestFrames(t *testing.T) {
	for _, tc := range corpus {
		if got := decode(t, newDecoder(), tc.stream, whole); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

// TestTheSameFramesHoweverAStreamIsCut: at every byte, and a byte at a time.
func TestTheSameFramesHoweverAStreamIsCut(t *testing.T) {
	for _, tc := range corpus {
		if got := decode(t, newDecoder(), tc.stream, func(at int) int { return at + 1 }); got != tc.want {
			t.Errorf("%s, a byte at a time: %s, want %s", tc.name, got, tc.want)
		}
		for k := range min(len(tc.stream), 400) {
			got := decode(t, newDecoder(), tc.stream, func(at int) int {
				if at < k {
					return k
				}
				return len(tc.stream)
			})
			if got != tc.want {
				t.Fatalf("%s, cut at %d: %s, want %s", tc.name, k, got, tc.want)
			}
		}
	}
}

func TestTheLimitHoldsForOneFrameAndForMany(t *testing.T) {
	for _, stream := range [][]byte{client(text, "abcde"), join(client(begin, "abc"), client(cont, "de"))} {
		d := newDecoder()
		d.Limit = 5
		if got := decode(t, d, stream, whole); !strings.HasSuffix(got, `message "abcde"; rest 0`) {
			t.Error(got)
		}
		d.Reset()
		d.Memory = NewMemory(1<<20, 1<<20)
		d.Limit = 4
		if got := decode(t, d, stream, whole); !strings.HasSuffix(got, "bad 1009 Message too big") {
			t.Error(got)
		}
	}
}

// TestAFrameMustFitIntoTheReadBuffer, a message in several need not.
func TestAFrameMustFitIntoTheReadBuffer(t *testing.T) {
	for n, want := range map[int]string{194: "message of 194; rest 0", 193: "message of 193; rest 0", 195: "bad 1009 Message too big"} {
		d := newDecoder()
		d.MaxFrame = 202 // the header has 8 bytes
		if got := decode(t, d, client(text, strings.Repeat("a", n)), whole); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	d := newDecoder()
	d.MaxFrame = 202
	part := strings.Repeat("a", 194)
	if got := decode(t, d, join(client(begin, part), client(more, part), client(cont, part)), whole); got != "part; part; own message of 582; rest 0" {
		t.Error(got)
	}
}

// TestMemoryIsGivenBack whatever becomes of a message in several frames.
func TestMemoryIsGivenBack(t *testing.T) {
	for _, tc := range corpus {
		d := newDecoder()
		m := d.Memory
		decode(t, d, tc.stream, whole)
		d.Reset()
		if n := m.Lent(); n != 0 || len(m.lent) != 0 {
			t.Errorf("%s: %d pieces are lent", tc.name, n)
		}
	}
}

func TestWithoutMemoryThePeerIsToldToComeBack(t *testing.T) {
	d := &Decoder{Memory: NewMemory(1, 1<<20)}
	if got := decode(t, d, client(begin, "a"), whole); got != "bad 1013 Try again later" {
		t.Error(got)
	}
}

// TestOnePeerHasAShareOfTheMemory: what it holds back is not the others'.
func TestOnePeerHasAShareOfTheMemory(t *testing.T) {
	m := NewMemory(16<<20, 128<<10)
	part := client(begin, strings.Repeat("a", 30_000))
	var held []*Decoder
	for i := range 6 {
		d := &Decoder{Memory: m, Peer: 1}
		want := "part; rest 0"
		if i >= 4 {
			want = "bad 1013 Try again later"
		}
		if got := decode(t, d, part, whole); got != want {
			t.Fatalf("message %d: %s, want %s", i, got, want)
		}
		held = append(held, d)
	}
	if got := decode(t, &Decoder{Memory: m, Peer: 2}, part, whole); got != "part; rest 0" {
		t.Errorf("another peer: %s", got)
	}
	held[0].Reset()
	if got := decode(t, &Decoder{Memory: m, Peer: 1}, part, whole); got != "part; rest 0" {
		t.Errorf("when one has ended: %s", got)
	}
}

// TestPartialTellsMessagesApart: the reactor bounds the time of each.
func TestPartialTellsMessagesApart(t *testing.T) {
	d := newDecoder()
	var got []uint32
	for _, f := range [][]byte{client(text, "a"), client(begin, "a"), client(ping, ""), client(cont, "b"), client(begin, "c")} {
		d.Next(f)
		got = append(got, d.Partial())
	}
	if fmt.Sprint(got) != "[0 1 1 0 2]" {
		t.Error(got)
	}
}

func TestDecodingDoesNotAllocate(t *testing.T) {
	d := newDecoder()
	message := client(text, strings.Repeat("a", 900))
	parts := join(client(begin, strings.Repeat("a", 900)), client(ping, "p"), client(cont, strings.Repeat("b", 3000)))
	for _, s := range [][]byte{message, parts} {
		buf := make([]byte, len(s))
		if n := testing.AllocsPerRun(100, func() {
			copy(buf, s)
			for at := 0; at < len(buf); {
				n, ev := d.Next(buf[at:])
				if n == 0 {
					t.Fatal(ev, d.Fault())
				}
				at += n
			}
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	s := client(text, strings.Repeat("a", 900))
	buf := make([]byte, len(s))
	d := newDecoder()
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		copy(buf, s)
		d.Next(buf)
	}
}
