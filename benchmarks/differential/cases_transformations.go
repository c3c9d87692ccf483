package main

import (
	"fmt"
	"strings"
)

// casesTransformations applies each transformation to values that suit it, and to those that do not.
func casesTransformations() []Case {
	var cases []Case
	add := func(group string, values, chains []string) {
		for _, chain := range chains {
			var b strings.Builder
			b.WriteString("$var(n) = \"1\";\n")
			for i, v := range values {
				fmt.Fprintf(&b, "$var(v) = %s; $var(r) = \"as before\"; $var(r) = $(var(v)%s); LOG(\"%d: $(var(v)%s) r=$var(r)\");\n", v, chain, i, chain)
			}
			pvs := []string{"hdr(X-None)", "avp(@@none)", "rU"}
			if group == "alias" {
				pvs = nil // Kamailio decodes the end of other memory where there is no alias
			}
			for _, pv := range pvs {
				fmt.Fprintf(&b, "LOG(\"%s: $(%s%s)\");\n", pv, pv, chain)
			}
			cases = append(cases, Case{Name: "transformations/" + group + " " + chain, Body: b.String()})
		}
	}
	texts := []string{`"sip:alice@example.com"`, `"a,b;c d,,e"`, `""`, `"  padded\t"`, `"'quoted'"`, `"-42"`, `"0"`, `"ÄöÜ%20+&=?"`, `17`, `"<a>"`, `"x"`}
	add("text", texts, []string{
		"{s.len}", "{s.int}", "{s.md5}", "{s.sha256}", "{s.sha384}", "{s.sha512}",
		"{s.substr,0,3}", "{s.substr,2,0}", "{s.substr,-2,0}", "{s.substr,-3,2}", "{s.substr,1,100}", "{s.substr,50,1}", "{s.substr,-50,1}", "{s.substr,$var(n),2}", "{s.substr,$hdrc(X-Multi),2}",
		"{s.select,0,,}", "{s.select,1,,}", "{s.select,-1,,}", "{s.select,-2,,}", "{s.select,7,,}", "{s.select,1,@}", "{s.select,0,:}",
		"{s.strip,2}", "{s.strip,0}", "{s.strip,100}", "{s.striptail,2}", "{s.striptail,100}", "{s.prefixes}", "{s.prefixes,3}", "{s.prefixes.quoted,2}",
		"{s.replace,a,XY}", "{s.replace,example,}", "{s.replace,a,$rU}", "{s.rm,a}", "{s.count,a}", "{s.count,,}",
		"{s.after,@}", "{s.before,@}", "{s.after,:}", "{s.before,;}",
		"{s.tolower}", "{s.toupper}", "{s.trim}", "{s.ltrim}", "{s.rtrim}", "{s.rmws}", "{s.rmhdws}", "{s.rmhlws}", "{s.numeric}", "{s.unquote}", "{s.unbracket}",
		"{s.encode.hexa}", "{s.encode.base64}", "{s.encode.base64t}", "{s.encode.base64url}", "{s.encode.base58}",
		"{s.encode.hexa}{s.decode.hexa}", "{s.encode.base64}{s.decode.base64}", "{s.encode.base64t}{s.decode.base64t}", "{s.encode.base64url}{s.decode.base64url}",
		"{s.decode.hexa}",
		"{s.escape.common}", "{s.unescape.common}", "{s.escape.user}", "{s.unescape.user}", "{s.escape.param}", "{s.unescape.param}", "{s.escape.csv}", "{s.urlencode.param}", "{s.urldecode.param}",
		"{s.corehash}", "{s.corehash,16}", "{s.ftime,%Y}", "{s.fmtlines,3,a}", "{s.fmtlinet,3,a}", "{s.nope}", "{s.len}{s.len}", "{s.toupper}{s.strip,4}{s.len}", "{nope.x}",
		"{re.subst,/a/B/}", "{re.subst,/a/B/g}", "{re.subst,/A/B/i}", "{re.subst,/^/>/}", "{re.subst,/nope/B/}", "{re.subst,/[aeiou]/-/g}", "{re.subst,/.*/$rm/}",
		"{line.count}", "{line.at,0}", "{line.sw,a}",
	})
	add("text", texts[:7], []string{"{re.subst,/(.)(.)/\\2\\1/}", "{re.subst,/([a-z]+)[^a-z]/<\\1>/g}"})
	ascii := []string{`"sip:alice@example.com"`, `"a"`, `""`, `"12345678"`, `17`}
	add("text", ascii, []string{"{s.encode.7bit}", "{s.encode.7bit}{s.decode.7bit}"})
	add("text", []string{`"aGVsbG8="`, `"aGVsbG8"`, `"YQ=="`, `""`, `"YWJj"`}, []string{"{s.decode.base64}"})
	uris := []string{
		`"sip:alice@example.com"`, `"sip:alice:secret@example.com:5070;transport=TCP;lr;x=1?Subject=hi&a=b"`, `"sips:[2001:db8::1]:5061;maddr=h"`, `"tel:+49-30-123;phone-context=x"`,
		`"sip:example.com"`, `"sip:bob;npi=1@example.com;ttl=2;user=phone;method=INVITE"`, `"alice@example.com"`, `""`, `"nonsense"`, `"sip:alice@"`, `"sip:a@b:port"`, `"sip:a%20b@example.com"`,
	}
	add("uri", uris, []string{
		"{uri.user}", "{uri.host}", "{uri.passwd}", "{uri.port}", "{uri.params}", "{uri.param,x}", "{uri.param,transport}", "{uri.param,none}", "{uri.param,lr}", "{uri.headers}", "{uri.transport}", "{uri.ttl}", "{uri.uparam}",
		"{uri.maddr}", "{uri.method}", "{uri.lr}", "{uri.r2}", "{uri.scheme}", "{uri.tosocket}", "{uri.domain}", "{uri.nope}", "{uri.user}{s.len}",
		"{urialias.encode}",
	})
	add("alias", []string{`"example.com~5060~1"`, `"192.0.2.1~5070~2"`, `"[2001:db8::1]~5061~3"`}, []string{"{urialias.decode}"})
	params := []string{`"a=1;b=two;c;d=\"q;r\";b=3"`, `"a=1"`, `"novalue"`, `""`, `"a = 1 ; b = 2"`, `"a=1&b=2"`, `"=x"`, `"a=;b=2"`, `";a=1;"`, `"b='single;q'"`}
	add("param", params, []string{
		"{param.value,b}", "{param.value,a}", "{param.value,c}", "{param.value,d}", "{param.value,none}", "{param.value,b,&}", "{param.in,a}", "{param.in,c}", "{param.in,none}",
		"{param.valueat,0}", "{param.valueat,1}", "{param.valueat,9}", "{param.valueat,-1}", "{param.name,0}", "{param.name,1}", "{param.name,9}", "{param.count}", "{param.count,&}", "{param.value,$rm}",
	})
	addrs := []string{
		`"\"Alice A.\" <sip:alice@example.com;x=1>;tag=abc;q=0.5"`, `"sip:bob@example.com;tag=2"`, `"Bob <sip:bob@example.com>"`, `"<sip:a@b>"`, `""`, `"nonsense"`, `"\"quoted \\\" sign\" <sip:c@d>;tag=3"`,
	}
	add("nameaddr", addrs, []string{
		"{nameaddr.uri}", "{nameaddr.len}", "{nameaddr.nope}", "{tobody.uri}", "{tobody.display}", "{tobody.tag}", "{tobody.user}", "{tobody.host}", "{tobody.params}", "{tobody.uri}{uri.user}",
	})
	lines := []string{`"one\ntwo\r\nthree"`, `"one"`, `""`, `"\n\nx\n"`}
	add("lines", lines, []string{"{line.count}", "{line.at,0}", "{line.at,1}", "{line.at,2}", "{line.at,-1}", "{line.at,9}", "{line.sw,t}", "{line.sw,o}", "{line.sw,none}"})
	return cases
}
