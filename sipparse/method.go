package sipparse

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

// methodPlaces finds a method by methodHash; no two share a place.
var methodPlaces = func() (t [32]Method) {
	for m := MethodInvite; m < numMethods; m++ {
		t[methodHash([]byte(methodNames[m]))] = m
	}
	return t
}()

// methodHash is a place in methodPlaces; name has at least three bytes.
func methodHash(name []byte) uint8 { return (name[1] + name[2] + 3*uint8(len(name))) % 32 }

// String is the method's name, "" for MethodOther.
func (m Method) String() string {
	if m < numMethods {
		return methodNames[m]
	}
	return ""
}

// ParseMethod is the method that name is, MethodOther if it is none of the known.
func ParseMethod(name []byte) Method {
	if len(name) < 3 {
		return MethodOther
	}
	m := methodPlaces[methodHash(name)]
	if string(name) != methodNames[m] {
		return MethodOther
	}
	return m
}
