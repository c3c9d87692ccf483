package dialog

import (
	"sipedge/engine/mod/tm"
	"sipedge/pool"
	"sipedge/reactor"
)

// Ref names a dialog wherever it is: its loop, its place in that loop's table and
// the place's generation. 0 is none.
type Ref uint64

func makeRef(loop int, slot int32, gen uint32) Ref {
	return Ref(uint64(loop)<<56 | uint64(slot)<<32 | uint64(gen))
}

// Loop is the loop that the dialog lives on.
func (r Ref) Loop() int { return int(r >> 56) }

func (r Ref) slot() int32 { return int32(r>>32) & 0xffffff }
func (r Ref) gen() uint32 { return uint32(r) }

// entry and id are the two numbers that scripts know a dialog by.
func (r Ref) entry() int64 { return int64(r >> 32) }
func (r Ref) id() int64    { return int64(r.gen()) }

// State is how far a dialog has come.
type State uint8

// The states, as $dlg(state) numbers them.
const (
	// Tentative: variables or profiles were set before dlg_manage(); it does not count.
	Tentative State = iota
	// Unconfirmed: the INVITE has come.
	Unconfirmed
	// Early: a provisional reply with more than 100 was relayed.
	Early
	// Answered: a 2xx was relayed, its ACK has not come.
	Answered
	// Confirmed: the ACK has come.
	Confirmed
	// Ended: BYE, failure or timeout.
	Ended
)

// piece is a part of a text in the arena.
type piece struct{ off, n uint16 }

// dlg is one call. It has no pointers: texts lie in the loop's arena.
type dlg struct {
	key   uint64
	next  int32 // chain of the same bucket; index + 1
	state State
	flags dlgFlags

	ident                          pool.Ref // the texts that never change
	callID, fromURI, toURI, reqURI piece
	legs                           [2]leg
	vars                           pool.Ref // variables (vars.go)
	varsLen                        uint16
	links                          pool.Ref // profiles (profile.go)
	linksLen                       uint16
	nLinks                         uint8
	inviteRoutes                   uint8 // Record-Route entries of the INVITE as it came
	sflags                         uint32
	timeoutRoute                   uint16 // number of a routing block, 0 for none
	lifetime                       uint32 // seconds, 0: default_timeout
	invite                         tm.Handle
	timer                          reactor.TimerID
	kaTimer                        reactor.TimerID
	startWall                      int64 // time of day of the 2xx, ns
	startNow                       int64 // loop's time of the 2xx, ns
	createdWall                    int64
}

// leg is one side: its texts lie in one piece of the arena.
type leg struct {
	mem                  pool.Ref
	tag, contact, routes piece
	cseq                 uint32 // the last that this side has sent
	sock                 reactor.SocketID
	known                bool // sock is
	kaFailed             uint16
}

// The sides.
const (
	caller = 0
	callee = 1
)

type dlgFlags uint16

const (
	fTimeoutBye dlgFlags = 1 << iota // a timeout sends BYE
	fNoReset                         // a request within the call leaves the timeout
	fKACaller                        // OPTIONS to the caller
	fKACallee
)
