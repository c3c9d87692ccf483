package tlsconf

import (
	"crypto/rand"
	"sync"
	"time"
)

const (
	// ticketTurn is how long session tickets are made with one key; crypto/tls itself
	// changes it once a day.
	ticketTurn = 24 * time.Hour
	// ticketKeys is how many keys open tickets: a ticket is good for two turns at
	// least.
	ticketKeys = 3
)

// Tickets are the keys of session tickets. They live longer than a configuration, so
// that clients can resume after a reload.
type Tickets struct {
	mu   sync.Mutex
	keys [][32]byte
	turn uint64
	next time.Time
}

// current is the keys, the newest first, and a number that changes with them.
func (t *Tickets) current(now time.Time) (keys [][32]byte, turn uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Before(t.next) {
		return t.keys, t.turn
	}
	var k [32]byte
	_, _ = rand.Read(k[:]) // does not fail: crypto/rand ends the program instead
	fresh := [][32]byte{k}
	t.keys = append(fresh, t.keys[:min(len(t.keys), ticketKeys-1)]...)
	t.turn++
	t.next = now.Add(ticketTurn)
	return t.keys, t.turn
}
