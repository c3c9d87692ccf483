//go:build unix

package reactor

import (
	"bytes"
	"testing"
)

func TestTheRingRemembersTheLastMessages(t *testing.T) {
	var r sentRing
	r.init()
	to := Addr{Port: 1}
	first := r.add(&to, 1, 0, []byte("x"))
	for range sentMessages - 1 {
		r.add(&to, 2, 0, []byte("x"))
	}
	if m, _, ok := r.take(first); !ok || m.tag != 1 {
		t.Error("the oldest one is not known any more")
	}
	if _, _, ok := r.take(first); ok {
		t.Error("it is taken twice")
	}
	first = r.add(&to, 3, 0, []byte("x"))
	for range sentMessages {
		r.add(&to, 4, 0, nil)
	}
	if _, _, ok := r.take(first); ok {
		t.Error("an overwritten one is known")
	}
	r.next = 0xffffffff
	r.add(&to, 5, 0, nil)
	if c := r.add(&to, 6, 0, nil); c == 0 {
		t.Error("0 is no context")
	}
}

func TestTheRingKeepsBytesWhileThereIsRoom(t *testing.T) {
	var r sentRing
	r.init()
	r.keep(true)
	to := Addr{Port: 1}
	message := bytes.Repeat([]byte("m"), 60000)
	n := sentBytes / len(message)
	var contexts []uint32
	for i := range 3 * n {
		message[0] = byte(i)
		contexts = append(contexts, r.add(&to, uint64(i), 0, message))
	}
	kept := 0
	for i, c := range contexts {
		_, data, ok := r.take(c)
		if !ok {
			t.Fatalf("message %d is not known", i)
		}
		if data == nil {
			continue
		}
		kept++
		if len(data) != len(message) || data[0] != byte(i) || data[len(data)-1] != 'm' {
			t.Fatalf("message %d has the bytes of another", i)
		}
	}
	if kept < n-2 || kept > n {
		t.Errorf("%d of the last %d are kept", kept, n)
	}
	c := r.add(&to, 1, 0, message)
	r.keep(false)
	if _, data, ok := r.take(c); !ok || data != nil {
		t.Error("bytes are there after all")
	}
}
