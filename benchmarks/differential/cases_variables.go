package main

import "fmt"

// casesVariables reads each pseudo-variable as a text, as a value and for its type.
func casesVariables() []Case {
	names := []string{
		"$ru", "$rU", "$rd", "$rp", "$rP", "$rz", "$rUl", "$ou", "$oU", "$od", "$oP", "$op", "$oUl", "$du", "$dd", "$dp", "$dP", "$ds", "$fs",
		"$fu", "$fU", "$fd", "$fn", "$ft", "$fUl", "$tu", "$tU", "$td", "$tn", "$tt", "$tUl", "$si", "$sp", "$Ri", "$Rp", "$Rn", "$RAi", "$RAp", "$Ru", "$Rut", "$RAu", "$RAut", "$su", "$sut", "$sas", "$siz",
		"$rm", "$rmid", "$rs", "$rr", "$rv", "$mb", "$mbu", "$ml", "$mt", "$ci", "$cs", "$csb", "$ct", "$cT", "$cl", "$ua", "$au", "$ar", "$ad", "$aU", "$aa", "$adu", "$ai", "$Au", "$AU", "$An",
		"$auth.nonce", "$di", "$dir", "$dip", "$dic", "$pd", "$pU", "$pu", "$pn", "$pp0", "$pr", "$proto", "$prid", "$af", "$br", "$bR", "$bf", "$bF", "$mf", "$mF", "$sf", "$sF", "$re", "$rt", "$bs", "$rb",
		"$mt", "$sid", "$ur0", "$uric", "$null", "$via0(host)", "$via1(host)", "$via1(port)", "$via0(proto)", "$via1(received)", "$viaZ(host)", "$via0(rport)", "$via1(branch)",
		"$hdr(Subject)", "$hdr(s)", "$hdr(X-None)", "$hdr(X-Empty)", "$hdr(X-Space)", "$hdr(x-num)", "$hdr(X-Multi)", "$(hdr(X-Multi)[0])", "$(hdr(X-Multi)[1])", "$(hdr(X-Multi)[2])", "$(hdr(X-Multi)[3])", "$(hdr(X-Multi)[-1])", "$(hdr(X-Multi)[-3])", "$(hdr(X-Multi)[-4])", "$(hdr(X-Multi)[*])",
		"$hdrc(X-Multi)", "$hdrc(X-None)", "$hfl(X-Multi)", "$(hfl(X-Multi)[0])", "$(hfl(X-Multi)[1])", "$(hfl(X-Multi)[2])", "$(hfl(X-Multi)[-1])", "$hflc(X-Multi)", "$hflc(Contact)", "$hfl(Contact)", "$(hfl(Contact)[1])", "$ct", "$(ct[1])", "$(ct[-1])", "$(ct[*])",
		"$x_hdr(n)", "$avp(@@none)", "$var(none)", "$xavp(@@none)", "$rc", "$retcode", "$?", "$shv(none)", "$cnt(ct)", "$cnt($avp(@@none))", "$def(NONE)", "$defn(NONE)", "$defv(NONE)", "$env(NO_SUCH_NAME)",
		"$expires(min)", "$expires(max)", "$msg(len)", "$branch(count)", "$branch(uri)", "$(branch(uri)[0])", "$branch(flags)", "$msg(fline)", "$msg(hdrs)", "$msg(body)", "$sel(ruri)", "$sel(ruri.user)", "$sel(nope)", "$C(rx)", "$ccp(x=>y)", "$ksr(route)", "$time(nope)", "$cfg(route)", "$cfg(name)",
		"$sndfrom(ip)", "$sndto(ip)", "$rcv(dstport)", "$src_ip", "$si:$sp", "$rf", "$tf", "$ff", "$_s(x $rm y)", "$hu", "$T_branch_idx", "$uid", "$(bs)", "$nope", "$(nope)", "$var", "$avp", "$hdr", "$(hdr(Subject){s.len})",
	}
	var cases []Case
	for _, n := range names {
		cases = append(cases,
			Case{Name: "variables/" + n + " in text", Body: fmt.Sprintf("LOG(\"[%s]\");\n", n)},
			Case{Name: "variables/" + n, Body: fmt.Sprintf(`$var(r) = "as before"; $var(r) = %[1]s; LOG("[$var(r)]");
if (is_int("$var(r)")) LOG("int"); if (%[1]s == $null) LOG("null"); if (defined %[1]s) LOG("defined"); if (strempty(%[1]s)) LOG("empty"); if (%[1]s) LOG("true");
`, n)})
	}
	return cases
}
