package sipparse

// Transport is a transport protocol as named in a Via or a transport
// parameter. The numbers up to TransportWSS are the ones of script/rt.Proto.
type Transport uint8

// The transports. TransportNone means "not said", TransportOther a name that is not known.
const (
	TransportNone Transport = iota
	TransportUDP
	TransportTCP
	TransportTLS
	TransportSCTP
	TransportWS
	TransportWSS
	TransportOther
)

var transportNames = [...]string{"", "udp", "tcp", "tls", "sctp", "ws", "wss", "other"}

// String is the lower-case name; "" for TransportNone.
func (t Transport) String() string {
	if int(t) < len(transportNames) {
		return transportNames[t]
	}
	return ""
}

// ParseTransport is the transport that a name in any case says; "tls-sctp" and
// everything else that is not known is TransportOther, nothing TransportNone.
func ParseTransport(name []byte) Transport {
	switch len(name) {
	case 0:
		return TransportNone
	case 2:
		if name[0]|0x20 == 'w' && name[1]|0x20 == 's' {
			return TransportWS
		}
	case 3:
		switch uint32(name[0]|0x20)<<16 | uint32(name[1]|0x20)<<8 | uint32(name[2]|0x20) {
		case 'u'<<16 | 'd'<<8 | 'p':
			return TransportUDP
		case 't'<<16 | 'c'<<8 | 'p':
			return TransportTCP
		case 't'<<16 | 'l'<<8 | 's':
			return TransportTLS
		case 'w'<<16 | 's'<<8 | 's':
			return TransportWSS
		}
	case 4:
		if equalFold(name, "sctp") {
			return TransportSCTP
		}
	}
	return TransportOther
}
