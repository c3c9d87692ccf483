package uac

import (
	"bytes"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// compileAuth is uac_auth(). mode 1: the passwords are hashes already.
func compileAuth(b registry.Build, args []registry.Actual) (rt.Func, error) {
	mode := arg.Fixed(0)
	if arg.Given(args, 0) {
		var err error
		if mode, err = arg.NewNumber(args, 0, "uac_auth: mode", 0, 1); err != nil {
			return nil, err
		}
	}
	c := b.Config("uac").(*Config)
	return func(ctx *rt.Ctx) int32 {
		n, ok := mode.Get(ctx)
		if !ok {
			return -1
		}
		return c.auth(core.Of(ctx), n == 1)
	}, nil
}

// auth answers the challenge of the failure that the failure_route is about. hashed:
// the passwords are hashes of user name, realm and password.
func (c *Config) auth(p *core.Proc, hashed bool) int32 {
	a := of(p.Server())
	t := a.api.Transaction(p)
	reply := a.api.ReplyBytes(t, int(p.TxnBranch))
	x := &a.loops[p.LoopID()].index
	if reply == nil || sipparse.Parse(reply, x) != sipparse.OK {
		return -1 // nobody has answered
	}
	code := x.Status()
	if code != 401 && code != 407 {
		p.Logf(levelErr, "uac_auth: the reply is a %d, no challenge", code)
		return -1
	}
	// The credentials are for the URI that the challenged branch was sent to, and
	// so is the request that carries them.
	uri := p.Bytes(p.URI())
	if sent := a.api.BranchURI(t, int(p.TxnBranch)); sent != nil && string(sent) != string(uri) {
		if !p.SetURI(p.NewString(sent)) {
			return -1
		}
		uri = sent
	}
	bodies, name := challenges(x, reply, code)
	for _, body := range bodies {
		an, ok := readChallenge(body)
		if !ok || !c.credentialsFor(p, &an) {
			continue
		}
		if an.hashed = hashed; hashed && !an.isHash(an.password) {
			p.Logf(levelErr, "uac_auth: with mode 1 the password of realm %q must be a hash in %d hexadecimal digits, in lower case", an.realm, 2*an.hash()().Size())
			continue
		}
		an.method, an.uri = string(p.Index.MethodSpan().Of(p.Msg)), string(uri)
		var buf [512]byte
		if !c.carry(p, a.api.BranchRequest(t, int(p.TxnBranch)), x, name, an.realm) || !p.AppendHeader(p.NewString(an.header(buf[:0], name))) {
			return p.Refuse(core.ErrEdits)
		}
		p.RenewURI() // the same destination once more
		return 1
	}
	p.Logf(levelErr, "uac_auth: no challenge of the %d can be answered: the realm has no credentials, or scheme, algorithm or qop are not known", code)
	return -1
}

// carry gives the request the credentials that uac_auth() has given the one of the challenged
// branch for other realms (RFC 3261 §22.3: one proxy behind another); those for the realm of
// the challenge are no longer good.
func (c *Config) carry(p *core.Proc, sent []byte, x *sipparse.Index, name, realm string) bool {
	if sipparse.Parse(sent, x) != sipparse.OK {
		return true
	}
	for _, h := range [...]struct {
		typ  sipparse.HeaderType
		name string
	}{{sipparse.HdrAuthorization, "Authorization"}, {sipparse.HdrProxyAuthorization, "Proxy-Authorization"}} {
		for i := x.First(h.typ); i >= 0; i = x.Next(i) {
			b := x.Body(i).Of(sent)
			_, theirs, made := bytes.Cut(b, []byte(`", realm="`))
			if !made || !bytes.HasPrefix(b, []byte(`Digest username="`)) || received(p, h.typ, b) {
				continue
			}
			if of, _, _ := bytes.Cut(theirs, []byte(`", nonce="`)); h.name == name && string(of) == realm {
				continue
			}
			if !p.AppendHeader(p.NewString([]byte(h.name + ": " + string(b) + "\r\n"))) {
				return false
			}
		}
	}
	return true
}

// received says whether the request has come with a header of that kind and body.
func received(p *core.Proc, typ sipparse.HeaderType, body []byte) bool {
	for i := p.Index.First(typ); i >= 0; i = p.Index.Next(i) {
		if bytes.Equal(p.Index.Body(i).Of(p.Msg), body) {
			return true
		}
	}
	return false
}

// credentialsFor finds user name and password for the realm of a challenge: those
// of the AVPs first, then those of the parameter credential.
func (c *Config) credentialsFor(p *core.Proc, an *answer) bool {
	if c.realm != nil {
		realm, user, pass := c.realm.Get(&p.Ctx), c.user.Get(&p.Ctx), c.pass.Get(&p.Ctx)
		if !realm.IsUndef() && !user.IsUndef() && !pass.IsUndef() && string(p.Text(realm)) == an.realm {
			an.user = string(p.Text(user))
			an.password = string(p.Text(pass))
			return quotable(an.user)
		}
	}
	for i := range c.credentials {
		if k := &c.credentials[i]; k.realm == an.realm {
			an.user, an.password = k.user, k.password
			return true
		}
	}
	return false
}

// quotable reports whether a text can stand between quotes as it is.
func quotable(s string) bool {
	for _, ch := range []byte(s) {
		if ch < ' ' || ch == '"' || ch == '\\' || ch == 0x7f {
			return false
		}
	}
	return true
}
