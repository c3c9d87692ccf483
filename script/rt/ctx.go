// Package rt is what a running script sees: the context of one message, the
// loop that runs compiled operations on it, and the rules by which values
// become bytes and numbers.
//
// A Ctx is reused for message after message by the loop that owns it; Reset is
// O(1) in everything but what the last message used. Nothing in it points into
// a receive buffer except Msg, which Park replaces by a copy when the script
// suspends.
//
// Start with Ctx, then run.go (operations, calls, suspension), arena.go
// (strings built at run time) and convert.go (the cookbook's conversions).
package rt

import (
	"net/netip"

	"sipedge/script/value"
	"sipedge/sipparse"
)

// Proto is a transport protocol, numbered as Kamailio numbers them.
type Proto uint8

// The transports. ProtoNone means "not said".
const (
	ProtoNone Proto = iota
	ProtoUDP
	ProtoTCP
	ProtoTLS
	ProtoSCTP
	ProtoWS
	ProtoWSS
)

// String is the lower-case name as in URIs and listen lines.
func (p Proto) String() string {
	return [...]string{"none", "udp", "tcp", "tls", "sctp", "ws", "wss"}[p]
}

// RouteKind is the kind of routing block that runs, as a bit, so that a
// function's allowed routes are a mask of them.
type RouteKind uint16

// The kinds of routing block.
const (
	RequestRoute RouteKind = 1 << iota
	FailureRoute
	ReplyRoute   // the main onreply_route (core)
	TMReplyRoute // onreply_route[n], run by tm
	BranchRoute
	SendRoute
	EventRoute

	// AnyRoute is every kind.
	AnyRoute = RequestRoute | FailureRoute | ReplyRoute | TMReplyRoute | BranchRoute | SendRoute | EventRoute
)

// Allows reports whether what is allowed in the blocks k may stand in a block
// that is reached as at least one of the kinds reached. An event_route is a
// request's block in this: Kamailio takes there what it takes in the main route.
func (k RouteKind) Allows(reached RouteKind) bool { return k.withEvents()&reached != 0 }

// AllowsAll is Allows for every one of the kinds.
func (k RouteKind) AllowsAll(reached RouteKind) bool { return reached&^k.withEvents() == 0 }

func (k RouteKind) withEvents() RouteKind {
	if k&RequestRoute != 0 {
		k |= EventRoute
	}
	return k
}

// String is the keyword of the block's kind, as scripts write it; of several
// kinds, the keywords joined by ", ".
func (k RouteKind) String() string {
	names := [...]string{"route", "failure_route", "onreply_route", "onreply_route[name]", "branch_route", "onsend_route", "event_route"}
	s := ""
	for i, n := range names {
		if k&(1<<i) == 0 {
			continue
		}
		if s != "" {
			s += ", "
		}
		s += n
	}
	return s
}

// Env is what a context needs of the server around it. engine/core implements
// it; the tests of script use a small one of their own.
type Env interface {
	// IsMyself reports whether host (with port, 0 for "not given") is one of
	// our listen addresses, aliases or automatic aliases.
	IsMyself(host []byte, port uint16, proto Proto) bool
	// Log writes a line at a Kamailio level (-5 alert … 3 debug) if the level
	// is enabled. The text is copied.
	Log(level int, text []byte)
	// LogEnabled reports whether Log at level would write anything.
	LogEnabled(level int) bool
	// WallClock is the time of day in nanoseconds since 1970, read once per loop cycle.
	WallClock() int64
	// WhileLimit is max_while_loops, changeable at run time.
	WhileLimit() int
}

