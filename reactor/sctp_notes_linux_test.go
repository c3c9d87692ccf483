package reactor

import (
	"encoding/binary"
	"encoding/hex"
	"testing"
)

// Notifications as the kernel writes them (6.1, little-endian).
func TestNotificationsAreDecoded(t *testing.T) {
	if ne.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the bytes below are those of a little-endian machine")
	}
	paddr := make([]byte, 148)
	binary.LittleEndian.PutUint16(paddr, 0x8002)
	copy(paddr[8:], []byte{2, 0, 0x13, 0xc4, 192, 0, 2, 7})
	binary.LittleEndian.PutUint32(paddr[136:], 1)
	binary.LittleEndian.PutUint32(paddr[144:], 9)
	peer := addr4("192.0.2.7:5060")
	for _, c := range []struct {
		what, bytes string
		want        assocNote
	}{
		{"up", "0180" + "0000" + "14000000" + "0000" + "0000" + "0a00" + "0a00" + "07000000", assocNote{kind: noteAssocChange, state: commUp, assoc: 7}},
		{"aborted by the peer's user, with the cause's bytes behind", "0180" + "0000" + "1b000000" + "0100" + "000c" + "0000" + "0000" + "05000000" + "000c0007414243", assocNote{kind: noteAssocChange, state: commLost, cause: 12, assoc: 5}},
		{"not opened: no number", "0180" + "0000" + "14000000" + "0400" + "0000" + "0000" + "0000" + "00000000", assocNote{kind: noteAssocChange, state: cantStart}},
		{"shut down by the peer", "0580" + "0000" + "0c000000" + "06000000", assocNote{kind: noteShutdown, assoc: 6}},
		{"a message given up before it was sent", "0d80" + "0000" + "24000000" + "00000000" + "0000" + "0100" + "00000000" + "2a000000" + "08000000" + "08000000" + "41424344",
			assocNote{kind: noteSendFailedEvent, context: 42, assoc: 8}},
		{"a message given up after it was sent", "0d80" + "0100" + "20000000" + "00000000" + "0000" + "0100" + "00000000" + "2b000000" + "08000000" + "08000000",
			assocNote{kind: noteSendFailedEvent, context: 43, assoc: 8, sent: true}},
		{"the same before Linux 5.0", "0380" + "0000" + "30000000" + "00000000" + "0000" + "0000" + "0100" + "0000" + "00000000" + "2c000000" + "00000000" + "00000000" + "00000000" + "09000000" + "09000000",
			assocNote{kind: noteSendFailed, context: 44, assoc: 9}},
		{"the rest of a message will not come", "0680" + "0000" + "18000000" + "00000000" + "03000000" + "0000000000000000", assocNote{kind: notePartial, assoc: 3}},
		{"a path", hex.EncodeToString(paddr), assocNote{kind: notePeerAddr, state: 1, assoc: 9, peer: peer}},
	} {
		b, err := hex.DecodeString(c.bytes)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := decodeNote(b)
		if !ok || got != c.want {
			t.Errorf("%s: %+v, %v; not %+v", c.what, got, ok, c.want)
		}
		size := map[uint16]int{noteAssocChange: 20, notePeerAddr: 148, noteShutdown: 12, noteSendFailedEvent: 32, noteSendFailed: 48, notePartial: 16}[c.want.kind]
		for n := range size {
			if _, ok := decodeNote(b[:n]); ok {
				t.Errorf("%s: its first %d bytes are taken", c.what, n)
			}
		}
	}
	if _, ok := decodeNote(make([]byte, 64)); ok {
		t.Error("a notification of no kind is taken")
	}
}
