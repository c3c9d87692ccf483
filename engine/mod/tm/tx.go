package tm

import (
	"sipedge/engine/blacklist"
	"sipedge/engine/core"
	"sipedge/engine/transport"
	"sipedge/pool"
	"sipedge/reactor"
	"sipedge/sipparse"
)

// Handle names a transaction wherever it is: the loop that it lives on, its
// place in that loop's table and the place's generation. 0 is none.
type Handle uint64

func makeHandle(loop int, slot int32, gen uint32) Handle {
	return Handle(uint64(loop)<<56 | uint64(slot)<<32 | uint64(gen))
}

// Loop is the loop that the transaction lives on.
func (h Handle) Loop() int { return int(h >> 56) }

func (h Handle) slot() int32 { return int32(h>>32) & 0xffffff }
func (h Handle) gen() uint32 { return uint32(h) }

// tx is one transaction: the server transaction towards the caller and what
// belongs to all its branches (RFC 3261 §16.6's response context, §17.2). It has
// no pointers: bytes lie in the loop's arena, the snapshot in its table.
type tx struct {
	key   uint64
	hnext int32 // chain of the same bucket; index + 1
	// An INVITE is found by its Call-ID and CSeq too: by t_cancel_callid(), and once
	// it has a 2xx by the ACK. The first chain is left in the middle, hence callPrev.
	call                             uint64
	callNext, callPrev, acceptedNext int32

	msg, ctx, reply, reason pool.Ref // request, what the script made of it, last reply, Reason headers of the CANCEL
	msgLen, replyLen        uint16
	reasonLen               uint16
	ctxLen                  uint32

	// Where in msg the parts are that tell transactions apart (RFC 3261 §17.2.3).
	via, viaHost, viaBranch sipparse.Span
	callID, fromTag, ruri   sipparse.Span
	method                  sipparse.Method
	viaPort                 uint16
	cseq                    uint32

	snap   int32
	meta   reactor.Meta
	respTo reactor.Addr

	stream core.StreamFlags // of the replies
	flags  txFlags
	status uint16 // the last reply sent upstream, 0 for none
	best   uint16 // the code that the failure_route is about

	// Armed blocks, index + 1 in Config.blocks.
	onFailure, onReply, onBranch, onBranchFailure uint16
	fr, frInv, retr1, retr2                       uint32 // ms
	lifeEnd                                       int64  // Loop.Now

	timer     reactor.TimerID // of the server transaction
	timerKind uint8
	retrDelay uint32
	ackBy     int64 // Timer H

	first, last int32 // branches, index + 1
	branches    uint8 // ever made
	pending     uint8 // without a final reply
	winner      int32 // branch that the failure_route is about, index + 1

	drop         uint8 // t_drop_replies(): what the next fork makes of earlier failures
	forkStart    uint8 // number of the last fork's first branch
	busy         uint8 // scripts of the transaction that run or wait
	qHead, qTail int32 // events that wait for them, index + 1
	queued       uint16
	goesOn       uint32          // of fGoesOn: place of the block, index + 1; 0 for none
	ignore       blacklist.Cause // of the last reply: does not put the caller on the list of those that failed

	callbacks int32 // index + 1
	cbMask    Event

	born int64
}

type txFlags uint32

const (
	fCanceled   txFlags = 1 << iota // a CANCEL has come
	fAcked                          // the ACK of a failure has come
	fWaiting                        // in the wait state; nothing but retransmissions is left
	fSilent                         // ends without a final reply (RFC 4320 §4.2)
	fSixth                          // a 6xx has come: no new branches
	fLocal                          // a request of our own, nothing upstream
	fSuspended                      // t_suspend(): the script has ended, the transaction goes on
	fLocalFinal                     // the final reply was made here
	fNo100                          // t_set_auto_inv_100("0")
	fNo6xx                          // t_set_disable_6xx("1")
	fNoReason                       // t_set_no_e2e_cancel_reason("1")
	fNoFailover                     // t_set_disable_failover("1")
	fAnyTimeout                     // a branch has timed out
	fAnyReplied                     // a branch has sent a reply
	fReplicate                      // t_replicate(): nothing is relayed upstream
	fLumpsSaved                     // t_save_lumps()
	fNoInternal                     // t_set_disable_internal_reply("1")
	fAccepted                       // an INVITE with a 2xx, in layer.accepted
	fGoesOn                         // t_continue() has come while a script ran
)

// branch is one client transaction (RFC 3261 §17.1).
type branch struct {
	tx    int32
	next  int32 // index + 1
	num   uint8
	state uint8
	flags brFlags
	// status is the last reply's code; 408 or 487 for one that ended by itself.
	status uint16

	sock     reactor.SocketID
	from, to reactor.Addr

	req, cancel, reply          pool.Ref
	reqLen, cancelLen, replyLen uint16
	cause                       int16 // why it is to be cancelled, where bCancelWait
	retr, fr                    reactor.TimerID
	retrDelay                   uint32
	cancelLeft                  uint32 // for how long its CANCEL is repeated, ms
	bflags                      uint32
	breadth                     uint16         // its share of Max-Breadth; 0 for no bound
	name                        transport.Name // that its next hop has to prove (core.Target)
	lost                        uint16         // the code with which it ends when bLost
	onReply                     uint16         // armed in the branch's branch_route
	tag                         uint64         // hash of the To tag of the 2xx
	// The targets to be tried after this one (failover.go).
	targets                pool.Ref
	targetsAt, targetsLeft uint8
	ignore                 blacklist.Cause  // does not put its destination on the list
	stream, replyStream    core.StreamFlags // of what is sent on it, and of its reply to the caller
}

// What becomes of earlier failures when there is a new fork.
const (
	dropDefault uint8 = iota // by failure_reply_mode
	dropNone
	dropLast
	dropAll
)

// States of a branch.
const (
	brCalling    uint8 = iota // no reply yet
	brProceeding              // a provisional one
	brFinal                   // a final one, or none in time
)

type brFlags uint16

const (
	bCancelWait brFlags = 1 << iota // to be cancelled once a provisional comes (RFC 3261 §9.1)
	bCanceled                       // the CANCEL was sent
	bFaked                          // the final status is ours: nothing came
	bReplied                        // something came
	bTimedOut
	bDropped  // t_drop_replies(): not to be chosen
	bHasFinal // a final reply has come; its route may still wait
	bReliable // sent by a transport that repeats by itself
	bLost     // the request was not delivered
	bLarge    // over another transport than UDP only because of its size (udp_mtu)
	bRefused  // its connection was refused
	bOwnEdits // the branch's request has something that no other branch has
)
