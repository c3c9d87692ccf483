package rt

import (
	"strings"
	"testing"

	"sipedge/script/value"
)

type quietEnv struct{ lines []string }

func (*quietEnv) IsMyself([]byte, uint16, Proto) bool { return false }
func (e *quietEnv) Log(_ int, b []byte)               { e.lines = append(e.lines, string(b)) }
func (*quietEnv) LogEnabled(int) bool                 { return true }
func (*quietEnv) WallClock() int64                    { return 0 }
func (*quietEnv) WhileLimit() int                     { return 100 }

func fresh() (*Ctx, *quietEnv) {
	e := &quietEnv{}
	c := &Ctx{Env: e}
	c.Reset(&Program{CallDepth: 10, NumVars: 2, Consts: []byte("abc42"), Positions: func(int32) string { return "x.cfg:1:2" }}, []byte("message"))
	return c, e
}

func TestReturnGoesToTheCaller(t *testing.T) {
	c, _ := fresh()
	var trace []string
	step := func(s string, next Op) Op {
		return func(*Ctx) Op { trace = append(trace, s); return next }
	}
	route := step("route", func(c *Ctx) Op { return c.Return(-3) })
	after := func(c *Ctx) Op {
		if c.Ret() != -3 || c.Temp(0).Int() != 5 {
			t.Errorf("result %d, temporary %d", c.Ret(), c.Temp(0).Int())
		}
		return step("after", nil)
	}
	st, err := c.Run(func(c *Ctx) Op {
		c.Push(0, value.FromInt(5))
		return c.Call(after, 1, func(c *Ctx) Op { c.Push(0, value.FromInt(6)); return route })
	})
	if st != Exited || err != nil || strings.Join(trace, " ") != "route after" {
		t.Errorf("%v %v %v", st, err, trace)
	}
}

func TestDeepCallsFailTheScriptAlone(t *testing.T) {
	c, _ := fresh()
	var again Op
	again = func(c *Ctx) Op { return c.Call(nil, 0, again) }
	if st, err := c.Run(again); st != Exited || err != ErrCallDepth {
		t.Errorf("%v %v", st, err)
	}
	c.Reset(c.Program(), []byte("next"))
	if st, err := c.Run(func(c *Ctx) Op { return c.Finish(true) }); st != Dropped || err != nil {
		t.Errorf("the next message: %v %v", st, err)
	}
}

func TestNestedBlockLeavesTheRunningScriptAsItWas(t *testing.T) {
	c, _ := fresh()
	st, err := c.Run(func(c *Ctx) Op {
		c.Push(0, value.FromInt(7))
		c.SetRet(4)
		c.At(9, 1)
		c.Route = RequestRoute
		st, err := c.RunNested(func(c *Ctx) Op {
			c.Push(0, value.FromInt(8))
			c.Pos = 10
			return c.Call(func(c *Ctx) Op { return c.Finish(true) }, 1, func(c *Ctx) Op { return c.Return(2) })
		})
		if st != Dropped || err != nil {
			t.Errorf("nested: %v %v", st, err)
		}
		if c.Temp(0).Int() != 7 || c.Ret() != 4 || c.Pos != 9 || c.State() != Running {
			t.Errorf("temporary %d, result %d, position %d, state %d", c.Temp(0).Int(), c.Ret(), c.Pos, c.State())
		}
		return c.Return(1)
	})
	if st != Exited || err != nil {
		t.Errorf("%v %v", st, err)
	}
}

func TestNestedBlockCannotWait(t *testing.T) {
	c, _ := fresh()
	c.Run(func(c *Ctx) Op {
		if st, err := c.RunNested(func(c *Ctx) Op { return c.SuspendAt(nil) }); st != Exited || err != ErrNestedWait {
			t.Errorf("%v %v", st, err)
		}
		return nil
	})
}

func TestParkedValuesStayTheSame(t *testing.T) {
	c, _ := fresh()
	msg := value.FromSpan(value.Msg, 0, 4)
	built := c.Concat(msg, value.FromInt(12))
	old := c.Msg
	buf := make([]byte, c.ParkSize())
	c.Park(buf)
	clear(old)
	more := c.Concat(built, value.FromSpan(value.Const, 0, 3))
	if string(c.Bytes(msg)) != "mess" || string(c.Bytes(built)) != "mess12" || string(c.Bytes(more)) != "mess12abc" {
		t.Errorf("%s %s %s", c.Bytes(msg), c.Bytes(built), c.Bytes(more))
	}
}

