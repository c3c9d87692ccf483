package reactor

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// set is a recorded setsockopt.
type set struct {
	level, opt int
	value      string // hexadecimal
}

// recordSets applies options and returns what was set.
func recordSets(t *testing.T, options []sctpOption, c *SCTPConfig) (got []set) {
	t.Helper()
	if err := apply(options, c, func(level, opt int, v []byte) error {
		got = append(got, set{level, opt, hex.EncodeToString(v)})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return got
}

// Every parameter becomes its socket option, byte by byte as Linux has it on a
// little-endian machine (measured on 6.1, RFC 6458 section 8), and no other option.
func TestEachParameterIsItsSocketOption(t *testing.T) {
	if ne.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the bytes below are those of a little-endian machine")
	}
	zeros := func(n int) string { return strings.Repeat("00", n) }
	for _, c := range []struct {
		param string
		cfg   SCTPConfig
		opt   int
		value string
	}{
		{"sctp_srto_initial", SCTPConfig{RTOInitial: 0x0102}, 0, "00000000" + "02010000" + zeros(8)},
		{"sctp_srto_max", SCTPConfig{RTOMax: 60000}, 0, zeros(8) + "60ea0000" + zeros(4)},
		{"sctp_srto_min", SCTPConfig{RTOMin: 500}, 0, zeros(12) + "f4010000"},
		{"sctp_asocmaxrxt", SCTPConfig{AssocMaxRetrans: 7}, 1, zeros(4) + "0700" + zeros(14)},
		{"sctp_init_max_attempts", SCTPConfig{InitAttempts: 5}, 2, zeros(4) + "0500" + "0000"},
		{"sctp_init_max_timeo", SCTPConfig{InitTimeout: 20000}, 2, zeros(4) + "0000" + "204e"},
		{"sctp_hbinterval", SCTPConfig{Heartbeat: 11000}, 9, zeros(132) + "f82a0000" + zeros(10) + "01000000" + zeros(6)},
		{"sctp_hbinterval=-1", SCTPConfig{Heartbeat: -1}, 9, zeros(146) + "02000000" + zeros(6)},
		{"sctp_pathmaxrxt", SCTPConfig{PathMaxRetrans: 3}, 9, zeros(136) + "0300" + zeros(18)},
		{"sctp_sack_delay", SCTPConfig{SackDelay: 150}, 16, zeros(4) + "96000000" + zeros(4)},
		{"sctp_sack_freq", SCTPConfig{SackFreq: 3}, 16, zeros(8) + "03000000"},
		{"sctp_max_burst", SCTPConfig{MaxBurst: 6}, 20, zeros(4) + "06000000"},
	} {
		c.cfg.Autoclose = 180
		got := recordSets(t, sctpOptions, &c.cfg)
		if len(got) != 2 || got[0] != (set{unix.IPPROTO_SCTP, c.opt, c.value}) || got[1] != (set{unix.IPPROTO_SCTP, 4, "b4000000"}) {
			t.Errorf("%s: %v, not option %d with %s", c.param, got, c.opt, c.value)
		}
	}
	if got := recordSets(t, sctpOptions, &SCTPConfig{Autoclose: 77}); len(got) != 1 || got[0] != (set{unix.IPPROTO_SCTP, 4, "4d000000"}) {
		t.Errorf("sctp_autoclose: %v", got)
	}
}

// The options that a socket gets once: buffers, no delay, interleaving, receive
// information, notifications.
func TestOptionsOfANewSocket(t *testing.T) {
	if ne.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the bytes below are those of a little-endian machine")
	}
	got := recordSets(t, openOptions, &SCTPConfig{RecvBuffer: 50000, SendBuffer: 60000})
	want := []set{
		{unix.SOL_SOCKET, unix.SO_RCVBUF, "50c30000"}, {unix.SOL_SOCKET, unix.SO_SNDBUF, "60ea0000"},
		{132, 3, "01000000"}, {132, 18, "01000000"}, {132, 32, "01000000"},
		{132, 11, "0001010000010100000000000001"},
	}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, not %v", got[i], want[i])
		}
	}
	if got := recordSets(t, openOptions, &SCTPConfig{})[0]; got.value != hex.EncodeToString(u32s(true, DefaultRecvBuffer)) {
		t.Errorf("without a parameter: %v", got)
	}
}

// A kernel that does not know the newer notifications gets the older ones.
func TestOlderKernelsGetTheOlderNotifications(t *testing.T) {
	var last []byte
	err := apply(openOptions, &SCTPConfig{}, func(_, opt int, v []byte) error {
		if opt == sctpEvents {
			last = bytes.Clone(v)
			if len(v) > 8 {
				return unix.EINVAL
			}
		}
		return nil
	})
	if err != nil || hex.EncodeToString(last) != "0001010100010100" {
		t.Errorf("%x, %v", last, err)
	}
}

// What the system refuses is named by its parameters, and the rest is set.
func TestARefusedOptionNamesItsParameters(t *testing.T) {
	n := 0
	err := apply(sctpOptions, &SCTPConfig{SackDelay: 900, MaxBurst: 4, Autoclose: 1}, func(_, opt int, _ []byte) error {
		n++
		if opt == sctpDelayedSack {
			return unix.EINVAL
		}
		return nil
	})
	if !errors.Is(err, unix.EINVAL) || !strings.Contains(err.Error(), "sctp_sack_delay, sctp_sack_freq") || n != 3 {
		t.Errorf("%v after %d", err, n)
	}
}

// A parameter that a reload no longer has gives the system's value back.
func TestSystemValuesComeBack(t *testing.T) {
	kernel := map[int][]byte{
		sctpRTOInfo: u32s(true, 0, 3000, 60000, 1000), sctpAssocInfo: u32s(true, 0, 10, 0, 0, 0), sctpInitMsg: u32s(true, 0, 8|60000<<16),
		sctpPeerAddrParams: peerAddrParams(&SCTPConfig{Heartbeat: 30000, PathMaxRetrans: 5}), sctpDelayedSack: u32s(true, 0, 200, 2), sctpMaxBurst: u32s(true, 0, 4),
	}
	d := defaults(func(opt int, v []byte) (int, error) { return copy(v, kernel[opt]), nil })
	c := (SCTPConfig{RTOMin: 700, SackFreq: 9}).or(&d)
	want := SCTPConfig{
		RTOInitial: 3000, RTOMin: 700, RTOMax: 60000, AssocMaxRetrans: 10, InitAttempts: 8, InitTimeout: 60000, Heartbeat: 30000, PathMaxRetrans: 5,
		SackDelay: 200, SackFreq: 9, MaxBurst: 4,
	}
	if c != want {
		t.Errorf("%+v", c)
	}
}
