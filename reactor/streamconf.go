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
	def(&s.SharePercent, defaultSharePercent)
	s.SharePercent = min(max(s.SharePercent, 1), 100)
	def(&s.Reserve, s.MaxConns/defaultReserveShare)
	s.Reserve = min(max(s.Reserve, 0), s.MaxConns)
	def(&s.MaxMessage, defaultMaxMessage)
	s.MaxMessage = min(max(s.MaxMessage, minMaxMessage), MaxDatagram)
	def(&s.ConnQueue, defaultConnQueue)
	def(&s.AllQueues, defaultAllQueues)
	defTime(&s.ConnectTimeout, defaultConnectTimeout)
	defTime(&s.SendTimeout, defaultSendTimeout)
	defTime(&s.FirstMessage, defaultFirstMessage)
	defTime(&s.WholeMessage, defaultWholeMessage)
	defTime(&s.ProxyHeader, defaultProxyHeader)
	defTime(&s.Idle, defaultIdle)
	defTime(&s.HalfClose, defaultHalfClose)
	return s
}

// Share is how many connections one address may have.
func (s *Streams) Share() int { return max(1, s.MaxConns*s.SharePercent/100) }
