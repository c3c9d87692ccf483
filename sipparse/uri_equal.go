package sipparse

import (
	"bytes"
	"net/netip"
	"strings"
	"unsafe"
)

// EqualURI compares two URIs by RFC 3261 section 19.1.4, tel URIs by RFC 3966
// section 4. An escape is undone once, and stays different from the plain
// character where that is a reserved one. Of URIs in other schemes only the
// scheme is compared without regard to case. URIs with very many parameters are
// equal only byte by byte.
func EqualURI(a, b []byte) bool {
	if len(a) > MaxMessage || len(b) > MaxMessage {
		return false
	}
	var u, v URI
	if ParseURI(a, 0, len(a), &u) != OK || ParseURI(b, 0, len(b), &v) != OK {
		return false
	}
	if u.Scheme != v.Scheme {
		return false
	}
	if !comparable(a, &u) || !comparable(b, &v) {
		return string(a) == string(b)
	}
	switch u.Scheme {
	case SchemeTel:
		return equalNumbers(u.User.Of(a), v.User.Of(b)) && paramsIn(a, u.Params, b, v.Params, allParams) && paramsIn(b, v.Params, a, u.Params, allParams)
	case SchemeOther:
		n := int(u.SchemeSpan.Len)
		return len(a) == len(b) && u.SchemeSpan == v.SchemeSpan && bytes.EqualFold(a[:n], b[:n]) && string(a[n:]) == string(b[n:])
	}
	return u.PortNum == v.PortNum && (u.Port.Len == 0) == (v.Port.Len == 0) &&
		u.Password.IsZero() == v.Password.IsZero() &&
		equalEscaped(u.User.Of(a), v.User.Of(b), false) &&
		equalEscaped(u.Password.Of(a), v.Password.Of(b), false) &&
		equalHosts(a, &u, b, &v) &&
		paramsIn(a, u.Params, b, v.Params, weighty) && paramsIn(b, v.Params, a, u.Params, weighty) &&
		headersIn(a, u.Headers, b, v.Headers) && headersIn(b, v.Headers, a, u.Headers)
}

// comparable reports whether a URI has no more parameters and headers than are
// compared with each other, which takes the square of their number.
func comparable(b []byte, u *URI) bool {
	return bytes.Count(u.Params.Of(b), []byte{';'}) < maxCompared && bytes.Count(u.Headers.Of(b), []byte{'&'}) < maxCompared
}

// equalHosts compares names without regard to case and IPv6 addresses by value.
func equalHosts(a []byte, u *URI, b []byte, v *URI) bool {
	h, g := u.Host.Of(a), v.Host.Of(b)
	if bytes.EqualFold(h, g) {
		return u.HostKind == v.HostKind
	}
	if u.HostKind != HostIPv6 || v.HostKind != HostIPv6 {
		return false
	}
	// The strings live no longer than the calls.
	p, e := netip.ParseAddr(unsafe.String(&h[0], len(h)))
	q, f := netip.ParseAddr(unsafe.String(&g[0], len(g)))
	return e == nil && f == nil && p == q
}

// weighty reports whether a URI that has the parameter is never equal to one
// that has not.
func weighty(name []byte) bool {
	return equalEscaped(name, wordTransport, true) || equalEscaped(name, wordUser, true) ||
		equalEscaped(name, wordTTL, true) || equalEscaped(name, wordMethod, true) || equalEscaped(name, wordMAddr, true)
}

func allParams([]byte) bool { return true }

var (
	wordTransport = []byte("transport")
	wordUser      = []byte("user")
	wordTTL       = []byte("ttl")
	wordMethod    = []byte("method")
	wordMAddr     = []byte("maddr")
)

// paramsIn reports whether every parameter of s is in t with the same value,
// or, if it is not one that must be, not in t at all. One that comes twice in t
// may have either value.
func paramsIn(a []byte, s Span, b []byte, t Span, must func(name []byte) bool) bool {
	for i := int(s.Off); i < s.End(); {
		name, value, next := element(a, i, s.End(), ';')
		named, found := false, false
		for j := int(t.Off); j < t.End() && !found; {
			other, v, k := element(b, j, t.End(), ';')
			if equalEscaped(name, other, true) {
				named, found = true, equalEscaped(value, v, true)
			}
			j = k
		}
		if !found && (named || must(name)) {
			return false
		}
		i = next
	}
	return true
}

// headersIn reports whether every header of s is in t with the same value.
func headersIn(a []byte, s Span, b []byte, t Span) bool {
	for i := int(s.Off); i < s.End(); {
		name, value, next := element(a, i, s.End(), '&')
		found := false
		for j := int(t.Off); j < t.End() && !found; {
			other, v, k := element(b, j, t.End(), '&')
			found = equalEscaped(name, other, true) && equalEscaped(value, v, false)
			j = k
		}
		if !found {
			return false
		}
		i = next
	}
	return true
}

// element takes the name and value apart that begin at b[i]; next is behind
// the separator.
func element(b []byte, i, end int, sep byte) (name, value []byte, next int) {
	s := i
	for i < end && b[i] != sep && b[i] != '=' {
		i++
	}
	name = b[s:i]
	if i < end && b[i] == '=' {
		v := i + 1
		for i < end && b[i] != sep {
			i++
		}
		value = b[v:i]
	}
	return name, value, i + 1
}

// reserved are the characters that differ from their escapes (RFC 2396 section 2.2).
const reserved = ";/?:@&=+$,"

// equalEscaped compares a with b with escapes undone once; with fold the case
// of letters does not count.
func equalEscaped(a, b []byte, fold bool) bool {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		c, n := unescaped(a, i)
		d, m := unescaped(b, j)
		if c != d && !(fold && lower(c) == lower(d)) {
			return false
		}
		if n != m && strings.IndexByte(reserved, c) >= 0 {
			return false
		}
		i, j = i+n, j+m
	}
	return i == len(a) && j == len(b)
}

// equalNumbers compares telephone numbers without their visual separators.
func equalNumbers(a, b []byte) bool {
	i, j := 0, 0
	for {
		for i < len(a) && visual(a[i]) {
			i++
		}
		for j < len(b) && visual(b[j]) {
			j++
		}
		if i == len(a) || j == len(b) {
			return i == len(a) && j == len(b)
		}
		if lower(a[i]) != lower(b[j]) {
			return false
		}
		i, j = i+1, j+1
	}
}

func visual(c byte) bool { return c == '-' || c == '.' || c == '(' || c == ')' }
