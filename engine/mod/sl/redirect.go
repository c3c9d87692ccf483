package sl

import (
	"sipedge/engine/core"
	"sipedge/script/value"
)

// What a Contact of a 3xx reply carries besides the URI and q (rich_redirect).
const (
	richFlags = 1 // the branch's flags
	richPath  = 2 // its path, as a Route header of the URI
)

// noQ is the q value of a destination that has none.
const noQ = -1

// addContacts lists the request's destinations in one Contact header of the
// reply: the Request-URI where the script has changed it, then the branches.
func addContacts(p *core.Proc, rich int64) {
	m := p.Mark()
	p.AppendString("Contact: ")
	first := p.Mark()
	if !p.NewURI.IsUndef() {
		addContact(p, p.NewURI, value.Value{}, noQ, p.BranchFlags, rich)
	}
	for i := range p.Branches() {
		if p.Mark() > first {
			p.AppendString(", ")
		}
		br := &p.Branches()[i]
		addContact(p, br.URI, br.Path, br.Q, br.Flags, rich)
	}
	if p.Mark() == first {
		return
	}
	p.AddReplyHeader(p.FromMark(m))
}

func addContact(p *core.Proc, uri, path value.Value, q int16, flags uint32, rich int64) {
	p.AppendString("<")
	p.AppendValue(uri)
	if rich&richPath != 0 && path.Len() > 0 {
		addRoute(p, uri, path)
	}
	p.AppendString(">")
	if q >= 0 {
		addQ(p, q)
	}
	if rich&richFlags != 0 && flags != 0 {
		p.AppendString(";flags=")
		p.AppendValue(value.FromInt(int64(flags)))
	}
}

func addQ(p *core.Proc, q int16) {
	p.AppendString(";q=")
	if q >= 1000 {
		p.AppendString("1")
		return
	}
	digits := [...]byte{'0', '.', byte('0' + q/100), byte('0' + q/10%10), byte('0' + q%10)}
	n := len(digits)
	for n > 3 && digits[n-1] == '0' {
		n--
	}
	p.Append(digits[:n])
}

// addRoute writes a path as the Route header of a URI, escaped (RFC 3261 §19.1.1).
func addRoute(p *core.Proc, uri, path value.Value) {
	sep := byte('?')
	for _, c := range p.Bytes(uri) {
		if c == '?' {
			sep = '&'
		}
	}
	p.AppendByte(sep)
	p.AppendString("Route=")
	const hex = "0123456789abcdef"
	for i := range path.Len() {
		c := p.Bytes(path)[i]
		if plainInHeader(c) {
			p.AppendByte(c)
			continue
		}
		p.AppendByte('%')
		p.AppendByte(hex[c>>4])
		p.AppendByte(hex[c&15])
	}
}

// plainInHeader reports whether a character may stand as it is in a header of a URI
// (hnv-unreserved and unreserved, RFC 3261 §25.1).
func plainInHeader(c byte) bool {
	switch {
	case c >= '0' && c <= '9', c|0x20 >= 'a' && c|0x20 <= 'z':
		return true
	}
	switch c {
	case '[', ']', '/', '?', ':', '+', '$', '-', '_', '.', '!', '~', '*', '\'', '(', ')':
		return true
	}
	return false
}
