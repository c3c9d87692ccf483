package rt

import (
	"sipedge/script/value"
	"sipedge/sipparse"
)

// A change of the address in a From, To or another header is one edit of all of it,
// from the display name to the closing bracket. A second change begins with what
// the first one left, so $fU and $fd may both be written. Reading gives what was
// received until the changes are applied.

// SetAddressURI puts another URI into an address of the message ($fu, $tu);
// undefined changes nothing. What is no URI is refused.
func (c *Ctx) SetAddressURI(n *sipparse.NameAddr, v value.Value) bool {
	if v.IsUndef() {
		return true
	}
	if !c.validURI(v) {
		return false
	}
	a := c.pending(n)
	return c.putURI(&a, c.Bytes(v), nil, nil)
}

// SetAddressUser puts another user part into the URI of an address of the message
// ($fU, $tU), a tel URI's number included; undefined or empty takes it out with the
// password.
func (c *Ctx) SetAddressUser(n *sipparse.NameAddr, v value.Value) bool {
	if v.Kind() == value.Int {
		return false
	}
	user := c.Text(v)
	a := c.pending(n)
	var u sipparse.URI
	if !cleanUser(user) || parseWhole(a.uri, &u) != sipparse.OK || u.Scheme == sipparse.SchemeOther {
		return false
	}
	if u.Scheme == sipparse.SchemeTel {
		if len(user) == 0 {
			return false
		}
		return c.putURI(&a, a.uri[:u.User.Off], user, a.uri[u.User.End():])
	}
	head, tail := a.uri[:u.SchemeSpan.End()+1], a.uri[u.HostRef.Off:]
	at := a.uri[u.HostRef.Off:u.HostRef.Off]
	switch {
	case len(user) == 0:
		user = nil
	case u.Password.Len > 0:
		tail = a.uri[u.Password.Off-1:]
	case u.HostRef.Off > 0 && a.uri[u.HostRef.Off-1] == '@':
		tail = a.uri[u.HostRef.Off-1:]
	default:
		at = atSign
	}
	return c.putURI(&a, head, user, at, tail)
}

var atSign = []byte{'@'}

// SetAddressHost puts another host into the URI of an address of the message ($fd,
// $td); undefined changes nothing. A URI without a host has none to change.
func (c *Ctx) SetAddressHost(n *sipparse.NameAddr, v value.Value) bool {
	if v.IsUndef() {
		return true
	}
	host := c.Text(v)
	a := c.pending(n)
	var u sipparse.URI
	if v.Kind() != value.Str || !cleanHost(host) || parseWhole(a.uri, &u) != sipparse.OK || !isSIP(&u) {
		return false
	}
	return c.putURI(&a, a.uri[:u.HostRef.Off], host, a.uri[u.HostRef.End():])
}

// SetAddressDisplay puts another display name into an address of the message ($fn,
// $tn); undefined or empty takes it out. A name that is neither words nor a quoted
// string is put into quotes. Control characters are refused.
func (c *Ctx) SetAddressDisplay(n *sipparse.NameAddr, v value.Value) bool {
	name := c.Text(v)
	if v.Kind() == value.Int || !printable(name) {
		return false
	}
	a := c.pending(n)
	m := c.Mark()
	switch {
	case len(name) == 0:
	case isDisplay(name):
		c.Append(name)
	default:
		c.appendQuoted(name)
	}
	if len(name) > 0 {
		if a.gap == nil {
			a.gap = oneSpace
		}
		c.Append(a.gap)
	}
	c.appendAddrSpec(a.inside, len(name) > 0 || a.bracketed)
	return c.replaceAddress(&a, m)
}

var oneSpace = []byte{' '}

// address is an address of the message as it is to leave.
type address struct {
	off, n    int    // where it stands in the message
	display   []byte // with its quotes; nil for none
	gap       []byte // between display name and bracket, nil without a display name
	inside    []byte // of the brackets
	uri       []byte
	bracketed bool
}

