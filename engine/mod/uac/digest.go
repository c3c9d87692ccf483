package uac

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"math/rand/v2"
	"strconv"

	"sipedge/sipparse"
)

// answer is what the answer to a challenge is made of.
type answer struct {
	user, realm, password string
	method, uri           string
	nonce, opaque         string
	algorithm             string // as in the challenge; "" for MD5
	qop                   bool   // qop=auth, else the form of RFC 2069
	hashed                bool   // password is the hash of user name, realm and password
	cnonce                string
	stale                 bool // the nonce was too old, the credentials were right (RFC 7616 §3.3)
}

// algorithms are those that can be answered with (RFC 8760), by name in upper case.
var algorithms = map[string]func() hash.Hash{
	"": md5.New, "MD5": md5.New, "MD5-SESS": md5.New, "SHA-256": sha256.New, "SHA-256-SESS": sha256.New,
}

// readChallenge takes the challenge in b apart; ok is false for one that cannot be
// answered: another scheme, algorithm or quality of protection than known here.
func readChallenge(b []byte) (a answer, ok bool) {
	var d sipparse.Digest
	if sipparse.ParseDigest(b, 0, len(b), &d) != sipparse.OK || !d.IsDigest || d.Nonce.Len == 0 {
		return a, false
	}
	a = answer{realm: string(d.Realm.Of(b)), nonce: string(d.Nonce.Of(b)), opaque: string(d.Opaque.Of(b)), algorithm: string(d.Algorithm.Of(b))}
	if a.hash() == nil {
		return a, false
	}
	if d.QOP.Len > 0 {
		for _, q := range bytes.FieldsFunc(d.QOP.Of(b), func(r rune) bool { return r == ',' || r == ' ' }) {
			a.qop = a.qop || bytes.EqualFold(q, []byte("auth"))
		}
		if !a.qop {
			return a, false
		}
	}
	a.stale = bytes.EqualFold(d.Stale.Of(b), []byte("true"))
	a.cnonce = strconv.FormatUint(rand.Uint64(), 16)
	return a, true
}

// hash is the hash of the challenge's algorithm.
func (a *answer) hash() func() hash.Hash {
	return algorithms[string(bytes.ToUpper([]byte(a.algorithm)))]
}

// isHash reports whether a text can be the hash that stands for user name, realm and
// password with the challenge's algorithm (RFC 7616 §3.4.2): hexadecimal, in lower case.
func (a *answer) isHash(s string) bool {
	if len(s) != 2*a.hash()().Size() {
		return false
	}
	for _, ch := range []byte(s) {
		if !(ch >= '0' && ch <= '9' || ch >= 'a' && ch <= 'f') {
			return false
		}
	}
	return true
}

// response is the answer's hash (RFC 7616 §3.4).
func (a *answer) response() string {
	h := func(parts ...string) string {
		d := a.hash()()
		for i, p := range parts {
			if i > 0 {
				d.Write([]byte{':'})
			}
			d.Write([]byte(p))
		}
		return hex.EncodeToString(d.Sum(nil))
	}
	ha1 := a.password
	if !a.hashed {
		ha1 = h(a.user, a.realm, a.password)
	}
	if sess(a.algorithm) {
		ha1 = h(ha1, a.nonce, a.cnonce)
	}
	ha2 := h(a.method, a.uri)
	if a.qop {
		return h(ha1, a.nonce, "00000001", a.cnonce, "auth", ha2)
	}
	return h(ha1, a.nonce, ha2)
}

// header appends the header line that answers a challenge, with its end.
func (a *answer) header(b []byte, name string) []byte {
	quoted := func(key, v string) {
		b = append(append(append(b, ", "...), key...), `="`...)
		b = append(append(b, v...), '"')
	}
	b = append(append(append(b, name...), `: Digest username="`...), a.user...)
	b = append(b, '"')
	quoted("realm", a.realm)
	quoted("nonce", a.nonce)
	quoted("uri", a.uri)
	if a.opaque != "" {
		quoted("opaque", a.opaque)
	}
	if a.qop {
		b = append(b, ", qop=auth, nc=00000001"...)
	}
	if a.qop || sess(a.algorithm) {
		quoted("cnonce", a.cnonce)
	}
	quoted("response", a.response())
	algorithm := a.algorithm
	if algorithm == "" {
		algorithm = "MD5"
	}
	return append(append(append(b, ", algorithm="...), algorithm...), "\r\n"...)
}

func sess(algorithm string) bool {
	return len(algorithm) > 5 && bytes.EqualFold([]byte(algorithm[len(algorithm)-5:]), []byte("-sess"))
}

// challenges are the bodies of the challenges in a 401 or 407, with the name of the
// header that answers them.
func challenges(x *sipparse.Index, b []byte, code int) (bodies [][]byte, name string) {
	h, name := sipparse.HdrWWWAuthenticate, "Authorization"
	if code == 407 {
		h, name = sipparse.HdrProxyAuthenticate, "Proxy-Authorization"
	}
	for i := x.First(h); i >= 0; i = x.Next(i) {
		bodies = append(bodies, x.Body(i).Of(b))
	}
	return bodies, name
}
