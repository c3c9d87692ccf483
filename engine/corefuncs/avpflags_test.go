package corefuncs_test

import (
	"testing"

	"sipedge/engine/mod/modtest"
)

// TestAVPFlags: cookbook "setavpflag", "resetavpflag", "isavpflagset"; what they
// mean is Kamailio 3.1's.
func TestAVPFlags(t *testing.T) {
	const head = `
avpflags saved, sent:4;
flags nat:4;
`
	for _, tc := range []struct{ body, want string }{
		{`$avp(x) = 1; $var(r) = setavpflag($avp(x), saved); $var(s) = isavpflagset($avp(x), saved); $var(u) = isavpflagset($avp(x), sent);`, "1 1 -1"},
		{`$avp(x) = 1; setavpflag("$avp(x)", "saved"); $var(r) = isavpflagset($avp(s:x), "saved");`, "1 0 0"},
		{`$avp(x) = 1; setavpflag($avp(x), sent); $var(r) = isavpflagset($avp(x), 4);`, "1 0 0"},
		{`$avp(x) = 1; setavpflag($avp(x), saved); $var(r) = resetavpflag($avp(x), saved); $var(s) = isavpflagset($avp(x), saved);`, "1 -1 0"},
		// where there is no value
		{`$var(r) = setavpflag($avp(x), saved); $var(s) = resetavpflag($avp(x), saved); $var(u) = isavpflagset($avp(x), saved);`, "-1 -1 -1"},
		// a flag belongs to one value
		{`$avp(x) = 1; setavpflag($avp(x), saved); $avp(x) = 2; $var(r) = isavpflagset($avp(x), saved); $var(s) = isavpflagset($(avp(x)[1]), saved);`, "-1 1 0"},
		{`$avp(x) = 1; setavpflag($avp(x), saved); $avp(x) = 2; $avp(x) = $null; $var(r) = isavpflagset($avp(x), saved);`, "1 0 0"},
		{`$avp(x) = 1; $avp(x) = 2; $var(i) = 1; setavpflag($(avp(x)[$var(i)]), saved); $var(r) = isavpflagset($(avp(x)[0]), saved); $var(s) = isavpflagset($(avp(x)[1]), saved);`, "-1 1 0"},
		{`$avp(x) = 1; setavpflag($avp(x), saved); $avp(y) = $avp(x); $var(r) = isavpflagset($avp(y), saved);`, "-1 0 0"},
		// all values
		{`$avp(x) = 1; $avp(x) = 2; setavpflag($(avp(x)[1]), saved); $var(r) = isavpflagset($(avp(x)[*]), saved); resetavpflag($(avp(x)[*]), saved); $var(s) = isavpflagset($(avp(x)[*]), saved);`, "1 -1 0"},
		{`$avp(x) = 1; $avp(x) = 2; setavpflag($(avp(x)[*]), saved); $var(r) = isavpflagset($(avp(x)[0]), saved); $var(s) = isavpflagset($(avp(x)[1]), saved); $var(u) = setavpflag($(avp(y)[*]), saved);`, "1 1 -1"},
		// tracks, and numbers of run time
		{`$f.did = "x"; setavpflag($f.did, saved); $var(r) = isavpflagset($f.did, saved); $var(s) = isavpflagset($t.did, saved);`, "1 -1 0"},
		{`$avp(x) = 1; $var(f) = 9; setavpflag($avp(x), "$var(f)"); $var(r) = isavpflagset($avp(x), 9); $var(f) = 32; $var(s) = setavpflag($avp(x), "$var(f)");`, "1 -1 0"},
		// they are not the flags of the message
		{`$avp(x) = 1; setavpflag($avp(x), sent); $var(r) = isflagset(nat); setflag(nat); resetavpflag($avp(x), sent); $var(s) = isflagset(nat);`, "-1 1 0"},
	} {
		if got := answer(t, head, tc.body, "$var(r) $var(s) $var(u)", "sip:bob@192.0.2.1"); got != tc.want {
			t.Errorf("%s\ngot %q, want %q", tc.body, got, tc.want)
		}
	}
}

// TestFlagsOfMessageAndValuesAreNotMixed: each name belongs to one kind.
func TestFlagsOfMessageAndValuesAreNotMixed(t *testing.T) {
	const head = "avpflags saved, dialog_cookie;\nflags nat, acc;\n"
	for _, tc := range []struct{ stmt, want string }{
		{`setavpflag($avp(x), savd);`, `AVP flag "savd" is not declared (avpflags)`},
		{`setavpflag($avp(x), savd);`, `did you mean "saved"?`},
		{`isavpflagset($avp(x), "dialog_cooky");`, `did you mean "dialog_cookie"?`},
		{`setavpflag($avp(x), nat);`, `"nat" is declared with flags; it is a flag of the message, not of values`},
		{`setflag(saved);`, `"saved" is declared with avpflags; it is a flag of values, not of the message`},
		{`resetavpflag($avp(x), 32);`, "flag 32 is out of range"},
		{`setavpflag($var(x), saved);`, "$var(x) is no AVP; only their values have flags"},
		{`setavpflag($ru, saved);`, "$ru is no AVP"},
		{`setavpflag($(avp(x){s.len}), saved);`, "is no AVP"},
		{`setavpflag("x", saved);`, "must be a pseudo-variable"},
		{`setavpflag($avp(x));`, "takes 2 arguments"},
	} {
		modtest.WantRefused(t, head+"route { "+tc.stmt+" }", tc.want)
	}
	modtest.WantRefused(t, "avpflags a, a;\nroute { drop; }", `flag "a" is declared twice`)
	modtest.WantRefused(t, "avpflags a:32;\nroute { drop; }", `flag "a": 32 is out of range`)
}
