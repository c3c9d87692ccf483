package compile

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"sipedge/script/ast"
	"sipedge/script/check"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// identExpr is a bare word as a value.
func (c *compiler) identExpr(name string) rt.Expr {
	k := c.table.Keywords[name]
	switch {
	case k == nil:
		return undefined // reported by the checker
	case k.Get != nil:
		return k.Get
	case k.Addr != nil:
		return func(c *rt.Ctx) value.Value {
			a := k.Addr(c)
			if !a.IsValid() {
				return value.Value{}
			}
			m := c.Mark()
			c.Append(a.AppendTo(c.Scratch()))
			return c.FromMark(m)
		}
	}
	return undefined
}

// keywordCond compiles == or =~ with a keyword operand or myself on one side;
// nil where the general rules hold.
func (c *compiler) keywordCond(e *ast.Binary) rt.Cond {
	k, other := c.folder.Keyword(e.L), e.R
	if k == nil {
		if k = c.folder.Keyword(e.R); k == nil {
			if check.IsWord(e.L, "myself") || check.IsWord(e.R, "myself") {
				c.errorf(diag.Comparison, e.Pos, "", "myself can only be compared with a keyword such as uri, from_uri, to_uri, src_ip or dst_ip")
				return never
			}
			return nil
		}
		other = e.L
	}
	if check.IsWord(other, "myself") {
		if k.Myself == nil {
			c.errorf(diag.Comparison, other.Position(), "", "%s cannot be compared with myself", k.Name)
			return never
		}
		return k.Myself
	}
	if c.folder.Keyword(other) != nil {
		return nil
	}
	switch k.Type {
	case registry.OperandAddr:
		return c.addrCond(k, e, other)
	case registry.OperandProto, registry.OperandAF:
		return c.wordCond(k, other)
	case registry.OperandString, registry.OperandMethod:
		if e.Op == "=~" || e.Op == "!~" {
			return nil
		}
		return c.foldedCond(k, other)
	}
	return nil
}

// foldedCond compares a keyword's text without regard to case, as the
// reference does for method, uri and their kin.
func (c *compiler) foldedCond(k *registry.Keyword, other ast.Expr) rt.Cond {
	get := k.Get
	if id, ok := check.Strip(other).(*ast.Ident); ok && k.Type == registry.OperandMethod {
		return sameText(get, id.Name)
	}
	if v := c.fold(other); v.Known() {
		return sameText(get, v.Text())
	}
	x := c.expr(other)
	return func(c *rt.Ctx) bool {
		v := get(c)
		w := x(c)
		return equalFold(c.Bytes(v), c.Text(w))
	}
}

func sameText(get rt.Expr, s string) rt.Cond {
	return func(c *rt.Ctx) bool {
		v := get(c)
		return v.Len() == len(s) && equalFold(c.Bytes(v), s)
	}
}

// equalFold compares without regard to the case of ASCII letters.
func equalFold[T string | []byte](a []byte, b T) bool {
	if len(a) != len(b) {
		return false
	}
	for i, x := range a {
		if y := b[i]; x != y {
			if x |= 0x20; x != y|0x20 || x < 'a' || x > 'z' {
				return false
			}
		}
	}
	return true
}

// wordCond compares proto or af with one of its words, or a number.
func (c *compiler) wordCond(k *registry.Keyword, other ast.Expr) rt.Cond {
	get := k.Get
	if v := c.fold(other); v.Known() {
		n := v.Num
		if v.Kind == value.Str {
			w, ok := registry.WordValue(v.Str)
			if !ok {
				c.errorf(diag.Comparison, other.Position(), "", "%s is compared with %q; expected %s", k.Name, v.Str, words(k))
				return never
			}
			n = w
		}
		return func(c *rt.Ctx) bool { return get(c).Int() == n }
	}
	if id, ok := check.Strip(other).(*ast.Ident); ok {
		c.errorf(diag.Comparison, id.Pos, suggest(strings.ToUpper(id.Name), strings.FieldsFunc(words(k), func(r rune) bool { return r == ',' || r == ' ' })),
			"%s is compared with %s; expected %s", k.Name, id.Name, words(k))
		return never
	}
	x := c.expr(other)
	return func(c *rt.Ctx) bool {
		v := x(c)
		if v.Kind() == value.Str {
			n, ok := registry.WordValueBytes(c.Bytes(v))
			return ok && get(c).Int() == n
		}
		return get(c).Int() == v.Int()
	}
}

