package pv

import (
	"testing"

	"sipedge/script/rt"
	"sipedge/sipparse"
)

func TestRowsAreNamedOnceAndDocumented(t *testing.T) {
	seen := map[string]bool{}
	check := func(kind, name, doc string) {
		if seen[kind+name] {
			t.Errorf("%s %s is there twice", kind, name)
		}
		seen[kind+name] = true
		if name == "" || doc == "" {
			t.Errorf("%s %q has no name or no documentation", kind, name)
		}
	}
	for _, p := range Vars() {
		check("variable", p.Name, p.Doc)
	}
	for _, k := range Keywords() {
		check("keyword", k.Name, k.Doc)
		for _, a := range k.Aliases {
			check("keyword", a, k.Doc)
		}
	}
	for _, tr := range Transformations() {
		check("transformation", tr.Class+"."+tr.Name, tr.Doc)
		if tr.MinArgs > tr.MaxArgs {
			t.Errorf("{%s.%s}: %d to %d arguments", tr.Class, tr.Name, tr.MinArgs, tr.MaxArgs)
		}
	}
	for _, s := range Selects() {
		check("select", s.Prefix, s.Doc)
	}
}

// The variables of the requirements' list, by name.
func TestEveryRequiredVariableExists(t *testing.T) {
	have := map[string]bool{}
	for _, p := range Vars() {
		have[p.Name] = true
	}
	for _, name := range []string{"shv", "xavp", "hdr", "ru", "rU", "rd", "rp", "rP", "rz", "du", "dd", "dp", "dP", "fu", "fU", "fd", "fn", "ft",
		"tu", "tU", "td", "tn", "tt", "si", "sp", "Ri", "Rp", "rm", "rs", "rr", "rv", "mb", "ml", "ci", "cs", "ct", "cl", "ua", "au", "ar", "ad",
		"aU", "ai", "di", "dir", "pd", "pU", "pr", "proto", "af", "br", "bR", "bf", "mf", "sf", "mi", "mt", "TS", "Ts", "TF", "Tf", "pp", "version",
		"rb", "ds", "fs", "_s", "rt", "re", "ou", "oU"} {
		if !have[name] {
			t.Errorf("$%s is missing", name)
		}
	}
}

// Half a message, or one with any byte changed, makes values undefined and
// nothing else.
func TestGettersSurviveAnyMessage(t *testing.T) {
	b := newBuild()
	var gets []rt.Expr
	for _, spec := range everySpec() {
		gets = append(gets, mustVar(t, b, spec).Get)
	}
	for _, r := range selectRows {
		x, err := bindPath(b, r.path)
		if err != nil {
			t.Fatal(err)
		}
		gets = append(gets, x)
	}
	for _, k := range Keywords() {
		gets = append(gets, k.Get)
	}
	c := &rt.Ctx{Env: fakeEnv{}}
	try := func(msg []byte) {
		if err := load(c, b, msg); err != sipparse.OK && !err.Answerable() {
			return // such a message never reaches a script
		}
		for _, get := range gets {
			m := c.Mark()
			c.Text(get(c))
			c.Truncate(m)
		}
	}
	for _, m := range allMessages {
		step := 1
		if len(m.text) > 400 || testing.Short() {
			step = 7
		}
		for n := 20; n < len(m.text); n += step {
			try([]byte(m.text[:n]))
		}
		for i := 0; i < len(m.text); i += step {
			msg := []byte(m.text)
			msg[i] = "\";<,>@: \\\r\n="[i%12]
			try(msg)
		}
	}
}
