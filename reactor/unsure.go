//go:build unix

package reactor

import "golang.org/x/sys/unix"

// What the system has taken may still not arrive: when a peer resets its connection, or
// takes nothing any more, nobody can say what it has read. The senders of the last
// messages are told, so that a request which nobody has answered need not wait for its
// timer (RFC 3261 section 18.4).

// lastTags are the tags of the last messages that the system has taken of a
// connection.
type lastTags struct {
	tags [keptTags]uint64
	n    uint // how many there were
}

// gone notes that the system has taken a message.
func (c *conn) gone(tag uint64) {
	if tag <= TagLost {
		return
	}
	if c.unsure == nil {
		c.unsure = &lastTags{}
	}
	c.unsure.tags[c.unsure.n%keptTags] = tag
	c.unsure.n++
}

// tellUnsure tells the senders when the connection ends in a way that leaves it open what
// has arrived. A peer that closes in order has read all.
func (l *loop) tellUnsure(c *conn, why error) {
	u := c.unsure
	if u == nil {
		return
	}
	c.unsure = nil
	if _, system := why.(unix.Errno); !system && why != ErrSendTimeout && why != ErrConnQueueFull {
		return
	}
	for i := u.n - min(u.n, keptTags); i < u.n; i++ {
		l.notes = append(l.notes, note{id: c.id, tag: u.tags[i%keptTags], why: ErrMaybeLost})
	}
}
