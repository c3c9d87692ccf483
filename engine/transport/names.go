package transport

import "sync"

// Name stands for the name of a host that a connection was, or is to be, opened for;
// 0 for none. It holds no pointer, so that it can be kept with a transaction. A Name
// that was not asked for in a long time stands for nothing any more.
type Name uint32

const (
	nameSlotBits = 16
	// nameSlots is how many names are known at a time. The oldest makes room for a
	// new one.
	nameSlots = 1 << nameSlotBits
	// maxName is the longest name of DNS (RFC 1035 section 2.3.4).
	maxName = 255
)

// Names turns names into numbers and back.
type Names struct {
	mu    sync.RWMutex
	byKey map[string]Name
	slots []string
	gens  []uint16
	next  int
}

// Of is the number of a name, whatever its case; 0 for one that is too long to be
// any. It allocates only when the name is new.
func (n *Names) Of(host []byte) Name {
	if len(host) == 0 || len(host) > maxName {
		return 0
	}
	var buf [maxName]byte
	key := buf[:len(host)]
	for i, c := range host {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		key[i] = c
	}
	n.mu.RLock()
	id := n.byKey[string(key)]
	n.mu.RUnlock()
	if id != 0 {
		return id
	}
	return n.add(string(key))
}

func (n *Names) add(key string) Name {
	n.mu.Lock()
	defer n.mu.Unlock()
	if id := n.byKey[key]; id != 0 {
		return id
	}
	if n.byKey == nil {
		n.byKey = map[string]Name{}
	}
	at := n.next
	n.next = (n.next + 1) % nameSlots
	if at == len(n.slots) {
		n.slots, n.gens = append(n.slots, ""), append(n.gens, 0)
	} else {
		delete(n.byKey, n.slots[at])
	}
	if n.gens[at]++; n.gens[at] == 0 {
		n.gens[at] = 1
	}
	id := Name(uint32(n.gens[at])<<nameSlotBits | uint32(at))
	n.slots[at], n.byKey[key] = key, id
	return id
}

// Text is the name in lower case; false when it is not known any more. That of 0 is
// "".
func (n *Names) Text(id Name) (string, bool) {
	if id == 0 {
		return "", true
	}
	at := int(id & (nameSlots - 1))
	n.mu.RLock()
	defer n.mu.RUnlock()
	if at >= len(n.slots) || n.gens[at] != uint16(id>>nameSlotBits) {
		return "", false
	}
	return n.slots[at], true
}
