package rt

import (
	"net/netip"
	"strings"
	"testing"

	"sipedge/script/value"
)

func TestJoinIsAppendValueForAll(t *testing.T) {
	c := &Ctx{}
	c.Reset(&Program{Consts: []byte("const")}, []byte("message"))
	long := c.NewString([]byte(strings.Repeat("x", ArenaLimit-100)))
	for _, vs := range [][]value.Value{
		{}, {value.FromInt(-2147483648)}, {value.FromSpan(value.Const, 1, 3), {}, value.FromSpan(value.Msg, 0, 4), value.FromInt(7)},
		{value.FromInt(1), value.FromInt(2), value.FromInt(3), value.FromInt(4), value.FromInt(5), value.FromInt(6)}, // no room for the longest numbers, but for these
	} {
		m := c.Mark()
		for _, v := range vs {
			c.AppendValue(v)
		}
		want := string(c.Bytes(c.FromMark(m)))
		c.Truncate(m)
		if got := string(c.Bytes(c.Join(vs))); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		c.Truncate(m)
	}
	defer func() {
		if e, _ := recover().(*ScriptError); e == nil || e.Err != ErrArena {
			t.Errorf("not refused: %v", e)
		}
	}()
	c.Join([]value.Value{long, long})
}

func TestSourceTextIsBuiltOnceAndNeverStale(t *testing.T) {
	c := &Ctx{}
	c.Reset(&Program{}, nil)
	if !c.SourceText().IsUndef() {
		t.Error("a text without an address")
	}
	c.Src = netip.MustParseAddrPort("[::ffff:192.0.2.1]:5060")
	m := c.Mark()
	v := c.SourceText()
	if string(c.Bytes(v)) != "192.0.2.1" || c.SourceText() != v {
		t.Errorf("%q", c.Bytes(v))
	}
	c.Truncate(m) // as a log line does that named it
	c.Append([]byte("something else"))
	if got := string(c.Bytes(c.SourceText())); got != "192.0.2.1" {
		t.Errorf("after the arena was taken back: %q", got)
	}
	c.Src = netip.MustParseAddrPort("[2001:db8::1]:5060")
	if got := string(c.Bytes(c.SourceText())); got != "2001:db8::1" {
		t.Errorf("of another address: %q", got)
	}
}
