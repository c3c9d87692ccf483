package dns

import (
	"context"
	"errors"
	"net"
	"strings"
)

// systemLookup asks the system's resolver, with its hosts file and whatever else
// it uses (use_dns_cache=off). NAPTR records are not to be had from it, nor how
// long an answer is good.
func systemLookup(ctx context.Context, q question, out *Answer) {
	res := net.DefaultResolver
	var err error
	switch q.typ {
	case TypeA, TypeAAAA:
		network := "ip4"
		if q.typ == TypeAAAA {
			network = "ip6"
		}
		ips, e := res.LookupNetIP(ctx, network, q.name)
		err = e
		for _, ip := range ips {
			out.AddAddr(ip)
		}
	case TypeSRV:
		_, list, e := res.LookupSRV(ctx, "", "", q.name)
		err = e
		for _, s := range list {
			out.AddSRV(s.Priority, s.Weight, s.Port, s.Target)
		}
	case TypeTXT:
		list, e := res.LookupTXT(ctx, q.name)
		err = e
		for _, s := range list {
			out.AddText(s)
		}
	case TypePTR:
		var names []string
		if ip, ok := reverseAddr(q.name); ok {
			names, err = res.LookupAddr(ctx, ip.String())
		}
		for _, s := range names {
			out.AddText(s)
		}
	case TypeCNAME:
		name, e := res.LookupCNAME(ctx, q.name)
		err = e
		if c, ok := cleanName(name); ok && !strings.EqualFold(c, strings.TrimSuffix(q.name, ".")) {
			out.AddText(c)
		}
	}
	var d *net.DNSError
	switch {
	case out.Status == Found:
	case err == nil:
		out.Status = NoRecord
	case errors.As(err, &d) && d.IsNotFound:
		out.Status = NoName
	case errors.As(err, &d) && !d.IsTimeout:
		out.Status = Refused
	default:
		out.Status = Failed
	}
}
