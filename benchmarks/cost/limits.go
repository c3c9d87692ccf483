package cost

import "time"

const (
	// DefaultRounds is the number of turns of each server: enough for a median that one disturbed turn does not move.
	DefaultRounds = 5
	// DefaultMessages is the number of messages of a turn: at 5 µs each still ten steps of the kernel's clock for CPU time.
	DefaultMessages = 20_000
	// DefaultRate is in messages per second: well below what either server does on one core beside the sender.
	DefaultRate = 8_000
	// sources is the number of source ports, enough that the kernel spreads them over both loops or workers.
	sources = 16
	// warmUp is the number of messages ahead of the first turn, in which a server fills its caches and pools.
	warmUp = 5_000
	// messagesPerCall is how many messages a call brings to the server: INVITE, 180, 200, ACK, BYE, 200.
	messagesPerCall = 6
	// callShare is how many messages of a plan stand for one call in a turn: fewer than a call has, since the kernel's clock
	// for CPU time is coarse.
	callShare = 2
	// busyTimes is the rate of the busy calls, as a multiple of the plan's.
	busyTimes = 5
	// callWarmUp is how long calls are relayed ahead of the first turn: until transactions end as fast as they begin.
	callWarmUp = 20 * time.Second
)
