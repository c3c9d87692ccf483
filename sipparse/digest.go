package sipparse

// Digest is the body of an Authorization, Proxy-Authorization,
// WWW-Authenticate, Proxy-Authenticate or Authentication-Info header (RFC 3261
// section 22, RFC 7616). The values are without their quotes; backslash pairs
// in them are left as they are. Parameters of another scheme than Digest are
// delimited all the same. Where a parameter comes twice, the first is taken.
type Digest struct {
	Scheme    Span // "Digest"; of Authentication-Info not there
	Params    Span // what follows the scheme
	Username  Span
	Realm     Span
	Nonce     Span
	URI       Span
	Response  Span
	Algorithm Span
	QOP       Span
	NC        Span
	CNonce    Span
	Opaque    Span
	Domain    Span
	Stale     Span
	NextNonce Span
	RspAuth   Span
	IsDigest  bool
}

// ParseDigest parses b[off:end], the whole body of one such header. Of a scheme
// that is not Digest only Scheme and Params are sure to be there: what follows it
// has a grammar of its own, and only that of Digest is insisted on.
func ParseDigest(b []byte, off, end int, d *Digest) Err {
	*d = Digest{}
	b = b[:end]
	i := skipSpace(b, off, end)
	end = trimRight(b, i, end)
	b = b[:end]
	s := i
	i = skip(b, i, end, cToken)
	if i == s {
		return ErrBadCredentials
	}
	if k := skipSpace(b, i, end); k < end && b[k] == '=' {
		i = s // no scheme: Authentication-Info
		d.IsDigest = true
	} else {
		if k == i && k < end {
			return ErrBadCredentials
		}
		d.Scheme = span(s, i)
		d.IsDigest = equalFold(b[s:i], "digest")
		i = k
	}
	d.Params = span(i, end)
	if i >= end {
		if d.IsDigest {
			return ErrBadCredentials
		}
		return OK
	}
	for {
		// nextParam skips the byte before the name.
		ns, ne, vs, ve, next := nextParam(b, i-1)
		if next < 0 || vs < 0 || next < end && b[next] != ',' {
			if d.IsDigest {
				return ErrBadCredentials
			}
			return OK
		}
		if ve > vs+1 && b[vs] == '"' {
			vs, ve = vs+1, ve-1
		}
		d.set(b[ns:ne], span(vs, ve))
		if next >= end {
			return OK
		}
		i = next + 1
		if skipSpace(b, i, end) == end {
			return ErrBadCredentials
		}
	}
}

// digestFields are the parameters by name; the order is that of field.
var digestFields = [...]string{"username", "realm", "nonce", "uri", "response", "algorithm", "qop",
	"nc", "cnonce", "opaque", "domain", "stale", "nextnonce", "rspauth"}

// set takes note of a parameter.
func (d *Digest) set(name []byte, v Span) {
	for k, s := range digestFields {
		if len(s) == len(name) && equalFold(name, s) {
			if f := d.field(k); f.IsZero() {
				*f = v
			}
			return
		}
	}
}

func (d *Digest) field(k int) *Span {
	return [...]*Span{&d.Username, &d.Realm, &d.Nonce, &d.URI, &d.Response, &d.Algorithm, &d.QOP,
		&d.NC, &d.CNonce, &d.Opaque, &d.Domain, &d.Stale, &d.NextNonce, &d.RspAuth}[k]
}