func TestStringsHaveALimit(t *testing.T) {
	c, _ := fresh()
	_, err := c.Run(func(c *Ctx) Op {
		for {
			c.AppendString(strings.Repeat("x", 1000))
		}
	})
	if err != ErrArena {
		t.Error(err)
	}
	c.TrimArena(100)
	if cap(c.arena) != 0 {
		t.Error("the long strings' memory is kept")
	}
}

func TestOperators(t *testing.T) {
	c, e := fresh()
	undef := value.Value{}
	abc, n42 := value.FromSpan(value.Const, 0, 3), value.FromSpan(value.Const, 3, 2)
	num := value.FromInt
	for i, tt := range []struct{ got, want bool }{
		{c.Equal(undef, undef), true}, {c.Equal(undef, num(0)), true}, {c.Equal(undef, value.Empty()), true}, {c.Equal(undef, abc), false},
		{c.Equal(num(0), abc), true}, {c.Equal(abc, num(0)), false}, {c.Equal(n42, num(42)), true}, {c.Equal(num(42), n42), true},
		{c.Equal(value.Empty(), num(0)), false}, {c.Equal(num(0), value.Empty()), true},
		{c.EqualText(num(0), value.Empty()), false}, {c.EqualText(num(12), num(12)), true}, {c.EqualText(num(42), n42), true},
		{c.True(num(-1)), false}, {c.Truth(num(-1)), true}, {c.True(n42), true}, {c.True(abc), false}, {c.Truth(undef), false},
		{c.Add(num(1), n42) == num(43), true}, {c.Add(num(2147483647), num(1)) == num(-2147483648), true},
		{string(c.Bytes(c.Add(undef, num(5)))) == "5", true}, {string(c.Bytes(c.Add(n42, num(5)))) == "425", true},
		{Shift(1, 33, true) == 2, true}, {Shift(-8, 1, false) == -4, true}, {c.TextLen(num(-100)) == 4, true},
		{c.Divide(-7, 2, false) == -3, true}, {c.Divide(-7, 2, true) == -1, true},
	} {
		if tt.got != tt.want {
			t.Errorf("case %d: %v", i, tt.got)
		}
	}
	if c.TakeFault() {
		t.Error("a fault where there was none")
	}
	if c.Divide(1, 0, false); !c.TakeFault() || c.TakeFault() {
		t.Error("a division by zero is a fault, once")
	}
	if len(e.lines) != 1 || e.lines[0] != "<script>: x.cfg:1:2: division by zero" {
		t.Errorf("%q", e.lines)
	}
}

func TestAVPsAreAStackPerName(t *testing.T) {
	c, _ := fresh()
	for i := range int64(3) {
		c.AddAVP(1, value.FromInt(i))
		c.AddAVP(2, value.FromInt(10+i))
	}
	if c.AVP(1, 0).Int() != 2 || c.AVP(1, 2).Int() != 0 || !c.AVP(1, 3).IsUndef() || !c.AVP(1, -1).IsUndef() {
		t.Error("indexes")
	}
	if s := c.AVPsText(2); string(c.Bytes(s)) != "12, 11, 10" {
		t.Errorf("%s", c.Bytes(s))
	}
	*c.AVPFlags(1, 0) = 4
	if c.DeleteAVPs(1, false) != 1 || c.AVP(1, 0).Int() != 1 || *c.AVPFlags(1, 0) != 0 {
		t.Error("deleting the newest")
	}
	if c.DeleteAVPs(2, true) != 3 || c.CountAVPs(2) != 0 || c.CountAVPs(1) != 2 {
		t.Error("deleting all")
	}
	for range 10 * MaxAVPs {
		c.AddAVP(3, value.FromInt(1))
		c.DeleteAVPs(3, true)
	}
	_, err := c.Run(func(c *Ctx) Op {
		for {
			c.AddAVP(4, value.FromInt(1))
		}
	})
	if err != ErrAVPs {
		t.Error(err)
	}
}

func TestRunningDoesNotAllocate(t *testing.T) {
	c, _ := fresh()
	msg := []byte("message")
	entry := func(c *Ctx) Op {
		c.AddAVP(1, c.Concat(value.FromSpan(value.Msg, 0, 4), value.FromInt(5)))
		c.AddAVP(1, value.FromInt(1))
		c.AVPsText(1)
		c.DeleteAVPs(1, true)
		return c.Return(1)
	}
	p := c.Program()
	if n := testing.AllocsPerRun(100, func() {
		c.Reset(p, msg)
		c.Run(entry)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