// Ctx is everything that a script can touch for one message. It is used by one
// loop at a time and is never shared.
type Ctx struct {
	// Msg is the received message, unchanged. Valid until the message is done;
	// after Park it is a copy.
	Msg []byte
	// Index is the parsed form of Msg.
	Index sipparse.Index
	// Edits are the changes that are applied when the message is sent.
	Edits sipparse.Edits

	Env   Env
	Owner any // the engine's own record around this context, set once

	// Route is the kind of block that runs now.
	Route RouteKind

	Src, Dst netip.AddrPort // where the message came from, where it was sent to
	// Listen is the address that we listen on where Dst is another: a load balancer
	// has passed the message on and has said where it was sent to. Else it is zero.
	Listen netip.AddrPort
	Proto  Proto
	// SendFrom, SendTo and SendProto are set in an onsend_route, and in events about a way out; SendLen is the length on the wire.
	SendFrom, SendTo netip.AddrPort
	SendProto        Proto
	SendLen          int

	// NewURI is the Request-URI that the script has set; undefined while it is
	// the received one. DstURI is $du, Path is the branch's path vector.
	NewURI value.Value
	DstURI value.Value
	// SendSocket is the forced send socket ($fs): 0 none, else the engine's socket id + 1.
	SendSocket int32

	Flags       uint32 // $mf, setflag()
	ScriptFlags uint32 // $sf
	BranchFlags uint32 // $bf of the first branch
	XFlags      uint64 // setxflag() of module corex

	// ForceRport and LocalRport are set by force_rport() and add_local_rport().
	ForceRport, LocalRport bool
	// LastReply is the status code of the last reply sent for the request (the keyword status, $rs in a request route).
	LastReply uint16

	// MsgID numbers the messages that the server has received ($mi).
	MsgID uint64
	// Authorized is the header (its number in Index + 1) whose credentials an
	// authentication function has verified, 0 for none ($Au, $AU).
	Authorized int32

	newURI, dstURI uriCache
	srcText        value.Value // see SourceText
	srcOf          netip.Addr
	// The URI and destination that have become a branch (UseURI), and the flags
	// as a transaction gave them (LoadShared).
	usedURI, usedDst value.Value
	uriUsed          bool
	sharedFlags      [3]uint32
	sharedX          uint64
	// BranchesClosed is set where no destination may be added any more: in a
	// failure_route after a 6xx (cookbook append_branch).
	BranchesClosed bool

	branches    [MaxBranches]Branch
	numBranches int
	static      Branch // $sbranch
	hasStatic   bool

	// Vars are the script variables $var(name), one slot per name of the
	// program; a zero Value in them reads as the integer 0.
	Vars  []value.Value
	avps  avpList
	xavps xavpList

	// Pos is the source position of the statement or call that runs, for messages.
	Pos int32

	live    int32 // temporaries of the running route that are in use at the running call
	ret     int32
	result  int32
	fault   bool // an operator of the running expression failed
	state   State
	nested  uint8 // how many RunNested are on the way
	sp      int   // base of the running route's temporaries
	depth   int
	base    int // depth at which return is exit: above 0 only in RunNested
	loops   int // rounds of while left for this message
	prog    *Program
	resume  Op
	entry   Op // the block that the running function wants to run
	inner   innerRun
	calls   [MaxCallDepth]frame
	stack   [StackSlots]value.Value
	arena   []byte
	numBuf  [24]byte
	intBuf  [2 * maxGroups]int
	altBuf  [24]byte
	addrBuf [64]byte
	logBuf  [LogLine]byte
}

// Reset makes the context ready for a message of n bytes at msg, run with prog.
// The caller fills Src, Dst and Proto and has parsed or parses Index.
func (c *Ctx) Reset(prog *Program, msg []byte) {
	c.Msg = msg
	c.prog = prog
	c.Edits.Reset()
	c.NewURI, c.DstURI = value.Value{}, value.Value{}
	c.SendSocket = 0
	c.newURI.of, c.dstURI.of = value.Value{}, value.Value{}
	c.srcText = value.Value{}
	c.numBranches, c.hasStatic, c.BranchesClosed = 0, false, false
	c.MsgID, c.Authorized = 0, 0
	c.uriUsed, c.sharedFlags, c.sharedX = false, [3]uint32{}, 0
	c.Flags, c.ScriptFlags, c.BranchFlags, c.XFlags = 0, 0, 0, 0
	c.ForceRport, c.LocalRport = false, false
	c.LastReply = 0
	n := prog.NumVars
	if cap(c.Vars) < n {
		c.Vars = make([]value.Value, n)
	}
	c.Vars = c.Vars[:n]
	clear(c.Vars)
	copy(c.Vars, prog.VarInit)
	c.avps.reset()
	c.xavps.reset()
	clear(c.calls[:c.depth])
	c.Pos, c.live, c.ret, c.result, c.state, c.resume, c.entry, c.fault = 0, 0, 0, 0, Idle, nil, nil, false
	c.inner = innerRun{}
	c.sp, c.depth, c.base, c.nested, c.loops = 0, 0, 0, 0, prog.loopBudget()
	poisonArena(c.arena)
	c.arena = c.arena[:0]
}

// Program is the snapshot that the context runs with.
func (c *Ctx) Program() *Program { return c.prog }
