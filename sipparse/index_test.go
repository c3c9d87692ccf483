package sipparse

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"sipedge/sipparse/internal/headergen"
)

func TestIndexIsSmallAndHasNoPointers(t *testing.T) {
	for _, v := range []any{Index{}, Edits{}, Framer{}} {
		noPointers(t, reflect.TypeOf(v), reflect.TypeOf(v).Name())
	}
	if n := unsafe.Sizeof(Index{}); n > 1536 {
		t.Errorf("an Index has %d bytes", n)
	}
}

func noPointers(t *testing.T, typ reflect.Type, path string) {
	switch typ.Kind() {
	case reflect.Struct:
		for i := range typ.NumField() {
			noPointers(t, typ.Field(i).Type, path+"."+typ.Field(i).Name)
		}
	case reflect.Array:
		noPointers(t, typ.Elem(), path+"[]")
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.String, reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		t.Errorf("%s is a %s", path, typ.Kind())
	}
}

func TestNothingAllocates(t *testing.T) {
	var x, y Index
	var d Digest
	for _, name := range samples {
		m := sample(t, name)
		if n := testing.AllocsPerRun(50, func() {
			Parse(m, &x)
			x.Full(m)
			x.Validate(m)
			x.Expires(m)
			x.CloneTo(&y)
			if i := x.First(HdrAuthorization); i >= 0 {
				s := x.Body(i)
				ParseDigest(m, int(s.Off), s.End(), &d)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	a, b := []byte("sip:Al%69ce@[2001:db8:0::1]:5060;transport=tcp?a=b"), []byte("sip:Alice@[2001:db8::1]:5060;Transport=TCP?a=b")
	if n := testing.AllocsPerRun(50, func() {
		if !EqualURI(a, b) {
			t.Fatal("not equal")
		}
	}); n != 0 {
		t.Errorf("EqualURI: %v allocations", n)
	}
}

func TestACloneIsTheSameIndex(t *testing.T) {
	long := sample(t, "carrier")
	var dst Index
	Parse(long, &dst)
	for _, name := range samples {
		m := sample(t, name)
		var x Index
		Parse(m, &x)
		x.Validate(m)
		x.CloneTo(&dst)
		moved := []byte(string(m))
		if err := sound(moved, &dst); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if dst.head != x.head || dst.Len() != x.Len() || dst.Body(dst.Len()-1) != x.Body(x.Len()-1) {
			t.Errorf("%s: the clone differs", name)
		}
	}
}

func TestHeaderTableIsUpToDate(t *testing.T) {
	text, err := os.ReadFile("headers.txt")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := headergen.Read(string(text))
	if err != nil {
		t.Fatal(err)
	}
	want, err := headergen.Generate(rows)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile("zheaders.go"); string(got) != string(want) {
		t.Error("zheaders.go is stale: run go generate")
	}
}

func TestEveryHeaderNameIsKnownInAnyForm(t *testing.T) {
	for typ := HdrVia; typ < numHeaderTypes; typ++ {
		names := []string{typ.String()}
		if c := typ.Compact(); c != 0 {
			names = append(names, string(rune(c)))
		}
		for _, name := range names {
			for _, form := range []string{name, strings.ToUpper(name), strings.ToLower(name)} {
				if got := LookupHeader([]byte(form)); got != typ {
					t.Errorf("%s is %s", form, got)
				}
				for _, line := range []string{form + ":", form + " : ", form + "\t:"} {
					m := []byte("OPTIONS sip:a SIP/2.0\r\n" + line + "x\r\n\r\n")
					var x Index
					if e := Parse(m, &x); e != OK || x.Len() != 1 || x.Type(0) != typ || string(x.Name(0).Of(m)) != form || string(x.Body(0).Of(m)) != "x" {
						t.Errorf("%q: %s, %s %q", line, e.String(), x.Type(0), x.Body(0).Of(m))
					}
				}
			}
			// A name that differs by the bit of the case only is another name.
			for i := range name {
				b := []byte(name)
				b[i] ^= 0x20
				if got := LookupHeader(b); got != HdrOther && !strings.EqualFold(string(b), name) {
					t.Errorf("%q is %s", b, got)
				}
			}
		}
	}
	for _, name := range []string{"", "Vi", "Vias", "Call ID", "Call\rID", "Content-Lengt", "Content-Length-", "X-Via", "é"} {
		if got := LookupHeader([]byte(name)); got != HdrOther {
			t.Errorf("%q is %s", name, got)
		}
	}
}

// What a message that cannot be accepted is refused with.
func TestValidateNamesWhatIsWrong(t *testing.T) {
	const (
		line = "INVITE sip:b@example.com SIP/2.0\r\n"
		via  = "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
		from = "From: <sip:a@example.com>;tag=1\r\n"
		to   = "To: <sip:b@example.com>\r\n"
		id   = "Call-ID: 1\r\n"
		cseq = "CSeq: 1 INVITE\r\n"
		all  = via + from + to + id + cseq
	)
	for _, tc := range []struct{ in, want string }{
		{line + all + "\r\n", "OK"},
		{line + all + "\n", "OK"},
		{strings.ReplaceAll(line+all, "\r", "") + "\n", "OK"},
		{line + all + "l: 3\r\n\r\nabcdef", "OK"},
		{line + all + "l: 3\r\n\r\nab", "Body Shorter Than Content-Length"},
		{line + all + "l: 3\r\nContent-Length : 3\r\n\r\nabc", "OK"},
		{line + all + "l: 3\r\nContent-Length : 4\r\n\r\nabcd", "Differing Content-Length Headers"},
		{line + all + "l: 4294967299\r\n\r\nabc", "Body Shorter Than Content-Length"},
		{line + all + "l: +3\r\n\r\nabc", "Bad Content-Length"},
		{line + all + "l:\r\n\r\nabc", "Bad Content-Length"},
		{line + all, "Header Block Not Terminated"},
		{line + all + "X", "Bad Header Line"},
		{line + all + "X\r\n\r\n", "Bad Header Line"},
		{line + all + ": x\r\n\r\n", "Bad Header Name"},
		{line + all + "X\x00: x\r\n\r\n", "Bad Header Name"},
		{line + all + "X\r: x\r\n\r\n", "Bad Header Name"},
		{line + all + "X Y: x\r\n\r\n", "Bad Header Name"},
		{line + " " + all + "\r\n", "Bad Header Line"},
		{line + all + strings.Repeat("a:\r\n", MaxHeaders-5) + "\r\n", "OK"},
		{line + all + strings.Repeat("a:\r\n", MaxHeaders-4) + "\r\n", "Too Many Headers"},
		{line + via + from + id + cseq + "\r\n", "Missing To"},
		{line + via + to + cseq + "\r\n", "Missing From, Call-ID"},
		{line + "\r\n", "Missing Via, From, To, Call-ID, CSeq"},
		{line + all + from + "\r\n", "More Than One From"},
		{line + all + "t: <sip:b@example.com>\r\n\r\n", "More Than One To"},
		{line + all + id + "\r\n", "More Than One Call-ID"},
		{line + all + cseq + "\r\n", "More Than One CSeq"},
		{line + all + "Max-Forwards: 1\r\nmax-forwards :1\r\n\r\n", "More Than One Max-Forwards"},
		{line + all + "Max-Forwards: 256\r\n\r\n", "Bad Max-Forwards"},
		{line + all + "Max-Forwards: -1\r\n\r\n", "Bad Max-Forwards"},
		{line + via + from + to + id + "CSeq: 2147483648 INVITE\r\n\r\n", "Bad CSeq"},
		{line + via + from + to + id + "CSeq: 1 invite\r\n\r\n", "CSeq Method Does Not Match"},
		{line + via + from + to + id + "CSeq: 1 BYE\r\n\r\n", "CSeq Method Does Not Match"},
		{line + via + from + to + "Call-ID:\r\n" + cseq + "\r\n", "Bad Call-ID"},
		{line + via + from + "To: <sip:b c>\r\n" + id + cseq + "\r\n", "Bad To"},
		{line + via + from + "To: <sip:b>, <sip:c>\r\n" + id + cseq + "\r\n", "Bad To"},
		{line + via + from + "To: *\r\n" + id + cseq + "\r\n", "Bad To"},
		{line + via + "From: sip:a;tag\r\n" + to + id + cseq + "\r\n", "OK"},
		{line + "Via: x\r\n" + from + to + id + cseq + "\r\n", "Bad Via"},
		{"INVITE sip:b@example.com?a=b SIP/2.0\r\n" + all + "\r\n", "Headers in Request-URI"},
		{"INVITE  sip:b@example.com SIP/2.0\r\n" + all + "\r\n", "Bad Request-Line"},
		{"INVITE sip:b@example.com SIP/2.0 \r\n" + all + "\r\n", "Bad Request-Line"},
		{"INVITE\tsip:b@example.com SIP/2.0\r\n" + all + "\r\n", "Bad Request-Line"},
		{"INVITE SIP/2.0\r\n" + all + "\r\n", "Bad Request-Line"},
		{"INV\x00TE sip:b SIP/2.0\r\n" + all + "\r\n", "Bad Method"},
		{"INVITE sip:b\x00 SIP/2.0\r\n" + all + "\r\n", "Bad Request-URI"},
		{"INVITE sip:b\r SIP/2.0\r\n" + all + "\r\n", "Bad Request-URI"},
		{"INVITE sip:b SIP/3.0\r\n" + all + "\r\n", "Version Not Supported"},
		{"INVITE sip:b sip/2.0\r\n" + all + "\r\n", "OK"},
		{"INVITE tel:+1 SIP/2.0\r\n" + all + "\r\n", "OK"},
		{"INVITE nobody:knows SIP/2.0\r\n" + all + "\r\n", "OK"},
	} {
		m := []byte(tc.in)
		var x Index
		Parse(m, &x)
		e := x.Validate(m)
		if e.Reason() != tc.want {
			t.Errorf("%.70q: %s at %d, want %s", tc.in, e.Reason(), x.ErrOffset(), tc.want)
		}
		if e != OK && e.Answerable() != !strings.Contains(tc.want, "Missing Via") {
			t.Errorf("%.70q: answerable %v", tc.in, e.Answerable())
		}
	}
}

func TestABrokenReplyIsNeverAnswered(t *testing.T) {
	const rest = "Via: SIP/2.0/UDP a\r\nFrom: <sip:a>\r\nTo: <sip:b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n"
	for _, in := range []string{
		"SIP/2.0 99 x\r\n" + rest + "\r\n",
		"SIP/2.0 700 x\r\n" + rest + "\r\n",
		"SIP/2.0 4294967496 x\r\n" + rest + "\r\n",
		"SIP/2.0 200x\r\n" + rest + "\r\n",
		"SIP/2.0 200 a\x00b\r\n" + rest + "\r\n",
		"SIP/2.0 200 a\rb\r\n" + rest + "\r\n",
		"SIP/7.0 200 OK\r\n" + rest + "\r\n",
		"SIP/2.0 200 OK\r\n" + rest,
		"SIP/2.0 200 OK\r\n\r\n",
		"SIP/2.0 200 OK\r\n" + rest + "l: 1\r\n\r\n",
		"SIP/2.0 200 OK\r\n" + rest + "CSeq: 1 BYE\r\n\r\n",
		"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\n", "x", "", "\n",
	} {
		var x Index
		Parse([]byte(in), &x)
		if e := x.Validate([]byte(in)); e == OK || e.Answerable() {
			t.Errorf("%q: %s, answerable %v", in, e.String(), e.Answerable())
		}
	}
	for _, in := range []string{"SIP/2.0 200 OK\r\n", "SIP/2.0 100 \r\n", "sip/2.0 100\r\n", "SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e\r\n"} {
		var x Index
		b := []byte(in + rest + "\r\n")
		if e := Parse(b, &x); e != OK || x.Validate(b) != OK {
			t.Errorf("%q: %s", in, e.String())
		}
	}
}

func TestBodyEndsWhereContentLengthSays(t *testing.T) {
	const head = "OPTIONS sip:a SIP/2.0\r\n"
	for _, tc := range []struct {
		in, body string
		end      int
	}{
		{head + "l: 3\r\n\r\nabcdef", "abc", 34},
		{head + "\r\nabcdef", "abcdef", 31},
		{head + "l: 0\r\n\r\nINVITE", "", 31},
		{head + "l: 9\r\n\r\nabc", "abc", 34},
	} {
		var x Index
		b := []byte(tc.in)
		Parse(b, &x)
		if got := x.MsgBody(b); string(got.Of(b)) != tc.body || x.MsgEnd() != tc.end {
			t.Errorf("%q: body %q, end %d", tc.in, got.Of(b), x.MsgEnd())
		}
	}
}

// TestBrokenLineIsNoPartOfTheHeaderBeforeIt: what is copied into the 400 are the
// headers alone, wherever the line stands that is none.
func TestBrokenLineIsNoPartOfTheHeaderBeforeIt(t *testing.T) {
	headers := []string{
		"Via: SIP/2.0/UDP 192.0.2.1;rport;branch=z9hG4bK1\r\n", "From: <sip:a@example.com>;tag=1\r\n",
		"To: <sip:b@example.com>\r\n", "Call-ID: broken-line\r\n", "CSeq: 1 OPTIONS\r\n",
	}
	for _, broken := range []string{"no header\r\n", "a\rb: c\r\n", "\x00\r\n", "\r\r\n", "?\n",
		"no header\r\n but folded: 1\r\n", "X:" + strings.Repeat(" ", 300) + "1\r\n"} {
		for at := range len(headers) + 1 {
			lines := slices.Insert(slices.Clone(headers), at, broken)
			m := []byte("OPTIONS sip:b@example.com SIP/2.0\r\n" + strings.Join(lines, "") + "\r\n")
			var x Index
			if e := Parse(m, &x); !e.Answerable() {
				t.Errorf("%q at %d: %s", broken, at, e)
			}
			for i, line := range lines {
				off, end := x.Line(i)
				if string(m[off:end]) != line || (x.Type(i) == HdrOther) != (i == at) || (x.Name(i).Len == 0) != (i == at) {
					t.Errorf("%q at %d: header %d is %q", broken, at, i, m[off:end])
				}
			}
			if e := x.Core(m); e != OK {
				t.Errorf("%q at %d: %s", broken, at, e)
			}
		}
	}
}
