package rt_test

import (
	"slices"
	"testing"

	"sipedge/script/rt"
	"sipedge/script/value"
)

// A state that was saved is what another context loads; strings of the message, of
// the arena and of the program keep their text.
func TestStateIsKeptAsBytes(t *testing.T) {
	prog := &rt.Program{Consts: []byte("constant")}
	msg := []byte("INVITE sip:a@b SIP/2.0\r\n\r\n")
	var c, d, e rt.Ctx
	c.Reset(prog, msg)
	c.AddAVP(1, value.FromSpan(value.Msg, 0, 6))
	c.AddAVP(1, c.NewString([]byte("arena")))
	c.AddAVP(2, value.FromSpan(value.Const, 0, 8))
	c.AddAVP(3, value.FromInt(-7))
	c.SetXAVP(rt.XPath{Root: 4, Field: 5, HasField: true, RootIndex: rt.XNone, FieldIndex: rt.XNone}, c.NewString([]byte("field")))
	c.Flags, c.BranchFlags, c.SendSocket = 5, 6, 7
	state := make([]byte, c.StateSize())
	c.SaveState(state)

	check := func(name string, x *rt.Ctx) {
		t.Helper()
		v, _ := x.XAVP(rt.XPath{Root: 4, Field: 5, HasField: true, RootIndex: rt.XNone, FieldIndex: rt.XNone})
		got := string(x.Text(x.AVP(1, 0))) + "," + string(x.Text(x.AVP(1, 1))) + "," + string(x.Text(x.AVP(2, 0))) + "," + string(x.Text(x.AVP(3, 0))) + "," + string(x.Text(v))
		if got != "arena,INVITE,constant,-7,field" || x.Flags != 5 || x.BranchFlags != 6 {
			t.Errorf("%s: %q, flags %d and %d", name, got, x.Flags, x.BranchFlags)
		}
		if x.SharedChanged() {
			t.Errorf("%s: changed although nothing was", name)
		}
	}
	d.Reset(prog, msg)
	if rest := d.LoadState(state); len(rest) != 0 || d.SendSocket != 7 {
		t.Errorf("%d bytes are left, send socket %d", len(rest), d.SendSocket)
	}
	check("the same message", &d)

	e.Reset(prog, []byte("SIP/2.0 200 OK\r\n\r\n"))
	e.NewString([]byte("something before"))
	e.LoadShared(state, msg)
	check("another message", &e)

	e.AddAVP(1, value.FromSpan(value.Msg, 8, 3))
	if !e.SharedChanged() {
		t.Error("a change is not seen")
	}
	d.TakeShared(&e)
	if got := string(d.Text(d.AVP(1, 0))) + string(d.Text(d.AVP(1, 2))); got != "200INVITE" {
		t.Errorf("after the way back: %q", got)
	}
}

// A block that a function runs may wait: the function waits with it, and the
// outer script goes on with the function's result.
func TestInnerBlockMayWait(t *testing.T) {
	var log []string
	var c rt.Ctx
	c.Reset(&rt.Program{CallDepth: 10}, nil)
	wait := func(next rt.Op) rt.Op { return func(c *rt.Ctx) rt.Op { return c.SuspendAt(next) } }
	note := func(s string) rt.Op {
		return func(c *rt.Ctx) rt.Op { log = append(log, s+"/"+c.Route.String()); return nil }
	}
	inner := wait(note("inner"))
	again := true
	var done rt.InnerDone
	done = func(c *rt.Ctx, st rt.State, err error) int32 {
		if again {
			again = false
			if st, _ := c.RunInner(rt.BranchRoute, inner, done); st == rt.Suspended {
				return rt.Pending
			}
		}
		return 42
	}
	outer := func(c *rt.Ctx) rt.Op {
		if st, _ := c.RunInner(rt.BranchRoute, inner, done); st != rt.Suspended {
			t.Error("the block did not wait")
		}
		return c.SuspendAt(func(c *rt.Ctx) rt.Op {
			if c.Ret() != 42 {
				t.Errorf("the function's result is %d", c.Ret())
			}
			return note("outer")(c)
		})
	}
	c.Route = rt.RequestRoute
	st, err := c.Run(outer)
	for i := 0; st == rt.Suspended && i < 5; i++ {
		st, err = c.Resume(1)
	}
	if st != rt.Exited || err != nil || len(log) != 3 || log[0] != "inner/branch_route" || log[1] != "inner/branch_route" || log[2] != "outer/route" {
		t.Errorf("state %v, %v, %q", st, err, log)
	}
}

// A function may wait by itself before, between and after blocks of its own that wait,
// and blocks that do not.
func TestAFunctionMayWaitBetweenItsBlocks(t *testing.T) {
	wait := func(next rt.Op) rt.Op { return func(c *rt.Ctx) rt.Op { return c.SuspendAt(next) } }
	for steps := range 81 { // each of four steps: itself, a block that waits, one that does not
		var log []string
		var c rt.Ctx
		c.Reset(&rt.Program{CallDepth: 10}, nil)
		note := func(s string) rt.Op {
			return func(c *rt.Ctx) rt.Op { log = append(log, s+"/"+c.Route.String()); return nil }
		}
		left, own := 4, false
		rest := steps
		var want []string
		for k, n := 0, steps; k < 4; k, n = k+1, n/3 {
			if n%3 > 0 {
				want = append(want, "inner/branch_route")
			}
		}
		want = append(want, "outer/route")
		var goOn func(c *rt.Ctx) int32
		done := func(c *rt.Ctx, _ rt.State, _ error) int32 { return goOn(c) }
		goOn = func(c *rt.Ctx) int32 {
			for left > 0 {
				left--
				kind := rest % 3
				rest /= 3
				switch kind {
				case 0:
					own = true
					return rt.Pending
				case 1:
					if st, _ := c.RunInner(rt.BranchRoute, wait(note("inner")), done); st != rt.Suspended {
						t.Fatalf("%d: the block did not wait", steps)
					}
					return rt.Pending
				case 2:
					if st, _ := c.RunInner(rt.BranchRoute, note("inner"), done); st == rt.Suspended {
						t.Fatalf("%d: the block waited", steps)
					}
				}
			}
			return 42
		}
		after := func(c *rt.Ctx) rt.Op {
			if c.Ret() != 42 {
				t.Errorf("%d: the function's result is %d", steps, c.Ret())
			}
			return note("outer")(c)
		}
		outer := func(c *rt.Ctx) rt.Op {
			if goOn(c) == rt.Pending {
				return c.SuspendAt(after)
			}
			c.SetRet(42)
			return after
		}
		c.Route = rt.RequestRoute
		st, err := c.Run(outer)
		for i := 0; st == rt.Suspended && i < 10; i++ {
			r := int32(1)
			if own { // as the engine does: what the function waited for is there
				own = false
				if r = goOn(&c); r == rt.Pending {
					continue
				}
			}
			st, err = c.Resume(r)
		}
		if st != rt.Exited || err != nil || !slices.Equal(log, want) {
			t.Errorf("%d: state %v, %v, %q, want %q", steps, st, err, log, want)
		}
	}
}
