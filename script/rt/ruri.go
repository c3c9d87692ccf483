package rt

import (
	"sipedge/script/value"
	"sipedge/sipparse"
)

// The functions here rewrite the Request-URI: seturi, setuser, prefix, strip
// and their kin (cookbook "Core functions") and the assignments to $ru, $rU,
// $rd and $rp. Each builds the new URI in the arena from the current one and
// parses the result. What would not be a URI any more, or would carry a space,
// a control byte or a bracket into the request line, is refused: the function
// returns false and the URI stays as it was.

// uriCache remembers the parsed form of a URI that the script has set, for as
// long as the context holds the same value.
type uriCache struct {
	of  value.Value
	uri sipparse.URI
	err sipparse.Err
}

func (k *uriCache) parse(c *Ctx, v value.Value) (*sipparse.URI, []byte, sipparse.Err) {
	b := c.Bytes(v)
	if k.of != v {
		k.of = v
		k.err = parseWhole(b, &k.uri)
	}
	return &k.uri, b, k.err
}

// parseWhole parses a URI that is a whole buffer.
func parseWhole(b []byte, u *sipparse.URI) sipparse.Err {
	if len(b) == 0 || len(b) > MaxURI {
		return sipparse.ErrBadURI
	}
	return sipparse.ParseURI(b, 0, len(b), u)
}

// URI is the current Request-URI: the one that the script has set, or the
// received one. Undefined for a reply.
func (c *Ctx) URI() value.Value {
	if !c.NewURI.IsUndef() {
		return c.NewURI
	}
	return c.OriginalURI()
}

// OriginalURI is the Request-URI as received ($ou). Undefined for a reply.
func (c *Ctx) OriginalURI() value.Value {
	if !c.Index.IsRequest() {
		return value.Value{}
	}
	s := c.Index.URISpan()
	return value.FromSpan(value.Msg, int(s.Off), int(s.Len))
}

// ParsedURI is the current Request-URI in parts; the spans are offsets into
// the returned buffer. The result is remembered until the URI changes. A reply
// gives sipparse.ErrBadURI.
func (c *Ctx) ParsedURI() (*sipparse.URI, []byte, sipparse.Err) {
	if !c.NewURI.IsUndef() {
		return c.newURI.parse(c, c.NewURI)
	}
	return c.ParsedOriginalURI()
}

// ParsedOriginalURI is ParsedURI of the Request-URI as received.
func (c *Ctx) ParsedOriginalURI() (*sipparse.URI, []byte, sipparse.Err) {
	if !c.Index.IsRequest() {
		return &c.newURI.uri, nil, sipparse.ErrBadURI
	}
	u, err := c.Index.RURI(c.Msg)
	return u, c.Msg, err
}

// ParsedDstURI is the destination URI $du in parts, as ParsedURI. An unset one
// gives sipparse.ErrBadURI.
func (c *Ctx) ParsedDstURI() (*sipparse.URI, []byte, sipparse.Err) {
	if c.DstURI.Kind() != value.Str {
		return &c.dstURI.uri, nil, sipparse.ErrBadURI
	}
	return c.dstURI.parse(c, c.DstURI)
}

// SetURI makes v the Request-URI (seturi, rewriteuri, $ru). It must be a
// string that is a whole URI of any scheme.
func (c *Ctx) SetURI(v value.Value) bool {
	if v.Kind() != value.Str {
		return false
	}
	var u sipparse.URI
	if b := c.Bytes(v); !cleanURI(b) || parseWhole(b, &u) != sipparse.OK {
		return false
	}
	c.NewURI, c.uriUsed = v, false
	return true
}

// SetDstURI makes v the destination URI ($du); undefined or empty clears it.
// What is not a sip or sips URI is refused.
func (c *Ctx) SetDstURI(v value.Value) bool {
	if v.IsUndef() || v.Kind() == value.Str && v.Len() == 0 {
		c.DstURI, c.uriUsed = value.Value{}, false
		return true
	}
	if v.Kind() != value.Str {
		return false
	}
	var u sipparse.URI
	if b := c.Bytes(v); !cleanURI(b) || parseWhole(b, &u) != sipparse.OK || !isSIP(&u) {
		return false
	}
	c.DstURI, c.uriUsed = v, false
	return true
}

// RevertURI goes back to the received Request-URI (revert_uri).
func (c *Ctx) RevertURI() { c.NewURI, c.uriUsed = value.Value{}, false }

// SetURIUser replaces the user part, keeping the password (setuser, $rU). An
// undefined or empty user removes both.
func (c *Ctx) SetURIUser(v value.Value) bool {
	user := c.Text(v)
	if !cleanUser(user) {
		return false
	}
	return c.rebuildUser(user, len(user) > 0)
}

// SetURIPass replaces user and password by v, "user" or "user:password"
// (setuserpass). Empty removes both.
func (c *Ctx) SetURIPass(v value.Value) bool {
	up := c.Text(v)
	user := up
	for i, ch := range up {
		if ch == ':' {
			user = up[:i]
			if !cleanUser(up[i+1:]) || i == 0 {
				return false
			}
			break
		}
	}
	if !cleanUser(user) {
		return false
	}
	return c.rebuildUser(up, false)
}

