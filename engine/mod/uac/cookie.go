package uac

import (
	"encoding/base64"

	"sipedge/engine/core"
)

// The URI that was replaced travels in a parameter of Record-Route: old and new
// one, the shorter filled up with zeros, combined by exclusive or, so that from
// either of them the other is found. The form is Kamailio's, so that dialogs
// survive a change from one server to the other.

// cookies is base64 with a padding that can stand in a URI parameter.
var cookies = base64.StdEncoding.WithPadding('-')

// appendCookie writes the cookie of two URIs.
func (c *Config) appendCookie(p *core.Proc, old, now []byte) {
	var raw [maxURI]byte
	n := max(len(old), len(now))
	if n > len(raw) {
		n = len(raw)
	}
	for i := range n {
		if i < len(old) {
			raw[i] = old[i]
		}
		if i < len(now) {
			raw[i] ^= now[i]
		}
	}
	c.scramble(raw[:n])
	cookies.Encode(p.Extend(cookies.EncodedLen(n)), raw[:n])
}

// other finds the other URI of a cookie into dst, which has maxURI bytes; nil where
// the cookie is none that was made here.
func (c *Config) other(dst, cookie, uri []byte) []byte {
	if cookies.DecodedLen(len(cookie)) > len(dst) || len(uri) > len(dst) {
		return nil
	}
	n, err := cookies.Decode(dst, cookie)
	if err != nil || len(uri) > n {
		return nil
	}
	dst = dst[:n]
	c.scramble(dst)
	for i := range uri {
		dst[i] ^= uri[i]
	}
	for len(dst) > 0 && dst[len(dst)-1] == 0 {
		dst = dst[:len(dst)-1]
	}
	if !isURI(dst) {
		return nil
	}
	return dst
}

// scramble is restore_passwd.
func (c *Config) scramble(b []byte) {
	if c.Password == "" {
		return
	}
	for i := range b {
		b[i] ^= c.Password[i%len(c.Password)]
	}
}
