package tls

import (
	"crypto/x509"
	"fmt"
	"strings"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// selects are @tls.…
func selects() []registry.Select {
	return []registry.Select{{
		Prefix: "tls",
		Doc: "version, desc, cipher.info, cipher.bits: the connection; peer.…, my.…: the certificates, of which there are version, sn, notBefore, notAfter, " +
			"verified, revoked, expired, selfSigned (peer only), subject.… and issuer.… (cn, l, c, st, o, ou, uid), host, uri, ip and email.",
		Source: source,
		Bind:   bindSelect,
	}}
}

// word is a step without regard to its case and underscores: notBefore, not_before.
func word(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }

func bindSelect(_ registry.Build, path []registry.SelectStep) (rt.Expr, error) {
	var steps []string
	whole := "@tls"
	for _, s := range path[1:] {
		if s.IsArg {
			return nil, fmt.Errorf("%s has no [ ]", whole)
		}
		steps = append(steps, word(s.Name))
		whole += "." + s.Name
	}
	unknown := fmt.Errorf("the select %s does not exist; expected @tls.version, desc, cipher, peer or my", whole)
	if len(steps) == 0 {
		return nil, unknown
	}
	rest := strings.Join(steps[1:], ".")
	switch steps[0] {
	case "version":
		return alone(rest, ofConn(version), unknown)
	case "desc", "description":
		return alone(rest, ofConn(description), unknown)
	case "cipher":
		switch rest {
		case "", "info":
			return ofConn(cipherInfo), nil
		case "bits":
			return ofConn(cipherBits), nil
		}
	case "servername":
		return alone(rest, ofConn(serverName), unknown)
	case "peer":
		return certSelect(peer, steps[1:], unknown)
	case "my", "me", "myself":
		return certSelect(own, steps[1:], unknown)
	}
	return nil, unknown
}

func alone(rest string, x rt.Expr, unknown error) (rt.Expr, error) {
	if rest != "" {
		return nil, unknown
	}
	return x, nil
}

// certSteps are what may stand behind @tls.peer and @tls.my.
var certSteps = map[string]func(*core.Proc, *x509.Certificate) value.Value{
	"version": certVersion, "sn": serial, "serialnumber": serial,
	"notbefore": notBefore, "notafter": notAfter,
	"email": sanEmail, "emailaddress": sanEmail,
	"host": sanHost, "hostname": sanHost, "dns": sanHost,
	"uri": sanURI, "url": sanURI, "ip": sanIP, "ipaddress": sanIP,
	"rawcert": raw, "urlencodedcert": urlEncoded,
}

// nameSteps are what may stand behind subject and issuer.
var nameSteps = map[string]part{
	"": commonName, "cn": commonName, "commonname": commonName, "name": commonName,
	"l": locality, "locality": locality, "localityname": locality,
	"c": country, "country": country, "countryname": country,
	"st": state, "state": state, "stateorprovincename": state,
	"o": organization, "organization": organization, "organizationname": organization,
	"ou": unit, "unit": unit, "organizationalunitname": unit,
	"uid": uid, "uniqueid": uid,
}

func certSelect(of side, steps []string, unknown error) (rt.Expr, error) {
	if len(steps) > 0 && (steps[0] == "cert" || steps[0] == "certificate") {
		steps = steps[1:]
	}
	if len(steps) == 0 {
		return nil, unknown
	}
	if of == peer && len(steps) == 1 {
		switch steps[0] {
		case "verified":
			return ofConn(verified), nil
		case "revoked":
			return ofConn(revoked), nil
		case "expired":
			return ofConn(expired), nil
		case "selfsigned":
			return ofConn(selfSigned), nil
		}
	}
	if get := certSteps[steps[0]]; get != nil && len(steps) == 1 {
		return ofCert(of, get), nil
	}
	names := map[string]nameOf{"subject": subject, "issuer": issuer}
	if n := names[steps[0]]; n != nil && len(steps) <= 2 {
		if get := nameSteps[strings.Join(steps[1:], "")]; get != nil {
			return ofCert(of, inName(n, get)), nil
		}
	}
	return nil, unknown
}
