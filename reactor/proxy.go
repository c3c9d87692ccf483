//go:build unix

package reactor

import "sipedge/reactor/internal/proxyproto"

// proxyHeader reads the PROXY header that a connection begins with, and returns how
// many bytes of buf it takes. When all of it is there, c.proxy is ProxyOff, and the
// handler hears of the connection. It comes before everything else on a connection, a
// TLS handshake as well.
func (l *loop) proxyHeader(c *conn, buf []byte) (taken int) {
	h, n, err := proxyproto.Parse(buf)
	switch {
	case err == proxyproto.ErrMore:
		return 0
	case err == proxyproto.ErrNone && c.proxy == ProxyMay:
	case err != nil:
		l.refuseProxied(c, err)
		return 0
	case h.Src.IsValid():
		from := FromAddrPort(h.Src)
		if err := l.r.recount(c, from); err != nil {
			l.c.shareRefused.Add(1)
			l.closeConn(c, err)
			return 0
		}
		c.meta.Remote, c.meta.Local, c.meta.Proxied = from, FromAddrPort(h.Dst), true
		l.c.proxied.Add(1)
	}
	c.proxy = ProxyOff
	c.told = false
	if c.state == connHandshake {
		return n // it is opened when that is over
	}
	l.notes = append(l.notes, note{id: c.id, ev: ConnOpened})
	l.tell() // its messages may be in buf
	return n
}

// proxyBeforeTLS reads the header at the front of what has come on a connection whose
// handshake follows; true: that may begin.
func (l *loop) proxyBeforeTLS(c *conn) bool {
	n := l.proxyHeader(c, c.in)
	if c.proxy != ProxyOff {
		return false
	}
	if c.in = c.in[:copy(c.in, c.in[n:])]; len(c.in) == 0 {
		l.bufs.put(c.in)
		c.in = nil
	}
	return true
}

// refuseProxied closes a connection that has not said whose it is.
func (l *loop) refuseProxied(c *conn, why error) {
	l.c.proxyRefused.Add(1)
	c.told = false
	l.closeConn(c, &ProxyError{Peer: c.meta.Remote, Err: why})
}
