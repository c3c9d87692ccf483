package reactor

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// The options of Linux's SCTP sockets (RFC 6458 section 8), by number and layout.
const (
	solSCTP = unix.IPPROTO_SCTP

	sctpRTOInfo         = 0
	sctpAssocInfo       = 1
	sctpInitMsg         = 2
	sctpNoDelay         = 3
	sctpAutoclose       = 4
	sctpPeerAddrParams  = 9
	sctpEvents          = 11
	sctpPeerAddrInfo    = 15
	sctpDelayedSack     = 16
	sctpInterleave      = 18
	sctpMaxBurst        = 20
	sctpRecvRcvInfo     = 32
	sctpBindxAdd        = 100
	sctpAssocStats      = 112
	peerAddrParamsSize  = 156 // packed
	sockaddrStorageSize = 128

	hbEnable  = 1 // of peer address parameters: send heartbeats
	hbDisable = 2
)

// ne is the byte order of the structures.
var ne = binary.NativeEndian

// sctpOption is one socket option and the parameters that it carries.
type sctpOption struct {
	params     string // as scripts name them, for errors
	level, opt int
	// encode is the option's value, nil to leave the system's.
	encode func(c *SCTPConfig) []byte
}

// sctpOptions are those that a socket gets when it is opened, in this order, and
// again when the parameters change. A field that is 0 in one of these structures
// leaves the system's value.
var sctpOptions = []sctpOption{
	{"sctp_srto_initial, sctp_srto_min, sctp_srto_max", solSCTP, sctpRTOInfo, func(c *SCTPConfig) []byte {
		return u32s(c.RTOInitial|c.RTOMax|c.RTOMin != 0, 0, c.RTOInitial, c.RTOMax, c.RTOMin)
	}},
	{"sctp_asocmaxrxt", solSCTP, sctpAssocInfo, func(c *SCTPConfig) []byte {
		b := u32s(c.AssocMaxRetrans != 0, 0, 0, 0, 0, 0)
		if b != nil {
			ne.PutUint16(b[4:], uint16(c.AssocMaxRetrans))
		}
		return b
	}},
	{"sctp_init_max_attempts, sctp_init_max_timeo", solSCTP, sctpInitMsg, func(c *SCTPConfig) []byte {
		b := u32s(c.InitAttempts|c.InitTimeout != 0, 0, 0)
		if b != nil {
			ne.PutUint16(b[4:], uint16(c.InitAttempts))
			ne.PutUint16(b[6:], uint16(c.InitTimeout))
		}
		return b
	}},
	{"sctp_hbinterval, sctp_pathmaxrxt", solSCTP, sctpPeerAddrParams, peerAddrParams},
	{"sctp_sack_delay, sctp_sack_freq", solSCTP, sctpDelayedSack, func(c *SCTPConfig) []byte {
		return u32s(c.SackDelay|c.SackFreq != 0, 0, c.SackDelay, c.SackFreq)
	}},
	{"sctp_max_burst", solSCTP, sctpMaxBurst, func(c *SCTPConfig) []byte { return u32s(c.MaxBurst != 0, 0, c.MaxBurst) }},
	{"sctp_autoclose", solSCTP, sctpAutoclose, func(c *SCTPConfig) []byte { return u32s(true, c.Autoclose) }},
}

// openOptions are those that a socket gets once, before it is bound.
var openOptions = []sctpOption{
	{"sctp_socket_rcvbuf", unix.SOL_SOCKET, unix.SO_RCVBUF, func(c *SCTPConfig) []byte { return u32s(true, orElse(c.RecvBuffer, DefaultRecvBuffer)) }},
	{"sctp_socket_sndbuf", unix.SOL_SOCKET, unix.SO_SNDBUF, func(c *SCTPConfig) []byte { return u32s(true, orElse(c.SendBuffer, DefaultSendBuffer)) }},
	// A message leaves when it is written: RFC 4168 section 5.
	{"no delay", solSCTP, sctpNoDelay, func(*SCTPConfig) []byte { return u32s(true, 1) }},
	// A peer that sends a part of a long message must not keep the others' back.
	{"interleaving", solSCTP, sctpInterleave, func(*SCTPConfig) []byte { return u32s(true, 1) }},
	{"receive information", solSCTP, sctpRecvRcvInfo, func(*SCTPConfig) []byte { return u32s(true, 1) }},
	{"notifications", solSCTP, sctpEvents, func(*SCTPConfig) []byte { return events() }},
}

func orElse(n, d int) int {
	if n == 0 {
		return d
	}
	return n
}

