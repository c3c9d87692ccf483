package registry

import "sipedge/script/rt"

// The values of the keyword operands of type OperandAF, those of Linux's
// AF_INET and AF_INET6.
const (
	AFInet  = 2
	AFInet6 = 10
)

// WordValue is the number that a constant word stands for: UDP TCP TLS SCTP WS
// WSS (rt.Proto) and INET INET6, in either case (cookbook "Core Values").
func WordValue(word string) (n int64, ok bool) { return wordValue(word) }

// WordValueBytes is WordValue of a text in bytes; it does not allocate.
func WordValueBytes(word []byte) (n int64, ok bool) { return wordValue(word) }

func wordValue[T string | []byte](w T) (int64, bool) {
	var u [8]byte
	if len(w) > len(u) {
		return 0, false
	}
	for i := range len(w) {
		c := w[i]
		if c >= 'a' && c <= 'z' {
			c -= 0x20
		}
		u[i] = c
	}
	switch string(u[:len(w)]) {
	case "UDP":
		return int64(rt.ProtoUDP), true
	case "TCP":
		return int64(rt.ProtoTCP), true
	case "TLS":
		return int64(rt.ProtoTLS), true
	case "SCTP":
		return int64(rt.ProtoSCTP), true
	case "WS":
		return int64(rt.ProtoWS), true
	case "WSS":
		return int64(rt.ProtoWSS), true
	case "INET":
		return AFInet, true
	case "INET6":
		return AFInet6, true
	}
	return 0, false
}
