package rt_test

import (
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