// PrefixUser puts v before the user part (prefix). A URI without a user gets
// one.
func (c *Ctx) PrefixUser(v value.Value) bool {
	p := c.Text(v)
	if !cleanUser(p) {
		return false
	}
	if len(p) == 0 {
		return true
	}
	u, b, err := c.ParsedURI()
	if err != sipparse.OK {
		return false
	}
	old := u.User.Of(b)
	if len(old) == 0 {
		return c.rebuildUser(p, false)
	}
	m := c.Mark()
	at := int(u.User.Off)
	c.Append(b[u.Whole.Off:at])
	c.Append(p)
	c.Append(b[at:u.Whole.End()])
	return c.takeURI(m)
}

// StripUser removes the first n bytes of the user part (strip); all of it,
// with the password, where it is shorter. A URI without a user stays as it is.
func (c *Ctx) StripUser(n int64) bool { return c.stripUser(n, false) }

// StripTail removes the last n bytes of the user part (strip_tail), as
// StripUser.
func (c *Ctx) StripTail(n int64) bool { return c.stripUser(n, true) }

func (c *Ctx) stripUser(n int64, tail bool) bool {
	if n < 0 {
		return false
	}
	u, b, err := c.ParsedURI()
	if err != sipparse.OK {
		return false
	}
	user := u.User.Of(b)
	if len(user) == 0 || n == 0 {
		return true
	}
	if n >= int64(len(user)) {
		return c.rebuildUser(nil, false)
	}
	if tail {
		return c.rebuildUser(user[:len(user)-int(n)], true)
	}
	return c.rebuildUser(user[n:], true)
}

// SetURIHost replaces the host, keeping the port (sethost, $rd). An IPv6
// address is taken with or without brackets; "host:port" is taken where the
// URI has no port yet. A tel URI becomes a SIP URI of its number with
// user=phone (RFC 3261 section 19.1.6).
func (c *Ctx) SetURIHost(v value.Value) bool {
	host := c.Text(v)
	u, b, err := c.ParsedURI()
	if err == sipparse.OK && u.Scheme == sipparse.SchemeTel {
		return c.telToSIP(u, b, host)
	}
	if err != sipparse.OK || !isSIP(u) || !cleanHost(host) {
		return false
	}
	m := c.Mark()
	h := u.HostRef
	c.Append(b[u.Whole.Off:h.Off])
	c.appendHost(host)
	c.Append(b[h.End():u.Whole.End()])
	return c.takeURI(m)
}

// SetURIHostPort replaces host and port by v, "host" or "host:port"
// (sethostport). Without a port in v the URI has none afterwards. A tel URI
// becomes a SIP URI as with SetURIHost.
func (c *Ctx) SetURIHostPort(v value.Value) bool {
	host := c.Text(v)
	u, b, err := c.ParsedURI()
	if err == sipparse.OK && u.Scheme == sipparse.SchemeTel {
		return c.telToSIP(u, b, host)
	}
	if err != sipparse.OK || !isSIP(u) || !cleanHost(host) {
		return false
	}
	m := c.Mark()
	c.Append(b[u.Whole.Off:u.HostRef.Off])
	c.appendHost(host)
	c.Append(b[hostPortEnd(u):u.Whole.End()])
	return c.takeURI(m)
}

// SetURIPort replaces the port (setport, $rp): a number from 1 to 65535 or its
// text. Undefined or empty removes it.
func (c *Ctx) SetURIPort(v value.Value) bool {
	port := c.Text(v)
	u, b, err := c.ParsedURI()
	if err != sipparse.OK || !isSIP(u) {
		return false
	}
	if n, ok := value.ParseInt(port); len(port) > 0 && (!ok || n < 1 || n > 65535 || port[0] < '0' || port[0] > '9') {
		return false
	}
	m := c.Mark()
	c.Append(b[u.Whole.Off:u.HostRef.End()])
	if len(port) > 0 {
		c.AppendString(":")
		c.Append(port)
	}
	c.Append(b[hostPortEnd(u):u.Whole.End()])
	return c.takeURI(m)
}

// SetURIHostPortTrans replaces host, port and transport by v, "host",
// "host:port" or "host:port;transport=proto" (sethostporttrans). A transport
// parameter of the URI is removed.
func (c *Ctx) SetURIHostPortTrans(v value.Value) bool {
	hp := c.Text(v)
	u, b, err := c.ParsedURI()
	if err != sipparse.OK || !isSIP(u) {
		return false
	}
	semi := len(hp)
	for i, ch := range hp {
		if ch == ';' {
			semi = i
			break
		}
	}
	if !cleanHost(hp[:semi]) {
		return false
	}
	m := c.Mark()
	c.Append(b[u.Whole.Off:u.HostRef.Off])
	c.appendHost(hp[:semi])
	c.Append(hp[semi:])
	rest, end := hostPortEnd(u), u.Whole.End()
	if t := u.Transport; t.Len > 0 {
		// Cut ";transport=" and its value out of the parameters.
		c.Append(b[rest : int(t.Off)-len(";transport=")])
		rest = t.End()
	}
	c.Append(b[rest:end])
	return c.takeURI(m)
}

