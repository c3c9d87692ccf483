package blacklist

import "strings"

// Cause says why a destination is on the list, as bits of Kamailio's numbering: the
// masks of dst_blacklist_udp_imask and its kin are sums of them.
type Cause uint8

// The causes.
const (
	SendFailed    Cause = 1 << (iota + 1) // 2: the system refused to send
	ConnectFailed                         // 4: no connection could be made
	ICMPError                             // 8: an ICMP error came back
	Timeout                               // 16: a transaction was not answered at all
	Answer503                             // 32: the destination answered 503
	Admin                                 // 64: entered by hand

	// AllCauses is every cause.
	AllCauses = SendFailed | ConnectFailed | ICMPError | Timeout | Answer503 | Admin
)

var causeNames = [...]struct {
	c    Cause
	name string
}{{SendFailed, "send"}, {ConnectFailed, "connect"}, {ICMPError, "icmp"}, {Timeout, "timeout"}, {Answer503, "503"}, {Admin, "admin"}}

// String names the causes, with "+" between them.
func (c Cause) String() string {
	var s []string
	for _, k := range causeNames {
		if c&k.c != 0 {
			s = append(s, k.name)
		}
	}
	if s == nil {
		return "none"
	}
	return strings.Join(s, "+")
}
