package rt

import (
	"errors"
	"math"
	"net/netip"

	"sipedge/script/value"
)

// Op is one compiled operation: it does its work and returns the next one, nil
// at the end or when the script suspends.
type Op func(*Ctx) Op

// Expr computes a value without suspending.
type Expr func(*Ctx) value.Value

// Cond computes a truth value without suspending.
type Cond func(*Ctx) bool

// Func is a script function with its arguments bound. It returns a positive
// number for true, a negative one for false, 0 to end the script (as a module
// function's 0 does in Kamailio), or Pending after it has called Suspend.
type Func func(*Ctx) int32

// Pending is what a Func returns when it has to wait. The script goes on at the
// next operation when the engine calls Ctx.Resume with the real result.
const Pending = math.MinInt32

// State is how far a context's script has come.
type State uint8

// The states. Exited covers return from the main block and falling off its end;
// Dropped is exit by drop.
const (
	Idle State = iota
	Running
	Suspended
	Exited
	Dropped
)

type frame struct {
	ret Op
	sp  int32
}

// Script errors end the message's script; the loop's boundary counts them and
// logs one rate-limited line with the position in Ctx.Pos.
var (
	ErrCallDepth  = errors.New("route() calls are nested too deeply")
	ErrStack      = errors.New("the expression stack is full")
	ErrLoopBudget = errors.New("too many rounds of while for one message")
	ErrArena      = errors.New("the strings built for this message are too long")
	ErrAVPs       = errors.New("too many AVPs for one message")
	ErrNestedWait = errors.New("a function that has to wait was called in a block that cannot wait")
)

// ScriptError is the panic by which an operation ends its script. It never
// leaves Run and Resume.
type ScriptError struct{ Err error }

// Fail ends the script of the message with err. It does not return.
func (c *Ctx) Fail(err error) { panic(&ScriptError{err}) }

// Run executes a block from its first operation until it ends or suspends. A
// context may run several blocks for its message one after the other; flags,
// variables, AVPs and edits stay.
func (c *Ctx) Run(entry Op) (State, error) {
	clear(c.calls[:c.depth])
	c.sp, c.depth, c.base, c.ret, c.live = 0, 0, 0, 0, 0
	return c.loop(entry)
}

// Resume continues a suspended script with the result of the call that waited.
func (c *Ctx) Resume(result int32) (State, error) {
	if c.inner.waits {
		var ok bool
		if result, ok = c.resumeInner(result); !ok {
			c.state = Suspended
			return Suspended, nil
		}
	}
	op := c.resume
	if op == nil { // the function has waited by itself after a block of its own had
		op, c.inner.resume = c.inner.resume, nil
	}
	c.resume = nil
	c.ret = result
	return c.loop(op)
}

func (c *Ctx) loop(op Op) (st State, err error) {
	defer func() {
		if e := recover(); e != nil {
			se, ok := e.(*ScriptError)
			if !ok {
				panic(e)
			}
			c.state = Exited
			st, err = Exited, se.Err
		}
	}()
	c.state = Running
	for op != nil {
		op = op(c)
	}
	if c.state == Running {
		c.state = Exited
	}
	return c.state, nil
}

// Ret is the result of the last call or route: $rc, $retcode, $?.
func (c *Ctx) Ret() int32 { return c.ret }

// SetRet sets the result of the last call, before the next operation reads it.
func (c *Ctx) SetRet(r int32) { c.ret = r }

// State is how far the script has come.
func (c *Ctx) State() State { return c.state }

// SuspendAt notes where the script goes on and ends the run for now. Compiled
// call operations use it when a Func returned Pending.
func (c *Ctx) SuspendAt(next Op) Op {
	if c.nested != 0 {
		c.Fail(ErrNestedWait)
	}
	if c.inner.waits { // the function waits because a block of its own does
		c.inner.resume = next
		c.state = Suspended
		return nil
	}
	c.resume = next
	c.state = Suspended
	return nil
}

// Enter is what a Func returns to run a block as route() does, waits included. The
// block's result becomes the function's.
func (c *Ctx) Enter(block Op) int32 {
	c.entry = block
	return Pending
}

// TakeEntry is the block that the function which said Pending wants to run; nil
// for one that waits. Compiled call operations use it.
func (c *Ctx) TakeEntry() Op {
	op := c.entry
	c.entry = nil
	return op
}

// Finish ends the script: exit (dropped false) or drop.
func (c *Ctx) Finish(dropped bool) Op {
	c.state, c.result = Exited, 0
	if dropped {
		c.state = Dropped
	}
	return nil
}

// At notes what runs now: the source position for messages and the number of
// the running route's temporaries that are in use. Compiled call operations use
// it before they call a Func.
func (c *Ctx) At(pos, live int32) { c.Pos, c.live = pos, live }

// Call enters a route: ret is where its return goes, frameSize the number of
// temporaries of the calling route.
func (c *Ctx) Call(ret Op, frameSize int, entry Op) Op {
	if c.depth == len(c.calls) || c.depth >= c.prog.CallDepth {
		c.Fail(ErrCallDepth)
	}
	c.calls[c.depth] = frame{ret, int32(c.sp)}
	c.depth++
	c.sp += frameSize
	return entry
}

// Return leaves a route with a result; nil from the outermost one, where
// return is exit.
func (c *Ctx) Return(result int32) Op {
	c.ret = result
	if c.depth == c.base {
		c.state, c.result = Exited, result
		return nil
	}
	c.depth--
	f := &c.calls[c.depth]
	c.sp = int(f.sp)
	op := f.ret
	f.ret = nil
	return op
}

// ReceivedOn is the address on which the message arrived ($Ri, $Rp).
func (c *Ctx) ReceivedOn() netip.AddrPort {
	if c.Listen.IsValid() {
		return c.Listen
	}
	return c.Dst
}

// Result is what the block that ran last has returned: 1 where it came to its end, 0
// after exit and drop.
func (c *Ctx) Result() int32 { return c.result }

// Push stores temporary i of the running route, Temp reads it.
func (c *Ctx) Push(i int, v value.Value) {
	if c.sp+i >= len(c.stack) {
		c.Fail(ErrStack)
	}
	c.stack[c.sp+i] = v
}

// Temp reads temporary i of the running route.
func (c *Ctx) Temp(i int) value.Value { return c.stack[c.sp+i] }

// LoopRound takes one round of while from the message's budget.
func (c *Ctx) LoopRound() {
	c.loops--
	if c.loops < 0 {
		c.Fail(ErrLoopBudget)
	}
}
