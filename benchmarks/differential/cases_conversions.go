package main

import "fmt"

// casesConversions computes what is done to one value: casts, tests, conversions by context.
func casesConversions() []Case {
	values := []struct{ name, text string }{
		{"12", `"12"`}, {"-12", `"-12"`}, {"+12", `"+12"`}, {"12x", `"12x"`}, {"x12", `"x12"`}, {"blank before", `" 12"`}, {"blank behind", `"12 "`},
		{"hex", `"0x1F"`}, {"octal", `"017"`}, {"fraction", `"1.5"`}, {"exponent", `"1e3"`}, {"signs", `"--1"`}, {"sign alone", `"-"`}, {"empty", `""`},
		{"largest", `"2147483647"`}, {"beyond", `"2147483648"`}, {"smallest", `"-2147483648"`}, {"far beyond", `"99999999999"`}, {"zero", `"0"`}, {"minus zero", `"-0"`},
		{"number", "12"}, {"negative number", "-12"}, {"header number", "$hdr(X-Num)"}, {"negative header", "$hdr(X-Neg)"}, {"empty header", "$hdr(X-Empty)"},
		{"undefined", "$hdr(X-None)"}, {"null", "$null"}, {"length", "$ml"}, {"user", "$rU"}, {"port", "$rp"}, {"source port", "$sp"},
	}
	var cases []Case
	for _, v := range values {
		for _, form := range []struct{ name, body string }{
			{"casts", "$var(i) = (int)$var(v); $var(s) = (str)$var(v); LOG(\"$var(i) $var(s)\"); $var(d) = (str)(int)$var(v); LOG(\"$var(d)\");\n" + result("(int)$var(v)") + result("(str)$var(v)")},
			{"unary", result("-$var(v)") + result("!$var(v)") + result("~$var(v)") + result("not $var(v)") + result("!!$var(v)")},
			{"tests", result("strlen($var(v))") + result("strempty($var(v))") + result("defined $var(v)") + result("defined($var(v))")},
			{"conditions", `if ($var(v)) { LOG("if"); } else { LOG("else"); }
if ($var(v) && 1) { LOG("and"); } if ($var(v) || 0) { LOG("or"); }
$var(n) = 0; while ($var(v) && $var(n) < 3) { $var(n) = $var(n) + 1; } LOG("$var(n)");
switch ($var(v)) { case 12: LOG("12"); break; case 0: LOG("0"); break; default: LOG("default"); }
switch ($var(v)) { case "12": LOG("text 12"); break; case "": LOG("empty"); break; default: LOG("default"); }
`},
		} {
			cases = append(cases, Case{Name: fmt.Sprintf("conversions/%s, %s", form.name, v.name), Body: "$var(v) = " + v.text + ";\n" + form.body})
		}
		cases = append(cases, Case{Name: "conversions/as an argument, " + v.name, Body: fmt.Sprintf(`$avp(@@v) = %s;
LOG("$avp(@@v) $(avp(@@v){s.len}) $(avp(@@v){s.int})");
if (is_int("$avp(@@v)")) LOG("int"); if (pv_isset("$avp(@@v)")) LOG("set"); if (not_empty("$avp(@@v)")) LOG("not empty"); if (is_numeric("$avp(@@v)")) LOG("numeric");
if (typeof("$avp(@@v)", "str")) LOG("str"); if (typeof("$avp(@@v)", "null")) LOG("null");
`, v.text)})
	}
	return cases
}
