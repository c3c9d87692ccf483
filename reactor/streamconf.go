package reactor

import "time"

// WithDefaults is s with its zero fields filled in; maxConns is what MaxConns is
// then.
func (s Streams) WithDefaults(maxConns int) Streams {
	def := func(p *int, d int) {
		if *p == 0 {
			*p = d
		}
	}
	defTime := func(p *time.Duration, d time.Duration) {
		if *p == 0 {
			*p = d
		}
	}
	def(&s.MaxConns, maxConns)
	s.MaxConns = max(s.MaxConns, 0)
	def(&s.MaxTLS, s.MaxConns)
	def(&s.SharePercent, defaultSharePercent)
	s.SharePercent = min(max(s.SharePercent, 1), 100)
	def(&s.Reserve, s.MaxConns/defaultReserveShare)
	s.Reserve = min(max(s.Reserve, 0), s.MaxConns)
	def(&s.MaxMessage, defaultMaxMessage)
	s.MaxMessage = min(max(s.MaxMessage, minMaxMessage), MaxDatagram)
	def(&s.ConnQueue, defaultConnQueue)
	def(&s.AllQueues, defaultAllQueues)
	defTime(&s.ConnectTimeout, defaultConnectTimeout)
	defTime(&s.Handshake, defaultHandshake)
	def(&s.MaxHandshakes, defaultMaxHandshakes)
	s.MaxHandshakes = max(s.MaxHandshakes, 1)
	def(&s.HandshakeShare, defaultSharePercent)
	s.HandshakeShare = min(max(s.HandshakeShare, 1), 100)
	defTime(&s.SendTimeout, defaultSendTimeout)
	defTime(&s.TLSSendTimeout, s.SendTimeout)
	defTime(&s.FirstMessage, defaultFirstMessage)
	defTime(&s.TLSFirstMessage, s.FirstMessage)
	defTime(&s.WholeMessage, defaultWholeMessage)
	defTime(&s.ProxyHeader, defaultProxyHeader)
	defTime(&s.Idle, defaultIdle)
	defTime(&s.HalfClose, defaultHalfClose)
	return s
}

// handshakeShare is how many handshakes one address may have under way.
func (s *Streams) handshakeShare() int { return max(1, s.MaxHandshakes*s.HandshakeShare/100) }

// Share is how many connections one address may have.
func (s *Streams) Share() int { return max(1, s.MaxConns*s.SharePercent/100) }
