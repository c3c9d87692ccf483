//go:build darwin || freebsd

package reactor

// Other systems do not tell which datagram an ICMP error is about: timers find out.

var errNoNet error

type errReader struct{}

func newErrReader() *errReader { return &errReader{} }

func (*errReader) read(*udpSocket, *Undelivered) bool { return false }