func words(k *registry.Keyword) string {
	if k.Type == registry.OperandAF {
		return "INET or INET6"
	}
	return "UDP, TCP, TLS, SCTP, WS or WSS"
}

// addrCond compares an address with an address, a network, a host name, or,
// for =~ and a text that is none of these, a pattern.
func (c *compiler) addrCond(k *registry.Keyword, e *ast.Binary, other ast.Expr) rt.Cond {
	addr := k.Addr
	text := ""
	switch o := check.Strip(other).(type) {
	case *ast.AddrLit:
		text = o.Text
	case *ast.StringLit:
		text = o.Value
	case *ast.Ident:
		text = o.Name
	default:
		x := c.expr(other)
		return func(c *rt.Ctx) bool {
			b := c.Text(x(c))
			p, err := netip.ParseAddr(unsafe.String(unsafe.SliceData(b), len(b)))
			return err == nil && p.Unmap() == addr(c).Unmap()
		}
	}
	if p, ok := ParsePrefix(text); ok {
		if p.IsSingleIP() {
			a := p.Addr()
			return func(c *rt.Ctx) bool { return addr(c).Unmap() == a }
		}
		return func(c *rt.Ctx) bool { return p.Contains(addr(c).Unmap()) }
	}
	if e.Op == "=~" || e.Op == "!~" {
		m, err := c.Regex(text, true)
		if err != nil {
			c.regexError(other, err)
			return never
		}
		return func(c *rt.Ctx) bool {
			a := addr(c).Unmap()
			return a.IsValid() && m.Match(a.AppendTo(c.Scratch()))
		}
	}
	return c.hostCond(k, other, text)
}

// hostCond compares an address with those of a host name, looked up once when
// the script is loaded.
func (c *compiler) hostCond(k *registry.Keyword, other ast.Expr, host string) rt.Cond {
	if strings.ContainsAny(host, " /:@\"'") || host == "" {
		c.errorf(diag.Comparison, other.Position(), "", "%s is compared with %q, which is no address, network or host name", k.Name, host)
		return never
	}
	var as []netip.Addr
	if c.host != nil { // a bare check asks nobody
		ctx, cancel := context.WithTimeout(context.Background(), resolveSeconds*time.Second)
		defer cancel()
		var err error
		if as, err = net.DefaultResolver.LookupNetIP(ctx, "ip", host); err != nil {
			c.Warnf(diag.HostName, other.Position(), "the host name %q has no address now, so %s never equals it: %v", host, k.Name, err)
		}
	}
	for i := range as {
		as[i] = as[i].Unmap()
	}
	addr := k.Addr
	return func(c *rt.Ctx) bool {
		a := addr(c).Unmap()
		for _, b := range as {
			if a == b {
				return true
			}
		}
		return false
	}
}

// ParsePrefix reads an address or network as scripts write it: 10.0.0.1,
// 10.0.0.0/8, 10.0.0.0/255.0.0.0, [2001:db8::1], 2001:db8::/32. An address is
// the network of itself alone.
func ParsePrefix(s string) (netip.Prefix, bool) {
	host, mask, slash := strings.Cut(strings.TrimSpace(s), "/")
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}, false
	}
	a = a.Unmap()
	bits := a.BitLen()
	if slash {
		n, err := strconv.Atoi(mask)
		if err != nil {
			m, merr := netip.ParseAddr(mask)
			if merr != nil || m.BitLen() != a.BitLen() {
				return netip.Prefix{}, false
			}
			ones, size := net.IPMask(m.AsSlice()).Size()
			if size == 0 {
				return netip.Prefix{}, false
			}
			n = ones
		}
		bits = n
	}
	p, err := a.Prefix(bits)
	return p, err == nil
}
