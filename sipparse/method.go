package sipparse

import "encoding/binary"

// Method is a request method. Methods are case-sensitive (RFC 3261 section 7.1).
type Method uint8

// The methods. MethodOther is every other token.
const (
	MethodOther     Method = iota
	MethodInvite           // RFC 3261
	MethodAck              // RFC 3261
	MethodBye              // RFC 3261
	MethodCancel           // RFC 3261
	MethodOptions          // RFC 3261
	MethodRegister         // RFC 3261
	MethodPrack            // RFC 3262
	MethodSubscribe        // RFC 6665
	MethodNotify           // RFC 6665
	MethodPublish          // RFC 3903
	MethodInfo             // RFC 6086
	MethodRefer            // RFC 3515
	MethodMessage          // RFC 3428
	MethodUpdate           // RFC 3311
	numMethods
)

var methodNames = [numMethods]string{
	MethodInvite: "INVITE", MethodAck: "ACK", MethodBye: "BYE", MethodCancel: "CANCEL",
	MethodOptions: "OPTIONS", MethodRegister: "REGISTER", MethodPrack: "PRACK",
	MethodSubscribe: "SUBSCRIBE", MethodNotify: "NOTIFY", MethodPublish: "PUBLISH",
	MethodInfo: "INFO", MethodRefer: "REFER", MethodMessage: "MESSAGE", MethodUpdate: "UPDATE",
}

// methodWords are the first eight bytes of each name, padded with zeros.
var methodWords = func() (t [numMethods]uint64) {
	for m := MethodInvite; m < numMethods; m++ {
		var w [8]byte
		copy(w[:], methodNames[m])
		t[m] = binary.LittleEndian.Uint64(w[:])
	}
	return t
}()

// String is the method's name, "" for MethodOther.
func (m Method) String() string {
	if m < numMethods {
		return methodNames[m]
	}
	return ""
}

// ParseMethod is the method that name is, MethodOther if it is none of the known.
func ParseMethod(name []byte) Method {
	n := len(name)
	if n < 3 || n > 9 {
		return MethodOther
	}
	var w uint64
	for i := min(n, 8) - 1; i >= 0; i-- {
		w = w<<8 | uint64(name[i])
	}
	return methodOf(w, name)
}

// methodOf finds the method whose first eight bytes are w.
func methodOf(w uint64, name []byte) Method {
	// The second byte is the best single discriminator; the compare decides.
	for m := MethodInvite; m < numMethods; m++ {
		if methodWords[m] == w && len(name) == len(methodNames[m]) && (len(name) <= 8 || string(name) == methodNames[m]) {
			return m
		}
	}
	return MethodOther
}