// u32s are numbers one after another; nil unless wanted.
func u32s(wanted bool, v ...int) []byte {
	if !wanted {
		return nil
	}
	b := make([]byte, 0, 4*len(v))
	for _, n := range v {
		b = ne.AppendUint32(b, uint32(n))
	}
	return b
}

// peerAddrParams is struct sctp_paddrparams, which is packed, for no address: the
// defaults of the socket.
func peerAddrParams(c *SCTPConfig) []byte {
	if c.Heartbeat == 0 && c.PathMaxRetrans == 0 {
		return nil
	}
	b := make([]byte, peerAddrParamsSize)
	const after = 4 + sockaddrStorageSize
	ne.PutUint16(b[after+4:], uint16(c.PathMaxRetrans))
	switch {
	case c.Heartbeat > 0:
		ne.PutUint32(b[after:], uint32(c.Heartbeat))
		ne.PutUint32(b[after+14:], hbEnable)
	case c.Heartbeat < 0:
		ne.PutUint32(b[after+14:], hbDisable)
	}
	return b
}

// events is struct sctp_event_subscribe: a byte for each kind of notification.
func events() []byte {
	b := make([]byte, 14)
	for _, kind := range []int{noteAssocChange, notePeerAddr, noteShutdown, notePartial, noteSendFailedEvent} {
		b[kind-noteBase] = 1
	}
	return b
}

// setter is setsockopt(2) on one socket.
type setter func(level, opt int, value []byte) error

// apply sets options. All are tried; the error names the parameters of those that
// the system has refused.
func apply(options []sctpOption, c *SCTPConfig, set setter) error {
	var errs []error
	for i := range options {
		o := &options[i]
		v := o.encode(c)
		if v == nil {
			continue
		}
		err := set(o.level, o.opt, v)
		if err == unix.EINVAL && o.opt == sctpEvents && o.level == solSCTP {
			err = set(o.level, o.opt, oldEvents(v)) // before Linux 5.0
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: the system refuses the value: %w", o.params, err))
		}
	}
	return errors.Join(errs...)
}

// oldEvents is events without what came later, and with the kind of send failures
// that there was before.
func oldEvents(b []byte) []byte {
	old := append([]byte(nil), b[:8]...)
	old[noteSendFailed-noteBase] = 1
	return old
}

// defaults reads what a new socket has, so that a parameter which is no longer set
// can be given back to the system.
func defaults(get func(opt int, value []byte) (int, error)) (d SCTPConfig) {
	u16 := func(b []byte) int { return int(ne.Uint16(b)) }
	u32 := func(b []byte) int { return int(ne.Uint32(b)) }
	b := make([]byte, peerAddrParamsSize)
	ask := func(opt, n int) []byte {
		clear(b)
		_, _ = get(opt, b[:n]) // what it does not tell stays 0: not given back
		return b
	}
	x := ask(sctpRTOInfo, 16)
	d.RTOInitial, d.RTOMax, d.RTOMin = u32(x[4:]), u32(x[8:]), u32(x[12:])
	x = ask(sctpAssocInfo, 20)
	d.AssocMaxRetrans = u16(x[4:])
	x = ask(sctpInitMsg, 8)
	d.InitAttempts, d.InitTimeout = u16(x[4:]), u16(x[6:])
	x = ask(sctpPeerAddrParams, peerAddrParamsSize)
	d.Heartbeat, d.PathMaxRetrans = u32(x[132:]), u16(x[136:])
	x = ask(sctpDelayedSack, 12)
	d.SackDelay, d.SackFreq = u32(x[4:]), u32(x[8:])
	x = ask(sctpMaxBurst, 8)
	d.MaxBurst = u32(x[4:])
	return d
}

// or is c with what it leaves to the system taken from d.
func (c SCTPConfig) or(d *SCTPConfig) SCTPConfig {
	for _, f := range []struct {
		p *int
		d int
	}{
		{&c.RTOInitial, d.RTOInitial}, {&c.RTOMin, d.RTOMin}, {&c.RTOMax, d.RTOMax}, {&c.AssocMaxRetrans, d.AssocMaxRetrans},
		{&c.InitAttempts, d.InitAttempts}, {&c.InitTimeout, d.InitTimeout}, {&c.Heartbeat, d.Heartbeat}, {&c.PathMaxRetrans, d.PathMaxRetrans},
		{&c.SackDelay, d.SackDelay}, {&c.SackFreq, d.SackFreq}, {&c.MaxBurst, d.MaxBurst},
	} {
		if *f.p == 0 {
			*f.p = f.d
		}
	}
	return c
}
