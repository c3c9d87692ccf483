package dns

import (
	"encoding/binary"
	"net/netip"
)

// Type is a type of resource record, by its number on the wire.
type Type uint16

// The types that are looked up.
const (
	TypeA     Type = 1
	TypeCNAME Type = 5
	TypePTR   Type = 12
	TypeTXT   Type = 16
	TypeAAAA  Type = 28
	TypeSRV   Type = 33
	TypeNAPTR Type = 35
)

// String is the type's name as in zone files.
func (t Type) String() string {
	switch t {
	case TypeA:
		return "A"
	case TypeCNAME:
		return "CNAME"
	case TypePTR:
		return "PTR"
	case TypeTXT:
		return "TXT"
	case TypeAAAA:
		return "AAAA"
	case TypeSRV:
		return "SRV"
	case TypeNAPTR:
		return "NAPTR"
	}
	return "?"
}

// Status is what is known of a name and type.
type Status uint8

// The statuses. Unknown is the zero value; Looped stands for aliases that lead
// nowhere, Refused means that all servers said that they cannot answer, Failed that
// none answered.
const (
	Unknown Status = iota
	Found
	NoRecord
	NoName
	Looped
	Refused
	Failed
)

// Err is the status as an error, nil for Found.
func (s Status) Err() error {
	switch s {
	case Found:
		return nil
	case NoRecord:
		return ErrNoRecord
	case NoName:
		return ErrNoName
	case Looped:
		return ErrAliases
	case Refused:
		return ErrServers
	case Failed:
		return ErrNoAnswer
	}
	return ErrMiss
}

// Answer is what is known of one name and type: a status and records. It is the
// caller's and can be used again and again, which then allocates nothing. It holds
// the records in a flat form and no pointer into the cache.
type Answer struct {
	Type   Type
	Status Status
	// TTL is how much longer the answer is good, in milliseconds; 0 or less when it is
	// used beyond its time.
	TTL int64
	// Permanent: it was entered by hand for good.
	Permanent bool
	// Stale: it is beyond its time, used since the servers give no newer one.
	Stale bool

	n    int
	data []byte
}

// SRV is one SRV record (RFC 2782).
type SRV struct {
	Priority, Weight, Port uint16
	Target                 []byte // valid as long as the Answer is not changed; "." is "no such service"
}

// NAPTR is one NAPTR record (RFC 3403 §4). The texts are valid as long as the
// Answer is not changed.
type NAPTR struct {
	Order, Preference                   uint16
	Flags, Service, Regexp, Replacement []byte
}

// Reset makes an empty answer for a type.
func (a *Answer) Reset(t Type) { *a = Answer{Type: t, data: a.data[:0]} }

// Len is the number of records.
func (a *Answer) Len() int { return a.n }

// CopyFrom makes a an independent copy of b.
func (a *Answer) CopyFrom(b *Answer) {
	data := append(a.data[:0], b.data...)
	*a = *b
	a.data = data
}

// Addr is record i of an A or AAAA answer.
func (a *Answer) Addr(i int) netip.Addr {
	if i < 0 || i >= a.n {
		return netip.Addr{}
	}
	switch a.Type {
	case TypeA:
		return netip.AddrFrom4([4]byte(a.data[4*i:]))
	case TypeAAAA:
		return netip.AddrFrom16([16]byte(a.data[16*i:]))
	}
	return netip.Addr{}
}

// NextSRV reads the SRV record at off, 0 for the first, and says where the next
// one is; off is negative when there is none.
func (a *Answer) NextSRV(off int) (r SRV, next int) {
	if a.Type != TypeSRV || off < 0 || off+7 > len(a.data) {
		return r, -1
	}
	b := a.data[off:]
	r.Priority, r.Weight, r.Port = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[4:])
	end := 7 + int(b[6])
	r.Target = b[7:end:end]
	return r, off + end
}

// NextNAPTR is NextSRV for NAPTR records.
func (a *Answer) NextNAPTR(off int) (r NAPTR, next int) {
	if a.Type != TypeNAPTR || off < 0 || off+8 > len(a.data) {
		return r, -1
	}
	b := a.data[off:]
	r.Order, r.Preference = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	at := 4
	for _, s := range [...]*[]byte{&r.Flags, &r.Service, &r.Regexp, &r.Replacement} {
		end := at + 1 + int(b[at])
		*s = b[at+1 : end : end]
		at = end
	}
	return r, off + at
}

// NextText reads a PTR or CNAME name or the joined text of a TXT record.
func (a *Answer) NextText(off int) (text []byte, next int) {
	if off < 0 || off+2 > len(a.data) || a.Type != TypePTR && a.Type != TypeCNAME && a.Type != TypeTXT {
		return nil, -1
	}
	end := off + 2 + int(binary.BigEndian.Uint16(a.data[off:]))
	return a.data[off+2 : end : end], end
}

// AddAddr adds an address to an A or AAAA answer. false: it is of the other
// family or there is no room, as with the methods below.
func (a *Answer) AddAddr(ip netip.Addr) bool {
	ip = ip.Unmap()
	switch {
	case ip.Is4() && a.Type == TypeA && a.room(4):
		b := ip.As4()
		a.data = append(a.data, b[:]...)
	case ip.Is6() && a.Type == TypeAAAA && a.room(16):
		b := ip.As16()
		a.data = append(a.data, b[:]...)
	default:
		return false
	}
	a.n++
	a.Status = Found
	return true
}

// AddSRV adds a record to an SRV answer.
func (a *Answer) AddSRV(priority, weight, port uint16, target string) bool {
	if target != "." {
		var ok bool
		if target, ok = cleanName(target); !ok {
			return false
		}
	}
	if a.Type != TypeSRV || !a.room(7+len(target)) {
		return false
	}
	a.data = binary.BigEndian.AppendUint16(a.data, priority)
	a.data = binary.BigEndian.AppendUint16(a.data, weight)
	a.data = binary.BigEndian.AppendUint16(a.data, port)
	a.data = append(append(a.data, byte(len(target))), target...)
	a.n++
	a.Status = Found
	return true
}

// AddNAPTR adds a record to a NAPTR answer. A replacement of "." is none.
func (a *Answer) AddNAPTR(order, preference uint16, flags, service, regexp, replacement string) bool {
	if replacement != "." && replacement != "" {
		var ok bool
		if replacement, ok = cleanName(replacement); !ok {
			return false
		}
	}
	texts := [...]string{flags, service, regexp, replacement}
	size := 4
	for _, s := range texts {
		if len(s) > 255 {
			return false
		}
		size += 1 + len(s)
	}
	if a.Type != TypeNAPTR || !a.room(size) {
		return false
	}
	a.data = binary.BigEndian.AppendUint16(a.data, order)
	a.data = binary.BigEndian.AppendUint16(a.data, preference)
	for _, s := range texts {
		a.data = append(append(a.data, byte(len(s))), s...)
	}
	a.n++
	a.Status = Found
	return true
}

// AddText adds a name to a PTR or CNAME answer or a text to a TXT answer.
func (a *Answer) AddText(s string) bool {
	switch a.Type {
	case TypePTR, TypeCNAME:
		var ok bool
		if s, ok = cleanName(s); !ok {
			return false
		}
	case TypeTXT:
	default:
		return false
	}
	if !a.room(2 + len(s)) {
		return false
	}
	a.data = append(binary.BigEndian.AppendUint16(a.data, uint16(len(s))), s...)
	a.n++
	a.Status = Found
	return true
}

func (a *Answer) room(n int) bool { return a.n < MaxRecords && len(a.data)+n <= MaxAnswer }
