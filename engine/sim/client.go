package sim

import (
	"net/netip"
	"time"

	"sipedge/reactor/reactortest"
)

// The timers of RFC 3261 §17, table 4.
const (
	t1         = 500 * time.Millisecond
	t2         = 4 * time.Second
	timeout    = 64 * t1 // timers B, F, H
	timerD     = 32 * time.Second
	acceptance = 64 * t1 // RFC 6026: how long an accepted INVITE hears of further 2xx
)

// client is a client transaction of a model: it repeats a request until it is
// answered and hands each reply that is new to it on.
type client struct {
	r        *run
	from     *reactortest.Endpoint
	to       netip.AddrPort
	request  *message
	data     []byte
	state    clientState
	code     int // of the final reply
	interval time.Duration
	on       func(*message)
	expired  func()
}

type clientState uint8

const (
	calling clientState = iota
	proceeding
	completed
	accepted
	terminated
)

// start sends a request and begins to wait. on hears of each provisional reply,
// of the final one, and of every 2xx to an INVITE; expired of timers B and F.
func (r *run) start(from *reactortest.Endpoint, to netip.AddrPort, data []byte, on func(*message), expired func()) *client {
	m, err := read(data)
	if err != nil {
		panic(err)
	}
	c := &client{r: r, from: from, to: to, request: m, data: data, interval: t1, on: on, expired: expired}
	r.clients[transaction{m.branch, m.method}] = c
	from.Send(to, data)
	r.net.After(t1, c.repeat)
	r.net.After(timeout, func() {
		if c.state == calling || c.state == proceeding && m.method != "INVITE" {
			c.end()
			expired()
		}
	})
	return c
}

func (c *client) repeat() {
	invite := c.request.method == "INVITE"
	if c.state != calling && (invite || c.state != proceeding) {
		return
	}
	c.from.Send(c.to, c.data)
	c.interval *= 2
	if !invite {
		c.interval = min(c.interval, t2)
		if c.state == proceeding {
			c.interval = t2
		}
	}
	c.r.net.After(c.interval, c.repeat)
}

// reply takes a reply of the transaction.
func (c *client) reply(m *message) {
	invite := c.request.method == "INVITE"
	c.r.edge.toSender(c, m)
	switch {
	case c.state == terminated:
	case !final(m.code):
		if c.state == calling || c.state == proceeding {
			c.state = proceeding
			c.on(m)
		}
	case invite && m.code < 300:
		if c.state < accepted {
			c.state, c.code = accepted, m.code
			c.r.net.After(acceptance, c.end)
		}
		c.on(m)
	case invite:
		if c.state == accepted {
			return // the network has turned the two around
		}
		c.from.Send(c.to, c.request.ack(m.to))
		if c.state != completed {
			c.state, c.code = completed, m.code
			c.r.net.After(timerD, c.end)
			c.on(m)
		}
	case c.state != completed:
		c.state, c.code = completed, m.code
		c.r.net.After(t2+t1, c.end)
		c.on(m)
	}
}

func (c *client) end() { c.state = terminated }