// UserPhone adds the parameter user=phone where it is missing (userphone).
func (c *Ctx) UserPhone() bool {
	u, b, err := c.ParsedURI()
	if err != sipparse.OK || !isSIP(u) {
		return false
	}
	if u.UserParam.Len > 0 {
		return true
	}
	at := u.Whole.End()
	if u.Headers.Len > 0 {
		at = int(u.Headers.Off) - 1
	}
	m := c.Mark()
	c.Append(b[u.Whole.Off:at])
	c.AppendString(";user=phone")
	c.Append(b[at:u.Whole.End()])
	return c.takeURI(m)
}

// telToSIP writes a tel URI as a SIP URI at host: all behind "tel:" is its user
// part (RFC 3261 section 19.1.6).
func (c *Ctx) telToSIP(u *sipparse.URI, b, host []byte) bool {
	if !cleanHost(host) {
		return false
	}
	m := c.Mark()
	c.AppendString("sip:")
	c.Append(b[u.SchemeSpan.End()+1 : u.Whole.End()])
	c.AppendString("@")
	c.appendHost(host)
	c.AppendString(";user=phone")
	return c.takeURI(m)
}

// rebuildUser writes the URI with another user part. keepPass keeps the
// password; otherwise user stands for all before the @.
func (c *Ctx) rebuildUser(user []byte, keepPass bool) bool {
	u, b, err := c.ParsedURI()
	if err != sipparse.OK {
		return false
	}
	m := c.Mark()
	if !isSIP(u) {
		// A tel URI's number is its user part; others have none to set.
		if u.Scheme != sipparse.SchemeTel || len(user) == 0 || u.User.Len == 0 {
			return false
		}
		c.Append(b[u.Whole.Off:u.User.Off])
		c.Append(user)
		c.Append(b[u.User.End():u.Whole.End()])
		return c.takeURI(m)
	}
	c.Append(u.SchemeSpan.Of(b))
	c.AppendString(":")
	if len(user) > 0 {
		c.Append(user)
		if keepPass && u.Password.Len > 0 {
			c.AppendString(":")
			c.Append(u.Password.Of(b))
		}
		c.AppendString("@")
	}
	c.Append(b[u.HostRef.Off:u.Whole.End()])
	return c.takeURI(m)
}

// takeURI makes the string built since mark the Request-URI if it is one, and
// takes it off the arena if not.
func (c *Ctx) takeURI(mark int) bool {
	v := c.FromMark(mark)
	if b := c.Bytes(v); cleanURI(b) {
		c.newURI.of = value.Value{}
		if _, _, err := c.newURI.parse(c, v); err == sipparse.OK {
			c.NewURI, c.uriUsed = v, false
			return true
		}
	}
	// The cache may hold the refused text; the next use parses anew.
	c.newURI.of = value.Value{}
	c.arena = c.arena[:mark]
	return false
}

// appendHost appends a host or host:port, giving a bare IPv6 address its brackets.
func (c *Ctx) appendHost(h []byte) {
	colons := 0
	for _, ch := range h {
		if ch == ':' {
			colons++
		}
	}
	if colons > 1 && h[0] != '[' {
		c.AppendString("[")
		c.Append(h)
		c.AppendString("]")
		return
	}
	c.Append(h)
}

func hostPortEnd(u *sipparse.URI) int {
	if u.Port.Len > 0 {
		return u.Port.End()
	}
	return u.HostRef.End()
}

func isSIP(u *sipparse.URI) bool {
	return u.Scheme == sipparse.SchemeSIP || u.Scheme == sipparse.SchemeSIPS
}

// cleanURI reports whether b may stand in a request line and between < and >.
func cleanURI(b []byte) bool {
	for _, ch := range b {
		if ch <= ' ' || ch == 0x7f || ch == '<' || ch == '>' || ch == '"' {
			return false
		}
	}
	return true
}

// cleanUser is cleanURI without the bytes that would end a user part.
func cleanUser(b []byte) bool {
	for _, ch := range b {
		if ch == '@' || ch == ':' {
			return false
		}
	}
	return cleanURI(b)
}

// cleanHost reports whether b has only the bytes of a host with a port: letters,
// digits and . - _ : [ ].
func cleanHost(b []byte) bool {
	for _, ch := range b {
		switch {
		case ch >= '0' && ch <= '9', ch|0x20 >= 'a' && ch|0x20 <= 'z':
		case ch == '.' || ch == '-' || ch == '_' || ch == ':' || ch == '[' || ch == ']':
		default:
			return false
		}
	}
	return len(b) > 0
}