// pending is the address as earlier changes have left it.
func (c *Ctx) pending(n *sipparse.NameAddr) address {
	off, end := wholeAddress(c.Msg, n)
	a := address{off: off, n: end - off}
	text := c.Msg[off:end]
	c.Edits.Each(func(at, cut, data, size int) bool {
		if at == off && cut == end-off && size > 0 {
			text = c.arena[data : data+size]
		}
		return true
	})
	var now sipparse.NameAddr
	if _, err := sipparse.ParseNameAddr(text, 0, len(text), &now); err != sipparse.OK {
		return a
	}
	a.uri, a.bracketed = now.URI.Of(text), now.Bracketed
	lt, gt := brackets(text, &now)
	a.inside = text[lt:gt]
	if now.Display.Len > 0 {
		a.display = now.Display.Of(text)
		a.gap = text[now.Display.End() : lt-1]
	}
	return a
}

// wholeAddress is where an address begins and ends, the brackets included.
func wholeAddress(b []byte, n *sipparse.NameAddr) (off, end int) {
	off, end = brackets(b, n)
	if n.Bracketed {
		off, end = off-1, end+1
	}
	if n.Display.Len > 0 {
		off = int(n.Display.Off)
	}
	return off, end
}

// brackets are the bounds of what stands between the brackets, or of the URI where
// there are none.
func brackets(b []byte, n *sipparse.NameAddr) (off, end int) {
	off, end = int(n.URI.Off), n.URI.End()
	if !n.Bracketed {
		return off, end
	}
	for off > 0 && b[off-1] != '<' {
		off--
	}
	for end < len(b) && b[end] != '>' {
		end++
	}
	return off, end
}

// putURI makes the parts, joined, the URI of the address.
func (c *Ctx) putURI(a *address, parts ...[]byte) bool {
	m := c.Mark()
	for _, p := range parts {
		c.Append(p)
	}
	uri := c.Bytes(c.FromMark(m))
	var u sipparse.URI
	if parseWhole(uri, &u) != sipparse.OK {
		c.Truncate(m)
		return false
	}
	m = c.Mark()
	if a.display != nil {
		c.Append(a.display)
		c.Append(a.gap)
	}
	bare := u.Params.Len == 0 && u.Headers.Len == 0
	for _, ch := range uri {
		bare = bare && ch != ',' && ch != '?' && ch != ';' // RFC 3261 §20.10
	}
	c.appendAddrSpec(uri, a.bracketed || !bare)
	return c.replaceAddress(a, m)
}

func (c *Ctx) appendAddrSpec(uri []byte, brackets bool) {
	if !brackets {
		c.Append(uri)
		return
	}
	c.AppendByte('<')
	c.Append(uri)
	c.AppendByte('>')
}

// replaceAddress makes what was appended since mark stand for the address.
func (c *Ctx) replaceAddress(a *address, mark int) bool {
	c.Edits.Withdraw(a.off, a.n)
	return c.Edits.Replace(a.off, a.n, mark, c.Mark()-mark)
}

// printable tells that b has no control characters.
func printable(b []byte) bool {
	for _, ch := range b {
		if ch < ' ' || ch == 0x7f {
			return false
		}
	}
	return true
}

// isDisplay tells whether b is a display name as it may be written: words, or a
// quoted string (RFC 3261 §25.1).
func isDisplay(b []byte) bool {
	if len(b) >= 2 && b[0] == '"' {
		for i := 1; i < len(b); i++ {
			switch b[i] {
			case '\\':
				i++
			case '"':
				return i == len(b)-1
			}
		}
		return false
	}
	for _, ch := range b {
		switch {
		case ch >= '0' && ch <= '9', ch|0x20 >= 'a' && ch|0x20 <= 'z', ch == ' ':
		case ch == '-' || ch == '.' || ch == '!' || ch == '%' || ch == '*' || ch == '_' || ch == '+' || ch == '`' || ch == '\'' || ch == '~':
		default:
			return false
		}
	}
	return true
}

// appendQuoted appends b as a quoted string.
func (c *Ctx) appendQuoted(b []byte) {
	c.AppendByte('"')
	for _, ch := range b {
		if ch == '"' || ch == '\\' {
			c.AppendByte('\\')
		}
		c.AppendByte(ch)
	}
	c.AppendByte('"')
}
